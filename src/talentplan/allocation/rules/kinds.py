"""Kinds of rules. Each turns one dated, cited policy line into upper bounds on plan numbers.

A kind is a function (case, cohorts, parameters) -> bool[offering] lines it limits and float[offering] the bound. Kinds that
count over lines add rows instead, or beside (`talentplan.allocation.rules.rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.rules.counts import (
    no_new_if_offerings_over,
    no_new_if_school_share_over,
    programs_per_school,
    programs_to_come,
)
from talentplan.allocation.rules.points import bound_lines, new_points
from talentplan.allocation.rules.record import close_without_intake, no_intake_right, reduce_lowest
from talentplan.allocation.rules.standards import no_expansion_below_quality, restricted_conditions, restricted_lines
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case, Rule

__all__ = ["COUNTED", "KINDS", "RuleLimit", "counted_lines", "released_lines", "rule_limits"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Parameters = Mapping[str, float | int | str | bool]
Kind = Callable[[Case, Cohorts, Parameters], tuple[Mask, Floats]]


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """What one rule limits: lines bool[offering], upper float[offering] persons/year, first_year_only: next year alone."""

    rule: Rule
    lines: Mask
    upper: Floats
    first_year_only: bool


KINDS: Mapping[str, tuple[Kind, bool]] = {
    "no_new_if_offerings_over": (no_new_if_offerings_over, False),
    "no_new_if_school_share_over": (no_new_if_school_share_over, False),
    "close_without_intake": (close_without_intake, False),
    "no_intake_right": (no_intake_right, True),
    "reduce_lowest": (reduce_lowest, True),
    "programs_per_school": (programs_per_school, True),
    "no_expansion_below_quality": (no_expansion_below_quality, True),
    "restricted_conditions": (restricted_conditions, True),
}


def _new(case: Case, cohorts: Cohorts, p: Parameters) -> Mask:
    return new_points(cohorts.offerings)


def _to_come(case: Case, cohorts: Cohorts, p: Parameters) -> Mask:
    return programs_to_come(cohorts, p)


def _decided(case: Case, cohorts: Cohorts, p: Parameters) -> Mask:
    lines = cohorts.offerings
    return np.asarray(~lines["pathway_fed"].to_numpy(dtype=bool) & (lines["control"] != "given").to_numpy(dtype=bool))


COUNTED: Mapping[str, Callable[[Case, Cohorts, Parameters], Mask]] = {
    "max_new_per_school": _new,
    "programs_per_school": _to_come,
    "restricted_conditions": restricted_lines,
    "adjust_share": _decided,
    "expert_review": _new,
}
"""Kinds that count over lines: bool[offering], the lines that a count is made of. expert_review counts and limits nothing."""


def counted_lines(case: Case, cohorts: Cohorts, rule: Rule) -> Mask:
    """bool[offering]: lines that the rule counts, within its scope, exemptions taken out; none where it counts nothing."""
    lines = np.zeros(len(cohorts.offerings), dtype=bool)
    if rule.kind in COUNTED:
        lines = COUNTED[rule.kind](case, cohorts, rule.parameters) & bound_lines(rule, cohorts.offerings)
    return lines


def rule_limits(case: Case, cohorts: Cohorts) -> list[RuleLimit]:
    """What every rule of the case that bounds numbers limits, within its scope, exemptions and given lines taken out."""
    found = []
    for rule in case.rules:
        if rule.kind not in KINDS:
            continue
        kind, first_year_only = KINDS[rule.kind]
        lines, upper = kind(case, cohorts, rule.parameters)
        given = (cohorts.offerings["control"] == "given").to_numpy(dtype=bool)
        mask = lines & bound_lines(rule, cohorts.offerings) & ~given
        found.append(RuleLimit(rule, mask, upper, first_year_only))
    return found


def released_lines(case: Case, cohorts: Cohorts) -> Mask:
    """bool[offering]: lines that a rule over a school's whole intake may take down next year, as far as it must.

    Such a fall is neither limited nor counted among the changes of the plan's own.
    """
    found = np.zeros(len(cohorts.offerings), dtype=bool)
    for rule in case.rules:
        if rule.kind == "restricted_conditions":
            found |= counted_lines(case, cohorts, rule)
    return found
