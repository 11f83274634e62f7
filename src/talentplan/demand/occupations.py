"""From employment by industry to openings by occupation and level."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix, Years, interpolate

__all__ = ["by_pair", "expansion_replacement", "occupation_employment", "staffing_shares"]


def staffing_shares(staffing: pd.DataFrame, years: Years) -> tuple[pd.DataFrame, Matrix]:
    """The staffing pattern in every year.

    All rows of one industry and year are one pattern; an occupation that it does not name has share 0 in it. The
    pattern of year 0 holds in every year before the first dated one (always, where there is no dated one). Between
    dated patterns shares move on a straight line; after the last, and before the first where there is no pattern of
    year 0, they are held. What a pattern leaves below 1 belongs to no occupation of the table.

    Returns:
        links: industry, occupation, sorted, one row per pair the table names; shares: float[link, year].
    """
    links = staffing[["industry", "occupation"]].drop_duplicates().sort_values(["industry", "occupation"])
    links = links.reset_index(drop=True)
    row = pd.MultiIndex.from_frame(links).get_indexer(pd.MultiIndex.from_frame(staffing[list(links)]))
    year, share = staffing["year"].to_numpy(dtype=np.int64), staffing["share"].to_numpy(dtype=np.float64)
    dated = year != 0

    always = np.zeros(len(links))
    always[row[~dated]] = share[~dated]
    has_always = links["industry"].isin(staffing.loc[~dated, "industry"]).to_numpy()

    grid = np.union1d(years, year[dated])
    pattern = np.full((len(links), len(grid)), np.nan)
    industries = pd.Index(links["industry"].unique())
    named = np.zeros((len(industries), len(grid)), dtype=bool)
    column = np.searchsorted(grid, year[dated])
    named[industries.get_indexer(pd.Index(staffing.loc[dated, "industry"])), column] = True
    of_link = industries.get_indexer(pd.Index(links["industry"]))
    pattern[named[of_link]] = 0.0
    pattern[row[dated], column] = share[dated]

    moving = interpolate(pattern, grid)
    begun = np.maximum.accumulate(named, axis=1)[of_link]
    before = has_always[:, None] & ~begun
    shares = np.where(before | np.isnan(moving), always[:, None], moving)
    return links, shares[:, np.searchsorted(grid, years)]


def occupation_employment(
    staffing: pd.DataFrame,
    industries: pd.Index[str],
    persons: Matrix,
    occupations: pd.Index[str],
    years: Years,
) -> Matrix:
    """N[j,t]: sum over industries of share x employment.

    Args:
        staffing: the `staffing` table.
        industries: codes, one per row of `persons`.
        persons: float[industry, year].
        occupations: codes, one per row of the result.
        years: int[year].

    Returns:
        float[occupation, year], persons.
    """
    links, shares = staffing_shares(staffing, years)
    result = np.zeros((len(occupations), len(years)))
    employed = persons[industries.get_indexer(pd.Index(links["industry"]))]
    np.add.at(result, occupations.get_indexer(pd.Index(links["occupation"])), shares * employed)
    return result


def expansion_replacement(employed: Matrix, leave_rate: NDArray[np.float64]) -> tuple[Matrix, Matrix]:
    """Openings of each occupation, in two parts whose sum is max(0, change + exits + transfers).

    Args:
        employed: float[occupation, 1 + year], persons, beginning with the year before the first.
        leave_rate: float[occupation], exit rate + transfer rate, of those employed a year before.

    Returns:
        expansion, replacement: float[occupation, year], persons/year. Replacement is exits and transfers; expansion
        is the change in employment, but where that would take the sum below 0 it only takes the replacement away.

    >>> expansion_replacement(np.array([[100.0, 110.0, 90.0]]), np.array([0.06]))
    (array([[10. , -6.6]]), array([[6. , 6.6]]))
    """
    replacement = leave_rate[:, None] * employed[:, :-1]
    return np.maximum(np.diff(employed, axis=1), -replacement), replacement


def by_pair(table: pd.DataFrame, pairs: pd.MultiIndex, years: Years, column: str) -> Matrix:
    """A column of a table keyed by occupation, level and year: float[pair, year], NaN without a row.

    A row of year 0 stands for every year without a row of its own.
    """
    result = np.full((len(pairs), len(years)), np.nan)
    row = pairs.get_indexer(pd.MultiIndex.from_frame(table[["occupation", "level"]]))
    year = table["year"].to_numpy(dtype=np.int64)
    value = table[column].to_numpy(dtype=np.float64)
    always = year == 0
    result[row[always]] = value[always, None]
    dated = np.isin(year, years)
    result[row[dated], np.searchsorted(years, year[dated])] = value[dated]
    return result
