"""The Case: everything validated that one run needs, frozen, with a fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.settings import Settings

__all__ = ["Case", "Defaulted", "Rule"]


@dataclass(frozen=True, slots=True)
class Defaulted:
    """One thing the bureau did not bring and what was taken instead; printed on page one."""

    table: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated, cited policy line that is on in this case.

    `kind` names a function of allocation/rules; `parameters` are its numbers; `exempt` are codes of
    offerings, schools, programs, clusters or levels that it spares, `scope` those that it is about (all where empty);
    `borrowed` is true where the rule binds in another province only (借用参数).
    """

    id: str
    kind: str
    text_zh: str
    text_en: str
    source: str
    date: str
    parameters: Mapping[str, float | int | str | bool]
    exempt: tuple[str, ...] = ()
    borrowed: bool = False
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What one run reads and nothing else.

    tables: every table of the data dictionary, present even when empty, with every declared column in declared order,
        sorted by its key columns, RangeIndex. Codes and texts are strings ("" where empty), numbers float64 (NaN where
        empty), years and ints int64, bools bool. Treat the frames as read-only.
    settings: the planning model after the scenario's patches.
    scenario: name of the scenario ("baseline" when none is applied); `applied` the patches, in order, as text.
    tail_years: years after the horizon in which the last intake repeats (the longest route through the pathways).
    fingerprint: sha256 of settings, rules and canonical tables; the order of input rows never changes it.
    """

    name: str
    scenario: str
    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    rules: tuple[Rule, ...]
    tail_years: int
    fingerprint: str
    scenario_title: tuple[str, str] = ("基准", "Baseline")
    applied: tuple[str, ...] = ()
    defaulted: tuple[Defaulted, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """One table by its name in the data dictionary."""
        return self.tables[name]

    @property
    def first_year(self) -> int:
        """First autumn the plan decides."""
        return self.settings.horizon.first_year

    @property
    def plan_years(self) -> NDArray[np.int64]:
        """int[T]: autumns the plan decides."""
        return np.arange(self.first_year, self.first_year + self.settings.horizon.years, dtype=np.int64)

    @property
    def all_years(self) -> NDArray[np.int64]:
        """int[T + tail]: plan years and the tail in which the last intake repeats."""
        stop = self.first_year + self.settings.horizon.years + self.tail_years
        return np.arange(self.first_year, stop, dtype=np.int64)
