"""Errors planted in a copy of the program: a plan that really breaks something is refused, whatever the error was.

Every block of rows of every case worked by hand gets, for each block of columns in it, a sign turned, a unit mistaken by a thousand
either way, and a lag off by a year; and its right side a unit mistaken. The broken program is solved and its plan published. Whether the plan
breaks anything is judged by the sound program: the published figures are held there, and it has a solution or not. If not, the audit must
refuse the plan. If it has, the error only made the plan worse (the known answer tells) or changed nothing.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from tests.case_files import KnownCase, case_names, read_known_case
from tests.solved import Solved

from talentplan.allocation import Solution, linear_program
from talentplan.demand import forecast_openings
from talentplan.plan.tables import flow_tables, resource_tables
from talentplan.program import LinearProgram, Session
from talentplan.supply import cohorts

THOUSAND = 1000.0
# what the plan decides; everything else that is published follows from it
PUBLISHED = ("plan", "classes", "passed", "broken", "placed", "bought", "hired", "hired_specialists", "lent")
SOME = ("change", "cohorts", "money", "school_teachers", "training_hours", "classes_close", "lending", "total")


def shifted(block: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """The rows of the same thing a year earlier, -1 where there is none."""
    earlier = block.assign(year=block["year"] - 1)
    keys = pd.MultiIndex.from_frame(block.astype(str))
    return keys.get_indexer(pd.MultiIndex.from_frame(earlier.iloc[at].astype(str)))


def mutants(program: LinearProgram) -> Iterator[tuple[str, LinearProgram]]:
    """(what was done, the program with one error)."""
    matrix = sp.coo_array(program.matrix)
    row, column = matrix.coords
    for name, rows in program.rows.items():
        inside = (row >= rows.start) & (row < rows.start + len(rows))
        for other, columns in program.columns.items():
            entry = np.flatnonzero(inside & (column >= columns.start) & (column < columns.start + len(columns)))
            if not len(entry):
                continue
            for error, factor in (("sign", -1.0), ("unit up", THOUSAND), ("unit down", 1 / THOUSAND)):
                data = matrix.data.copy()
                data[entry] *= factor
                yield f"{name}/{other}/{error}", replaced(program, row, column, data)
            if "year" in columns.index:
                to = shifted(columns.index, column[entry] - columns.start)
                moved, data = column.copy(), matrix.data.copy()
                moved[entry] = np.where(to >= 0, columns.start + to, column[entry])
                data[entry] = np.where(to >= 0, data[entry], 0.0)
                yield f"{name}/{other}/lag", replaced(program, row, moved, data)
        sides = program.row_lower.copy(), program.row_upper.copy()
        for side in sides:
            side[rows.positions] *= THOUSAND
        if any((new != old).any() for new, old in zip(sides, (program.row_lower, program.row_upper), strict=True)):
            yield f"{name}/right side/unit up", dataclasses.replace(program, row_lower=sides[0], row_upper=sides[1])


def replaced(program: LinearProgram, row: np.ndarray, column: np.ndarray, data: np.ndarray) -> LinearProgram:
    matrix = sp.csc_array((data, (row, column)), shape=program.matrix.shape)
    matrix.sum_duplicates()
    return dataclasses.replace(program, matrix=matrix)


def solution(program: LinearProgram, x: np.ndarray) -> Solution:
    values = {n: b.index.assign(value=x[b.positions]) for n, b in program.columns.items()}
    objective = float(program.cost @ x) + program.offset
    size = (*program.matrix.shape[::-1], int(program.matrix.nnz))
    return Solution(values, "optimal", 0.0, objective, objective, objective, "mutant", size, {}, program)


def stands(program: LinearProgram, x: np.ndarray) -> float | None:
    """The objective of the published figures in the sound program, None where it has no place for them."""
    session = Session(program)
    for name in PUBLISHED:
        if name in program.columns:
            at = program.columns[name].positions
            session.set_bounds(at, x[at], x[at])
    found = session.solve()
    return found.objective if found.status == "optimal" else None


def judged(known: KnownCase) -> Iterator[tuple[str, str]]:
    """(error, refused | worse | nothing | no plan | MISSED) for every mutant of a case."""
    case = known.case
    openings, inherited = forecast_openings(case), cohorts(case)
    program = linear_program(case, openings, inherited)
    if not known.whole_classes:
        program = dataclasses.replace(program, integer=np.zeros(len(program.cost), bool))
    for error, broken in mutants(program):
        found = Session(broken).solve()
        if found.status != "optimal":
            yield error, "no plan"
            continue
        x = np.where(program.integer, np.round(found.x), found.x)
        value = stands(program, x)
        if value is not None:
            worse = value > known.answer["objective"] + 1e-4 * max(1.0, abs(value))
            yield error, "worse" if worse else "nothing"
            continue
        plan = solution(program, x)
        flows = flow_tables(case, openings, inherited, plan)
        tables = {**flows, **resource_tables(case, inherited, plan, flows)}
        verdict, _ = Solved(case, openings, inherited, plan, tables).audited(
            whole_classes=case.settings.solving.whole_class_years if known.whole_classes else 0
        )
        yield error, "MISSED" if verdict.ok else "refused"


@pytest.mark.parametrize("name", SOME)
def test_planted_errors_are_refused(name: str):
    outcomes = dict(judged(read_known_case(name)))
    assert [error for error, outcome in outcomes.items() if outcome == "MISSED"] == []
    assert "refused" in outcomes.values()


@pytest.mark.slow
def test_planted_errors_of_every_case_are_refused():
    missed, counted, by_block = [], Counter(), {}
    for name in case_names():
        for error, outcome in judged(read_known_case(name)):
            counted[outcome] += 1
            by_block.setdefault(error.split("/")[0].split(":")[0], Counter())[outcome] += 1
            if outcome == "MISSED":
                missed.append(f"{name}: {error}")
    print(dict(counted))
    for block, outcomes in sorted(by_block.items()):
        print(f"{block:22} {dict(outcomes)}")
    assert missed == []
