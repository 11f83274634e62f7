"""Drivers: dated projects, targets and closures that the history does not know."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.demand.methods import Matrix, Years

__all__ = ["driver_effect"]


def driver_effect(drivers: pd.DataFrame, industries: pd.Index[str], years: Years, counted_to: Years) -> Matrix:
    """Expected jobs added to each industry in each year.

    A driver adds persons x probability x min(1, (t - year + 1) / ramp_years) from its first year on. What had taken
    effect by the last year that was counted is in the history already and is not added again.

    Args:
        drivers: the `drivers` table.
        industries: codes, one per row of the result.
        years: int[year], calendar years.
        counted_to: int[industry], last year of each industry's history.

    Returns:
        float[industry, year], persons (negative where jobs are lost), 0 up to `counted_to`.

    >>> plant = pd.DataFrame({"industry": ["36"], "year": [2026], "persons": [900.0], "ramp_years": [3],
    ...                       "probability": [0.5]})
    >>> driver_effect(plant, pd.Index(["36"]), np.arange(2025, 2030), np.array([2024])).tolist()
    [[0.0, 150.0, 300.0, 450.0, 450.0]]
    """
    effect = np.zeros((len(industries), len(years)))
    row = industries.get_indexer(pd.Index(drivers["industry"]))
    first, ramp = drivers["year"].to_numpy()[:, None], drivers["ramp_years"].to_numpy()[:, None]

    def ramped(t: Years) -> Matrix:
        return np.asarray(np.clip((t - first + 1) / ramp, 0.0, 1.0), dtype=np.float64)

    added = np.maximum(0.0, ramped(years[None, :]) - ramped(counted_to[row][:, None]))
    weight = drivers["persons"].to_numpy() * drivers["probability"].to_numpy()
    np.add.at(effect, row, weight[:, None] * added)
    return effect
