"""Why no plan exists: smallest sets of statements that clash, in words, and repairs that were tried."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.ceilings import is_ceiling
from talentplan.allocation.first_years import first_plan
from talentplan.allocation.linear import LARGE
from talentplan.allocation.statements import (
    FIRM,
    Names,
    Said,
    change_of,
    followers,
    owners,
    places,
    repair_words,
    row_at,
    said,
    spelled_out,
    statement_words,
)
from talentplan.errors import Change, Conflict, Diagnosis, Repair, Statement
from talentplan.program import Breach, Clash, LinearProgram, Session, leave_out

__all__ = ["why_impossible"]

Ints = NDArray[np.int64]
Moved = list[tuple[int, Change]]
Rebuild = Callable[[Sequence[Change]], LinearProgram]
Key = tuple[tuple[int, str, float], ...]
NOTHING = np.zeros(0, dtype=np.int64)
CONFLICTS = 5  # conflicts beside each other that are looked for
WAYS = 8  # combinations of one statement from each conflict that are tried
REPAIRS = 5  # repairs that are told
QUESTIONS = 40  # solves to find which lines of a statement take part
NODES = 5000  # nodes of branch and bound to try a repair
BESIDE = 2  # repairs that leave alone what the others move
UNDEFINED = Statement(
    ("即使放宽所有约束，这些数据仍无解", "no plan exists even with every limit relaxed"), "definitions", ()
)
UNDECIDED = Statement(
    ("求解器未找到方案，但也未能指出相互冲突的要求", "the solver found no plan, but which statements clash stayed undecided"), "undecided", ()
)  # fmt: skip


def why_impossible(program: LinearProgram, names: Names = ({}, {}), rebuild: Rebuild | None = None) -> Diagnosis:
    """Which statements clash and what would mend the case.

    A statement is a limit, or the bounds of one kind on the plan numbers of a year. A deletion filter leaves out one after
    another as long as the rest still clash, so that none of those told can be left out. Repairs let single statements of the
    conflicts give way by as little as is enough, or pairs of them, or any statements at the least cost of all, or at the least
    cost with those that gave way before kept; each is rounded outward to figures that can be written down, applied and solved again, in whole numbers where the program has them.

    names: code -> name in zh and en, for the words.
    rebuild: the program with ceilings or the change policy moved, from which other limits follow; without it no repair moves them.
    """
    return _Search(program, names, rebuild).diagnosis()


class _Search:
    """One program under examination. A set of statements is the positions of its rows."""

    def __init__(self, program: LinearProgram, names: Names, rebuild: Rebuild | None, *, spelled: bool = False) -> None:
        self.program = program if spelled else spelled_out(program)
        self.names, self.rebuild = names, rebuild
        self.statements = said(self.program)
        self.soft = np.sort(np.concatenate([NOTHING, *(s.rows for s in self.statements)]))
        self.movable = _rows([s for s in self.statements if s.kind not in FIRM])
        follow = followers(self.program)
        self.split = Clash(self.program, self.soft, follow, whole=False)
        self.whole = Clash(self.program, self.soft, follow, whole=True) if program.integer.any() else self.split

    def diagnosis(self) -> Diagnosis:
        found: list[list[Said]] = []
        minimal: list[bool] = []
        left = self.soft
        possible = self._possible(left)
        while len(found) < CONFLICTS and possible is False:
            core, proven = self._core(left)
            if not core:
                return Diagnosis((Conflict((UNDEFINED,), True),), (), True)
            found.append(core)
            minimal.append(proven)
            left = np.setdiff1d(left, _rows(core))
            possible = self._possible(left)
        if not found:
            return Diagnosis((Conflict((UNDECIDED,), False),), (), False)
        complete = possible is True
        conflicts = tuple(
            Conflict(tuple(self._told(s) for s in core), proven) for core, proven in zip(found, minimal, strict=True)
        )
        return Diagnosis(conflicts, self._repairs(found, complete), complete)

    def _possible(self, left: Ints) -> bool | None:
        """Whether there is a plan with the rows left of those that may give way; None where the search ended undecided."""
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        let_go = np.setdiff1d(self.soft, left)
        let_go = np.append(let_go, self.split.followers.of(let_go))
        lower[let_go], upper[let_go] = -np.inf, np.inf
        return _has_plan(dataclasses.replace(self.program, row_lower=lower, row_upper=upper))

    def _told(self, one: Said) -> Statement:
        words = statement_words(self.program, one, self.names)
        return Statement(words, one.kind, places(self.program, one.rows))

    def _core(self, left: Ints) -> tuple[list[Said], bool]:
        """A smallest set of statements that clash, of the rows left; and whether it is proven that none can be left out."""
        first = self.split if self.split.possible(left) is False else self.whole
        if first is self.split:
            suspects = self.split.suspects(left)
            left = suspects if self.split.possible(suspects) is False else left
        groups = [Said(s.kind, s.rows[np.isin(s.rows, left)]) for s in self.statements]
        groups = [s for s in groups if len(s.rows)]
        for judge in dict.fromkeys((first, self.whole)):  # with whole numbers fewer statements may clash
            groups = self._leave_out(judge, groups)
        for k, one in enumerate(groups):
            groups[k] = self._narrowed(one, groups[:k] + groups[k + 1 :])
        rest = [[s for s in groups if s is not one] for one in groups]
        return groups, all(self.whole.possible(_rows(others)) is True for others in rest)

    def _leave_out(self, judge: Clash, groups: list[Said]) -> list[Said]:
        def clash(kept: list[int]) -> bool:
            return judge.possible(_rows([groups[k] for k in kept])) is False

        return [groups[k] for k in leave_out(range(len(groups)), clash)]

    def _narrowed(self, one: Said, others: list[Said]) -> Said:
        """The statement about those lines only that are needed for the clash with the others."""
        parts, fixed = owners(self.program, one.rows), _rows(others)
        if len(parts) == 1:
            return one

        def clash(kept: list[int]) -> bool:
            return self.whole.possible(np.sort(np.concatenate([fixed, *(parts[k] for k in kept)]))) is False

        kept = leave_out(range(len(parts)), clash, QUESTIONS)
        return Said(one.kind, np.sort(np.concatenate([parts[k] for k in kept])))

    def _repairs(self, conflicts: list[list[Said]], complete: bool) -> tuple[Repair, ...]:
        ways = self._ways(conflicts) if complete else []
        found: dict[Key, Repair] = {}
        for giving in ways:
            self._try(giving, found)
        if not found and len(conflicts) == 1:
            for pair in itertools.combinations([s for s in conflicts[0] if s.kind not in FIRM], 2):
                self._try(_rows(pair), found)
        self._try(self.movable, found)
        self._beside(found)
        return tuple(sorted(found.values(), key=lambda r: (r.cost, len(r.changes), r.words))[:REPAIRS])

    def _beside(self, found: dict[Key, Repair]) -> None:
        """Repairs for those to whom the statements that give way in all others are sacred, as far as there are any."""
        for _ in range(BESIDE if found else 0):
            moved = np.array([row for key in found for row, _, _ in key], dtype=np.int64)
            sacred = _rows([s for s in self.statements if np.isin(moved, s.rows).any()])
            count = len(found)
            self._try(np.setdiff1d(self.movable, sacred), found)
            if len(found) == count:
                return

    def _ways(self, conflicts: list[list[Said]]) -> list[Ints]:
        """Rows of one statement from each conflict, those first that cost least one by one."""
        if len(conflicts) == 1:
            return [s.rows for s in conflicts[0] if s.kind not in FIRM]
        choices: list[list[tuple[float, int, Said]]] = []
        for core in conflicts:
            others = _rows([s for other in conflicts if other is not core for s in other])
            able = [s for s in core if s.kind not in FIRM]
            breaches = [self.split.breach(s.rows, np.setdiff1d(self.soft, others)) for s in able]
            choices.append([(b.cost, k, s) for k, (b, s) in enumerate(zip(breaches, able, strict=True)) if b])
        combined = sorted(itertools.product(*choices), key=lambda way: sum(cost for cost, _, _ in way))
        return [_rows([s for _, _, s in way]) for way in combined[:WAYS]]

    def _try(self, giving: Ints, found: dict[Key, Repair]) -> None:
        """Let the rows give way as little as is enough; keep the repair where it makes a plan possible."""
        once = bool(found) and len(self.program.cost) > LARGE  # in a large program whole numbers take a minute
        for clash in dict.fromkeys((self.split, self.split if once else self.whole)):
            breach = clash.breach(giving)
            if breach is None:
                return
            moved = self._moved(breach)
            for repair in (moved, self._followed_up(moved)):
                key = tuple((row, c.side, c.after) for row, c in repair)
                if key in found:
                    return
                changed = self._changed(repair) if repair else None
                if changed is not None and _has_plan(changed) is True:
                    changes = tuple(change for _, change in repair)
                    cost = sum(abs(c.after - c.before) / max(1.0, abs(c.before)) for c in changes)
                    found[key] = Repair(repair_words(self.program, repair, self.names), changes, cost)
                    return

    def _moved(self, breach: Breach) -> Moved:
        """Every limit that gives way, with its row."""
        found = []
        own = np.isin(breach.rows, self.soft)
        for k in np.flatnonzero(own & ((breach.under > 0) | (breach.over > 0))):
            row = int(breach.rows[k])
            found += [(row, c) for c in change_of(self.program, row, float(breach.under[k]), float(breach.over[k]))]
        return found

    def _changed(self, moved: Moved) -> LinearProgram | None:
        """The program with the limits moved, built anew where others follow from them; None where it cannot be built."""
        program = self.program
        if any(_reaches(change) for _, change in moved):
            if self.rebuild is None:
                return None
            program = spelled_out(self.rebuild([change for _, change in moved]))
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        for row, change in moved:
            bound = self.program.row_lower[row] if change.side == "least" else self.program.row_upper[row]
            at = row_at(program, change.kind, change.place)
            if change.side in ("least", "both") and at is not None:
                lower[at] = change.after - (change.before - bound)
            if change.side in ("most", "both") and at is not None:
                upper[at] = change.after - (change.before - bound)
        own = {row for row, _ in moved}
        for _, change in moved:  # growth and decline are built from one figure, but only one of them was moved
            twin = {"up": "down", "down": "up"}.get(change.kind)
            before = None if twin is None else row_at(self.program, twin, change.place)
            at = None if twin is None else row_at(program, twin, change.place)
            if before is not None and at is not None and before not in own:
                upper[at] = self.program.row_upper[before]
        return dataclasses.replace(program, row_lower=lower, row_upper=upper)

    def _followed_up(self, moved: Moved) -> Moved:
        """A repair with what else must give way once limits have been built anew from those it moves."""
        changed = self._changed(moved) if any(_reaches(change) for _, change in moved) else None
        if changed is None:
            return moved
        again = _Search(changed, self.names, None, spelled=True)
        breach = again.whole.breach(again.movable)
        found = {(row, c.side): c for row, c in moved}
        for _, change in again._moved(breach) if breach is not None else []:
            row = row_at(self.program, change.kind, change.place)
            if row is None:
                return moved
            earlier = found.get((row, change.side))
            found[row, change.side] = change if earlier is None else dataclasses.replace(change, before=earlier.before)
        return [(row, change) for (row, _), change in found.items()]


def _reaches(change: Change) -> bool:
    """Whether other limits follow from how far this one lets a plan number reach."""
    return change.kind in ("up", "down") or is_ceiling(change.kind)


def _rows(statements: Sequence[Said]) -> Ints:
    return np.sort(np.concatenate([NOTHING, *(s.rows for s in statements)]))


def _has_plan(program: LinearProgram) -> bool | None:
    """Whether there is any plan, in whole numbers where the program has some; None where the search ended undecided."""
    anything = dataclasses.replace(program, cost=np.zeros(len(program.cost)), offset=0.0)
    session = Session(anything)
    relaxed = session.solve(relax=True)
    if relaxed.status != "optimal":
        return False if relaxed.status == "infeasible" else None
    if not program.integer.any() or first_plan(anything, session, relaxed, gap=1.0) is not None:
        return True
    status = Session(anything).solve(nodes=NODES).status
    return {"optimal": True, "feasible": True, "infeasible": False}.get(status)
