"""The program's table of contents."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from talentplan.allocation.ceilings import ceilings, is_ceiling
from talentplan.allocation.constraints.balance import balance
from talentplan.allocation.constraints.capacity import hiring, places, teachers
from talentplan.allocation.constraints.change import change, move_limits, to_whole_classes
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
from talentplan.allocation.constraints.investment import (
    cluster_leaders,
    first_units,
    investment_budget,
    investments,
)
from talentplan.allocation.constraints.money import recurrent_budget
from talentplan.allocation.constraints.orders import orders
from talentplan.allocation.constraints.pools import entrant_pools
from talentplan.allocation.constraints.reserved import reserved_seats
from talentplan.allocation.constraints.sharing import teacher_agreements
from talentplan.allocation.constraints.teach_out import promised_only, seats_taught_out, teach_out
from talentplan.allocation.constraints.totals import totals, whole_classes
from talentplan.allocation.rules import released_lines
from talentplan.allocation.rules.rows import rule_rows
from talentplan.allocation.space import Space
from talentplan.demand import Openings
from talentplan.errors import Change
from talentplan.matching import placement_arcs
from talentplan.program import LinearProgram
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["COHORTS", "LIMITS", "build", "linear_program", "make_space"]

Family = Callable[[Space], None]

COHORTS: tuple[Family, ...] = (
    plan_numbers,
    entrants,
    seats_taught_out,
    completions,
    seats_of_fed_lines,
    pathways,
    promised_only,
    balance,
)
LIMITS: tuple[Family, ...] = (
    investments,
    first_units,
    cluster_leaders,
    hiring,
    teacher_agreements,
    places,
    teachers,
    training_hours,
    entrant_pools,
    recurrent_budget,
    investment_budget,
    change,
    teach_out,
    rule_rows,
    totals,
    fairness,
    whole_classes,
    fewest_classes,
    reserved_seats,
    orders,
)


def make_space(
    case: Case, openings: Openings, cohorts: Cohorts, waived: str = "", changes: Sequence[Change] = ()
) -> Space:
    """An empty program with the bounds that rules, max_plan, classes_max and the change policy set on plan numbers.

    waived: id of a rule that limits nothing, while what it releases from the change policy stays released: against such a
    program a rule can only make the optimum worse, and its price is never negative.
    changes: those of the bounds that are moved, line by line and year by year, and units of investments.
    """
    table, years = cohorts.offerings, case.settings.horizon.years
    last = table["last_plan"].to_numpy(dtype=np.float64)
    moved = _moved_cells(case, table, changes)
    upper = np.full((len(table), years), np.inf)
    demanded = upper
    limits = tuple(ceilings(case, cohorts))
    for kind, ceiling in limits:
        for cell, after in moved.get(kind, ()):
            ceiling[cell] = after
        if kind != f"ceiling:{waived}":
            upper = np.minimum(upper, ceiling)
        if kind != "released":
            demanded = np.minimum(demanded, ceiling)
    limit = move_limits(table, case.settings.policy, years)
    released = released_lines(case, cohorts)
    limit[:, 0] = np.maximum(limit[:, 0], np.where(np.isfinite(demanded[:, 0]), last - demanded[:, 0], 0.0))
    limit[released, 0] = np.maximum(limit[released, 0], last[released])
    if case.settings.solving.whole_class_years:
        limit[:, 0] = np.maximum(limit[:, 0], to_whole_classes(table, demanded[:, 0]))
    for cell, after in [*moved.get("up", ()), *moved.get("down", ())]:
        limit[cell] = max(limit[cell], after)
    case = _with_units(case, changes)
    return Space(case, openings, cohorts, placement_arcs(case), upper, limit, demanded, released, waived, limits)


def _with_units(case: Case, changes: Sequence[Change]) -> Case:
    """The case with the most units of an investment that are moved: its first unit and its leader follow from them."""
    after = {c.place["investment"]: c.after for c in changes if c.kind == "units_max"}
    if not after:
        return case
    table = case.table("investments")
    moved = table["investment"].map(after).fillna(table["units_max"])
    return dataclasses.replace(case, tables={**case.tables, "investments": table.assign(units_max=moved)})


def _moved_cells(
    case: Case, offerings: pd.DataFrame, changes: Sequence[Change]
) -> dict[str, list[tuple[tuple[int, int], float]]]:
    """Kind -> ((line, plan year), its new figure) of the changes that move how far plan numbers reach."""
    line = dict(zip(offerings["offering"], range(len(offerings)), strict=True))
    moved: dict[str, list[tuple[tuple[int, int], float]]] = {}
    for one in changes:
        if one.kind in ("up", "down") or is_ceiling(one.kind):
            cell = line[str(one.place["offering"])], int(one.place["year"]) - case.first_year
            moved.setdefault(one.kind, []).append((cell, one.after))
    return moved


def build(space: Space, families: tuple[Family, ...] = COHORTS + LIMITS) -> Space:
    """Add every family in order; `space.builder.finish()` hands the program over."""
    for family in families:
        family(space)
    return space


def linear_program(
    case: Case, openings: Openings, cohorts: Cohorts, waived: str = "", changes: Sequence[Change] = ()
) -> LinearProgram:
    """The whole program of a case, as `allocate` solves it; whole numbers are marked in `integer`. waived: see `make_space`.

    changes: limits that are moved and from which others follow: ceilings, the change policy and the most units of an investment.
    """
    return build(make_space(case, openings, cohorts, waived, changes)).builder.finish()
