import numpy as np
import pandas as pd
import pytest

from talentplan.demand.projections import impose

YEARS = np.arange(2024, 2029)
CODES = pd.Index(["A", "B"])
TO = np.array([2024, 2024])


def table(*rows):
    return pd.DataFrame(rows, columns=["industry", "year", "persons", "trust"])


def paths(count=5):
    """Paths of A around 100 and of B around 300, in step."""
    rise = np.linspace(0.9, 1.1, count)[:, None, None]
    return np.concatenate([100 * rise, 300 * rise], axis=1) * np.ones(5)


def test_full_trust_moves_the_median_to_the_figure_and_no_trust_leaves_it():
    moved = impose(paths(), CODES, YEARS, TO, table(("A", 2026, 200.0, 1.0)))
    assert np.median(moved[:, 0], axis=0) == pytest.approx([100, 100 * 2**0.5, 200, 200, 200])
    assert (moved[:, 1] == paths()[:, 1]).all()
    assert (impose(paths(), CODES, YEARS, TO, table(("A", 2026, 200.0, 0.0))) == paths()).all()


def test_a_quarter_of_trust_goes_a_quarter_of_the_way_in_logarithms():
    moved = impose(paths(), CODES, YEARS, TO, table(("A", 2025, 1600.0, 0.25)))
    assert np.median(moved[:, 0], axis=0) == pytest.approx([100, 200, 200, 200, 200])


def test_widths_in_per_cent_are_kept():
    before, moved = paths(), impose(paths(), CODES, YEARS, TO, table(("A", 2026, 200.0, 0.7)))
    assert moved.max(axis=0) / moved.min(axis=0) == pytest.approx(before.max(axis=0) / before.min(axis=0))


def test_a_total_moves_every_industry_alike():
    moved = impose(paths(), CODES, YEARS, TO, table(("", 2025, 800.0, 1.0)))
    assert np.median(moved.sum(axis=1), axis=0) == pytest.approx([400, *[800] * 4])
    assert (moved[:, 0] / moved[:, 1]) == pytest.approx(paths()[:, 0] / paths()[:, 1])


def test_the_total_holds_over_the_industries_figures():
    moved = impose(paths(), CODES, YEARS, TO, table(("A", 2025, 500.0, 1.0), ("", 2025, 400.0, 1.0)))
    assert np.median(moved.sum(axis=1), axis=0)[1:] == pytest.approx([400] * 4)
    assert np.median(moved[:, 0] / moved[:, 1], axis=0)[1:] == pytest.approx([5 / 3] * 4)


@pytest.mark.parametrize("year", [2020, 2024, 2040])
def test_figures_of_counted_years_or_beyond_the_forecast_change_nothing(year):
    assert (impose(paths(), CODES, YEARS, TO, table(("A", year, 900.0, 1.0))) == paths()).all()
