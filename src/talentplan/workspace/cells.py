"""Cells with the place they come from: raw as read, typed as checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.dictionary import TableSpec

__all__ = ["Cells", "Fault", "Records", "Say", "attribute", "shorten", "show", "table_problem"]

MOST_OF_A_RULE = 50
"""Problems of one rule of one column that are listed one by one; the rest is counted."""


class Say(NamedTuple):
    """One statement in both languages."""

    zh: str
    en: str


class Fault(NamedTuple):
    """A cell that breaks a rule: its position among the rows (from 0), what it holds, the rule and the repair."""

    position: int
    value: str
    rule: Say
    repair: Say


@dataclass(frozen=True, slots=True)
class Cells:
    """One table as a reader found it.

    frame: columns by their names in the dictionary, cells untouched. rows: int[row], the number of each row as the
    user sees it (line of the file or row of the sheet); 0 where there is none. headings: how the file heads a column,
    where that is not its name, and heading_row in which row. failed: the table is there but could not be read, which
    is already reported.
    """

    table: str
    file: str
    sheet: str | None
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    headings: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    heading_row: int | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """One table after conversion, with the origin of every row.

    data: declared columns in declared order and dtype. origin: file, sheet, row of every row of `data`.
    doubt: bool[row] by column, true where the cell is already reported, so that no second rule reports it again.
    file, sheet: where the table stands. headings: how that file heads a column, where that is not its name.
    absent: the whole table could not be read and is already reported.
    """

    spec: TableSpec
    data: pd.DataFrame
    origin: pd.DataFrame
    doubt: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    file: str = ""
    sheet: str | None = None
    headings: Mapping[str, str] = field(default_factory=dict)
    absent: bool = False

    def sound(self, *columns: str) -> NDArray[np.bool_]:
        """bool[row]: none of these cells has been reported."""
        result = np.ones(len(self.data), dtype=bool)
        for c in columns:
            if c in self.doubt:
                result &= ~self.doubt[c]
        return result

    def kept(self, keep: NDArray[np.bool_]) -> Records:
        """The table with some of its rows; keep: bool[row]."""
        return replace(
            self,
            data=self.data[keep].reset_index(drop=True),
            origin=self.origin[keep].reset_index(drop=True),
            doubt={c: d[keep] for c, d in self.doubt.items()},
        )

    def doubted(self, column: str, reported: NDArray[np.bool_], data: pd.DataFrame | None = None) -> Records:
        """The table with more cells of a column marked as reported, and other data where given."""
        before = self.doubt.get(column, np.zeros(len(self.data), dtype=bool))
        doubt = {**self.doubt, column: before | reported} if reported.any() else self.doubt
        return replace(self, doubt=doubt, data=self.data if data is None else data)

    def problem(self, position: int, column: str | None, value: Any, rule: Say, repair: Say) -> Problem:
        """The problem at one row."""
        file, sheet, row = self.origin.iloc[position][["file", "sheet", "row"]]
        return Problem(
            table=self.spec.name,
            file=file,
            row=int(row) or None,
            column=None if column is None else self.headings.get(column, column),
            value=str(value),
            rule_zh=rule.zh,
            rule_en=rule.en,
            repair_zh=repair.zh,
            repair_en=repair.en,
            sheet=sheet,
        )

    def problems(
        self, positions: Iterable[int], column: str, rule: Say, repair: Say, value_of: str | None = None
    ) -> list[Problem]:
        """One problem per position, each showing its own cell."""
        shown = self.data[value_of or column].to_numpy()
        return [self.problem(int(i), column, show(shown[i]), rule, repair) for i in positions]


def attribute(codes: pd.Series[Any], target: Records, column: str) -> pd.Series[Any]:
    """A column of the referenced table, row by row; missing where the code is unknown or the cell is reported."""
    key = target.spec.key[0]
    frame = target.data[target.sound(key, column)].drop_duplicates(key)
    return codes.map(frame.set_index(key)[column])


def show(value: Any) -> str:
    """A cell as a person would write it: no trailing .0."""
    if isinstance(value, float | np.floating):
        return f"{value:.10g}"
    return str(value)


def table_problem(
    spec: TableSpec,
    file: str,
    rule: Say,
    repair: Say,
    *,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: str = "",
) -> Problem:
    """A problem of a whole table, or of a place that is no data row."""
    return Problem(
        table=spec.name,
        file=file,
        row=row,
        column=column,
        value=value,
        rule_zh=rule.zh,
        rule_en=rule.en,
        repair_zh=repair.zh,
        repair_en=repair.en,
        sheet=sheet,
    )


def shorten(problems: Iterable[Problem]) -> list[Problem]:
    """Keeps the first 50 problems of one rule at one column of one table and says how many more there are."""
    kept: list[Problem] = []
    seen: dict[tuple[str, str, str | None, str], list[Problem]] = {}
    for p in problems:
        group = seen.setdefault((p.table, p.file, p.column, p.rule_en), [])
        group.append(p)
        if len(group) <= MOST_OF_A_RULE:
            kept.append(p)
    for group in seen.values():
        more = len(group) - MOST_OF_A_RULE
        if more > 0:
            p = group[0]
            kept.append(
                Problem(
                    table=p.table,
                    file=p.file,
                    row=None,
                    column=p.column,
                    value="",
                    rule_zh=f"{p.rule_zh}（另有 {more} 处同类问题未逐一列出）",
                    rule_en=f"{p.rule_en} ({more} more of the same are not listed)",
                    repair_zh=p.repair_zh,
                    repair_en=p.repair_en,
                    sheet=p.sheet,
                )
            )
    return kept
