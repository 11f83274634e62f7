"""What bounds plan numbers from above, one thing that was said at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.change import move_limits
from talentplan.allocation.rules import released_lines, rule_limits
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["ceilings", "is_ceiling"]

Floats = NDArray[np.float64]


def ceilings(case: Case, cohorts: Cohorts) -> Iterator[tuple[str, Floats]]:
    """(kind, float[offering, plan year], greatest plan numbers, persons/year, inf where it says nothing) of each.

    `released`: lines that a rule releases from the change policy still grow by no more than it allows.
    """
    table, years = cohorts.offerings, case.settings.horizon.years
    most, classes, largest, last = (
        table[c].to_numpy(dtype=np.float64) for c in ("max_plan", "classes_max", "class_max", "last_plan")
    )
    yield "max_plan", np.repeat(most[:, None], years, axis=1)
    yield "classes_max", np.repeat((classes * largest)[:, None], years, axis=1)
    for rule in rule_limits(case, cohorts):
        upper = np.full((len(table), years), np.inf)
        upper[rule.lines, : 1 if rule.first_year_only else years] = rule.upper[rule.lines, None]
        yield f"ceiling:{rule.rule.id}", upper
    growing = np.full((len(table), years), np.inf)
    free = released_lines(case, cohorts) & (last > 0)
    growing[free, 0] = (last + move_limits(table, case.settings.policy, years)[:, 0])[free]
    yield "released", growing


def is_ceiling(kind: str) -> bool:
    """Whether a kind of statement bounds plan numbers from above, so that how far they reach follows from it."""
    return kind in ("max_plan", "classes_max", "released") or kind.startswith("ceiling:")
