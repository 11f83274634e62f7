"""Every method's forecast of a panel, the ensemble among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentplan.demand import automatic as auto
from talentplan.demand import pooled
from talentplan.demand.methods import METHODS, Matrix, Years, interpolate
from talentplan.demand.panel import Panel, group_sums

__all__ = ["ENSEMBLE", "Members", "all_members", "can_pool"]

ENSEMBLE = "ensemble"

_AUTOMATIC = 0.5  # weight of the automatic models, that of every other member being 1
_FLOOR = 0.02  # of the median, below which a member cannot pull the ensemble
_TRENDS = ("shift_share", "damped_drift", "drift")
_TRIED = (1, 4, 7, 10, 13)  # years before the last from which the trends are compared
_TRIED_YEARS = 5  # known years they need
_TRIED_REACH = 10  # years ahead
_WORST = 20.0  # yearly changes beyond which one error counts no more


@dataclass(frozen=True, slots=True)
class Members:
    """Forecasts of one panel from its last year on.

    persons: name of the method -> float[series, horizon], >= 0, horizons 1, 2 ...; the ensemble is the last.
    pooled: whether ridge and boosting could be learnt from the panel.
    """

    persons: dict[str, Matrix]
    pooled: bool


def can_pool(panel: Panel) -> bool:
    """Whether the panel is large enough for global models."""
    known = np.isfinite(panel.latest(pooled.TRAIN_YEARS).persons)
    grown = (known.sum(axis=1) >= pooled.MIN_YEARS) & known[:, -1]
    return bool(grown.sum() >= pooled.MIN_SERIES)


def all_members(
    panel: Panel, horizons: int, *, window: int = 10, automatic: bool = True, boosted: bool = True, seed: int = 0
) -> Members:
    """Forecasts of all methods for 1 .. `horizons` years after the panel's last year.

    Every method sees the last TRAIN_YEARS years. The ensemble is the geometric mean of ridge, boosting, that one
    of shift-share, damped drift and drift which was least wrong from earlier years of the panel, and, at half a weight
    where they are installed, the median of the automatic models; in a panel too small to pool, of shift-share,
    Theta and the automatic models.

    Args:
        panel: the history; years after a series' last known year count as held.
        horizons: years ahead.
        window: latest known years the planner's linear trend uses.
        automatic: use statsforecast where it is installed.
        boosted: learn the boosted trees; without them the ridge counts twice (for calibration, where many
            origins are tried).
        seed: of the boosted trees.
    """
    latest = panel.latest(pooled.TRAIN_YEARS)
    history, years = latest.persons, latest.years
    ahead = years[-1] + np.arange(1, horizons + 1)
    persons = {name: method(history, years, ahead, window) for name, method in METHODS.items()}
    persons["shift_share"] = _shift_share(latest, horizons)
    at = pooled.window(latest)
    pool = can_pool(latest)
    if pool:
        persons |= _pooled_members(at, horizons, boosted, seed)
        weights = {"ridge": 1.0, "boosting": 1.0, _best_trend(latest): 1.0}
    else:
        weights = {"shift_share": 1.0, "theta": 1.0}
    if pool and not boosted:
        weights["ridge"] += weights.pop("boosting")
    if automatic and at.logs.shape[1] >= auto.LEAST_YEARS and auto.available():
        persons["automatic"] = auto.automatic_median(at.levels, at.begun, horizons)
        weights["automatic"] = _AUTOMATIC
    persons[ENSEMBLE] = _mean(persons, weights, at.levels)
    return Members(persons, pool)


def _pooled_members(at: pooled.Window, horizons: int, boosted: bool, seed: int) -> dict[str, Matrix]:
    together = pooled.common_growth(at, horizons)
    root = np.sqrt(np.arange(1, horizons + 1))

    def level(apart: Matrix) -> Matrix:
        return np.asarray(np.exp(at.logs[:, -1:] + at.volatility[:, None] * (together + apart * root)))

    found = {"ridge": level(pooled.ridge(at, horizons))}
    if boosted:
        found["boosting"] = level(pooled.boosting(at, horizons, seed))
    return found


def _mean(persons: dict[str, Matrix], weights: dict[str, float], levels: Matrix) -> Matrix:
    floor = np.maximum(_FLOOR * np.median(levels, axis=1, keepdims=True), 1e-9)
    total = sum(weights.values())
    logs = [weight / total * np.log(np.maximum(persons[name], floor)) for name, weight in weights.items()]
    return np.asarray(np.exp(np.sum(logs, axis=0)), dtype=np.float64)


def _best_trend(panel: Panel) -> str:
    """The one of _TRENDS that was least wrong from some earlier years of the panel, over all its series."""
    levels = np.nan_to_num(interpolate(panel.persons, panel.years))
    scale = np.maximum(np.abs(np.diff(levels, axis=1)).mean(axis=1), 1e-9)[:, None]
    loss = dict.fromkeys(_TRENDS, 0.0)
    for known in (len(panel.years) - behind for behind in _TRIED):
        if known < _TRIED_YEARS:
            break
        past = panel.up_to(int(panel.years[known - 1]))
        was = panel.persons[:, known : known + _TRIED_REACH]
        ahead = panel.years[known : known + _TRIED_REACH]
        for name in _TRENDS:
            said = _trend(name, past, ahead)
            off = np.abs(said - was) / scale / np.sqrt(np.arange(1, len(ahead) + 1))
            met = np.isfinite(off)
            loss[name] += float(np.minimum(off[met], _WORST).sum()) / max(1, int(met.sum()))
    return min(_TRENDS, key=lambda name: loss[name])


def _trend(name: str, panel: Panel, ahead: Years) -> Matrix:
    if name == "shift_share":
        return _shift_share(panel, len(ahead))
    return METHODS[name](panel.persons, panel.years, ahead, 0)


def _shift_share(panel: Panel, horizons: int) -> Matrix:
    """Every series keeps its share of its industry over all regions, which drifts on damped.

    This is constant-share shift-share (Loveridge & Selting 1998 review the method); with one region it is the damped
    drift itself.
    """
    group: NDArray[np.int64] = panel.group("industry")
    levels = np.nan_to_num(interpolate(panel.persons, panel.years))
    total = np.asarray(group_sums(levels, group), dtype=np.float64)
    ahead = panel.years[-1] + np.arange(1, horizons + 1)
    grown = METHODS["damped_drift"](total, panel.years, ahead, 0)
    return levels[:, -1:] / np.maximum(total[:, -1:], 1e-9)[group] * grown[group]
