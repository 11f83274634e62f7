"""Wrong tables that the audit must refuse: figures off by sign, lag or unit, plans that break a limit."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.rich_case import RICH
from tests.solved import Solved, hold, solve

from talentplan.plan.audit import LIMIT_FAMILIES
from talentplan.plan.audit_means import _fits
from talentplan.workspace import build_case


@cache
def rich() -> Solved:
    """A plan in which every published table has rows."""
    base = read_yaml("_base")
    tables = {**base["tables"], **RICH["tables"]}
    return solve(build_case(merged(base["settings"], RICH["settings"]), {k: rows(v) for k, v in tables.items()}))


def families(verdict) -> set[str]:
    return set(verdict.violations["family"])


def test_an_honest_plan_passes_and_uses_every_table():
    verdict, limits = rich().audited()
    assert verdict.ok, verdict.violations
    assert verdict.max_violation == 0.0
    assert verdict.objective == pytest.approx(rich().solution.objective, rel=1e-9)
    for name, table in rich().tables.items():
        if name == "mergers":  # judged in test_audit_layout
            continue
        assert len(table), f"{name} has no rows, so nothing could be planted in it"
    assert set(limits["family"]) <= set(LIMIT_FAMILIES)


# -- figures that are wrong -------------------------------------------------------------------------------------------


def scaled(table, column, factor):
    def plant(tables):
        tables[table][column] = tables[table][column] * factor

    return plant


def added(table, column, amount, row=None):
    """Add to one row; to the largest figure unless told."""

    def plant(tables):
        frame = tables[table]
        at = frame[column].idxmax() if row is None else row
        frame.loc[at, column] += amount

    return plant


def a_year_late(table, code, column):
    """The figures of each year stand in the year after."""

    def plant(tables):
        frame = tables[table].sort_values([code, "year"])
        tables[table][column] = frame.groupby(code)[column].shift(1, fill_value=0.0).reindex(tables[table].index)

    return plant


def without(table, column):
    """The row with the largest figure is missing."""

    def plant(tables):
        tables[table] = tables[table].drop(index=tables[table][column].idxmax())

    return plant


def twice(table, column):
    def plant(tables):
        frame = tables[table]
        tables[table] = pd.concat([frame, frame.loc[[frame[column].idxmax()]]], ignore_index=True)

    return plant


def replaced(table, column, value):
    def plant(tables):
        tables[table][column] = value

    return plant


PLANTED = {
    "registered is plan numbers, not persons": (replaced("intake", "registered", 90.0), "intake.registered"),
    "registered with the wrong sign": (scaled("intake", "registered", -1.0), "intake.registered"),
    "last year's plan a year off": (a_year_late("intake", "offering", "last_plan"), "intake.last_plan"),
    "a line of the plan is missing": (without("intake", "plan"), "intake.rows"),
    "a line of the plan stands twice": (twice("intake", "plan"), "intake.rows"),
    "a plan number alone": (added("intake", "plan", 1.0), "intake.registered"),
    "completions a year late": (a_year_late("completions", "offering", "completions"), "completions.completions"),
    "completions in hundreds": (scaled("completions", "completions", 0.01), "completions.completions"),
    "completions of entrants instead of starters": (scaled("completions", "completions", 1.1), "persons"),
    "nobody leaves the region": (scaled("completions", "away", 0.0), "persons"),
    "leavers counted as staying": (scaled("completions", "local", 1.25), "completions.local"),
    "workers who keep their job forgotten": (scaled("completions", "in_job", 0.0), "completions.in_job"),
    "workers who keep their job seek one": (scaled("completions", "in_job", 0.5), "persons"),
    "study outside not taken off": (scaled("completions", "outside", 0.0), "completions.outside"),
    "a person passes twice": (added("completions", "passed", 1.0), "completions.passed"),
    "enrolment a year late": (a_year_late("enrolment", "offering", "enrolled"), "enrolment.enrolled"),
    "dropouts stay on roll": (scaled("enrolment", "enrolled", 1.02), "enrolment.enrolled"),
    "one more person passes": (added("progression", "passed", 1.0), "completions.passed"),
    "passages a year late": (a_year_late("progression", "pathway", "passed"), "completions.passed"),
    "broken promises left out": (scaled("progression", "broken", 0.0), "progression"),
    "broken promises negative": (scaled("progression", "broken", -1.0), "progression.broken"),
    "promised share of entrants": (scaled("progression", "promised", 1.2), "progression.promised"),
    "completers of another line": (added("progression", "completers", 5.0), "progression.completers"),
    "more placed than seek work": (scaled("placement", "persons", 1.05), "surplus.placed"),
    "placed in a job they do not qualify for": (replaced("placement", "occupation", "J"), "balance.crosswalk"),
    "relevance multiplies persons": (scaled("balance", "placed", 0.9), "balance.placed"),
    "placed a year late": (a_year_late("balance", "occupation", "placed"), "balance.placed"),
    "over-qualified counted with their own level": (scaled("balance", "over_qualified", 0.0), "balance.over_qualified"),
    "own level a year late": (a_year_late("balance", "occupation", "own_level"), "balance.own_level"),
    "somebody under-qualified made up": (added("balance", "under_qualified", 1.0), "balance.under_qualified"),
    "a shortage made smaller": (added("balance", "shortage", -1.0), "balance.demand"),
    "a shortage of the wrong sign": (scaled("balance", "shortage", -1.0), "balance.shortage"),
    "openings before external supply": (added("balance", "openings", 5.0), "balance.openings"),
    "external supply forgotten": (scaled("balance", "external", 0.0), "balance.external"),
    "a job's shortage is missing": (without("balance", "shortage"), "balance.demand"),
    "settled more than short": (added("balance", "settled", 1e4), "balance.settled"),
    "surplus left out": (scaled("surplus", "surplus", 0.0), "balance.supply"),
    "supply before leaving": (scaled("surplus", "local", 1.25), "surplus.local"),
    "an investment in 万元": (scaled("investment", "cost", 1e-4), "investment.cost"),
    "an investment in use too early": (added("investment", "first_use", -1), "investment.first_use"),
    "an investment lasts a year more": (added("investment", "last_use", 1), "investment.last_use"),
    "half an investment more than was paid": (added("investment", "units", 0.5), "investment.cost"),
    "hours at full delivery": (scaled("sharing", "delivered", 1.25), "sharing.delivered"),
    "hours for nothing": (scaled("sharing", "cost", 0.0), "sharing.cost"),
    "hours lent twice": (twice("sharing", "hours"), "budget.spent"),
    "teachers nobody may hire": (added("hiring", "hired", 5.0), "hiring"),
    "teachers a year early": (added("hiring", "year", -1), "budget.spent"),
    "fewer teachers than teach": (scaled("hiring", "hired", 0.5), "cluster_teachers"),
    "money in 万元": (scaled("budget", "spent", 1e-4), "budget.spent"),
    "money by school year": (added("budget", "spent", 1e5), "budget.spent"),
    "grants forgotten": (scaled("budget", "grants", 0.0), "budget.grants"),
    "more money than there is": (scaled("budget", "available", 1.1), "budget.available"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_figure_is_found(name):
    plant, family = PLANTED[name]
    tables = {table: frame.copy() for table, frame in rich().tables.items()}
    plant(tables)
    verdict, _ = rich().audited(tables=tables)
    assert not verdict.ok
    assert family in families(verdict), verdict.violations
    assert verdict.max_violation > 1e-6


@pytest.mark.parametrize("factor", [1 + 1e-5, 1.05, -1.0, 1e-4], ids=["slightly", "a year's discount", "sign", "unit"])
def test_a_wrong_objective_is_found(factor):
    verdict, _ = rich().audited(objective=rich().solution.objective * factor)
    assert families(verdict) == {"objective"}


def test_a_code_the_input_does_not_know_is_found():
    tables = {**rich().tables, "investment": rich().tables["investment"].assign(investment="nothing")}
    assert "investment.cost" in families(rich().audited(tables=tables)[0])


# -- plans that break a limit -----------------------------------------------------------------------------------------

BROKEN = {
    "offering_places": ("offering_places", {"A": 41.0}),
    "school_places": ("school_places", {"A": 11.0, "B": 50.0}),
    "school_teachers": ("school_teachers", {"A": 33.0}),
    "cluster_teachers": ("cluster_teachers", {"A": 26.0}),
    "training_hours": ("training_hours", {"A": 25.0}),
    "entrants": ("entrants", {"A": 25.0, "B": 30.0}),
    "recurrent_budget": ("recurrent_budget", {"A": 41.0}),
    "change": ("change", {"A": 51.0}),
    "open": ("open", {"A": 80.0, "B": 30.0}),
    "close": ("close", {"A": 0.0, "B": 0.0}),
    "points_changed": ("points_changed", {"A": 50.0, "B": 41.0}),
    "total": ("total", {"A": 41.0, "B": 30.0}),
    "fairness": ("fairness_floor", {"A": 41.0, "B": 19.0}),
    "plan_bounds": ("plan_bounds", {"A": 46.0}),
    "rules": ("rules", {"A": 30.0, "B": 30.0, "C": 1.0}),
}


@pytest.mark.parametrize("family", BROKEN)
def test_a_plan_that_breaks_a_limit_is_refused(family):
    name, intake = BROKEN[family]
    held = hold(read_known_case(name).case, intake)
    verdict, limits = held.audited(objective=None, whole_classes=0)
    assert family in families(verdict), verdict.violations
    assert (limits["used"] > limits["limit"] + 1e-6).any()
    lenient, same = held.audited(objective=None, whole_classes=0, strict=False)
    assert lenient.ok  # doing nothing may break limits: they are listed, not refused
    pd.testing.assert_frame_equal(limits, same)


def test_a_total_missed_from_below_counts_the_missing():
    held = hold(read_known_case("total").case, {"A": 30.0, "B": 38.0})
    verdict, limits = held.audited(objective=None, whole_classes=0)
    short = limits[limits["scope"] == "province/least"]
    assert short["used"].tolist() == [2.0]
    assert short["limit"].tolist() == [0.0]
    assert "total" in families(verdict)


@pytest.mark.parametrize(
    ("intake", "family"),
    [
        ({"A": 55.0, "B": 50.0}, "classes"),  # in the hole between one class and two
        ({"A": 25.0, "B": 50.0}, "classes"),  # less than a class
        ({"A": 60.0, "B": 45.0}, "classes.number"),  # no multiple of ten
        ({"A": 60.5, "B": 50.0}, "classes.number"),  # half a person
    ],
)
def test_numbers_that_are_no_whole_classes_are_refused(intake, family):
    held = hold(read_known_case("classes").case, intake)
    verdict, _ = held.audited(objective=None, whole_classes=1)
    assert family in families(verdict)
    assert held.audited(objective=None, whole_classes=0)[0].ok


def test_a_given_line_keeps_its_number():
    held = hold(read_known_case("plan_bounds").case, {"A": 45.0, "B": 20.0, "C": 29.0})
    assert families(held.audited(objective=None, whole_classes=0)[0]) == {"plan_bounds.given"}


def test_a_fed_line_enrols_those_who_pass():
    solved = solve(read_known_case("progression_max_share").case)
    intake = solved.tables["intake"]
    fed = intake["offering"] == "B"
    tables = {**solved.tables, "intake": intake.assign(plan=intake["plan"] + fed * 3.0)}
    assert "plan.entrants" in families(solved.audited(tables=tables)[0])


def test_half_a_hall_is_refused():
    solved = solve(read_known_case("lump").case)
    bought = solved.tables["investment"]
    tables = {**solved.tables, "investment": bought.assign(units=0.5, cost=50.0)}
    assert "investment.whole" in families(solved.audited(tables=tables)[0])


def test_places_that_do_not_make_good_what_is_missing_let_nobody_in():
    solved = solve(read_known_case("places_bought_first").case)
    assert solved.audited()[0].ok
    one = solved.tables["investment"].assign(units=1.0, cost=100.0)  # 30 places for the 30 there are, and ten new ones
    assert "school_places" in families(solved.audited(tables={**solved.tables, "investment": one})[0])


def test_a_fund_that_goes_on_after_its_last_year_is_refused():
    solved = solve(read_known_case("earmark_ends").case)
    assert solved.audited()[0].ok
    budget = solved.tables["budget"]
    still = {
        **solved.tables,
        "budget": budget.assign(available=budget["available"].where(budget["earmark"] == "", 100.0)),
    }
    assert "budget.available" in families(solved.audited(tables=still)[0])
    bought = solved.tables["investment"]
    again = pd.concat([bought, bought.assign(year=2026)], ignore_index=True)
    assert "investment_budget" in families(solved.audited(tables={**solved.tables, "investment": again})[0])


def test_more_units_or_money_than_there_is_are_refused():
    solved = solve(read_known_case("investment_budget").case)
    bought = solved.tables["investment"]
    tables = {**solved.tables, "investment": bought.assign(units=bought["units"] * 9, cost=bought["cost"] * 9)}
    assert {"units_max", "investment_budget"} <= families(solved.audited(tables=tables)[0])


def test_more_hours_than_an_agreement_allows_are_refused():
    solved = solve(read_known_case("training_hours").case)
    shared = solved.tables["sharing"]
    more = shared.assign(hours=900.0, delivered=450.0)
    _, limits = solved.audited(tables={**solved.tables, "sharing": more})
    broken = limits[limits["used"] > limits["limit"] + 1e-6]
    assert set(broken["scope"]) == {"works/g"}  # the resource itself could lend 1,000


# -- entrants of several catchments -----------------------------------------------------------------------------------


def test_pairs_of_catchments_that_do_not_fit_together_are_found():
    # each of three catchments fits, and so do all together; the first two share one origin of 50
    demand = np.array([[40.0], [40.0], [5.0]])
    reach = np.array([[True, False], [True, False], [False, True]])
    pool = np.array([[50.0], [100.0]])
    found = pd.concat(_fits("junior", ["town", "county"], demand, reach, pool, years=np.array([2025])))
    broken = found[found["used"] > found["limit"]]
    assert broken[["scope", "used", "limit"]].values.tolist() == [["*/junior", 80.0, 50.0]]


def test_many_catchments_are_judged_by_the_greatest_fit():
    dice = np.random.default_rng(5)
    wrong = 0
    for _ in range(40):
        count, origins = 13, 4
        demand, pool = dice.uniform(0, 10, (count, 1)), dice.uniform(0, 40, (origins, 1))
        reach = dice.random((count, origins)) < 0.4
        rows_found = pd.concat(_fits("g", list("abcd"), demand, reach, pool, years=np.array([2025])))
        # Hall's condition over every set of origins: catchments that reach nothing else must fit into it
        sets = (np.arange(2**origins)[:, None] >> np.arange(origins)) & 1
        short = max(
            demand[~(reach & ~inside.astype(bool)).any(axis=1)].sum() - pool[inside.astype(bool)].sum()
            for inside in sets
        )
        assert (rows_found["used"] > rows_found["limit"] + 1e-6).any() == (short > 1e-6)
        wrong += short > 1e-6
    assert 5 < wrong < 40


# -- the limits table -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "school_places", "entrants", "lending", "recurrent_budget", "close", "rules"])
def test_limits_are_stated_in_words_with_names(name):
    solved = solve(read_known_case(name).case) if name else rich()
    case, (_, limits) = solved.case, solved.audited()
    assert list(limits.columns) == ["family", "scope", "year", "used", "limit", "stated", "binding", "broken_before",
                                    "sentence_zh", "sentence_en"]  # fmt: skip
    assert not limits.duplicated(["family", "scope", "year"]).any()
    assert (limits["sentence_zh"].str.len() > 8).all()
    assert (limits["sentence_en"].str.len() > 8).all()
    assert limits["year"].isin(case.all_years).all()
    assert (limits["limit"] >= limits["stated"] - 1e-9).all()
    assert not (limits["used"] > limits["limit"] + 1e-5 * np.maximum(1.0, limits["limit"].abs())).any()


def test_a_sentence_names_school_figures_and_why():
    _, limits = solve(read_known_case("school_places_broken_before").case).audited()
    first = limits[(limits["family"] == "school_places") & (limits["year"] == 2025)].iloc[0]
    assert first["sentence_zh"] == "甲校 2025 年满额在校生 60 人，上限 60 人，已用满（原定 50 人，既有在校生已超出）"
    assert first["sentence_en"] == (
        "甲校, 2025: students with every seat taken 60, at most 60 places (full)"
        " (stated 50, which students already there exceed)"
    )
    assert bool(first["broken_before"])
    assert bool(first["binding"])


def test_a_promise_to_nobody_does_not_bind():
    """Twenty of 40 completers are promised a seat and just twenty pass; where nobody completes no promise holds anybody."""
    for came, binding in ((40, True), (0, False)):
        base, own = read_yaml("_base"), read_yaml("progression_min_share")
        history = f"offering year plan registered\nA 2024 {came} {came}\nB 2024 20 20"
        tables = {**base["tables"], **own["tables"], "intake_history": history}
        _, limits = solve(build_case(base["settings"], {name: rows(text) for name, text in tables.items()})).audited()
        promise = limits[(limits["scope"] == "AB/promise") & (limits["year"] == 2025)]
        assert promise["binding"].tolist() == [binding]
