"""Futures: each one's own best plan and one plan on all of them, against cases built separately; by hand on a small town."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.random_cases import random_case
from tests.rich_case import RICH

from talentplan.allocation import linear_program
from talentplan.demand import Openings, forecast_openings
from talentplan.errors import ImpossibleError
from talentplan.insight import Judge, Sweep, persons_of, replanned, worst_mean
from talentplan.program import LinearProgram, Session
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case


def rich(**more: str) -> Case:
    """The rich case with some more rows of its tables and the usual steps of shortage."""
    base = read_yaml("_base")
    tables = {name: rows(text) for name, text in (base["tables"] | RICH["tables"]).items()}
    for name, text in more.items():
        tables[name] = tables[name] + rows(text)
    steps = {"objective": {"shortage_steps": [[0.1, 0.5], [0.5, 1.0], [1.0, 1.5]]}}
    return build_case(merged(merged(base["settings"], RICH["settings"]), steps), tables)


def built(case: Case, openings: Openings) -> LinearProgram:
    program = linear_program(case, openings, cohorts(case))
    return dataclasses.replace(program, integer=np.zeros(len(program.cost), dtype=bool))


def with_persons(openings: Openings, persons: np.ndarray) -> Openings:
    return dataclasses.replace(openings, table=openings.table.assign(openings=persons))


def drawn(openings: Openings, count: int, spread: float, seed: int = 5) -> np.ndarray:
    expected = openings.table["openings"].to_numpy()
    return expected * np.maximum(np.random.default_rng(seed).normal(1.0, spread, (count, len(expected))), 0.05)


def fixed_optimum(program: LinearProgram, x: np.ndarray) -> float:
    """The optimum with everything but placement held at x, of the whole program."""
    lower, upper = x.copy(), x.copy()
    for name in ("placed", "unplaced", "shortage"):
        at = program.columns[name].positions
        lower[at], upper[at] = program.lower[at], program.upper[at]
    free = np.ones(program.matrix.shape[0], dtype=bool)
    for name in ("local_supply", "openings", "orders"):
        if name in program.rows:
            free[program.rows[name].positions] = False
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    row_lower[free], row_upper[free] = -np.inf, np.inf
    held = dataclasses.replace(program, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    found = Session(held).solve(method="simplex")
    assert found.status == "optimal"
    return found.objective


@cache
def random_cases() -> tuple[Case, ...]:
    found = []
    for seed in range(24):
        case = random_case(seed)
        try:
            Sweep(linear_program(case, forecast_openings(case), cohorts(case)))
        except ImpossibleError:
            continue
        found.append(case)
    assert len(found) >= 12
    return tuple(found)


@pytest.mark.parametrize("spread", [0.02, 0.5])
def test_every_future_has_the_optimum_of_a_case_of_its_own(spread):
    for case in [rich(), *random_cases()[:8]]:
        openings = forecast_openings(case)
        sweep = Sweep(linear_program(case, openings, cohorts(case)))
        persons = drawn(openings, 3, spread)
        together = replanned(sweep, openings.table, persons)
        apart = [Session(built(case, with_persons(openings, p))).solve(method="simplex").objective for p in persons]
        assert together == pytest.approx(apart, rel=1e-7, abs=1e-7)
        assert replanned(sweep, openings.table, persons[::-1])[::-1] == pytest.approx(together, rel=1e-12)


@pytest.mark.parametrize("spread", [0.02, 0.5])
def test_a_plan_is_judged_as_a_solve_with_it_fixed(spread):
    for case in [rich(), *random_cases()]:
        openings = forecast_openings(case)
        sweep = Sweep(linear_program(case, openings, cohorts(case)))
        judge = Judge(sweep.program, openings.table, sweep.base.x)
        persons = drawn(openings, 3, spread)
        apart = [fixed_optimum(built(case, with_persons(openings, p)), sweep.base.x) for p in persons]
        assert judge.objective(persons) == pytest.approx(apart, rel=1e-7, abs=1e-6)


def test_the_expected_future_is_the_base_and_no_fixed_plan_beats_the_best():
    case = rich()
    openings = forecast_openings(case)
    sweep = Sweep(linear_program(case, openings, cohorts(case)))
    judge = Judge(sweep.program, openings.table, sweep.base.x)
    expected = openings.table["openings"].to_numpy()[None]
    assert replanned(sweep, openings.table, expected) == pytest.approx([sweep.base.objective], rel=1e-9)
    assert judge.objective(expected) == pytest.approx([sweep.base.objective], rel=1e-9)
    persons = drawn(openings, 20, 0.3)
    regret = judge.objective(persons) - replanned(sweep, openings.table, persons)
    assert (regret > -1e-6).all()
    assert regret.max() > 0.1, "a plan for the expected openings is not the best of every future"


def test_openings_where_no_program_leads_cost_their_shortage():
    """By hand: 40 welders wanted in 2026, and a future that wants 140: 100 x (0.1 x 0.5 + 0.4 x 1 + 0.5 x 1.5) / 1.05."""
    case = rich(
        occupations="occupation name_zh\nW 焊工",
        openings="occupation level year persons\nW secondary 2026 40",
    )
    openings = forecast_openings(case)
    sweep = Sweep(linear_program(case, openings, cohorts(case)))
    judge = Judge(sweep.program, openings.table, sweep.base.x)
    expected = openings.table["openings"].to_numpy()
    own = (openings.table["occupation"] == "W") & (openings.table["year"] == 2026)
    assert expected[own].tolist() == [40.0]
    more = np.where(own, 140.0, expected)
    before, after = judge.objective(np.array([expected, more]))
    assert after - before == pytest.approx(120.0 / 1.05, rel=1e-9)
    assert replanned(sweep, openings.table, more[None])[0] - sweep.base.objective == pytest.approx(120.0 / 1.05)


def test_openings_nobody_expected_are_refused():
    case = rich()
    openings = forecast_openings(case)
    sweep = Sweep(linear_program(case, openings, cohorts(case)))
    none = np.flatnonzero(openings.table["openings"].to_numpy() == 0)
    table = openings.table
    if not len(none):
        table = table.iloc[np.append(np.arange(len(table)), 0)].reset_index(drop=True)
        table.loc[len(table) - 1, ["occupation", "openings"]] = ["nowhere", 0.0]
        none = np.array([len(table) - 1])
    persons = table["openings"].to_numpy(copy=True)
    persons[none[0]] = 1.0
    with pytest.raises(ValueError, match="where the expected openings are 0"):
        replanned(sweep, table, persons[None])


def test_sample_paths_are_futures_in_the_order_of_the_table():
    paths = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    openings = dataclasses.replace(forecast_openings(rich()), paths=paths)
    assert persons_of(openings).tolist() == [list(range(12)), list(range(12, 24))]


def test_the_mean_of_the_worst():
    loss = np.array([5.0, 1.0, 2.0, 9.0, 3.0])
    assert worst_mean(loss, 0.2) == 9.0
    assert worst_mean(loss, 0.4) == 7.0
    assert worst_mean(loss, 0.5) == pytest.approx((9.0 + 5.0 + 0.5 * 3.0) / 2.5)
    assert worst_mean(loss, 1.0) == pytest.approx(loss.mean())


def ordered() -> list[Case]:
    """Cases whose order classes name an occupation: two worked by hand, where futures take the openings away, and random ones."""
    known = [read_known_case(name).case for name in ("orders", "orders_passed")]
    drawn_ones = [c for c in random_cases() if (c.table("reserved_seats")["occupation"] != "").any()]
    assert drawn_ones
    return [*known, *drawn_ones]


@pytest.mark.parametrize("spread", [0.02, 0.5])
def test_order_classes_ask_for_no_more_than_a_future_has(spread):
    for case in ordered():
        openings = forecast_openings(case)
        sweep = Sweep(linear_program(case, openings, cohorts(case)))
        persons = drawn(openings, 3, spread)
        programs = [built(case, with_persons(openings, p)) for p in persons]
        apart = [Session(program).solve(method="simplex").objective for program in programs]
        assert replanned(sweep, openings.table, persons) == pytest.approx(apart, rel=1e-7, abs=1e-7)
        judge = Judge(sweep.program, openings.table, sweep.base.x)
        held = [fixed_optimum(program, sweep.base.x) for program in programs]
        assert judge.objective(persons) == pytest.approx(held, rel=1e-7, abs=1e-5)
