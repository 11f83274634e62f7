"""PuLP with CBC as the judge of what the diagnosis of an impossible case says.

It builds its own programs from the labels of statements and changes, and shares with the diagnosis neither the solver nor the
way in which statements are let go and limits are moved.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from talentplan.allocation import linear_program
from talentplan.allocation.build import build, make_space
from talentplan.allocation.statements import DEFINITIONS
from talentplan.demand import forecast_openings
from talentplan.errors import Change, Statement
from talentplan.program import LinearProgram, solve_through_pulp
from talentplan.supply import cohorts
from talentplan.workspace.case import Case

__all__ = ["judged_possible", "possible_when_changed", "possible_with"]

Row = dict[str, Any]


def judged_possible(program: LinearProgram) -> bool:
    """Whether CBC finds any solution; orders follow from the seats that are reserved and stop no plan, so they are let go."""
    if (program.lower > program.upper).any():
        return False  # CBC refuses such bounds instead of calling them impossible
    least = program.row_lower.copy()
    if "orders" in program.rows:
        least[program.rows["orders"].positions] = -np.inf
    anything = dataclasses.replace(program, cost=np.zeros(len(program.cost)), offset=0.0, row_lower=least)
    status = solve_through_pulp(anything, "cbc").status
    assert status in ("optimal", "feasible", "infeasible"), status
    return status != "infeasible"


def possible_with(program: LinearProgram, statements: Iterable[Statement]) -> bool:
    """Whether the program has a solution when of all that may give way only these statements stand."""
    standing = {(s.kind, _key(place)) for s in statements for place in s.places}
    standing |= {
        ("class_bound", place) for kind, place in standing if kind == "classes_max"
    }  # the same, said of classes
    lower, upper = program.lower.copy(), program.upper.copy()
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    let_go = [b for b in _bounds(program) if (b.kind, _key(b.place)) not in standing]
    for bound in let_go:
        lower[bound.column] = lower[bound.column] if np.isinf(bound.lower) else 0.0
        upper[bound.column] = upper[bound.column] if np.isinf(bound.upper) else np.inf
    for bound in _bounds(program):  # one that stands holds even where another of the same column is let go
        if (bound.kind, _key(bound.place)) in standing:
            lower[bound.column] = max(lower[bound.column], bound.lower)
            upper[bound.column] = min(upper[bound.column], bound.upper)
    if "units_max" in program.rows:
        upper[program.columns["bought"].positions] = np.inf
    lines = {(b.kind, b.place["offering"], b.place["year"]) for b in let_go if "offering" in b.place}
    for kind, block in program.rows.items():
        for n, row in enumerate(block.positions):
            place = _place(block.index, n)
            sort, _, of = kind.partition(":")
            if sort == "relieved_if":  # a second row of the limit `of`, where those on roll break it
                loose = (of, _key(place)) not in standing
            else:
                loose = sort not in DEFINITIONS and (kind, _key(place)) not in standing
            if loose or _only_as_tight(kind, place, lines):
                row_lower[row], row_upper[row] = -np.inf, np.inf
    return judged_possible(
        dataclasses.replace(program, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    )


@dataclass(frozen=True)
class Bound:
    """One stated bound of one column."""

    kind: str
    place: Row
    column: int
    lower: float
    upper: float


def _bounds(program: LinearProgram) -> list[Bound]:
    return [
        Bound(kind, _place(stated.index, n), int(column), float(stated.lower[n]), float(stated.upper[n]))
        for kind, stated in program.stated.items()
        for n, column in enumerate(stated.columns)
    ]


def _only_as_tight(kind: str, place: Row, let_go: set[tuple[str, str, int]]) -> bool:
    """Whether a row that says how far a number reaches rests on a limit of that line that does not stand."""
    if kind == "closed_means_zero":
        return any(k == "up" and o == place["offering"] and y <= place["year"] for k, o, y in let_go)
    if kind == "changed_if":
        return any(
            k not in ("given", "min_plan", "class_bound") and (o, y) == (place["offering"], place["year"])
            for k, o, y in let_go
        )
    if kind in ("opened_if", "opened_before"):
        return any((k, place["offering"], place["year"]) in let_go for k in ("max_plan", "classes_max"))
    return False


def _place(index: Any, n: int) -> Row:
    found = {str(k): index[k].iloc[n] for k in index if k not in ("zh", "en", "constant", "rule", "source")}
    return {k: v if isinstance(v, str) else int(v) for k, v in found.items()}


def _key(place: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(place.items()))


def possible_when_changed(case: Case, changes: Iterable[Change]) -> bool:
    """Whether the case has a plan with these limits moved: the program is built anew where others follow from them."""
    changes = list(changes)
    units = {c.place["investment"]: c.after for c in changes if c.kind == "units_max"}
    if units:
        table = case.table("investments").copy()
        table["units_max"] = [units.get(i, n) for i, n in zip(table["investment"], table["units_max"], strict=True)]
        case = dataclasses.replace(case, tables={**case.tables, "investments": table})
    openings, inherited = forecast_openings(case), cohorts(case)
    space = make_space(case, openings, inherited)
    line = {code: n for n, code in enumerate(space.offerings["offering"])}
    ceilings: dict[tuple[int, int], dict[str, float]] = {}
    for bound in _bounds(linear_program(case, openings, inherited)):
        if _is_ceiling(bound.kind):
            cell = line[bound.place["offering"]], bound.place["year"] - case.first_year
            ceilings.setdefault(cell, {})[bound.kind] = bound.upper
    for c in changes:
        if not _is_ceiling(c.kind) and c.kind not in ("up", "down"):
            continue
        cell = line[str(c.place["offering"])], int(c.place["year"]) - case.first_year
        if _is_ceiling(c.kind):
            ceilings[cell][c.kind] = c.after
            dict(space.ceilings)[c.kind][cell] = c.after  # whole classes are counted up to there
            space.upper[cell] = space.demanded[cell] = min(ceilings[cell].values())
        else:
            space.limit[cell] = max(space.limit[cell], c.after)
    return judged_possible(_with_bounds(build(space).builder.finish(), changes))


def _is_ceiling(kind: str) -> bool:
    """Whether a bound limits plan numbers from above, and how far they reach follows from it."""
    return kind in ("max_plan", "classes_max", "released") or kind.startswith("ceiling:")


def _with_bounds(program: LinearProgram, changes: list[Change]) -> LinearProgram:
    """The program with the bounds of rows and columns that the changes name."""
    lower, upper = program.lower.copy(), program.upper.copy()
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    bounds = {(b.kind, _key(b.place)): b.column for b in _bounds(program)}
    for c in changes:
        if _is_ceiling(c.kind) or c.kind in ("up", "down"):
            continue
        if c.kind in program.stated:
            at, low, high, constant = bounds[c.kind, _key(c.place)], lower, upper, 0.0
        else:
            block = program.rows[c.kind]
            n = next(n for n in range(len(block)) if _key(_place(block.index, n)) == _key(c.place))
            constant = float(block.index["constant"].iloc[n]) if "constant" in block.index else 0.0
            at, low, high = int(block.positions[n]), row_lower, row_upper
        if c.side in ("least", "both"):
            low[at] = c.after - constant
        if c.side in ("most", "both"):
            high[at] = c.after - constant
            _move_beside(program, row_upper, c)
        if c.kind == "units_max":
            upper[program.columns["bought"].positions] = np.inf
    return dataclasses.replace(program, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _move_beside(program: LinearProgram, row_upper: Any, change: Change) -> None:
    """The second row of a limit that those on roll break moves with it."""
    beside = program.rows.get(f"relieved_if:{change.kind}")
    for n in range(0 if beside is None else len(beside)):
        if _key(_place(beside.index, n)) == _key(change.place):
            row_upper[beside.positions[n]] += change.after - change.before
