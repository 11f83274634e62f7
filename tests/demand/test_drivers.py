import numpy as np
import pandas as pd
import pytest
from tests.demand.tables import frame

from talentplan.demand.drivers import driver_effect, driver_paths

YEARS = np.arange(2024, 2031)
INDUSTRIES = pd.Index(["A", "B"])
BASELINE = np.stack([np.arange(1000.0, 1070.0, 10), np.full(7, 500.0)])  # A: 1000, 1010 ... 1060; B: 500


def drivers(*rows, kind="change"):
    columns = ("driver", "industry", "year", "persons", "ramp_years", "probability")
    return frame("drivers", [{"name_zh": "厂", "kind": kind, **dict(zip(columns, r, strict=True))} for r in rows])


def effect(*rows, kind="change", counted_to=2024):
    return driver_effect(drivers(*rows, kind=kind), INDUSTRIES, YEARS, np.array([counted_to] * 2), BASELINE)


def test_a_driver_ramps_in_equal_steps_and_counts_with_its_probability():
    found = effect(("d1", "A", 2026, 300, 3, 0.5), ("d2", "A", 2028, -40, 1, 1.0))
    assert found[0] == pytest.approx([0, 0, 50, 100, 110, 110, 110])
    assert found[1].tolist() == [0] * 7


def test_what_history_has_counted_is_not_added_again():
    found = effect(("d1", "B", 2024, 300, 3, 1.0), ("d2", "B", 2020, 999, 2, 1.0))
    assert found[1] == pytest.approx([0, 100, 200, 200, 200, 200, 200])


def test_a_target_is_a_level_that_is_reached_from_the_baseline():
    # 1500 in A from 2026 over two years: half the way from 1020 in 2026, all the way from 1030, 1040 ... after it.
    found = effect(("d", "A", 2026, 1500, 2, 1.0), kind="target")
    assert found[0] == pytest.approx([0, 0, 240, 470, 460, 450, 440])
    assert (BASELINE + found)[0, 3:].tolist() == pytest.approx([1500] * 4)
    half = effect(("d", "A", 2026, 1500, 2, 0.5), kind="target")
    assert half == pytest.approx(found / 2)


def test_a_target_whose_year_has_passed_still_leads_from_the_last_count():
    found = effect(("d", "B", 2023, 400, 1, 1.0), kind="target")
    assert found[1].tolist() == [0, *[-100] * 6]


def test_on_every_path_a_driver_happens_or_does_not():
    table = pd.concat([drivers(("d", "A", 2026, 300, 3, 0.3)), drivers(("t", "B", 2025, 700, 1, 0.8), kind="target")])
    paths = np.repeat(BASELINE[None], 4000, axis=0).astype(np.float32)
    found = driver_paths(table, INDUSTRIES, YEARS, np.array([2024, 2024]), paths, np.random.default_rng(0))
    assert set(found[:, 0, 2].tolist()) == {0, 100}  # nothing or all of it
    assert set(found[:, 1, 3].tolist()) == {0, 200}
    whole = found[:, 0, 2] > 0
    assert (found[whole, 0] == [0, 0, 100, 200, 300, 300, 300]).all()  # and what began goes on
    assert whole.mean() == pytest.approx(0.3, abs=0.03)
    expected = driver_effect(table, INDUSTRIES, YEARS, np.array([2024, 2024]), BASELINE)
    assert found.mean(axis=0) == pytest.approx(expected, abs=10)


def test_the_order_of_drivers_does_not_change_the_paths():
    table = drivers(("a", "A", 2026, 300, 3, 0.3), ("b", "A", 2027, -50, 1, 0.5), ("c", "B", 2025, 10, 1, 0.9))
    paths = np.repeat(BASELINE[None], 50, axis=0).astype(np.float32)
    once, again = (
        driver_paths(rows, INDUSTRIES, YEARS, np.array([2024, 2024]), paths, np.random.default_rng(7))
        for rows in (table, table.iloc[::-1])
    )
    assert (once == again).all()
