"""Why no plan exists: smallest sets of statements that clash, in words, and repairs that were tried."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.conflict_words import statement_words
from talentplan.allocation.linear import LARGE, method_of
from talentplan.allocation.repairs import Rebuild, Repairs, has_plan, rows_of
from talentplan.allocation.statements import (
    FIRM,
    Names,
    Said,
    as_stated,
    followers,
    in_every_year,
    kin,
    owners,
    places,
    row_years,
    said,
    spelled_out,
)
from talentplan.errors import Conflict, Diagnosis, Statement
from talentplan.program import Clash, LinearProgram, leave_out

__all__ = ["why_impossible"]

Ints = NDArray[np.int64]
CONFLICTS = 5  # conflicts beside each other that are looked for
WAYS = 8  # combinations of one statement from each conflict that are tried
QUESTIONS, FEW = 40, 14  # solves to find which lines of a statement take part; in large programs
ENOUGH = 100  # solves in a large program after which no further conflict is looked for
UNDEFINED = Statement(
    ("即使放宽所有约束，这些数据仍无解", "no plan exists even with every limit relaxed"), "definitions", ()
)
UNDECIDED = Statement(
    ("求解器未找到方案，但也未能指出相互冲突的要求", "the solver found no plan, but which statements clash stayed undecided"), "undecided", ()
)  # fmt: skip


def why_impossible(program: LinearProgram, names: Names = ({}, {}), rebuild: Rebuild | None = None) -> Diagnosis:
    """Which statements clash and what would mend the case.

    A statement is a limit, or the bounds of one kind on the plan numbers of a year. The first years that clash by themselves
    are looked at alone. A deletion filter leaves out one statement after another as long as the rest still clash, so that none
    of those told can be left out. `Repairs` seeks what mends the case, in all years.

    names: code -> name in zh and en, for the words.
    rebuild: the program with limits moved from which others follow (`linear_program(changes=...)`); without it no repair moves them.
    """
    return _Search(program, names, rebuild).diagnosis()


@dataclass(frozen=True, slots=True)
class _Core:
    """A smallest set of statements that clash.

    told: the statements as far as they are needed for the clash; minimal: whether it is proven that none can be left out.
    giving: the same in every year that was stated with them: what would be lifted.
    """

    told: list[Said]
    minimal: bool
    giving: list[Said]


class _Search:
    """One program under examination. A set of statements is the positions of its rows."""

    def __init__(self, program: LinearProgram, names: Names, rebuild: Rebuild | None) -> None:
        self.program = spelled_out(program)
        self.names, self.rebuild = names, rebuild
        self.statements = said(self.program)
        self.soft = rows_of(self.statements)
        self.year = row_years(self.program)
        follow, method = followers(self.program), method_of(self.program)
        self.split = Clash(self.program, self.soft, follow, whole=False, method=method)
        self.whole = self.split
        if program.integer.any():
            self.whole = Clash(self.program, self.soft, follow, whole=True, method=method)

    def diagnosis(self) -> Diagnosis:
        found: dict[frozenset[str], _Core] = {}
        left, possible = self.soft, None
        large = len(self.program.cost) > LARGE
        while len(found) < CONFLICTS and not (found and large and self.split.asked + self.whole.asked > ENOUGH):
            possible, judge = self._possible(left)
            if possible is not False:
                break
            core = self._core(left, judge)
            if not core.told:
                return Diagnosis((Conflict((UNDEFINED,), True),), (), True)
            sort = frozenset(kin(self.program, s) for s in core.told)
            if sort in found:  # the same clash in a later year: told once, lifted in all years
                again = [in_every_year(self.program, s) for s in core.told]
                found[sort] = dataclasses.replace(found[sort], giving=again)
            else:
                found[sort] = core
            left = np.setdiff1d(left, rows_of(found[sort].giving))
        if not found:
            return Diagnosis((Conflict((UNDECIDED,), False),), (), False)
        complete = possible is True
        conflicts = tuple(Conflict(tuple(self._told(s) for s in c.told), c.minimal) for c in found.values())
        giving = [c.giving for c in found.values()]
        repairs = Repairs(self.program, self.names, self.rebuild)
        return Diagnosis(conflicts, repairs.of(giving, self._ways(giving) if complete else []), complete)

    def _possible(self, left: Ints) -> tuple[bool | None, Clash]:
        """Whether there is a plan with the rows left of those that may give way, None where the search ended undecided; and who says so."""
        if self.split.possible(left) is False:
            return False, self.split
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        let_go = np.setdiff1d(self.soft, left)
        let_go = np.append(let_go, self.split.followers.of(let_go))
        lower[let_go], upper[let_go] = -np.inf, np.inf
        return has_plan(dataclasses.replace(self.program, row_lower=lower, row_upper=upper)), self.whole

    def _told(self, one: Said) -> Statement:
        words = statement_words(self.program, one, self.names)
        return Statement(words, one.kind, places(self.program, one.rows))

    def _core(self, left: Ints, first: Clash) -> _Core:
        """A smallest set of statements that clash, of the rows left, as `first` says they do; no statement where there is none."""
        if first is self.split:
            left = self._first_years(left)
            suspects = self.split.suspects(left)
            left = suspects if self.split.possible(suspects) is False else left
        groups = [Said(s.kind, s.rows[np.isin(s.rows, left)]) for s in self.statements]
        groups = [s for s in groups if len(s.rows)]
        minimal = True
        for judge in dict.fromkeys((first, self.whole)):  # with whole numbers fewer statements may clash
            groups, minimal = self._leave_out(judge, groups)
        for k, one in enumerate(groups):
            groups[k] = self._narrowed(one, groups[:k] + groups[k + 1 :])
        return _Core(groups, minimal, [as_stated(self.program, s) for s in groups])

    def _first_years(self, left: Ints) -> Ints:
        """Of rows that clash with split classes those of the fewest first years that clash by themselves."""
        years = np.unique(self.year[left])
        low, high, step = -1, len(years) - 1, 1  # possible up to the one, a clash up to the other
        while high - low > 1:
            middle = low + min(step, (high - low) // 2)
            if self.split.possible(left[self.year[left] <= years[middle]]) is False:
                high = middle
            else:
                low, step = middle, 2 * step
        return np.asarray(left[self.year[left] <= years[high]], dtype=np.int64)

    def _leave_out(self, judge: Clash, groups: list[Said]) -> tuple[list[Said], bool]:
        """The statements that are needed for the clash; and whether it is proven of all of them."""
        proven = True

        def clash(kept: list[int]) -> bool:
            nonlocal proven
            answer = judge.possible(rows_of([groups[k] for k in kept]))
            proven = proven and answer is not None
            return answer is False

        kept = leave_out(range(len(groups)), clash)
        return [groups[k] for k in kept], proven

    def _narrowed(self, one: Said, others: list[Said]) -> Said:
        """The statement about those lines only that are needed for the clash with the others."""
        parts, fixed = owners(self.program, one.rows), rows_of(others)
        if len(parts) == 1:
            return one

        judge = self.split if self.split.possible(np.sort(np.append(fixed, one.rows))) is False else self.whole

        def clash(kept: list[int]) -> bool:
            return judge.possible(np.sort(np.concatenate([fixed, *(parts[k] for k in kept)]))) is False

        kept = leave_out(range(len(parts)), clash, FEW if len(self.program.cost) > LARGE else QUESTIONS)
        return Said(one.kind, np.sort(np.concatenate([parts[k] for k in kept])))

    def _ways(self, conflicts: list[list[Said]]) -> list[Ints]:
        """Rows of one statement from each conflict, those first that cost least one by one; of several conflicts in small programs only."""
        if len(conflicts) == 1:
            return [s.rows for s in conflicts[0] if s.kind not in FIRM]
        if len(self.program.cost) > LARGE:
            return []
        choices: list[list[tuple[float, int, Said]]] = []
        for core in conflicts:
            others = rows_of([s for other in conflicts if other is not core for s in other])
            able = [s for s in core if s.kind not in FIRM]
            breaches = [self.split.breach(s.rows, np.setdiff1d(self.soft, others)) for s in able]
            choices.append([(b.cost, k, s) for k, (b, s) in enumerate(zip(breaches, able, strict=True)) if b])
        combined = sorted(itertools.product(*choices), key=lambda way: sum(cost for cost, _, _ in way))
        return [rows_of([s for _, _, s in way]) for way in combined[:WAYS]]
