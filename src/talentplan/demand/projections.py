"""Published totals from outside, believed as far as the planner says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import Years

__all__ = ["impose"]


def impose(
    paths: NDArray[np.floating], industries: pd.Index[str], years: Years, counted_to: Years, projections: pd.DataFrame
) -> NDArray[np.floating]:
    """Sample paths moved towards published figures, so that sums stay sums and ratios inside a total stay.

    In a projected year the median of a total over paths goes the share `trust` of the way (in logarithms) to the
    published figure: every path of every member is multiplied by one factor. The factor is 1 in the last counted
    year, grows on a straight line in logarithms to each projected year and is held after the last. Projections of
    single industries come first, those of all industries (blank) on top.

    Args:
        paths: float[path, industry, year], persons.
        industries: codes, one per row.
        years: int[year].
        counted_to: int[industry], last counted year.
        projections: the `projections` table: industry, year, persons, trust.

    Returns:
        float[path, industry, year]; counted years are never changed.

    >>> table = pd.DataFrame({"industry": ["36"], "year": [2026], "persons": [400.0], "trust": [0.5]})
    >>> ahead = np.array([[[100.0, 100.0, 100.0, 100.0]]])
    >>> impose(ahead, pd.Index(["36"]), np.arange(2024, 2028), np.array([2024]), table).round(1).tolist()
    [[[100.0, 141.4, 200.0, 200.0]]]
    """
    moved = paths
    for code in sorted(set(projections["industry"]), key=lambda name: (name == "", name)):
        rows = projections[projections["industry"] == code].sort_values("year")
        members = np.arange(len(industries)) if code == "" else np.flatnonzero(industries == code)
        start = int(counted_to[members].max(initial=0)) or int(years[0])
        rows = rows[(rows["year"] > start) & (rows["year"] <= years[-1])]
        if rows.empty or not len(members):
            continue
        at = np.searchsorted(years, rows["year"].to_numpy())
        middle = np.median(moved[:, members].sum(axis=1), axis=0)[at]
        published = np.maximum(rows["persons"].to_numpy(dtype=np.float64), 1e-9)
        wanted = rows["trust"].to_numpy(dtype=np.float64) * np.log(published / np.maximum(middle, 1e-9))
        logs = np.interp(years, [start, *rows["year"]], [0.0, *wanted])
        moved = moved.copy()
        moved[:, members] = moved[:, members] * np.exp(logs).astype(moved.dtype)
    return moved
