"""Drivers: dated projects, targets and closures that the history does not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.intervals import Paths
from talentplan.demand.methods import Matrix, Years

__all__ = ["driver_effect", "driver_paths"]


def driver_effect(
    drivers: pd.DataFrame, industries: pd.Index[str], years: Years, counted_to: Years, baseline: Matrix
) -> Matrix:
    """Expected jobs added to each industry in each year.

    A change adds persons x probability x min(1, (t - year + 1) / ramp_years) from its first year on; what had taken
    effect by the last year that was counted is in the history already and is not added again. A target moves the
    industry the same share of the way from its baseline to the level `persons`.

    Args:
        drivers: the `drivers` table.
        industries: codes, one per row of the result.
        years: int[year], calendar years.
        counted_to: int[industry], last year of each industry's history.
        baseline: float[industry, year], persons without drivers.

    Returns:
        float[industry, year], persons (negative where jobs are lost), 0 up to `counted_to`.

    >>> plant = pd.DataFrame({"driver": ["p"], "kind": ["change"], "industry": ["36"], "year": [2026],
    ...                       "persons": [900.0], "ramp_years": [3], "probability": [0.5]})
    >>> at = pd.Index(["36"]), np.arange(2025, 2030), np.array([2024]), np.full((1, 5), 1000.0)
    >>> driver_effect(plant, *at).tolist()
    [[0.0, 150.0, 300.0, 450.0, 450.0]]
    >>> driver_effect(plant.assign(kind="target"), *at).round(1).tolist()
    [[0.0, -16.7, -33.3, -50.0, -50.0]]
    """
    row, share = _shares(drivers, industries, years, counted_to)
    effect = np.zeros((len(industries), len(years)))
    weight = drivers["probability"].to_numpy(dtype=np.float64)[:, None]
    np.add.at(effect, row, weight * share * _full(drivers, baseline[row]))
    return effect


def driver_paths(
    drivers: pd.DataFrame, industries: pd.Index[str], years: Years, counted_to: Years, baseline: Paths,
    rng: np.random.Generator,
) -> Paths:  # fmt: skip
    """Jobs added on each sample path: a driver happens on it or does not, with its probability.

    Args:
        drivers: the `drivers` table.
        industries: codes, one per row of the result.
        years: int[year], calendar years.
        counted_to: int[industry], last year of each industry's history.
        baseline: float32[path, industry, year].
        rng: draws once per driver and path, drivers in the order of their codes.

    Returns:
        float32[path, industry, year], whose mean over many paths is the expected effect.
    """
    ordered = drivers.sort_values("driver", kind="stable", ignore_index=True)
    row, share = _shares(ordered, industries, years, counted_to)
    happens = rng.random((len(baseline), len(ordered))) < ordered["probability"].to_numpy(dtype=np.float64)
    effect = np.zeros_like(baseline)
    for k in range(len(ordered)):
        full = _full(ordered.iloc[[k]], baseline[:, row[k]])
        effect[:, row[k]] += (happens[:, k, None] * share[k] * full).astype(np.float32)
    return effect


def _shares(
    drivers: pd.DataFrame, industries: pd.Index[str], years: Years, counted_to: Years
) -> tuple[NDArray[np.intp], Matrix]:
    """Industry of each driver, and the share of it that is in effect but not in the history: float[driver, year]."""
    row = industries.get_indexer(pd.Index(drivers["industry"]))
    first, ramp = drivers["year"].to_numpy()[:, None], drivers["ramp_years"].to_numpy()[:, None]

    def ramped(t: Years) -> Matrix:
        return np.asarray(np.clip((t - first + 1) / ramp, 0.0, 1.0), dtype=np.float64)

    target = (drivers["kind"] == "target").to_numpy()[:, None]
    done = np.where(target, 0.0, ramped(counted_to[row][:, None]))
    ahead = years[None, :] > counted_to[row][:, None]
    return row, np.where(ahead, np.maximum(0.0, ramped(years[None, :]) - done), 0.0)


def _full(drivers: pd.DataFrame, baseline: NDArray[np.floating]) -> NDArray[np.floating]:
    """Jobs added at full ramp: the persons of a change, what a target lacks."""
    persons = drivers["persons"].to_numpy(dtype=np.float64)[:, None]
    target = (drivers["kind"] == "target").to_numpy()[:, None]
    return np.asarray(np.where(target, persons - baseline, persons))
