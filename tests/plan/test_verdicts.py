"""Verdicts and their reasons, by hand."""

from __future__ import annotations

import re

import pandas as pd
import pytest
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
