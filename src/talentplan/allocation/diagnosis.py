"""Why no plan exists: smallest sets of statements that clash, in words, and repairs that were tried."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.repairs import Rebuild, Repairs, has_plan, rows_of
from talentplan.allocation.statements import (
    FIRM,
    Names,
    Said,
    followers,
    owners,
    places,
    said,
    spelled_out,
    statement_words,
)
from talentplan.errors import Conflict, Diagnosis, Statement
from talentplan.program import Clash, LinearProgram, leave_out

__all__ = ["why_impossible"]

Ints = NDArray[np.int64]
CONFLICTS = 5  # conflicts beside each other that are looked for
WAYS = 8  # combinations of one statement from each conflict that are tried
QUESTIONS = 40  # solves to find which lines of a statement take part
UNDEFINED = Statement(
    ("即使放宽所有约束，这些数据仍无解", "no plan exists even with every limit relaxed"), "definitions", ()
)
UNDECIDED = Statement(
    ("求解器未找到方案，但也未能指出相互冲突的要求", "the solver found no plan, but which statements clash stayed undecided"), "undecided", ()
)  # fmt: skip


def why_impossible(program: LinearProgram, names: Names = ({}, {}), rebuild: Rebuild | None = None) -> Diagnosis:
    """Which statements clash and what would mend the case.

    A statement is a limit, or the bounds of one kind on the plan numbers of a year. A deletion filter leaves out one after
    another as long as the rest still clash, so that none of those told can be left out.
    `Repairs` seeks what mends the case.

    names: code -> name in zh and en, for the words.
    rebuild: the program with limits moved from which others follow (`linear_program(changes=...)`); without it no repair moves them.
    """
    return _Search(program, names, rebuild).diagnosis()


class _Search:
    """One program under examination. A set of statements is the positions of its rows."""

    def __init__(self, program: LinearProgram, names: Names, rebuild: Rebuild | None) -> None:
        self.program = spelled_out(program)
        self.names, self.rebuild = names, rebuild
        self.statements = said(self.program)
        self.soft = rows_of(self.statements)
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
            left = np.setdiff1d(left, rows_of(core))
            possible = self._possible(left)
        if not found:
            return Diagnosis((Conflict((UNDECIDED,), False),), (), False)
        complete = possible is True
        conflicts = tuple(
            Conflict(tuple(self._told(s) for s in core), proven) for core, proven in zip(found, minimal, strict=True)
        )
        return Diagnosis(
            conflicts,
            Repairs(self.program, self.names, self.rebuild).of(found, self._ways(found) if complete else []),
            complete,
        )

    def _possible(self, left: Ints) -> bool | None:
        """Whether there is a plan with the rows left of those that may give way; None where the search ended undecided."""
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        let_go = np.setdiff1d(self.soft, left)
        let_go = np.append(let_go, self.split.followers.of(let_go))
        lower[let_go], upper[let_go] = -np.inf, np.inf
        return has_plan(dataclasses.replace(self.program, row_lower=lower, row_upper=upper))

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
        return groups, all(self.whole.possible(rows_of(others)) is True for others in rest)

    def _leave_out(self, judge: Clash, groups: list[Said]) -> list[Said]:
        def clash(kept: list[int]) -> bool:
            return judge.possible(rows_of([groups[k] for k in kept])) is False

        return [groups[k] for k in leave_out(range(len(groups)), clash)]

    def _narrowed(self, one: Said, others: list[Said]) -> Said:
        """The statement about those lines only that are needed for the clash with the others."""
        parts, fixed = owners(self.program, one.rows), rows_of(others)
        if len(parts) == 1:
            return one

        def clash(kept: list[int]) -> bool:
            return self.whole.possible(np.sort(np.concatenate([fixed, *(parts[k] for k in kept)]))) is False

        kept = leave_out(range(len(parts)), clash, QUESTIONS)
        return Said(one.kind, np.sort(np.concatenate([parts[k] for k in kept])))

    def _ways(self, conflicts: list[list[Said]]) -> list[Ints]:
        """Rows of one statement from each conflict, those first that cost least one by one."""
        if len(conflicts) == 1:
            return [s.rows for s in conflicts[0] if s.kind not in FIRM]
        choices: list[list[tuple[float, int, Said]]] = []
        for core in conflicts:
            others = rows_of([s for other in conflicts if other is not core for s in other])
            able = [s for s in core if s.kind not in FIRM]
            breaches = [self.split.breach(s.rows, np.setdiff1d(self.soft, others)) for s in able]
            choices.append([(b.cost, k, s) for k, (b, s) in enumerate(zip(breaches, able, strict=True)) if b])
        combined = sorted(itertools.product(*choices), key=lambda way: sum(cost for cost, _, _ in way))
        return [rows_of([s for _, _, s in way]) for way in combined[:WAYS]]
