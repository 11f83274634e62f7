"""The index formulas against answers worked by hand, their bounds, and what they say of nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.matching.indices import (
    GRADES,
    concentration,
    coordination_grade,
    coupling_coordination,
    dissimilarity,
    docking_degree,
    shares,
    structural_cosine,
    structural_deviation,
)

AMOUNT = st.floats(0, 1e6).map(lambda x: 0.0 if x < 1e-3 else x)
PAIR = st.integers(1, 8).flatmap(lambda n: st.tuples(*[st.lists(AMOUNT, min_size=n, max_size=n)] * 2))
LEVEL = st.floats(0, 1)

# supply 30 : 50 : 20 against demand 50 : 25 : 25
SUPPLY, DEMAND = [30, 50, 20], [100, 50, 50]


def test_structural_deviation_by_hand():
    assert structural_deviation(SUPPLY, DEMAND) == pytest.approx([0.3 / 0.5 - 1, 0.5 / 0.25 - 1, 0.2 / 0.25 - 1])


def test_nobody_trained_is_minus_one_and_nothing_wanted_is_undefined():
    found = structural_deviation([0, 10, 10], [5, 5, 0])
    assert found[0] == -1
    assert found[1] == pytest.approx(0)
    assert math.isnan(found[2])


def test_dissimilarity_docking_and_cosine_by_hand():
    # |.3 - .5| + |.5 - .25| + |.2 - .25| = .5, half of it .25
    assert dissimilarity(SUPPLY, DEMAND) == pytest.approx(0.25)
    assert docking_degree(SUPPLY, DEMAND) == pytest.approx(0.3 + 0.25 + 0.2)  # the sum of the smaller shares
    # (.15 + .125 + .05) / sqrt(.38 x .375)
    assert structural_cosine(SUPPLY, DEMAND) == pytest.approx(0.325 / math.sqrt(0.1425))


def test_rows_are_judged_one_by_one():
    assert dissimilarity([SUPPLY, DEMAND], [DEMAND, DEMAND]) == pytest.approx([0.25, 0])


def test_structures_without_a_common_part():
    assert dissimilarity([1, 0], [0, 3]) == 1
    assert docking_degree([1, 0], [0, 3]) == 0
    assert structural_cosine([1, 0], [0, 3]) == 0


@pytest.mark.parametrize("index", [dissimilarity, docking_degree, structural_cosine])
def test_nothing_is_undefined(index):
    assert math.isnan(index([0, 0], [1, 2]))
    assert math.isnan(index([1, 2], [0, 0]))
    assert math.isnan(index([], []))


@pytest.mark.parametrize("bad", [[-1, 2], [math.nan, 2]])
def test_negative_and_missing_quantities_are_refused(bad):
    with pytest.raises(ValueError, match=">= 0"):
        shares(bad)
    with pytest.raises(ValueError, match=">= 0"):
        concentration(bad, [0, 0], 1)


@given(PAIR)
def test_bounds_symmetry_and_scale(pair):
    supply, demand = map(np.asarray, pair)
    for index in (dissimilarity, docking_degree, structural_cosine):
        value = index(supply, demand)
        if not supply.sum() or not demand.sum():
            assert np.isnan(value)
            continue
        assert -1e-12 <= value <= 1 + 1e-12
        assert index(demand, supply) == pytest.approx(value, abs=1e-12)
        assert index(supply * 3, demand * 7) == pytest.approx(value, abs=1e-9)
        same = index(supply, supply)
        assert same == pytest.approx(0 if index is dissimilarity else 1)
    assert docking_degree(supply, demand) == pytest.approx(
        np.minimum(shares(supply), shares(demand)).sum(), abs=1e-9, nan_ok=True
    )


@given(PAIR)
def test_deviations_weighted_by_demand_cancel_where_all_is_wanted(pair):
    supply, demand = np.asarray(pair[0]) + 1, np.asarray(pair[1]) + 1
    deviation = structural_deviation(supply, demand)
    assert (deviation >= -1).all()
    assert (deviation * shares(demand)).sum() == pytest.approx(0, abs=1e-9)


def test_coupling_coordination_by_hand():
    # U = .2, .8: C = 2 x .4 / 1 = .8, T = .5, D = sqrt(.4); C' = sqrt((1 - .6) x .25), D' = sqrt(C' x .5)
    found = coupling_coordination(0.2, 0.8)
    assert found.coupling == pytest.approx(0.8)
    assert found.development == pytest.approx(0.5)
    assert found.coordination == pytest.approx(math.sqrt(0.4))
    assert found.modified_coupling == pytest.approx(math.sqrt(0.1))
    assert found.modified_coordination == pytest.approx(math.sqrt(math.sqrt(0.1) / 2))
    # a = .25 on the first: T = .05 + .6, C does not know of it
    weighed = coupling_coordination(0.2, 0.8, 0.25)
    assert weighed.development == pytest.approx(0.65)
    assert weighed.coupling == found.coupling


def test_published_pairs_of_both_couplings_can_be_reached():
    """Wang et al. 2021, table 8, 2008: C and C' of six cities belong to levels in [0, 1], and only with this formula."""
    published = [
        (0.9989, 0.9404),
        (0.9935, 0.8660),
        (0.8868, 0.5440),
        (0.6821, 0.3006),
        (0.8328, 0.4780),
        (0.6101, 0.2700),
    ]
    for coupling, modified in published:
        root = math.sqrt(1 - coupling**2)
        ratio = (1 - root) / (1 + root)  # U1 / U2 from C
        high = (1 - modified**2 / ratio) / (1 - ratio)  # U2 from C'
        assert 0 < high < 1
        found = coupling_coordination(high, high * ratio)
        assert found.coupling == pytest.approx(coupling)
        assert found.modified_coupling == pytest.approx(modified)


def test_coupling_where_a_level_is_missing():
    found = coupling_coordination([0.0, 0.0, 1.0, math.nan], [0.0, 0.6, 1.0, 0.5])
    assert math.isnan(found.coupling[0])  # 0 / 0
    assert (found.development[:3] == [0, 0.3, 1]).all()
    assert (found.coordination[:3] == [0, 0, 1]).all()
    assert (found.modified_coordination[:3] == [0, 0, 1]).all()
    assert np.isnan([found.coupling[3], found.development[3], found.coordination[3]]).all()


@given(LEVEL, LEVEL, LEVEL)
def test_coupling_stays_within_its_bounds(first, second, weight):
    found = coupling_coordination(first, second, weight)
    for value in (found.development, found.coordination, found.modified_coordination):
        assert 0 <= value <= 1
    assert math.isnan(found.coupling) or 0 <= found.coupling <= 1
    assert math.isnan(found.coupling) or found.modified_coupling <= found.coupling + 1e-12
    mirrored = coupling_coordination(second, first, 1 - weight)
    assert mirrored.coordination == pytest.approx(found.coordination, abs=1e-9)


@pytest.mark.parametrize(("first", "weight"), [(1.2, 0.5), (-0.1, 0.5), (0.5, 1.5)])
def test_levels_that_are_no_levels_are_refused(first, weight):
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        coupling_coordination(first, 0.5, weight)


def test_bands_are_closed_above():
    codes = list(GRADES)
    assert coordination_grade(np.arange(1, 11) / 10).tolist() == codes
    assert coordination_grade([0.0, 0.1 + 0.2, 0.3001, math.nan]).tolist() == [codes[0], codes[2], codes[3], ""]
    assert GRADES["near_disorder"][0] == "濒临失调"


def test_concentration_by_hand():
    # .6^2 + .2^2 + .2^2 = .44; (.44 - 1/3) / (2/3) = .16; a single holder; one with an empty member; nobody
    found = concentration([60, 20, 20, 7, 5, 5, 0, 0], [0, 0, 0, 1, 2, 2, 2, 3], 5)
    assert found.hhi[:3] == pytest.approx([0.44, 1, 0.5])
    assert found.normalised[:3] == pytest.approx([0.16, 1, 0])
    assert found.equivalents[:3] == pytest.approx([1 / 0.44, 1, 2])
    assert found.holders.tolist() == [3, 1, 2, 0, 0]
    assert found.total.tolist() == [100, 7, 10, 0, 0]
    assert np.isnan([found.hhi[3:], found.normalised[3:], found.equivalents[3:]]).all()


@given(st.lists(AMOUNT, min_size=1, max_size=9), st.floats(0.1, 100))
def test_concentration_is_bounded_and_free_of_scale(values, factor):
    one = concentration(values, np.zeros(len(values)), 1)
    other = concentration(np.asarray(values) * factor, np.zeros(len(values)), 1)
    assert other.hhi == pytest.approx(one.hhi, nan_ok=True)
    if one.total[0] > 0:
        assert 1 / one.holders[0] - 1e-9 <= one.hhi[0] <= 1 + 1e-9
        assert 0 <= one.normalised[0] <= 1
        assert one.equivalents[0] <= one.holders[0] + 1e-6
