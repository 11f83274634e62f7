"""The forecaster: fit on a long table, predict points, intervals and joint paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.intervals import Paths, calibrate, sample_paths
from talentplan.demand.members import ENSEMBLE, all_members
from talentplan.demand.methods import MIN_POINTS, Matrix, Years
from talentplan.demand.panel import Panel, group_sums
from talentplan.demand.pooled import TRAIN_YEARS

__all__ = ["LEVELS", "Forecaster", "PanelForecast", "path_intervals"]

LEVELS = (50, 80, 95)
"""Percent of the intervals that are shown."""


@dataclass(frozen=True, slots=True)
class PanelForecast:
    """Forecasts of a panel.

    labels: region, industry of each series. years: int[year], forecast years.
    persons: float[series, year], the point forecast and the mean of the paths.
    method, reason: object[series]; reason is "" where the default method stands, else why another had to:
        no_history, short_history (fewer than 3 known years), constant, at_zero (the last count is 0),
        ended (not counted in the panel's last year), small_panel (too few series to learn from one another).
    paths: float32[path, series, year], persons; empty (0 paths) where none were asked for.
    members: every method's forecast, name -> float[series, year].
    """

    labels: pd.DataFrame
    years: Years
    persons: Matrix
    method: NDArray[np.object_]
    reason: NDArray[np.object_]
    paths: Paths
    members: dict[str, Matrix]

    def table(self) -> pd.DataFrame:
        """One row per series and year: region, industry, year, persons, lo50 .. hi95, method, reason."""
        count, horizons = self.persons.shape
        frame = self.labels.loc[self.labels.index.repeat(horizons)].reset_index(drop=True)
        frame["year"] = np.tile(self.years, count)
        frame["persons"] = self.persons.ravel()
        for name, values in path_intervals(self.paths).items():
            frame[name] = values.ravel()
        frame["method"] = np.repeat(self.method, horizons)
        frame["reason"] = np.repeat(self.reason, horizons)
        return frame

    def totals(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """Sums over series, path by path: by region, by industry or, by nothing, of all; columns as in `table`."""
        if by:
            key = self.labels[list(by)].drop_duplicates().sort_values(list(by), ignore_index=True)
            group = pd.MultiIndex.from_frame(key).get_indexer(pd.MultiIndex.from_frame(self.labels[list(by)]))
        else:
            key, group = pd.DataFrame(index=[0]), np.zeros(len(self.labels), dtype=np.int64)
        frame = key.loc[key.index.repeat(len(self.years))].reset_index(drop=True)
        frame["year"] = np.tile(self.years, len(key))
        frame["persons"] = group_sums(self.persons, group).ravel()
        sums = group_sums(self.paths.transpose(1, 0, 2), group).transpose(1, 0, 2)
        for name, values in path_intervals(sums).items():
            frame[name] = values.ravel()
        return frame


def path_intervals(paths: Paths) -> dict[str, Matrix]:
    """Central intervals of paths [path, ...] at LEVELS: lo50, hi50 .. lo95, hi95; nothing where there are no paths."""
    if not len(paths):
        return {}
    shares = [(name, share) for level in LEVELS for name, share in _ends(level)]
    values = np.quantile(paths, [share for _, share in shares], axis=0)
    return {name: np.asarray(value, dtype=np.float64) for (name, _), value in zip(shares, values, strict=True)}


def _ends(level: int) -> tuple[tuple[str, float], tuple[str, float]]:
    return (f"lo{level}", 0.5 - level / 200), (f"hi{level}", 0.5 + level / 200)


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Yearly employment of many industries and regions, a few to thirty years of history, years ahead.

    >>> past = pd.DataFrame({"region": "r", "industry": "36", "year": range(2015, 2025),
    ...                      "persons": [100.0, 104, 103, 108, 112, 111, 117, 119, 125, 126]})
    >>> ahead = Forecaster(paths=100).fit(past).predict(3)
    >>> ahead.years.tolist(), bool((np.diff(ahead.persons) > 0).all())
    ([2025, 2026, 2027], True)

    paths: joint sample paths, 0 for none. seed: of paths and trees. automatic: use statsforecast where installed.
    window: latest known years of the planner's linear trend.
    """

    paths: int = 500
    seed: int = 0
    automatic: bool = True
    window: int = 10

    def fit(self, history: pd.DataFrame | Panel) -> FittedForecaster:
        """Take a history: a Panel, or rows of (region, industry, year, persons).

        Raises:
            InputError: the table cannot be read as a panel.
        """
        panel = history if isinstance(history, Panel) else Panel.from_table(history)
        return FittedForecaster(self, panel.latest(TRAIN_YEARS))


@dataclass(frozen=True, slots=True)
class FittedForecaster:
    """A forecaster and the history it forecasts from."""

    settings: Forecaster
    panel: Panel

    def predict(self, horizons: int) -> PanelForecast:
        """Forecasts for the `horizons` years after the panel's last year."""
        panel, chosen = self.panel, self.settings
        members = all_members(panel, horizons, window=chosen.window, automatic=chosen.automatic, seed=chosen.seed)
        method, reason = _fallbacks(panel, members.pooled)
        persons = members.persons[ENSEMBLE].copy()
        for name in ("naive", "damped_drift"):
            persons[method == name] = members.persons[name][method == name]
        persons = np.nan_to_num(persons)
        return PanelForecast(
            panel.labels, panel.years[-1] + np.arange(1, horizons + 1), persons, method, reason,
            self._paths(persons, horizons), members.persons,
        )  # fmt: skip

    def _paths(self, persons: Matrix, horizons: int) -> Paths:
        if self.settings.paths == 0 or not len(persons) or self.panel.persons.shape[1] < MIN_POINTS:
            return np.repeat(persons[None].astype(np.float32), self.settings.paths, axis=0)
        known = calibrate(self.panel, horizons, _quick)
        return sample_paths(self.panel, persons, known, self.settings.paths, self.settings.seed)


def _quick(panel: Panel, horizons: int) -> Matrix:
    """The ensemble without its slow members, for the many origins of a calibration."""
    return all_members(panel, horizons, automatic=False, boosted=False).persons[ENSEMBLE]


def _fallbacks(panel: Panel, pooled: bool) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Method and reason of every series."""
    known = np.isfinite(panel.persons)
    count = known.sum(axis=1)
    last = panel.persons[:, -1]
    least = np.where(known, panel.persons, np.inf).min(axis=1, initial=np.inf)
    most = np.where(known, panel.persons, -np.inf).max(axis=1, initial=-np.inf)
    cases = [count == 0, count < MIN_POINTS, least == most, ~known[:, -1], last == 0]
    reason = np.select(
        cases, ["no_history", "short_history", "constant", "ended", "at_zero"], "" if pooled else "small_panel"
    ).astype(object)
    method = np.select(cases, ["naive", "naive", "naive", "damped_drift", "naive"], ENSEMBLE).astype(object)
    return method, reason
