"""Rows in which the audit writes down what it compared: limits and equalities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["COLUMNS", "at_hand", "equal_rows", "grid", "limit_rows", "no_rows", "parameter_rows"]

Floats = NDArray[np.float64]
COLUMNS = ["family", "scope", "year", "used", "limit", "stated", "broken_before", "size", "binding"]
SLACK = 1e-6


def no_rows() -> pd.DataFrame:
    """No limit at all."""
    return pd.DataFrame({c: pd.Series(dtype=object if c in ("family", "scope") else float) for c in COLUMNS})


def grid(frame: pd.DataFrame, keys: Sequence[tuple[str, Any]], years: NDArray[np.int64], value: str) -> Floats:
    """float[keys ..., year]: a long table's values added up by codes and year; 0 where it has no row.

    keys: (column, codes in order). A row whose code or year is not among those listed is left out.
    """
    shape = [len(codes) for _, codes in keys]
    found = np.zeros((*shape, len(years)))
    if frame.empty:
        return found
    places = [pd.Index(codes).get_indexer(pd.Index(frame[column])) for column, codes in keys]
    places.append(pd.Index(years).get_indexer(pd.Index(frame["year"])))
    known = np.logical_and.reduce([place >= 0 for place in places])
    np.add.at(found, tuple(place[known] for place in places), frame[value].to_numpy(dtype=np.float64)[known])
    return found


def at_hand(own: Floats, more: Floats, inherited: Floats, exact: int) -> Floats:
    """float[row, year]: the limit in force, own + more, or what inherited cohorts alone use, whichever is larger.

    more: what is bought, hired and borrowed, less what is lent. That a gap is closed before anybody new comes is a yes or no of the first `exact` years; later it may be partial, and the limit
    is the greatest that it may be.
    """
    strict = np.maximum(own + more, inherited + np.minimum(more, 0.0))
    return np.where(np.arange(more.shape[1]) < exact, strict, np.maximum(own, inherited) + more)


def limit_rows(
    family: str,
    scope: Sequence[str] | pd.Series,
    years: NDArray[np.int64],
    used: Floats,
    limit: Floats,
    *,
    stated: Floats | None = None,
    inherited: Floats | None = None,
    size: Floats | None = None,
    binding: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """One row per scope and year that `used <= limit`; rows with an infinite limit are left out.

    used, limit: float[scope, year], in force; stated: the limit as the input states it (the same unless given);
    inherited: what inherited cohorts alone use; size: the largest term of either side (the larger side unless given);
    binding: used == limit unless given.
    """
    used, limit = np.broadcast_arrays(np.asarray(used, dtype=np.float64), np.asarray(limit, dtype=np.float64))
    said = limit if stated is None else np.broadcast_to(stated, used.shape)
    broken = np.zeros(used.shape, dtype=bool)
    if inherited is not None:
        broken = inherited > said + SLACK * np.maximum(1.0, np.abs(said))
    if binding is None:
        binding = np.abs(used - limit) <= SLACK * np.maximum(1.0, np.abs(limit))
    frame = pd.DataFrame(
        {
            "family": family,
            "scope": np.repeat(np.asarray(scope, dtype=object), len(years)),
            "year": np.tile(years, len(scope)),
            "used": used.ravel(),
            "limit": limit.ravel(),
            "stated": said.ravel(),
            "broken_before": broken.ravel(),
            "size": np.broadcast_to(
                np.maximum(np.abs(used), np.abs(limit)) if size is None else size, used.shape
            ).ravel(),
            "binding": np.broadcast_to(binding, used.shape).ravel(),
        }
    )
    finite: pd.DataFrame = frame.loc[np.isfinite(frame["limit"].to_numpy())]
    return finite


def equal_rows(
    family: str,
    scope: Sequence[str] | pd.Series,
    years: NDArray[np.int64],
    stated: Floats,
    found: Floats,
    *,
    size: Floats | None = None,
) -> pd.DataFrame:
    """One row per scope and year that a published figure (`used`) equals what the audit finds (`limit`)."""
    used, limit = np.broadcast_arrays(np.asarray(stated, dtype=np.float64), np.asarray(found, dtype=np.float64))
    largest = np.maximum(np.abs(used), np.abs(limit)) if size is None else np.broadcast_to(size, used.shape)
    return pd.DataFrame(
        {
            "family": family,
            "scope": np.repeat(np.asarray(scope, dtype=object), len(years)),
            "year": np.tile(years, len(scope)),
            "used": used.ravel(),
            "limit": limit.ravel(),
            "size": largest.ravel(),
        }
    )


def parameter_rows(family: str, frame: pd.DataFrame, code: str, stated: object, found: object) -> pd.DataFrame:
    """One equality per row of a table; a code the input does not know shows as not equal."""
    used = np.broadcast_to(np.asarray(stated, dtype=np.float64), len(frame))
    limit = np.broadcast_to(np.nan_to_num(np.asarray(found, dtype=np.float64), nan=np.inf), len(frame))
    keys = {"family": family, "scope": frame[code].to_numpy(), "year": frame["year"].to_numpy()}
    return pd.DataFrame({**keys, "used": used, "limit": limit, "size": np.abs(used)})
