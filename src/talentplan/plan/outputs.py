"""The shape of the tables that a plan publishes, as plan/outputs.yaml declares it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

__all__ = ["empty_table", "output_columns", "outputs"]

TEXTS = frozenset({"code", "codes", "word", "text"})
"""Units of columns that hold text."""


@cache
def outputs() -> Mapping[str, Any]:
    """The declared output tables."""
    text = files("talentplan.plan").joinpath("outputs.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.CSafeLoader))


def output_columns(table: str) -> list[str]:
    """Declared columns of one output table, in order."""
    return list(outputs()[table]["columns"])


def empty_table(table: str) -> pd.DataFrame:
    """An output table without rows, with numbers as numbers, so that sums over nothing are 0."""
    return pd.DataFrame(
        {
            name: pd.Series(dtype=object if column["unit"] in TEXTS else np.float64)
            for name, column in outputs()[table]["columns"].items()
        }
    )
