"""Yes-or-no decisions and lumps of the first years, one kind after another at the optimum of what is still free.

A dive makes the decisions of one kind whole a few at a time, the fullest first, and lets the linear program answer before
the next few: unlike rounding to the nearest it sees what the decisions before have cost. A neighbourhood search follows: all
decisions of one kind are taken back and made anew while the others stand, as long as that pays. Nothing here proves anything.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from talentplan.program import LinearProgram, Outcome, Session

__all__ = ["Dive"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# the order of kinds; others (lumps bought, ...) follow in the order of the program
FIRST = ("merges", "opens", "closes", "changes")
# how many, once it is decided which: left to the nearest whole numbers
NUMBERS = frozenset({"plan", "classes", "steps"})
# of the broken decisions of a kind, made whole at once; as good as one by one in half the time on the sample
SHARE = 0.1
PASSES = 1  # of the neighbourhood search; a second one brings nothing on the sample
BROKEN = 1e-6  # a decision that is not whole
PAYS = 1e-6  # relative gain below which a change does not pay


class Dive:
    """Decisions of one program, made in a session of continuous columns that stands at its relaxation's optimum; its bounds are used up.

    lower, upper: float[column], the bounds of the program with every decision made so far fixed.
    """

    def __init__(self, program: LinearProgram, session: Session) -> None:
        self._session = session
        self._program = program
        self.lower, self.upper = program.lower.copy(), program.upper.copy()
        whole = {n: b.positions[program.integer[b.positions]] for n, b in program.columns.items() if n not in NUMBERS}
        kinds = [n for n in FIRST if n in whole] + [n for n in whole if n not in FIRST]
        self._kinds: list[Ints] = [whole[n] for n in kinds if len(whole[n])]

    def decide(self, relaxed: Outcome) -> Outcome | None:
        """The linear program with every decision made, the numbers of classes still broken; None where the dive ends nowhere."""
        found: Outcome | None = relaxed
        for kind in self._kinds:
            if found is not None:
                found = self._dive(kind, found)
        if found is None:
            return None
        best = found
        for _ in range(PASSES):
            before = best.objective
            for kind in self._kinds:
                best = self._anew(kind, best)
            if not _pays(best.objective, before):
                break
        return best

    def decided(self) -> LinearProgram:
        """The program with the decisions made as bounds."""
        return dataclasses.replace(self._program, lower=self.lower, upper=self.upper)

    def _anew(self, kind: Ints, best: Outcome) -> Outcome:
        kept = self.lower[kind].copy(), self.upper[kind].copy()
        self._fix(kind, self._program.lower[kind], self._program.upper[kind])
        free = self._session.solve(method="simplex")
        if free.status == "optimal" and _pays(free.objective, best.objective):
            found = self._dive(kind, free)
            if found is not None and _pays(found.objective, best.objective):
                return found
        self._fix(kind, *kept)
        return best

    def _dive(self, kind: Ints, at: Outcome) -> Outcome | None:
        """Every decision of a kind, starting from the optimum `at`; None where neither way of a decision leaves a plan."""
        while True:
            free = kind[self.lower[kind] < self.upper[kind]]
            value = at.x[free]
            broken = np.abs(value - np.round(value)) > BROKEN
            if not broken.any():
                self._fix(free, np.round(value), np.round(value))
                return at
            part = value[broken] - np.floor(value[broken])
            fullest = free[broken][np.argsort(-part, kind="stable")]
            found = self._raise(fullest[: max(1, int(SHARE * len(fullest)))], at)
            if found is None:
                return None
            at = found

    def _raise(self, columns: Ints, at: Outcome) -> Outcome | None:
        """These decisions rounded up; where that leaves no plan fewer of them, and a single one down."""
        while True:
            up = np.ceil(at.x[columns])
            found = self._try(columns, up)
            if found is not None or len(columns) == 1:
                return found if found is not None else self._try(columns, up - 1.0)
            columns = columns[: len(columns) // 2]

    def _try(self, columns: Ints, value: Floats) -> Outcome | None:
        kept = self.lower[columns].copy(), self.upper[columns].copy()
        if np.any((value < kept[0]) | (value > kept[1])):
            return None
        self._fix(columns, value, value)
        found = self._session.solve(method="simplex")
        if found.status == "optimal":
            return found
        self._fix(columns, *kept)
        return None

    def _fix(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        self.lower[columns], self.upper[columns] = lower, upper
        self._session.set_bounds(columns, lower, upper)


def _pays(new: float, old: float) -> bool:
    return new < old - PAYS * max(1.0, abs(old))
