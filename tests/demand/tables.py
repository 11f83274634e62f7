"""A Case put together by hand from a few rows, with the dictionary's defaults for the rest."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from talentplan.workspace.case import Case
from talentplan.workspace.settings import Settings

DTYPES = {"int": "int64", "year": "int64", "number": "float64", "share": "float64", "bool": "bool"}


@cache
def dictionary() -> dict[str, Any]:
    text = files("talentplan.workspace").joinpath("tables.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def empty(name: str) -> pd.DataFrame:
    return frame(name, ())


def frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One table of the dictionary; columns left out take their default."""
    columns = dictionary()["columns"][name]
    full = [{c: row.get(c, spec.get("default")) for c, spec in columns.items()} for row in rows]
    table = pd.DataFrame(full, columns=list(columns))
    for column, spec in columns.items():
        dtype = DTYPES.get(spec["type"])
        table[column] = table[column].astype(dtype) if dtype else table[column].astype(object)
    return table.sort_values(dictionary()["tables"][name]["key"], ignore_index=True)


def case(
    *,
    first_year: int,
    years: int = 3,
    tail: int = 2,
    policy: Mapping[str, Any] | None = None,
    forecast: Mapping[str, Any] | None = None,
    **tables: Sequence[Mapping[str, Any]],
) -> Case:
    """A Case of the tables given; every other table is empty."""
    label = {"zh": "例", "en": "example"}
    settings = Settings.model_validate(
        {
            "name": "tiny",
            "title": label,
            "region": label,
            "tables": ".",
            "horizon": {"first_year": first_year, "years": years},
            "policy": dict(policy or {}),
            "forecast": dict(forecast or {}),
        }
    )
    filled = {name: empty(name) for name in dictionary()["tables"]}
    filled |= {name: frame(name, rows) for name, rows in tables.items()}
    return Case("tiny", "baseline", settings, filled, (), tail, "by hand")
