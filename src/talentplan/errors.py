"""What can go wrong, as one tree.

TalentPlanError
├── InputError       the tables or settings are wrong; carries every Problem found      exit code 2
├── ImpossibleError  the case is well formed, but no plan satisfies it; carries why     exit code 1
├── SolverError      no solver, or a limit was hit before any plan was found            exit code 3
└── AuditError       the audit disagrees with the program: never publish such a plan    exit code 3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "AuditError", "Change", "Conflict", "Diagnosis", "ImpossibleError", "InputError", "Problem", "Repair", "SolverError",
    "Statement", "TalentPlanError",
]  # fmt: skip

Words = tuple[str, str]
Place = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input, at one place, in both languages.

    `row` counts as the user sees it (the line of the CSV file or the row of the sheet, header included);
    None where the whole table or file is meant. `rule_*` says what must hold, `repair_*` how to mend it.
    """

    table: str
    file: str
    row: int | None
    column: str | None
    value: str
    rule_zh: str
    rule_en: str
    repair_zh: str
    repair_en: str
    sheet: str | None = None

    def sentence(self, lang: str = "zh") -> str:
        """Which, where, must, got, repair: one sentence a planner understands."""
        place = self.file if self.sheet is None else f"{self.file} [{self.sheet}]"
        if lang == "en":
            where = (
                place + (f" row {self.row}" if self.row else "") + (f", column {self.column}" if self.column else "")
            )
            got = f" Got {self.value}." if self.value else ""
            return f"{where}: {self.rule_en}.{got} Repair: {self.repair_en}."
        where = place + (f" 第 {self.row} 行" if self.row else "") + (f" “{self.column}”列" if self.column else "")
        got = f"现为 {self.value}。" if self.value else ""
        return f"{where}：{self.rule_zh}。{got}改法：{self.repair_zh}。"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the planner said that others contradict, in words (zh, en).

    kind: the family of limits, or where a bound on plan numbers comes from: given, min_plan, max_plan,
        classes_max, up, down, ceiling:<id of a rule>.
    places: what it is said of: the codes and the year of every limit that takes part.
    """

    words: Words
    kind: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that no plan can satisfy all at once.

    minimal: it was proven that with any one of them left out the others can be satisfied.
    """

    statements: tuple[Statement, ...]
    minimal: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One limit moved: `side` is least, most or both (a given number); before and after in the limit's own unit, money in million CNY."""

    kind: str
    place: Place
    side: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that together make a plan possible, tried and found to do so, in words (zh, en).

    cost: sum over the changes of the move relative to max(1, |before|).
    """

    words: Words
    changes: tuple[Change, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why no plan exists: conflicts that share no statement, and repairs of the whole case, cheapest first.

    complete: with these conflicts out of the way there would be a plan; otherwise there are more of them.
    """

    conflicts: tuple[Conflict, ...]
    repairs: tuple[Repair, ...]
    complete: bool


class TalentPlanError(Exception):
    """Base of all errors a user may meet; `exit_code` is what the command line returns."""

    exit_code = 1


class InputError(TalentPlanError):
    """The input is wrong; every problem of every table is in `problems`."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(p.sentence("en") for p in self.problems))


class ImpossibleError(TalentPlanError):
    """No plan satisfies the case; `diagnosis` says which statements clash and what would mend it."""

    exit_code = 1

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        super().__init__("no plan can satisfy all of these: " + "; ".join(en for _, en in self.statements))

    @property
    def statements(self) -> tuple[Words, ...]:
        """The clashing statements of all conflicts, (zh, en)."""
        return tuple(s.words for conflict in self.diagnosis.conflicts for s in conflict.statements)

    @property
    def repairs(self) -> tuple[Words, ...]:
        """What would make a plan possible, (zh, en), cheapest first."""
        return tuple(repair.words for repair in self.diagnosis.repairs)


class SolverError(TalentPlanError):
    """No solver is available, or it stopped before it found any plan."""

    exit_code = 3


class AuditError(TalentPlanError):
    """The year-by-year audit and the linear program disagree; nothing is published."""

    exit_code = 3
