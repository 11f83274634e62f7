"""Prices are differences of optima: against separate solves, never negative, independent of order; by hand on a small town."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.random_cases import random_case
from tests.rich_case import RICH

from talentplan.allocation import linear_program
from talentplan.demand import forecast_openings
from talentplan.errors import ImpossibleError
from talentplan.insight import (
    Sweep,
    price_fairness,
    price_limits,
    price_rules,
    prices_of,
    value_of_money,
    value_of_sharing,
)
from talentplan.program import Session
from talentplan.supply import cohorts
from talentplan.workspace import build_case, read_case
from talentplan.workspace.case import Case, Rule


def rich(**settings) -> Case:
    base = read_yaml("_base")
    model = merged(merged(base["settings"], RICH["settings"]), settings)
    return build_case(model, {name: rows(text) for name, text in (base["tables"] | RICH["tables"]).items()})


def swept(case: Case) -> Sweep:
    return Sweep(linear_program(case, forecast_openings(case), cohorts(case)))


def optimum(case: Case) -> float:
    """The optimum by a solve of its own."""
    program = linear_program(case, forecast_openings(case), cohorts(case))
    program.integer[:] = False
    found = Session(program).solve(method="simplex")
    assert found.status == "optimal"
    return found.objective


@pytest.fixture(scope="module")
def case():
    return rich()


@pytest.fixture(scope="module")
def sweep(case):
    return swept(case)


def test_the_base_is_the_optimum(case, sweep):
    assert sweep.base.objective == pytest.approx(optimum(case), rel=1e-9)


def test_answers_do_not_depend_on_what_was_asked_before(case, sweep):
    program = sweep.program
    asked = [np.array([row]) for row in np.flatnonzero(np.isfinite(program.row_upper))[::37][:12]]

    def ask(order):
        return {
            int(row[0]): sweep.with_rows(row, program.row_lower[row], program.row_upper[row] + 5.0).objective
            for row in order
        }

    forwards, backwards = ask(asked), ask(asked[::-1])
    assert forwards == backwards
    fresh = swept(case)
    for row in asked[:3]:
        program = dataclasses.replace(fresh.program, row_upper=fresh.program.row_upper.copy())
        program.row_upper[row] += 5.0
        assert Session(program).solve(method="simplex").objective == pytest.approx(forwards[int(row[0])], rel=1e-9)


def test_a_step_of_money_is_worth_what_a_larger_budget_saves():
    case = rich(budget=[{"kind": "recurrent", "amount": 4e6}, {"kind": "investment", "amount": 3e5}])
    sweep = swept(case)
    found = price_limits(case, sweep, each=50)
    own = found[(found["code"] == "recurrent_budget")]
    assert len(own), "recurrent money binds at this budget"
    year = int(own["year"].iloc[0])
    # the same case with a million more in that year alone, read and solved anew
    dated = [
        {"kind": "recurrent", "amount": 4e6 + (1e6 if y == year else 0.0), "year": int(y)} for y in cohorts(case).years
    ]
    more = rich(budget=[*dated, {"kind": "investment", "amount": 3e5}])
    assert own["value"].iloc[0] == pytest.approx(sweep.base.objective - optimum(more), abs=1e-5)


@pytest.mark.parametrize(
    ("bound", "openings", "worth", "step"),
    [("least", 10, 24.0, "a floor lower by 40 plan numbers"), ("greatest", 100, 40.0, "40 plan numbers")],
)
def test_a_total_is_worth_what_its_own_side_saves(bound, openings, worth, step):
    """50 enrol. For 10 openings 40 of them are unplaced at 0.6 each; of 100 openings 50 are short, 40 of them at 1 each."""
    base = read_yaml("_base")
    jobs = f"occupation level year persons\nJ secondary 2025 30\nJ secondary 2026 {openings}"
    tables = {name: rows(text) for name, text in {**base["tables"], "openings": jobs}.items()}
    small = build_case({**base["settings"], "totals": [{bound: 50}]}, tables)
    (found,) = price_limits(small, swept(small)).to_dict("records")
    assert (found["code"], found["step_en"]) == ("total", step)
    assert found["value"] == pytest.approx(worth)


def test_more_places_where_those_on_roll_are_too_many_count_beside_what_is_bought():
    """40 of 2024 stand in 20 places, 60 are bought: 40 enrol in 2025, 60 short in 2027. 40 places more, 40 persons more: 20 short."""
    base = read_yaml("_base")
    changed = {
        "schools": "school places\nS 20",
        "offerings": "offering school program duration entrant_group\nA S P 2 junior",
        "intake_history": "offering year plan registered\nA 2023 40 40\nA 2024 40 40",
        "investments": "investment name_zh adds school amount cost units_max lead life\nhall 楼 school_places S 60 100 1 0 9",
        "openings": "occupation level year persons\nJ secondary 2025 40\nJ secondary 2026 40\nJ secondary 2027 100\nJ secondary 2028 0",
    }
    tables = {name: rows(text) for name, text in {**base["tables"], **changed}.items()}
    settings = merged(base["settings"], {"horizon": {"years": 2}, "budget": [{"kind": "investment", "amount": 200.0}]})
    small = build_case(settings, tables)
    sweep = swept(small)
    assert sweep.base.objective == pytest.approx(60.0)
    found = price_limits(small, sweep).set_index(["code", "year"])["value"]
    assert found["school_places", 2025] == pytest.approx(40.0)


def test_sharing_is_worth_what_is_lost_without_it(case, sweep):
    found = value_of_sharing(case, sweep).set_index("code")["value"]
    tables = {name: frame.to_dict("records") for name, frame in case.tables.items()}
    without = dataclasses.replace(case, tables={**case.tables, "agreements": case.table("agreements").head(0)})
    assert tables["agreements"], "the rich case has agreements"
    assert found[""] == pytest.approx(optimum(without) - sweep.base.objective, abs=1e-5)
    for code in found.index[1:]:
        left = case.table("agreements")
        less = dataclasses.replace(
            case, tables={**case.tables, "agreements": left[left["agreement"] != code].reset_index(drop=True)}
        )
        assert found[code] == pytest.approx(optimum(less) - sweep.base.objective, abs=1e-5)


def test_teachers_lent_are_worth_what_is_lost_without_them():
    # tests/cases/teachers_lent.yaml: 40 with half a teacher lent; without, A 15 and B 30: short 25 x 1 + 10 x 3 = 55
    lent = read_known_case("teachers_lent").case
    found = value_of_sharing(lent, swept(lent)).set_index("code")
    assert found["value"].to_dict() == pytest.approx({"": 15.0, "g": 15.0})
    assert found.loc["g", "text_en"] == "甲校 → 乙校 (teachers · 机械群)"
    assert found.loc["g", "text_zh"] == "甲校 → 乙校（教师 · 机械群）"


def test_the_curve_of_money_rises_ever_more_slowly(case, sweep):
    curve, where = value_of_money(case, sweep, step=1e5)
    assert len(curve) >= 10
    assert curve["budget"].is_monotonic_increasing
    assert (curve["value"].diff().dropna() >= 0).all()
    assert (curve["value_per_million"].iloc[1:].diff().dropna() <= 1e-6).all()  # a convex program: diminishing returns
    stated = curve[(curve["share"] == 1.0) & (curve["added"] == 0)]
    assert stated["objective"].iloc[0] == sweep.base.objective
    assert stated["budget"].iloc[0] == pytest.approx(3e5 * len(case.plan_years))
    nothing = rich(budget=[{"kind": "recurrent", "amount": 9e6}, {"kind": "investment", "amount": 0.0}])
    assert curve["objective"].iloc[0] == pytest.approx(optimum(nothing), rel=1e-8)
    more = rich(
        budget=[
            {"kind": "recurrent", "amount": 9e6},
            {"kind": "investment", "amount": 3e5 + 1e5 / len(case.plan_years)},
        ]
    )
    assert curve["objective"].iloc[11] == pytest.approx(optimum(more), rel=1e-8)
    assert set(where.columns) == {"investment", "school", "year", "cost"}


def test_a_rule_costs_what_is_saved_without_it(case):
    ruled = dataclasses.replace(case, rules=(
        Rule("idle", "close_without_intake", "无招生", "no intake", "x", "2020", {"years": 3}),
        Rule("new", "max_new_per_school", "新增", "new", "x", "2020", {"count": 0}),
    ))  # fmt: skip
    openings, inherited = forecast_openings(ruled), cohorts(ruled)
    found = price_rules(ruled, openings, inherited, Sweep(linear_program(ruled, openings, inherited))).set_index(
        "code"
    )["value"]
    for k, rule in enumerate(ruled.rules):
        other = dataclasses.replace(ruled, rules=(ruled.rules[1 - k],))
        assert found[rule.id] == pytest.approx(optimum(ruled) - optimum(other), abs=1e-5)
    assert (found >= 0).all()


def test_the_price_of_fairness_by_hand():
    # tests/cases/fairness_floor.yaml: 200 with the floor; without it A takes all 60: J 40 x 2 + K 100 = 180
    # tests/cases/fairness_max_min.yaml: openings cost 210 at 30 and 30; without it A takes all 60 as well: 180
    for name, price in (("fairness_floor", 20.0), ("fairness_max_min", 30.0)):
        case = read_known_case(name).case
        openings, inherited = forecast_openings(case), cohorts(case)
        found = price_fairness(case, openings, inherited, Sweep(linear_program(case, openings, inherited)))
        assert found["value"].tolist() == pytest.approx([price])


@pytest.mark.parametrize("seed", range(6))
def test_no_price_is_negative(seed):
    case = random_case(seed)
    try:
        found = prices_of(case, each=2)
    except ImpossibleError:
        return
    values = found.prices.loc[found.prices["possible"], "value"]
    assert (values >= 0).all()
    assert found.prices.loc[~found.prices["possible"], "value"].isna().all()
    if len(found.money):
        assert (found.money["value"].diff().dropna() >= -1e-6).all()


def test_the_same_case_has_the_same_prices(case):
    one, two = prices_of(case), prices_of(case)
    for name in ("prices", "money", "next_money"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert "甲校" in " ".join(one.prices["text_zh"])


@pytest.mark.slow
def test_every_rule_of_the_packs_is_priced_on_the_sample():
    case = read_case(Path(__file__).resolve().parents[2] / "models" / "dalian.yaml", "borrowed_rules")
    openings, inherited = forecast_openings(case), cohorts(case)
    found = price_rules(case, openings, inherited, Sweep(linear_program(case, openings, inherited)))
    assert set(found["code"]) == {rule.id for rule in case.rules}
    assert (found["value"] >= 0).all()
    assert (found["value"] > 1).any()


def test_money_tied_to_what_is_not_needed_is_worth_less_than_free_money():
    # ten places cost a million and save 10; one million is free, ten are tied to a fund that no option bears and save nothing: the
    # budget of 11 saves 10, each free million beyond it another 10
    base = read_yaml("_base")
    budget = [{"kind": "investment", "amount": 1e6}, {"kind": "investment", "amount": 1e7, "earmark": "fund"}]
    tied = build_case(
        merged(base["settings"], {"budget": budget}),
        {name: rows(text) for name, text in base["tables"].items()}
        | {
            "schools": rows("school places\n S 20"),
            "investments": rows(
                "investment name_zh adds school amount cost units_max lead life lump\n hall 楼 school_places S 10 1000000 9 0 9 false"
            ),
        },
    )
    one = swept(tied)
    curve, where = value_of_money(tied, one, step=1e6)
    assert curve["value"].to_numpy()[[10, 11, 12]] == pytest.approx([10.0, 20.0, 30.0])
    assert curve["value_per_million"].to_numpy()[[1, 10, 11]] == pytest.approx([10 / 11, 10 / 11, 10.0])
    assert where["cost"].to_list() == pytest.approx([1e6])
    priced = price_limits(tied, one)
    assert "earmarked_money" not in set(priced["code"])  # no fund limits anything: only the general money does
    assert priced.set_index("code").loc["investment_budget", "value"] == pytest.approx(10.0)
