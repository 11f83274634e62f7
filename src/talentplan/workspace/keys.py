"""Rows of tables by their keys, as positions: columns of codes go in, arrays of int come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["grouped", "rows_at", "values_at"]

Column = pd.Series | pd.Index | NDArray[Any]
Ints = NDArray[np.int64]


def grouped(columns: Sequence[Column], *, sort: bool = True) -> tuple[Ints, Ints]:
    """Rows with equal values in every column form a group; groups come sorted by the columns, or as they first appear.

    Returns int[group], the first row of each, and int[row], the group of each.

    >>> grouped([np.array(["b", "a", "b", "a"]), np.array([1, 2, 1, 1])])
    (array([3, 1, 0]), array([2, 1, 2, 0]))
    """
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        code, values = pd.factorize(np.asarray(column), sort=sort)
        number = number * len(values) + code
    of, _ = pd.factorize(number, sort=sort)
    return np.unique(of, return_index=True)[1].astype(np.int64), of.astype(np.int64)


def rows_at(known: Sequence[Column], wanted: Sequence[Column]) -> Ints:
    """int[wanted row]: the row of `known` with the same value in every column, -1 where there is none.

    The rows of `known` are unique; raises pandas.errors.InvalidIndexError where they are not.

    >>> rows_at([np.array(["a", "a", "b"]), np.array([1, 2, 1])], [np.array(["b", "a", "b"]), np.array([1, 2, 2])])
    array([ 2,  1, -1])
    """
    if len(known) == 1:
        return _at(known[0], wanted[0])
    own, asked = np.zeros(len(known[0]), dtype=np.int64), np.zeros(len(wanted[0]), dtype=np.int64)
    for column, of in zip(known, wanted, strict=True):
        code, values = pd.factorize(np.asarray(column))
        at = _at(values, of)
        own = own * len(values) + code
        asked = np.where((asked >= 0) & (at >= 0), asked * len(values) + at, -1)
    return _at(own, asked)


def values_at(keys: Column, values: Column, wanted: Column) -> NDArray[np.float64]:
    """float[wanted row]: the value of the row whose key it is, NaN where there is none.

    >>> values_at(np.array(["a", "b"]), np.array([1.5, 2.5]), np.array(["b", "c"]))
    array([2.5, nan])
    """
    at = _at(keys, wanted)
    return np.append(np.asarray(values, dtype=np.float64), np.nan)[at]


def _at(known: Column, wanted: Column) -> Ints:
    return np.asarray(pd.Index(known).get_indexer(pd.Index(wanted)), dtype=np.int64)
