"""Whole classes for the first years of a large program, without branch and bound over all of it.

The whole numbers live in the first years. A small program of those years alone (every row, as far as what comes later can
help it) finds the whole numbers nearest to the linear optimum; the full linear program then completes them over all years. Where that is
not good enough a dive decides what opens, closes, changes and is bought first, and only the numbers are taken from nearby.
Nothing here proves anything: the bound comes from the linear optimum.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.dive import Dive
from talentplan.program import LinearProgram, Outcome, Session, taken

__all__ = ["column_years", "first_plan", "first_years", "nearest"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NODES = 200
GAP = 0.01


def first_plan(program: LinearProgram, session: Session, relaxed: Outcome, *, gap: float) -> Outcome | None:
    """A plan in whole numbers: those nearest to the relaxation, and where its gap is wider than `gap` the better one of a dive.

    `session` holds the relaxation, just solved; its bounds and integrality are used up. The bound is the relaxation's
    objective. None where neither way ends at a plan.
    """
    start = session.basis()
    session.drop_integrality()
    near = _completed(program, session, program, relaxed, relaxed)
    if near is not None and near.gap <= gap:
        return near
    session.set_bounds(np.arange(len(program.cost), dtype=np.int64), program.lower, program.upper)
    session.start_from_basis(start)
    dive = Dive(program, session)
    decided = dive.decide(relaxed)
    dived = None if decided is None else _completed(program, session, dive.decided(), decided, relaxed)
    return min((p for p in (dived, near) if p is not None), key=lambda p: p.objective, default=None)


def _completed(
    program: LinearProgram, session: Session, decided: LinearProgram, at: Outcome, relaxed: Outcome
) -> Outcome | None:
    """The whole numbers of `decided` nearest to `at`, completed over all years; None where they cannot be.

    decided: the program with some whole numbers fixed by their bounds already.
    """
    columns, small = first_years(decided)
    proposal = nearest(small, at.x[columns], np.zeros(len(columns)))
    if proposal is None:
        return None
    value = np.round(proposal[small.integer])
    session.set_bounds(np.flatnonzero(program.integer), value, value)
    found = session.solve(method="simplex")
    if found.status != "optimal":
        return None
    gap = max(0.0, (found.objective - relaxed.objective) / max(abs(found.objective), 1e-9))
    return dataclasses.replace(found, status="feasible", bound=relaxed.objective, gap=gap)


def column_years(program: LinearProgram) -> Ints:
    """int[column]: the year of every column, later than any year where it has none."""
    years = np.full(len(program.cost), np.iinfo(np.int64).max)
    for block in program.columns.values():
        if "year" in block.labels:
            years[block.positions] = block.labels["year"]
    return years


def first_years(program: LinearProgram) -> tuple[Ints, LinearProgram]:
    """Positions of the columns up to the last year with whole numbers, and the program of what the rows ask of them.

    Columns of later years take whatever value within their bounds suits a row best.
    """
    years = column_years(program)
    chosen = years <= years[program.integer].max()
    columns = np.flatnonzero(chosen)
    least, most = _later(program, ~chosen)
    lower, upper = program.row_lower - most, program.row_upper - least
    touched = np.bincount(program.matrix[:, columns].indices, minlength=len(lower)) > 0
    rows = np.flatnonzero(touched & (np.isfinite(lower) | np.isfinite(upper)))
    matrix = sp.csr_array(program.matrix)
    plan = program.columns["plan"]
    kept = taken(plan.labels, chosen[plan.positions])
    block = dataclasses.replace(plan, start=int(np.searchsorted(columns, plan.start)), labels=kept)
    return columns, LinearProgram(
        program.cost[columns], program.lower[columns], program.upper[columns], program.integer[columns],
        lower[rows], upper[rows], sp.csc_array(matrix[rows][:, columns]), {"plan": block}, {},
    )  # fmt: skip


def _later(program: LinearProgram, later: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """float[row] twice: the least and the most that the later columns can add to each row, within their bounds."""
    part = sp.coo_array(program.matrix[:, later])
    part.eliminate_zeros()
    row, column = part.coords
    ends = np.stack([program.lower[later][column], program.upper[later][column]]) * part.data
    least, most = np.zeros(program.matrix.shape[0]), np.zeros(program.matrix.shape[0])
    np.add.at(least, row, ends.min(axis=0))
    np.add.at(most, row, ends.max(axis=0))
    return least, most


def nearest(
    small: LinearProgram, centre: Floats, cost: Floats, *, away: float = 1.0, nodes: int = NODES
) -> Floats | None:
    """float[small column]: least sum of away x |plan - centre| and of what the columns cost, in whole numbers.

    None where the first years alone have no plan, or none was found within so many nodes of branch and bound.
    """
    n, m, plan = len(small.cost), small.matrix.shape[0], small.columns["plan"].positions
    k = len(plan)
    pick = sp.csc_array((np.ones(k), (np.arange(k), plan)), shape=(k, n))
    apart = sp.hstack([sp.eye_array(k), -sp.eye_array(k)], format="csc")
    program = LinearProgram(
        np.append(cost, np.full(2 * k, away)),
        np.append(small.lower, np.zeros(2 * k)), np.append(small.upper, np.full(2 * k, np.inf)),
        np.append(small.integer, np.zeros(2 * k, bool)),
        np.append(small.row_lower, centre[plan]), np.append(small.row_upper, centre[plan]),
        sp.csc_array(sp.block_array([[small.matrix, sp.csc_array((m, 2 * k))], [pick, apart]], format="csc")), {}, {},
    )  # fmt: skip
    outcome = Session(program).solve(gap=GAP, nodes=nodes)
    return outcome.x[:n] if outcome.status in ("optimal", "feasible") else None
