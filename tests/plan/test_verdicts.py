"""Verdicts and their reasons, by hand."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from tests.case_files import merged, read_yaml, rows
from tests.tiny import tiny_tables

from talentplan.demand import forecast_openings
from talentplan.plan import solve_plan
from talentplan.plan.verdicts import _verdicts
from talentplan.supply import cohorts
from talentplan.workspace import build_case

EXPECTED = [  # last, next, later, candidate, smallest class, verdict
    (0, 40, 40, True, 30, "add"),
    (0, 40, 40, False, 30, "resume"),
    (0, 0, 40, True, 30, "not_opened"),
    (0, 0, 0, True, 30, "not_opened"),
    (0, 0, 0, False, 30, "suspend"),
    (40, 0, 0, False, 30, "close"),
    (40, 0, 40, False, 30, "suspend"),
    (80, 95, 0, False, 30, "expand"),
    (80, 94, 0, False, 30, "keep"),
    (80, 66, 0, False, 30, "keep"),
    (80, 65, 0, False, 30, "reduce"),
    (80, 80, 80, False, 30, "keep"),
]


@pytest.mark.parametrize(("last", "following", "later", "candidate", "least", "verdict"), EXPECTED)
def test_verdict(last: float, following: float, later: float, candidate: bool, least: float, verdict: str) -> None:
    point = {"last_plan": last, "next_plan": following, "later": later, "candidate": candidate, "class_min": least}
    frame = pd.DataFrame([{**point, "change": following - last}])
    assert _verdicts(frame).tolist() == [verdict]


def test_every_point_has_one_row_and_a_reason_in_both_languages() -> None:
    case = build_case(*tiny_tables())
    layout = solve_plan(case).table("layout")
    points = case.table("offerings")[["school", "program"]].drop_duplicates()
    assert len(layout) == len(points)
    assert not layout.duplicated(["school", "program"]).any()
    assert (layout["because_zh"] != "").all()
    assert (layout["because_en"] != "").all()
    assert layout["change"].to_numpy() == pytest.approx((layout["next_plan"] - layout["last_plan"]).to_numpy())


def test_the_shortage_named_is_that_of_doing_nothing() -> None:
    settings, tables = tiny_tables()
    for row in tables["employment"]:
        row["persons"] *= 5.0  # a region with more jobs than completers
    case = build_case(settings, tables)
    plan = solve_plan(case)
    layout = plan.table("layout")
    balance, first = plan.do_nothing["balance"], cohorts(case).offerings.groupby("program")["duration"].min()
    told = layout[layout["because_en"].str.contains("its occupations lack")]
    assert len(told), "the tiny region has a point whose occupations lack people"
    levels = case.table("programs").set_index("program")["level"]
    for row in told.itertuples():
        jobs = case.table("crosswalk").query("program == @row.program")["occupation"]
        reach = min(case.first_year + first[row.program], case.plan_years[-1])
        mine = balance[
            balance["occupation"].isin(jobs) & (balance["level"] == levels[row.program]) & (balance["year"] >= reach)
        ]
        lack = mine.groupby("year")["shortage"].sum().mean()
        said = float(re.search(r"lack (\d+) persons a year", row.because_en)[1])
        assert said == pytest.approx(lack, abs=0.5 + 1e-6)  # told in whole persons


def test_no_branch_and_bound_still_gives_an_audited_plan_and_an_honest_gap() -> None:
    settings, tables = tiny_tables()
    quick = solve_plan(build_case({**settings, "solving": {"gap": 0.0, "nodes": 0}}, tables))
    exact = solve_plan(build_case({**settings, "solving": {"gap": 0.0, "nodes": 100000}}, tables))
    assert quick.audit.ok
    assert quick.facts.objective >= exact.facts.objective - 1e-6
    assert quick.facts.bound <= exact.facts.objective + 1e-6
    assert quick.facts.lp_objective == pytest.approx(exact.facts.lp_objective)
    soon = quick.table("intake").query("year == @quick.tables['intake']['year'].min()")
    assert (soon["plan"] % 1 == 0).all()


def test_settled_shortage_lies_before_the_first_completers() -> None:
    case = build_case(*tiny_tables())
    balance = solve_plan(case).table("balance")
    shortest = int(cohorts(case).offerings["duration"].min())
    early = balance[balance["year"] < case.first_year + shortest]
    assert early["settled"].to_numpy() == pytest.approx(early["shortage"].to_numpy())
    assert (balance["settled"] <= balance["shortage"] + 1e-9).all()
    assert len(forecast_openings(case).table) >= len(balance)


def _planned(settings: dict[str, object], tables: dict[str, str]) -> pd.DataFrame:
    """The layout of a case that differs from tests/cases/_base.yaml by these settings and tables, by program."""
    base = read_yaml("_base")
    every = {name: rows(text) for name, text in {**base["tables"], **tables}.items()}
    return solve_plan(build_case(merged(base["settings"], settings), every)).table("layout").set_index("program")


TWO_SCHOOLS = {
    "units": "unit kind name_zh\nS school 甲校\nT school 乙校",
    "schools": "school\nS\nT",
    "programs": "program level name_zh class_min\nP secondary 机械 10\nR secondary 电气 10",
    "occupations": "occupation name_zh\nJ 钳工\nK 电工",
    "crosswalk": "program occupation\nP J\nR K",
    "offerings": "offering school program duration entrant_group max_plan\nA S P 1 junior -\nB T R 1 junior 60",
    "intake_history": "offering year plan registered\nA 2024 30 30\nB 2024 30 30",
    "openings": "occupation level year persons\nJ secondary 2026 90\nK secondary 2026 90",
}


def test_who_may_come_from_anywhere_is_limited_by_the_pool_of_all() -> None:
    """100 persons in all and 180 openings: 100 enrol, at most 60 of them at T, so that the pool limits A and B."""
    pools = "origin entrant_group year persons\ntown junior 2025 40\ncounty junior 2025 60"
    limited = _planned({}, {**TWO_SCHOOLS, "entrants": pools})["limited_en"]
    assert any("entrants expected 100, at most 100" in words for words in limited)


def test_a_pool_in_which_a_school_may_not_recruit_does_not_limit_it() -> None:
    """S fills the town's 40; T grows to its own 60 of the 500 of the county, where nobody is short of entrants."""
    pools = "origin entrant_group year persons\ntown junior 2025 40\ncounty junior 2025 500"
    area = "school origin\nS town\nT county"
    limited = _planned({}, {**TWO_SCHOOLS, "entrants": pools, "catchments": area})["limited_en"]
    assert "entrants expected 40, at most 40" in limited["P"]
    assert "entrants" not in limited["R"]
    assert "plan number 60, at most 60" in limited["R"]


def test_missing_seats_are_told_of_the_years_they_are_missing_in() -> None:
    """A's 40 completers a year hold 20 promises, B has 10 seats: 10 are missing from 2025 on, though B takes two years."""
    layout = _planned(
        {"horizon": {"years": 3}},
        {
            "programs": "program level name_zh class_min\nP secondary 机械 10\nH higher 机械制造 10",
            "offerings": "offering school program duration entrant_group control\nA S P 1 junior given\nB S H 2 - decide",
            "intake_history": "offering year plan registered\nA 2024 40 40\nB 2024 10 10",
            "pathways": "pathway from_offering to_offering min_share\nAB A B 0.5",
            "occupations": "occupation name_zh\nJ 钳工\nK 工艺员",
            "crosswalk": "program occupation\nP J\nH K",
            "openings": "occupation level year persons\nK higher 2025 100",
        },
    )
    assert layout["verdict"]["H"] == "expand"
    assert layout["because_en"]["H"] == "from 2025 on, if nothing changes, 10 promised seats a year are missing"


def test_a_reason_begins_when_the_next_entrants_of_the_point_complete() -> None:
    """S takes one year and T three: 5 openings and 30 or 60 completers, S is told of 2026 on, T of 2028 on."""
    base = read_yaml("_base")
    changed = {
        "units": TWO_SCHOOLS["units"], "schools": TWO_SCHOOLS["schools"],
        "offerings": "offering school program duration entrant_group control\nA S P 1 junior given\nB T P 3 junior given",
        "intake_history": "\n".join(
            ["offering year plan registered", "A 2024 30 30", *(f"B {year} 30 30" for year in (2022, 2023, 2024))]
        ),
        "openings": "occupation level year persons\nJ secondary 2025 5",
    }  # fmt: skip
    every = {name: rows(text) for name, text in {**base["tables"], **changed}.items()}
    case = build_case(merged(base["settings"], {"horizon": {"years": 4}}), every)
    because = solve_plan(case).table("layout").set_index("school")["because_en"]
    assert because["S"].startswith("from 2026 on, if nothing changes, 55 of the 60 completers")
    assert because["T"].startswith("from 2028 on, if nothing changes, 55 of the 60 completers")


def test_a_point_that_grows_without_a_shortage_claims_none() -> None:
    """A total of at least 60 makes 30 grow to 60 though nobody lacks them: no other program gives anything up."""
    layout = _planned({"totals": [{"least": 60}]}, {"openings": "occupation level year persons\nJ secondary 2025 30"})
    assert layout["verdict"]["P"] == "expand"
    assert "its occupations lack nobody" in layout["because_en"]["P"]
    assert "other programs" not in layout["because_en"]["P"]


def test_a_point_kept_with_a_surplus_says_so() -> None:
    """Thirty complete every year for five openings: they do not match, whatever the planner may do."""
    layout = _planned(
        {},
        {
            "offerings": "offering school program duration entrant_group control\nA S P 1 junior given",
            "openings": "occupation level year persons\nJ secondary 2025 5",
        },
    )
    assert layout["verdict"]["P"] == "keep"
    assert "25 of the 30 completers" in layout["because_en"]["P"]
