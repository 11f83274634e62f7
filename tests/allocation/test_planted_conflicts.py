"""Contradictions planted in random cases that had a plan: what the diagnosis names and mends, judged by PuLP and CBC."""

from __future__ import annotations

import pytest
from tests.conflict_judge import possible_when_changed, possible_with
from tests.planted_conflicts import KINDS, Planted, planted

from talentplan.allocation import linear_program, why_impossible
from talentplan.allocation.diagnosis import CONFLICTS
from talentplan.demand import forecast_openings
from talentplan.supply import cohorts
from talentplan.workspace import code_names

FEW, MANY = 2, 12  # cases of each of the 27 kinds: 54 in every run, 324 more in the slow one
FIRST, FURTHER = 5000, 9000  # seeds after which they are drawn


def judge(one: Planted, most: int) -> None:
    """Every conflict is one, has part in what was planted and is minimal; the first repairs make a plan possible. most: so many are judged.

    Where the plant also changed what nobody is told to give up (how large classes are), other limits may clash by that alone;
    what was planted is among the conflicts all the same.
    """
    names = (code_names(one.case, "zh"), code_names(one.case, "en"))
    openings, inherited = forecast_openings(one.case), cohorts(one.case)
    found = why_impossible(
        one.program, names, lambda changes: linear_program(one.case, openings, inherited, changes=changes)
    )
    planted_in = [any(one.has(s) for s in conflict.statements) for conflict in found.conflicts]
    assert any(planted_in) if one.redefines else all(planted_in), [
        [s.words[1] for s in conflict.statements] for conflict in found.conflicts
    ]
    for conflict in found.conflicts[:most]:
        assert conflict.minimal
        assert not possible_with(one.program, conflict.statements)
        for left_out in conflict.statements:
            rest = [s for s in conflict.statements if s is not left_out]
            assert possible_with(one.program, rest), left_out.words[1]
    assert found.complete or len(found.conflicts) == CONFLICTS  # so many are told at most
    assert found.repairs
    for repair in found.repairs[:most]:
        assert possible_when_changed(one.case, repair.changes), repair.words[1]
    costs = [repair.cost for repair in found.repairs]
    assert costs == sorted(costs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_contradiction_is_found_and_mended(kind: str) -> None:
    cases = planted(kind, FEW, FIRST)
    assert len(cases) == FEW
    for one in cases:
        judge(one, 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_three_hundred_planted_contradictions_are_found_and_mended(kind: str) -> None:
    for one in planted(kind, MANY, FURTHER):
        judge(one, 5)
