"""Rolling-origin backtests: which method has forecast an industry best so far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import METHODS, Matrix, Years, interpolate

__all__ = ["MAX_HORIZON", "Errors", "best_method", "error_table", "rolling_errors"]

MAX_HORIZON = 10
"""Years ahead up to which a method is judged."""

_TIE = 1e-9  # relative difference of scores below which the simpler method wins
_FLAT = 1e-12  # mean yearly change relative to the level below which a history counts as constant


@dataclass(frozen=True, slots=True)
class Errors:
    """Sums of errors over origins, float[method, series, horizon]; methods in the order of METHODS, horizons from 1.

    scaled, scaled_n: sum and number of absolute errors over the mean absolute one-year change in the training years;
    percent, percent_n: sum and number of absolute errors over the actual value, where that is above 0;
    n: number of forecasts that met an actual value.
    """

    scaled: Matrix
    scaled_n: Matrix
    percent: Matrix
    percent_n: Matrix
    n: Matrix

    @property
    def mase(self) -> Matrix:
        """float[method, series, horizon]: mean scaled error over origins (Hyndman & Koehler 2006), NaN without any."""
        return _mean(self.scaled, self.scaled_n)

    @property
    def mape(self) -> Matrix:
        """float[method, series, horizon]: mean share of the actual value by which forecasts missed it."""
        return _mean(self.percent, self.percent_n)

    @property
    def score(self) -> Matrix:
        """float[method, series]: mean of the MASE over horizons, each horizon counted once."""
        mase = self.mase
        return _mean(np.nansum(mase, axis=2), np.isfinite(mase).sum(axis=2))

    def with_pooled(self) -> Errors:
        """The same with one more series in front: all of them taken together."""
        fields = (self.scaled, self.scaled_n, self.percent, self.percent_n, self.n)
        return Errors(*(np.concatenate([f.sum(axis=1, keepdims=True), f], axis=1) for f in fields))


def _mean(total: Matrix, count: Matrix | NDArray[np.int64]) -> Matrix:
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _yearly_change(training: Matrix, years: Years) -> Matrix:
    """float[series]: mean absolute one-year change between the first and last known year; NaN where nothing changes.

    A gap counts as the straight line through it.
    """
    known = np.isfinite(training)
    filled = interpolate(training, years)
    first = np.argmax(known, axis=1)
    last = len(years) - 1 - np.argmax(known[:, ::-1], axis=1)
    span = np.maximum(years[last] - years[first], 1)
    change = np.abs(np.diff(filled, axis=1)).sum(axis=1) / span
    level = np.where(known, np.abs(training), 0.0).max(axis=1)
    return np.where(change > _FLAT * level, change, np.nan)


def rolling_errors(history: Matrix, years: Years, *, min_train: int, window: int) -> Errors:
    """Every method judged from every origin on every horizon (Tashman 2000, rolling origin, no refitting shortcuts).

    An origin is a known year with at least `min_train` known years up to and with it. From it each method forecasts
    1 to MAX_HORIZON years ahead, as far as actual values are known; nothing after the origin is used.

    Args:
        history: float[series, year], persons, NaN where not known.
        years: int[year], calendar years one after the other.
        min_train: known years an origin needs.
        window: latest known years a linear trend uses.
    """
    last = len(years) - 1
    horizons = max(1, min(MAX_HORIZON, last + 1 - min_train))
    sums = {name: np.zeros((len(METHODS), len(history), horizons)) for name in Errors.__dataclass_fields__}
    for origin in range(min_train - 1, last):
        training, past = history[:, : origin + 1], years[: origin + 1]
        reach = slice(origin + 1, min(origin + 1 + horizons, last + 1))
        actual = history[:, reach]
        known = np.isfinite(training)
        ready = known[:, -1] & (known.sum(axis=1) >= min_train)
        met = ready[:, None] & np.isfinite(actual)
        scale = _yearly_change(training, past)[:, None]
        scalable, positive = met & np.isfinite(scale), met & (actual > 0)
        width = actual.shape[1]
        for k, method in enumerate(METHODS.values()):
            missed = np.abs(method(training, past, years[reach], window) - actual)
            sums["scaled"][k, :, :width] += np.where(scalable, missed / scale, 0.0)
            sums["scaled_n"][k, :, :width] += scalable
            sums["percent"][k, :, :width] += np.where(positive, missed / np.where(positive, actual, 1.0), 0.0)
            sums["percent_n"][k, :, :width] += positive
            sums["n"][k, :, :width] += met
    return Errors(**sums)


def best_method(errors: Errors, allowed: Collection[str]) -> NDArray[np.int64]:
    """int[series]: position in METHODS of the allowed method with the least score, -1 where none has a score.

    Ties go to the simpler method.
    """
    barred = np.array([name not in allowed for name in METHODS])
    score = np.where(barred[:, None] | np.isnan(errors.score), np.inf, errors.score)
    least = score.min(axis=0)
    near = score <= least * (1 + _TIE)
    return np.where(np.isfinite(least), near.argmax(axis=0), -1)


def error_table(errors: Errors, industries: Sequence[str], chosen: Sequence[str]) -> pd.DataFrame:
    """The errors as rows: industry, method, horizon (years), mase, mape, n, chosen; "" pools all industries.

    Horizons nobody could judge are left out; an industry without any keeps a row per method at horizon 1 with n = 0.
    """
    every = errors.with_pooled() if len(industries) else errors
    labels = np.array(["", *industries] if len(industries) else [], dtype=object)
    winner = np.array(["", *chosen] if len(industries) else [], dtype=object)
    names = np.array(list(METHODS), dtype=object)

    methods, count, horizons = every.n.shape
    series, method, horizon = (axis.ravel() for axis in np.indices((count, methods, horizons)))

    def flat(values: Matrix) -> Matrix:
        return values.transpose(1, 0, 2).ravel()

    n = flat(every.n)
    judged = np.isin(np.arange(len(labels)), series[n > 0])
    keep: NDArray[np.bool_] = (n > 0) | (~judged[series] & (horizon == 0))
    table = pd.DataFrame(
        {
            "industry": labels[series],
            "method": names[method],
            "horizon": horizon + 1,
            "mase": flat(every.mase),
            "mape": flat(every.mape),
            "n": n.astype(np.int64),
            "chosen": names[method] == winner[series],
        }
    )
    return table[keep].reset_index(drop=True)
