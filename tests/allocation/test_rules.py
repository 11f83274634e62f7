"""Every kind of rule on a handful of lines, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from talentplan.allocation.rules import KINDS, rule_limits
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


def _case(kind: str | None, exempt: tuple[str, ...] = (), **parameters: Any) -> Case:
    rule = [Rule("r", kind, "规则", "rule", "某文件", "2023", parameters, exempt)] if kind else []
    history = [
        {"offering": o, "year": 2024 + k, "plan": float(p), "registered": float(r)}
        for o, (_, _, years) in LINES.items()
        for k, (p, r) in enumerate(years)
    ]
    rate = {("A", "660103"): 95.0, ("B", "660103"): 40.0, ("C", "660103"): 90.0, ("C", "660301"): 80.0}
    return build_case(
        {"name": "rules", "title": {"zh": "规则", "en": "Rules"}, "region": {"zh": "某市", "en": "Town"}, "tables": ".",
         "horizon": {"first_year": 2027, "years": 2}, "forecast": {"openings": "given"}},
        {
            "levels": [{"level": "sv", "rank": 0, "name_zh": "中职", "name_en": "secondary"}],
            "programs": [{"program": p, "name_zh": p, "level": "sv"} for p in ("660103", "660105", "660301")],
            "units": [{"unit": u, "name_zh": u, "kind": "school"} for u in "ABCD"],
            "schools": [{"school": u} for u in "ABCD"],
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
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_a_rule_bounds(kind: str) -> None:
    parameters, expected = EXPECTED[kind]
    case = _case(kind, **parameters)
    lines = cohorts(case).offerings
    (limit,) = rule_limits(case, lines)
    found = {o: u for o, on, u in zip(lines["offering"], limit.lines, limit.upper, strict=True) if on}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_plan_obeys_and_exemptions_are_spared(kind: str) -> None:
    parameters, expected = EXPECTED[kind]
    intake = solve_plan(_case(kind, **parameters)).table("intake")
    soon = intake[intake["year"] == 2027].set_index("offering")["plan"]
    assert all(soon[line] <= bound + 1e-6 for line, bound in expected.items())
    case = _case(kind, tuple(expected), **parameters)
    (limit,) = rule_limits(case, cohorts(case).offerings)
    assert not limit.lines.any()


def test_every_kind_is_tested_and_read() -> None:
    assert set(EXPECTED) == set(KINDS)
    assert set(RULE_KINDS) == {*KINDS, "max_new_per_school"}


def test_at_most_so_many_new_lines_a_school() -> None:
    def opened(case: Case) -> int:
        intake = solve_plan(case).table("intake")
        soon = intake[(intake["year"] == 2027) & intake["offering"].isin(["b2", "d1"])]
        return int((soon["plan"] > 0).sum())

    assert opened(_case(None)) == 2
    assert opened(_case("max_new_per_school", count=0)) == 0
    assert opened(_case("max_new_per_school", ("B",), count=0)) == 1


def test_a_rule_never_helps_the_objective() -> None:
    free = solve_plan(_case(None)).facts.lp_objective
    for kind, (parameters, _) in EXPECTED.items():
        bound = solve_plan(_case(kind, **parameters)).facts.lp_objective
        assert bound >= free - 1e-6 * max(1.0, np.abs(free))
