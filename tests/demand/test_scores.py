import numpy as np
import pytest

from talentplan.demand.scores import interval_score, yearly_change, yearly_change_squared

NAN = np.nan


def test_yearly_change_by_hand():
    # 10 -> 14 -> 12: changes 4 and 2. With a gap 10 -> . -> 16: 3 and 3. Before the first count nothing is known.
    training = np.array([[10.0, 14, 12], [10, NAN, 16], [NAN, 5, 9]])
    years = np.arange(2000, 2003)
    assert yearly_change(training, years).tolist() == [3, 3, 4]
    assert yearly_change_squared(training, years).tolist() == [10, 9, 16]


def test_a_history_without_change_has_no_scale():
    training = np.array([[8.0, 8, 8], [0, 0, 0], [NAN, NAN, 7], [NAN, NAN, NAN], [0.1 + 0.2, 0.3, 0.3]])
    assert np.isnan(yearly_change(training, np.arange(3))).all()
    assert np.isnan(yearly_change_squared(training, np.arange(3))).all()


def test_the_interval_score_by_hand():
    # Median 10, 50 % from 8 to 12, 80 % from 6 to 15; 16 came: 4 and 1 above the ends.
    # (6/2 + 1/4 (4) + 4 + 1/10 (9) + 1) / 2.5; Bracher et al. weigh |y - m| by 1/2 and each interval by alpha/2.
    middle, ends = np.array([10.0]), {50: (np.array([8.0]), np.array([12.0])), 80: (np.array([6.0]), np.array([15.0]))}
    assert interval_score(middle, ends, np.array([16.0])) == pytest.approx([(3 + 1 + 4 + 0.9 + 1) / 2.5])
    # 5 came: 3 and 1 below
    assert interval_score(middle, ends, np.array([5.0])) == pytest.approx([(2.5 + 1 + 3 + 0.9 + 1) / 2.5])
    # inside both only widths and the distance from the middle count
    assert interval_score(middle, ends, np.array([9.0])) == pytest.approx([(0.5 + 1 + 0.9) / 2.5])
