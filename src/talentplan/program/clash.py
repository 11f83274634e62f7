"""Programs without a solution: which of the rows that may give way clash, and by how little they would have to give way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.program.model import LinearProgram
from talentplan.program.session import Outcome, Session

__all__ = ["Breach", "Clash", "Elastic", "Followers", "leave_out", "nodes_for"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NODES = (100, 2000)  # fewest and most nodes of branch and bound for one question
WORK = 4_000_000  # columns times nodes for one question, between the two
TRIFLE = 1e-4  # price of a breach of a follower, against 1
ROUNDING = 1e-7  # a smaller breach or dual price is rounding


@dataclass(frozen=True, slots=True)
class Breach:
    """By how little some rows give way so that the rest can hold.

    rows: int[n], rows that may give way and their followers; under, over: float[n], how far each row falls below its lower or
    rises above its upper bound.
    cost: the sum of all breaches, each relative to max(1, |bound|); those of followers count next to nothing.
    """

    rows: Ints
    under: Floats
    over: Floats
    cost: float


@dataclass(frozen=True, slots=True)
class Followers:
    """Rows that are only as tight as others: `rows[n]` stands as long as `parents[n]` does, and gives way with it. int[n] each."""

    rows: Ints
    parents: Ints

    def of(self, parents: Ints) -> Ints:
        """The rows that give way with any of these parents."""
        return np.unique(self.rows[np.isin(self.parents, parents)])


@dataclass(frozen=True, slots=True)
class Elastic:
    """A program in which some rows give way at a price, and nothing else costs anything.

    program: after its own columns come how far each row of `rows` falls below its lower and then rises above its upper bound.
    rows: int[n], the rows that may give way, then their followers.
    """

    program: LinearProgram
    rows: Ints

    @staticmethod
    def of(program: LinearProgram, giving: Ints, followers: Ints) -> Elastic:
        """The rows `giving` give way, each breach relative to max(1, |bound|), and the rows `followers` for next to nothing."""
        rows = np.append(giving, followers)
        n, m, k = len(program.cost), program.matrix.shape[0], len(rows)
        slack = sp.csc_array((np.ones(k), (rows, np.arange(k))), shape=(m, k))
        sides = (program.row_lower[rows], program.row_upper[rows])
        weight = np.where(np.arange(k) < len(giving), 1.0, TRIFLE)
        most = [np.where(np.isfinite(side), np.inf, 0.0) for side in sides]
        elastic = dataclasses.replace(
            program, cost=np.concatenate([np.zeros(n), *(weight * _price(side) for side in sides)]), offset=0.0,
            lower=np.append(program.lower, np.zeros(2 * k)), upper=np.concatenate([program.upper, *most]),
            integer=np.append(program.integer, np.zeros(2 * k, dtype=bool)),
            matrix=sp.csc_array(sp.hstack([program.matrix, slack, -slack], format="csc")),
        )  # fmt: skip
        return Elastic(elastic, rows)

    def only(self, rows: Ints) -> Elastic:
        """The same program in which of all its rows these alone give way."""
        upper = self.program.upper.copy()
        n = len(upper) - 2 * len(self.rows)
        upper[n:][np.tile(~np.isin(self.rows, rows), 2)] = 0.0
        return Elastic(dataclasses.replace(self.program, upper=upper), self.rows)

    def breach(self, found: Outcome) -> Breach | None:
        """What a solution of the program makes give way; None where none was found."""
        if found.status not in ("optimal", "feasible"):
            return None
        n = len(self.program.cost) - 2 * len(self.rows)
        slack = np.where(np.abs(found.x[n:]) <= ROUNDING, 0.0, found.x[n:])
        return Breach(self.rows, slack[: len(self.rows)], slack[len(self.rows) :], found.objective)


class Clash:
    """One program and those of its rows that may give way; the other rows and the bounds of columns hold whatever happens.

    asked: how often `possible` was.
    """

    def __init__(
        self, program: LinearProgram, soft: Ints, followers: Followers, *, whole: bool, method: str = "choose"
    ) -> None:
        """whole: columns that are whole in the program stay so; otherwise they may be split. method: of the least breach."""
        self.program, self.soft, self.followers, self._whole, self._method = program, soft, followers, whole, method
        self.asked = 0
        self._questions = Session(dataclasses.replace(program, cost=np.zeros(len(program.cost)), offset=0.0))

    def possible(self, kept: Ints) -> bool | None:
        """Whether there is a solution with the rows `kept` of `soft` alone; None where the search ended undecided."""
        program = self.program
        self.asked += 1
        let_go = np.setdiff1d(self.soft, kept)
        let_go = np.append(let_go, self.followers.of(let_go))
        every = np.arange(program.matrix.shape[0])
        self._questions.set_row_bounds(every, program.row_lower, program.row_upper)
        self._questions.set_row_bounds(let_go, np.full(len(let_go), -np.inf), np.full(len(let_go), np.inf))
        status = self._questions.any_point().status
        if self._whole and status == "optimal":
            status = self._questions.solve(nodes=nodes_for(program), cold=True).status
        return {"optimal": True, "feasible": True, "infeasible": False}.get(status)

    def breach(self, giving: Ints, kept: Ints | None = None) -> Breach | None:
        """The least breach of the rows `giving` with which the rows `kept` hold (all others of `soft` unless said), if any.

        Least: by the sum over rows of the breach relative to max(1, |bound|). None too where no solution was found in time.
        """
        stands = np.setdiff1d(self.soft if kept is None else kept, giving)
        elastic = self._elastic(giving, stands)
        return elastic.breach(self._solved(elastic, relax=not self._whole))

    def suspects(self, kept: Ints) -> Ints:
        """Rows of `kept` that already clash by themselves, by the prices of the least breach; all where it has none.

        A price certifies a clash of the rows that carry one, with whole numbers let go.
        """
        found = self._solved(self._elastic(kept, np.zeros(0, dtype=np.int64)), relax=True)
        if found.status != "optimal" or found.objective <= ROUNDING:
            return kept
        priced = kept[np.abs(found.dual[kept]) > ROUNDING]
        return priced if len(priced) else kept

    def _elastic(self, giving: Ints, stands: Ints) -> Elastic:
        """The rows `giving` and what follows from them at a price; rows of neither are let go."""
        program = self.program
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        let_go = np.setdiff1d(self.soft, np.concatenate([giving, stands]))
        let_go = np.append(let_go, self.followers.of(let_go))
        lower[let_go], upper[let_go] = -np.inf, np.inf
        standing = dataclasses.replace(program, row_lower=lower, row_upper=upper)
        return Elastic.of(standing, giving, self.followers.of(giving))

    def _solved(self, elastic: Elastic, *, relax: bool) -> Outcome:
        nodes = nodes_for(elastic.program)
        return Session(elastic.program).solve(gap=0.01, nodes=nodes, relax=relax, method=self._method)


def nodes_for(program: LinearProgram) -> int:
    """The larger a program, the fewer nodes: one question takes seconds, not minutes."""
    fewest, most = NODES
    return min(most, max(fewest, WORK // max(1, len(program.cost))))


def _price(side: Floats) -> Floats:
    """A breach counts relative to what was stated."""
    return np.asarray(1.0 / np.maximum(1.0, np.abs(np.where(np.isfinite(side), side, 0.0))))


def leave_out(candidates: Sequence[int], clash: Callable[[list[int]], bool], most: int | None = None) -> list[int]:
    """Candidates that still clash and of which none can be left out: by halves first, then one by one.

    clash: whether some of them still clash; the answer for all of them is taken to be yes. Earlier candidates are left out
    first. most: questions after which to stop; what is left then still clashes, but more might be left out.
    """
    kept, chunk = list(candidates), max(1, len(candidates) // 2)
    asked = 0
    while True:
        position = 0
        while position < len(kept):
            if most is not None and asked >= most:
                return kept
            rest = kept[:position] + kept[position + chunk :]
            asked += 1
            if clash(rest):
                kept = rest
            else:
                position += chunk
        if chunk == 1:
            return kept
        chunk = max(1, chunk // 2)
