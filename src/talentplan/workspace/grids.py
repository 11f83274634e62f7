"""Files to grids of cells with their true row numbers: CSV in three encodings, and workbooks."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import python_calamine as calamine

from talentplan.errors import Problem
from talentplan.workspace.cells import Say

__all__ = ["Grid", "read_csv", "read_workbook"]

DELIMITERS = ",;\t"
BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
UNCOMPUTED_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"(?![^>]*\bt="str")[^>]*>(?:<f[^>]*>([^<]*)</f>)(?:<v></v>|<v ?/>)?</c>', re.DOTALL
)
ERROR_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>([^<]*)</v>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells row by row. numbers: the line of the file or the row of the sheet where each row starts.

    hidden: a sheet that nobody sees, without its cells.
    """

    file: str
    sheet: str | None
    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int]
    hidden: bool = False


def file_problem(
    file: str, table: str, value: str, rule: Say, repair: Say, *, sheet: str | None = None, row: int | None = None
) -> Problem:
    """A problem of a whole file or sheet."""
    return Problem(
        table=table,
        file=file,
        row=row,
        column=None,
        value=value,
        rule_zh=rule.zh,
        rule_en=rule.en,
        repair_zh=repair.zh,
        repair_en=repair.en,
        sheet=sheet,
    )


def _decode(raw: bytes) -> str | None:
    """Text of a file: by its byte-order mark, else UTF-8, else GB18030; None where it is none of these."""
    tries = [name for mark, name in BOMS if raw.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in tries:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_csv(path: Path, file: str, table: str) -> tuple[Grid | None, list[Problem]]:
    """One CSV file, its delimiter found in its first line; `file` is the name that problems show."""
    try:
        text = _decode(path.read_bytes())
    except OSError as error:
        rule = Say("文件必须能读取", "the file must be readable")
        repair = Say("检查文件是否被占用或无权限", "check whether it is open elsewhere, and its permissions")
        return None, [file_problem(file, table, str(error.strerror), rule, repair)]
    if text is None or "\0" in text:
        if path.read_bytes().startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            rule = Say(
                "扩展名必须与内容相符：这是工作簿，不是文本", "its name must say what it is: a workbook, no text"
            )
            repair = Say("把扩展名改为 .xlsx 或 .xls", "rename it so that it ends in .xlsx or .xls")
            return None, [file_problem(file, table, path.name, rule, repair)]
        rule = Say("文件必须是 UTF-8 或 GB18030 文本", "the file must be text in UTF-8 or GB18030")
        repair = Say("在表格软件中另存为 CSV UTF-8", "save it as CSV UTF-8 in the spreadsheet program")
        return None, [file_problem(file, table, "", rule, repair)]
    rows, numbers, start = [], [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            rows.append(row)
            numbers.append(start)
            start = reader.line_num + 1
    except csv.Error:
        rule = Say("引号必须成对，每行必须能拆成单元格", "quotes must be paired so that every line splits into cells")
        repair = Say("检查该行的引号", "check the quotes of this row")
        return None, [file_problem(file, table, "", rule, repair, row=start)]
    return Grid(file, None, rows, numbers), []


def _delimiter(text: str) -> str:
    """The delimiter that stands most often, outside quotes, in the first lines."""
    bare = "\n".join("".join(line.split('"')[::2]) for line in text.splitlines()[:10])
    return max(DELIMITERS, key=bare.count)


def read_workbook(path: Path, file: str) -> tuple[list[Grid], list[Problem]]:
    """Every sheet of a workbook; of those that are hidden the name alone."""
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            grids = [_sheet(book, file, m) for m in book.sheets_metadata]
        _mark_errors(path, grids)
        return grids, []
    except calamine.PasswordError:
        rule = Say("工作簿不得加密", "the workbook must not be protected by a password")
        repair = Say("取消密码后重新保存", "take the password off and save it again")
    except (calamine.CalamineError, OSError):
        rule = Say("工作簿必须能读取", "the workbook must be readable")
        repair = Say("在表格软件中打开并另存为 .xlsx", "open it in the spreadsheet program and save it as .xlsx")
    return [], [file_problem(file, "workbook", "", rule, repair)]


def _sheet(book: calamine.CalamineWorkbook, file: str, sheet: calamine.SheetMetadata) -> Grid:
    if sheet.visible != calamine.SheetVisibleEnum.Visible:
        return Grid(file, sheet.name, [], [], hidden=True)
    rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    return Grid(file, sheet.name, rows, range(1, len(rows) + 1))


def _mark_errors(path: Path, grids: Sequence[Grid]) -> None:
    """Puts back what the reader hands over as empty: error cells (#DIV/0!, #N/A) and formulas that were never computed."""
    if not zipfile.is_zipfile(path):
        return
    by_name = {g.sheet: g for g in grids if not g.hidden}
    with zipfile.ZipFile(path) as book:
        parts = set(book.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
            return
        targets = {e.get("Id"): str(e.get("Target")) for e in ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))}
        for e in ET.fromstring(book.read("xl/workbook.xml")).iter():
            key = next((v for k, v in e.attrib.items() if k.endswith("}id")), None)
            grid = by_name.get(e.get("name", ""))
            if not e.tag.endswith("}sheet") or grid is None or key not in targets:
                continue
            part = targets[key].removeprefix("/xl/").removeprefix("/")
            part = f"xl/{part}"
            if part in parts:
                _put_errors(grid, book.read(part))


def _put_errors(grid: Grid, xml: bytes) -> None:
    found = [(*cell, b"") for cell in ERROR_CELL.findall(xml)] if b't="e"' in xml else []
    found += [(*cell, b"=") for cell in UNCOMPUTED_CELL.findall(xml)] if b"<f" in xml else []
    for letters, row, word, before in found:
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if int(row) <= len(grid.rows) and column <= len(grid.rows[int(row) - 1]):
            grid.rows[int(row) - 1][column - 1] = (before + word).decode("utf-8")  # type: ignore[index]
