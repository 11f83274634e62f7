"""Labelled tables for people: what the page and the workbook both show is made here once.

A View is a frame with columns that know their label and kind; the frame keeps plain numbers (persons, CNY, shares), so
that each writer formats them in its own way and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from talentplan.plan.plan import Plan
from talentplan.report.labels import Names, names_of
from talentplan.report.words import Lang, Words
from talentplan.supply import Cohorts, cohorts
from talentplan.workspace.case import Case

__all__ = [
    "Column",
    "Kind",
    "Published",
    "Source",
    "View",
    "columns",
    "kind_of_unit",
    "records",
    "shown",
    "spans",
    "totalled",
]

Kind = Literal[
    "text",
    "persons",
    "change",
    "money",
    "share",
    "year",
    "whole",
    "number",
    "tenths",
    "hundredths",
    "by_unit",
    "difference",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view; `by_unit` and `difference` leave it to the row's `unit_code` what the number is."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class View:
    """A table for people: `frame` holds every column's key; `totals` the sums of the last row, if it has one.

    unit: word of the unit of its numbers where it stands beside the title; money says so by itself.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    totals: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as mappings, for a template."""
        return records(self.frame)


class Published:
    """The tables of one way to go on (a plan, or doing nothing) with its case and the language."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], case: Case, lang: Lang) -> None:
        self.tables, self.case, self.lang = tables, case, lang
        self.words: Words = Words(lang)
        self.first = case.first_year
        self.years = [int(year) for year in case.plan_years]

    @property
    def region(self) -> str:
        """The name of the region."""
        region = self.case.settings.region
        return region.zh if self.lang == "zh" else region.en

    @cached_property
    def names(self) -> Names:
        """Names instead of codes."""
        return names_of(self.case, self.lang)

    @cached_property
    def cohorts(self) -> Cohorts:
        """Rates and inherited students, as the tables used them."""
        return cohorts(self.case)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The offerings with the level, cluster and durations of the case, one row each, by code."""
        levels = self.case.table("programs")[["program", "level", "cluster"]]
        return self.case.table("offerings").merge(levels, on="program", how="left")

    def table(self, name: str) -> pd.DataFrame:
        """A published table, its plan years only (the tail is no part of what is decided)."""
        frame = self.tables[name]
        return frame[frame["year"].isin(self.years)] if "year" in frame.columns else frame

    def levels(self) -> list[str]:
        """Codes of the levels that programs have, lowest first."""
        table = self.case.table("levels").sort_values(["rank", "level"])
        used = set(self.case.table("programs")["level"])
        return [level for level in table["level"] if level in used]


class Source(Published):
    """A plan, beside it doing nothing: what the tables of the report are made from."""

    def __init__(self, plan: Plan, case: Case, lang: Lang) -> None:
        super().__init__(plan.tables, case, lang)
        self.plan = plan
        self.nothing = Published(plan.do_nothing, case, lang)

    def next_intake(self) -> pd.DataFrame:
        """The enrolment plan of the first year."""
        intake = self.plan.table("intake")
        return intake[intake["year"] == self.first].reset_index(drop=True)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def columns(words: Words, **kinds: Kind) -> tuple[Column, ...]:
    """Columns whose labels are the words of their keys."""
    return tuple(Column(key, words("column", key), kind) for key, kind in kinds.items())


def totalled(view: View, *keys: str) -> View:
    """The view with a last row that sums these columns."""
    totals = {key: float(view.frame[key].sum()) for key in keys}
    return replace(view, totals=totals)


def spans(years: Sequence[int]) -> str:
    """Years in runs.

    >>> spans([2027, 2028, 2029, 2031])
    '2027–2029, 2031'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def kind_of_unit(unit: str) -> Kind:
    """How a value of a published unit is written.

    >>> kind_of_unit("persons/year"), kind_of_unit("share"), kind_of_unit("CNY"), kind_of_unit("CNY/person")
    ('persons', 'share', 'money', 'number')
    """
    if unit.startswith("person"):
        return "persons"
    if unit.startswith("share"):
        return "share"
    return "money" if unit in {"CNY", "CNY/year"} else "number"


def shown(words: Words, kind: Kind, value: Any, unit: str = "") -> str:
    """A value as text."""
    if kind == "difference":
        return words.difference(float(value), kind_of_unit(unit))
    if kind == "by_unit":
        kind = kind_of_unit(unit)
    if kind == "text":
        return str(value)
    if kind == "year":
        return str(round(value))
    write = {
        "tenths": words.tenths,
        "hundredths": words.hundredths,
        "whole": words.persons,
        "persons": words.persons,
        "change": words.signed,
        "money": words.money,
        "share": words.share,
    }
    return write.get(kind, words.number)(float(value))
