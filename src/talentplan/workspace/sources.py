"""Where the tables of a workspace lie: a folder of CSV files and workbooks, or one workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Cells, Say, table_problem
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.grids import Grid, file_problem, read_csv, read_workbook
from talentplan.workspace.headings import is_remark, table_of, unknown_table
from talentplan.workspace.sift import sift

__all__ = ["read_tables"]

TEXTS = {".csv", ".tsv", ".txt"}
BOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
NOT_TABLES = {"说明", "填表说明", "目录", "readme", "contents", "read me"}
OTHER_FOLDERS = {"stakeholders"}
"""Folders that hold tables of other rooms."""


def read_tables(place: Path) -> tuple[dict[str, Cells], list[Problem]]:
    """The cells of every table that is found at `place`, and what could not be understood."""
    if place.is_dir():
        grids, problems = _folder(place)
    elif place.suffix.lower() in BOOKS and place.exists():
        grids, problems = _book(place, place.name, alone=True)
    else:
        rule = Say("数据表所在的文件夹或工作簿必须存在", "the folder or workbook of the tables must exist")
        repair = Say("更正模型文件中的 tables", "correct `tables` in the model file")
        return {}, [file_problem(place.name, "model", place.name, rule, repair)]
    tables: dict[str, Cells] = {}
    for name, grid in grids:
        if grid is None:
            tables.setdefault(name, Cells(name, "", None, pd.DataFrame(), np.zeros(0, dtype=np.int64), failed=True))
        elif name in tables and not tables[name].failed:
            problems.append(_twice(name, grid, tables[name]))
        else:
            tables[name], found = sift(load_dictionary()[name], grid)
            problems += found
    return tables, problems


Found = tuple[list[tuple[str, Grid | None]], list[Problem]]


def _folder(place: Path) -> Found:
    """The tables of a folder and of its subfolders, one level down."""
    grids: list[tuple[str, Grid | None]] = []
    problems: list[Problem] = []
    own = {spec.folder for spec in load_dictionary().tables.values()}
    for path in sorted(_files(place)):
        name, file = path.stem, path.relative_to(place).as_posix()
        table = table_of(name)
        if path.suffix.lower() in BOOKS:
            found, more = _book(path, file, alone=table is None)
            grids += found
            problems += more
        elif table is not None:
            grid, more = read_csv(path, file, table)
            problems += more
            grids.append((table, grid))
        elif path.suffix.lower() == ".csv" and (path.parent.name in own or path.parent == place):
            problems.append(unknown_table(name, file))
    return grids, problems


def _files(place: Path) -> Iterable[Path]:
    folders = [place, *(f for f in place.iterdir() if f.is_dir() and f.name not in OTHER_FOLDERS)]
    for folder in folders:
        for path in folder.iterdir():
            if path.is_file() and path.suffix.lower() in TEXTS | BOOKS and not path.name.startswith(("~$", ".", "#")):
                yield path


def _book(path: Path, file: str, *, alone: bool) -> Found:
    """The tables of a workbook, named by its sheets; one named as a table itself may hold it under any sheet name."""
    own = table_of(path.stem)
    grids, problems = read_workbook(path, file)
    found: list[tuple[str, Grid | None]] = []
    if problems:
        lost = [own] if own is not None and not alone else list(load_dictionary().tables)
        return [(name, None) for name in lost], problems
    others: list[Grid] = []
    for grid in grids:
        table = table_of(grid.sheet or "")
        if grid.hidden:
            problems += [] if table is None else [_hidden(table, grid)]
        elif table is not None:
            found.append((table, grid))
        elif _filled(grid) and not _for_people(grid.sheet or ""):
            others.append(grid)
    if not alone and own is not None and own not in {t for t, _ in found} and len(others) == 1:
        return [*found, (own, others[0])], problems
    return found, problems + [unknown_table(g.sheet or "", file, g.sheet) for g in others]


def _hidden(name: str, grid: Grid) -> Problem:
    rule = Say("隐藏的工作表不读取", "a hidden sheet is not read")
    repair = Say("取消隐藏，或删去、改名", "unhide it, or delete or rename it")
    return table_problem(load_dictionary()[name], grid.file, rule, repair, sheet=grid.sheet, value=grid.sheet or "")


def _filled(grid: Grid) -> bool:
    return any(v not in (None, "") for row in grid.rows for v in row)


def _for_people(sheet: str) -> bool:
    return is_remark(sheet) or sheet.strip().casefold() in NOT_TABLES


def _twice(name: str, grid: Grid, first: Cells) -> Problem:
    spec = load_dictionary()[name]
    other = first.file if first.sheet is None else f"{first.file} [{first.sheet}]"
    rule = Say(f"“{spec.zh}”表只能有一份", f"the table {name} may be given only once")
    repair = Say(f"另一份在 {other}，删去其一", f"the other one is {other}; delete one of them")
    return table_problem(spec, grid.file, rule, repair, sheet=grid.sheet, value=name)
