from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from talentplan.demand.backtest import best_method, error_table, rolling_errors
from talentplan.demand.methods import METHODS

NAN = np.nan
NAIVE, DRIFT, EXCEL = range(3)


def errors(*series, min_train=3, window=10):
    history = np.array(series, dtype=float)
    years = np.arange(2000, 2000 + history.shape[1])
    return rolling_errors(history, years, min_train=min_train, window=window)


def test_mase_and_mape_by_hand():
    # Origins: after 10 12 16 (mean change 3) and after 10 12 16 18 (mean change 8/3).
    # naive: misses 2 and 8, then 6. drift: 19, 22 against 18, 24, then 62/3 against 24.
    # Excel: 56/3, 65/3 against 18, 24, then 21 against 24.
    found = errors([10, 12, 16, 18, 24])
    one, two = found.mase[:, 0, 0], found.mase[:, 0, 1]
    assert one == pytest.approx([(2 / 3 + 9 / 4) / 2, (1 / 3 + 5 / 4) / 2, (2 / 9 + 9 / 8) / 2])
    assert two == pytest.approx([8 / 3, 2 / 3, 7 / 9])
    assert found.mape[NAIVE, 0] == pytest.approx([(2 / 18 + 6 / 24) / 2, 8 / 24])
    assert found.n[:, 0].tolist() == [[2, 1]] * 3
    assert found.score[:, 0] == pytest.approx([2.0625, 0.7291666667, 0.7256944444])
    assert best_method(found, METHODS).tolist() == [EXCEL]
    assert best_method(found, ["naive", "drift"]).tolist() == [DRIFT]
    assert best_method(found, []).tolist() == [-1]


def test_ties_go_to_the_simpler_method():
    assert best_method(errors([10, 12, 14, 16, 18, 20]), METHODS).tolist() == [DRIFT]
    # Up and down by the same step: all miss, the last value least or as little as any.
    assert best_method(errors([10, 12, 10, 12, 10, 12, 10]), METHODS).tolist() == [NAIVE]


def test_nothing_after_the_origin_is_used():
    # Changing the last value changes the errors against it and no other.
    low, high = errors([10, 12, 16, 18, 24]), errors([10, 12, 16, 18, 99])
    first = errors([10, 12, 16, 18])
    assert low.mase[:, 0, 1].tolist() != high.mase[:, 0, 1].tolist()
    assert first.mase[:, 0, 0] == pytest.approx(low.mase[:, 0, 0] * 2 - [9 / 4, 5 / 4, 9 / 8])


def test_horizons_end_at_ten():
    found = errors(np.arange(30.0) ** 2)
    assert found.n.shape[2] == 10
    assert found.n[0, 0].tolist() == [27 - h for h in range(10)]


def test_short_constant_and_gappy_series_do_not_stop_the_batch():
    found = errors(
        [10, 12, 16, 18, 24],
        [NAN, NAN, 5, 6, 7],  # three known years: no origin has an actual value after it
        [8, 8, 8, 8, 8],  # no change to scale by
        [0, 0, 0, 0, 0],
        [NAN] * 5,
        [10, NAN, 14, 16, 18],  # one origin (2003) with three known years; 2 a year through the gap
    )
    assert best_method(found, METHODS).tolist() == [EXCEL, -1, -1, -1, -1, DRIFT]
    assert found.n[0].sum(axis=1).tolist() == [3, 0, 3, 3, 0, 1]
    assert found.mase[NAIVE, 5, 0] == pytest.approx(2 / 2)
    assert np.isnan(found.mase[:, 1:5]).all()
    assert found.mape[:, 2, 0].tolist() == [0, 0, 0]
    assert np.isnan(found.mape[:, 3]).all()  # no share of nothing


def test_a_year_that_was_not_counted_is_no_origin():
    # From 2002 on to 2004 and 2005, from 2004 on to 2005; 2003 is unknown as origin and as actual value.
    assert errors([10, 12, 14, NAN, 18, 20]).n[0, 0].tolist() == [1, 1, 1]


def test_the_table_pools_and_marks_the_choice():
    found = errors([10, 12, 16, 18, 24], [10, 12, 14, 16, 18], [NAN, NAN, NAN, 1, 2])
    table = error_table(found, ["A", "B", "C"], ["excel_linear", "drift", "naive"])
    assert list(table) == ["industry", "method", "horizon", "mase", "mape", "n", "chosen"]
    assert set(zip(*(table.loc[table["chosen"], c] for c in ("industry", "method")), strict=True)) == {
        ("A", "excel_linear"), ("B", "drift"), ("C", "naive"),
    }  # fmt: skip
    at = table.set_index(["industry", "method", "horizon"])
    assert at.loc[("", "naive", 1), "n"] == 4
    # A: 2/3 and 9/4; B: 1 and 1
    assert at.loc[("", "naive", 1), "mase"] == pytest.approx((2 / 3 + 9 / 4 + 2) / 4)
    assert at.loc[("C", "naive", 1), "n"] == 0
    assert np.isnan(at.loc[("C", "naive", 1), "mase"])
    assert len(table) == 3 * (2 + 2 + 2 + 1)
    assert not table.duplicated(["industry", "method", "horizon"]).any()


def test_an_empty_table_of_nothing():
    found = rolling_errors(np.zeros((0, 4)), np.arange(4), min_train=3, window=10)
    table = error_table(found, [], [])
    assert table.empty
    assert table["n"].dtype == "int64"


def _by_the_book(values, min_train, window):
    """The mean MASE over horizons of the three methods, one number at a time."""
    scores = []
    for method in METHODS:
        by_horizon: dict[int, list[float]] = {}
        for end in range(min_train, len(values)):
            train = values[:end]
            scale = sum(abs(b - a) for a, b in pairwise(train)) / (end - 1)
            for h in range(1, min(10, len(values) - end) + 1):
                if method == "naive":
                    guess = train[-1]
                elif method == "drift":
                    guess = train[-1] + h * (train[-1] - train[0]) / (end - 1)
                else:
                    recent = train[-window:]
                    guess = np.polyval(np.polyfit(range(len(recent)), recent, 1), len(recent) - 1 + h)
                miss = abs(max(0.0, guess) - values[end + h - 1])
                if scale > 0:  # a history without change has no scale
                    by_horizon.setdefault(h, []).append(miss / scale)
        scores.append(np.mean([np.mean(v) for v in by_horizon.values()]))
    return scores


@pytest.fixture(scope="module")
def china(reference_data):
    table = pd.read_csv(reference_data / "cn" / "china_employment_by_sector_1990_2018.csv", index_col="Code")
    return table[[str(y) for y in range(1990, 2019)]] * 1e4


def test_china_1990_2018_agrees_with_the_book(china):
    history = china.to_numpy()
    found = rolling_errors(history, np.arange(1990, 2019), min_train=4, window=10)
    expected = np.array([_by_the_book(list(row), 4, 10) for row in history]).T
    np.testing.assert_allclose(found.score, expected, rtol=1e-6)
    best = best_method(found, METHODS)
    np.testing.assert_allclose(np.take_along_axis(expected, best[None], 0)[0], expected.min(axis=0), rtol=1e-6)
    assert (found.n[0] == np.arange(25, 15, -1)).all()
    assert {NAIVE, DRIFT, EXCEL} == set(best.tolist())  # each wins somewhere: no method is best for all
