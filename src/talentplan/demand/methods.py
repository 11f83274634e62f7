"""Forecasting methods: pure functions of a history, vectorised over series.

Every method has the same manners: `method(history, years, ahead, window) -> float[series, horizon]`, with

history: float[series, year], any unit (persons here), NaN where the year is not known;
years: int[year], calendar years, rising (gaps between them are allowed);
ahead: int[horizon], calendar years to forecast, after the last of `years`;
window: the number of latest known years a trend may use (only `excel_linear` looks at it).

Forecasts never fall below 0. A trend asks for MIN_POINTS known years; a series with fewer repeats its last known
value, and a series without any stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DAMPING", "METHODS", "MIN_POINTS", "Matrix", "Method", "Years", "damped_drift", "damped_steps", "drift",
    "excel_linear", "interpolate", "naive", "theta",
]  # fmt: skip

Matrix = NDArray[np.float64]
Years = NDArray[np.int64]
Method = Callable[[Matrix, Years, Years, int], Matrix]

MIN_POINTS = 3
"""Known years below which no trend is drawn."""
DAMPING = 0.9
"""Share of a year's growth that is left a year later where growth is damped."""

_SMOOTHING = np.linspace(0.1, 1.0, 19)  # smoothing factors the Theta method tries


def interpolate(values: Matrix, years: Years) -> Matrix:
    """Gaps filled on the straight line between their known neighbours; before the first and after the last held.

    Args:
        values: float[row, year], NaN where not known.
        years: int[year], rising.

    Returns:
        float[row, year]; a row without any known value stays NaN.

    >>> interpolate(np.array([[np.nan, 1.0, np.nan, np.nan, 4.0, np.nan]]), np.arange(2000, 2006)).tolist()
    [[1.0, 1.0, 2.0, 3.0, 4.0, 4.0]]
    """
    if values.shape[1] == 0:
        return values.copy()
    known = np.isfinite(values)
    column = np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, column, len(column))[:, ::-1], axis=1)[:, ::-1]
    left = np.minimum(np.where(before >= 0, before, after), column[-1])
    right = np.maximum(np.where(after < len(column), after, before), 0)
    start, stop = np.take_along_axis(values, left, 1), np.take_along_axis(values, right, 1)
    span = years[right] - years[left]
    weight = np.where(span > 0, (years - years[left]) / np.maximum(span, 1), 0.0)
    return np.asarray(start + weight * (stop - start), dtype=np.float64)


def naive(history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """The last known value, repeated.

    >>> naive(np.array([[3.0, 5.0, np.nan]]), np.arange(2000, 2003), np.array([2003, 2004]), 10).tolist()
    [[5.0, 5.0]]
    """
    last = interpolate(history, years)[:, -1:]
    return np.maximum(0.0, np.repeat(last, len(ahead), axis=1))


def drift(history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """The straight line through the first and the last known value (Hyndman & Athanasopoulos, section 5.2).

    >>> drift(np.array([[10.0, 14.0, 13.0, 16.0]]), np.arange(2000, 2004), np.array([2004, 2006]), 10).tolist()
    [[18.0, 22.0]]
    """
    last, slope, last_year = _mean_growth(history, years)
    return _or_naive(last + slope * (ahead[None, :] - last_year), history, years, ahead, window)


def _mean_growth(history: Matrix, years: Years) -> tuple[Matrix, Matrix, NDArray[np.int64]]:
    """Last known value, mean yearly change from the first to it, and its year; each [series, 1]."""
    known = np.isfinite(history)
    first_year = years[np.argmax(known, axis=1)]
    last_year = years[len(years) - 1 - np.argmax(known[:, ::-1], axis=1)]
    filled = interpolate(history, years)
    slope = (filled[:, -1] - filled[:, 0]) / np.maximum(last_year - first_year, 1)
    return filled[:, -1:], slope[:, None], last_year[:, None]


def damped_steps(ahead: NDArray[np.float64] | Years, damping: float) -> NDArray[np.float64]:
    """How many undamped steps of growth so many years of damped growth are: damping + damping^2 + ...

    >>> damped_steps(np.array([1.0, 2.0]), 0.9).round(2).tolist()
    [0.9, 1.71]
    """
    return np.asarray(damping * (1.0 - damping ** np.asarray(ahead, dtype=np.float64)) / (1.0 - damping))


def damped_drift(history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """The drift, a tenth less each year (the damped trend of Gardner & McKenzie 1985 with the drift as its slope).

    >>> past = np.array([[10.0, 14.0, 13.0, 16.0]])
    >>> damped_drift(past, np.arange(2000, 2004), np.array([2004, 2005]), 10).round(2).tolist()
    [[17.8, 19.42]]
    """
    last, slope, last_year = _mean_growth(history, years)
    steps = damped_steps(np.maximum(ahead[None, :] - last_year, 0), DAMPING)
    return _or_naive(last + slope * steps, history, years, ahead, window)


def theta(history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """Simple exponential smoothing with half the slope of the trend line (Assimakopoulos & Nikolopoulos 2000).

    That the Theta method is smoothing with drift was shown by Hyndman & Billah (2003). The smoothing factor is the
    one of 0.1, 0.15 ... 1 with the least squared one-year error. A gap counts as the straight line through it.

    >>> theta(np.array([[2.0, 4.0, 6.0, 8.0]]), np.arange(2000, 2004), np.array([2004]), 10).round(6).tolist()
    [[9.0]]
    """
    known = np.isfinite(history)
    filled = np.nan_to_num(interpolate(history, years))
    first = np.argmax(known, axis=1)
    used = np.arange(len(years)) >= first[:, None]
    centred = np.where(used, years - (years * used).sum(axis=1, keepdims=True) / used.sum(axis=1, keepdims=True), 0.0)
    half = (filled * centred).sum(axis=1) / np.maximum(np.square(centred).sum(axis=1), 1e-12) / 2
    error = np.zeros((len(_SMOOTHING), len(filled)))
    level = np.repeat(filled[None, :, 0], len(_SMOOTHING), axis=0)
    for k in range(1, len(years)):
        begun = used[:, k - 1]
        error += np.where(begun, np.square(filled[:, k] - level - half), 0.0)
        level = np.where(begun, level + _SMOOTHING[:, None] * (filled[:, k] - level), filled[:, k])
    best = error.argmin(axis=0)
    alpha, level = _SMOOTHING[best], np.take_along_axis(level, best[None, :], axis=0)[0]
    settled = (1.0 - (1.0 - alpha) ** used.sum(axis=1)) / alpha
    line = level[:, None] + half[:, None] * (ahead[None, :] - years[-1] - 1 + settled[:, None])
    return _or_naive(line, history, years, ahead, window)


def excel_linear(history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """The least-squares line through the latest `window` known years, as Excel's FORECAST.LINEAR and TREND draw it.

    >>> excel_linear(np.array([[1.0, 2.0, 4.0]]), np.arange(2000, 2003), np.array([2003]), 10).round(6).tolist()
    [[5.333333]]
    """
    known = np.isfinite(history)
    from_the_end = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    used = known & (from_the_end <= window)
    count = np.maximum(used.sum(axis=1), 1)
    year = years - years[-1]  # small numbers keep the sums exact
    value = np.where(used, history, 0.0)
    middle = (used * year).sum(axis=1) / count
    level = value.sum(axis=1) / count
    away = np.where(used, year - middle[:, None], 0.0)
    spread = np.square(away).sum(axis=1)
    slope = (away * value).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    line = level[:, None] + slope[:, None] * (ahead[None, :] - years[-1] - middle[:, None])
    return _or_naive(line, history, years, ahead, window)


def _or_naive(line: Matrix, history: Matrix, years: Years, ahead: Years, window: int) -> Matrix:
    """The line floored at 0, or the last value where fewer than MIN_POINTS years are known."""
    enough = np.isfinite(history).sum(axis=1) >= MIN_POINTS
    return np.where(enough[:, None], np.maximum(0.0, line), naive(history, years, ahead, window))


METHODS: dict[str, Method] = {
    "naive": naive,
    "drift": drift,
    "damped_drift": damped_drift,
    "excel_linear": excel_linear,
    "theta": theta,
}
"""Methods by name, the simplest first: that is the order in which ties are settled."""
