"""Which rows of a program without a solution clash, worked by hand on a few columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from talentplan.program import Clash, Followers, LinearProgram, ProgramBuilder, Terms, leave_out

NONE = Followers(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _program(rows: list[tuple[list[float], float, float]], *, whole: bool = False) -> LinearProgram:
    """Rows (coefficients, lower, upper) over columns >= 0."""
    builder, n = ProgramBuilder(), len(rows[0][0])
    builder.add_columns("x", pd.DataFrame({"k": range(n)}), integer=whole)
    key, column = np.divmod(np.arange(len(rows) * n), n)
    terms = Terms(key, column, np.array([c for coefficients, _, _ in rows for c in coefficients]))
    builder.add_rows("r", pd.DataFrame({"k": range(len(rows))}), terms,
                     lower=np.array([low for _, low, _ in rows]), upper=np.array([high for _, _, high in rows]))  # fmt: skip
    return builder.finish()


def _clash(program: LinearProgram, followers: Followers = NONE, *, whole: bool = False) -> Clash:
    followed = np.unique(followers.rows)
    return Clash(program, np.setdiff1d(np.arange(program.matrix.shape[0]), followed), followers, whole=whole)


def _rows(*rows: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


TWO = [([1.0, 1.0], 10.0, np.inf), ([1.0, 0.0], -np.inf, 3.0), ([0.0, 1.0], -np.inf, 4.0), ([1.0, -1.0], -np.inf, 9.0)]


def test_rows_clash_together_and_not_without_one_of_them() -> None:
    # x + y >= 10 against x <= 3 and y <= 4; x - y <= 9 has no part in it
    clash = _clash(_program(TWO))
    assert clash.possible(_rows(0, 1, 2, 3)) is False
    assert clash.possible(_rows(0, 1, 2)) is False
    assert all(clash.possible(np.setdiff1d(_rows(0, 1, 2, 3), [k])) for k in (0, 1, 2))
    assert clash.possible(_rows(0, 1, 2)) is False  # asked again: what was let go stands again
    kept = leave_out(range(4), lambda rows: clash.possible(_rows(*rows)) is False)
    assert sorted(kept) == [0, 1, 2]
    assert set(clash.suspects(_rows(0, 1, 2, 3))) == {0, 1, 2}


@pytest.mark.parametrize(("giving", "under", "over", "cost"), [
    ([0], [3.0], [0.0], 0.3),       # 10 -> 7 = 3 + 4
    ([1], [0.0], [3.0], 1.0),       # 3 -> 6
    ([2], [0.0], [3.0], 0.75),      # 4 -> 7
])  # fmt: skip
def test_a_row_gives_way_by_as_little_as_is_enough(
    giving: list[int], under: list[float], over: list[float], cost: float
) -> None:
    found = _clash(_program(TWO)).breach(_rows(*giving))
    assert found is not None
    assert found.rows.tolist() == giving
    assert found.under.tolist() == pytest.approx(under)
    assert found.over.tolist() == pytest.approx(over)
    assert found.cost == pytest.approx(cost)


def test_a_row_without_part_in_the_clash_mends_nothing() -> None:
    assert _clash(_program(TWO)).breach(_rows(3)) is None


def test_of_all_rows_those_give_way_that_cost_least() -> None:
    found = _clash(_program(TWO)).breach(_rows(0, 1, 2, 3))
    assert found is not None
    assert found.cost == pytest.approx(0.3)
    assert found.under.tolist() == pytest.approx([3.0, 0.0, 0.0, 0.0])


def test_whole_numbers_alone_may_clash() -> None:
    # 2 x = 5: no whole x, though 2.5 does; in whole numbers it gives way by 1
    program = _program([([2.0], 5.0, 5.0)], whole=True)
    assert _clash(program).possible(_rows(0)) is True
    whole = _clash(program, whole=True)
    assert whole.possible(_rows(0)) is False
    found = whole.breach(_rows(0))
    assert found is not None
    assert found.under[0] + found.over[0] == pytest.approx(1.0)


def test_a_follower_gives_way_with_its_parent_and_stands_with_it() -> None:
    # x >= 10 and x <= 3; row 2 says x <= 4 only because of row 1
    program = _program([([1.0], 10.0, np.inf), ([1.0], -np.inf, 3.0), ([1.0], -np.inf, 4.0)])
    follow = Followers(_rows(2), _rows(1))
    clash = _clash(program, follow)
    assert clash.possible(_rows(0, 1)) is False
    assert clash.possible(_rows(0)) is True
    found = clash.breach(_rows(1))
    assert found is not None
    assert found.rows.tolist() == [1, 2]
    assert found.over.tolist() == pytest.approx([7.0, 6.0])
    assert found.cost == pytest.approx(7.0 / 3.0, abs=1e-3)
    assert clash.breach(_rows(0)) is not None


def test_leaving_out_stops_after_so_many_questions_with_what_still_clashes() -> None:
    asked: list[list[int]] = []

    def clash(kept: list[int]) -> bool:
        asked.append(kept)
        return 5 in kept

    kept = leave_out(range(100), clash, most=3)
    assert 5 in kept
    assert len(asked) == 3
    assert leave_out(range(100), clash) == [5]
