"""Rows by their keys, against what pandas says of the same tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.workspace.keys import grouped, rows_at, values_at

KEYS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12)


def columns(keys) -> list[np.ndarray]:
    return [np.array([k[0] for k in keys], dtype=object), np.array([k[1] for k in keys], dtype=np.int64)]


@given(KEYS)
def test_groups_are_the_distinct_rows_sorted_or_as_they_appear(keys):
    frame = pd.DataFrame(dict(zip("kn", columns(keys), strict=True)))
    for sort in (True, False):
        first, of = grouped(columns(keys), sort=sort)
        distinct = frame.drop_duplicates()
        distinct = distinct.sort_values(["k", "n"]) if sort else distinct
        assert first.tolist() == distinct.index.tolist()
        pd.testing.assert_frame_equal(frame.iloc[first[of]].reset_index(drop=True), frame)


@given(KEYS, KEYS)
def test_every_wanted_row_is_found_or_known_to_be_absent(known, wanted):
    known = list(dict.fromkeys(known))
    expected = [known.index(key) if key in known else -1 for key in wanted]
    assert rows_at(columns(known), columns(wanted)).tolist() == expected
    letters = list(dict.fromkeys(k for k, _ in known))
    found = rows_at([np.array(letters, dtype=object)], columns(wanted)[:1])
    assert found.tolist() == [letters.index(k) if k in letters else -1 for k, _ in wanted]


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(pd.errors.InvalidIndexError):
        rows_at(columns([("a", 1), ("a", 1)]), columns([("a", 1)]))


def test_values_of_unknown_keys_are_missing():
    found = values_at(pd.Series(["a", "b"]), pd.Series([1, 2]), np.array(["b", "z", "a"], dtype=object))
    np.testing.assert_array_equal(found, [2.0, np.nan, 1.0])
    assert np.isnan(values_at(np.array([], dtype=object), np.array([]), np.array(["a"], dtype=object))).all()
