"""Cells to values: what is safely understood is repaired, everything else is reported, nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.cells import Fault, Say, show
from talentplan.workspace.dictionary import ColumnSpec

__all__ = ["FIRST_YEAR", "LAST_YEAR", "NUMBER", "blank", "convert", "half_width", "number_repair"]

LARGEST = sys.float_info.max
MOST, MOST_MONEY = 1e9, 1e13  # what no region reaches: persons, hours, square metres and the like; CNY
FULL_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0x00A0: " ", 0x2212: "-", 0x2009: " ", 0x202F: " ", 0xFEFF: "", 0x200B: "",
}  # fmt: skip
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+|(?:'\d{3})+)(?:\.\d+)?")
MULTIPLE = re.compile(r"([+-]?\d+(?:\.\d+)?) ?([百千万亿])[\u4e00-\u9fff]*")
WITH_UNIT = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?) ?[\u4e00-\u9fffA-Za-z/]+")
DATE_TEXT = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2})?)?")
PLAIN_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*|\d+")
ABOUT = re.compile(
    r"(?:约|大约|近|超过?|不少于|不超过|至少|[~≈<>≤≥¥￥$]|CNY|RMB) ?([+-]?\d[\d,]*(?:\.\d+)?)(?:元|人)?", re.IGNORECASE
)
POINT = re.compile(r"([+-]?\d+)[,。·]\s?(\d{1,2})")
SCHOOL_YEAR = re.compile(r"(\d{4}) ?[-/~—–至] ?(?:\d{2}|\d{4}) ?(?:学年|年)?(?:度)?")
NOTHING = {
    "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "空", "缺", "未知", "不详", "待定", "未定", "n/a", "#n/a", "na", "n.a.",
    "nil", "none", "null", "nan", "tbd", "?", "？", "…", "...",
}  # fmt: skip
UNLIMITED = {"不限", "无限", "无限制", "没有限制", "不设上限", "不封顶", "unlimited", "no limit"}
FACTORS = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
TRUE = {"是", "yes", "y", "true", "t", "1", "真", "√", "✓"}
FALSE = {"否", "no", "n", "false", "f", "0", "假", "×", "✗"}
DATES = (dt.date, dt.datetime, dt.time, dt.timedelta, np.datetime64)
LARGEST_WHOLE = 2**53
LARGEST_CODE = 1e15
FIRST_YEAR, LAST_YEAR = 1900, 2200
UNCOMPUTED = Say(
    "公式没有计算结果：在表格软件中打开、计算并保存，或直接填数字",
    "the formula has no result: open, compute and save the workbook in the spreadsheet program, or write the number",
)
TURNED = Say("Excel 可能已把代码改成日期", "the spreadsheet may have turned the code into a date")

Objects = NDArray[np.object_]

ONE_VALUE = Say("一个单元格只能有一个值", "a cell holds one value")
FILLED = Say("必须填写", "must be filled in")
IS_NUMBER = Say("必须是数字", "must be a number")
IS_WHOLE = Say("必须是整数", "must be a whole number")
IS_YEAR = Say("必须是四位数年份", "must be a year of four digits")
IS_TEXT_CODE = Say("代码必须是文本", "a code must be text")
NO_DATE = Say("此处应为代码，不是日期", "must be a code, not a date")
IS_BOOL = Say("必须是“是”或“否”", "must be yes or no")


def half_width(text: str) -> str:
    """Full-width letters, digits and blanks as half-width ones, without blanks at the ends.

    >>> half_width("　１２，３４５　")
    '12,345'
    """
    return (text if text.isascii() else text.translate(FULL_WIDTH)).strip()


def blank(values: Objects) -> NDArray[np.bool_]:
    """bool[row]: empty cells (nothing, not a number, or only blanks)."""
    empty = pd.isna(values)
    texts = np.fromiter((type(v) is str for v in values), dtype=bool, count=len(values))
    if texts.any():
        empty[texts] = [not half_width(v) for v in values[texts]]
    return np.asarray(empty, dtype=bool)


def convert(column: ColumnSpec, cells: pd.Series[Any]) -> tuple[NDArray[Any], list[Fault]]:
    """Typed values of one column and the faults found; a cell at fault holds the default or a neutral value."""
    if column.numeric:
        return _numeric(column, cells)
    values = np.array(cells, dtype=object)
    empty = blank(values)
    one = {"code": _code, "text": _text, "enum": _enum_of(column), "bool": _bool}[column.type]
    neutral: Any = False if column.type == "bool" else ""
    result = np.full(len(values), neutral if column.default is None else column.default, dtype=object)
    faults = _missing(column, empty)
    found, more = _each(values[~empty], one, neutral)
    where = np.flatnonzero(~empty)
    result[where] = found
    faults += [f._replace(position=int(where[f.position])) for f in more]
    return (result.astype(bool) if column.type == "bool" else result), faults


def _missing(column: ColumnSpec, empty: NDArray[np.bool_]) -> list[Fault]:
    if not column.required:
        return []
    merged = Say("；合并的单元格要拆开，逐行填写", "; split merged cells and fill in every row")
    hint = merged if column.type == "code" else Say("", "")
    repair = Say(f"填写{column.zh}{hint.zh}", f"fill in {column.en}{hint.en}")
    return [Fault(int(i), "", FILLED, repair) for i in np.flatnonzero(empty)]


Outcome = tuple[Any, tuple[Say, Say] | None]


def _each(values: Objects, one: Callable[[Any], Outcome], neutral: Any) -> tuple[Objects, list[Fault]]:
    """Applies `one` to each distinct cell; (value, None), or (anything, (rule, repair)) where the cell is at fault."""
    known: dict[tuple[type[Any], Any], Outcome] = {}
    result = np.empty(len(values), dtype=object)
    faults = []
    for i, v in enumerate(values):
        if isinstance(v, list | dict):  # in the rows of a scenario
            result[i] = neutral
            faults.append(Fault(i, show(v), ONE_VALUE, Say("写成一个数字或文本", "write one number or text")))
            continue
        key = (type(v), v)
        outcome = known.get(key)
        if outcome is None:
            outcome = known[key] = one(v)
        result[i] = outcome[0]
        if outcome[1] is not None:
            result[i] = neutral
            faults.append(Fault(i, show(v), *outcome[1]))
    return result, faults


def _text(value: Any) -> Outcome:
    if isinstance(value, str):
        return value.strip(), None
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < LARGEST_WHOLE:
        return str(int(value)), None
    return str(value), None


def _code(value: Any) -> Outcome:
    """A code as text: 660103.0 is 660103, leading zeros stay, a date is refused."""
    if isinstance(value, str):
        return (value, None) if PLAIN_CODE.fullmatch(value) else _code_from_text(value)
    if isinstance(value, bool | np.bool_):
        return "", (IS_TEXT_CODE, _as_text("现为逻辑值", "it is a logical value"))
    if isinstance(value, DATES):
        return "", (NO_DATE, _as_text(*TURNED))
    if _is_finite(value) and float(value).is_integer() and 0 <= value < LARGEST_CODE:
        return str(int(value)), None
    return "", (IS_TEXT_CODE, _as_text("现为数字", "it is a number"))


def _code_from_text(value: str) -> Outcome:
    text = half_width(value)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    text = text.removeprefix("'")
    if text.startswith("="):
        return "", (IS_TEXT_CODE, UNCOMPUTED)
    if re.fullmatch(r"\d+\.0+", text):
        return text.partition(".")[0], None
    if DATE_TEXT.fullmatch(text):
        return "", (NO_DATE, _as_text(*TURNED))
    if re.fullmatch(r"\d(\.\d+)?[eE][+-]?\d+", text):
        return "", (IS_TEXT_CODE, _as_text("科学计数法已丢失位数", "the scientific notation has lost digits"))
    return text, None


def _as_text(zh: str, en: str) -> Say:
    return Say(
        f"把该列设为文本格式后重新填写代码（{zh}）", f"format the column as text and enter the code again ({en})"
    )


def _enum_of(column: ColumnSpec) -> Callable[[Any], Outcome]:
    words = {v.casefold(): v for v in column.values}
    words |= {zh: v for zh, v in zip(column.values_zh, column.values, strict=False) if zh}
    names = [f"{v}（{zh}）" for v, zh in zip(column.values, column.values_zh, strict=False)] or list(column.values)
    rule = Say("必须是规定的词：" + "、".join(names), "must be one of " + ", ".join(column.values))
    repair = Say("从中选一个", "choose one of them")

    def enum(value: Any) -> Outcome:
        text = half_width(str(value)).casefold()
        found = words.get(text) or words.get(re.sub(r"[\s-]+", "_", text)) or words.get(re.sub(r"\s+", "", text))
        return found, None if found is not None else (rule, repair)

    return enum


def _bool(value: Any) -> Outcome:
    if isinstance(value, bool | np.bool_):
        return bool(value), None
    text = _text(value)[0].casefold() if not isinstance(value, str) else half_width(value).casefold()
    if text in TRUE or text in FALSE:
        return text in TRUE, None
    return False, (IS_BOOL, Say("填“是”或“否”", "write yes or no"))


def _numeric(column: ColumnSpec, cells: pd.Series[Any]) -> tuple[NDArray[Any], list[Fault]]:
    numbers, empty, faults = _numbers(column, cells)
    whole = column.type in {"int", "year"}
    default = np.nan if column.default is None else float(column.default)
    at_fault = np.zeros(len(numbers), dtype=bool)
    at_fault[[f.position for f in faults]] = True
    for broken, rule, repair in _limits(column, numbers):
        for i in np.flatnonzero(broken & ~at_fault & ~empty):
            faults.append(Fault(int(i), show(numbers[i]), rule, repair(numbers[i])))
            at_fault[i] = True
    faults = _missing(column, empty) + faults
    numbers[empty | at_fault] = default
    if not whole:
        return numbers, faults
    return np.nan_to_num(numbers, nan=0.0).astype(np.int64), faults


Check = tuple[NDArray[np.bool_], Say, Callable[[float], Say]]


def _limits(column: ColumnSpec, x: NDArray[np.float64]) -> list[Check]:
    """The limits that the dictionary states for one column, each with the rows that break it."""
    checks: list[Check] = []
    unit = column.unit
    if column.type in {"int", "year"}:
        repair = Say("填整数", "write a whole number")
        checks.append((~(np.abs(x) <= LARGEST_WHOLE) | (x != np.floor(x)), IS_WHOLE, lambda _: repair))
    if column.type == "year":
        odd = (x < FIRST_YEAR) | (x > LAST_YEAR)
        if column.default is not None:
            odd &= x != float(column.default)
        checks.append((odd, IS_YEAR, lambda _: Say("填公历年份，如 2024", "write a calendar year such as 2024")))
    if column.above is not None:
        rule = Say(f"必须大于 {column.above:g}", f"must be > {column.above:g} {unit}")
        checks.append((x <= column.above, rule, lambda _: Say("更正数值", "correct the number")))
    if column.least is not None:
        rule = Say(f"不得小于 {column.least:g}", f"must be >= {column.least:g} {unit}")
        checks.append((x < column.least, rule, lambda _: Say("更正数值", "correct the number")))
    if column.most is not None:
        rule = Say(f"不得大于 {column.most:g}", f"must be <= {column.most:g} {unit}")
        checks.append((x > column.most, rule, lambda v: _too_large(column, v)))
    elif column.type != "year":
        most = MOST_MONEY if unit.startswith("CNY") else MOST
        rule = Say(f"不得大于 {most:.0f}", f"must be <= {most:.0f} {unit}")
        slip = Say("检查是否多写了零或单位不对", "check for zeros too many or a wrong unit")
        checks.append((np.abs(x) > most, rule, lambda _: slip))
    return checks


def _too_large(column: ColumnSpec, value: float) -> Say:
    if column.type == "share" and 1 < value <= 100:
        share = f"{value / 100:g}"
        return Say(
            f"若指百分之 {value:g}，填 {share} 或 {value:g}%",
            f"if {value:g} per cent is meant, write {share} or {value:g}%",
        )
    return Say("更正数值", "correct the number")


def _numbers(column: ColumnSpec, cells: pd.Series[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Fault]]:
    """float[row] with NaN where empty or at fault; bool[row] empty; the faults."""
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        infinite = np.isinf(numbers)
        repair = Say("填有限的数字，或留空", "write a finite number or leave the cell empty")
        return numbers, np.isnan(numbers), [Fault(int(i), "inf", IS_NUMBER, repair) for i in np.flatnonzero(infinite)]
    values = np.array(cells, dtype=object)
    empty = blank(values)
    numbers = np.full(len(values), np.nan)
    filled = np.flatnonzero(~empty)
    found, faults = _each(values[filled], _number_of(column), np.nan)
    numbers[filled] = found.astype(np.float64)
    return numbers, empty, [f._replace(position=int(filled[f.position])) for f in faults]


def _is_finite(value: Any) -> bool:
    """A number that a float can hold; the comparison is false for nan and inf, and exact for long integers."""
    if not isinstance(value, int | float | np.integer | np.floating):
        return False
    size: Any = abs(value)
    return bool(size <= LARGEST)


def _number_of(column: ColumnSpec) -> Callable[[Any], Outcome]:
    def number(value: Any) -> Outcome:
        if isinstance(value, str):
            return _number_from_text(column, half_width(value))
        if isinstance(value, bool | np.bool_):
            return np.nan, (IS_NUMBER, Say("填数字，不填是或否", "write a number, not yes or no"))
        if _is_finite(value):
            return float(value), None
        if isinstance(value, DATES):
            rule = IS_YEAR if column.type == "year" else IS_NUMBER
            return np.nan, (
                rule,
                Say(
                    "该单元格是日期，改为数字格式后重新填写",
                    "the cell is a date; format it as a number and enter it again",
                ),
            )
        return _number_from_text(column, str(value))

    return number


def _number_from_text(column: ColumnSpec, text: str) -> Outcome:
    if NUMBER.fullmatch(text) and np.isfinite(float(text)):
        return float(text), None
    if THOUSANDS.fullmatch(text):
        return float(re.sub(r"[, ']", "", text)), None
    if text.endswith("%"):
        inner = _number_from_text(column, text[:-1].strip())
        if inner[1] is None and column.type == "share":
            return inner[0] / 100, None
    if column.type == "year" and re.fullmatch(r"\d{4} ?(年|年度)", text):
        return float(text[:4]), None
    span = SCHOOL_YEAR.fullmatch(text) if column.type == "year" else None
    if span:
        return np.nan, (
            IS_YEAR,
            Say(f"填秋季所在的年份，如 {span[1]}", f"write the year of its autumn, such as {span[1]}"),
        )
    return np.nan, (IS_NUMBER, number_repair(text, column.unit))


def number_repair(text: str, unit: str) -> Say:
    """How to mend a text that stands where a number of this unit must: what was perhaps meant, as a number."""
    multiple = MULTIPLE.fullmatch(text)
    if multiple:
        n = f"{float(multiple[1]) * FACTORS[multiple[2]]:.10g}"
        return Say(f"换算为基本单位，如 {n}", f"write it in {unit}, such as {n}")
    with_unit = WITH_UNIT.fullmatch(text)
    if with_unit:
        n = with_unit[1].replace(",", "")
        return Say(f"只填数字，不写单位，如 {n}", f"write the number alone, without its unit, such as {n}")
    if text.endswith("%"):
        return Say("此处的单位不是百分比，填数字", f"this is in {unit}, not per cent; write the number")
    if text.casefold() in NOTHING:
        return Say(
            "没有数据时留空；数值为零时填 0", "leave the cell empty where nothing is known, write 0 where it is zero"
        )
    if text.casefold() in UNLIMITED:
        return Say("不限时留空", "leave the cell empty where it is not limited")
    if text.startswith("="):
        return UNCOMPUTED
    bracketed = re.fullmatch(r"\((\d[\d,]*(?:\.\d+)?)\)", text)
    if bracketed:
        n = "-" + bracketed[1].replace(",", "")
        return Say(f"若为负数，填 {n}", f"if it is negative, write {n}")
    about, point = ABOUT.fullmatch(text), POINT.fullmatch(text)
    if about:
        n = about[1].replace(",", "")
        return Say(f"只填数字，如 {n}", f"write the number alone, such as {n}")
    if point:
        n = f"{point[1]}.{point[2]}"
        return Say(f"若指小数，填 {n}", f"if a decimal is meant, write {n}")
    return Say("填数字", "write a number")
