"""Why no plan exists: a smallest set of statements that clash, in words, and what would have to give way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.program import Block, LinearProgram, Session

__all__ = ["why_impossible"]

Words = tuple[str, str]
Ints = NDArray[np.int64]
# rows that only define quantities: persons, hours and yes-or-no decisions mean what they mean whatever anyone wishes
DEFINITIONS = frozenset({
    "seats", "promise", "completers", "local_supply", "openings", "enrolled_is", "load_is", "running_since",
    "spent_recurrent_is", "recruits", "opened_if", "opened_before", "opens_once", "closed_if", "closes_once",
    "class_least", "class_most", "class_step", "room_for_passed", "change", "earmarked_money", "specialists_among_hired",
    "program_opens_if", "rises_by_a_class", "falls_by_a_class", "rises_or_falls",
})  # fmt: skip
# families said once a year instead of once a line
TOGETHER: dict[str, Words] = {
    "open_or_closed": ("{year} 年在招计划行至少开一个最小班额的班，除非停招", "in {year} every line that enrols opens at least one smallest class unless it closes"),
    "stays_open": ("{year} 年新开的计划行继续招生", "in {year} lines that opened go on enrolling"),
    "up": ("{year} 年各计划行增加名额不超过允许幅度", "in {year} no line grows by more than the change policy allows"),
    "down": ("{year} 年各计划行减少名额不超过允许幅度", "in {year} no line shrinks by more than the change policy allows"),
    "closed_means_zero": ("{year} 年各计划行增加名额不超过允许幅度", "in {year} no line grows by more than the change policy allows"),
    "changed_if": ("{year} 年各计划行的变动不超过允许幅度", "in {year} no line moves by more than the change policy allows"),
    "given": ("{year} 年给定的计划行保持给定计划数", "in {year} given lines keep their given numbers"),
    "plan_least": ("{year} 年各计划行不低于最低计划数", "in {year} no line falls below its min_plan"),
    "plan_most": ("{year} 年各计划行不超过最高计划数（含规则限制）", "in {year} no line exceeds its max_plan or what a rule allows"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Statement:
    """One thing the planner said, as rows of the elastic program."""

    words: Words
    rows: Ints


def why_impossible(program: LinearProgram, *, whole: bool = False) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """(clashing statements, repairs), each (zh, en).

    Every statement may be broken at a price; statements the least breach prices are candidates, and a deletion filter
    leaves out one after another as long as the rest still clash, so that none of those printed can be left out.
    Repairs say by how much each statement of the least breach would have to give way.
    """
    elastic, statements = _elastic(program)
    soft = np.concatenate([s.rows for s in statements])
    start = len(program.cost)
    column = np.full(elastic.matrix.shape[0], -1, dtype=np.int64)
    column[soft] = np.arange(len(soft))
    session = Session(elastic)
    outcome = session.solve(gap=0.01, nodes=2000, relax=not whole)
    if outcome.status not in ("optimal", "feasible"):
        return (("即使放宽所有约束，这些数据仍无解", "no plan exists even with every limit relaxed"),), ()
    breach = outcome.x[start : start + len(soft)] + outcome.x[start + len(soft) :]
    repairs = tuple(
        _repair(statement, float(breach[column[statement.rows]].sum()))
        for statement in statements
        if breach[column[statement.rows]].sum() > 1e-6
    )
    candidates = list(range(len(statements)))
    if not whole:
        candidates = [k for k in candidates if np.abs(outcome.dual[statements[k].rows]).max() > 1e-9]

    def clash(kept: list[int]) -> bool:
        cost = np.zeros(len(elastic.cost))
        rows = np.concatenate([column[statements[k].rows] for k in kept])
        cost[start + rows] = cost[start + len(soft) + rows] = 1.0
        session.set_costs(cost)
        found = session.solve(gap=0.5, nodes=500, relax=not whole)
        return found.status in ("optimal", "feasible") and found.bound > 1e-6

    core = _leave_out(candidates, clash)
    return tuple(statements[k].words for k in core), repairs[:5]


def _leave_out(candidates: list[int], clash: Callable[[list[int]], bool]) -> list[int]:
    """A subset that still clashes and from which nothing can be left out: by halves first, then one by one."""
    kept, chunk = list(candidates), max(1, len(candidates) // 2)
    while True:
        position = 0
        while position < len(kept):
            rest = kept[:position] + kept[position + chunk :]
            if rest and clash(rest):
                kept = rest
            else:
                position += chunk
        if chunk == 1:
            return kept
        chunk = max(1, chunk // 2)


def _elastic(program: LinearProgram) -> tuple[LinearProgram, list[_Statement]]:
    """The program with column bounds that state a wish as rows, and two slack columns for every row that may give way."""
    n, m = len(program.cost), program.matrix.shape[0]
    bounds = _bound_groups(program)
    columns = np.concatenate([np.zeros(0, np.int64), *(c for _, c, _, _ in bounds)])
    low = np.concatenate([np.zeros(0), *(lo for _, _, lo, _ in bounds)])
    high = np.concatenate([np.zeros(0), *(hi for _, _, _, hi in bounds)])
    picker = sp.csc_array((np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=(len(columns), n))
    row_lower, row_upper = np.append(program.row_lower, low), np.append(program.row_upper, high)
    statements, at = [], m
    for words, group, _, _ in bounds:
        statements.append(_Statement(words, np.arange(at, at + len(group), dtype=np.int64)))
        at += len(group)
    statements += [
        s
        for name, block in program.rows.items()
        if name.partition(":")[0] not in DEFINITIONS
        for s in _row_statements(program, block)
    ]
    soft = np.concatenate([s.rows for s in statements])
    slack = sp.csc_array((np.ones(len(soft)), (soft, np.arange(len(soft)))), shape=(at, len(soft)))
    matrix = sp.csc_array(sp.hstack([sp.vstack([program.matrix, picker]), slack, -slack], format="csc"))
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[columns], upper[columns] = 0.0, np.inf
    side = np.where(np.isfinite(row_upper), row_upper, np.where(np.isfinite(row_lower), row_lower, 0.0))[soft]
    price = 1.0 / np.maximum(1.0, np.abs(side))  # a breach counts relative to what was stated
    relaxed = dataclasses.replace(
        program, cost=np.concatenate([np.zeros(n), price, price]), lower=np.append(lower, np.zeros(2 * len(soft))),
        upper=np.append(upper, np.full(2 * len(soft), np.inf)), integer=np.append(program.integer, np.zeros(2 * len(soft), bool)),
        row_lower=row_lower, row_upper=row_upper, matrix=matrix, offset=0.0,
    )  # fmt: skip
    return relaxed, statements


def _bound_groups(program: LinearProgram) -> list[tuple[Words, Ints, NDArray[np.float64], NDArray[np.float64]]]:
    """Column bounds that state a wish: (words, columns, least, most), one group a year."""
    found = []
    numbers = program.columns["plan"].positions
    low, high = program.lower[numbers], program.upper[numbers]
    fixed = low == high
    kinds = [
        ("given", "plan", fixed),
        ("plan_least", "plan", ~fixed & (low > 0)),
        ("plan_most", "plan", ~fixed & np.isfinite(high)),
    ]
    moves = [name for name in ("up", "down") if name in program.columns]
    kinds += [(name, name, np.isfinite(program.upper[program.columns[name].positions])) for name in moves]
    for key, name, mask in kinds:
        block = program.columns[name]
        year = block.index["year"].to_numpy()
        for when in np.unique(year[mask]):
            columns = block.positions[mask & (year == when)]
            least = program.lower[columns] if key != "plan_most" else np.full(len(columns), -np.inf)
            most = program.upper[columns] if key != "plan_least" else np.full(len(columns), np.inf)
            zh, en = TOGETHER[key]
            found.append(((zh.format(year=when), en.format(year=when)), columns, least, most))
    return found


def _row_statements(program: LinearProgram, block: Block) -> list[_Statement]:
    if not len(block):
        return []
    if block.name in TOGETHER:
        zh, en = TOGETHER[block.name]
        groups = pd.Series(block.positions).groupby(block.index["year"].to_numpy())
        return [_Statement((zh.format(year=y), en.format(year=y)), np.asarray(p, dtype=np.int64)) for y, p in groups]
    return [_Statement(_limit_words(program, block, int(row)), np.array([row])) for row in block.positions]


def _limit_words(program: LinearProgram, block: Block, row: int) -> Words:
    low, high = program.row_lower[row], program.row_upper[row]
    parts = [f"≥ {low:,.6g}"] if np.isfinite(low) else []
    if np.isfinite(high) and high != low:
        parts.append(f"≤ {high:,.6g}")
    unit = (" 百万元", " million CNY") if block.name.endswith("budget") else ("", "")
    return tuple(  # type: ignore[return-value]
        block.label(row, lang)
        + (f"（{'，'.join(parts)}{unit[0]}）" if lang == "zh" else f" ({', '.join(parts)}{unit[1]})")
        for lang in ("zh", "en")
    )


def _repair(statement: _Statement, amount: float) -> Words:
    zh, en = statement.words
    return f"放宽 {amount:,.6g}：{zh}", f"give way by {amount:,.6g}: {en}"
