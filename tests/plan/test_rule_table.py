"""What every rule did to the plan: lines touched and bound, and points to be reviewed."""

import pytest
from tests.case_files import read_known_case

from talentplan.plan import solve_plan


def rules_of(name):
    return solve_plan(read_known_case(name).case).table("rules").set_index("rule")[["touched", "binding"]]


def test_three_new_programs_of_a_school_are_to_be_reviewed():
    plan = solve_plan(read_known_case("rule_expert_review").case)
    layout = plan.table("layout").set_index(["school", "program"])
    due = layout["limited_zh"].str.startswith("须评审：review")
    assert set(layout.index[due]) == {("S", "R"), ("S", "X"), ("S", "Y")}
    assert (layout["limited_en"].str.startswith("to be reviewed: review") == due).all()
    assert plan.table("rules")[["touched", "binding"]].values.tolist() == [[6, 3]]


@pytest.mark.parametrize(
    ("name", "rule", "touched", "binding"),
    [
        ("rule_new_college", "new", 6, 6),  # both schools open as many as they may
        ("rule_programs_per_school", "few", 5, 5),  # A, B, G at last year's number; E and F at a school at its count
        ("rule_restricted", "cards", 4, 4),  # A and B under the card, C and D without intake
        ("rule_adjust_share", "half", 4, 4),
        ("rule_quality", "related", 1, 1),
        ("rules", "crowded", 1, 1),
    ],
)
def test_lines_that_a_rule_touches_and_holds(name, rule, touched, binding):
    assert rules_of(name).loc[rule].tolist() == [touched, binding]
