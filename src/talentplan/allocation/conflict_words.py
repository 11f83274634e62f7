"""Statements of a conflict and the repairs of one, in words and with figures that can be written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.ceilings import is_ceiling
from talentplan.allocation.statements import BY_YEAR, Names, Said, constant, owners, place_of
from talentplan.errors import Change, Words
from talentplan.program import LinearProgram

__all__ = ["change_of", "repair_words", "statement_words"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOGETHER: Mapping[str, Words] = {
    "open_or_closed": ("{year} 年在招计划行至少开一个最小班额的班，除非停招", "in {year} every line that enrols opens at least one smallest class unless it closes"),
    "stays_open": ("{year} 年新开的计划行继续招生", "in {year} lines that opened go on enrolling"),
}  # fmt: skip
PERSONS, LINES, HOURS, MONEY = ("人", "persons"), ("条计划行", "lines"), ("学时", "hours"), ("万元", "million CNY")
TAUGHT = ("人（按教师数）", "students its teachers allow")
UNITS: Mapping[str, Words] = {
    "offering_places": PERSONS, "school_places": PERSONS, "school_teachers": TAUGHT, "cluster_teachers": TAUGHT,
    "hire_max": ("名教师", "teachers"), "training_hours": HOURS, "lending": HOURS, "hours_max": HOURS, "teachers_max": ("名教师", "teachers"), "cluster_leaders": ("所院校", "schools"), "entrants": PERSONS,
    "recurrent_budget": MONEY, "investment_budget": MONEY, "units_max": ("份", "units"), "open": LINES, "close": LINES,
    "points_changed": LINES, "total": PERSONS, "given": PERSONS, "min_plan": PERSONS, "up": PERSONS,
    "down": PERSONS, "pathway_seats": PERSONS, "fair_floor": PERSONS,
}  # fmt: skip
NAMED = 3  # so many owners at most are named one by one
VERBS: Mapping[str, Words] = {
    "both": ("由 {} 改为 {} {unit}", "change it from {} to {} {unit}"),
    "least": ("下限由 {} 降到 {} {unit}", "lower the least from {} to {} {unit}"),
    "most": ("上限由 {} 提高到 {} {unit}", "raise the most from {} to {} {unit}"),
    "by": ("放宽 {}", "let it give way by {}"),
}
LISTED = 5  # so many changes of a repair at most are spelled out


def statement_words(program: LinearProgram, one: Said, names: Names) -> Words:
    """A statement in words; few owners are named one by one, many lines are said together."""
    parts = owners(program, one.rows)
    if len(parts) <= NAMED:
        told = [_limit_words(program, rows, names) for rows in parts]
        return "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)
    row, stated = int(one.rows[0]), program.stated.get(one.kind)
    templates = TOGETHER[one.kind] if stated is None else stated.together
    block = program.row_block(row)
    values = block.at(row) | {"year": _years(program, one.rows)}
    zh, en = (
        template.format(**{k: known.get(v, v) if isinstance(v, str) else v for k, v in values.items()})
        for template, known in zip(templates, names, strict=True)
    )
    return f"{zh}（{len(parts)} 条计划行）", f"{en} ({len(parts)} lines)"


def _years(program: LinearProgram, rows: Ints) -> str:
    """The years of some rows of a block, first to last where there are several."""
    block = program.row_block(int(rows[0]))
    if "year" not in block.index:
        return ""
    years = block.index["year"].iloc[rows - block.start]
    return str(years.min()) if years.min() == years.max() else f"{years.min()}–{years.max()}"


def _label(program: LinearProgram, rows: Ints, names: Names) -> Words:
    """What some rows of one owner are called, over their years."""
    block, years = program.row_block(int(rows[0])), _years(program, rows)
    instead = {"year": years} if years else {}
    zh, en = (block.label(int(rows[0]), lang, names[k], **instead) for k, lang in enumerate(("zh", "en")))
    return zh, en


def _limit_words(program: LinearProgram, rows: Ints, names: Names) -> Words:
    """What the rows of one owner say, with their limits over the years."""
    label, kind = _label(program, rows, names), program.row_block(int(rows[0])).name
    if kind in BY_YEAR and kind not in program.stated:
        return label
    shift = np.array([constant(program, int(row)) for row in rows])
    low, high = program.row_lower[rows] + shift, program.row_upper[rows] + shift
    unit = _unit(kind)
    if unit is None:
        return label
    texts = []
    for lang, scale in enumerate(_scales(unit)):
        if np.array_equal(low, high):
            parts = [f"= {_span(low * scale)}"]
        else:
            parts = [f"{sign} {_span(v * scale)}" for sign, v in (("≥", low), ("≤", high)) if np.isfinite(v).any()]
        texts.append(f"{'，'.join(parts) if lang == 0 else ', '.join(parts)} {unit[lang]}")
    return f"{label[0]}（{texts[0]}）", f"{label[1]} ({texts[1]})"


def _unit(kind: str) -> Words | None:
    """What the right side of such a limit counts; None where it is no figure that anybody stated, a share of something, say."""
    if is_ceiling(kind):
        return PERSONS
    return UNITS.get(kind.split(":", maxsplit=1)[0])


def _scales(unit: Words | None) -> tuple[float, float]:
    """Figures in Chinese and in English per figure of the program: money is 万元 and million CNY."""
    return (100.0, 1.0) if unit == MONEY else (1.0, 1.0)


def _span(values: Floats) -> str:
    """One figure, or the least and the greatest of several."""
    found = values[np.isfinite(values)]
    low, high = _figure(float(found.min())), _figure(float(found.max()))
    return low if low == high else f"{low}–{high}"


def _figure(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def _step(unit: Words | None) -> float:
    """The smallest step in which such a limit is written: 10,000 CNY, otherwise one person, line, hour or unit."""
    return 0.01 if unit == MONEY else 1.0


def change_of(program: LinearProgram, row: int, under: float, over: float) -> list[Change]:
    """The limits of one row moved by at least so much, to figures that can be written down."""
    block, shift = program.row_block(row), constant(program, row)
    step, place = _step(_unit(block.name)), place_of(program, row)
    found = []
    for side, amount, bound, outward in (
        ("least", under, program.row_lower[row], np.floor),
        ("most", over, program.row_upper[row], np.ceil),
    ):
        if amount > 0:
            before = float(bound) + shift
            moved = before - amount if side == "least" else before + amount
            nudge = 1e-6 if side == "least" else -1e-6
            after = round(float(outward(moved / step + nudge)) * step, 2)
            fixed = program.row_lower[row] == program.row_upper[row] and block.name == "given"
            found.append(Change(block.name, place, "both" if fixed else side, before, after))
    return found


def repair_words(program: LinearProgram, moved: Sequence[tuple[int, Change]], names: Names) -> Words:
    """A repair in words: every limit with its figures before and after, years together; of many the first, and how many more."""
    groups: dict[tuple[str, tuple[str | int, ...], str, float], list[tuple[int, Change]]] = {}
    for row, c in moved:
        of = tuple(v for k, v in c.place.items() if k != "year")
        groups.setdefault((c.kind, of, c.side, c.before), []).append((row, c))
    told = [_moved_words(program, group, names) for group in list(groups.values())[:LISTED]]
    zh, en = [words[0] for words in told], [words[1] for words in told]
    left = sum(len(group) for group in list(groups.values())[LISTED:])
    if left:
        zh.append(f"另有 {left} 处")
        en.append(f"and {left} more changes")
    return "；".join(zh), "; ".join(en)


def _moved_words(program: LinearProgram, moved: Sequence[tuple[int, Change]], names: Names) -> Words:
    """One limit moved from one figure, in one year or several, each with what it is moved to."""
    change, unit = moved[0][1], _unit(moved[0][1].kind)
    label = _label(program, np.array([row for row, _ in moved]), names)
    verb = VERBS[change.side if unit else "by"]
    after = np.array([c.after if unit else abs(c.after - c.before) for _, c in moved])
    years = [c.place.get("year") for _, c in moved]
    texts = []
    for lang, scale in enumerate(_scales(unit)):
        figures = [_figure(change.before * scale)] if unit else []
        if len(set(after)) == 1:
            figures.append(_figure(after[0] * scale))
        else:
            own, join = (("{}（{} 年）", "、"), ("{} ({})", ", "))[lang]
            figures.append(join.join(own.format(_figure(v * scale), y) for v, y in zip(after, years, strict=True)))
        texts.append(f"{label[lang]}{('：', ': ')[lang]}{verb[lang].format(*figures, unit=unit and unit[lang])}")
    return texts[0], texts[1]
