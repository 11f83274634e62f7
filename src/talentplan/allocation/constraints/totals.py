"""Given totals, and next year in whole classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation.constraints.decisions import begun, ended
from talentplan.allocation.space import Space
from talentplan.program import Block, Labels, Terms, taken
from talentplan.workspace import code_names
from talentplan.workspace.settings import Total

__all__ = ["matching_lines", "total_bounds", "totals", "whole_classes"]


PART = 1e-9  # of a class that a quotient of persons may be off by rounding


def matching_lines(offerings: pd.DataFrame, total: Total) -> np.ndarray:
    """bool[offering]: lines that match every attribute a total names."""
    mask = np.ones(len(offerings), dtype=bool)
    for name in ("level", "school", "authority", "control", "district", "cluster", "track"):
        wanted = getattr(total, name)
        if wanted is not None:
            mask &= (offerings[name] == wanted).to_numpy()
    return mask


def total_bounds(offerings: pd.DataFrame, total: Total) -> list[tuple[str, np.ndarray, float, float]]:
    """(label, lines, least, greatest) of a total: one, or one per school; bounds in persons/year, infinite where not set."""
    mask = matching_lines(offerings, total)
    parts = [("", mask)]
    if total.by_school:
        parts = [(s, mask & (offerings["school"] == s).to_numpy()) for s in sorted(set(offerings["school"][mask]))]
    found = []
    for label, lines in parts:
        least, greatest = total.least, total.greatest
        low, high = -np.inf if least is None else least, np.inf if greatest is None else greatest
        if total.relative is not None:
            last = float(offerings["last_plan"].to_numpy(dtype=np.float64)[lines].sum())
            low, high = max(low, last * (1 - total.relative)), min(high, last * (1 + total.relative))
        found.append((label, lines, float(low), float(high)))
    return found


def totals(space: Space) -> None:
    """`total`: least <= sum of p over the matching lines <= greatest, in its year or every plan year."""
    by_school = any(total.by_school for total in space.case.settings.totals)
    names = [code_names(space.case, lang) for lang in ("zh", "en")] if by_school else [{}, {}]
    rows: list[dict[str, object]] = []
    keys, columns, lower, upper = [], [], [], []
    for number, total in enumerate(space.case.settings.totals):
        for label, lines, low, high in total_bounds(space.offerings, total):
            name = total.name
            zh, en = (name.zh, name.en) if name else (f"第 {number + 1} 项", f"total {number + 1}")
            for when in range(space.plan_count):
                if total.year is not None and space.years[when] != total.year:
                    continue
                member = space.where(lines)
                keys.append(np.full(len(member), len(rows), dtype=np.int64))
                columns.append(space.plan_column(member, np.full(len(member), when)))
                shown = [
                    f"{own} · {known.get(label, label)}" if label else own
                    for own, known in zip((zh, en), names, strict=True)
                ]
                rows.append({"zh": shown[0], "en": shown[1], "total": number, "school": label, "year": space.years[when]})  # fmt: skip
                lower.append(low)
                upper.append(high)
    if not rows:
        return
    key, column = np.concatenate(keys), np.concatenate(columns)
    space.builder.add_rows(
        "total", pd.DataFrame(rows), Terms(key, column, np.ones(len(key))), lower=np.array(lower), upper=np.array(upper),
        sentence=("{zh}（{year} 年计划数合计）", "{en} (sum of plan numbers in {year})"),
    )  # fmt: skip


def whole_classes(space: Space) -> None:
    """class_min k <= p <= class_max k with k whole; a line runs until it closes; p a multiple of class_step."""
    years = min(space.case.settings.solving.whole_class_years, space.plan_count)
    lines = space.where(space.free)
    if not years or not len(lines):
        return
    offering, year = space.grid(lines, np.arange(years))
    table = space.offerings
    index = space.labels(offering, year)
    least, most = (table[c].to_numpy(dtype=np.float64)[offering] for c in ("class_min", "class_max"))
    greatest = np.ceil(dict(space.ceilings)["classes_max"][offering, year] / most - PART)
    classes = space.builder.add_columns("classes", index, upper=greatest, integer=True)
    space.builder.state_bounds(
        "class_bound", classes, upper=greatest,
        sentence=("{offering} {year} 年的最多班数", "{offering} in {year}: its classes_max"),
    )  # fmt: skip
    row = np.arange(len(offering))
    plan = Terms(row, space.plan_column(offering, year), np.ones(len(row)))
    for name, size, lower, upper in (("class_least", least, 0.0, np.inf), ("class_most", most, -np.inf, 0.0)):
        space.builder.add_rows(
            name, index, Terms.concat([plan, Terms(row, classes.positions, -size)]), lower=lower, upper=upper,
            sentence=("{offering} 在 {year} 年按整班招生", "{offering} in {year}: whole classes"),
        )  # fmt: skip
    _steps(space, offering, year, index)
    _running(space, offering, year, index, classes)


def _running(space: Space, offering: np.ndarray, year: np.ndarray, index: Labels, classes: Block) -> None:
    """k + sum over u <= t of c[o,u] >= 1 for a line that enrolled; k >= sum over u < t of a[o,u] for a new one; mergers count in both.

    A line that a rule or max_plan takes to zero, now or before, does not count as a closure of the plan's own.
    """
    allowed = np.minimum.accumulate(space.demanded, axis=1)[offering, year] > 0
    old = np.flatnonzero(space.enrolled_last[offering] & allowed)
    parts = [Terms(np.arange(len(old)), classes.positions[old], np.ones(len(old)))]
    parts.append(ended(space, taken(index, old)))
    space.builder.add_rows(
        "open_or_closed", taken(index, old), Terms.concat(parts), lower=1.0,
        sentence=("{offering} 在 {year} 年至少开一个最小班额的班，除非停招", "{offering} in {year}: at least one smallest class unless it closes"),
    )  # fmt: skip
    new = np.flatnonzero(~space.enrolled_last[offering] & (year > 0))
    if space.block("opens") is None or not len(new):
        return
    opened = begun(space, taken(index, new), before=True)
    space.builder.add_rows(
        "stays_open", taken(index, new),
        Terms.concat([Terms(np.arange(len(new)), classes.positions[new], np.ones(len(new))), opened.scaled(-np.ones(len(new)))]),
        lower=0.0,
        sentence=("{offering} 开设后 {year} 年至少开一个班", "{offering} in {year}: at least one class once it has opened"),
    )  # fmt: skip


def _steps(space: Space, offering: np.ndarray, year: np.ndarray, index: Labels) -> None:
    step = space.offerings["class_step"].to_numpy(dtype=np.float64)[offering]
    chosen = np.flatnonzero(step > 1)
    if not len(chosen):
        return
    steps = space.builder.add_columns("steps", taken(index, chosen), integer=True)
    row = np.arange(len(chosen))
    terms = [
        Terms(row, space.plan_column(offering[chosen], year[chosen]), np.ones(len(row))),
        Terms(row, steps.positions, -step[chosen]),
    ]
    space.builder.add_rows("class_step", taken(index, chosen), Terms.concat(terms), lower=0.0, upper=0.0)
