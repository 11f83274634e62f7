"""How wrong a forecast was: the usual scores of points and intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix, Years, interpolate

__all__ = ["interval_score", "yearly_change", "yearly_change_squared"]

_FLAT = 1e-12  # mean yearly change relative to the level below which a history counts as constant


def yearly_change(training: Matrix, years: Years) -> NDArray[np.float64]:
    """Mean absolute one-year change between the first and last known year (the scale of the MASE, Hyndman 2006).

    Args:
        training: float[series, year], NaN where not known; a gap counts as the straight line through it.
        years: int[year], one after the other.

    Returns:
        float[series], NaN where nothing changes.
    """
    return _change(training, years, power=1)


def yearly_change_squared(training: Matrix, years: Years) -> NDArray[np.float64]:
    """Mean squared one-year change, the scale of the RMSSE: float[series], NaN where nothing changes."""
    return _change(training, years, power=2)


def _change(training: Matrix, years: Years, power: int) -> NDArray[np.float64]:
    known = np.isfinite(training)
    filled = interpolate(training, years)
    first = np.argmax(known, axis=1)
    last = len(years) - 1 - np.argmax(known[:, ::-1], axis=1)
    span = np.maximum(years[last] - years[first], 1)
    change = (np.abs(np.diff(filled, axis=1)) ** power).sum(axis=1) / span
    level = np.where(known, np.abs(training), 0.0).max(axis=1, initial=0.0) ** power
    return np.where(change > _FLAT**power * level, change, np.nan)


def interval_score(middle: Matrix, ends: Mapping[int, tuple[Matrix, Matrix]], actual: Matrix) -> Matrix:
    """The weighted interval score (Bracher et al. 2021), in the unit of the values; less is better.

    Args:
        middle: the point forecast, any shape.
        ends: per cent covered -> lower and upper end, of the same shape.
        actual: what came.

    >>> middle, low, high = np.array([10.0]), np.array([8.0]), np.array([13.0])
    >>> interval_score(middle, {80: (low, high)}, np.array([14.0])).round(4).tolist()
    [2.3333]
    """
    total = 0.5 * np.abs(actual - middle)
    for percent, (low, high) in ends.items():
        outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
        total = total + (1 - percent / 100) / 2 * (high - low) + outside
    return np.asarray(total / (len(ends) + 0.5), dtype=np.float64)
