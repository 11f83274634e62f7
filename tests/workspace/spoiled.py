"""Ways to spoil the tables of a tiny region, as real ones are spoiled."""

from __future__ import annotations

import datetime as dt
from typing import Any

import xlsxwriter
from tests.workspace.disk import Disk, as_cell, write_book

CSV = {
    "employment": "industries/employment.csv",
    "industries": "industries/industries.csv",
    "drivers": "industries/drivers.csv",
    "staffing": "reference/staffing.csv",
    "education_mix": "reference/education_mix.csv",
    "crosswalk": "reference/crosswalk.csv",
}


def transfer(d: Disk, source: str, target: str, grade: int = 1, share: float = 0.1) -> None:
    d.grid("transfers", [["from_offering", "to_offering", "grade", "share"], [source, target, grade, share]])


def loan(d: Disk, source: str, target: str, cluster: str = "") -> None:
    names = ["agreement", "from_school", "to_school", "cluster", "teachers_max"]
    d.grid("teacher_agreements", [names, ["t", source, target, cluster, 2]])


def workshop(d: Disk, kind: str = "lathe", need: str = "lathe", borrower: str = "zz1", owner: str = "gz1") -> None:
    """A workshop of one kind that its owner lends, and a program that needs hours of one kind."""
    names = ["resource", "name_zh", "unit", "kind", "workplaces"]
    d.grid("resources", [names, ["r", "车间", owner, kind, 40]])
    d.grid("agreements", [["agreement", "resource", "school", "hours_max"], ["a", "r", borrower, 100]])
    d.grid("needs", [["program", "kind", "hours"], ["660103", need, 100]])


def shares(d: Disk, table: str, member: str, row: list[Any]) -> None:
    names = ["investment", member, "share", "earmark", "own_money"]
    d.grid(table, [names[: len(row) + 1], ["new-hall", *row]])


# --- repaired ------------------------------------------------------------------------------------------------------


def dated_code(d: Disk) -> None:
    rows = [[as_cell(v) for v in row] for row in d.rows("occupations")]
    rows[2][0] = dt.date(2006, 3, 1)
    d.book("occupations", rows, sheet="职业")


def error_cell(d: Disk) -> None:
    rows = [[as_cell(v) for v in row] for row in d.rows("schools")]
    rows[1][1] = "=1/0"
    d.book("schools", rows, sheet="schools")
    path = d.path("schools", ".xlsx")
    write_error(path, rows)


def write_error(path: Any, rows: list[list[Any]]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("schools")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value == "=1/0":
                sheet.write_formula(r, c, value, None, "#DIV/0!")
            elif value != "":
                sheet.write(r, c, value)
    book.close()


def uncomputed_cell(d: Disk) -> None:
    """A workbook that a program wrote and no spreadsheet program ever computed."""
    rows = [[as_cell(v) for v in row] for row in d.rows("schools")]
    d.path("schools").unlink()
    book = xlsxwriter.Workbook(d.path("schools", ".xlsx"))
    sheet = book.add_worksheet("schools")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value != "":
                sheet.write(r, c, value)
    sheet.write_formula(1, 1, "=SUM(300,400)", None, "")
    book.close()


def hidden_sheet(d: Disk) -> None:
    rows = [[as_cell(v) for v in row] for row in d.rows("roll")]
    d.path("roll").unlink()
    book = xlsxwriter.Workbook(d.path("roll", ".xlsx"))
    book.add_worksheet("说明").write(0, 0, "见隐藏的表")
    sheet = book.add_worksheet("在校生")
    for r, row in enumerate(rows):
        sheet.write_row(r, 0, row)
    sheet.hide()
    book.close()


def merged_keys(d: Disk) -> None:
    """The code of a line written once, over the rows of its years."""
    rows = [[as_cell(v) for v in row] for row in d.rows("intake_history")]
    rows[2][0] = rows[3][0] = ""
    d.book("intake_history", rows, sheet="历年招生", merged=("A2:A4",))


def workbook_called_text(d: Disk) -> None:
    d.book("roll")
    d.path("roll", ".xlsx").rename(d.path("roll"))


def logical_number(d: Disk) -> None:
    rows = [[as_cell(v) for v in row] for row in d.rows("schools")]
    rows[1][1] = True
    d.book("schools", rows, sheet="schools")


def merged_heading(d: Disk) -> None:
    rows = [[as_cell(v) for v in row] for row in d.rows("intake_history")]
    rows[0] = ["offering", "year", "plan", ""]
    d.book("intake_history", rows, sheet="历年招生", merged=("C1:D1",))


def empty_sheet(d: Disk) -> None:
    d.book("programs", [], sheet="programs")


def twice_the_same(d: Disk) -> None:
    write_book(d.folder / "data" / "survey.xlsx", {"units": [["unit", "name_zh", "kind"], ["x1", "厂", "enterprise"]]})


def unknown_sheet(d: Disk) -> None:
    write_book(d.folder / "data" / "survey.xlsx", {"offerngs": [["offering"], ["x1"]]})


def circle(d: Disk) -> None:
    d.put("pathways", 2, "from_offering", "bk1-sk-top")
    d.put("pathways", 2, "to_offering", "gz1-sk")
