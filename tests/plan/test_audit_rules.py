"""Plan numbers that break a rule, in the cases worked by hand: the audit must refuse each."""

import dataclasses

import pytest
from tests.case_files import read_known_case
from tests.solved import hold, solve

from talentplan.workspace import RULE_KINDS

BROKEN = {  # case: (rule, plan numbers that break it; the other lines as in the answer)
    "rules": ("crowded", {"C": 1.0}),
    "rule_school_share": ("half", {"C": 1.0}),
    "rule_close_without_intake": ("idle", {"B": 1.0}),
    "rule_no_intake_right": ("right", {"C": 1.0}),
    "rule_reduce_lowest": ("lowest", {"C": 41.0}),
    "rule_programs_per_school": ("few", {"F": 1.0}),
    "rule_new_college": ("new", {"D": 1.0}),
    "rule_quality": ("related", {"A": 31.0}),
    "rule_restricted": ("cards", {"B": 31.0}),
    "rule_adjust_share": ("half", {"B": 69.0}),
}


def answered(name, changes):
    known = read_known_case(name)
    intake = {line: years[2025] for line, years in known.answer["intake"].items()}
    return hold(known.case, {**intake, **changes}), int(known.whole_classes)


def naming(verdict, rule):
    """Scopes of the violations that name a rule."""
    return {scope for scope in verdict.violations["scope"] if rule in scope.split("/")}


@pytest.mark.parametrize("name", BROKEN)
def test_a_plan_that_breaks_a_rule_is_refused(name):
    rule, changes = BROKEN[name]
    held, whole = answered(name, {})
    honest, _ = held.audited(objective=None, whole_classes=whole)
    assert "rules" not in set(honest.violations["family"]), honest.violations
    held, whole = answered(name, changes)
    wrong, _ = held.audited(objective=None, whole_classes=whole)
    assert naming(wrong, rule), wrong.violations


@pytest.mark.parametrize("name", BROKEN)
def test_without_the_rule_nothing_names_it(name):
    rule, changes = BROKEN[name]
    held, whole = answered(name, changes)
    rest = tuple(r for r in held.case.rules if r.id != rule)
    without = dataclasses.replace(held, case=dataclasses.replace(held.case, rules=rest))
    verdict, _ = without.audited(objective=None, whole_classes=whole)
    assert not naming(verdict, rule)


def test_every_kind_of_rule_is_broken_once():
    kinds = {r.kind for name, (rule, _) in BROKEN.items() for r in read_known_case(name).case.rules if r.id == rule}
    assert kinds == set(RULE_KINDS) - {"expert_review"}  # which limits nothing


def test_two_programs_that_open_at_one_school_are_counted_together():
    # rule_programs_per_school: T may have one program more; two half-opened ones are one, two whole ones are two
    _, limits = answered("rule_programs_per_school", {"E": 15.0, "F": 15.0})[0].audited(objective=None, whole_classes=0)
    row = limits[limits["scope"] == "T/few"].iloc[0]
    assert (row["used"], row["limit"]) == (2.0, 2.0)  # one that enrolled and two halves
    wrong, _ = answered("rule_programs_per_school", {"E": 30.0, "F": 30.0})[0].audited(objective=None, whole_classes=0)
    assert "T/few" in set(wrong.violations["scope"])


def test_a_school_under_a_yellow_card_may_not_grow_a_line_beyond_the_change_policy():
    # rule_restricted: change is frozen; A from 30 to 40 while B falls is within the card but not within the policy
    wrong, _ = answered("rule_restricted", {"A": 40.0, "B": 20.0})[0].audited(objective=None, whole_classes=0)
    assert set(wrong.violations["family"]) == {"change"}


def test_a_program_that_moves_in_is_a_new_one():
    # rule_max_new_moved: without the rule A moves to N and O opens as well, two new programs at U
    case = read_known_case("rule_max_new_moved").case
    free = solve(dataclasses.replace(case, rules=()))
    assert free.audited()[0].ok
    assert free.solution.objective == pytest.approx(0.0, abs=1e-6)
    judged, _ = dataclasses.replace(free, case=case).audited()
    assert naming(judged, "one") == {"U/one"}
