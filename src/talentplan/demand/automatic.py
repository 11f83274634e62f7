"""The automatic models of statsforecast, where the extra `[forecast]` is installed."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from importlib import import_module, util

import numpy as np
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix

__all__ = ["LEAST_YEARS", "automatic_median", "available"]

LEAST_YEARS = 8
"""Years an automatic model needs to choose from."""

_LOG = logging.getLogger(__name__)


@cache
def available() -> bool:
    """Whether statsforecast is installed."""
    return util.find_spec("statsforecast") is not None


def automatic_median(levels: Matrix, begun: NDArray[np.int64], horizons: int) -> Matrix:
    """The median of AutoETS, damped AutoETS and AutoTheta (Garza et al., statsforecast; Hyndman et al. 2008).

    Args:
        levels: float[series, year], without gaps, >= 0.
        begun: int[series], column of the first known value; what stands before it is not used.
        horizons: years ahead.

    Returns:
        float[series, horizon], >= 0. A model that fails on a series repeats the last value there, and says so in
        the log.
    """
    models = import_module("statsforecast.models")
    tried = (
        models.AutoETS(season_length=1, model="ZZN"),
        models.AutoETS(season_length=1, model="ZZN", damped=True),
        models.AutoTheta(season_length=1),
    )
    result = np.empty((len(levels), len(tried), horizons))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for row, values in enumerate(levels):
            known = values[min(int(begun[row]), len(values) - LEAST_YEARS) :]
            for k, model in enumerate(tried):
                result[row, k] = _one(model, known, horizons, row)
    return np.maximum(0.0, np.median(result, axis=1))


def _one(model: object, values: Matrix, horizons: int, row: int) -> Matrix:
    try:
        mean = np.asarray(model.forecast(y=values, h=horizons)["mean"], dtype=np.float64)  # type: ignore[attr-defined]
    except (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError, IndexError) as problem:
        _LOG.info("%s failed on series %d: %s", type(model).__name__, row, problem)
        mean = np.full(horizons, np.nan)
    return np.where(np.isfinite(mean), mean, values[-1])
