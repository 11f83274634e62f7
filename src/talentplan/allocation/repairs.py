"""Repairs of a program without a plan: limits that give way by as little as is enough, looked at again until there is a plan."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.ceilings import is_ceiling
from talentplan.allocation.conflict_words import change_of, repair_words
from talentplan.allocation.first_years import column_years, first_plan, first_years, nearest
from talentplan.allocation.linear import LARGE, method_of
from talentplan.allocation.statements import (
    FIRM,
    Names,
    Said,
    followers,
    relieved,
    row_at,
    rows_in,
    said,
    spelled_out,
)
from talentplan.errors import Change, Repair
from talentplan.program import Block, Breach, Elastic, LinearProgram, Outcome, Session, nodes_for, residual

__all__ = ["Rebuild", "Repairs", "has_plan", "rows_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Moved = dict[tuple[int, str], Change]
"""(Row, side) -> how its limit is moved."""
Rebuild = Callable[[Sequence[Change]], LinearProgram]
NOTHING = np.zeros(0, dtype=np.int64)
REPAIRS = 5  # repairs that are told
BESIDE = 2  # repairs that leave alone what the others move
ROUNDS = 5  # looks at what still stands in the way
NEEDED, FEW = 30, 8  # changes of one repair that are tried without; in large programs
MANY = 20  # changes beyond which a repair is of no use to anybody who has another one
GAP = 0.01
NODES = 1  # of branch and bound for the whole numbers of the first years: measured, further ones take 5 times as long for 0.1 %
EXACT = 1e-6  # by how much a plan that was found may miss a limit or a whole number
BREACHED, APART = 1e4, 0.01  # prices of a breach by its whole bound and of one person away from the linear optimum


@dataclass(frozen=True, slots=True)
class _Least:
    """The least breach of a program, and the point at which it was found, float[column]; floor: what no breach can cost less than."""

    breach: Breach
    point: Floats
    floor: float


class Repairs:
    """Repairs of one program that `spelled_out` gave, each confirmed by a plan of the whole program with its changes made."""

    def __init__(self, program: LinearProgram, names: Names, rebuild: Rebuild | None) -> None:
        self.program, self.names, self.rebuild = program, names, rebuild
        self.statements = said(program)
        self.follow = followers(program)
        self.movable = rows_of([s for s in self.statements if s.kind not in FIRM])
        self.found: dict[frozenset[tuple[int, str]], Repair] = {}

    def of(self, conflicts: list[list[Said]], ways: Iterable[Ints]) -> tuple[Repair, ...]:
        """Repairs of the whole case, cheapest first.

        ways: rows of one statement from each conflict, tried first. Then, where that mends nothing, pairs of statements of a
        single conflict, or all statements of several; then any statements at the least cost of all; then those that leave alone
        what the others move.
        """
        for giving in ways:
            self._try(giving)
        able = [[s for s in core if s.kind not in FIRM] for core in conflicts]
        if not self.found and len(conflicts) == 1:
            for pair in itertools.combinations(able[0], 2):
                self._try(rows_of(pair))
        if len(conflicts) > 1:
            self._try(rows_of([s for core in able for s in core]))
        self._try(self.movable)
        self._beside()
        return tuple(sorted(self.found.values(), key=lambda r: (r.cost, len(r.changes), r.words))[:REPAIRS])

    def _beside(self) -> None:
        """Repairs for those to whom the statements that give way in all others are sacred, as far as there are any."""
        for _ in range(BESIDE if self.found else 0):
            moved = np.array([row for key in self.found for row, _ in key], dtype=np.int64)
            sacred = rows_of([s for s in self.statements if np.isin(moved, s.rows).any()])
            if not self._try(np.setdiff1d(self.movable, sacred)):
                return

    def _try(self, giving: Ints) -> bool:
        """Let the rows give way as little as is enough; whether that is a repair that was not known."""
        whole = bool(self.program.integer.any())
        ways = (True,) if whole and len(self.program.cost) > LARGE else tuple(dict.fromkeys((False, whole)))
        for at in ways:  # what is enough for split classes often is for whole ones, and costs less to find
            mended = self._mended(giving, whole=at)
            if mended is None:
                continue
            moved = self._needed(*mended)
            changes = tuple(moved.values())
            cost = sum(abs(c.after - c.before) / max(1.0, abs(c.before)) for c in changes)
            key = frozenset(moved)
            if self._useless(moved) and (key not in self.found or self.found[key].cost <= cost):
                return False
            told = [(row, change) for (row, _), change in moved.items()]
            self.found[key] = Repair(repair_words(self.program, told, self.names), changes, cost)
            return True
        return False

    def _useless(self, moved: Moved) -> bool:
        """Whether a repair moves what another one does, by other amounts, or very much where others are known."""
        return frozenset(moved) in self.found or (len(moved) > MANY and bool(self.found))

    def _mended(self, giving: Ints, *, whole: bool) -> tuple[Moved, float] | None:
        """Limits of the rows moved until the whole program has a plan: by the least breach, rounded, and again by what it left.

        Also what all of it costs at least, in the prices of a breach, as long as nothing follows from what is moved.

        What follows from the rows gives way with them at first; once the program is built anew from the limits moved, it stands.
        """
        moved: Moved = {}
        floor = -np.inf
        program, rows, follow = self.program, giving, self.follow.of(giving)
        for _ in range(ROUNDS):
            least = self._least(moved, program, rows, follow, whole=whole)
            before = len(moved), [c.after for c in moved.values()]
            if least is not None:
                self._move(moved, program, least.breach)
            if least is None or (before == (len(moved), [c.after for c in moved.values()]) and len(follow) == 0):
                return None
            changed = self._changed(moved)
            if changed is None:
                return None
            if program is self.program and not len(follow):
                floor = least.floor
            if _confirmed(changed, least.point):
                return moved, floor
            program, rows, follow = changed, rows_in(changed, self.program, giving), NOTHING
        return None

    def _least(self, moved: Moved, program: LinearProgram, rows: Ints, follow: Ints, *, whole: bool) -> _Least | None:
        """The least breach of the rows with which all others hold, in whole numbers if asked; None where none was found.

        In a large program the statements that give way are those of the linear optimum, and its whole numbers are sought near
        it in the first years alone; a breach that leads to no repair of any use ends there.
        """
        elastic, n = Elastic.of(program, rows, follow), len(program.cost)
        session = Session(elastic.program)
        large = whole and n > LARGE
        nodes = nodes_for(elastic.program)
        found = session.solve(gap=GAP, nodes=nodes, relax=large or not whole, method=method_of(program))
        breach = elastic.breach(found)
        if breach is None or not large:
            return None if breach is None else _Least(breach, found.x[:n], found.bound)
        ahead = dict(moved)
        self._move(ahead, program, breach)
        if self._useless(ahead):
            return None
        gave = breach.rows[(breach.under > 0) | (breach.over > 0)]
        few = np.intersect1d(rows_of([s for s in said(program) if np.isin(gave, s.rows).any()]), rows)
        session.drop_integrality()
        for giving in [rows] if not len(few) else [few] if self.found else [few, rows]:
            least = _near(program, elastic.only(np.append(giving, follow)), session, found)
            if least is not None:
                return least
        return None

    def _needed(self, moved: Moved, floor: float) -> Moved:
        """The changes of a repair without those that can be left out, the largest first.

        None can where the others together are less than every breach that is enough.
        """
        by_size = sorted(moved, key=lambda k: -abs(moved[k].after - moved[k].before) / max(1.0, abs(moved[k].before)))
        most = FEW if len(self.program.cost) > LARGE else NEEDED
        for key in by_size if len(moved) > 1 else []:
            rest = {k: c for k, c in moved.items() if k != key}
            if not rest or self._priced(rest) < floor - EXACT:
                continue
            if most == 0:
                break
            most -= 1
            changed = self._changed(rest)
            if changed is not None and has_plan(changed, quick=True) is True:
                moved = rest
        return moved

    def _priced(self, moved: Moved) -> float:
        """The changes in the prices of a breach."""
        rows = np.array([row for row, _ in moved], dtype=np.int64)
        least = np.array([c.side == "least" for c in moved.values()])
        bound = np.where(least, self.program.row_lower[rows], self.program.row_upper[rows])
        by = np.array([abs(c.after - c.before) for c in moved.values()])
        return float(np.sum(by / np.maximum(1.0, np.abs(bound))))

    def _move(self, moved: Moved, program: LinearProgram, breach: Breach) -> None:
        """Every limit that gives way in a program joins those moved before."""
        for k in np.flatnonzero((breach.under > 0) | (breach.over > 0)):
            at = int(breach.rows[k])
            for change in change_of(program, at, float(breach.under[k]), float(breach.over[k])):
                row = row_at(self.program, change.kind, change.place)
                if row is not None and row in self.movable:
                    earlier = moved.get((row, change.side))
                    moved[row, change.side] = (
                        change if earlier is None else dataclasses.replace(change, before=earlier.before)
                    )

    def _reaches(self, row: int, change: Change) -> bool:
        """Whether other limits follow from how far this one lets a number reach."""
        if change.kind in ("up", "down") or is_ceiling(change.kind):
            return True
        return change.kind == "units_max" and len(self.follow.of(np.array([row]))) > 0

    def _changed(self, moved: Moved) -> LinearProgram | None:
        """The program with the limits moved, built anew where others follow from them; None where it cannot be built."""
        program = self.program
        if any(self._reaches(row, change) for (row, _), change in moved.items()):
            if self.rebuild is None:
                return None
            program = spelled_out(self.rebuild(list(moved.values())))
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        for (row, _), change in moved.items():
            bound = self.program.row_lower[row] if change.side == "least" else self.program.row_upper[row]
            at = row_at(program, change.kind, change.place)
            if change.side in ("least", "both") and at is not None:
                lower[at] = change.after - (change.before - bound)
            if change.side in ("most", "both") and at is not None:
                upper[at] = change.after - (change.before - bound)
        own = {row for row, _ in moved}
        for change in moved.values():  # growth and decline are built from one figure, but only one of them was moved
            twin = {"up": "down", "down": "up"}.get(change.kind)
            before = None if twin is None else row_at(self.program, twin, change.place)
            at = None if twin is None else row_at(program, twin, change.place)
            if before is not None and at is not None and before not in own:
                upper[at] = self.program.row_upper[before]
        beside = relieved(program)
        upper[beside.rows] += upper[beside.parents] - program.row_upper[beside.parents]
        return dataclasses.replace(program, row_lower=lower, row_upper=upper)


def rows_of(statements: Iterable[Said]) -> Ints:
    """int[n]: the rows of several statements, in order."""
    return np.sort(np.concatenate([NOTHING, *(s.rows for s in statements)]))


def has_plan(program: LinearProgram, *, quick: bool = False) -> bool | None:
    """Whether there is any plan, in whole numbers where the program has some; None where the search ended undecided.

    quick: branch and bound over a large program is not worth the answer.
    """
    anything = dataclasses.replace(program, cost=np.zeros(len(program.cost)), offset=0.0)
    session = Session(anything)
    relaxed = session.any_point()
    if relaxed.status != "optimal":
        return False if relaxed.status == "infeasible" else None
    if not program.integer.any() or first_plan(anything, session, relaxed, gap=1.0) is not None:
        return True
    if quick and len(program.cost) > LARGE:
        return None
    status = Session(anything).solve(nodes=nodes_for(program)).status
    return {"optimal": True, "feasible": True, "infeasible": False}.get(status)


def _confirmed(changed: LinearProgram, point: Floats) -> bool:
    """Whether a program has a plan: the point, one with its whole numbers, or any."""
    if len(point) == len(changed.cost):
        whole = point[changed.integer]
        if np.all(np.abs(whole - np.round(whole)) <= EXACT):
            if residual(changed, point) <= EXACT:
                return True
            anything = dataclasses.replace(changed, cost=np.zeros(len(changed.cost)), offset=0.0)
            session = Session(anything)
            session.drop_integrality()
            columns = np.flatnonzero(changed.integer)
            session.set_bounds(columns, np.round(whole), np.round(whole))
            found = session.any_point().status == "optimal"
            if found or len(changed.cost) > LARGE:
                return found
    return has_plan(changed, quick=True) is True


def _near(program: LinearProgram, elastic: Elastic, session: Session, found: Outcome) -> _Least | None:
    """The least breach with whole numbers near the linear optimum; None where none were found.

    session: the linear program, just solved, of which `elastic` is a part; found: its optimum.
    """
    value = _whole_numbers(program, elastic, found.x)
    if value is None:
        return None
    lower, upper = elastic.program.lower.copy(), elastic.program.upper.copy()
    whole = np.flatnonzero(program.integer)
    lower[whole] = upper[whole] = value
    session.set_bounds(np.arange(len(lower), dtype=np.int64), lower, upper)
    held = session.solve(method=method_of(program), cold=True)
    breach = elastic.breach(held)
    return None if breach is None else _Least(breach, held.x[: len(program.cost)], found.bound)


def _whole_numbers(program: LinearProgram, elastic: Elastic, centre: Floats) -> Floats | None:
    """float[whole column]: those with the least breach of the first years, near the linear optimum; None where none were found."""
    last = np.zeros(program.matrix.shape[0], dtype=np.int64)
    matrix = sp.csc_array(program.matrix)
    of_column = np.repeat(np.arange(len(program.cost)), np.diff(matrix.indptr))
    np.maximum.at(last, matrix.indices, column_years(program)[of_column])
    slack = {"year": np.tile(last[elastic.rows], 2)}  # as late as what the row is about
    blocks = {**elastic.program.columns, "gives_way": Block("gives_way", len(program.cost), slack)}
    columns, small = first_years(dataclasses.replace(elastic.program, columns=blocks))
    found = nearest(small, centre[columns], BREACHED * small.cost, away=APART, nodes=NODES)
    return None if found is None else np.round(found[small.integer])
