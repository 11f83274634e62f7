"""Many yearly series side by side: the shape every forecast starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix, Years
from talentplan.errors import InputError, Problem

__all__ = ["Panel", "group_sums"]

Float = TypeVar("Float", bound=np.floating[Any])

_KEY = ["region", "industry", "year"]
_SHOWN = 20  # problems of one kind that are named


@dataclass(frozen=True, slots=True)
class Panel:
    """Yearly series of industries in regions.

    labels: region, industry; one row per series, sorted. years: int[year], calendar years one after the other.
    persons: float[series, year], NaN where not known.
    """

    labels: pd.DataFrame
    years: Years
    persons: Matrix

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Panel:
        """A panel from rows of (region, industry, year, persons); a year without a row, or without a number, is a gap.

        Raises:
            InputError: a column is missing, a year stands twice, a number is negative or no number.
        """
        problems = _problems(table)
        if problems:
            raise InputError(problems)
        labels = table[_KEY[:2]].drop_duplicates().sort_values(_KEY[:2], ignore_index=True)
        return cls.filled(labels, table)

    @classmethod
    def filled(cls, labels: pd.DataFrame, table: pd.DataFrame) -> Panel:
        """The panel of the series `labels` with the checked rows of `table`; every series of the table is among them.

        The years run from the first of the table to its last.
        """
        year = table["year"].to_numpy(dtype=np.int64)
        years = np.arange(year.min(), year.max() + 1)
        row = pd.MultiIndex.from_frame(labels).get_indexer(pd.MultiIndex.from_frame(table[_KEY[:2]]))
        persons = np.full((len(labels), len(years)), np.nan)
        persons[row, year - years[0]] = table["persons"].to_numpy(dtype=np.float64)
        return cls(labels, years, persons)

    def up_to(self, origin: int) -> Panel:
        """What was known in the year `origin`."""
        known = self.years <= origin
        return Panel(self.labels, self.years[known], self.persons[:, known])

    def latest(self, span: int) -> Panel:
        """The last `span` years."""
        return Panel(self.labels, self.years[-span:], self.persons[:, -span:])

    def group(self, column: str) -> NDArray[np.int64]:
        """int[series]: number of each series' region or industry, in the order of their names."""
        return np.asarray(np.unique(self.labels[column].to_numpy(dtype=str), return_inverse=True)[1], dtype=np.int64)


def group_sums(values: NDArray[Float], group: NDArray[np.int64]) -> NDArray[Float]:
    """Sums over the members of each group: float[series, ...] and int[series] give float[group, ...]."""
    total = np.zeros((int(group.max(initial=-1)) + 1, *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, group, values)
    return total


def _problems(table: pd.DataFrame) -> list[Problem]:
    missing = [name for name in (*_KEY, "persons") if name not in table.columns]
    if missing:
        return [
            _problem(None, name, "", "这一列必须存在", "the column must be there", "补上该列", "add the column")
            for name in missing
        ]
    if table.empty:
        return [_problem(None, None, "", "至少要有一行", "there must be at least one row", "补上数据", "add rows")]
    given = table["persons"].notna().to_numpy()
    persons = pd.to_numeric(table["persons"], errors="coerce").to_numpy(dtype=np.float64)
    wrong = given & ~(np.isfinite(persons) & (persons >= 0))
    found = [
        _problem(at + 2, "persons", str(table["persons"].iloc[at]), "必须是不小于 0 的数", "must be a number >= 0",
                 "更正该数", "correct the number")
        for at in np.flatnonzero(wrong)[:_SHOWN]
    ]  # fmt: skip
    return found + [
        _problem(at + 2, "year", str(table["year"].iloc[at]), "同一地区、行业、年份只能有一行",
                 "a region, industry and year must stand once", "删去重复的行", "delete one of the rows")
        for at in np.flatnonzero(table.duplicated(_KEY))[:_SHOWN]
    ]  # fmt: skip


def _problem(
    row: int | None, column: str | None, value: str, rule_zh: str, rule_en: str, repair_zh: str, repair_en: str
) -> Problem:
    at = None if row is None else int(row)
    return Problem("employment", "employment", at, column, value, rule_zh, rule_en, repair_zh, repair_en)
