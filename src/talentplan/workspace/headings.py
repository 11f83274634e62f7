"""Headings to columns and names to tables: understood in either language, or refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache

from talentplan.errors import Problem
from talentplan.workspace.cells import Say, table_problem
from talentplan.workspace.dictionary import ColumnSpec, TableSpec, load_dictionary
from talentplan.workspace.values import half_width

__all__ = ["column_of", "is_form", "is_remark", "is_unit", "table_of", "unknown_columns", "unknown_table"]

REMARKS = {"备注", "注", "note", "notes", "remark", "remarks", "序号", "no."}
MARKS = {"必填", "选填", "required", "optional"}
YEAR = re.compile(r"(19|20|21)\d\d年?")
UNIT = re.compile(r"^(.*?)[(\[【{]([^()\[\]【】{}]*)[)\]】}]$", re.DOTALL)


def squeeze(text: str) -> str:
    """A heading as it is compared: half-width, lower case, without blanks, line breaks, underscores and stars.

    >>> squeeze(" 计划数＊ ") == squeeze("计划 数")
    True
    """
    return re.sub(r"[\s_*]+", "", half_width(text)).casefold()


@cache
def _columns(table: str) -> dict[str, ColumnSpec]:
    spec = load_dictionary()[table]
    known: dict[str, ColumnSpec] = {}
    for column in spec.columns:
        for word in (column.name, column.zh, column.en, *column.also):
            known.setdefault(squeeze(word), column)
    return known


@cache
def _tables() -> dict[str, str]:
    known: dict[str, str] = {}
    for spec in load_dictionary().tables.values():
        for word in (spec.name, spec.zh, spec.en):
            known.setdefault(squeeze(word), spec.name)
    return known


def table_of(name: str) -> str | None:
    """The table that a sheet or file name means, by its name or label in either language."""
    return _tables().get(squeeze(name))


def is_form(spec: TableSpec, name: str) -> bool:
    """Whether a sheet bears the name of this form, or its label in either language."""
    return squeeze(name) in {squeeze(word) for word in (spec.name, spec.zh, spec.en)}


def column_of(spec: TableSpec, heading: str) -> ColumnSpec | None:
    """The column a heading means: its name or label, with its own unit in brackets if any; else None."""
    known = _columns(spec.name)
    exact = known.get(squeeze(heading))
    if exact is not None:
        return exact
    match = UNIT.fullmatch(half_width(heading))
    if match is None:
        return None
    column = known.get(squeeze(match[1]))
    if column is None or squeeze(match[2]) not in _units(column):
        return None
    return column


def is_unit(column: ColumnSpec, text: str) -> bool:
    """Whether a text, with or without brackets, is the unit of the column or a word that changes nothing."""
    return squeeze(half_width(text).strip("()[]{}")) in _units(column)


def _units(column: ColumnSpec) -> set[str]:
    """What may stand in brackets behind the heading without changing what the numbers mean."""
    dictionary = load_dictionary()
    units = {dictionary.unit(column, "zh"), column.unit}
    units |= {u.partition("/")[0] for u in units}
    if any(u.startswith("CNY") for u in units):
        units |= {"元", "yuan", "RMB"}
    return {squeeze(u) for u in units | MARKS}


def is_remark(heading: str) -> bool:
    """Whether a column is for people only: `#...`, a remark, or a running number."""
    return half_width(heading).startswith("#") or half_width(heading).casefold() in REMARKS


def unknown_columns(
    spec: TableSpec, file: str, sheet: str | None, row: int | None, headings: Iterable[str]
) -> list[Problem]:
    """One problem for every heading that is neither a column nor a remark."""
    problems = []
    for heading in headings:
        if heading in spec.names or is_remark(heading):
            continue
        problems.append(_unknown(spec, file, sheet, row, heading))
    return problems


def _unknown(spec: TableSpec, file: str, sheet: str | None, row: int | None, heading: str) -> Problem:
    known = _columns(spec.name)
    match = UNIT.fullmatch(half_width(heading))
    base = known.get(squeeze(match[1])) if match else None
    rule = Say(f"“{spec.zh}”没有这一列", f"the table {spec.name} has no such column")
    if base is not None:
        dictionary = load_dictionary()
        unit_zh, unit_en = dictionary.unit(base, "zh"), base.unit
        rule = Say(f"“{base.zh}”的单位必须是{unit_zh}", f"{base.name} must be in {unit_en}")
        repair = Say(
            f"换算为{unit_zh}，列名改为“{base.zh}”", f"convert the numbers to {unit_en} and head the column {base.name}"
        )
    else:
        near = get_close_matches(squeeze(heading), list(known), n=1, cutoff=0.6)
        if YEAR.fullmatch(squeeze(heading)) and "year" in spec.names:
            repair = Say(
                f"一年一行：年份填入“{spec.column('year').zh}”列，各年的数填在同一列",
                "write one row for each year, the year in the column year and the figures below one another",
            )
        elif near:
            c = known[near[0]]
            repair = Say(f"是否指“{c.zh}”（{c.name}）？改列名", f"did you mean {c.name} ({c.en})? Rename the column")
        else:
            repair = Say(
                "删去该列，或在列名前加 # 表示仅供参考",
                "delete the column, or put # before its heading to keep it as a remark",
            )
    return table_problem(spec, file, rule, repair, sheet=sheet, row=row, column=heading, value=heading)


def unknown_table(name: str, file: str, sheet: str | None = None, near: Sequence[str] = ()) -> Problem:
    """A sheet, file or table whose name no table of the dictionary bears."""
    near = near or get_close_matches(squeeze(name), list(_tables()), n=1, cutoff=0.6)
    repair = Say("改名，或移出此处", "rename it, or take it away from here")
    if near:
        spec = load_dictionary()[_tables()[near[0]]]
        repair = Say(f"是否指“{spec.zh}”（{spec.name}）？改名", f"did you mean {spec.name} ({spec.en})? Rename it")
    return Problem(
        table=name,
        file=file,
        row=None,
        column=None,
        value=name,
        rule_zh="没有名为此的数据表",
        rule_en="there is no table of this name",
        repair_zh=repair.zh,
        repair_en=repair.en,
        sheet=sheet,
    )
