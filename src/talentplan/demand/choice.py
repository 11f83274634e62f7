"""Which method each series is forecast with, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentplan.demand.backtest import NAMES, Backtest
from talentplan.demand.forecaster import PanelForecast
from talentplan.demand.members import ENSEMBLE
from talentplan.demand.methods import Matrix
from talentplan.demand.pooled import TRAIN_YEARS

__all__ = ["MARGIN", "MATURE", "MATURE_YEARS", "Choice", "choose"]

MARGIN = 0.30
"""Part by which another method's error must lie below the default's before a group of series takes it. Measured on
Australia, China and the United States: with a tenth, what looked better in the backtest was worse afterwards as often
as not, by up to a tenth; see docs/forecasting.md."""
MATURE = 0.6
"""Only origins with this part of the present history behind them (and MATURE_YEARS) count for leaving the default: how
a method does on five years says little about twelve."""
MATURE_YEARS = 8

_ENOUGH = 40  # judged forecasts a group needs before it may leave the default


@dataclass(frozen=True, slots=True)
class Choice:
    """The method of each series.

    method, reason: object[series]; reasons are those of Openings.choices. score: float[series], mean MASE over
    horizons of that method on that series, NaN where it was not judged.
    """

    method: NDArray[np.object_]
    reason: NDArray[np.object_]
    score: NDArray[np.float64]


def choose(forecast: PanelForecast, backtest: Backtest, allowed: Collection[str], groups: Sequence[str]) -> Choice:
    """The default, unless its series fell back, its group did clearly better with another, or it is not allowed.

    Where the default is not among the allowed methods every series takes the one with the least mean MASE.

    Args:
        forecast: the default's forecast, which knows the fallbacks.
        backtest: what past forecasts did.
        allowed: names of methods that may be used.
        groups: name of each series' group.
    """
    method, reason = forecast.method.copy(), forecast.reason.copy()
    free = np.isin(reason, ["", "small_panel"])
    every = backtest.score()
    if ENSEMBLE in allowed:
        reason = np.where(reason == "", "default", reason)
        names, mature = np.array(groups, dtype=object), backtest.since(_mature_from(backtest))
        for group in sorted(set(groups)):
            series = (names == group) & free
            better = _better(mature, allowed, series)
            if better:
                method[series], reason[series] = better, "clearly_better"
    else:
        best = backtest.best(allowed)
        found = free & (best >= 0)
        method = np.where(found, np.array(NAMES, dtype=object)[best], np.where(free, "naive", method))
        reason = np.where(found, "least_error", np.where(free, "not_judged", reason))
    known = np.array([NAMES.index(name) for name in method], dtype=np.int64)
    score = every[known, np.arange(len(known))] if len(known) else np.zeros(0)
    return Choice(method.astype(object), reason.astype(object), np.asarray(score, dtype=np.float64))


def _mature_from(backtest: Backtest) -> int:
    """First origin that is like the present one."""
    years = min(TRAIN_YEARS, backtest.last_year - backtest.first_year + 1)
    return backtest.last_year - years + max(MATURE_YEARS, int(np.ceil(MATURE * years)))


def _better(backtest: Backtest, allowed: Collection[str], series: NDArray[np.bool_]) -> str:
    if not series.any() or backtest.judged(series) < _ENOUGH:
        return ""
    score: Matrix = backtest.score(series)
    best = int(backtest.best(allowed, series)[0])
    if best >= 0 and score[best, 0] < (1 - MARGIN) * score[NAMES.index(ENSEMBLE), 0]:
        return NAMES[best]
    return ""
