"""A grid to the cells of one table: finds the heading, leaves out what is no data, refuses by name what is unclear."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Cells, Say, table_problem
from talentplan.workspace.dictionary import TableSpec
from talentplan.workspace.grids import Grid
from talentplan.workspace.headings import column_of, is_remark, is_unit, unknown_columns
from talentplan.workspace.values import half_width

__all__ = ["sift"]

LOG = logging.getLogger(__name__)
TOTAL = re.compile(r"(合计|总计|小计|共计|总数|total|subtotal|grandtotal|sum)[:：]?(\(.*\))?", re.IGNORECASE)
TOTAL_STARTS = set("合总小共tTsSgG")
FOOTNOTE = re.compile(r"(备?注|说明|资料来源|数据来源|填表说明|notes?|sources?)\s*\d*\s*[:：]", re.IGNORECASE)
SIGNED = re.compile(
    r"((填表|填报|制表|审核|复核|单位)(人|负责人|日期|时间|单位)?|负责人|日期)(\(?(签字|签名|盖章|签章)\))?\s*:.*|\d{4}年\d{1,2}月\d{1,2}日"
)
HEADING_WITHIN = 10
"""Rows among which the heading must stand."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """The texts that head the columns, and where they stand: `first` to `last` index among the rows, both included."""

    texts: list[str]
    first: int
    last: int


def sift(spec: TableSpec, grid: Grid) -> tuple[Cells, list[Problem]]:
    """The cells of one table by column name, without blank rows, totals, footnotes and repeated headings."""
    none = np.zeros(0, dtype=np.int64)
    rows = [[None if _is_blank(v) else v for v in row] for row in grid.rows]
    if not any(v is not None for row in rows for v in row):
        return Cells(spec.name, grid.file, grid.sheet, pd.DataFrame(), none), []
    heading = _find_heading(spec, rows)
    if heading is None:
        failed = Cells(spec.name, grid.file, grid.sheet, pd.DataFrame(), none, failed=True)
        return failed, [_no_heading(spec, grid, rows)]
    number = grid.numbers[heading.last]
    kept = _data_rows(spec, grid, rows, heading)
    columns, problems = _columns(spec, grid, heading, [rows[i] for i in kept])
    problems += _wide(spec, grid, rows, kept, len(heading.texts))
    frame = pd.DataFrame(
        {name: pd.Series([_at(rows[i], c) for i in kept], dtype=object) for name, c in columns.items()}
    )
    problems = [p if p.row is not None else _with_row(p, number) for p in problems]
    numbers = np.array([grid.numbers[i] for i in kept], dtype=np.int64)
    headings = {name: heading.texts[c] for name, c in columns.items() if heading.texts[c] != name}
    return Cells(spec.name, grid.file, grid.sheet, frame, numbers, headings, heading_row=number), problems


def _wide(spec: TableSpec, grid: Grid, rows: Sequence[Row], kept: Sequence[int], width: int) -> list[Problem]:
    """Cells to the right of the last heading: columns without a heading, or rows with cells too many."""
    widest = max((len(rows[i]) for i in kept), default=0)
    filled = {c: [i for i in kept if _at(rows[i], c) is not None] for c in range(width, widest)}
    nameless = [c for c, where in filled.items() if len(where) > 1 and 2 * len(where) >= len(kept)]
    problems = [_nameless(spec, grid, c) for c in nameless]
    rule = Say("一行的单元格不得多于列名", "a row may not have more cells than there are headings")
    repair = Say(
        "含逗号的文本要加引号，多余的单元格要删去", "put text that holds a comma in quotes, and delete surplus cells"
    )
    single = {i: c for c, where in filled.items() if c not in nameless for i in where}
    for i, c in sorted(single.items()):
        number, value = grid.numbers[i], str(rows[i][c])
        problems.append(table_problem(spec, grid.file, rule, repair, sheet=grid.sheet, row=number, value=value))
    return problems


def _with_row(p: Problem, row: int) -> Problem:
    return Problem(p.table, p.file, row, p.column, p.value, p.rule_zh, p.rule_en, p.repair_zh, p.repair_en, p.sheet)


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return not half_width(value)
    return value is None or (isinstance(value, float) and np.isnan(value))


def _at(row: Row, c: int) -> Any:
    return row[c] if c < len(row) else None


def _find_heading(spec: TableSpec, rows: Sequence[Row]) -> Heading | None:
    """The row, or the pair of rows under merged headings, in which most columns of the table are recognised.

    Two rows count as one heading where every filled cell of the lower one names a column; the lower cell wins.
    """
    best, most = None, 0
    filled = [i for i, row in enumerate(rows) if any(v is not None for v in row)][:HEADING_WITHIN]
    for n, i in enumerate(filled):
        texts = [_text(v) for v in rows[i]]
        score = _recognised(spec, texts)
        if score > most:
            best, most = Heading(texts, i, i), score
        if n + 1 < len(filled) and filled[n + 1] == i + 1:
            below = [_text(v) for v in rows[i + 1]]
            if all(not t or column_of(spec, t) or is_remark(t) for t in below):
                width = max(len(texts), len(below))
                both = [_at(below, c) or _at(texts, c) or "" for c in range(width)]
                score = _recognised(spec, both)
                if score > most and _recognised(spec, below) < score:
                    best, most = Heading(both, i, i + 1), score
    if best is None or most < min(2, len(spec.key)):
        return None
    return Heading(_trimmed(best.texts), best.first, best.last)


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1]:
        texts = texts[:-1]
    return texts


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _recognised(spec: TableSpec, texts: Sequence[str]) -> int:
    found = {c.name for t in texts if t for c in [column_of(spec, t)] if c is not None}
    return len(found)


def _no_heading(spec: TableSpec, grid: Grid, rows: Sequence[Row]) -> Problem:
    first = next(i for i, row in enumerate(rows) if any(v is not None for v in row))
    wanted = [c for c in spec.columns if c.required]
    return table_problem(
        spec,
        grid.file,
        Say("表头必须写明列名", "the heading must name the columns"),
        Say(
            "在一行内写列名：" + "、".join(c.zh for c in wanted),
            "head the columns in one row: " + ", ".join(c.name for c in wanted),
        ),
        sheet=grid.sheet,
        row=grid.numbers[first],
        value=" | ".join(_text(v) for v in rows[first] if v is not None)[:80],
    )


def _data_rows(spec: TableSpec, grid: Grid, rows: Sequence[Row], heading: Heading) -> list[int]:
    """Indices of the rows below the heading that are data; what is left out is logged."""
    kept = []
    again = [t for t in heading.texts if t]
    for i in range(heading.last + 1, len(rows)):
        cells = [v for v in rows[i] if v is not None]
        texts = [half_width(v) for v in cells if isinstance(v, str)]
        if not cells:
            continue
        if any(t[:1] in TOTAL_STARTS and TOTAL.fullmatch(re.sub(r"\s+", "", t)) for t in texts):
            reason = "a total"
        elif len(cells) == 1 and texts and FOOTNOTE.match(texts[0]):
            reason = "a footnote"
        elif len(texts) == len(cells) and all(SIGNED.fullmatch(t) for t in texts):
            reason = "a signature"
        elif i <= heading.last + 2 and len(texts) == len(cells) and _only_units(spec, heading, rows[i]):
            reason = "a row of units"
        elif [_text(v) for v in cells] == again:
            reason = "a repeated heading"
        else:
            kept.append(i)
            continue
        LOG.info("%s %s row %d left out: %s", spec.name, grid.file, grid.numbers[i], reason)
    return kept


def _only_units(spec: TableSpec, heading: Heading, row: Row) -> bool:
    """Whether every filled cell of a row is the unit of its column, so that nothing is lost without it."""
    columns = [(column_of(spec, _at(heading.texts, c) or ""), v) for c, v in enumerate(row) if v is not None]
    return all(column is not None and is_unit(column, v) for column, v in columns)


def _columns(
    spec: TableSpec, grid: Grid, heading: Heading, data: Sequence[Row]
) -> tuple[dict[str, int], list[Problem]]:
    """The position of every recognised column; headings that are unknown, double or missing above data are problems."""
    columns: dict[str, int] = {}
    problems: list[Problem] = []
    unknown = []
    for c, text in enumerate(heading.texts):
        column = column_of(spec, text) if text else None
        if column is None:
            if text and not is_remark(text):
                unknown.append(text)
            elif not text and any(_at(row, c) is not None for row in data):
                problems.append(_nameless(spec, grid, c))
        elif column.name in columns:
            rule = Say(f"“{column.zh}”列只能出现一次", f"the column {column.name} may stand only once")
            repair = Say(
                f"第 {letter(columns[column.name])} 列和第 {letter(c)} 列同名，删去或改名其一",
                f"columns {letter(columns[column.name])} and {letter(c)} bear it; delete or rename one of them",
            )
            problems.append(
                table_problem(spec, grid.file, rule, repair, sheet=grid.sheet, column=column.name, value=text)
            )
        else:
            columns[column.name] = c
    return columns, problems + unknown_columns(spec, grid.file, grid.sheet, None, unknown)


def _nameless(spec: TableSpec, grid: Grid, c: int) -> Problem:
    rule = Say(
        "有数据的列必须有列名（合并的表头要拆开）",
        "a column with data must have a heading of its own (merged headings must be split)",
    )
    repair = Say(f"在第 {letter(c)} 列的表头写上列名", f"write a heading for column {letter(c)}")
    return table_problem(spec, grid.file, rule, repair, sheet=grid.sheet, column=letter(c))


def letter(c: int) -> str:
    """The letters of a spreadsheet column, from its position.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    c += 1
    while c:
        c, rest = divmod(c - 1, 26)
        text = chr(65 + rest) + text
    return text
