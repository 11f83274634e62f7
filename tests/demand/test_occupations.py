import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.tables import frame

from talentplan.demand.occupations import expansion_replacement, occupation_employment, staffing_shares

YEARS = np.arange(2024, 2031)


def shares(*rows):
    table = frame("staffing", [dict(zip(("industry", "occupation", "year", "share"), r, strict=True)) for r in rows])
    links, found = staffing_shares(table, YEARS)
    keys = zip(links["industry"], links["occupation"], strict=True)
    return {key: [round(float(x), 9) for x in row] for key, row in zip(keys, found, strict=True)}


def test_the_pattern_of_year_0_holds_always():
    assert shares(("A", "x", 0, 0.2), ("A", "y", 0, 0.1)) == {("A", "x"): [0.2] * 7, ("A", "y"): [0.1] * 7}


def test_dated_patterns_are_joined_by_lines_and_a_single_one_is_held():
    found = shares(("A", "x", 2025, 0.2), ("A", "x", 2029, 0.4), ("B", "x", 2026, 0.3), ("C", "x", 2010, 0.1))
    assert found["A", "x"][:6] == [0.2, 0.2, 0.25, 0.3, 0.35, 0.4]
    assert found["B", "x"] == [0.3] * 7
    assert found["C", "x"] == [0.1] * 7


def test_after_the_last_pattern_shares_drift_on_by_hand():
    # x doubles in 4 years and the rest falls from .8 to .6: a year later, damped by .85, x is .4 * 2^(.85/4) = .4635
    # and the rest .6 * .75^(.85/4) = .5644 of what is then brought back to 1.
    found = shares(("A", "x", 2025, 0.2), ("A", "x", 2029, 0.4))
    x, rest = 0.4 * 2 ** (0.85 / 4), 0.6 * 0.75 ** (0.85 / 4)
    assert found["A", "x"][6] == pytest.approx(x / (x + rest)) == pytest.approx(0.450899, abs=1e-6)
    # Two years on the growth is .85 + .85^2 undamped years.
    later = shares(("A", "x", 2024, 0.2), ("A", "x", 2028, 0.4))["A", "x"]
    steps = (0.85 + 0.85**2) / 4
    assert later[6] == pytest.approx(0.4 * 2**steps / (0.4 * 2**steps + 0.6 * 0.75**steps))


def test_an_occupation_that_came_or_went_keeps_its_last_share():
    found = shares(("A", "x", 2020, 0.2), ("A", "x", 2024, 0.3), ("A", "new", 2024, 0.1), ("A", "old", 2020, 0.1))
    assert found["A", "new"][1:] == [0.1] * 6
    assert found["A", "old"][1:] == [0.0] * 6
    assert found["A", "x"][6] > found["A", "x"][1] > 0.3


def test_no_share_moves_by_more_than_a_factor_of_two():
    found = shares(("A", "x", 2020, 0.001), ("A", "x", 2024, 0.1))  # a hundredfold in 4 years
    assert 0.1 < found["A", "x"][6] <= 0.2


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_shares_stay_shares(first, second):
    def pattern(year, weights):
        total = max(sum(weights), 1.0)
        return [("A", name, year, weight / total) for name, weight in zip("wxyz", weights, strict=True)]

    found = np.array(list(shares(*pattern(2018, first), *pattern(2024, second)).values()))
    assert (found >= 0).all()
    assert (found.sum(axis=0) <= 1 + 1e-6).all()


def test_a_pattern_that_leaves_nothing_open_goes_on_leaving_nothing_open():
    found = shares(("A", "x", 2020, 0.3), ("A", "y", 2020, 0.7), ("A", "x", 2024, 0.5), ("A", "y", 2024, 0.5))
    assert np.array(list(found.values())).sum(axis=0).tolist() == pytest.approx([1] * 7)
    assert found["A", "x"] == sorted(found["A", "x"])


def test_a_dated_pattern_holds_from_its_year_and_is_complete():
    found = shares(("A", "x", 0, 0.2), ("A", "y", 0, 0.3), ("A", "x", 2027, 0.4), ("A", "z", 2027, 0.1))
    assert found["A", "x"] == [0.2] * 3 + [0.4] * 4
    assert found["A", "y"] == [0.3] * 3 + [0.0] * 4  # not named in the pattern of 2027
    assert found["A", "z"] == [0.0] * 3 + [0.1] * 4


def test_dated_patterns_outside_the_years_asked_for_still_set_the_line():
    assert shares(("A", "x", 2020, 0.0), ("A", "x", 2040, 0.2))["A", "x"] == [
        0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1,
    ]  # fmt: skip


def test_occupation_employment_sums_over_industries_and_leaves_the_rest_unallocated():
    staffing = frame(
        "staffing",
        [
            {"industry": "A", "occupation": "x", "share": 0.2},
            {"industry": "B", "occupation": "x", "share": 0.5},
            {"industry": "B", "occupation": "y", "share": 0.1},
        ],
    )
    persons = np.array([[1000.0, 1100.0], [200.0, 100.0]])
    found = occupation_employment(staffing, pd.Index(["A", "B"]), persons, pd.Index(["w", "x", "y"]), YEARS[:2])
    assert found.tolist() == [[0, 0], [300, 270], [20, 10]]  # of 1200 and 1200 persons 320 and 280 are allocated


def test_openings_are_change_plus_exits_plus_transfers():
    expansion, replacement = expansion_replacement(np.array([[100.0, 120.0, 114.0, 60.0]]), np.array([0.1]))
    assert replacement[0] == pytest.approx([10, 12, 11.4])
    assert expansion[0] == pytest.approx([20, -6, -11.4])  # the fall to 60 takes no more than the replacement
    assert (expansion + replacement)[0] == pytest.approx([30, 6, 0])


def test_california_openings_are_change_plus_exits_plus_transfers(reference_data):
    table = pd.read_csv(reference_data / "us_california" / "occupation_projections_2023_2033.csv", dtype=str)
    table.columns = [" ".join(c.split()) for c in table.columns]

    def number(start):
        column = next(c for c in table.columns if c.startswith(start))
        return pd.to_numeric(table[column].str.replace(",", ""), errors="coerce")

    base, projected, exits, transfers, openings = (
        number(start).to_numpy()
        for start in ("Base Year", "Projected Year", "Exits", "Transfers", "Total Job Openings")
    )
    whole = np.isfinite(base + projected + exits + transfers + openings) & (base > 0)
    assert whole.sum() == 793  # 676 detailed occupations, their groups and the total
    expansion, replacement = expansion_replacement(
        np.column_stack([base, projected])[whole], ((exits + transfers) / base)[whole]
    )
    found = (expansion + replacement)[:, 0]
    np.testing.assert_allclose(found, openings[whole], rtol=0, atol=1e-6)
