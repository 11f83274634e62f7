"""Plan numbers that break what holds a line open, closed or within its classes, and that the audit must refuse."""

import pandas as pd
import pytest
from tests.case_files import read_known_case
from tests.solved import Solved, solve


def changed(solved: Solved, **numbers: float) -> dict[str, pd.DataFrame]:
    """The tables with other plan numbers; a name is a line and a year, such as A_2026."""
    intake = solved.tables["intake"].copy()
    for name, plan in numbers.items():
        offering, year = name.rsplit("_", 1)
        at = (intake["offering"] == offering) & (intake["year"] == int(year))
        assert at.sum() == 1, name
        intake.loc[at, ["plan", "classes"]] = [plan, float(plan > 0)]
    return {**solved.tables, "intake": intake}


def broken(solved: Solved, family: str, **numbers: float) -> pd.DataFrame:
    """What the audit finds broken in one family."""
    verdict, _ = solved.audited(tables=changed(solved, **numbers), objective=None)
    found = verdict.violations
    return found[found["family"] == family]


@pytest.mark.parametrize(
    ("family", "scope", "year", "numbers"),
    [
        ("close", "A", 2026, {"A_2026": 30.0}),  # closed in 2025, back in 2026
        ("close", "", 2025, {"B_2025": 0.0}),  # two closings in a year that allows one
        ("open", "N", 2026, {"N_2026": 0.0}),  # opened in 2025, gone in 2026
    ],
)
def test_a_line_neither_comes_back_nor_goes_silently(family, scope, year, numbers):
    found = broken(solve(read_known_case("classes_two_years").case), family, **numbers)
    assert (scope, year) in set(zip(found["scope"], found["year"], strict=True)), found
