"""Index tables of columns and rows as arrays by name, from which a frame is made only where somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Labels", "labels_of", "pairs", "taken"]

Ints = NDArray[np.int64]
Labels = Mapping[str, NDArray[Any]]
"""Name -> value of every row; arrays of one length that nobody writes to."""


def labels_of(table: Labels | pd.DataFrame) -> dict[str, NDArray[Any]]:
    """A table as arrays. Raises ValueError where they differ in length."""
    found = {str(name): np.asarray(values) for name, values in table.items()}
    if len({len(values) for values in found.values()}) > 1:
        raise ValueError("labels differ in length")
    return found


def taken(table: Labels | pd.DataFrame, rows: Ints | NDArray[np.bool_], *names: str) -> dict[str, NDArray[Any]]:
    """Rows of a table, by position or where a mask holds; only the columns `names` where some are named."""
    return {str(name): np.asarray(table[name])[rows] for name in names or table.keys()}


def pairs(keys: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Every (n, m) with wanted[n] == keys[m], ordered by n, then m.

    >>> pairs(np.array([7, 5, 7]), np.array([5, 6, 7]))
    (array([0, 2, 2]), array([1, 0, 2]))
    """
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first, last = (np.searchsorted(ordered, wanted, side) for side in ("left", "right"))
    count = last - first
    row = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(first, count) + within]
