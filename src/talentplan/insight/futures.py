"""Many futures of demand: each one's own best plan, and one plan judged on all of them.

A future is a table of openings of its own. It changes right sides and bounds of the program alone, never a coefficient, so that
nothing is built again: the program of a case stays in memory and simplex goes on from the last basis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.constraints.orders import beyond_openings, order_reach
from talentplan.demand import Openings
from talentplan.errors import SolverError
from talentplan.insight.sweep import Sweep
from talentplan.program import LinearProgram, Session

__all__ = ["Judge", "persons_of", "replanned", "worst_mean"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FREE = ("placed", "unplaced", "shortage")
MARKET = ("local_supply", "openings", "orders")
NOTHING = np.zeros(0, dtype=np.int64)
GIVEN_WAY = 1e-6  # persons by which an order gives way where the plan holds it within the tolerance of the solver


def persons_of(openings: Openings) -> Floats:
    """float[future, row of openings.table]: openings on every sample path, persons/year; none where there are no paths."""
    return np.asarray(openings.paths, dtype=np.float64).reshape(len(openings.paths), -1)


@dataclass(frozen=True, slots=True)
class _Demand:
    """Where openings stand in a program.

    place: int[row of block `openings`], row of the openings table; row: their positions in the program; step: positions of the
    shortage columns; of_step: int[step], row of the block `openings`; width: share of the openings a step covers.
    order: positions of the rows `orders`, which ask for no more than there are openings; persons: float[order], who completes
    them; firm: float[order], their right side where openings are plenty; reach: float[order, row], sparse, which they can take.
    """

    place: Ints
    row: Ints
    step: Ints
    of_step: Ints
    width: Floats
    order: Ints
    persons: Floats
    firm: Floats
    reach: sp.csr_array

    @property
    def rows(self) -> Ints:
        """Positions of the rows that a future changes: openings, then orders."""
        return np.concatenate([self.row, self.order])

    def of(self, persons: Floats) -> tuple[Floats, Floats, Floats]:
        """float[row], the openings; float[order], least right sides; float[step], the most of each step, of one future."""
        wanted = persons[self.place]
        return wanted, self.firm - beyond_openings(self.reach, self.persons, wanted), self.width * wanted[self.of_step]


def _demand(program: LinearProgram, table: pd.DataFrame, persons: Floats) -> _Demand:
    """Raises ValueError where a future has openings that the expected ones do not know: they have no rows."""
    keys = ["occupation", "level", "year"]
    rows, steps = program.rows["openings"], program.columns["shortage"]
    known = pd.MultiIndex.from_frame(rows.index[keys])
    place = pd.MultiIndex.from_frame(table[keys]).get_indexer(known)
    outside = np.ones(len(table), dtype=bool)
    outside[place] = False
    if np.any(persons[:, outside] > 0):
        raise ValueError("a future has openings where the expected openings are 0")
    of_step = known.get_indexer(pd.MultiIndex.from_frame(steps.index[keys]))
    stated = program.row_lower[rows.positions]
    width = program.upper[steps.positions] / stated[of_step]
    orders = program.rows.get("orders")
    if orders is None:
        return _Demand(place, rows.positions, steps.positions, of_step, width,
                       NOTHING, np.zeros(0), np.zeros(0), sp.csr_array((0, len(rows))))  # fmt: skip
    reach, asked = (
        order_reach(orders.index, program.columns["placed"].index, rows.index),
        orders.index["persons"].to_numpy(),
    )
    firm = program.row_lower[orders.positions] + beyond_openings(reach, asked, stated)
    return _Demand(place, rows.positions, steps.positions, of_step, width, orders.positions, asked, firm, reach)


def replanned(sweep: Sweep, table: pd.DataFrame, persons: Floats) -> Floats:
    """float[future]: the optimum of the continuous program under each future, every decision free.

    Each starts from the basis of the expected openings, so that no future depends on another.

    Args:
        sweep: the program of a case in memory.
        table: the openings it was made of (`Openings.table`).
        persons: float[future, row of the table], persons/year.

    Raises ValueError where a future has openings where the expected ones are 0, SolverError where the solver stops.
    """
    demand = _demand(sweep.program, table, persons)
    found = np.empty(len(persons))
    none, free = np.zeros(len(demand.step)), np.full(len(demand.order), np.inf)
    for number, future in enumerate(persons):
        wanted, least, most = demand.of(future)
        sides = np.concatenate([wanted, least]), np.concatenate([wanted, free])
        best = sweep.with_bounds(rows=(demand.rows, *sides), columns=(demand.step, none, most), warm=True)
        if best.status != "optimal":
            raise SolverError(f"a future ended as {best.status}")
        found[number] = best.objective
    return found


class Judge:
    """One plan under many futures: intake, pathways and money stay as planned, only who takes which opening is chosen anew.

    What is left is one transport problem a year, since nothing is carried over. Rows that nobody can move (no one seeks work,
    or no program leads there) are summed and not solved.
    """

    def __init__(self, program: LinearProgram, table: pd.DataFrame, x: Floats) -> None:
        """Fix everything but placement.

        Args:
            program: the program of the case.
            table: the openings it was made of (`Openings.table`).
            x: float[column], the plan.
        """
        free = np.concatenate([program.columns[name].positions for name in FREE])
        rows = np.concatenate([program.rows[name].positions for name in MARKET if name in program.rows])
        supplied = len(program.rows[MARKET[0]])
        fixed = x.copy()
        fixed[free] = 0.0
        part = sp.csr_array(program.matrix)[rows]
        decided = part @ fixed
        side = program.row_lower[rows] - decided
        side[:supplied] = np.maximum(side[:supplied], 0.0)
        self._constant = float(program.cost @ fixed) + program.offset
        self._table, self._program, self._rows = table, program, rows
        self._movable, columns = _movable(part[:, free], side[:supplied], len(program.columns["placed"]))
        kept = free[columns]
        self._column = np.full(len(program.cost), -1, dtype=np.int64)
        self._column[kept] = np.arange(len(kept))
        self._row = np.full(program.matrix.shape[0], -1, dtype=np.int64)
        self._row[rows[self._movable]] = np.arange(int(self._movable.sum()))
        matrix = sp.csc_array(sp.csc_array(part[self._movable])[:, free[columns]])
        self._decided = np.zeros(program.matrix.shape[0])
        self._decided[rows] = decided
        least, most = side.copy(), side.copy()
        orders = np.arange(len(rows)) >= supplied + len(program.rows[MARKET[1]])
        least[orders] -= GIVEN_WAY
        most[orders] = np.inf
        self._lower = np.zeros(len(kept))
        self._session = Session(
            LinearProgram(program.cost[kept], self._lower, program.upper[kept], np.zeros(len(kept), dtype=bool),
                          least[self._movable], most[self._movable], matrix, {}, {})
        )  # fmt: skip
        self._session.solve(method="simplex")

    def objective(self, persons: Floats) -> Floats:
        """float[future]: the objective of the plan under each future.

        Args:
            persons: float[future, row of the table], persons/year.

        Raises ValueError where a future has openings where the expected ones are 0, SolverError where the solver stops.
        """
        demand = _demand(self._program, self._table, persons)
        row, step = self._row[demand.rows], self._column[demand.step]
        solved, moved = np.flatnonzero(row >= 0), np.flatnonzero(step >= 0)
        still = np.flatnonzero(row[demand.of_step] < 0)
        # where nobody can be placed every step is full
        price = np.bincount(
            demand.of_step[still], (self._program.cost[demand.step] * demand.width)[still], minlength=len(demand.row)
        )
        found = np.empty(len(persons))
        zero = np.zeros(len(moved))
        for number, future in enumerate(persons):
            wanted, least, most = demand.of(future)
            low = np.concatenate([wanted, least - self._decided[demand.order] - GIVEN_WAY])
            high = np.concatenate([wanted, np.full(len(least), np.inf)])
            self._session.set_row_bounds(row[solved], low[solved], high[solved])
            self._session.set_bounds(step[moved], zero, most[moved])
            found[number] = self._session.optimum() + price @ wanted
        if np.isnan(found).any():
            raise SolverError("a future of a fixed plan has no optimum")
        return found + self._constant


def _movable(part: sp.csr_array, seekers: Floats, arcs: int) -> tuple[NDArray[np.bool_], Ints]:
    """bool[row], where someone can be placed; the columns (of placed, unplaced, shortage) that stand in such rows alone."""
    supplied = len(seekers)
    pattern = sp.csc_array(part)
    movable = np.ones(part.shape[0], dtype=bool)
    movable[:supplied] = seekers > 0
    dead = np.zeros(part.shape[0])
    dead[:supplied] = seekers <= 0
    open_arc = np.asarray(abs(pattern[:, :arcs]).T @ dead).ravel() == 0
    movable[supplied:] = np.asarray(abs(pattern[:, :arcs]) @ open_arc.astype(float)).ravel()[supplied:] > 0
    outside = np.asarray(abs(pattern).T @ (~movable).astype(float)).ravel() > 0
    return movable, np.flatnonzero(~outside).astype(np.int64)


def worst_mean(loss: Floats, share: float = 0.1) -> float:
    """Mean of the greatest losses, a `share` of them (conditional value at risk, Rockafellar and Uryasev 2000).

    The last one counts in part, so that the share is exact.

    >>> worst_mean(np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    3.5
    >>> worst_mean(np.array([1.0, 2.0, 3.0, 4.0]), 0.375)
    3.6666666666666665
    """
    count = share * len(loss)
    weight = np.clip(count - np.arange(len(loss)), 0.0, 1.0)
    return float(np.sort(loss)[::-1] @ weight / count)
