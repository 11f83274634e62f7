"""Whole numbers without branch and bound: the dive by hand, and first plans that keep every row and never beat the optimum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.random_cases import random_case

from talentplan.allocation import linear_program
from talentplan.allocation.dive import Dive
from talentplan.allocation.first_years import first_plan
from talentplan.demand import forecast_openings
from talentplan.program import LinearProgram, ProgramBuilder, Session, Terms, residual
from talentplan.supply import cohorts


def bought(gain: list[float], most: list[float], room: float) -> LinearProgram:
    """maximise gain x, sum of x <= room, x <= most, x whole."""
    builder, n = ProgramBuilder(), len(gain)
    index = pd.DataFrame({"investment": [f"i{k}" for k in range(n)]})
    block = builder.add_columns("bought", index, upper=most, cost=-np.array(gain), integer=True)
    terms = Terms(np.zeros(n, np.int64), block.positions, np.ones(n))
    builder.add_rows("room", pd.DataFrame({"year": [2025]}), terms, upper=room)
    return builder.finish()


def dived(program: LinearProgram) -> tuple[Dive, float, list[float]]:
    session = Session(program)
    relaxed = session.solve(relax=True)
    session.drop_integrality()
    dive = Dive(program, session)
    found = dive.decide(relaxed)
    assert found is not None
    return dive, found.objective, found.x.tolist()


def test_what_does_not_fit_above_goes_down():
    # the relaxation takes 3.6 of the one there is; 4 do not fit
    dive, objective, x = dived(bought([2.0], [5.0], 3.6))
    assert (objective, x) == (pytest.approx(-6.0), pytest.approx([3.0]))
    assert (dive.lower == dive.upper).all()


def test_nothing_is_rounded_beyond_its_bound():
    _, objective, x = dived(bought([1.0] * 40, [2.5] * 40, 1000.0))
    assert (objective, x) == (pytest.approx(-80.0), pytest.approx([2.0] * 40))


def tied(group: int, groups: int, room: float) -> LinearProgram:
    """maximise the sum of x; in each group sum of x <= 1; the sum over all <= room; x whole."""
    builder, n = ProgramBuilder(), group * groups
    block = builder.add_columns("opens", pd.DataFrame({"offering": range(n)}), upper=1.0, cost=-1.0, integer=True)
    one = np.ones(n)
    builder.add_rows(
        "one", pd.DataFrame({"group": range(groups)}), Terms(np.arange(n) // group, block.positions, one), upper=1.0
    )
    builder.add_rows(
        "all", pd.DataFrame({"year": [2025]}), Terms(np.zeros(n, np.int64), block.positions, one), upper=room
    )
    return builder.finish()


def test_as_many_as_fit_are_found():
    program = tied(group=5, groups=8, room=5.5)
    _, objective, x = dived(program)
    assert objective == pytest.approx(-5.0)
    assert residual(program, np.array(x)) <= 1e-9


def test_first_plans_keep_every_row_and_never_beat_the_optimum():
    found = 0
    for seed in range(12):
        case = random_case(seed, whole_classes=True)
        program = linear_program(case, forecast_openings(case), cohorts(case))
        best = Session(program).solve()
        session = Session(program)
        relaxed = session.solve(relax=True)
        first = first_plan(program, session, relaxed, gap=0.0)
        if first is None:
            continue
        found += 1
        whole = first.x[program.integer]
        assert np.abs(whole - np.round(whole)).max(initial=0.0) <= 1e-6
        assert residual(program, first.x) <= 1e-6
        assert first.objective >= best.objective - 1e-6 * max(1.0, abs(best.objective))
        assert first.bound == pytest.approx(relaxed.objective)
        assert first.gap == pytest.approx(max(0.0, (first.objective - first.bound) / max(abs(first.objective), 1e-9)))
    assert found >= 11  # some decisions have no way out, and branch and bound has to find one


def test_rows_that_reach_into_later_years_bind_the_first():
    # the relaxation takes 1.6 now, beside 1.5 at least next year; 2, the nearest, would not leave room for those
    builder = ProgramBuilder()
    index = pd.DataFrame({"offering": "o", "year": [2025, 2026]})
    block = builder.add_columns("plan", index, lower=[0.0, 1.5], upper=9.0, cost=[-1.0, 0.0], integer=[True, False])
    terms = Terms(np.zeros(2, np.int64), block.positions, np.ones(2))
    builder.add_rows("both", pd.DataFrame({"offering": ["o"]}), terms, upper=3.1)
    program = builder.finish()
    session = Session(program)
    relaxed = session.solve(relax=True)
    assert relaxed.x[0] == pytest.approx(1.6)
    first = first_plan(program, session, relaxed, gap=1.0)
    assert first is not None
    assert first.x[0] == pytest.approx(1.0)
