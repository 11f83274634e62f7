"""Index tables as arrays: they tell the same as frames."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentplan.program import ProgramBuilder, Terms, pairs, taken

NUMBERS = st.lists(st.integers(0, 4), max_size=10)


@given(NUMBERS, NUMBERS)
def test_pairs_are_those_of_a_join(keys, wanted):
    row, position = pairs(np.array(keys, dtype=np.int64), np.array(wanted, dtype=np.int64))
    expected = [(n, m) for n, w in enumerate(wanted) for m, k in enumerate(keys) if k == w]
    assert list(zip(row.tolist(), position.tolist(), strict=True)) == expected


def test_a_frame_and_arrays_label_alike():
    frame = pd.DataFrame({"school": ["a", "b"], "year": [2027, 2028]}, index=[7, 3])
    builder = ProgramBuilder()
    first = builder.add_columns("first", frame)
    second = builder.add_columns(
        "second", {"school": np.array(["a", "b"], dtype=object), "year": np.array([2027, 2028])}
    )
    for block in (first, second):
        pd.testing.assert_frame_equal(block.index, frame.reset_index(drop=True))
        assert block.index is block.index  # made once
        assert block.at(block.start + 1) == {"school": "b", "year": 2028}


def test_rows_are_taken_by_position_and_by_mask():
    table = pd.DataFrame({"school": ["a", "b", "c"], "year": [1, 2, 3]}, index=[5, 6, 7])
    by_position, by_mask = taken(table, np.array([2, 0, 2])), taken(table, table["year"].to_numpy() > 1, "school")
    assert {k: v.tolist() for k, v in by_position.items()} == {"school": ["c", "a", "c"], "year": [3, 1, 3]}
    assert {k: v.tolist() for k, v in by_mask.items()} == {"school": ["b", "c"]}


def test_labels_of_different_length_are_refused():
    builder = ProgramBuilder()
    ragged = {"school": np.array(["a", "b"], dtype=object), "year": np.array([2027])}
    with pytest.raises(ValueError, match="differ in length"):
        builder.add_columns("x", ragged)
    with pytest.raises(ValueError, match="differ in length"):
        builder.add_rows("r", ragged, Terms.empty())


def test_stated_bounds_keep_the_labels_of_their_columns_only():
    builder = ProgramBuilder()
    block = builder.add_columns("x", {"line": np.array(["a", "b", "c"], dtype=object)}, upper=[1.0, np.inf, 2.0])
    builder.state_bounds("most", block, upper=[1.0, np.inf, 2.0], sentence=("", ""), labels={"rule": "r"})
    stated = builder.finish().stated["most"]
    assert stated.columns.tolist() == [0, 2]
    pd.testing.assert_frame_equal(stated.index, pd.DataFrame({"line": ["a", "c"], "rule": ["r", "r"]}))
