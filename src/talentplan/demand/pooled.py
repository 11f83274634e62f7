"""Global models: one ridge regression and one boosted forest learn from all series of a panel at once.

Growth is split in two. What all series do together in a year (the common growth) happened only as often as there are
years, too seldom to be learnt: it goes on with its mean, damped. What sets a series apart from the others in the same
year (momentum, its industry, its region, distance from trend) happened series x years times: that is learnt. So
features and targets are taken as differences from their mean over the series of the same year, which keeps a
recession from passing for a law (two-way demeaning as in panel econometrics; global models after Montero-Manso &
Hyndman 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from talentplan.demand.methods import DAMPING, Matrix, damped_steps, interpolate
from talentplan.demand.panel import Panel, group_sums

__all__ = ["MIN_SERIES", "MIN_YEARS", "TRAIN_YEARS", "Window", "boosting", "common_growth", "ridge", "window"]

TRAIN_YEARS = 20
"""Latest years a model learns from: older growth says little about the next ten years."""
MIN_SERIES = 8
"""Series a pooled model needs; with fewer there is nothing to compare in a year."""
MIN_YEARS = 7
"""Years a pooled model needs."""

_FLOOR = 0.02  # of the median: below it logarithms of small counts say nothing
_SHRINK = 4.0  # years of evidence by which a volatility is drawn to the panel's median
_LEAST_VOLATILITY = 1e-6
_CLIP = 6.0  # volatilities beyond which growth counts as an outlier
_BEHIND = 3  # years a training origin has behind it
_ALPHA = 0.3  # ridge penalty per row
_ROUNDS, _RATE, _LEAVES, _L2 = 120, 0.05, 8, 5.0


@dataclass(frozen=True, slots=True)
class Window:
    """The latest years of a panel without gaps.

    levels: float[series, year], persons > 0: gaps on straight lines, the first known value held before it.
    logs: their logarithms, floored at 2 % of the series' median.
    begun: int[series], column of the first known year; the number of years where none is known.
    volatility: float[series], standard deviation of yearly log growth, drawn to the panel's median.
    region, industry: int[series].
    """

    levels: Matrix
    logs: Matrix
    begun: NDArray[np.int64]
    volatility: NDArray[np.float64]
    region: NDArray[np.int64]
    industry: NDArray[np.int64]


def window(panel: Panel) -> Window:
    """The last TRAIN_YEARS of a panel; every series must be known in the last year or held from its last known one."""
    latest = panel.latest(TRAIN_YEARS)
    known = np.isfinite(latest.persons)
    levels = np.nan_to_num(interpolate(latest.persons, latest.years))
    middle = np.median(levels, axis=1, keepdims=True)
    average = levels.mean(axis=1, keepdims=True)
    floor = np.maximum(_FLOOR * np.where(middle > 0, middle, average), np.finfo(np.float64).tiny ** 0.25)
    logs = np.log(np.maximum(levels, floor))
    begun = np.where(known.any(axis=1), np.argmax(known, axis=1), known.shape[1])
    return Window(levels, logs, begun, _volatility(logs, begun), latest.group("region"), latest.group("industry"))


def _volatility(logs: Matrix, begun: NDArray[np.int64]) -> NDArray[np.float64]:
    growth = np.diff(logs, axis=1)
    counted = np.arange(growth.shape[1]) >= begun[:, None]
    n = counted.sum(axis=1)
    mean = np.where(counted, growth, 0.0).sum(axis=1) / np.maximum(n, 1)
    square = np.where(counted, growth - mean[:, None], 0.0) ** 2
    own = np.sqrt(square.sum(axis=1) / np.maximum(n - 1, 1))
    usual = float(np.median(own[n > 1])) if (n > 1).any() else 0.0
    return np.asarray(np.maximum((own * n + usual * _SHRINK) / (n + _SHRINK), _LEAST_VOLATILITY), dtype=np.float64)


def common_growth(at: Window, horizons: int) -> NDArray[np.float64]:
    """What all series do together, in volatilities, over 1 .. `horizons` years: mean growth, damped.

    Returns:
        float[horizon].
    """
    last = at.logs.shape[1] - 1
    grown = at.begun < last
    start = np.take_along_axis(at.logs, np.minimum(at.begun, last)[:, None], 1)[:, 0]
    yearly = ((at.logs[:, -1] - start) / np.maximum(last - at.begun, 1) / at.volatility)[grown]
    return float(yearly.mean()) * damped_steps(np.arange(1, horizons + 1), DAMPING)


def ridge(at: Window, horizons: int) -> Matrix:
    """What sets each series apart, by one ridge regression per horizon.

    Returns:
        float[series, horizon]: log change beyond the common one over volatility and sqrt(horizon).
    """
    features = _all_features(at)
    now = _apart(features[-1], _known(at))
    result = np.zeros((len(at.logs), horizons))
    weights: NDArray[np.floating] = np.zeros(now.shape[1])
    for horizon in range(1, horizons + 1):
        rows = _rows(at, features, horizon)
        if rows is not None:  # else the weights of the horizon before, in units that do not grow with it
            x, y = rows
            weights = np.linalg.solve(x.T @ x + _ALPHA * len(x) * np.eye(x.shape[1]), x.T @ y)
        result[:, horizon - 1] = np.clip(now @ weights, -_CLIP, _CLIP)
    return result


def boosting(at: Window, horizons: int, seed: int = 0) -> Matrix:
    """The same by gradient-boosted trees (median regression) with the horizon among the features.

    On one thread: several waiting for one another take many times as long where the machine has other work.
    """
    features = _all_features(at)
    rows = [(horizon, _rows(at, features, horizon)) for horizon in range(1, horizons + 1)]
    x = np.concatenate([_with_horizon(r[0], horizon) for horizon, r in rows if r is not None])
    y = np.concatenate([r[1] for _, r in rows if r is not None])
    model = HistGradientBoostingRegressor(
        loss="absolute_error", learning_rate=_RATE, max_iter=_ROUNDS, max_leaf_nodes=_LEAVES, l2_regularization=_L2,
        min_samples_leaf=int(max(40, len(x) / 200)), early_stopping=False, random_state=seed,
    )  # fmt: skip
    now = _apart(features[-1], _known(at))
    with threadpool_limits(1):
        model.fit(x, y)
        return np.stack([model.predict(_with_horizon(now, h)) for h in range(1, horizons + 1)], axis=1)


def _known(at: Window) -> NDArray[np.bool_]:
    return np.asarray(at.begun < at.logs.shape[1])


def _with_horizon(features: Matrix, horizon: int) -> Matrix:
    return np.column_stack([features, np.full(len(features), float(horizon))])


def _rows(at: Window, features: list[Matrix], horizon: int) -> tuple[Matrix, NDArray[np.float64]] | None:
    """Every past origin whose target year is known: features and scaled growth, both apart from their year's mean."""
    x, y = [], []
    for origin in range(_BEHIND, at.logs.shape[1] - horizon):
        used = at.begun + _BEHIND <= origin
        if used.sum() >= MIN_SERIES:
            change = (at.logs[:, origin + horizon] - at.logs[:, origin]) / at.volatility / np.sqrt(horizon)
            x.append(_apart(features[origin - _BEHIND], used)[used])
            y.append(_apart(np.clip(change, -_CLIP, _CLIP), used)[used])
    return (np.concatenate(x), np.concatenate(y)) if x else None


def _apart(values: NDArray[np.float64], used: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.asarray(values - values[used].mean(axis=0), dtype=np.float64)


def _all_features(at: Window) -> list[Matrix]:
    """Features at every origin from _BEHIND on: a list of float[series, feature]."""
    everyone = np.zeros(len(at.logs), dtype=np.int64)
    wider = [_total_logs(at, group) for group in (at.industry, at.region, everyone)]
    return [_features(at, wider, origin) for origin in range(_BEHIND, at.logs.shape[1])]


def _total_logs(at: Window, group: NDArray[np.int64]) -> Matrix:
    """Log totals of each series' group; constant where every group has one member and would repeat the series."""
    if group.max() + 1 == len(group):
        return np.zeros_like(at.logs)
    return np.asarray(np.log(np.maximum(group_sums(at.levels, group), 1e-9))[group], dtype=np.float64)


def _features(at: Window, wider: list[Matrix], origin: int) -> Matrix:
    """Growth of the series, its industry, its region and all, and distances from trend, in volatilities.

    Growth over k years counts per sqrt(k) years, so that all features have one scale.
    """
    logs, industry, region, everyone = at.logs, *wider
    columns = [_growth(logs, at.begun, origin, k) for k in (1, 2, 3, 5, 10, origin)]
    past = np.arange(max(0, origin - 9), origin + 1)
    centred = past - past.mean()
    recent = logs[:, past]
    slope = (recent * centred).sum(axis=1) / np.square(centred).sum()
    columns += [
        slope * np.sqrt(len(past)),
        logs[:, origin] - recent.mean(axis=1) - slope * centred[-1],
        logs[:, origin] - logs[:, max(0, origin - 4) : origin + 1].mean(axis=1),
    ]
    columns += [_growth(total, at.begun, origin, k) for total in (industry, region) for k in (1, 5, 10)]
    columns += [_growth(everyone, at.begun, origin, k) for k in (1, 10)]
    return np.clip(np.stack(columns, axis=1) / at.volatility[:, None], -_CLIP, _CLIP)


def _growth(logs: Matrix, begun: NDArray[np.int64], origin: int, years: int) -> NDArray[np.float64]:
    start = np.minimum(np.maximum(begun, origin - years), origin)
    span = np.maximum(origin - start, 1)
    return np.asarray((logs[:, origin] - logs[np.arange(len(logs)), start]) / np.sqrt(span), dtype=np.float64)
