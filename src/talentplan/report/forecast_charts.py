"""What the charts of forecast.html show, as plain data; assets/report.js draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand import LEVELS, Openings, path_intervals
from talentplan.report.words import Words

__all__ = ["ALL", "forecast_charts"]

Chart = dict[str, Any]
ALL = ""
"""The choice of all industries together."""

PATHS = 12  # sample paths that are drawn
QUIET = ("naive", "drift", "excel_linear")  # methods that are drawn beside the ensemble until others are asked for


def forecast_charts(openings: Openings, industries: Sequence[str], words: Words) -> dict[str, Chart]:
    """Every chart by the id of its place on the page: its parts are all industries (ALL) and each of `industries`."""
    found: dict[str, Chart] = {}
    wide = _wide(openings)
    if wide.persons.empty:
        return found
    choices = [ALL, *industries]
    found["fan"] = _chart(words, "fan", {code: _fan(openings, wide, code, words) for code in choices})
    if len(openings.methods):
        methods = openings.methods.pivot_table(
            index=["method", "industry"], columns="year", values="persons", sort=False
        )
        found["methods"] = _chart(words, "lines", {code: _methods(wide, methods, code, words) for code in choices})
    if len(openings.track_record):
        record = openings.track_record.groupby(["industry", "made", "year"], as_index=False)[["said", "was"]].sum()
        parts = {code: _record(wide, record, code, words) for code in choices}
        found["record"] = _chart(words, "lines", parts)
    return found


class _Wide:
    """Employment as industry x year: everything, and the counted part of it."""

    def __init__(self, persons: pd.DataFrame, counted: pd.DataFrame) -> None:
        self.persons, self.counted = persons, counted

    def history(self, code: str) -> pd.Series:
        """Counts by year; of all industries in years in which every one is known."""
        if code != ALL:
            return self.counted.T[code]
        known = self.counted.notna().sum() == self.counted.notna().any(axis=1).sum()
        return self.counted.sum().where(known)

    def expected(self, code: str) -> pd.Series:
        return self.persons.sum(min_count=len(self.persons)) if code == ALL else self.persons.T[code]


def _wide(openings: Openings) -> _Wide:
    table = openings.employment
    persons = table.pivot(index="industry", columns="year", values="persons")
    history = table.assign(persons=table["persons"].where(table["method"] == "history"))
    return _Wide(persons, history.pivot(index="industry", columns="year", values="persons"))


def _chart(words: Words, kind: str, parts: dict[str, Chart]) -> Chart:
    return {"type": kind, "unit": words("unit", "persons"), "parts": parts}


def _numbers(values: pd.Series | NDArray[np.floating]) -> list[float | None]:
    return [None if not np.isfinite(value) else round(float(value)) + 0 for value in np.asarray(values, dtype=float)]


def _ahead(expected: pd.Series, history: pd.Series) -> pd.Series:
    """The forecast, begun at the last count so that the line hangs together."""
    last = history.last_valid_index()
    return expected if last is None else expected.where(expected.index >= last)


def _fan(openings: Openings, wide: _Wide, code: str, words: Words) -> Chart:
    history, expected = wide.history(code), wide.expected(code)
    years = expected.index.to_numpy()
    ahead = _ahead(expected, history)
    part: Chart = {
        "categories": [str(year) for year in years],
        "history": {"name": words("forecast_page", "counted"), "data": _numbers(history)},
        "forecast": {"name": words("forecast_page", "forecast"), "data": _numbers(ahead)},
        "bands": [],
        "paths": [],
    }
    paths = openings.employment_paths
    if len(paths) < 2:
        return part
    at = np.isin(openings.path_employment_years, years)
    rows = slice(None) if code == ALL else [openings.path_industries.index(code)]
    own = paths[:, rows][:, :, at].sum(axis=1)
    shown = np.isfinite(ahead.to_numpy(dtype=float))
    ends = path_intervals(own)
    for level in sorted(LEVELS, reverse=True):
        low, high = (np.where(shown, ends[f"{side}{level}"], np.nan) for side in ("lo", "hi"))
        name = words("forecast_page", "band", level=level)
        part["bands"].append({"name": name, "low": _numbers(low), "high": _numbers(high)})
    part["paths"] = [_numbers(np.where(shown, path, np.nan)) for path in own[:PATHS]]
    part["path_name"] = words("forecast_page", "path")
    return part


def _methods(wide: _Wide, methods: pd.DataFrame, code: str, words: Words) -> Chart:
    history = wide.history(code)
    last = history.last_valid_index()
    years = sorted({*history.index, *methods.columns})
    series = [_line(words("forecast_page", "counted"), "history", history.reindex(years))]
    names = list(methods.index.get_level_values("method").unique())
    for name in names:
        own = methods.loc[name]
        line = (own.sum() if code == ALL else own.loc[code]).reindex(years)
        if last is not None:
            line[last] = history[last]
        shown = name in QUIET or name == "ensemble"
        series.append(_line(words("method", name), name, line) | {"hidden": not shown})
    return {"categories": [str(year) for year in years], "series": series}


def _record(wide: _Wide, record: pd.DataFrame, code: str, words: Words) -> Chart:
    """What came, and one line of what was said for every past origin; of all industries where each was judged."""
    history = wide.history(code)
    history = history[: history.last_valid_index()]
    own = record if code == ALL else record[record["industry"] == code]
    lines = []
    for made in sorted(set(own["made"])):
        part = own[own["made"] == made]
        said = part.pivot(index="industry", columns="year", values="said")
        total = said.sum(min_count=len(said)).reindex(history.index)
        if code == ALL and len(said) < len(wide.counted.dropna(how="all")):
            continue
        total[made] = history.get(made, np.nan)
        lines.append(_line(words("forecast_page", "said_in", year=made), "past", total))
    return {
        "categories": [str(year) for year in history.index],
        "series": [*lines, _line(words("forecast_page", "counted"), "history", history)],
    }


def _line(name: str, tone: str, values: pd.Series) -> Chart:
    return {"name": name, "tone": tone, "data": _numbers(values)}
