import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.demand.education import mix_shares

YEARS = np.arange(2025, 2031)
PAIRS = pd.MultiIndex.from_tuples([("x", "high"), ("x", "low"), ("y", "low")], names=["occupation", "level"])


def mix(*rows):
    return pd.DataFrame(rows, columns=["occupation", "level", "year", "share", "graduate_share"])


def shares(*rows):
    share, graduates = mix_shares(mix(*rows), PAIRS, YEARS)
    return dict(zip(PAIRS, share, strict=True)), dict(zip(PAIRS, graduates, strict=True))


def test_year_0_holds_always():
    share, graduates = shares(("x", "low", 0, 0.6, 0.5), ("x", "high", 0, 0.4, 1.0), ("y", "low", 0, 1.0, 0.2))
    assert share["x", "low"] == pytest.approx([0.6] * 6)
    assert graduates["x", "low"] == pytest.approx([0.5] * 6)
    assert share["y", "low"] == pytest.approx([1.0] * 6)


def test_dated_mixes_are_joined_by_lines_and_held_after_the_last():
    share, graduates = shares(
        ("x", "low", 2026, 0.8, 0.4), ("x", "high", 2026, 0.2, 1.0),
        ("x", "low", 2028, 0.4, 0.6), ("x", "high", 2028, 0.6, 1.0),
    )  # fmt: skip
    assert share["x", "low"] == pytest.approx([0.8, 0.8, 0.6, 0.4, 0.4, 0.4])
    assert share["x", "high"] == pytest.approx([0.2, 0.2, 0.4, 0.6, 0.6, 0.6])
    assert graduates["x", "low"] == pytest.approx([0.4, 0.4, 0.5, 0.6, 0.6, 0.6])


def test_a_level_that_a_dated_mix_leaves_out_has_no_share_in_it():
    share, _ = shares(
        ("x", "low", 2026, 1.0, 1.0), ("x", "low", 2028, 0.5, 1.0), ("x", "high", 2028, 0.5, 1.0),
    )  # fmt: skip
    assert share["x", "high"] == pytest.approx([0, 0, 0.25, 0.5, 0.5, 0.5])


def test_the_undated_mix_holds_until_the_first_dated_one():
    share, _ = shares(("x", "low", 0, 1.0, 1.0), ("x", "low", 2027, 0.3, 1.0), ("x", "high", 2027, 0.7, 1.0))
    assert share["x", "low"] == pytest.approx([1, 1, 0.3, 0.3, 0.3, 0.3])
    assert share["x", "high"] == pytest.approx([0, 0, 0.7, 0.7, 0.7, 0.7])


@given(st.lists(st.tuples(st.integers(2020, 2035), st.floats(0, 1)), min_size=1, unique_by=lambda row: row[0]))
def test_shares_of_an_occupation_sum_to_one(rows):
    share, _ = shares(*[r for y, s in rows for r in (("x", "low", y, s, 1.0), ("x", "high", y, 1 - s, 1.0))])
    assert share["x", "low"] + share["x", "high"] == pytest.approx([1] * 6)
    assert (share["x", "low"] >= 0).all()
