"""What becomes of students from one autumn to the next, by year of study: go on, repeat, change lines or leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.supply.rates import repeat_shares, stay_shares
from talentplan.workspace.case import Case

__all__ = ["MORE_YEARS", "Grades", "read_grades"]

Floats = NDArray[np.float64]
MORE_YEARS = 2
"""Years beyond the duration that a student may take; who would need more leaves (docs/decisions/0012)."""


@dataclass(frozen=True, slots=True)
class Grades:
    """Yearly shares of those on roll, in the row order of the case's offerings table; year of study g stands in column g - 1.

    duration: int[offering], years of study.
    go_on: float[offering, grade], share in the next year of study of the same line a year later; those who complete in
        the last one; 0 beyond it.
    repeat: float[offering, grade], share in the same year of study a year later.
    moves: one row per change of lines: source, target (positions of offerings), grade (year of study they were in; they
        go on in the next one of the target), share (of those on roll in that year of study of the source).
    more_years: how often one student may repeat, 0 where nobody does.
    """

    duration: NDArray[np.int64]
    go_on: Floats
    repeat: Floats
    moves: pd.DataFrame
    more_years: int

    @property
    def moved(self) -> Floats:
        """float[offering, grade]: share who go on in another line."""
        found = np.zeros_like(self.go_on)
        np.add.at(found, (self.moves["source"].to_numpy(), self.moves["grade"].to_numpy() - 1), self.moves["share"])
        return found

    @property
    def leave(self) -> Floats:
        """float[offering, grade]: share who leave without completing; go_on + moved + repeat + leave = 1 up to the duration."""
        taught = np.arange(self.go_on.shape[1])[None, :] < self.duration[:, None]
        return np.where(taught, 1.0 - self.go_on - self.moved - self.repeat, 0.0)


def read_grades(case: Case) -> Grades:
    """Shares from the roll, the retention table and the transfers of a case.

    The retention table's `stay` counts everybody who goes on, in the same line or in another; those who change lines are
    part of it. Where the transfers out of a year of study exceed it they are scaled down to it.
    """
    table, transfers = case.table("offerings"), case.table("transfers")
    duration = table["duration"].to_numpy(dtype=np.int64)
    longest = int(duration.max(initial=1))
    codes = pd.Index(table["offering"])
    moves = pd.DataFrame(
        {
            "source": codes.get_indexer(transfers["from_offering"]),
            "target": codes.get_indexer(transfers["to_offering"]),
            "grade": transfers["grade"].to_numpy(dtype=np.int64),
            "share": transfers["share"].to_numpy(dtype=np.float64),
        }
    )
    taught = np.arange(longest)[None, :] < duration[:, None]
    repeat = np.where(taught, repeat_shares(case, longest), 0.0)
    stay = np.where(taught, stay_shares(case, repeat, moves), 0.0)
    asked = np.zeros_like(stay)
    cell = moves["source"].to_numpy(), moves["grade"].to_numpy() - 1
    np.add.at(asked, cell, moves["share"].to_numpy())
    part = np.divide(stay, asked, out=np.ones_like(stay), where=asked > stay)
    return Grades(
        duration=duration,
        go_on=stay - asked * part,
        repeat=repeat,
        moves=moves.assign(share=moves["share"].to_numpy() * part[cell]),
        more_years=MORE_YEARS if (repeat > 0).any() else 0,
    )
