"""What can go wrong, as one tree.

TalentPlanError
├── InputError       the tables or settings are wrong; carries every Problem found      exit code 2
├── ImpossibleError  the case is well formed, but no plan satisfies it; carries why     exit code 1
├── SolverError      no solver, or a limit was hit before any plan was found            exit code 3
└── AuditError       the audit disagrees with the program: never publish such a plan    exit code 3
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AuditError", "ImpossibleError", "InputError", "Problem", "SolverError", "TalentPlanError"]


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
    """No plan satisfies the case; `statements` are the clashing limits as (zh, en), `repairs` what would help."""

    exit_code = 1

    def __init__(self, statements: tuple[tuple[str, str], ...], repairs: tuple[tuple[str, str], ...] = ()) -> None:
        self.statements = statements
        self.repairs = repairs
        super().__init__("no plan can satisfy all of these: " + "; ".join(en for _, en in statements))


class SolverError(TalentPlanError):
    """No solver is available, or it stopped before it found any plan."""

    exit_code = 3


class AuditError(TalentPlanError):
    """The year-by-year audit and the linear program disagree; nothing is published."""

    exit_code = 3
