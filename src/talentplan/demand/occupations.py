"""From employment by industry to openings by occupation and level."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix, Years, damped_steps, interpolate

__all__ = [
    "STAFFING_BOUND",
    "STAFFING_DAMPING",
    "by_pair",
    "expansion_replacement",
    "occupation_employment",
    "staffing_shares",
]

STAFFING_DAMPING = 0.85
"""Part of a year's drift of a staffing pattern that is left a year later: two patterns are thin evidence, and a trend in
shares that never slowed would empty occupations."""
STAFFING_BOUND = 2.0
"""Factor by which a share may at most rise or fall, before shares are brought back to their sum, after the last pattern."""

_NO_REST = 1e-9  # part of an industry below which every occupation counts as named


def staffing_shares(staffing: pd.DataFrame, years: Years) -> tuple[pd.DataFrame, Matrix]:
    """The staffing pattern in every year.

    All rows of one industry and year are one pattern; an occupation that it does not name has share 0 in it. The
    pattern of year 0 holds in every year before the first dated one (always, where there is no dated one). Between
    dated patterns shares move on a straight line; before the first they are held where there is no pattern of year 0.
    After the last of several they drift on as they did from the first to the last, damped and bounded, in logarithms
    of ratios (the additive log-ratio of Aitchison 1986, the part of no named occupation included), so that they stay
    shares; a share that is 0 in either stays as it is last. What a pattern leaves below 1 belongs to no occupation of
    the table.

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
    shares = _drifted(shares, grid, named, of_link)
    return links, shares[:, np.searchsorted(grid, years)]


def _drifted(shares: Matrix, grid: Years, named: NDArray[np.bool_], of_link: NDArray[np.intp]) -> Matrix:
    """Shares after the last dated pattern moved on: float[link, year of the grid].

    named: bool[industry, year], where an industry has a dated pattern. of_link: industry of each link.
    """
    count = len(named)
    first, last = np.argmax(named, axis=1), named.shape[1] - 1 - np.argmax(named[:, ::-1], axis=1)
    span = np.maximum(grid[last] - grid[first], 1)
    begin = np.take_along_axis(shares, first[of_link, None], axis=1)[:, 0]
    end = np.take_along_axis(shares, last[of_link, None], axis=1)[:, 0]
    moves = (named.sum(axis=1) >= 2)[of_link] & (begin > 0) & (end > 0)

    rest_begin, rest_end = (np.maximum(0.0, 1.0 - _per(of_link, part, count)) for part in (begin, end))
    rest_moves = (rest_begin > _NO_REST) & (rest_end > _NO_REST)
    ahead = np.maximum(grid[None, :] - grid[last][:, None], 0)
    steps = damped_steps(ahead, STAFFING_DAMPING)
    grown = end[:, None] * _drift_factor(begin, end, moves, span[of_link], steps[of_link])
    rest = rest_end[:, None] * _drift_factor(rest_begin, rest_end, rest_moves, span, steps)
    still = np.where(moves[:, None], 0.0, end[:, None] * np.ones_like(steps[of_link]))
    moving = np.where(moves[:, None], grown, 0.0)
    held = _per(of_link, still, count)
    room = (1.0 - held) / np.maximum(_per(of_link, moving, count) + rest, 1e-12)
    found = np.where(moves[:, None], moving * room[of_link], still)
    return np.where((ahead > 0)[of_link] & moves[:, None], found, shares)


def _drift_factor(
    begin: NDArray[np.float64], end: NDArray[np.float64], moves: NDArray[np.bool_], span: Years, steps: Matrix
) -> Matrix:
    """exp(yearly log growth x steps), 1 where nothing moves, within STAFFING_BOUND."""
    yearly = (np.log(np.where(moves, end, 1.0)) - np.log(np.where(moves, begin, 1.0))) / span
    most = np.log(STAFFING_BOUND)
    return np.asarray(np.exp(np.clip(yearly[:, None] * steps, -most, most)), dtype=np.float64)


def _per(group: NDArray[np.intp], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sums of links by industry."""
    total = np.zeros((count, *values.shape[1:]))
    np.add.at(total, group, values)
    return total


def occupation_employment(
    staffing: pd.DataFrame,
    industries: pd.Index[str],
    persons: NDArray[np.floating],
    occupations: pd.Index[str],
    years: Years,
) -> NDArray[np.floating]:
    """N[j,t]: sum over industries of share x employment, on every path.

    Args:
        staffing: the `staffing` table.
        industries: codes, one per row of `persons`.
        persons: float[..., industry, year].
        occupations: codes, one per row of the result.
        years: int[year].

    Returns:
        float[..., occupation, year], persons.
    """
    links, shares = staffing_shares(staffing, years)
    pattern = np.zeros((len(occupations), len(industries), len(years)), dtype=persons.dtype)
    job = occupations.get_indexer(pd.Index(links["occupation"]))
    np.add.at(pattern, (job, industries.get_indexer(pd.Index(links["industry"]))), shares)
    return np.asarray(np.einsum("jit,...it->...jt", pattern, persons, optimize=True))


def expansion_replacement(
    employed: NDArray[np.floating], leave_rate: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Openings of each occupation, in two parts whose sum is max(0, change + exits + transfers).

    Args:
        employed: float[..., occupation, 1 + year], persons, beginning with the year before the first.
        leave_rate: float[occupation], exit rate + transfer rate, of those employed a year before.

    Returns:
        expansion, replacement: float[..., occupation, year], persons/year. Replacement is exits and transfers; expansion
        is the change in employment, but where that would take the sum below 0 it only takes the replacement away.

    >>> expansion_replacement(np.array([[100.0, 110.0, 90.0]]), np.array([0.06]))
    (array([[10. , -6.6]]), array([[6. , 6.6]]))
    """
    replacement = leave_rate[:, None] * employed[..., :-1]
    return np.maximum(np.diff(employed, axis=-1), -replacement), replacement


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
