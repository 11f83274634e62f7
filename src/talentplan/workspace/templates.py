"""Workbooks to fill in, and workbooks of what was filled in: one sheet per table, drawn from the dictionary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from talentplan.workspace.case import Case
from talentplan.workspace.dictionary import ColumnSpec, Dictionary, TableSpec, load_dictionary
from talentplan.workspace.starter import starter_model

__all__ = ["write_form", "write_tables", "write_templates"]

FILLED_ROWS = 5000
"""Rows that get drop-downs and number formats beyond what is filled."""
CONTENTS = "contents"
FORMATS = {"code": "@", "share": "0.0##%", "int": "0", "year": "0"}
TIERS = {
    "zh": {"bureau": "教育局掌握", "survey": "调查取得", "reference": "随产品提供的估计，可替换"},
    "en": {
        "bureau": "held by a bureau",
        "survey": "from surveys",
        "reference": "ships as an estimate, may be replaced",
    },
}
ABSENT = {
    "zh": {"error": "必须提供", "zero": "没有即为零", "unlimited": "没有即不限", "default": "没有即取默认"},
    "en": {"error": "must be given", "zero": "absent means zero", "unlimited": "absent means not limited",
           "default": "absent means a default"},
}  # fmt: skip
WORDS = {
    "zh": {"title": "填表说明", "table": "表", "name": "名称", "row": "一行是", "who": "来源", "absent": "缺失时",
           "column": "列", "unit": "单位", "doc": "说明", "required": "必填", "values": "可填", "empty": "留空则",
           "yes": "是", "no": "否",
           "how": "带 * 的列必须填写。每张表的第一行是列名，请勿合并单元格；单位见批注，不要写在数字后面。"},
    "en": {"title": "How to fill this in", "table": "table", "name": "name", "row": "one row is", "who": "tier",
           "absent": "if missing", "column": "column", "unit": "unit", "doc": "description", "required": "required",
           "values": "one of", "empty": "if empty", "yes": "yes", "no": "no",
           "how": "Columns with * must be filled in. Row 1 of each sheet is its heading; do not merge cells. "
           "Units stand in the comments, never behind a number."},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pen:
    """The workbook being written and its formats."""

    book: Any
    lang: str
    dictionary: Dictionary
    formats: Mapping[str, Any]

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS[self.lang]


def write_templates(folder: Path, lang: str, model_name: str) -> tuple[Path, Path]:
    """An empty workbook and a starter model that names it; returns both paths.

    lang: zh or en, for headings, comments and drop-downs; either is read back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    book, model = folder / f"{model_name}.xlsx", folder / f"{model_name}.yaml"
    empty: dict[str, pd.DataFrame] = {}
    _write(book, lang, empty)
    model.write_text(starter_model(model_name, book.name, lang), "utf-8")
    return book, model


def write_tables(case: Case, path: Path, lang: str = "zh") -> None:
    """The tables of a case as a filled-in template; reading it back gives the same case."""
    _write(path, lang, case.tables)


def write_form(path: Path, name: str, frame: pd.DataFrame, lang: str = "zh") -> None:
    """One table or form as a workbook of one sheet, with drop-downs, comments and headings in one language.

    name: a table or form of the data dictionary. frame: its declared columns.
    """
    with _opened(path, lang) as pen:
        _sheet(pen, load_dictionary()[name], frame)


def _write(path: Path, lang: str, tables: Mapping[str, pd.DataFrame]) -> None:
    with _opened(path, lang) as pen:
        _contents(pen)
        for spec in pen.dictionary.tables.values():
            _sheet(pen, spec, tables.get(spec.name))


@contextmanager
def _opened(path: Path, lang: str) -> Iterator[_Pen]:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        formats = {t: book.add_format({"num_format": f}) for t, f in FORMATS.items()}
        frame = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        formats |= {
            "required": book.add_format({**frame, "bg_color": "#FCE4D6"}),
            "optional": book.add_format({**frame, "bg_color": "#E2EFDA"}),
            "bold": book.add_format({"bold": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        yield _Pen(book, lang, load_dictionary(), formats)


def _contents(pen: _Pen) -> None:
    """The first sheet: every table with a link, then every column with its unit and description."""
    w, sheet = pen.words, pen.book.add_worksheet(CONTENTS)
    for c, width in enumerate((20, 24, 44, 30, 60)):
        sheet.set_column(c, c, width)
    sheet.write_string(0, 0, w["title"], pen.formats["bold"])
    sheet.write_string(1, 0, w["how"])
    sheet.write_row(3, 0, [w[k] for k in ("table", "name", "row", "who", "absent")], pen.formats["bold"])
    r = 4
    for spec in pen.dictionary.tables.values():
        row = spec.row_zh if pen.lang == "zh" else spec.row
        sheet.write_url(r, 0, f"internal:'{spec.name}'!A1", string=spec.name)
        texts = [spec.label(pen.lang), row, TIERS[pen.lang][spec.tier], ABSENT[pen.lang][spec.missing]]
        sheet.write_row(r, 1, texts, pen.formats["wrap"])
        r += 1
    sheet.write_row(r + 1, 0, [w[k] for k in ("table", "column", "doc", "unit", "values")], pen.formats["bold"])
    r += 2
    for spec in pen.dictionary.tables.values():
        for column in spec.columns:
            texts = [spec.label(pen.lang), _head(pen, column), _doc(pen, column), pen.dictionary.unit(column, pen.lang)]
            sheet.write_row(r, 0, [*texts, ", ".join(_choices(pen, column))], pen.formats["wrap"])
            r += 1


def _sheet(pen: _Pen, spec: TableSpec, frame: pd.DataFrame | None) -> None:
    sheet = pen.book.add_worksheet(spec.name)
    sheet.freeze_panes(1, len(spec.key))
    rows = 0 if frame is None else len(frame)
    for c, column in enumerate(spec.columns):
        sheet.set_column(c, c, max(10, 2 + 2 * len(column.zh)), pen.formats.get(column.type))
        sheet.write_string(0, c, _head(pen, column), pen.formats["required" if column.required else "optional"])
        sheet.write_comment(0, c, _comment(pen, column), {"x_scale": 2, "y_scale": 1.5})
        choices = _choices(pen, column)
        if choices:
            last = max(rows, FILLED_ROWS)
            sheet.data_validation(1, c, last, c, {"validate": "list", "source": choices, "ignore_blank": True})
        if frame is not None:
            _fill(pen, sheet, c, column, frame[column.name])


def _fill(pen: _Pen, sheet: Any, c: int, column: ColumnSpec, values: pd.Series[Any]) -> None:
    style = pen.formats.get(column.type)
    words = dict(zip(column.values, _choices(pen, column), strict=True)) if column.type == "enum" else {}
    for r, value in enumerate(values, start=1):
        if column.numeric:
            if not pd.isna(value):
                sheet.write_number(r, c, value, style)
        elif column.type == "bool":
            sheet.write_string(r, c, pen.words["yes" if value else "no"])
        elif value:
            sheet.write_string(r, c, words.get(value, value), style)


def _head(pen: _Pen, column: ColumnSpec) -> str:
    return column.label(pen.lang) + ("*" if column.required else "")


def _doc(pen: _Pen, column: ColumnSpec) -> str:
    return column.doc_zh if pen.lang == "zh" else column.doc


def _choices(pen: _Pen, column: ColumnSpec) -> list[str]:
    if column.type == "bool":
        return [pen.words["yes"], pen.words["no"]]
    return list(column.values_zh if pen.lang == "zh" and column.values_zh else column.values)


def _comment(pen: _Pen, column: ColumnSpec) -> str:
    w, colon = pen.words, "：" if pen.lang == "zh" else ": "
    lines = [_doc(pen, column), f"{w['unit']}{colon}{pen.dictionary.unit(column, pen.lang)}"]
    if column.required:
        lines.append(w["required"])
    elif column.default not in (None, ""):
        lines.append(f"{w['empty']}{colon}{_default(pen, column)}")
    if column.values:
        lines.append(f"{w['values']}{colon}" + ", ".join(_choices(pen, column)))
    return "\n".join(lines)


def _default(pen: _Pen, column: ColumnSpec) -> str:
    if isinstance(column.default, bool):
        return pen.words["yes" if column.default else "no"]
    if column.default in column.values:
        return _choices(pen, column)[column.values.index(str(column.default))]
    return f"{column.default:g}" if isinstance(column.default, int | float) else str(column.default)
