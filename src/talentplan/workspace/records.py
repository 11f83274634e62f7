"""Raw cells to records: every column converted, filled with its default, or reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.cells import Cells, Records, Say, table_problem
from talentplan.workspace.dictionary import ColumnSpec, TableSpec
from talentplan.workspace.values import convert

__all__ = ["canonical", "empty_records", "to_records"]


def to_records(spec: TableSpec, cells: Cells) -> tuple[Records, list[Problem]]:
    """One table converted, with the problems of its cells; rows stay as they came."""
    if cells.failed:
        return empty_records(spec, absent=True), []
    problems: list[Problem] = []
    data: dict[str, Any] = {}
    doubt: dict[str, NDArray[np.bool_]] = {}
    origin = pd.DataFrame({"file": cells.file, "sheet": cells.sheet, "row": cells.rows}, dtype=object)
    count = len(cells.frame)
    place = Records(spec, cells.frame, origin, headings=cells.headings)
    for column in spec.columns:
        if column.name not in cells.frame:
            if column.required and count:
                problems.append(_absent(spec, column, cells))
                doubt[column.name] = np.ones(count, dtype=bool)
            data[column.name] = _default(column, count)
            continue
        data[column.name], faults = convert(column, cells.frame[column.name])
        if faults:
            broken = np.zeros(count, dtype=bool)
            broken[[f.position for f in faults]] = True
            doubt[column.name] = broken
            problems += [place.problem(f.position, column.name, f.value, f.rule, f.repair) for f in faults]
    typed = pd.DataFrame({c.name: pd.Series(data[c.name], dtype=c.dtype) for c in spec.columns})
    return Records(spec, typed, origin, doubt, cells.file, cells.sheet, cells.headings), problems


def _absent(spec: TableSpec, column: ColumnSpec, cells: Cells) -> Problem:
    return table_problem(
        spec,
        cells.file,
        Say(f"缺少“{column.zh}”列（{column.name}）", f"the column {column.name} ({column.en}) is missing"),
        Say(f"增加该列并填写：{column.doc_zh or column.zh}", f"add the column and fill it in: {column.doc}"),
        sheet=cells.sheet,
        row=cells.heading_row,
        column=column.name,
    )


def _default(column: ColumnSpec, count: int) -> pd.Series[Any]:
    neutral: Mapping[str, Any] = {"object": "", "int64": 0, "float64": np.nan, "bool": False}
    value = neutral[column.dtype] if column.default is None else column.default
    return pd.Series([value] * count, dtype=column.dtype)


def empty_records(spec: TableSpec, *, absent: bool = False) -> Records:
    """A table without a row."""
    data = pd.DataFrame({c.name: _default(c, 0) for c in spec.columns})
    return Records(spec, data, pd.DataFrame({"file": [], "sheet": [], "row": []}, dtype=object), absent=absent)


def canonical(records: Records) -> pd.DataFrame:
    """The table sorted by its key (no two rows share it), with a fresh index."""
    if len(records.data) < 2:
        return records.data
    return records.data.sort_values(list(records.spec.key), kind="stable", ignore_index=True)
