from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand import tables

from talentplan.demand import forecast_openings

INDUSTRIES = [{"industry": code, "name_zh": code} for code in ("A", "B")]
OCCUPATIONS = [
    {"occupation": "x", "name_zh": "x", "exit_rate": 0.02, "transfer_rate": 0.03},
    {"occupation": "y", "name_zh": "y", "exit_rate": 0.1, "transfer_rate": 0.0},
]
LEVELS = [
    {"level": "low", "rank": 1, "name_zh": "低", "name_en": "low"},
    {"level": "high", "rank": 2, "name_zh": "高", "name_en": "high"},
]


def counts(industry, first, *persons, broken=()):
    return [
        {"industry": industry, "year": first + k, "persons": p, "break": first + k in broken}
        for k, p in enumerate(persons)
        if p is not None
    ]


STEADY = counts("A", 2019, 900, 950, 1000, 1050, 1100, 1150)  # 50 a year; 1200 in 2025 by drift
STAFFING = [{"industry": "A", "occupation": "x", "share": 0.1}]
MIX = [{"occupation": "x", "level": "low", "share": 1.0}]


SIMPLE = {"methods": ["naive", "drift", "excel_linear"], "paths": 0, "automatic": False}


def openings(*, first_year=2025, years=3, tail=2, forecast=None, **given_tables):
    """Openings by the simple methods without paths, which a planner can work by hand, unless `forecast` says else."""
    every = {
        "industries": INDUSTRIES,
        "occupations": OCCUPATIONS,
        "levels": LEVELS,
        "employment": STEADY,
        "staffing": STAFFING,
        "education_mix": MIX,
        **given_tables,
    }
    case = tables.case(first_year=first_year, years=years, tail=tail, forecast={**SIMPLE, **(forecast or {})}, **every)
    return forecast_openings(case)


def column(found, name, occupation="x", level="low"):
    table = found.table
    return table.loc[(table["occupation"] == occupation) & (table["level"] == level), name].tolist()


def test_openings_by_hand():
    # 1150 -> 1200 -> 1250 ... in A, a tenth of them x: 115 -> 120 -> 125; exits and transfers .05 of the year before
    found = openings()
    assert column(found, "year") == [2025, 2026, 2027, 2028, 2029]
    assert column(found, "expansion") == pytest.approx([5] * 5)
    assert column(found, "replacement") == pytest.approx([5.75, 6, 6.25, 6.5, 6.75])
    assert column(found, "openings") == pytest.approx([10.75, 11, 11.25, 11.5, 11.75])
    assert not any(column(found, "held") + column(found, "given"))
    x = found.occupation_employment.query("occupation == 'x'")
    assert x["year"].tolist() == list(range(2024, 2030))
    assert x["persons"].tolist() == pytest.approx([115, 120, 125, 130, 135, 140])


def test_education_mix_graduate_share_and_external_supply_by_hand():
    found = openings(
        education_mix=[
            {"occupation": "x", "level": "low", "share": 0.6, "graduate_share": 0.5},
            {"occupation": "x", "level": "high", "share": 0.4},
        ],
        external_supply=[
            {"occupation": "x", "level": "low", "year": 0, "persons": 1},
            {"occupation": "x", "level": "low", "year": 2026, "persons": 0},
            {"occupation": "x", "level": "high", "year": 2025, "persons": 10},
            {"occupation": "y", "level": "high", "year": 2025, "persons": 7},
        ],
    )
    # 2025: 10.75 openings, 6.45 low (3.225 for graduates), 4.3 high
    low, high = found.table.query("level == 'low' and year == 2025"), found.table.query(
        "occupation == 'x' and level == 'high' and year == 2025"
    )  # fmt: skip
    names = ["expansion", "replacement", "others", "external", "excess_external", "openings"]
    assert low[names].to_numpy().tolist()[0] == pytest.approx([3, 3.45, 3.225, 1, 0, 2.225])
    assert high[names].to_numpy().tolist()[0] == pytest.approx([2, 2.3, 0, 4.3, 5.7, 0])
    assert column(found, "external")[:3] == [1, 0, 1]  # a dated row stands instead of the one for every year
    assert column(found, "excess_external", "x", "high")[1:] == [0] * 4
    # Supply that meets no opening is reported all the same.
    assert column(found, "excess_external", "y", "high") == [7, 0, 0, 0, 0]


def test_the_floor_takes_no_more_than_the_replacement():
    found = openings(drivers=[{"driver": "d", "name_zh": "关", "industry": "A", "year": 2026, "persons": -5000}])
    assert column(found, "openings")[:4] == pytest.approx([10.75, 0, 0, 0])
    assert column(found, "expansion")[1:3] == pytest.approx([-6, 0])
    a = found.employment.query("industry == 'A' and year >= 2025")
    assert a["baseline"].tolist() == pytest.approx([1200, 1250, 1300, 1350, 1400])
    assert a["persons"].tolist() == pytest.approx([1200, 0, 0, 0, 0])  # never below none


def test_drivers_are_kept_apart_from_the_baseline():
    plant = {"driver": "d", "name_zh": "厂", "industry": "A", "year": 2026, "persons": 400, "ramp_years": 2}
    found = openings(drivers=[{**plant, "probability": 0.5}])
    a = found.employment.query("industry == 'A' and year >= 2025")
    assert a["baseline"].tolist() == pytest.approx([1200, 1250, 1300, 1350, 1400])
    assert a["persons"].tolist() == pytest.approx([1200, 1350, 1500, 1550, 1600])
    assert column(found, "openings") == pytest.approx([10.75, 15 + 6, 15 + 6.75, 5 + 7.5, 5 + 7.75])


def test_a_new_industry_is_what_its_drivers_bring():
    found = openings(
        drivers=[{"driver": "d", "name_zh": "厂", "industry": "B", "year": 2025, "persons": 300, "ramp_years": 3}],
        staffing=[{"industry": "B", "occupation": "x", "share": 0.1}],
    )
    b = found.employment.query("industry == 'B'")
    assert b["persons"].tolist() == pytest.approx([0, 100, 200, 300, 300, 300])
    assert column(found, "openings") == pytest.approx([10, 10.5, 11, 1.5, 1.5])
    assert found.choices.set_index("industry").loc["B", "reason"] == "no_history"


def test_openings_are_held_flat_beyond_hold_after():
    found = openings(forecast={"hold_after": 2})  # history to 2024: forecast to 2026
    assert column(found, "openings") == pytest.approx([10.75, 11, 11, 11, 11])
    assert column(found, "held") == [False, False, True, True, True]
    assert found.employment["year"].max() == 2026
    late = openings(first_year=2028, years=1, tail=1, forecast={"hold_after": 2})
    assert column(late, "openings") == pytest.approx([11, 11])
    assert column(late, "held") == [True, True]


def test_external_supply_is_not_held_with_the_openings():
    supply = [{"occupation": "x", "level": "low", "year": 2028, "persons": 4}]
    assert column(openings(forecast={"hold_after": 2}, external_supply=supply), "openings") == pytest.approx(
        [10.75, 11, 11, 7, 11]
    )


GIVEN = [
    {"occupation": "x", "level": "low", "year": 2026, "persons": 30},
    {"occupation": "y", "level": "high", "year": 2024, "persons": 8},
    {"occupation": "y", "level": "high", "year": 2026, "persons": 9},
]


def test_the_table_is_not_used_unless_asked_for():
    assert column(openings(openings=GIVEN), "openings") == pytest.approx([10.75, 11, 11.25, 11.5, 11.75])
    assert column(openings(openings=GIVEN), "openings", "y", "high") == [0] * 5


def test_given_openings_instead_of_the_forecast():
    found = openings(openings=GIVEN, forecast={"openings": "given"})
    assert column(found, "openings") == [0, 30, 30, 30, 30]
    assert column(found, "given") == [False, True, True, True, True]
    assert column(found, "held") == [False, False, True, True, True]
    assert column(found, "openings", "y", "high") == [8, 9, 9, 9, 9]  # the last known year holds on
    assert column(found, "held", "y", "high") == [True, False, True, True, True]
    assert found.table[["expansion", "replacement", "others"]].to_numpy().any() == np.False_


def test_given_openings_beside_the_forecast():
    found = openings(openings=GIVEN, forecast={"openings": "both"})
    assert column(found, "openings") == pytest.approx([10.75, 30, 11.25, 11.5, 11.75])
    assert column(found, "given") == [False, True, False, False, False]
    assert column(found, "openings", "y", "high") == [8, 9, 9, 9, 9]  # no forecast of its own


def test_given_openings_need_no_employment():
    found = openings(
        openings=GIVEN,
        forecast={"openings": "given"},
        external_supply=[{"occupation": "x", "level": "low", "persons": 12}],
        industries=(), employment=(), staffing=(), education_mix=(),
    )  # fmt: skip
    assert column(found, "openings") == [0, 18, 18, 18, 18]
    assert column(found, "external") == [0, 12, 12, 12, 12]
    assert column(found, "excess_external") == [12, 0, 0, 0, 0]
    assert found.employment.empty
    assert found.backtest.empty
    assert list(found.employment) == ["industry", "year", "persons", "baseline", "method"]


def test_a_case_without_any_demand_table_has_no_openings():
    found = openings(industries=(), employment=(), staffing=(), education_mix=(), occupations=())
    assert found.table.empty
    assert found.table["year"].dtype == "int64"
    assert found.table["held"].dtype == "bool"


def chosen(found, industry="A"):
    return found.choices.set_index("industry").loc[industry]


def test_history_before_a_break_is_not_learnt_from():
    # Up by 100 a year until a new count halves it; since then 10 a year.
    history = counts("A", 2012, 1000, 1100, 1200, 1300, 600, 610, 620, 630, 640, 650, broken=(2016,))
    found = openings(employment=history)
    choice = chosen(found)
    assert (choice["method"], choice["reason"], choice["train_from"], choice["train_years"]) == (
        "drift", "least_error", 2016, 6,
    )  # fmt: skip
    assert choice["break_year"] == 2016
    a = found.employment.query("industry == 'A'").set_index("year")
    assert a.loc[2012, "persons"] == 1000  # still shown
    assert a.loc[[2022, 2025], "persons"].tolist() == pytest.approx([660, 690])


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (counts("A", 2023, 95, 100), "short_history"),
        (counts("A", 2022, 90, 95, 100), "not_judged"),
        (counts("A", 2018, 10, 20, 30, 40, 80, 90, 100, broken=(2022,)), "short_after_break"),
        (counts("A", 2017, *[100] * 8), "constant"),
    ],
)
def test_the_last_value_is_repeated_where_nothing_can_be_judged(history, reason):
    found = openings(employment=history)
    assert chosen(found)[["method", "reason"]].tolist() == ["naive", reason]
    assert np.isnan(chosen(found)["mase"])
    assert found.employment.query("industry == 'A' and year >= 2025")["persons"].tolist() == [100] * 5
    assert column(found, "openings") == pytest.approx([0.5] * 5)


def test_methods_not_allowed_are_judged_but_not_used():
    found = openings(forecast={"methods": ["naive"]})
    assert chosen(found)["method"] == "naive"
    judged = found.backtest.query("group == '' and horizon == 1").set_index("method")
    assert judged.loc[["naive", "drift", "excel_linear"], "mase"].tolist() == pytest.approx([1, 0, 0], abs=1e-9)
    assert judged.index[judged["chosen"]].tolist() == ["naive"]


def test_missing_years_are_interpolated_or_forecast_and_say_so():
    ragged = [*counts("A", 2016, 750, 800, 850, 900, None, 1000, 1050), *counts("B", 2018, *range(100, 170, 10))]
    found = openings(employment=ragged)  # A is counted to 2022, B to 2024
    a = found.employment.query("industry == 'A'").set_index("year")
    assert a.loc[2020, ["persons", "method"]].tolist() == [950, "interpolated"]
    # 50 a year, a tenth less each year: 45, 40.5, 36.45
    assert a.loc[2023:2025, "persons"].tolist() == pytest.approx([1095, 1135.5, 1171.95])
    assert chosen(found)[["method", "reason"]].tolist() == ["damped_drift", "ended"]
    assert set(a.loc[2023:, "method"]) == {"damped_drift"}
    assert column(found, "openings")[0] == pytest.approx(3.645 + 0.05 * 113.55)


def test_an_industry_first_counted_in_the_plan_is_held_back():
    found = openings(employment=counts("A", 2025, 1000), forecast={"hold_after": 30})
    assert found.employment["persons"].tolist() == [1000] * 6
    assert found.employment["method"].tolist() == ["interpolated", "history"] + ["naive"] * 4
    assert column(found, "openings") == pytest.approx([5] * 5)


RATES = st.floats(0, 0.2)
PERSONS = st.floats(0, 1e6).map(lambda x: round(x, 1))


@st.composite
def regions(draw):
    """A small region: gaps, breaks, two patterns, drivers, mixes that sum to 1, external supply."""
    industries = ["A", "B", "C"]
    employment = [
        {"industry": i, "year": y, "persons": draw(PERSONS), "break": draw(st.integers(0, 9)) == 0}
        for i in industries
        for y in range(2013, 2025)
        if draw(st.integers(0, 9)) > 0
    ]
    share = draw(st.floats(0, 1))
    return {
        "industries": [{"industry": i, "name_zh": i} for i in industries],
        "employment": employment,
        "drivers": [
            {"driver": "d", "name_zh": "d", "industry": "B", "year": draw(st.integers(2020, 2030)), "ramp_years": 3,
             "persons": draw(st.floats(-1e5, 1e5)), "probability": draw(st.floats(0, 1))}
        ],
        "occupations": [
            {"occupation": o, "name_zh": o, "exit_rate": draw(RATES), "transfer_rate": draw(RATES)} for o in "xy"
        ],
        "staffing": [
            {"industry": i, "occupation": o, "year": y, "share": draw(st.floats(0, 0.5))}
            for i in industries for o in "xy" for y in (0, 2027, 2031)
        ],
        "levels": LEVELS,
        "education_mix": [
            {"occupation": o, "level": lv, "share": s, "graduate_share": draw(st.floats(0, 1))}
            for o in "xy" for lv, s in (("low", share), ("high", 1 - share))
        ],
        "external_supply": [{"occupation": "x", "level": "low", "persons": draw(st.floats(0, 1e4))}],
    }  # fmt: skip


NUMBERS = ["expansion", "replacement", "others", "external", "excess_external", "openings"]


def solve(region, **forecast):
    case = tables.case(first_year=2025, years=8, tail=3, forecast={**SIMPLE, "hold_after": 8, **forecast}, **region)
    return case, forecast_openings(case)


@settings(max_examples=40)
@given(regions())
def test_persons_are_conserved(region):
    _, found = solve(region)
    table = found.table
    assert len(table) == 2 * 2 * 11
    assert (table[["replacement", "others", "external", "excess_external", "openings"]] >= 0).all(axis=None)
    assert (found.employment[["persons", "baseline"]] >= 0).all(axis=None)
    asked = table["expansion"] + table["replacement"]
    assert (asked >= 0).all()
    used = table[["others", "external", "openings"]].sum(axis=1)
    np.testing.assert_allclose(used, asked, rtol=1e-9, atol=1e-9)
    # Over the levels of an occupation they are its change and those who leave, or none.
    wide = found.occupation_employment.pivot_table(index="occupation", columns="year", values="persons").to_numpy()
    leave = np.array([o["exit_rate"] + o["transfer_rate"] for o in region["occupations"]])[:, None]
    expected = np.maximum(0, wide[:, 1:] - (1 - leave) * wide[:, :-1])
    by_year = table.assign(used=used).pivot_table(index="occupation", columns="year", values="used", aggfunc="sum")
    np.testing.assert_allclose(by_year.to_numpy()[:, : expected.shape[1]], expected, rtol=1e-9, atol=1e-6)


@settings(max_examples=25)
@given(regions())
def test_a_doubled_region_doubles_its_openings(region):
    def doubled(rows):
        return [{**r, "persons": 2 * r["persons"]} for r in rows]

    sized = ("employment", "drivers", "external_supply")
    _, once = solve(region)
    _, twice = solve({**region, **{name: doubled(region[name]) for name in sized}})
    np.testing.assert_allclose(twice.table[NUMBERS], 2 * once.table[NUMBERS], rtol=1e-9, atol=1e-6)
    assert twice.choices["method"].tolist() == once.choices["method"].tolist()


@settings(max_examples=25)
@given(regions(), st.integers(0, 1000))
def test_the_order_of_rows_is_irrelevant(region, seed):
    case, found = solve(region)
    shuffled = {name: t.sample(frac=1, random_state=seed, ignore_index=True) for name, t in case.tables.items()}
    again = forecast_openings(replace(case, tables=shuffled))
    pd.testing.assert_frame_equal(again.table, found.table, rtol=1e-9, atol=1e-6)
    pd.testing.assert_frame_equal(again.employment, found.employment)
    pd.testing.assert_frame_equal(again.backtest, found.backtest)


def test_frames_are_sorted_and_complete():
    region = {"education_mix": [
        {"occupation": o, "level": lv, "share": 0.5} for o in ("y", "x") for lv in ("low", "high")
    ]}  # fmt: skip
    table = openings(**region).table
    assert list(table)[:3] == ["occupation", "level", "year"]
    keys = table[["occupation", "level", "year"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys), ignore_index=True))
    assert len(keys.drop_duplicates()) == 2 * 2 * 5
