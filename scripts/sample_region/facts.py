"""The facts the sample stands on: codes, names and links, each with its official source. And lists typed by hand."""

from __future__ import annotations

import csv
from pathlib import Path

__all__ = ["Row", "facts", "typed"]

Row = dict[str, str]
HERE = Path(__file__).resolve().parent


def facts(name: str) -> list[Row]:
    """Rows of `facts/<name>.csv`: real, each with its source."""
    return _rows(HERE / "facts" / f"{name}.csv")


def typed(name: str) -> list[Row]:
    """Rows of `typed/<name>.csv`: invented for the sample."""
    return _rows(HERE / "typed" / f"{name}.csv")


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
