"""Employment by industry: what was counted, how it goes on, what drivers and projections change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.backtest import Backtest, rolling_backtest
from talentplan.demand.choice import Choice, choose
from talentplan.demand.drivers import driver_effect, driver_paths
from talentplan.demand.forecaster import Forecaster, PanelForecast, path_intervals
from talentplan.demand.intervals import Paths
from talentplan.demand.methods import METHODS, Matrix, Years, interpolate
from talentplan.demand.panel import Panel, group_sums
from talentplan.demand.projections import impose
from talentplan.workspace.case import Case
from talentplan.workspace.settings import Forecast

__all__ = ["Employment", "History", "employment_history", "project_employment"]


@dataclass(frozen=True, slots=True)
class History:
    """What was counted.

    counted: the panel of district (as its region) x industry; where nothing was counted at all, one year of NaN.
    break_year: int[series], year of the last break in the series, 0 where there is none.
    industries: codes, sorted: those of the industries table and those counted. member: int[series], industry of each
        series.
    """

    counted: Panel
    break_year: Years
    industries: pd.Index[str]
    member: NDArray[np.int64]

    @property
    def training(self) -> Panel:
        """The counts a method may learn from; those before the last break are NaN."""
        comparable = self.counted.years >= self.break_year[:, None]
        return replace(self.counted, persons=np.where(comparable, self.counted.persons, np.nan))

    @property
    def last_year(self) -> Years:
        """int[series]: last counted year; the year before the axis where nothing was counted."""
        years = self.counted.years
        return np.asarray(np.where(np.isfinite(self.counted.persons), years, years[0] - 1).max(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Employment:
    """Employment of every industry in every year the openings need.

    years: int[year], without gaps. baseline, persons: float[industry, year], before and after drivers and
        projections, >= 0.
    paths: float32[path, industry, year], sample paths of `persons`; equal to it in counted years. At least one.
    source: object[industry, year]: "history", "interpolated", the name of the method, "mixed" where districts differ.
    members: method -> float[industry, year after the last counted], every method's baseline.
    """

    history: History
    choice: Choice
    backtest: Backtest
    years: Years
    baseline: Matrix
    persons: Matrix
    paths: Paths
    source: NDArray[np.object_]
    members: dict[str, Matrix]
    groups: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """industry, year, persons, baseline, lo50 .. hi95, method: each industry from its first counted year on."""
        rows, columns = np.nonzero(self.source != "")
        ends = path_intervals(self.paths) if len(self.paths) > 1 else {}
        return pd.DataFrame(
            {
                "industry": self.history.industries.to_numpy(dtype=object)[rows],
                "year": self.years[columns],
                "persons": self.persons[rows, columns],
                "baseline": self.baseline[rows, columns],
                **{name: values[rows, columns] for name, values in ends.items()},
                "method": self.source[rows, columns],
            }
        )

    def scores(self) -> pd.DataFrame:
        """The scores of every method, as in Openings.backtest."""
        return self.backtest.table(self.groups, list(self.choice.method))

    def choices(self) -> pd.DataFrame:
        """One row per series, as in Openings.choices."""
        training = self.history.training
        trained = np.isfinite(training.persons)
        return pd.DataFrame(
            {
                "district": training.labels["region"],
                "industry": training.labels["industry"],
                "method": self.choice.method,
                "reason": self.choice.reason,
                "mase": self.choice.score,
                "train_from": np.where(trained.any(axis=1), training.years[np.argmax(trained, axis=1)], 0),
                "train_years": trained.sum(axis=1),
                "break_year": self.history.break_year,
            }
        )

    def all_methods(self) -> pd.DataFrame:
        """method, industry, year, persons: what every method would say, before drivers and projections."""
        count = len(self.history.industries)
        parts = [
            pd.DataFrame({"method": name, "industry": np.repeat(self.history.industries.to_numpy(), values.shape[1]),
                          "year": np.tile(self.years[-values.shape[1]:], count), "persons": values.ravel()})
            for name, values in self.members.items() if values.shape[1]
        ]  # fmt: skip
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["method", "industry", "year"])


def employment_history(case: Case) -> History:
    """The employment table as a panel of districts and industries."""
    table = case.table("employment").rename(columns={"district": "region"})
    industries: pd.Index[str] = pd.Index(
        sorted({*case.table("industries")["industry"], *table["industry"]}), dtype=object
    )
    never = sorted(set(industries) - set(table["industry"]))
    key = ["region", "industry"]
    keys = pd.concat([table[key].drop_duplicates(), pd.DataFrame({"region": "", "industry": never})]).astype(object)
    labels = keys.sort_values(key, ignore_index=True)
    if len(table):
        panel = Panel.filled(labels, table)
    else:
        panel = Panel(labels, np.array([case.first_year - 1]), np.full((len(labels), 1), np.nan))
    broken = table[table["break"]]
    break_year = np.zeros(len(labels), dtype=np.int64)
    row = pd.MultiIndex.from_frame(labels).get_indexer(pd.MultiIndex.from_frame(broken[key]))
    np.maximum.at(break_year, row, broken["year"].to_numpy(dtype=np.int64))
    member = industries.get_indexer(pd.Index(labels["industry"], dtype=object))
    return History(panel, break_year, industries, member)


def project_employment(case: Case, first: int, last: int) -> Employment:
    """Employment of every industry from the first counted year, or `first` where that is earlier, to `last`.

    Counted years stay as they are. Gaps between them are interpolated, years before the first are held back at it,
    years after the last are forecast, then get what drivers and projections change, path by path; never below 0. An
    industry that was never counted has what the drivers bring.
    """
    history = employment_history(case)
    settings = case.settings.forecast
    training, end = history.training, int(history.counted.years[-1])
    years = np.arange(min(first, history.counted.years[0]), max(last, end) + 1)
    forecaster = Forecaster(settings.paths, settings.seed, settings.automatic, settings.window)
    ahead = forecaster.fit(training).predict(max(1, int(years[-1]) - end))
    backtest = rolling_backtest(training, forecaster, min_train=settings.min_train, origins=settings.origins)
    groups = _groups(case, history)
    choice = _with_reasons(choose(ahead, backtest, settings.methods, groups), history, settings)

    baseline, paths = _by_series(history, years, ahead, choice, settings)
    base, base_paths = group_sums(baseline, history.member), _sums(paths, history.member)
    return _adjusted(case, history, years, base, base_paths, choice, backtest, ahead, groups, first)


def _groups(case: Case, history: History) -> tuple[str, ...]:
    """The section of each series' industry: methods are compared within it."""
    section = dict(zip(case.table("industries")["industry"], case.table("industries")["section"], strict=True))
    return tuple(str(section.get(code) or "-") for code in history.counted.labels["industry"])


def _with_reasons(choice: Choice, history: History, settings: Forecast) -> Choice:
    """Short histories that a break made short say so."""
    counted = np.isfinite(history.counted.persons).sum(axis=1)
    known = np.isfinite(history.training.persons).sum(axis=1)
    cut = (counted > known) & (known <= settings.min_train) & np.isin(choice.reason, ["short_history", "not_judged"])
    return replace(choice, reason=np.where(cut, "short_after_break", choice.reason).astype(object))


def _by_series(
    history: History, years: Years, ahead: PanelForecast, choice: Choice, settings: Forecast
) -> tuple[Matrix, Paths]:
    """Baseline of every series, float[series, year], and its paths around it, float32[path, series, year]."""
    panel, training = history.counted, history.training
    observed = np.full((len(panel.labels), len(years)), np.nan)
    observed[:, panel.years - years[0]] = panel.persons
    after = years > history.last_year[:, None]
    baseline = interpolate(observed, years)
    beyond = years > panel.years[-1]
    for name in sorted(set(choice.method)):
        rows = choice.method == name
        if name in METHODS:
            said = METHODS[name](training.persons[rows], training.years, years, settings.window)
            baseline[rows] = np.where(after[rows], said, baseline[rows])
        else:
            baseline[np.ix_(rows, beyond)] = (ahead.persons if name == "ensemble" else ahead.members[name])[
                rows, : beyond.sum()
            ]
    baseline = np.nan_to_num(np.where(np.isfinite(observed), observed, baseline))
    relative = np.ones((max(1, len(ahead.paths)), *baseline.shape), dtype=np.float32)
    if len(ahead.paths):
        relative[:, :, beyond] = (ahead.paths / np.maximum(ahead.persons, 1e-9).astype(np.float32))[
            :, :, : beyond.sum()
        ]
    return baseline, relative * baseline.astype(np.float32)


def _sums(paths: Paths, member: NDArray[np.int64]) -> Paths:
    return np.ascontiguousarray(group_sums(paths.transpose(1, 0, 2), member).transpose(1, 0, 2), dtype=np.float32)


def _adjusted(
    case: Case, history: History, years: Years, base: Matrix, paths: Paths, choice: Choice, backtest: Backtest,
    ahead: PanelForecast, groups: tuple[str, ...], first: int,
) -> Employment:  # fmt: skip
    """Baseline by industry with projections and drivers on top, and where each number comes from."""
    counted_to = np.full(len(history.industries), 0, dtype=np.int64)
    never = ~np.isfinite(history.counted.persons).any(axis=1)
    np.maximum.at(counted_to, history.member, np.where(never, 0, history.last_year))
    drivers, projections = case.table("drivers"), case.table("projections")
    moved = impose(paths, history.industries, years, counted_to, projections)
    centre = impose(base[None], history.industries, years, counted_to, projections)[0]
    effect = driver_effect(drivers, history.industries, years, counted_to, centre)
    persons = np.maximum(0.0, centre + effect)
    if len(paths) > 1:
        rng = np.random.default_rng([case.settings.forecast.seed, 1])
        moved = np.maximum(0.0, moved + driver_paths(drivers, history.industries, years, counted_to, moved, rng))
    else:
        moved = persons[None]
    source = _sources(history, years, choice, first, effect)
    beyond = years > history.counted.years[-1]
    members = (
        {name: group_sums(values, history.member) for name, values in ahead.members.items()} if beyond.any() else {}
    )
    return Employment(
        history, choice, backtest, years, base, persons, moved.astype(np.float32), source, members, groups
    )  # fmt: skip


def _sources(history: History, years: Years, choice: Choice, first: int, effect: Matrix) -> NDArray[np.object_]:
    """object[industry, year]: where each number comes from, "" where it is not shown."""
    observed = np.zeros((len(history.member), len(years)), dtype=bool)
    observed[:, history.counted.years - years[0]] = np.isfinite(history.counted.persons)
    shape = (len(history.industries), len(years))
    counted, begun, after = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    np.logical_and.at(counted, history.member, observed)
    np.logical_or.at(begun, history.member, np.maximum.accumulate(observed, axis=1))
    np.logical_or.at(after, history.member, years > history.last_year[:, None])
    ever = begun.any(axis=1, keepdims=True)
    shown = (begun | (years >= first)) & (ever | effect.any(axis=1, keepdims=True))
    method = np.array(["mixed"] * shape[0], dtype=object)
    for industry in range(shape[0]):
        used = set(choice.method[history.member == industry])
        if len(used) == 1:
            method[industry] = used.pop()
    source = np.full(shape, "interpolated", dtype=object)
    source[after] = np.broadcast_to(method[:, None], shape)[after]
    source[counted] = "history"
    source[~shown] = ""
    return source
