"""The chain of years of study: numbers by hand, the identities of absorbing chains, balanced growth, persons conserved."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.plan.audit_flows import _grow_older
from talentplan.supply.flows import (
    by_grade,
    completion_shares,
    entrant_states,
    expected_years,
    fundamental,
    grade_flow,
    step,
)
from talentplan.supply.grades import Grades
from talentplan.supply.inherited import Cohorts, follow
from talentplan.supply.lags import lag_shares

SEEDS = st.integers(0, 10_000)
NO_MOVES = pd.DataFrame(
    {"source": np.zeros(0, np.int64), "target": np.zeros(0, np.int64), "grade": np.zeros(0, np.int64), "share": []}
).astype({"share": np.float64})


def grades(go_on, repeat, moves=NO_MOVES, more_years=2) -> Grades:
    """One line per row; years of study beyond the duration are None."""
    duration = np.array([sum(v is not None for v in row) for row in go_on])
    table = [np.array([[v or 0.0 for v in row] for row in rows], dtype=np.float64) for rows in (go_on, repeat)]
    return Grades(duration, *table, moves, more_years)


def moved(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "target", "grade", "share"])


TWO_YEARS = grades([[0.7, 0.8]], [[0.2, 0.1]])


def random_grades(seed: int) -> Grades:
    dice = np.random.default_rng(seed)
    lines, longest = int(dice.integers(1, 7)), int(dice.integers(1, 6))
    duration = dice.integers(1, longest + 1, lines)
    taught = np.arange(longest)[None, :] < duration[:, None]
    parts = dice.dirichlet([6.0, 1.0, 1.0, 1.0], (lines, longest)) * taught[:, :, None]
    go_on, repeat = parts[:, :, 0], parts[:, :, 1]
    rows = []
    for source in range(lines):
        for grade in range(1, duration[source]):
            targets = [o for o in range(lines) if o != source and duration[o] > grade]
            chosen = dice.choice(targets, min(2, len(targets)), replace=False) if targets else []
            rows += [(source, int(target), grade, parts[source, grade - 1, 2] / 2) for target in chosen]
    return Grades(duration, go_on, repeat, moved(*rows) if rows else NO_MOVES, 2)


def followers(found: Grades, years: int) -> Cohorts:
    """Cohorts of these lines with nobody on roll before the plan."""
    lags, lines = lag_shares(grade_flow(found)), len(found.duration)
    nobody = np.zeros((lines, years))
    return Cohorts(
        pd.DataFrame(index=range(lines)), found, lags.retention, lags.completing, lags.retention_elsewhere,
        lags.completing_elsewhere, np.arange(years), nobody, nobody, nobody > 0, np.zeros(lines),
    )  # fmt: skip


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_repeaters_stay_longer_and_complete_later():
    lags = lag_shares(grade_flow(TWO_YEARS))
    # (1,0) 1; (1,1) .2, (2,0) .7; (1,2) .04, (2,1) .07 + .14; (2,2) .028 + .021
    assert lags.retention[0] == pytest.approx([1.0, 0.9, 0.25, 0.049, 0.0])
    assert lags.completing[0] == pytest.approx([0.0, 0.0, 0.56, 0.168, 0.0392])


def test_expected_years_and_completion_by_hand():
    flow = grade_flow(TWO_YEARS)
    assert expected_years(flow) == pytest.approx([1 + 0.9 + 0.25 + 0.049])
    assert completion_shares(flow) == pytest.approx([0.56 + 0.168 + 0.0392])
    # states (1,0) (1,1) (1,2) (2,0) (2,1) (2,2)
    assert fundamental(flow)[[0], :].toarray()[0] == pytest.approx([1.0, 0.2, 0.04, 0.7, 0.21, 0.049])


def test_without_a_ceiling_repeating_is_a_geometric_series():
    endless = grade_flow(replace(TWO_YEARS, more_years=60))
    # 1 / (1 - .2) years in the first, then .7 of them so often 1 / (1 - .1) in the second, .8 of whom complete
    assert expected_years(endless) == pytest.approx([1.25 + 1.25 * 0.7 / 0.9])
    assert completion_shares(endless) == pytest.approx([1.25 * 0.7 / 0.9 * 0.8])


def test_those_who_change_lines_complete_in_the_other():
    found = grades([[0.65, 0.8], [0.9, 0.5]], [[0.0, 0.0], [0.0, 0.0]], moved((0, 1, 1, 0.25)), more_years=0)
    lags = lag_shares(grade_flow(found))
    assert lags.retention == pytest.approx(np.array([[1.0, 0.65, 0.0], [1.0, 0.9, 0.0]]))
    assert lags.completing == pytest.approx(np.array([[0.0, 0.0, 0.52], [0.0, 0.0, 0.45]]))
    there = lags.retention_elsewhere
    assert [a.tolist() for a in (there.start, there.end, there.age, there.share)] == [[0], [1], [1], [0.25]]
    done = lags.completing_elsewhere
    assert [a.tolist() for a in (done.start, done.end, done.age)] == [[0], [1], [2]]
    assert done.share == pytest.approx([0.125])
    assert completion_shares(grade_flow(found)) == pytest.approx([0.645, 0.45])
    assert found.leave == pytest.approx(np.array([[0.1, 0.2], [0.1, 0.5]]))


def test_stepping_counts_by_year_of_study():
    flow = grade_flow(TWO_YEARS)
    on_roll, completions = step(flow, np.zeros(6), np.array([[100.0, 0.0, 0.0, 50.0, 0.0]]))
    assert by_grade(flow, on_roll)[0] == pytest.approx(
        np.array([[100.0, 20.0, 4.0, 50.0, 10.0], [0.0, 70.0, 21.0, 4.9, 35.0]])
    )
    assert completions[0] == pytest.approx([0.0, 0.0, 56.0, 16.8, 3.92])


# -- identities, each through two or three ways of counting -----------------------------------------------------------


@given(SEEDS)
def test_go_on_move_repeat_and_leave_are_everybody(seed):
    found = random_grades(seed)
    taught = np.arange(found.go_on.shape[1])[None, :] < found.duration[:, None]
    assert (found.go_on + found.moved + found.repeat + found.leave)[taught] == pytest.approx(1.0)
    assert (found.leave >= -1e-12).all()


@given(SEEDS)
def test_lags_add_up_to_the_fundamental_matrix(seed):
    found = random_grades(seed)
    flow = grade_flow(found)
    lags, lines = lag_shares(flow), len(found.duration)
    n = fundamental(flow).toarray()[flow.first]  # (I - Q)^-1 from the state of entry
    years = np.stack([n[:, flow.line == o].sum(axis=1) for o in range(lines)], axis=1)
    ends = np.stack([n[:, flow.line == o] @ flow.completing[flow.line == o] for o in range(lines)], axis=1)
    for own, elsewhere, wanted in (
        (lags.retention, lags.retention_elsewhere, years),
        (lags.completing, lags.completing_elsewhere, ends),
    ):
        summed = np.diag(own.sum(axis=1))
        np.add.at(summed, (elsewhere.start, elsewhere.end), elsewhere.share)
        np.testing.assert_allclose(summed, wanted, atol=1e-12)
    np.testing.assert_allclose(expected_years(flow), years.sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(completion_shares(flow), ends.sum(axis=1), atol=1e-12)


@given(SEEDS)
def test_lags_steps_and_the_audit_count_alike(seed):
    found = random_grades(seed)
    flow, years = grade_flow(found), 12
    entrants = np.random.default_rng(seed).uniform(0, 90, (len(found.duration), years))
    inherited = followers(found, years)
    on_roll, completions = step(flow, np.zeros(len(flow.line)), entrants)
    by_lags, by_audit = follow(inherited, entrants), _grow_older(found, found.moves, entrants)
    enrolled = by_grade(flow, on_roll).sum(axis=1)
    for found_enrolled, found_completions in (by_lags, by_audit):
        np.testing.assert_allclose(found_enrolled, enrolled, atol=1e-9)
        np.testing.assert_allclose(found_completions, completions, atol=1e-9)


@given(SEEDS)
def test_every_entrant_is_on_roll_has_completed_or_has_left(seed):
    found = random_grades(seed)
    flow = grade_flow(found)
    years = int(found.duration.max()) + 3
    entrants = np.zeros((len(found.duration), years))
    entrants[:, 0] = 1.0
    on_roll, completions = step(flow, np.zeros(len(flow.line)), entrants)
    too_often = np.where(flow.repeated == 2, found.repeat[flow.line, flow.grade - 1], 0.0)
    left = (found.leave[flow.line, flow.grade - 1] + too_often) @ on_roll
    gone = np.concatenate([[0.0], np.cumsum(left)[:-1]])
    total = on_roll.sum(axis=0) + np.cumsum(completions.sum(axis=0)) + gone
    np.testing.assert_allclose(total, len(found.duration), atol=1e-12)
    assert on_roll[:, -1] == pytest.approx(0.0)  # nobody is on roll beyond the longest stay


@given(SEEDS)
def test_lines_with_roll_step_like_their_entrants(seed):
    found = random_grades(seed)
    flow = grade_flow(found)
    entrants = np.random.default_rng(seed).uniform(0, 90, (len(found.duration), 6))
    on_roll, completions = step(flow, np.zeros(len(flow.line)), entrants)
    later, done = step(flow, on_roll[:, 2], entrants[:, 3:])
    np.testing.assert_allclose(later, on_roll[:, 3:])
    np.testing.assert_allclose(done, completions[:, 3:])


# -- balanced growth --------------------------------------------------------------------------------------------------


def test_intakes_that_grow_carry_everything_with_them():
    """With intakes growing by a quarter a year enrolment and completions do too, in the proportions of the hand count."""
    flow, q, years = grade_flow(TWO_YEARS), 1.25, 15
    on_roll, completions = step(flow, np.zeros(6), q ** np.arange(years)[None, :])
    enrolled = by_grade(flow, on_roll).sum(axis=1)[0]
    settled = slice(4, None)  # from the year on in which the first intake has gone
    assert enrolled[5:] / enrolled[4:-1] == pytest.approx(q)
    # E / e = 1 + .9 x .8 + .25 x .64 + .049 x .512;  G / e = .56 x .64 + .168 x .512 + .0392 x .4096
    assert enrolled[settled] / q ** np.arange(years)[settled] == pytest.approx(1.905088)
    assert completions[0, settled] / q ** np.arange(years)[settled] == pytest.approx(0.46047232)
    assert completions[0, settled] / enrolled[settled] == pytest.approx(0.46047232 / 1.905088)


def test_correa_and_tinbergen_grow_in_balance():
    """Correa and Tinbergen, Quantitative Adaptation of Education to Accelerated Growth, Kyklos 15 (1962): two levels, one period each.

    Stocks of secondary and higher labour N2 = .2 v and N3 = .02 v + .04 n2 + .08 n3 (teachers), of whom a tenth leaves each
    period, output v growing by a fifth. By hand, for v = 1: m2 = N2 (1 - .9 / 1.2) = .05, n3 = 1.2 m3 = .3 N3,
    n2 = 1.2 (m2 + n3) = .06 + .36 N3, so N3 = .0224 / .9616.
    """
    q, periods = 1.2, 8
    n2_stock, n3_stock = 0.2, 0.0224 / 0.9616
    n3 = 0.3 * n3_stock
    n2 = 0.06 + 0.36 * n3_stock
    flow = grade_flow(grades([[1.0], [1.0]], [[0.0], [0.0]], more_years=0))
    growth = q ** np.arange(1, periods + 1)
    on_roll, completions = step(flow, np.array([n2, n3]), np.array([n2, n3])[:, None] * growth)
    for t, factor in enumerate(growth):
        n2_stock = 0.9 * n2_stock + completions[0, t] - on_roll[1, t]  # who completes and does not study on
        n3_stock = 0.9 * n3_stock + completions[1, t]
        assert n2_stock == pytest.approx(0.2 * factor)
        assert n3_stock == pytest.approx(0.02 * factor + 0.04 * on_roll[0, t] + 0.08 * on_roll[1, t])
        assert n3_stock / n2_stock == pytest.approx(0.0224 / 0.9616 / 0.2)


def test_entrants_begin_in_the_first_year():
    flow = grade_flow(random_grades(3))
    begin = entrant_states(flow).tocoo()
    assert flow.line[begin.col].tolist() == begin.row.tolist()
    assert set(flow.grade[begin.col]) == {1}
    assert set(flow.repeated[begin.col]) == {0}
