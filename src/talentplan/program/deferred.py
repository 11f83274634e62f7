"""Linear programs with columns that only follow others: solved without them first, then with them from that optimum."""

from __future__ import annotations

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.program.model import LinearProgram
from talentplan.program.session import Outcome, Session

__all__ = ["solve_deferring"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOLERANCE = 1e-9
TRIFLE = 1e-5  # cost of a unit of what the rows let go limit; measured: 1e-3 already takes simplex 1,200 steps at 70,000 columns
# steps of simplex after which a repair counts as long: so many, or a share of the columns if that is more
SHORT, SHARE = 2000, 0.05


def solve_deferring(session: Session, columns: str, rows: str, *, method: str) -> Outcome:
    """The optimum of the relaxation in memory, in two steps; the same optimum as `session.solve(relax=True)`.

    columns, rows: names of a block of columns that cost nothing and of the block of rows that say how large each must be at
    least (one such column in each row, with a positive coefficient). First these rows and all other rows with such columns (a
    budget, say) are let go, which leaves interior point a far smaller program; what those others limit costs a trifle
    meanwhile, so that it is not wasted. Then every such column takes the least value its rows ask for and simplex goes on
    from there with everything back in place: it certifies the point where the other rows hold, and repairs it where they do
    not. Where the repair is long, the whole program is solved from nothing.
    """
    program = session.program
    if columns not in program.columns or rows not in program.rows:
        return session.solve(relax=True, method=method)
    follower, least = program.columns[columns].positions, program.rows[rows].positions
    if np.any(program.cost[follower] != 0):
        return session.solve(relax=True, method=method)
    others = _others(program, follower, least)
    freed = np.concatenate([least, others])
    session.set_row_bounds(freed, np.full(len(freed), -np.inf), np.full(len(freed), np.inf))
    session.set_bounds(follower, program.lower[follower], program.lower[follower])
    session.set_costs(program.cost + _trifle(program, others))
    first = session.solve(relax=True, method=method)
    session.set_costs(program.cost)
    session.set_row_bounds(freed, program.row_lower[freed], program.row_upper[freed])
    session.set_bounds(follower, program.lower[follower], program.upper[follower])
    if first.status == "optimal":
        value, tightest = _least(program, first.x, follower, least)
        raised = value > program.lower[follower] + TOLERANCE
        session.start_from_basis(_raised(session.basis(), follower[raised], tightest[raised]))
        found = session.solve(relax=True, method="simplex", iterations=max(SHORT, int(SHARE * len(program.cost))))
        if found.status != "limit":
            return found
    return session.solve(relax=True, method=method, cold=True)


def _trifle(program: LinearProgram, others: Ints) -> Floats:
    """float[column]: a small cost for what the columns take of the other rows; their upper bounds are what limits."""
    use = sp.csr_array(program.matrix)[others[np.isfinite(program.row_upper[others])]]
    return np.asarray(TRIFLE * use.sum(axis=0)).ravel()


def _others(program: LinearProgram, follower: Ints, least: Ints) -> Ints:
    """Positions of the rows with followers that are not among `least`."""
    touched = np.unique(program.matrix[:, follower].indices)
    return np.setdiff1d(touched, least).astype(np.int64)


def _least(program: LinearProgram, x: Floats, follower: Ints, least: Ints) -> tuple[Floats, Ints]:
    """float[follower], the least value its bound and its rows ask for at x; int[follower], the row that asks for most."""
    matrix = sp.csr_array(program.matrix)[least]
    at_zero = x.copy()
    at_zero[follower] = 0.0
    own = sp.coo_array(sp.csc_array(matrix)[:, follower])
    row, column = (np.asarray(k, dtype=np.int64) for k in own.coords)
    asked = (program.row_lower[least][row] - (matrix @ at_zero)[row]) / own.data
    order = np.lexsort((row, -asked, column))
    first = order[np.unique(column[order], return_index=True)[1]]
    value, tightest = program.lower[follower].copy(), np.zeros(len(follower), dtype=np.int64)
    value[column[first]] = np.maximum(value[column[first]], asked[first])
    tightest[column[first]] = least[row[first]]
    return value, tightest


def _raised(basis: highspy.HighsBasis, columns: Ints, rows: Ints) -> highspy.HighsBasis:
    """The basis with each column basic in place of its row, which then stands at its lower bound."""
    status = highspy.HighsBasisStatus
    of_columns, of_rows = list(basis.col_status), list(basis.row_status)
    for column, row in zip(columns.tolist(), rows.tolist(), strict=True):
        of_columns[column], of_rows[row] = status.kBasic, status.kLower
    basis.col_status, basis.row_status = of_columns, of_rows
    return basis
