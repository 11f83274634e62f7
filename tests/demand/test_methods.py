import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.demand.methods import METHODS, damped_drift, drift, excel_linear, interpolate, naive, theta

NAN = np.nan


def forecast(method, values, years=None, ahead=None, window=10):
    years = np.arange(2000, 2000 + len(values)) if years is None else np.array(years)
    ahead = np.array([years[-1] + 1, years[-1] + 2]) if ahead is None else np.array(ahead)
    return method(np.array([values], dtype=float), years, ahead, window)[0]


def test_naive_repeats_the_last_value():
    assert forecast(naive, [5, 7, 6]).tolist() == [6, 6]


def test_drift_on_four_points():
    # (109 - 100) / 3 = 3 a year
    assert forecast(drift, [100, 104, 103, 109]).tolist() == [112, 115]


def test_excel_linear_by_hand():
    # mean 7/3, slope 3/2: 7/3 + 3/2 x 2 and one step more
    assert forecast(excel_linear, [1, 2, 4]) == pytest.approx([16 / 3, 41 / 6], rel=1e-12)


def test_excel_linear_is_the_forecast_of_the_spreadsheet():
    # The example in the manual page of FORECAST.LINEAR; its answer is 10.607253.
    found = forecast(excel_linear, [6, 7, 9, 15, 21], years=[20, 28, 31, 38, 40], ahead=[30])
    assert found == pytest.approx([10.607253], abs=5e-7)


def test_excel_linear_looks_at_the_window_only():
    assert forecast(excel_linear, [500, 1, 2, 4], window=3) == pytest.approx([16 / 3, 41 / 6], rel=1e-12)
    assert forecast(excel_linear, [500, 1, NAN, 3, 4], window=3) == pytest.approx([5, 6], rel=1e-12)


values_with_gaps = st.lists(st.one_of(st.just(NAN), st.floats(100, 1e6)), min_size=3, max_size=20)


@given(values_with_gaps.filter(lambda v: np.isfinite(v).sum() >= 3))
def test_excel_linear_agrees_with_polyfit(values):
    known = np.isfinite(values)
    x = np.arange(len(values))[known]
    line = np.polyfit(x[-10:], np.array(values)[known][-10:], 1)
    expected = np.maximum(0, np.polyval(line, [len(values), len(values) + 1]))
    assert forecast(excel_linear, values) == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_gaps_keep_their_years():
    # 10 in 2000, 14 in 2002: 2 a year, so 18 in 2004
    assert forecast(drift, [10, NAN, 13, 14, NAN], ahead=[2005, 2006]) == pytest.approx([14 + 8 / 3, 18])
    assert forecast(naive, [10, NAN, 14, NAN]).tolist() == [14, 14]


def test_forecasts_stay_above_zero_and_zeros_stay_zero():
    for method in (drift, excel_linear):
        assert forecast(method, [9, 6, 3], ahead=[2003, 2004, 2005]) == pytest.approx([0, 0, 0], abs=1e-12)
        assert forecast(method, [0, 0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize("method", METHODS.values())
def test_too_few_points_repeat_the_last_and_none_stays_unknown(method):
    assert forecast(method, [NAN, 4, 8]).tolist() == [8, 8]
    assert forecast(method, [4, NAN, NAN]).tolist() == [4, 4]
    assert np.isnan(forecast(method, [NAN, NAN])).all()


@pytest.mark.parametrize("method", METHODS.values())
def test_a_series_does_not_depend_on_its_neighbours(method):
    rng = np.random.default_rng(7)
    history = rng.uniform(0, 1e5, (60, 12))
    history[rng.random(history.shape) < 0.4] = NAN
    history[3] = NAN
    years, ahead = np.arange(2010, 2022), np.arange(2022, 2032)
    together = method(history, years, ahead, 5)
    alone = np.vstack([method(row[None, :], years, ahead, 5) for row in history])
    np.testing.assert_array_equal(together, alone)


@given(values_with_gaps)
def test_interpolation_is_the_line_between_known_values(values):
    known = np.isfinite(values)
    found = interpolate(np.array([values]), np.arange(2000, 2000 + len(values)))[0]
    if not known.any():
        assert np.isnan(found).all()
        return
    x = np.arange(len(values))
    assert found == pytest.approx(np.interp(x, x[known], np.array(values)[known]), rel=1e-9)


def test_damped_drift_by_hand():
    # 5 a year from 10 to 25; .9, .9 + .81 and .9 + .81 + .729 of it
    found = damped_drift(np.array([[10.0, 18, 12, 25]]), np.arange(2000, 2004), np.array([2004, 2005, 2006]), 10)
    assert found[0] == pytest.approx([25 + 4.5, 25 + 8.55, 25 + 12.195])


def test_theta_by_hand():
    # Slope of 1, 4, 3, 6 is 1.4, half of it 0.7. With a smoothing factor of 1 the level is the last value and the
    # forecast adds .7 a year from it; any other factor makes a larger squared error on this straight series.
    line = theta(np.array([[10.0, 12, 14, 16, 18]]), np.arange(2000, 2005), np.array([2005, 2006]), 10)
    assert line[0] == pytest.approx([19, 20])


def test_theta_agrees_with_the_textbook_recursion():
    values = np.array([5.0, 7, 6, 9, 8, 11, 12, 10])
    years = np.arange(8)
    half = np.polyfit(years, values, 1)[0] / 2

    def smoothed(alpha):
        level, error = values[0], 0.0
        for value in values[1:]:
            error += (value - level - half) ** 2
            level += alpha * (value - level)
        return error, level

    alpha = min((round(0.1 + 0.05 * k, 2) for k in range(19)), key=lambda a: smoothed(a)[0])
    level = smoothed(alpha)[1]
    expected = [level + half * (h - 1 + (1 - (1 - alpha) ** 8) / alpha) for h in (1, 2, 3)]
    assert theta(values[None], years + 2000, np.array([2008, 2009, 2010]), 10)[0] == pytest.approx(expected)
