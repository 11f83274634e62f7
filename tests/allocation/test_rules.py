"""Every kind of rule on a handful of lines, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from talentplan.allocation.rules import COUNTED, KINDS, rule_limits
from talentplan.plan import solve_plan
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case, Rule
from talentplan.workspace.rules import RULE_KINDS

LINES = {  # offering: (school, program, plan and registered of 2024, 2025, 2026)
    "a1": ("A", "660103", ((40, 40), (40, 40), (40, 40))),
    "a2": ("A", "660105", ((40, 0), (40, 0), (40, 0))),
    "b1": ("B", "660103", ((40, 38), (100, 25), (100, 28))),
    "b2": ("B", "660301", ()),
    "c1": ("C", "660103", ((80, 80), (80, 80), (80, 80))),
    "c2": ("C", "660301", ((50, 50), (50, 50), (50, 50))),
    "d1": ("D", "660103", ()),
}  # fmt: skip


SCHOOLS = {
    "B": {"equipment": 1e6, "teaching_area": 100.0},
    "C": {"equipment": 130 * 2000.0, "teaching_area": 130 * 5.0},
}


def _case(
    kind: str | None,
    parameters: Any = None,
    exempt: tuple[str, ...] = (),
    scope: tuple[str, ...] = (),
    since: int = 2024,
) -> Case:
    rule = [Rule("r", kind, "规则", "rule", "某文件", "2023", parameters or {}, exempt, scope=scope)] if kind else []
    history = [
        {"offering": o, "year": 2024 + k, "plan": float(p), "registered": float(r)}
        for o, (_, _, years) in LINES.items()
        for k, (p, r) in enumerate(years)
        if 2024 + k >= since
    ]
    rate = {("A", "660103"): 95.0, ("B", "660103"): 40.0, ("C", "660103"): 90.0, ("C", "660301"): 80.0}
    return build_case(
        {"name": "rules", "title": {"zh": "规则", "en": "Rules"}, "region": {"zh": "某市", "en": "Town"}, "tables": ".",
         "horizon": {"first_year": 2027, "years": 2}, "forecast": {"openings": "given"}},
        {
            "levels": [{"level": "sv", "rank": 0, "name_zh": "中职", "name_en": "secondary"}],
            "programs": [{"program": p, "name_zh": p, "level": "sv", "cluster": "g" if p == "660301" else "",
                          "points_elsewhere": 18 if p == "660301" else 0} for p in ("660103", "660105", "660301")],
            "clusters": [{"cluster": "g", "name_zh": "g"}],
            "units": [{"unit": u, "name_zh": u, "kind": "school"} for u in "ABCD"],
            "schools": [{"school": u, **SCHOOLS.get(u, {})} for u in "ABCD"],
            "offerings": [{"offering": o, "school": s, "program": p, "duration": 3, "entrant_group": "junior",
                           "status": "active" if h else "candidate"} for o, (s, p, h) in LINES.items()],
            "intake_history": history,
            "roll": [{"offering": o, "year": 2026, "grade": 1, "persons": float(h[-1][1])} for o, (_, _, h) in LINES.items() if h],
            "outcomes": [{"school": s, "program": p, "year": y, "graduates": 100.0, "employed": e}
                         for (s, p), e in rate.items() for y in (2025, 2026)],
            "occupations": [{"occupation": "6-18-01-01", "name_zh": "车工"}],
            "openings": [{"occupation": "6-18-01-01", "level": "sv", "year": 2030, "persons": 900.0}],
            "crosswalk": [{"program": p, "occupation": "6-18-01-01"} for p in ("660103", "660105", "660301")],
        },
        rule,
    )  # fmt: skip


EXPECTED = {  # kind: (parameters, {line: bound})
    "no_new_if_offerings_over": ({"count": 2, "level": "sv", "scope": "region"}, {"d1": 0.0}),
    "no_new_if_school_share_over": ({"share": 0.5, "level": "sv"}, {"d1": 0.0}),
    "close_without_intake": ({"years": 3}, {"a2": 0.0}),
    "no_intake_right": ({"share": 0.3, "years": 2}, {"a2": 0.0, "b1": 0.0}),
    "reduce_lowest": ({"share": 0.25, "years": 2, "indicator": "employed"}, {"b1": 70.0}),
    "programs_per_school": ({"students_per_program": 50, "level": "sv"}, {"a1": 40.0, "a2": 40.0, "b1": 100.0, "b2": 0.0}),
    "no_expansion_below_quality": ({"indicator": "employed", "share": 0.85}, {"b1": 100.0, "c2": 50.0}),
    "restricted_conditions": ({"level": "sv", "equipment": 2500, "teaching_area": 9}, {"c1": 0.0, "c2": 0.0}),
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_a_rule_bounds(kind: str) -> None:
    parameters, expected = EXPECTED[kind]
    case = _case(kind, parameters)
    inherited = cohorts(case)
    lines = inherited.offerings
    (limit,) = rule_limits(case, inherited)
    found = {o: u for o, on, u in zip(lines["offering"], limit.lines, limit.upper, strict=True) if on}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_plan_obeys_and_exemptions_are_spared(kind: str) -> None:
    parameters, expected = EXPECTED[kind]
    intake = solve_plan(_case(kind, parameters)).table("intake")
    soon = intake[intake["year"] == 2027].set_index("offering")["plan"]
    assert all(soon[line] <= bound + 1e-6 for line, bound in expected.items())
    case = _case(kind, parameters, tuple(expected))
    (limit,) = rule_limits(case, cohorts(case))
    assert not limit.lines.any()


def test_every_kind_is_tested_and_read() -> None:
    assert set(EXPECTED) == set(KINDS)
    assert set(RULE_KINDS) == {*KINDS, *COUNTED}


def _bound(kind: str, parameters: Any, **about: Any) -> set[str]:
    """The lines that a rule limits."""
    case = _case(kind, parameters, **about)
    inherited = cohorts(case)
    (limit,) = rule_limits(case, inherited)
    return set(inherited.offerings["offering"][limit.lines])


def test_points_of_the_province_count_where_the_rule_says_so() -> None:
    # 660301 is at one school here and at 18 elsewhere; b2 would be a new point of it
    kind = "no_new_if_offerings_over"
    assert _bound(kind, {"level": "sv", "count": 2}) == {"d1"}
    assert _bound(kind, {"level": "sv", "count": 18, "scope": "province"}) == {"b2"}
    assert _bound(kind, {"level": "sv", "count": 19, "scope": "province"}) == set()


def test_scope_and_exemptions_name_lines_schools_programs_clusters_or_levels() -> None:
    kind, given = "programs_per_school", {"students_per_program": 50, "level": "sv"}
    assert _bound(kind, given) == {"a1", "a2", "b1", "b2"}
    assert _bound(kind, given, exempt=("660103",)) == {"a2", "b2"}
    assert _bound(kind, given, exempt=("g",)) == {"a1", "a2", "b1"}
    assert _bound(kind, given, scope=("A", "g")) == {"a1", "a2", "b2"}
    assert _bound(kind, given, scope=("A",), exempt=("a1",)) == {"a2"}
    assert _bound(kind, given, scope=("sv",), exempt=("sv",)) == set()


def test_years_that_the_history_does_not_know_close_nothing() -> None:
    assert _bound("close_without_intake", {"years": 3}) == {"a2"}
    assert _bound("close_without_intake", {"years": 3}, since=2025) == set()  # known for two years only
    assert _bound("close_without_intake", {"years": 4}) == set()
    assert _bound("no_intake_right", {"years": 2, "share": 0.3}) == {"a2", "b1"}
    assert _bound("no_intake_right", {"years": 4, "share": 0.3}) == set()
    lowest = {"share": 0.25, "indicator": "employed"}
    assert _bound("reduce_lowest", {"years": 2, **lowest}) == {"b1"}
    assert _bound("reduce_lowest", {"years": 3, **lowest}) == set()  # two years of outcomes


def test_at_most_so_many_new_lines_a_school() -> None:
    def opened(case: Case) -> int:
        intake = solve_plan(case).table("intake")
        soon = intake[(intake["year"] == 2027) & intake["offering"].isin(["b2", "d1"])]
        return int((soon["plan"] > 0).sum())

    assert opened(_case(None)) == 2
    assert opened(_case("max_new_per_school", {"count": 0})) == 0
    assert opened(_case("max_new_per_school", {"count": 0}, ("B",))) == 1


def test_a_rule_never_helps_the_objective() -> None:
    free = solve_plan(_case(None)).facts.lp_objective
    for kind, (parameters, _) in EXPECTED.items():
        bound = solve_plan(_case(kind, parameters)).facts.lp_objective
        assert bound >= free - 1e-6 * max(1.0, np.abs(free))
