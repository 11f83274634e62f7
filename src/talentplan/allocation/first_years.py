"""Whole classes for the first years of a large program, without branch and bound over all of it.

The whole numbers live in the first years. A small program of those years alone (every row that has no other column)
finds the whole numbers nearest to the linear optimum; the full linear program then completes them over all years.
Nothing here proves anything: the bound comes from the linear optimum.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.program import LinearProgram, Outcome, Session

__all__ = ["whole_first_years"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NODES = 200
GAP = 0.01


def whole_first_years(program: LinearProgram, session: Session, relaxed: Outcome) -> Outcome | None:
    """The best plan with the whole numbers nearest to the relaxation, or None where they cannot be completed over all years.

    `session` holds the relaxation, just solved; its bounds and integrality are used up.
    """
    columns, small = _first_years(program)
    proposal = _nearest(small, relaxed.x[columns])
    if proposal is None:
        return None
    value = np.round(proposal[small.integer])
    session.drop_integrality()
    session.set_bounds(np.flatnonzero(program.integer), value, value)
    outcome = session.solve()
    return outcome if outcome.status == "optimal" else None


def _first_years(program: LinearProgram) -> tuple[Ints, LinearProgram]:
    """Positions of the columns up to the last year with whole numbers, and the program of the rows that have no others."""
    dated = [b for b in program.columns.values() if "year" in b.index]
    years = np.full(len(program.cost), np.iinfo(np.int64).max)
    for block in dated:
        years[block.positions] = block.index["year"].to_numpy(dtype=np.int64)
    chosen = years <= years[program.integer].max()
    columns = np.flatnonzero(chosen)
    matrix = sp.csr_array(program.matrix)
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    outside = np.bincount(row_of[~chosen[matrix.indices]], minlength=matrix.shape[0])
    rows = np.flatnonzero((outside == 0) & (np.diff(matrix.indptr) > 0))
    plan = program.columns["plan"]
    kept = plan.index[chosen[plan.positions]].reset_index(drop=True)
    block = dataclasses.replace(plan, start=int(np.searchsorted(columns, plan.start)), index=kept)
    return columns, LinearProgram(
        program.cost[columns], program.lower[columns], program.upper[columns], program.integer[columns],
        program.row_lower[rows], program.row_upper[rows], sp.csc_array(matrix[rows][:, columns]), {"plan": block}, {},
    )  # fmt: skip


def _nearest(small: LinearProgram, centre: Floats) -> Floats | None:
    """float[small column]: least sum of |plan - centre| in whole numbers, None where the first years alone have no plan."""
    n, m, plan = len(small.cost), small.matrix.shape[0], small.columns["plan"].positions
    k = len(plan)
    pick = sp.csc_array((np.ones(k), (np.arange(k), plan)), shape=(k, n))
    apart = sp.hstack([sp.eye_array(k), -sp.eye_array(k)], format="csc")
    program = LinearProgram(
        np.append(np.zeros(n), np.ones(2 * k)),
        np.append(small.lower, np.zeros(2 * k)), np.append(small.upper, np.full(2 * k, np.inf)),
        np.append(small.integer, np.zeros(2 * k, bool)),
        np.append(small.row_lower, centre[plan]), np.append(small.row_upper, centre[plan]),
        sp.csc_array(sp.block_array([[small.matrix, sp.csc_array((m, 2 * k))], [pick, apart]], format="csc")), {}, {},
    )  # fmt: skip
    outcome = Session(program).solve(gap=GAP, nodes=NODES)
    return outcome.x[:n] if outcome.status in ("optimal", "feasible") else None
