"""What the allocator found, by index tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from talentplan.program import LinearProgram

__all__ = ["Solution"]


@dataclass(frozen=True, slots=True)
class Solution:
    """Values of every column block over its index table (column `value`), all years including the tail.

    values: plan, passed, broken, placed, unplaced, shortage and, where they exist, classes, bought, hired,
        hired_specialists, lent, general_money, opens, closes ...
    status, gap, objective, bound, lp_objective: as in SolveFacts; solver: name and version; size: columns, rows, nonzeros.
    timings: seconds of build, handover, solve.
    """

    values: Mapping[str, pd.DataFrame]
    status: str
    gap: float
    objective: float
    bound: float
    lp_objective: float
    solver: str
    size: tuple[int, int, int]
    timings: Mapping[str, float]
    program: LinearProgram

    def value(self, name: str) -> pd.DataFrame | None:
        """Index table and values of one block, None where the program has no such column."""
        return self.values.get(name)
