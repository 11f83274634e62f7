"""The education mix of openings, in every year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.demand.methods import Matrix, Years, interpolate

__all__ = ["mix_shares"]


def mix_shares(mix: pd.DataFrame, pairs: pd.MultiIndex, years: Years) -> tuple[Matrix, Matrix]:
    """Share of an occupation's openings that asks for each level, and the part of it that new graduates fill.

    A row of year 0 holds as long as the occupation has no dated mix yet; between dated mixes shares move on a straight
    line, after the last they are held. A level that a mix leaves out has share 0 in it. Shares of an occupation are
    brought back to a sum of 1.

    Args:
        mix: the `education_mix` table.
        pairs: occupation, level: one row of the result each.
        years: int[year].

    Returns:
        share, graduate_share: float[pair, year]; 0 for pairs the table does not name.
    """
    row = pairs.get_indexer(pd.MultiIndex.from_frame(mix[["occupation", "level"]]))
    year = mix["year"].to_numpy(dtype=np.int64)
    dated = year != 0
    grid = np.union1d(years, year[dated])
    column = np.searchsorted(grid, year[dated])
    jobs, of_pair = np.unique(pairs.get_level_values("occupation").to_numpy(dtype=str), return_inverse=True)
    named = np.zeros((len(jobs), len(grid)), dtype=bool)
    named[of_pair[row[dated]], column] = True
    undated = np.zeros(len(jobs), dtype=bool)
    undated[of_pair[row[~dated]]] = True

    def moving(name: str, left_out: float) -> Matrix:
        values = mix[name].to_numpy(dtype=np.float64)
        always = np.where(undated[of_pair], left_out, np.nan)
        always[row[~dated]] = values[~dated]
        known = np.where(named[of_pair], left_out, np.nan)
        known[row[dated], column] = values[dated]
        begun = np.maximum.accumulate(named, axis=1)[of_pair]
        early = np.isfinite(always)[:, None] & ~begun
        found = np.where(early, always[:, None], interpolate(known, grid))
        return np.nan_to_num(np.where(np.isnan(found), always[:, None], found))[:, np.searchsorted(grid, years)]

    share, graduates = moving("share", 0.0), moving("graduate_share", np.nan)
    total = np.zeros((len(jobs), len(years)))
    np.add.at(total, of_pair, share)
    return share / np.where(total > 0, total, 1.0)[of_pair], graduates
