"""A workspace on disk that a test may damage: the tiny region as one CSV file per table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from tests.tiny import tiny_tables

from talentplan.workspace import Case, load_dictionary, read_case

Grid = list[list[Any]]


class Disk:
    """Model file, tables and the ways to spoil them. Line 1 of a file is its heading, line n + 1 the n-th row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings, tables = tiny_tables()
        self.model = folder / "tiny.yaml"
        self.model.write_text(yaml.safe_dump(self.settings, allow_unicode=True, sort_keys=False), "utf-8")
        for name, rows in tables.items():
            columns = list(rows[0])
            self.grid(name, [columns, *([row.get(c) for c in columns] for row in rows)])

    def path(self, table: str, suffix: str = ".csv") -> Path:
        path = self.folder / "data" / load_dictionary()[table].folder / f"{table}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def grid(self, table: str, rows: Grid, encoding: str = "utf-8") -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.path(table).write_bytes(text.getvalue().encode(encoding))

    def rows(self, table: str) -> Grid:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def put(self, table: str, line: int, column: str, value: Any) -> None:
        rows = self.rows(table)
        rows[line - 1][rows[0].index(column)] = value
        self.grid(table, rows)

    def add(self, table: str, **cells: Any) -> int:
        """Appends a row and returns its line."""
        rows = self.rows(table)
        rows[0] += [c for c in cells if c not in rows[0]]
        rows = [row + [""] * (len(rows[0]) - len(row)) for row in rows]
        self.grid(table, [*rows, [cells.get(c, "") for c in rows[0]]])
        return len(rows) + 1

    def column(self, table: str, name: str, values: Callable[[int], Any]) -> None:
        """Adds a column, or replaces one; `values` gives the cell of each line."""
        rows = self.rows(table)
        if name not in rows[0]:
            rows = [[*row, ""] for row in rows]
            rows[0][-1] = name
        c = rows[0].index(name)
        for i, row in enumerate(rows[1:], start=2):
            row[c] = values(i)
        self.grid(table, rows)

    def head(self, table: str, **names: str) -> None:
        """Renames headings."""
        rows = self.rows(table)
        self.grid(table, [[names.get(c, c) for c in rows[0]], *rows[1:]])

    def insert(self, table: str, line: int, *cells: Any) -> None:
        """Puts a row before a line."""
        rows = self.rows(table)
        self.grid(table, [*rows[: line - 1], list(cells), *rows[line - 1 :]])

    def text(self, table: str, change: Callable[[str], str], encoding: str = "utf-8") -> None:
        path = self.path(table)
        path.write_bytes(change(path.read_text("utf-8")).encode(encoding))

    def book(self, table: str, rows: Grid | None = None, sheet: str = "Sheet1", merged: Sequence[str] = ()) -> None:
        """Replaces the CSV file of a table by a workbook, numbers as numbers."""
        rows = [[as_cell(v) for v in row] for row in self.rows(table)] if rows is None else rows
        self.path(table).unlink(missing_ok=True)
        write_book(self.path(table, ".xlsx"), {sheet: rows}, merged)

    def read(self, scenario: str | None = None) -> Case:
        return read_case(self.model, scenario)


def as_cell(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def write_book(path: Path, sheets: dict[str, Grid], merged: Sequence[str] = ()) -> None:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value not in ("", None):
                    sheet.write(r, c, value)
        for cells in merged:
            sheet.merge_range(cells, "")
    book.close()
