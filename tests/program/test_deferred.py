"""Programs with columns that only follow others: deferring them never changes the optimum, whether the budget binds or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from talentplan.program import LinearProgram, ProgramBuilder, Session, Terms, residual, solve_deferring

LINES = 12


def _schools(seed: int, budget: float, *, price: float = 0.0) -> LinearProgram:
    """Lines in two years want persons (worth `value` each, at most `most`); a line runs at least p / 40 in both years.

    Running costs `fixed` and persons 1 each out of one budget a year; `price` charges running to the objective.
    """
    dice = np.random.default_rng(seed)
    builder = ProgramBuilder()
    index = pd.DataFrame({"line": np.repeat(np.arange(LINES), 2), "year": np.tile([0, 1], LINES)})
    n = len(index)
    plan = builder.add_columns("plan", index, upper=dice.uniform(20, 80, n), cost=-dice.uniform(0.5, 1.5, n))
    least = np.where(dice.random(n) < 0.3, 1.0, 0.0)
    running = builder.add_columns("running", index, lower=least, cost=price)
    line, year = index["line"].to_numpy(), index["year"].to_numpy()
    both = np.concatenate(
        [np.arange(n), np.flatnonzero(year == 1)]
    )  # the second year also carries the first year's persons
    entry = np.concatenate([np.arange(n), np.flatnonzero(year == 1) - 1])
    rows = np.arange(len(both))
    builder.add_rows(
        "running_since", index.iloc[both],
        Terms.concat([Terms(rows, running.positions[both], np.full(len(both), 40.0)), Terms(rows, plan.positions[entry], -np.ones(len(both)))]),
        lower=0.0,
    )  # fmt: skip
    fixed = dice.uniform(5, 15, LINES)[line]
    builder.add_rows(
        "recurrent_budget", pd.DataFrame({"year": [0, 1]}),
        Terms.concat([Terms(year, plan.positions, np.ones(n)), Terms(year, running.positions, fixed)]), upper=budget,
    )  # fmt: skip
    return builder.finish()


@pytest.mark.parametrize("budget", [10_000.0, 600.0, 300.0, 150.0, 80.0])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("method", ["ipm", "simplex"])
def test_deferring_gives_the_same_optimum(seed: int, budget: float, method: str) -> None:
    program = _schools(seed, budget)
    plain = Session(program).solve(method="simplex")
    session = Session(program)
    found = solve_deferring(session, "running", "running_since", method=method)
    assert found.status == plain.status
    if plain.status == "optimal":
        assert found.objective == pytest.approx(plain.objective, rel=1e-9)
        assert residual(program, found.x) <= 1e-7
        slack = np.minimum(program.row_upper, 1e9) * np.minimum(found.dual, 0.0) + np.where(
            np.isfinite(program.row_lower), program.row_lower, 0.0
        ) * np.maximum(found.dual, 0.0)
        bounds = np.where(found.reduced > 0, program.lower, np.minimum(program.upper, 1e9)) * found.reduced
        assert slack.sum() + bounds.sum() == pytest.approx(plain.objective, rel=1e-7)  # its duals prove it


def test_the_cases_are_of_both_kinds() -> None:
    free, tight = _schools(0, 10_000.0), _schools(0, 300.0)
    assert Session(tight).solve().objective > Session(free).solve().objective + 1.0
    assert Session(_schools(0, 10.0)).solve().status == "infeasible"


def test_the_session_goes_on_from_the_deferred_optimum_as_from_any_other() -> None:
    program = _schools(3, 600.0)
    session = Session(program)
    solve_deferring(session, "running", "running_since", method="ipm")
    columns = program.columns["plan"].positions[:4]
    session.set_bounds(columns, np.zeros(4), np.full(4, 10.0))
    program.upper[columns] = 10.0
    assert session.solve(method="simplex").objective == pytest.approx(Session(program).solve().objective)


def test_what_costs_money_in_the_objective_is_not_deferred() -> None:
    program = _schools(1, 600.0, price=0.25)
    found = solve_deferring(Session(program), "running", "running_since", method="ipm")
    assert found.objective == pytest.approx(Session(program).solve().objective)


def test_a_program_without_such_columns_is_solved_as_it_is() -> None:
    program = _schools(2, 600.0)
    assert solve_deferring(Session(program), "none", "running_since", method="ipm").objective == pytest.approx(
        Session(program).solve().objective
    )
