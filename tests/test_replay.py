"""The replay of California's completions: what must come out of made-up panels, and what came out of the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.replay import KEYS, by_cohorts, panel, replay, smoothed


def made_up(rows: list[list[float]], years=(2020, 2021, 2022, 2023, 2024)) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([(f"S{k}", "01.01", "bachelor") for k in range(len(rows))], names=KEYS)
    return pd.DataFrame(rows, index=index, columns=list(years), dtype=float)


def test_a_line_that_never_changes_is_told_exactly():
    durations = np.array([1, 2, 4, 5])
    past = np.repeat(np.array([[7.0], [40.0], [150.0], [3.0]]), 4, axis=1)
    assert by_cohorts(past, durations) == pytest.approx(past[:, -1])


def test_the_filter_by_hand():
    # mean 20 (+ .5); variance starts at .6 x 20.5 = 12.3, grows by (.3 x 20.5)^2 = 37.8225 to 50.1225: gain 50.1225 / 62.4225
    found = smoothed(np.array([[10.0, 30.0]]))
    assert found[0] == pytest.approx([10.0, 10.0 + 20.0 * 50.1225 / 62.4225])


def test_large_lines_follow_last_year_and_small_ones_their_mean():
    found = by_cohorts(np.array([[1000.0, 1000.0, 1000.0, 1300.0], [2.0, 2.0, 2.0, 5.0]]), np.array([2, 2]))
    assert found[0] == pytest.approx(1300, rel=0.01)
    assert 3.5 < found[1] < 4.9


def test_a_line_without_completions_last_year_is_closed():
    assert by_cohorts(np.array([[30.0, 20.0, 9.0, 0.0]]), np.array([3])).tolist() == [0.0]


def test_nothing_of_the_year_told_is_used():
    dice = np.random.default_rng(3)
    rows = dice.poisson(12, (40, 5)).astype(float) + 1
    other = rows.copy()
    other[:, 4] = dice.permutation(rows[:, 4])
    one, two = (replay(made_up(r.tolist()), 2024) for r in (rows, other))
    assert one["completions"] == two["completions"]
    assert one["methods"]["cohorts"]["bias"] == pytest.approx(
        two["methods"]["cohorts"]["bias"]
    )  # the same said, summed
    assert one["methods"]["cohorts"]["mae"] != two["methods"]["cohorts"]["mae"]


def test_entrants_that_move_slowly_are_told_better_than_by_last_year():
    dice = np.random.default_rng(4)
    entrants = 30 * np.exp(0.1 * dice.normal(size=(3000, 5)).cumsum(axis=1))
    rows = dice.binomial(entrants.round().astype(int), 0.5).astype(float)
    found = replay(made_up(rows.tolist()), 2024)
    assert found["ratio_vs_last_year"] < 0.97
    assert found["methods"]["last_year"]["wape"] == pytest.approx(
        np.abs(rows[:, 3] - rows[:, 4]).sum() / rows[:, 4].sum()
    )


def test_california(reference_data: Path):
    found = panel(reference_data / "us_california")
    raw = pd.read_csv(reference_data / "us_california" / "completions_2020_2024.csv.gz", dtype=str)
    raw = raw[(raw["MAJORNUM"] == "1") & (raw["CIPCODE"] != "99")]
    assert found[2024].sum() == pytest.approx(pd.to_numeric(raw.loc[raw["year"] == "2024", "CTOTALT"]).sum())
    proof = replay(found, 2024)
    assert proof["lines"] > 18_000
    assert proof["ratio_vs_last_year"] < 1.0
