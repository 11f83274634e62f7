"""plan.xlsx: the enrolment plan as it is filed, and the tables behind it, in one language.

Formulas refer to cells of their own sheet only and carry their values, so that readers that do not calculate see them.
Text that begins like a formula gets a leading apostrophe. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from talentplan.plan.plan import Plan
from talentplan.report import basis, intake_tables, means_tables, outcome_tables, summary
from talentplan.report.tables import Column, Kind, Source, View, kind_of_unit, records
from talentplan.report.words import Lang
from talentplan.workspace.case import Case

__all__ = ["safe", "write_workbook"]

CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date, so that the same plan gives the same bytes
NUMBERS: Mapping[str, str] = {
    "persons": "#,##0", "change": "+#,##0;-#,##0;0", "share": "0.0%", "year": "0", "whole": "#,##0",
    "number": "#,##0.0#", "tenths": "#,##0.0", "hundredths": "#,##0.00",
}  # fmt: skip
WIDTHS: Mapping[str, float] = {
    "school_code": 7, "school_name": 28, "program_code": 8.5, "program_name": 22, "level": 12, "track": 10,
    "duration": 5.5, "entrant_group": 27, "authority": 9.5, "control": 8, "last_plan": 8.5, "plan": 8.5, "change": 7.5,
    "classes": 6.5, "registered": 8.5, "verdict": 9, "list": 9, "because": 34, "limited": 48, "illustrative": 12.5,
    "occupation_code": 12, "occupation_name": 28, "year": 9, "pathway": 24, "from_line": 44, "to_line": 44, "indicator": 28,
    "unit": 16, "investment": 30, "school": 25, "cluster": 18, "earmark": 20, "kind": 12, "years": 12, "family": 15,
    "scope": 40, "used": 14, "limit": 14, "stated": 14,
    "state": 11, "reached": 17, "sentence": 64, "rule": 18, "text": 56, "source": 34, "units": 8,
    "spent": 12, "grants": 12, "net": 12, "available": 12, "left": 12, "cost": 12, "own_money": 8, "payer": 28, "table": 28,
    "owner": 28, "resource": 30, "borrower": 28, "workplaces": 11, "hours": 10, "delivered": 10, "teachers": 10, "completers": 10, "used_in": 12,
    "seats": 10, "partner": 28, "line": 44, "in_years": 18, "ordered": 10, "held": 10, "filled": 10, "works_as": 28, "share": 12.5, "taught_out": 10, "fact": 26, "value": 80,
}  # fmt: skip
CENTRED = ("duration", "control", "year", "verdict", "state", "years", "reached", "used_in", "in_years", "unit")
YEARLESS = ("rules", "basis")  # sheets whose figures belong to no year
FIRST_YEAR = ("layout",)  # sheets of next year's plan alone


def write_workbook(plan: Plan, case: Case, path: Path, lang: Lang = "zh") -> None:
    """Write the workbook in one language."""
    source = Source(plan, case, lang)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        title = case.settings.title.zh if lang == "zh" else case.settings.title.en
        workbook.set_properties({"title": safe(title), "author": "talentplan", "created": CREATED})
        book = _Book(workbook, source, _formats(workbook, lang))
        _intake(book)
        _list(book, intake_tables.layout(source), freeze=4)
        for view, kept in ((intake_tables.mergers(source), 0), (intake_tables.orders(source), 3)):
            if len(view.frame):
                _list(book, view, freeze=kept)
        note = source.words("book", "sums_note")
        _list(book, outcome_tables.balance(source), freeze=3, note=note)
        _list(book, outcome_tables.surplus_rows(source), freeze=3, note=note)
        _list(book, outcome_tables.progression(source), freeze=3, note=note)
        _list(book, means_tables.budget(source))
        _list(book, means_tables.investments(source), freeze=2)
        payers = means_tables.payers(source)
        if len(payers.frame):
            _list(book, payers, freeze=1)
        _list(book, means_tables.hiring(source), freeze=1, note=source.words("book", "hiring_note"))
        _list(book, means_tables.sharing(source), freeze=3, note=source.words("book", "sharing_note"))
        limits = means_tables.limits(source)
        hidden = len(plan.table("limits")) - sum(len(years) for years in limits.frame["year"])
        note = source.words("book", "limits_note", n=f"{hidden:,}")
        _list(book, limits, note=note, freeze=2)
        rules = means_tables.rules(source)
        _list(book, rules, note="" if len(rules.frame) else source.words("sentence", "no_rules"))
        _list(book, outcome_tables.indicators(source, every_year=True))
        _list(book, basis.data_basis(source), freeze=1)
        _notes(book)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("普通"), safe("-")
    ("'=1+1", '普通', "'-")
    """
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@dataclass(frozen=True, slots=True)
class _Book:
    workbook: Workbook
    source: Source
    formats: Mapping[str, Format]

    def sheet(self, code: str) -> Worksheet:
        """A new sheet set up for A4 landscape."""
        words = self.source.words
        sheet: Worksheet = self.workbook.add_worksheet(words("sheet", code))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        footer = f"&L{words('sheet', code)}&C{words('book', 'footer')}&R{self.source.plan.fingerprint[:12]}"
        sheet.set_footer(footer)
        return sheet

    def cell(
        self, sheet: Worksheet, at: tuple[int, int], kind: Kind, value: Any, *, style: str = "", key: str = ""
    ) -> None:
        """A value in the format of its kind; a number that is not there stays blank."""
        form = self.formats[f"{kind}{style}{'_centred' if key in CENTRED else ''}"]
        if key == "control" and style == "_propose":
            form = self.formats["mark"]
        if kind == "text":
            sheet.write_string(*at, safe(str(value)), form)
        elif math.isnan(value):
            sheet.write_blank(*at, None, form)
        else:
            scale = self.source.words.money_scale if kind == "money" else 1.0
            sheet.write_number(*at, float(value) / scale, form)


def _formats(workbook: Workbook, lang: Lang) -> dict[str, Format]:
    font = {"font_name": "微软雅黑" if lang == "zh" else "Calibri", "font_size": 10, "valign": "vcenter"}
    money = "#,##0" if lang == "zh" else "#,##0.00"
    styles: dict[str, dict[str, Any]] = {
        "": {},
        "_sum": {"bold": True, "bg_color": "#EAF0F6"},
        "_grand": {"bold": True, "bg_color": "#CFDDEA", "top": 2},
        "_given": {"font_color": "#5A6675"},
        "_propose": {},
    }
    found = {}
    lines = {"border": 1, "border_color": "#B9C2CE"}
    for style, look in styles.items():
        for kind, pattern in {**NUMBERS, "money": money, "text": "@"}.items():
            each = {**font, "num_format": pattern, "text_wrap": kind == "text", **lines, **look}
            found[f"{kind}{style}"] = workbook.add_format(each)
            found[f"{kind}{style}_centred"] = workbook.add_format({**each, "align": "center"})
    mark = {"bold": True, "font_color": "#8A4B00", "bg_color": "#FFF4E0", "align": "center", **lines}
    found["mark"] = workbook.add_format({**font, **mark})
    head = {
        **font,
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "bg_color": "#DCE6F0",
        "border": 1,
        "border_color": "#8793A3",
    }
    found["head"] = workbook.add_format(head)
    found["title"] = workbook.add_format({**font, "bold": True, "font_size": 15, "align": "center"})
    found["heading"] = workbook.add_format({**font, "bold": True, "font_size": 14})
    found["block"] = workbook.add_format({**font, "bold": True, "font_size": 12})
    found["plain"] = workbook.add_format({**font, "text_wrap": True, "valign": "top"})
    found["note"] = workbook.add_format(font)
    found["stamp"] = workbook.add_format({**font, "bold": True, "font_color": "#A3241F", "text_wrap": True})
    return found


def _heads(book: _Book, sheet: Worksheet, row: int, view: View, widths: list[float]) -> None:
    """The heads of a table, with the unit where it is money, in a row high enough for all of them."""
    words, most = book.source.words, 2
    for column, shape in enumerate(view.columns):
        label = shape.label + (words.bracket(words("general", "money")) if shape.kind == "money" else "")
        sheet.write_string(row, column, label, book.formats["head"])
        most = max(most, math.ceil(1.2 * _letters(label) / widths[column]))
    sheet.set_row(row, 4 + 14 * most)


def _letters(text: str) -> float:
    """Width of a text in letters; a Chinese character is nearly as wide as two."""
    return sum(1.85 if ord(letter) > 0x2E80 else 1 for letter in text)


def _height(sheet: Worksheet, row: int, view: View, record: Mapping[str, Any], widths: list[float]) -> None:
    """Make a row as high as its longest wrapped text needs."""
    most = 1
    for column, width in zip(view.columns, widths, strict=False):
        if column.kind == "text":
            most = max(most, math.ceil(_letters(str(record[column.key])) / width))
    sheet.set_row(row, 4 + 13.5 * most)


def _widths(sheet: Worksheet, views: list[View]) -> list[float]:
    """Set the columns of a sheet as wide as its widest table needs."""
    found = []
    for column in range(max(len(view.columns) for view in views)):
        keys = [view.columns[column].key for view in views if column < len(view.columns)]
        found.append(max(WIDTHS.get(key, 8.5) for key in keys))
        sheet.set_column(column, column, found[-1])
    return found


def _intake(book: _Book) -> None:
    """The enrolment plan by school, subtotals and grand total as formulas with values."""
    source, words = book.source, book.source.words
    view = intake_tables.lines(source)
    sheet = book.sheet("intake")
    last = len(view.columns) - 1
    title = words("book", "title", region=source.region, year=source.first)
    sheet.merge_range(0, 0, 0, last, safe(title), book.formats["title"])
    sheet.set_row(0, 28)
    _subtitle(book, sheet, words("book", "unit"), last)
    widths = _widths(sheet, [view])
    _heads(book, sheet, 2, view, widths)
    row, first = 3, 3
    for _, block in view.frame.groupby("school_code", sort=False):
        for record in records(block):
            _height(sheet, row, view, record, widths)
            _line(book, sheet, row, view, record)
            row += 1
        label = f"{block['school_name'].iloc[0]} {words('general', 'subtotal')}"
        span = (row - len(block), row - 1)
        _sums(book, sheet, row, view, span=span, block=block, label=label, style="_sum")
        row += 1
    span = (first, max(row - 1, first))
    _sums(book, sheet, row, view, span=span, block=view.frame, label=words("book", "grand"), style="_grand")
    sheet.write_string(row + 2, 0, words("book", "note_propose"), book.formats["block"])
    sheet.write_string(row + 4, 0, words("book", "filed"), book.formats["block"])
    sheet.freeze_panes(3, 4)
    sheet.repeat_rows(2)
    sheet.print_area(0, 0, row + 4, last)


def _subtitle(book: _Book, sheet: Worksheet, text: str, last: int) -> None:
    """The second row of a sheet: whether the data is illustrative, the scenario, and what else there is to say."""
    source, words = book.source, book.source.words
    made_up = basis.made_up(source.case)
    stamp = f"【{words('general', 'illustrative')}】" if made_up else ""
    scenario = f"{words('general', 'scenario')}{'：' if source.lang == 'zh' else ': '}{_scenario(source)}"
    form = book.formats["stamp" if made_up else "plain"]
    sheet.merge_range(1, 0, 1, last, f"{stamp}{scenario}    {text}".rstrip(), form)


_SUMMED = ("last_plan", "plan", "change", "classes", "registered", "reserved")


def _line(book: _Book, sheet: Worksheet, row: int, view: View, record: dict[str, Any]) -> None:
    style = {"given": "_given", "propose": "_propose"}.get(record["control_code"], "")
    keys = [column.key for column in view.columns]
    for k, column in enumerate(view.columns):
        if column.key == "change":
            now, before = (xl_rowcol_to_cell(row, keys.index(key)) for key in ("plan", "last_plan"))
            sheet.write_formula(
                row, k, f"={now}-{before}", book.formats[f"change{style}"], value=float(record["change"])
            )
        else:
            book.cell(sheet, (row, k), column.kind, record[column.key], style=style, key=column.key)


def _sums(
    book: _Book, sheet: Worksheet, row: int, view: View, *, span: tuple[int, int], block: pd.DataFrame, label: str,
    style: str,
) -> None:  # fmt: skip
    """One row of SUBTOTAL(9, ...), which leaves out the subtotals inside its span."""
    sheet.set_row(row, 19)
    for k, column in enumerate(view.columns):
        if column.key not in _SUMMED:
            text = label if k == 0 else ""
            sheet.write_string(row, k, safe(text), book.formats[f"text{style}"])
            continue
        cells = f"{xl_rowcol_to_cell(span[0], k)}:{xl_rowcol_to_cell(span[1], k)}"
        value = float(block[column.key].sum())
        sheet.write_formula(row, k, f"=SUBTOTAL(9,{cells})", book.formats[f"{column.kind}{style}"], value=value)
    sheet.merge_range(row, 0, row, 3, safe(label), book.formats[f"text{style}"])


def _scenario(source: Source) -> str:
    return source.case.scenario_title[0 if source.lang == "zh" else 1]


def _list(book: _Book, view: View, *, freeze: int = 0, note: str = "") -> None:
    """A sheet of one table, which can be filtered, keeps its heads in sight and repeats them on every printed page."""
    code = view.name
    sheet, words, years = book.sheet(code), book.source.words, book.source.years
    span = "" if code in YEARLESS else f" {years[0]}" if code in FIRST_YEAR else f" {years[0]}–{years[-1]}"
    sheet.write_string(0, 0, words("sheet", code) + span, book.formats["heading"])
    sheet.set_row(0, 24)
    _subtitle(book, sheet, note, len(view.columns) - 1)
    widths = _widths(sheet, [view])
    row = 2
    _heads(book, sheet, row, view, widths)
    for record in view.rows:
        row += 1
        _height(sheet, row, view, record, widths)
        for k, column in enumerate(view.columns):
            kind = kind_of_unit(record["unit_code"]) if column.kind in {"by_unit", "difference"} else column.kind
            if column.kind == "difference" and kind == "persons":
                kind = "change"
            book.cell(sheet, (row, k), kind, record[column.key], key=column.key)
    if view.totals:
        _totals(book, sheet, row + 1, view)
    if len(view.frame):
        sheet.autofilter(2, 0, 2 + len(view.frame), len(view.columns) - 1)
    sheet.freeze_panes(3, freeze)
    sheet.repeat_rows(2)


def _totals(book: _Book, sheet: Worksheet, row: int, view: View) -> None:
    """A last row that sums the table above it, each sum a formula with its value; a share of all is no sum."""
    first = row - len(view.frame)
    for k, column in enumerate(view.columns):
        form = book.formats[f"{column.kind}_sum"]
        if column.key not in view.totals or row == first:
            text = book.source.words("general", "total") if k == 0 else ""
            sheet.write_string(row, k, text, book.formats["text_sum"])
            continue
        if column.kind == "share":
            book.cell(sheet, (row, k), column.kind, view.totals[column.key], style="_sum")
            continue
        scale = book.source.words.money_scale if column.kind == "money" else 1.0
        cells = f"{xl_rowcol_to_cell(first, k)}:{xl_rowcol_to_cell(row - 1, k)}"
        sheet.write_formula(row, k, f"=SUM({cells})", form, value=view.totals[column.key] / scale)


def _notes(book: _Book) -> None:
    """What the workbook rests on: units, defaults, what is illustrative, fingerprint, audit and solution."""
    source, words, case = book.source, book.source.words, book.source.case
    sheet = book.sheet("notes")
    *owned, checked = summary.notices(source)
    zh = source.lang == "zh"
    rows = [
        (words("general", "scenario"), _scenario(source), ""),
        (words("general", "fingerprint"), case.fingerprint, ""),
        (words("book", "units"), words("book", "units_note"), ""),
        (words("column", "control"), words("book", "note_propose"), ""),
        *((words("general", "illustrative"), text, tone) for tone, text in owned if tone == "warn"),
        *((words("head", "defaulted"), item.zh if zh else item.en, "") for item in case.defaulted),
        *((words("head", "undecided"), item.zh if zh else item.en, "") for item in case.settings.excluded),
        *((words("head", "patches"), item, "") for item in case.applied),
        (words("head", "facts"), checked[1], checked[0]),
    ]
    shape = (Column("fact", words("book", "what")), Column("value", words("book", "says")))
    said = View("notes", words("sheet", "notes"), shape, pd.DataFrame(rows, columns=["fact", "value", "tone"]))
    facts = basis.facts(source)
    widths = _widths(sheet, [said, facts])
    row = 0
    for view in (said, facts):
        if view is facts:
            sheet.write_string(row, 0, view.title, book.formats["block"])
            row += 1
        _heads(book, sheet, row, view, widths)
        for record in view.rows:
            row += 1
            _height(sheet, row, view, record, widths)
            form = book.formats["stamp" if record.get("tone") == "warn" else "text"]
            sheet.write_string(row, 0, safe(record["fact"]), book.formats["text"])
            sheet.write_string(row, 1, safe(record["value"]), form)
        row += 2
    sheet.write_string(row - 1, 0, words("fact", "judgement"), book.formats["note"])
