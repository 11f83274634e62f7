"""Employment by industry: what was counted, which method goes on from there, what the drivers add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.backtest import Errors, best_method, error_table, rolling_errors
from talentplan.demand.drivers import driver_effect
from talentplan.demand.methods import METHODS, Matrix, Years, interpolate
from talentplan.workspace.case import Case
from talentplan.workspace.settings import Forecast

__all__ = ["Choice", "Employment", "History", "choose", "employment_history", "project_employment"]


@dataclass(frozen=True, slots=True)
class History:
    """What was counted.

    industries: codes, sorted. years: int[year], from the first to the last counted year without gaps; where nothing
        was counted, the year before the plan alone.
    persons: float[industry, year], NaN where not counted.
    break_year: int[industry], year of the last break in the series, 0 where there is none.
    """

    industries: pd.Index[str]
    years: Years
    persons: Matrix
    break_year: Years

    @property
    def last_year(self) -> Years:
        """int[industry]: last counted year; the year before the axis where nothing was counted."""
        counted = np.where(np.isfinite(self.persons), self.years, self.years[0] - 1)
        return np.asarray(counted.max(axis=1), dtype=np.int64)

    @property
    def training(self) -> Matrix:
        """float[industry, year]: the counts a method may learn from; those before the last break are NaN."""
        return np.where(self.years >= self.break_year[:, None], self.persons, np.nan)


@dataclass(frozen=True, slots=True)
class Choice:
    """The method each industry is forecast with, and why.

    method: int[industry], position in METHODS. reason: object[industry], the codes of Openings.choices.
    score: float[industry], mean MASE over horizons of that method, NaN where it was not judged.
    """

    method: NDArray[np.int64]
    reason: NDArray[np.object_]
    score: NDArray[np.float64]
    errors: Errors


@dataclass(frozen=True, slots=True)
class Employment:
    """Employment of every industry in every year the openings need.

    years: int[year], without gaps. baseline, persons: float[industry, year], before and after the drivers, >= 0.
    source: object[industry, year]: "history", "interpolated" or the name of the method.
    """

    history: History
    choice: Choice
    years: Years
    baseline: Matrix
    persons: Matrix
    source: NDArray[np.object_]

    def table(self) -> pd.DataFrame:
        """industry, year, persons, baseline, method: each industry from its first counted or needed year on."""
        rows, columns = np.nonzero(self.source != "")
        return pd.DataFrame(
            {
                "industry": self.history.industries.to_numpy(dtype=object)[rows],
                "year": self.years[columns],
                "persons": self.persons[rows, columns],
                "baseline": self.baseline[rows, columns],
                "method": self.source[rows, columns],
            }
        )

    def backtest(self) -> pd.DataFrame:
        """The errors of every method, as in Openings.backtest."""
        return error_table(self.choice.errors, list(self.history.industries), list(_names(self.choice.method)))

    def choices(self) -> pd.DataFrame:
        """One row per industry, as in Openings.choices."""
        trained = np.isfinite(self.history.training)
        return pd.DataFrame(
            {
                "industry": self.history.industries.to_numpy(dtype=object),
                "method": _names(self.choice.method),
                "reason": self.choice.reason,
                "mase": self.choice.score,
                "train_from": np.where(trained.any(axis=1), self.history.years[np.argmax(trained, axis=1)], 0),
                "train_years": trained.sum(axis=1),
                "break_year": self.history.break_year,
            }
        )


def employment_history(case: Case) -> History:
    """The employment table as a matrix of industries and years."""
    counted = case.table("employment")
    codes = {*case.table("industries")["industry"], *counted["industry"]}
    industries: pd.Index[str] = pd.Index(sorted(codes), dtype=object)
    year = counted["year"].to_numpy(dtype=np.int64)
    years = np.arange(year.min(), year.max() + 1) if len(year) else np.array([case.first_year - 1])
    row = industries.get_indexer(pd.Index(counted["industry"], dtype=object))
    persons = np.full((len(industries), len(years)), np.nan)
    persons[row, year - years[0]] = counted["persons"].to_numpy(dtype=np.float64)
    break_year = np.zeros(len(industries), dtype=np.int64)
    broken = counted["break"].to_numpy(dtype=bool)
    np.maximum.at(break_year, row[broken], year[broken])
    return History(industries, years, persons, break_year)


def choose(history: History, settings: Forecast) -> Choice:
    """The allowed method with the least mean MASE over horizons; the naive one where nothing can be judged."""
    training = history.training
    errors = rolling_errors(training, history.years, min_train=settings.min_train, window=settings.window)
    best = best_method(errors, settings.methods)
    known = np.isfinite(training).sum(axis=1)
    judged = errors.scaled_n.any(axis=(0, 2))
    tried = errors.n.any(axis=(0, 2))
    counted = np.isfinite(history.persons).sum(axis=1)
    cut_short = (known <= settings.min_train) & (counted > settings.min_train)
    reason = np.select(
        [judged & (best >= 0), counted == 0, tried, cut_short],
        ["least_error", "no_history", "constant", "short_after_break"],
        "short_history",
    ).astype(object)
    method = np.where(best >= 0, best, list(METHODS).index("naive"))
    score = np.where(best >= 0, np.take_along_axis(errors.score, method[None, :], axis=0)[0], np.nan)
    return Choice(method, reason, score, errors)


def project_employment(case: Case, first: int, last: int) -> Employment:
    """Employment of every industry from the first counted year, or `first` where that is earlier, to `last`.

    Counted years stay as they are. Gaps between them are interpolated, years before the first are held back at it,
    years after the last are forecast with the method of `choose` and then get what the drivers add; never below 0.
    An industry that was never counted has what the drivers bring.
    """
    history = employment_history(case)
    settings = case.settings.forecast
    choice = choose(history, settings)
    years = np.arange(min(first, history.years[0]), max(last, history.years[-1]) + 1)
    observed = np.full((len(history.industries), len(years)), np.nan)
    observed[:, history.years - years[0]] = history.persons
    counted = np.isfinite(observed)
    never = ~counted.any(axis=1)
    counted_to = np.where(never, 0, history.last_year)

    ahead = [method(history.training, history.years, years, settings.window) for method in METHODS.values()]
    forecast = np.take_along_axis(np.stack(ahead), choice.method[None, :, None], axis=0)[0]
    after = years > counted_to[:, None]
    baseline = np.nan_to_num(np.where(after, forecast, interpolate(observed, years)), nan=0.0)
    effect = driver_effect(case.table("drivers"), history.industries, years, counted_to)

    shown = np.maximum.accumulate(counted, axis=1) | (years >= first)
    shown &= ~never[:, None] | effect.any(axis=1, keepdims=True)
    source = np.full(observed.shape, "interpolated", dtype=object)
    source[after] = np.broadcast_to(_names(choice.method)[:, None], source.shape)[after]
    source[counted] = "history"
    source[~shown] = ""
    return Employment(history, choice, years, baseline, np.maximum(0.0, baseline + effect), source)


def _names(method: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.array(list(METHODS), dtype=object)[method]
