"""Rolling-origin backtests: every method, the default among them, judged on years it had not seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.forecaster import LEVELS, Forecaster, path_intervals
from talentplan.demand.members import ENSEMBLE
from talentplan.demand.methods import Matrix, Years
from talentplan.demand.panel import Panel
from talentplan.demand.pooled import TRAIN_YEARS
from talentplan.demand.scores import interval_score, yearly_change, yearly_change_squared

__all__ = ["MAX_HORIZON", "NAMES", "Backtest", "rolling_backtest"]

MAX_HORIZON = 10
"""Years ahead up to which a method is judged."""
NAMES = (
    "naive", "drift", "damped_drift", "excel_linear", "theta", "shift_share", "ridge", "boosting", "automatic", ENSEMBLE,
)  # fmt: skip
"""Methods, the simplest first: that is the order in which ties are settled."""

_TIE = 1e-9  # relative difference of scores below which the simpler method wins
_PATHS = 200  # sample paths of a past origin, enough for its intervals


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made from past years and what came.

    labels: region, industry of each series. origins: int[origin], calendar years the forecasts were made in.
    said: float[method, origin, series, horizon], persons, methods in the order of NAMES, NaN for a method the panel
        is too small for; was: float[origin, series, horizon], NaN where nothing could be judged.
    ends: per cent -> lower and upper end of the default's interval, float[origin, series, horizon].
    before: float[origin, series], the last known value; change, change_squared: the scales of MASE and RMSSE.
    first_year, last_year: of the panel that was judged.
    """

    labels: pd.DataFrame
    origins: Years
    said: NDArray[np.float64]
    was: NDArray[np.float64]
    ends: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]
    before: Matrix
    change: Matrix
    change_squared: Matrix
    first_year: int
    last_year: int

    def since(self, year: int) -> Backtest:
        """The same from origins in `year` or later alone."""
        kept = self.origins >= year
        return replace(
            self, origins=self.origins[kept], said=self.said[:, kept], was=self.was[kept],
            ends={level: (low[kept], high[kept]) for level, (low, high) in self.ends.items()},
            before=self.before[kept], change=self.change[kept], change_squared=self.change_squared[kept],
        )  # fmt: skip

    @property
    def scaled(self) -> NDArray[np.float64]:
        """float[method, origin, series, horizon]: absolute errors over the yearly change of the training years."""
        return np.abs(self.said - self.was) / self.change[None, :, :, None]

    def score(self, series: NDArray[np.bool_] | None = None) -> Matrix:
        """Mean over horizons of the MASE, each horizon counted once.

        Returns:
            float[method, series], NaN without any; float[method, 1] of the series given taken together.
        """
        scaled = self.scaled if series is None else self.scaled[:, :, series]
        axes = (1,) if series is None else (1, 2)
        mase = _mean(scaled, axes)
        mase = mase if series is None else mase[:, None]
        return _mean(mase, (2,))

    def judged(self, series: NDArray[np.bool_]) -> int:
        """Number of forecasts of the series given that met an actual value and a scale."""
        return int(np.isfinite(self.was[:, series] / self.change[:, series, None]).sum())

    def best(self, allowed: Collection[str], series: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """int[series]: position in NAMES of the allowed method with the least score, -1 where none has one."""
        barred = np.array([name not in allowed for name in NAMES])
        found = self.score(series)
        score = np.where(barred[:, None] | np.isnan(found), np.inf, found)
        least = score.min(axis=0, initial=np.inf)
        near = score <= least * (1 + _TIE)
        return np.where(np.isfinite(least), near.argmax(axis=0), -1)

    def table(self, group: Sequence[str], chosen: Sequence[str]) -> pd.DataFrame:
        """Scores by group of series, method and horizon; group "" takes all series together.

        Args:
            group: name of each series' group.
            chosen: method each series is forecast with.

        Returns:
            group, method, horizon (years), mase, rmsse, wape (sum of absolute errors over sum of actual values), bias
            (sum of errors over sum of actual values), direction (share of forecasts that told growth from decline), wis
            (weighted interval score over the yearly change; the interval is the default's, put around the
            method's forecast), coverage50, coverage80, coverage95 (of the default only), n (forecasts judged), chosen.
        """
        groups = np.array(group, dtype=object)
        named = ["", *sorted(set(group))] if len(groups) else []
        parts = [
            self._scores(name, np.ones(len(groups), dtype=bool) if name == "" else groups == name, chosen)
            for name in named
        ]
        columns = ["group", "method", "horizon", "mase", "rmsse", "wape", "bias", "direction", "wis",
                   *(f"coverage{level}" for level in LEVELS), "n", "chosen"]  # fmt: skip
        kept = [part for part in parts if len(part)]
        return pd.concat(kept, ignore_index=True)[columns] if kept else pd.DataFrame(columns=columns)

    def _scores(self, name: str, series: NDArray[np.bool_], chosen: Sequence[str]) -> pd.DataFrame:
        said, was = self.said[:, :, series], self.was[:, series]
        off, level = said - was, self.before[:, series, None]
        counted = np.isfinite(off)
        actual = np.where(counted, was, np.nan)
        middle = self.said[NAMES.index(ENSEMBLE)][:, series]
        ends = {p: (low[:, series], high[:, series]) for p, (low, high) in self.ends.items()}
        shifted = {p: (np.maximum(0, said + low - middle), said + high - middle) for p, (low, high) in ends.items()}
        axes = (1, 2)
        mean = _mean(actual, axes)
        counts = np.where(mean > 0, mean, np.nan)
        values = {
            "mase": _mean(self.scaled[:, :, series], axes),
            "rmsse": np.sqrt(_mean(np.square(off) / self.change_squared[:, series, None], axes)),
            "wape": _mean(np.abs(off), axes) / counts,
            "bias": _mean(off, axes) / counts,
            "direction": _mean(np.where(counted, np.sign(said - level) == np.sign(was - level), np.nan), axes),
            "wis": _mean(interval_score(said, shifted, was) / self.change[:, series, None], axes),
        }
        default = np.arange(len(NAMES)) == NAMES.index(ENSEMBLE)
        for percent, (low, high) in ends.items():
            inside = np.where(np.isfinite(was), (low <= was) & (was <= high), np.nan)
            values[f"coverage{percent}"] = np.where(default[:, None], _mean(inside[None], axes), np.nan)
        n = counted.sum(axis=axes)
        method, horizon = (axis.ravel() for axis in np.indices(n.shape))
        uses = set(np.array(chosen, dtype=object)[series])
        frame = pd.DataFrame({"group": name, "method": np.array(NAMES, dtype=object)[method], "horizon": horizon + 1})
        for column, value in values.items():
            frame[column] = value.ravel()
        frame["n"] = n.ravel()
        frame["chosen"] = frame["method"].isin(uses)
        return frame[frame["n"] > 0]

    def track_record(self) -> pd.DataFrame:
        """Every past forecast of the default beside what came.

        Returns:
            made (year), region, industry, year, said, lo80, hi80, naive, drift, excel_linear, was; all in persons.
        """
        origin, series, horizon = np.nonzero(np.isfinite(self.was))
        at = (origin, series, horizon)
        low, high = self.ends[80]
        labels = self.labels.iloc[series].reset_index(drop=True)
        frame = pd.DataFrame({"made": self.origins[origin], "region": labels["region"], "industry": labels["industry"]})
        frame["year"] = self.origins[origin] + horizon + 1
        frame["said"] = self.said[NAMES.index(ENSEMBLE)][at]
        frame["lo80"], frame["hi80"] = low[at], high[at]
        for name in ("naive", "drift", "excel_linear"):
            frame[name] = self.said[NAMES.index(name)][at]
        return frame.assign(was=self.was[at])


def _mean(values: NDArray[np.floating], axes: tuple[int, ...]) -> Matrix:
    """Mean of the known values, NaN without any."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=axes)
    count = known.sum(axis=axes)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def rolling_backtest(panel: Panel, forecaster: Forecaster, *, min_train: int, origins: int) -> Backtest:
    """Forecast from past years with nothing known after them (Tashman 2000), refitting every time.

    Args:
        panel: the history.
        forecaster: the settings to judge.
        min_train: known years a series needs up to and with an origin; from the origin itself it must be known.
        origins: past years to forecast from at most, the latest and evenly spread before it.
    """
    years = panel.years
    enough = np.isfinite(panel.persons).cumsum(axis=1) >= min_train
    ready = enough & np.isfinite(panel.persons)
    possible = np.flatnonzero(ready[:, :-1].any(axis=0))
    spread = np.unique(np.linspace(0, len(possible) - 1, min(origins, len(possible))).round().astype(np.int64))
    picked = possible[spread] if len(possible) else possible
    horizons = int(min(MAX_HORIZON, len(years) - 1 - picked.min())) if len(picked) else 0
    shape = (len(picked), len(panel.labels), horizons)
    said, was = np.full((len(NAMES), *shape), np.nan), np.full(shape, np.nan)
    ends = {level: (np.full(shape, np.nan), np.full(shape, np.nan)) for level in LEVELS}
    change, squared, before = (np.full(shape[:2], np.nan) for _ in range(3))
    few = Forecaster(_PATHS, forecaster.seed, forecaster.automatic, forecaster.window)
    for k, at in enumerate(picked):
        past = panel.up_to(int(years[at]))
        reach = min(horizons, len(years) - 1 - at)
        ahead = few.fit(past).predict(reach)
        actual = panel.persons[:, at + 1 : at + 1 + reach]
        was[k, :, :reach] = np.where(ready[:, at, None], actual, np.nan)
        for m, name in enumerate(NAMES):
            values = ahead.persons if name == ENSEMBLE else ahead.members.get(name)
            if values is not None:
                said[m, k, :, :reach] = values
        for name, values in path_intervals(ahead.paths).items():
            ends[int(name[2:])][name.startswith("hi")][k, :, :reach] = values
        trained = past.latest(TRAIN_YEARS)
        change[k], squared[k] = (f(trained.persons, trained.years) for f in (yearly_change, yearly_change_squared))
        before[k] = panel.persons[:, at]
    return Backtest(
        panel.labels, years[picked], said, was, ends, before, change, squared, int(years[0]), int(years[-1])
    )
