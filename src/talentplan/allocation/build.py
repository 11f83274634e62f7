"""The program's table of contents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from talentplan.allocation.constraints.balance import balance
from talentplan.allocation.constraints.capacity import hiring, investments, places, teachers
from talentplan.allocation.constraints.change import change, greatest_plan, move_limits
from talentplan.allocation.constraints.classes import fewest_classes
from talentplan.allocation.constraints.fairness import fairness
from talentplan.allocation.constraints.hours import training_hours
from talentplan.allocation.constraints.intake import (
    completions,
    entrants,
    pathways,
    plan_numbers,
    seats_of_fed_lines,
)
from talentplan.allocation.constraints.money import investment_budget, recurrent_budget
from talentplan.allocation.constraints.pools import entrant_pools
from talentplan.allocation.constraints.reserved import reserved_seats
from talentplan.allocation.constraints.totals import totals, whole_classes
from talentplan.allocation.rules import released_lines, rule_limits
from talentplan.allocation.rules.rows import rule_rows
from talentplan.allocation.space import Space
from talentplan.demand import Openings
from talentplan.matching import placement_arcs
from talentplan.program import LinearProgram
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["COHORTS", "LIMITS", "build", "linear_program", "make_space"]

Family = Callable[[Space], None]

COHORTS: tuple[Family, ...] = (plan_numbers, entrants, completions, seats_of_fed_lines, pathways, balance)
LIMITS: tuple[Family, ...] = (
    investments,
    hiring,
    places,
    teachers,
    training_hours,
    entrant_pools,
    recurrent_budget,
    investment_budget,
    change,
    rule_rows,
    totals,
    fairness,
    whole_classes,
    fewest_classes,
    reserved_seats,
)


def make_space(case: Case, openings: Openings, cohorts: Cohorts, waived: str = "") -> Space:
    """An empty program with the bounds that rules, max_plan, classes_max and the change policy set on plan numbers.

    waived: id of a rule that limits nothing, while what it releases from the change policy stays released: against such a
    program a rule can only make the optimum worse, and its price is never negative.
    """
    table, years = cohorts.offerings, case.settings.horizon.years
    last = table["last_plan"].to_numpy(dtype=np.float64)
    upper = np.repeat(greatest_plan(table)[:, None], years, axis=1)
    demanded = upper.copy()
    for rule in rule_limits(case, cohorts):
        span = 1 if rule.first_year_only else years
        for bound in (demanded,) if rule.rule.id == waived else (upper, demanded):
            bound[rule.lines, :span] = np.minimum(bound[rule.lines, :span], rule.upper[rule.lines, None])
    limit = move_limits(table, case.settings.policy, years)
    released = released_lines(case, cohorts)
    upper[:, 0] = np.where(released & (last > 0), np.minimum(upper[:, 0], last + limit[:, 0]), upper[:, 0])
    limit[:, 0] = np.maximum(limit[:, 0], np.where(np.isfinite(demanded[:, 0]), last - demanded[:, 0], 0.0))
    limit[released, 0] = np.maximum(limit[released, 0], last[released])
    return Space(case, openings, cohorts, placement_arcs(case), upper, limit, demanded, released, waived)


def build(space: Space, families: tuple[Family, ...] = COHORTS + LIMITS) -> Space:
    """Add every family in order; `space.builder.finish()` hands the program over."""
    for family in families:
        family(space)
    return space


def linear_program(case: Case, openings: Openings, cohorts: Cohorts, waived: str = "") -> LinearProgram:
    """The whole program of a case, as `allocate` solves it; whole numbers are marked in `integer`. waived: see `make_space`."""
    return build(make_space(case, openings, cohorts, waived)).builder.finish()
