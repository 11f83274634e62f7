"""Where the entrants of one autumn are k years later: the coefficients that programs and published tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.supply.flows import GradeFlow, entrant_states, grade_flow
from talentplan.supply.grades import Grades

__all__ = ["NOBODY", "Elsewhere", "Lags", "aged", "lag_shares", "unchanged_completing"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Entrants of one line in another; no entry where nobody changes lines.

    start, end: int[entry], positions of the line of entry and of the other line; age: int[entry], years since entry;
    share: float[entry], share of starters.
    """

    start: Ints
    end: Ints
    age: Ints
    share: Floats


NOWHERE = np.zeros(0, dtype=np.int64)
NOBODY = Elsewhere(NOWHERE, NOWHERE, NOWHERE, np.zeros(0))
"""Nobody changes lines."""


@dataclass(frozen=True, slots=True)
class Lags:
    """Shares of starters by years since entry.

    retention, completing: float[offering, K], on roll in autumn, and completing in summer, k years after entry in the line
        of entry; K is one more than the longest stay.
    retention_elsewhere, completing_elsewhere: the same in the lines to which starters have changed.
    """

    retention: Floats
    completing: Floats
    retention_elsewhere: Elsewhere
    completing_elsewhere: Elsewhere


def lag_shares(flow: GradeFlow) -> Lags:
    """Follow one entrant of every line until nobody is left."""
    longest = int((flow.grade + flow.repeated).max(initial=0)) + 1
    present = entrant_states(flow)
    done = sp.csr_array((len(flow.first), len(flow.first)))
    on_roll, completing = [], []
    for _ in range(longest):
        on_roll.append(sp.csr_array(present @ flow.lines))
        completing.append(done)
        done, present = sp.csr_array(present @ flow.finishing), sp.csr_array(present @ flow.onward)
    return Lags(_diagonals(on_roll), _diagonals(completing), _elsewhere(on_roll), _elsewhere(completing))


def unchanged_completing(grades: Grades) -> Floats:
    """float[offering, K]: share of starters who complete k years after entry and have never changed lines."""
    return lag_shares(grade_flow(replace(grades, moves=grades.moves.iloc[:0]))).completing


def _diagonals(by_age: list[sp.csr_array]) -> Floats:
    return np.stack([matrix.diagonal() for matrix in by_age], axis=1)


def _elsewhere(by_age: list[sp.csr_array]) -> Elsewhere:
    """What lies off the diagonals of float[line of entry, line], by age, line of entry and line."""
    parts = []
    for age, matrix in enumerate(by_age):
        entries = matrix.tocoo()
        some = (entries.row != entries.col) & (entries.data > 0)
        start, end, share = entries.row[some], entries.col[some], entries.data[some]
        order = np.lexsort((end, start))
        parts.append((start[order], end[order], np.full(len(order), age), share[order]))
    start, end, years, share = (np.concatenate([part[n] for part in parts]) for n in range(4))
    return Elsewhere(start.astype(np.int64), end.astype(np.int64), years.astype(np.int64), share)


def aged(before: Floats, entrants: Floats, own: Floats, elsewhere: Elsewhere) -> Floats:
    """float[offering, year]: before, and sum over k of own[o, k] entrants[o, t - k], and what other lines' entrants add.

    before, entrants: float[offering, year], persons of earlier intakes, and persons who enter. own: float[offering, K].

    >>> aged(np.zeros((1, 4)), np.array([[10.0, 20.0, 0.0, 0.0]]), np.array([[1.0, 0.5]]), NOBODY)
    array([[10., 25., 10.,  0.]])
    """
    years = entrants.shape[1]
    total = before.copy()
    for k in range(min(own.shape[1], years)):
        total[:, k:] += own[:, k : k + 1] * entrants[:, : years - k]
        here = elsewhere.age == k
        came = elsewhere.share[here, None] * entrants[elsewhere.start[here], : years - k]
        np.add.at(total[:, k:], elsewhere.end[here], came)
    return total
