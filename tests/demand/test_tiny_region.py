"""The tiny region through the front door: checked tables in, openings and arcs out."""

import random

import pandas as pd
import pytest
from tests.tiny import tiny_tables

from talentplan.demand import forecast_openings
from talentplan.matching import placement_arcs
from talentplan.workspace import build_case

TURNER, TECHNICIAN, ACCOUNTANT, ENGINEER = "6-18-01-01", "6-31-01-10", "2-06-03-00", "2-02-07-01"


@pytest.fixture(scope="module")
def case():
    return build_case(*tiny_tables())


def test_openings_of_turners_by_hand(case):
    # 34 grows by 60 a year from 5420 in 2024 and by 75 and 75 with the plant (300 x 0.5 over two years), 35 by 120
    # from 3840; turners are 0.2 and 0.1 of them: 1468, 1492, 1531; 0.05 of the year before leave.
    table = forecast_openings(case).table.set_index(["occupation", "level", "year"])
    first, second = table.loc[(TURNER, "secondary", 2025)], table.loc[(TURNER, "higher_vocational", 2026)]
    names = ["expansion", "replacement", "others", "external", "openings"]
    asked = 24 + 73.4
    assert first[names].tolist() == pytest.approx([0.6 * 24, 0.6 * 73.4, 0.3 * 0.6 * asked, 10, 0.7 * 0.6 * asked - 10])
    asked = 39 + 74.6
    assert second[names].tolist() == pytest.approx([0.4 * 39, 0.4 * 74.6, 0.2 * 0.4 * asked, 0, 0.8 * 0.4 * asked])


def test_every_pair_of_the_mix_has_every_year(case):
    table = forecast_openings(case).table
    assert len(table) == 7 * len(case.all_years)
    assert sorted(table["year"].unique()) == case.all_years.tolist()


def test_steady_series_are_forecast_by_drift(case):
    found = forecast_openings(case)
    assert found.choices[["industry", "method", "reason", "train_from", "train_years"]].to_numpy().tolist() == [
        [industry, "drift", "least_error", 2017, 8] for industry in ("34", "35", "51")
    ]
    assert found.choices["mase"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)


def test_placement_arcs_of_the_tiny_region(case):
    found = placement_arcs(case)[["program", "occupation", "level", "steps", "relevance"]]
    assert found.to_numpy().tolist() == [
        ["260102", ENGINEER, "undergraduate", 0, 1.0],
        ["460103", TURNER, "higher_vocational", 0, 1.0],
        ["460103", TURNER, "secondary", 1, 1.0],
        ["460305", TECHNICIAN, "higher_vocational", 0, 1.0],
        ["460305", TECHNICIAN, "secondary", 1, 1.0],
        ["660103", TURNER, "secondary", 0, 1.0],
        ["660303", TURNER, "secondary", 0, 0.6],
        ["660303", TECHNICIAN, "secondary", 0, 1.0],
        ["730301", ACCOUNTANT, "secondary", 0, 1.0],
    ]


def test_the_order_of_input_rows_changes_no_byte(case):
    settings, tables = tiny_tables()
    for rows in tables.values():
        random.Random(5).shuffle(rows)
    shuffled = build_case(settings, tables)
    pd.testing.assert_frame_equal(placement_arcs(shuffled), placement_arcs(case))
    once, again = forecast_openings(case), forecast_openings(shuffled)
    for name in ("table", "employment", "occupation_employment", "backtest", "choices"):
        assert getattr(once, name).to_csv() == getattr(again, name).to_csv()


def test_a_bureau_without_reference_tables_is_served_by_given_openings(case):
    settings, tables = tiny_tables()
    for name in ("staffing", "education_mix", "external_supply"):
        del tables[name]
    tables["openings"] = [{"occupation": TURNER, "level": "secondary", "year": 2025, "persons": 60}]
    found = forecast_openings(
        build_case({**settings, "forecast": {**settings["forecast"], "openings": "given"}}, tables)
    )
    assert found.table["openings"].tolist() == [60] * len(case.all_years)
    assert found.choices["method"].tolist() == ["drift"] * 3
