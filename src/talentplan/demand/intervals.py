"""How wrong the forecast may be: joint sample paths whose widths are calibrated on the panel's own past.

Three steps. (1) Conformal scaling: the ensemble is run from every earlier year of the window; how far it was off,
over what a random walk of the series' volatility would be, gives one factor per horizon (pooled over series, drawn
to a smooth curve where few origins reach). (2) Joint shocks: blocks of three calendar years of growth are drawn for
the whole cross-section at once, so that what fell together falls together, with the uncertainty of the mean growth
added. (3) The shocks give the ranks, the conformal widths give the values (a Schaake shuffle, Clark et al. 2004). How
strongly all series move together, and those of one region beyond that, is set so that the widths of the grand total
and of region totals lie between what the shocks say and what past errors of the totals say. Split conformal
prediction: Vovk et al. 2005; Lei et al. 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from talentplan.demand.methods import Matrix
from talentplan.demand.panel import Panel, group_sums
from talentplan.demand.pooled import Window, window

__all__ = ["Calibration", "Paths", "calibrate", "sample_paths"]

Paths = NDArray[np.float32]

_COVER = 0.8
_CASES = 6.0  # independent cases an origin is worth in the finite-sample correction of the conformal quantile
_TOTAL_CASES = 1.0  # the same for totals, which fall together
_MOST_COVER = 0.95
_NORMAL = 1.2815515655446004  # standard normal quantile of 0.9: half the 80 % interval
_FIRST = 6  # years the first calibration origin has behind it
_LONG = 12.0  # years of history below which intervals are widened: a few calm years do not show the bad ones
_BLOCK = 3  # calendar years drawn together
_FIT_WEIGHT = 3.0  # origins by which a horizon's factor is drawn to the smooth curve
_USUAL_PERSISTENCE, _PERSISTENCE_WEIGHT = 0.25, 12.0
_SHAPE = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.995])
_TOGETHER_TRUST = 0.5  # part of the way from the shocks' own dependence to that of past errors of totals
_TOGETHER_BOUNDS = (0.6, 2.0)
_TRIED_PATHS = 200  # paths on which the dependence is set


@dataclass(frozen=True, slots=True)
class Calibration:
    """What past errors say.

    factor: float[horizon], half-width of the 80 % interval over that of a random walk with the series' volatility.
    shape: float[quantile], quantiles of absolute errors (at _SHAPE) over that of 80 %, in normal units.
    region_width, grand_width: float[region, horizon] and float[1, horizon], half-width of the 80 % interval of the
        log of region totals and of the grand total, as past errors of the totals have it.
    origins: int, years from which the ensemble was run.
    """

    factor: NDArray[np.float64]
    shape: NDArray[np.float64]
    region_width: Matrix
    grand_width: Matrix
    origins: int


@dataclass(slots=True)
class _Totals:
    """Totals of groups of series, and how far forecasts of them were off.

    errors: float[group, horizon] by origin, in volatilities of the total over a walk.
    """

    group: NDArray[np.int64]
    totals: Matrix
    errors: list[Matrix]

    @staticmethod
    def of(levels: Matrix, group: NDArray[np.int64]) -> _Totals:
        return _Totals(group, np.asarray(group_sums(levels, group)), [])

    def meet(self, persons: Matrix, origin: int, walk: NDArray[np.float64], horizons: int) -> None:
        """Note how far a forecast made at a year position was off."""
        came = self.totals[:, origin + 1 : origin + 1 + persons.shape[1]]
        off = np.log(np.maximum(came, 1e-9)) - np.log(group_sums(persons, self.group))
        spread = _total_volatility(self.totals[:, : origin + 1])
        self.errors.append(_padded(off / spread[:, None] / walk, horizons))

    def width(self, horizons: int, wider: float) -> Matrix:
        """float[group, horizon], half-width of the 80 % interval of the log of each total."""
        factor, _ = _factors(self.errors, horizons, _TOTAL_CASES)
        walk = _walk(horizons, self.totals.shape[1])
        return np.asarray(_NORMAL * wider * factor * _total_volatility(self.totals)[:, None] * walk)


def calibrate(panel: Panel, horizons: int, forecast: Callable[[Panel, int], Matrix]) -> Calibration:
    """Run a forecast from every earlier year of the window and measure how far it was off.

    Args:
        panel: the history, of which the latest years of a pooled window are used.
        horizons: years ahead to calibrate.
        forecast: (panel, horizons) -> float[series, horizon], persons.
    """
    at = window(panel)
    years = panel.years[-at.logs.shape[1] :]
    known = np.isfinite(panel.persons[:, -len(years) :])
    errors: list[Matrix] = []
    regions, grand = _Totals.of(at.levels, at.region), _Totals.of(at.levels, np.zeros_like(at.region))
    for origin in range(_FIRST - 1, len(years) - 1):
        past = panel.up_to(int(years[origin]))
        reach = min(horizons, len(years) - 1 - origin)
        persons = np.maximum(forecast(past, reach), 1e-9)
        met = (
            known[:, origin + 1 : origin + 1 + reach]
            & known[:, origin : origin + 1]
            & (at.begun <= origin - 2)[:, None]
        )
        walk = _walk(reach, origin + 1)
        missed = at.logs[:, origin + 1 : origin + 1 + reach] - np.log(
            np.maximum(persons, np.exp(at.logs.min(axis=1))[:, None])
        )
        off = np.where(missed < 0, missed, np.expm1(np.maximum(missed, 0.0)))  # undoes _spread
        errors.append(_padded(np.where(met, off / window(past).volatility[:, None] / walk, np.nan), horizons))
        for totals in (regions, grand):
            totals.meet(persons, origin, walk, horizons)
    factor, scaled = _factors(errors, horizons, _CASES)
    wider = float(np.sqrt(max(1.0, _LONG / len(years))))
    return Calibration(
        factor * wider, _shape(scaled), regions.width(horizons, wider), grand.width(horizons, wider), len(errors)
    )


def sample_paths(panel: Panel, point: Matrix, known: Calibration, paths: int, seed: int) -> Paths:
    """Joint sample paths of all series around their forecasts.

    Args:
        panel: the history.
        point: float[series, horizon], persons: forecasts for the years after the panel's last.
        known: what `calibrate` found.
        paths: how many.
        seed: equal seeds give equal paths.

    Returns:
        float32[path, series, horizon], persons >= 0. Their mean is the point forecast, so that means add up.
    """
    at = window(panel)
    horizons = point.shape[1]
    walk = _walk(horizons, at.logs.shape[1])
    rise = _shocks(at, horizons, paths, np.random.default_rng(seed))
    deviation = np.maximum(rise.std(axis=1, keepdims=True), 1e-12)
    rise /= deviation
    scale = at.volatility[:, None] * known.factor * walk
    weight = np.maximum(at.levels[:, -1], 1e-9) * at.volatility
    middle = (np.arange(paths) + 0.5) / paths
    value = np.sign(middle - 0.5) * np.interp(np.abs(2 * middle - 1), _SHAPE, known.shape)

    def realised(together: float, apart: float, step: int) -> Matrix:
        few = rise[:, ::step]
        order = np.argsort(_pulled(few, weight, at.region, together, apart), axis=1)
        rank = np.empty(order.shape, dtype=np.intp)
        np.put_along_axis(rank, order, np.arange(order.shape[1])[None, :, None], axis=1)
        return _spread(point, value[::step][rank] * scale[:, None, :])

    together = apart = 1.0
    step = max(1, paths // _TRIED_PATHS)
    if paths > 1 and known.origins:
        everyone = np.zeros_like(at.region)
        together = _pull(lambda p: group_sums(realised(p, p, step), everyone), known.grand_width)
        apart = _pull(lambda p: group_sums(realised(together, p, step), at.region), known.region_width)
    return realised(together, apart, 1).transpose(1, 0, 2).astype(np.float32)


def _pulled(
    rise: Matrix, weight: NDArray[np.float64], region: NDArray[np.int64], together: float, apart: float
) -> Matrix:
    """Shocks with what all series share times `together`, and what those of a region share beyond it times `apart`."""
    weighted = rise * weight[:, None, None]
    common = (weighted.sum(axis=0) / weight.sum())[None]
    own = group_sums(weighted, region) / group_sums(weight, region)[:, None, None] - common
    return np.asarray(rise + (together - 1.0) * common + (apart - 1.0) * own[region])


def _spread(point: Matrix, off: Matrix) -> Matrix:
    """point x (exp(off) below, 1 + off above), brought to the mean of the point: float[series, path, horizon]."""
    factor = np.where(off < 0, np.exp(np.minimum(off, 0.0)), 1.0 + off)
    return np.asarray(point[:, None, :] * factor / factor.mean(axis=1, keepdims=True), dtype=np.float64)


def _pull(totals: Callable[[float], Matrix], width: Matrix) -> float:
    """How much more than drawn the series of a total move together.

    totals: pull -> float[group, path, horizon], persons. width: float[group, horizon], as of `Calibration`.
    """
    low, high = 0.2, 6.0
    for _ in range(6):
        tried = float(np.sqrt(low * high))
        upper, lower = np.quantile(totals(tried), [0.9, 0.1], axis=1)
        ratio = np.log(np.maximum(upper, 1e-9) / np.maximum(lower, 1e-9)) / 2 / width
        low, high = (low, tried) if np.log(np.maximum(ratio, 1e-9)).mean() > 0 else (tried, high)
    return float(np.clip(np.sqrt(low * high) ** _TOGETHER_TRUST, *_TOGETHER_BOUNDS))


def _shocks(at: Window, horizons: int, paths: int, rng: np.random.Generator) -> Matrix:
    """Cumulated growth beyond the mean, in volatilities: float[series, path, horizon]."""
    growth = np.diff(at.logs, axis=1) / at.volatility[:, None]
    growth -= growth.mean(axis=1, keepdims=True)
    years = growth.shape[1]
    blocks = rng.integers(0, years, (paths, -(-horizons // _BLOCK)))
    drawn = ((blocks[:, :, None] + np.arange(_BLOCK)) % years).reshape(paths, -1)[:, :horizons]
    rise = np.cumsum(growth[:, drawn], axis=2)
    again = np.stack([np.bincount(row, minlength=years) for row in rng.integers(0, years, (paths, years))]) / years
    rise += (growth @ again.T)[:, :, None] * np.arange(1, horizons + 1)
    return np.asarray(rise + 1e-9 * rng.standard_normal(rise.shape[1:]), dtype=np.float64)


def _walk(horizons: int, years: int) -> NDArray[np.float64]:
    """Standard deviation of a random walk with drift estimated from so many years, over its yearly one."""
    ahead = np.arange(1, horizons + 1)
    return np.asarray(np.sqrt(ahead * (1 + ahead / years)))


def _total_volatility(totals: Matrix) -> NDArray[np.float64]:
    growth = np.diff(np.log(np.maximum(totals, 1e-9)), axis=1)
    own = growth.std(axis=1, ddof=1) if growth.shape[1] > 1 else np.abs(growth).mean(axis=1)
    n = growth.shape[1]
    return np.asarray(np.maximum((own * n + np.median(own) * 4.0) / (n + 4.0), 1e-6), dtype=np.float64)


def _padded(values: Matrix, horizons: int) -> Matrix:
    return np.pad(values, ((0, 0), (0, horizons - values.shape[1])), constant_values=np.nan)


def _factors(errors: list[Matrix], horizons: int, cases: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Factor of each horizon, and all errors over the factor of their horizon."""
    found = np.full(horizons, np.nan)
    origins = np.zeros(horizons)
    stacked = np.stack(errors) if errors else np.full((0, 1, horizons), np.nan)
    for h in range(horizons):
        error = stacked[:, :, h]
        met = np.isfinite(error)
        origins[h] = met.any(axis=1).sum()
        if met.any():
            level = min(_COVER * (1 + 1 / (cases * origins[h])), _MOST_COVER)
            found[h] = np.quantile(np.abs(error[met]), level) / _NORMAL
    found = np.where(found > 0, found, np.nan)
    curve = _curve(found, origins)
    own = np.where(np.isfinite(found), np.log(np.where(np.isfinite(found), found, 1.0)), np.log(curve))
    factor = np.exp((origins * own + _FIT_WEIGHT * np.log(curve)) / (origins + _FIT_WEIGHT))
    scaled = np.abs(stacked / factor)
    return factor, scaled[np.isfinite(scaled)]


def _curve(found: NDArray[np.float64], origins: NDArray[np.float64]) -> NDArray[np.float64]:
    """The factors of a walk whose growth persists (an AR(1)), fitted to those found and drawn to a usual one."""
    horizons = np.arange(1, len(found) + 1)
    met = np.isfinite(found)
    best, least = np.ones(len(found)), np.inf
    for persistence in np.linspace(-0.6, 0.85, 30):
        lags = np.arange(1, len(found))
        ratio = np.array([1 + 2 * ((1 - lags[: h - 1] / h) * persistence ** lags[: h - 1]).sum() for h in horizons])
        shape = np.sqrt(ratio)
        off = np.log(found[met] / shape[met])
        weight = origins[met]
        level = (weight * off).sum() / (weight.sum() + _FIT_WEIGHT)
        loss = (weight * np.square(off - level)).sum() + _FIT_WEIGHT * level**2
        loss += _PERSISTENCE_WEIGHT * (persistence - _USUAL_PERSISTENCE) ** 2
        if loss < least:
            best, least = np.exp(level) * shape, loss
    return best


def _shape(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of absolute errors at _SHAPE, 1.28 at 80 %; normal ones where there are few errors."""
    normal = np.asarray(ndtri((1 + _SHAPE) / 2), dtype=np.float64)
    if len(scaled) < 200:
        return normal
    found = np.quantile(scaled, _SHAPE)
    found[0] = 0.0
    at = found[_SHAPE == _COVER][0]
    return np.asarray(np.maximum.accumulate(found / at * _NORMAL), dtype=np.float64)
