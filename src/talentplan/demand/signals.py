"""Signs of shortage in what is observed today, beside what is forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.methods import Matrix

__all__ = ["SIGNALS", "shortage_signals"]

SIGNALS = ("growth", "vacancy_rate", "wage_growth", "hiring_difficulty")

_OUTER = 3.0  # robust standard deviations beyond which a sign counts no more
_NOBODY = 1e-6  # persons below which there is nobody to be a share of
_SAME = 1e-9  # relative differences that are rounding
_NORMAL_MAD = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


def shortage_signals(
    vacancies: pd.DataFrame, wages: pd.DataFrame, occupations: pd.Index[str], employed: pd.DataFrame
) -> pd.DataFrame:
    """A composite of the signs of shortage that the data hold, in the manner of the UK Migration Advisory Committee.

    Each sign becomes a robust score over occupations, (value - median) / (1.4826 x median absolute deviation), cut at
    +-3 (0 where the deviation is 0); the composite is the mean of the scores that an occupation has.

    Args:
        vacancies: the `vacancies` table, may be empty.
        wages: the `wages` table, may be empty.
        occupations: codes, one row of the result each.
        employed: occupation, year, persons: employment as counted and forecast.

    Returns:
        occupation; growth: mean yearly log growth of employment over all years given; vacancy_rate: persons wanted
        in the latest survey over persons employed then, or in the nearest year; wage_growth: mean yearly log growth of
        the wage beyond the mean of all occupations; hiring_difficulty: share of the persons wanted in the latest
        survey that were not found; composite; signals: how many signs it rests on. NaN where a sign is not known.
    """
    frame = pd.DataFrame({"occupation": occupations.to_numpy(dtype=object)})
    persons = _wide(employed, "persons", occupations)
    wanted, hired = (_latest(vacancies, name, occupations) for name in ("wanted", "hired"))
    surveyed = _latest(vacancies, "year", occupations)
    wage = _yearly_growth(_wide(wages, "wage", occupations))
    frame["growth"] = _yearly_growth(persons)
    frame["vacancy_rate"] = _ratio(wanted, _nearest(persons, surveyed))
    frame["wage_growth"] = wage - (np.nanmean(wage) if np.isfinite(wage).any() else 0.0)
    frame["hiring_difficulty"] = 1.0 - _ratio(hired, wanted)
    scores = np.stack([_score(frame[name].to_numpy(dtype=np.float64)) for name in SIGNALS], axis=1)
    known = np.isfinite(scores)
    count = known.sum(axis=1)
    mean = np.where(known, scores, 0.0).sum(axis=1) / np.maximum(count, 1)
    frame["composite"] = np.where(count > 0, mean, np.nan)
    frame["signals"] = count
    return frame


def _wide(table: pd.DataFrame, column: str, occupations: pd.Index[str]) -> pd.DataFrame:
    """occupation x year."""
    return table.pivot_table(index="occupation", columns="year", values=column, observed=True).reindex(occupations)


def _latest(table: pd.DataFrame, column: str, occupations: pd.Index[str]) -> NDArray[np.float64]:
    last = table.sort_values("year").drop_duplicates("occupation", keep="last").set_index("occupation")
    return np.asarray(last[column].astype("float64").reindex(occupations), dtype=np.float64)


def _yearly_growth(values: pd.DataFrame) -> NDArray[np.float64]:
    """Mean yearly log growth from the first to the last known year of each row, NaN with fewer than two."""
    if values.shape[1] < 2:
        return np.full(len(values), np.nan)
    matrix: Matrix = values.to_numpy(dtype=np.float64)
    years = values.columns.to_numpy(dtype=np.int64)
    known = np.isfinite(matrix) & (matrix > _NOBODY)
    rows = np.arange(len(matrix))
    first, last = np.argmax(known, axis=1), matrix.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(matrix[rows, last] / matrix[rows, first]) / (years[last] - years[first])
    return np.where(known.any(axis=1) & (last > first), growth, np.nan)


def _nearest(values: pd.DataFrame, year: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of the year asked for, or of the nearest one there is."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    years = values.columns.to_numpy(dtype=np.float64)
    column = np.abs(years[None, :] - np.nan_to_num(year)[:, None]).argmin(axis=1)
    return np.where(np.isfinite(year), values.to_numpy(dtype=np.float64)[np.arange(len(values)), column], np.nan)


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    some = bottom > _NOBODY
    return np.where(some, top / np.where(some, bottom, 1.0), np.nan)


def _score(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = values[np.isfinite(values)]
    if not len(known):
        return values
    middle = np.median(known)
    spread = _NORMAL_MAD * np.median(np.abs(known - middle))
    if spread <= _SAME * np.abs(known).max():
        return np.where(np.isfinite(values), 0.0, np.nan)
    return np.asarray(np.clip((values - middle) / spread, -_OUTER, _OUTER), dtype=np.float64)
