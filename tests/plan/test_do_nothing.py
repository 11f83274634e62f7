"""Doing nothing, by hand."""

from __future__ import annotations

import pytest
from tests.case_files import read_known_case
from tests.solved import hold


def test_lines_that_pathways_feed_have_the_seats_of_those_who_pass() -> None:
    # classes_fed: half of the 25 who complete A pass into B; without whole classes that is 12.5 seats, not one more
    intake = hold(read_known_case("classes_fed").case, {}).tables["intake"].set_index("offering")
    assert intake.loc["B", "registered"] == pytest.approx(12.5)
    assert intake.loc["B", "plan"] == pytest.approx(12.5)
