"""The sparse program and its sessions against answers worked by hand, and PuLP as the second way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from talentplan.errors import SolverError
from talentplan.program import (
    LinearProgram,
    ProgramBuilder,
    Session,
    Terms,
    residual,
    solve_through_pulp,
    write_program,
)


def _two_products(*, integer: bool = False) -> LinearProgram:
    """maximise 3x + 2y, x + y <= 4, x + 3y <= 6, 0 <= x <= 3.5: corner x = 3.5, y = 0.5, value 11.5; whole: x = 3, y = 1."""
    builder = ProgramBuilder()
    block = builder.add_columns(
        "made", pd.DataFrame({"product": ["x", "y"]}), upper=[3.5, np.inf], cost=[-3.0, -2.0], integer=integer
    )
    x, y = block.positions
    builder.add_rows(
        "hours",
        pd.DataFrame({"machine": ["m", "n"]}),
        Terms(np.array([0, 0, 1, 1]), np.array([x, y, x, y]), np.array([1.0, 1.0, 1.0, 3.0])),
        upper=[4.0, 6.0],
        sentence=("机器 {machine}", "machine {machine}"),
    )
    return builder.finish()


def test_linear_optimum_and_duals_by_hand() -> None:
    outcome = Session(_two_products()).solve()
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(-11.5)
    assert outcome.x == pytest.approx([3.5, 0.5])
    assert outcome.dual == pytest.approx([-2.0, 0.0])  # one hour more of m makes one y more


def test_whole_optimum_by_hand_and_through_cbc() -> None:
    program = _two_products(integer=True)
    outcome = Session(program).solve()
    assert outcome.x == pytest.approx([3.0, 1.0])
    assert outcome.gap == pytest.approx(0.0)
    again = solve_through_pulp(program, "cbc")
    assert again.objective == pytest.approx(outcome.objective) == pytest.approx(-11.0)


def test_relaxing_leaves_the_whole_program_in_place() -> None:
    session = Session(_two_products(integer=True))
    assert session.solve(relax=True).objective == pytest.approx(-11.5)
    assert session.solve().objective == pytest.approx(-11.0)


def test_changes_in_memory_equal_a_program_built_anew() -> None:
    session = Session(_two_products())
    session.solve()
    session.set_bounds(np.array([0]), np.array([0.0]), np.array([2.0]))
    assert session.solve().x == pytest.approx([2.0, 4.0 / 3.0])  # x + 3y = 6
    session.set_row_bounds(np.array([1]), np.array([-np.inf]), np.array([3.0]))
    assert session.solve().x == pytest.approx([2.0, 1.0 / 3.0])
    session.set_costs(np.array([-1.0, -100.0]))
    assert session.solve().x == pytest.approx([0.0, 1.0])
    session.add_row(np.array([0.0, 1.0]), -np.inf, 0.25)
    assert session.solve().x == pytest.approx([2.0, 0.25])


def test_an_impossible_program_has_no_values() -> None:
    builder = ProgramBuilder()
    block = builder.add_columns("x", pd.DataFrame({"k": [0]}), upper=1.0)
    builder.add_rows(
        "least", pd.DataFrame({"k": [0]}), Terms(np.array([0]), block.positions, np.array([1.0])), lower=2.0
    )
    program = builder.finish()
    for outcome in (Session(program).solve(), solve_through_pulp(program, "cbc")):
        assert outcome.status == "infeasible"
        assert np.isnan(outcome.x).all()


def test_terms_of_one_row_and_column_add_up() -> None:
    builder = ProgramBuilder()
    block = builder.add_columns("x", pd.DataFrame({"k": [0]}), cost=1.0)
    twice = Terms(np.array([0, 0]), np.repeat(block.positions, 2), np.array([1.0, 1.0]))
    builder.add_rows("least", pd.DataFrame({"k": [0]}), twice, lower=5.0)
    assert Session(builder.finish()).solve().x == pytest.approx([2.5])


def test_rows_may_ask_for_the_same_expression() -> None:
    terms = Terms(np.array([5, 3, 5]), np.array([0, 1, 2]), np.array([1.0, 10.0, 100.0]))
    found = terms.at(np.array([5, 4, 3, 5]), np.array([1.0, 1.0, 2.0, -1.0]))
    rows = {(int(r), int(c)): v for r, c, v in zip(found.key, found.column, found.coefficient, strict=True)}
    assert rows == {(0, 0): 1.0, (0, 2): 100.0, (2, 1): 20.0, (3, 0): -1.0, (3, 2): -100.0}


def test_terms_outside_their_block_and_second_names_are_refused() -> None:
    builder = ProgramBuilder()
    block = builder.add_columns("x", pd.DataFrame({"k": [0]}))
    with pytest.raises(ValueError, match="outside"):
        builder.add_rows("r", pd.DataFrame({"k": [0]}), Terms(np.array([1]), block.positions, np.ones(1)))
    with pytest.raises(ValueError, match="already"):
        builder.add_columns("x", pd.DataFrame({"k": [0]}))


def test_rows_speak_both_languages() -> None:
    program = _two_products()
    block = program.row_block(1)
    assert (block.label(1, "zh"), block.label(1, "en")) == ("机器 n", "machine n")


def test_residual_measures_what_is_broken() -> None:
    program = _two_products()
    assert residual(program, np.array([3.5, 0.5])) <= 1e-12
    assert residual(program, np.array([3.5, 1.5])) == pytest.approx(2.0 / 6.0)  # x + 3y = 8 against 6


def test_a_solver_that_is_not_here_is_named() -> None:
    with pytest.raises(SolverError, match="no_such_solver"):
        solve_through_pulp(_two_products(), "no_such_solver")


@pytest.mark.parametrize("ending", [".lp", ".mps"])
def test_files_for_auditors(tmp_path, ending: str) -> None:
    path = tmp_path / f"program{ending}"
    write_program(_two_products(), path)
    text = path.read_text(encoding="utf-8")
    assert "r0" in text
    assert "c1" in text
