"""The linear program of a case held in memory: change bounds, keep the basis, solve again."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation import Names, Rebuild, linear_optimum, method_of, why_impossible
from talentplan.errors import ImpossibleError, SolverError
from talentplan.program import LinearProgram, Outcome, Session

__all__ = ["Bounds", "Sweep", "saved"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bounds = tuple[Ints, Floats, Floats]
NARROW = 200
"""Bounds changed at once up to which simplex goes on from the kept basis; beyond it interior point starts afresh (measured
on the sample: to close all lending takes simplex 31 s and interior point 8 s; one row takes simplex 0.03 to 0.7 s)."""
ROUNDING = 1e-6  # relative to the objective: a smaller difference of two optima is none


def saved(first: Floats | float, second: Floats | float) -> Floats:
    """The first optima less the second; a difference within rounding is 0, NaN where one of them is."""
    gain = np.subtract(first, second)
    return np.asarray(np.where(np.abs(gain) <= ROUNDING * np.maximum(1.0, np.abs(second)), 0.0, gain))


class Sweep:
    """One linear program, its optimum, and the optima with some bounds changed.

    base: the optimum as the program stands. Every answer starts from the basis of `base`, whatever was asked before, so
    that answers do not depend on their order.
    """

    def __init__(self, program: LinearProgram, names: Names = ({}, {}), rebuild: Rebuild | None = None) -> None:
        """Solve the program, whole numbers let go. Raises ImpossibleError where it has no solution, with why (see `why_impossible`)."""
        self.program = _split(program)
        self._session = Session(self.program)
        self.base = self._afresh(self._session, names, rebuild)
        self._basis = self._session.basis()

    def twin(self) -> Sweep:
        """The same program, optimum and basis in a session of its own: for another thread."""
        twin = object.__new__(Sweep)
        twin.program, twin.base, twin._basis = self.program, self.base, self._basis
        twin._session = Session(self.program)
        return twin

    def _afresh(self, session: Session, names: Names, rebuild: Rebuild | None) -> Outcome:
        found = linear_optimum(self.program, session)
        if found.status == "infeasible":
            anew = None if rebuild is None else lambda changes: _split(rebuild(changes))
            raise ImpossibleError(why_impossible(self.program, names, anew))
        if found.status != "optimal":
            raise SolverError(f"the linear program ended as {found.status}")
        return found

    def with_rows(self, rows: Ints, lower: Floats, upper: Floats) -> Outcome:
        """The optimum with new bounds of some rows; its status is `infeasible` where there is none."""
        return self.with_bounds(rows=(rows, lower, upper))

    def with_columns(self, columns: Ints, lower: Floats, upper: Floats) -> Outcome:
        """The optimum with new bounds of some columns; its status is `infeasible` where there is none."""
        return self.with_bounds(columns=(columns, lower, upper))

    def with_costs(self, cost: Floats) -> Outcome:
        """The optimum with other costs, float[column]."""
        self._session.set_costs(cost)
        self._session.start_from_basis(self._basis)
        found = self._session.solve(method="simplex")
        self._session.set_costs(self.program.cost)
        return found

    def with_bounds(
        self, *, rows: Bounds | None = None, columns: Bounds | None = None, warm: bool | None = None
    ) -> Outcome:
        """The optimum with new bounds; its status is `infeasible` where there is none.

        Args:
            rows: positions of rows, their lower and their upper bounds.
            columns: positions of columns, their lower and their upper bounds.
            warm: from the basis of `base` (True) or from nothing; by the number of bounds if not said.
        """
        changed = sum(len(new[0]) for new in (rows, columns) if new is not None)
        if not (changed <= NARROW if warm is None else warm):
            apart = Session(self.program)
            _set(apart, rows, columns)
            return apart.solve(method=method_of(self.program))
        _set(self._session, rows, columns)
        self._session.start_from_basis(self._basis)
        found = self._session.solve(method="simplex")
        program = self.program
        _set(
            self._session,
            None if rows is None else (rows[0], program.row_lower[rows[0]], program.row_upper[rows[0]]),
            None if columns is None else (columns[0], program.lower[columns[0]], program.upper[columns[0]]),
        )
        return found


def _split(program: LinearProgram) -> LinearProgram:
    """The program with whole numbers let go."""
    return dataclasses.replace(program, integer=np.zeros(len(program.cost), dtype=bool))


def _set(session: Session, rows: Bounds | None, columns: Bounds | None) -> None:
    if rows is not None:
        session.set_row_bounds(*rows)
    if columns is not None:
        session.set_bounds(*columns)
