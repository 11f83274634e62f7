import json
import re
from dataclasses import replace

import numpy as np
import pytest
from tests.report.page import Page, number
from tests.tiny import tiny_tables

from talentplan.demand import forecast_openings
from talentplan.report.forecast_page import forecast_html
from talentplan.workspace import build_case


@pytest.fixture(scope="module")
def case():
    settings, tables = tiny_tables()
    waves = [40, -25, 30, -60, 15, 20, -35, 10]  # so that no method is without error
    for row in tables["employment"]:
        row["persons"] += waves[row["year"] % len(waves)]
    return build_case({**settings, "illustrative": True, "forecast": {"paths": 60, "automatic": False}}, tables)


@pytest.fixture(scope="module")
def openings(case):
    return forecast_openings(case)


@pytest.fixture(scope="module")
def text(openings, case):
    return forecast_html(openings, case)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def charts(text, lang):
    found = re.search(rf'<script type="application/json" id="charts-{lang}">(.*?)</script>', text, flags=re.DOTALL)
    return json.loads(found[1])


def test_both_languages_are_whole_and_nothing_is_fetched(text, page):
    for lang in ("zh-CN", "en"):
        levels = [level for found, level in page.headings if found == lang]
        assert (levels.count(1), levels.count(2)) == (1, 5)
    assert len(set(page.ids)) == len(page.ids)
    assert all(ref.startswith("#") and ref[1:] in page.ids for ref in page.references)
    assert page.unnamed_charts == 0
    zh, en = ([t for t in page.tables if t.lang == lang] for lang in ("zh-CN", "en"))
    assert [[len(row) for row in t.rows] for t in zh] == [[len(row) for row in t.rows] for t in en]
    assert text.count(">Illustrative<") == text.count(">示例<") == 1


def test_the_same_openings_give_the_same_page(text, openings, case):
    assert forecast_html(openings, case) == text


def test_the_table_of_industries_is_the_forecast(page, openings):
    rows = page.table("en", "Industry by industry").rows[1:]
    table = openings.employment
    end = table[table["year"] == table["year"].max()].set_index("industry")
    assert len(rows) == len(end) == 3
    for row, (_, want) in zip(rows, end.iterrows(), strict=True):
        assert [number(cell) for cell in row[2:5]] == pytest.approx(
            want[["persons", "lo80", "hi80"]].tolist(), abs=0.51
        )
        assert number(row[6]) == pytest.approx(want["persons"] - want["baseline"], abs=0.51)


def test_the_scores_are_means_over_years_ahead(page, openings):
    rows = {row[0]: row for row in page.table("en", "Every method judged").rows[1:]}
    every = openings.backtest.query("group == ''")
    for name, shown in (("naive", "last value"), ("ensemble", "ensemble (default)")):
        want = every.loc[every["method"] == name, "mase"].mean()
        assert number(rows[shown][1]) == pytest.approx(want, abs=0.006)
    assert [row[1] for row in rows.values()] == sorted((row[1] for row in rows.values()), key=number)


def test_the_fan_holds_counts_forecast_and_bands(text, openings):
    fan = charts(text, "en")["fan"]["parts"]
    table = openings.employment
    assert set(fan) == {"", *table["industry"]}
    years = [int(year) for year in fan[""]["categories"]]
    total = table.groupby("year")["persons"].sum()
    shown = fan[""]["forecast"]["data"]
    last = table.loc[table["method"] == "history", "year"].max()
    for year, value in zip(years, shown, strict=True):
        assert (value is None) == (year < last)
        if value is not None:
            assert value == pytest.approx(total[year], abs=0.51)
    at = openings.path_employment_years.index(years[-1])
    sums = openings.employment_paths[:, :, at].sum(axis=1)
    outer = fan[""]["bands"][0]
    assert [outer["low"][-1], outer["high"][-1]] == pytest.approx(np.quantile(sums, [0.025, 0.975]).tolist(), abs=1)
    assert len(fan["34"]["paths"]) == 12


def test_the_record_shows_what_was_said(text, page, openings):
    record = charts(text, "zh")["record"]["parts"]["34"]
    one = openings.track_record.query("industry == '34'")
    made = one["made"].iloc[0]
    line = next(s for s in record["series"] if str(made) in s["name"])
    said = one[one["made"] == made].set_index("year")["said"]
    at = record["categories"].index(str(made + 1))
    assert line["data"][at] == pytest.approx(said[made + 1], abs=0.51)
    rows = page.table("en", "The track record").rows[1:]
    last = openings.track_record.query("year == year.max()")
    assert [int(row[0]) for row in rows] == sorted(set(last["made"]))
    want = last.groupby("made")[["said", "was"]].sum()
    for row in rows:
        assert [number(cell) for cell in row[2:4]] == pytest.approx(want.loc[int(row[0])].tolist(), abs=0.51)


def test_a_page_without_paths_or_without_counts_is_whole(case):
    settings, tables = tiny_tables()
    bare = build_case(settings, tables)
    found = Page(forecast_html(forecast_openings(bare), bare))
    assert "no sample paths were asked for" in "".join(found.text)
    tables["openings"] = [{"occupation": "6-18-01-01", "level": "secondary", "year": 2025, "persons": 60}]
    for name in ("employment", "drivers", "staffing", "education_mix", "external_supply"):
        tables.pop(name, None)
    given = build_case({**settings, "forecast": {"openings": "given"}}, tables)
    assert "No employment is counted" in "".join(Page(forecast_html(forecast_openings(given), given)).text)


def test_signs_of_shortage_appear_where_there_are_some(case, openings):
    plain = Page(forecast_html(openings, case)).table("en", "Openings and signs").rows[0]
    signals = openings.signals.assign(vacancy_rate=0.125)
    found = Page(forecast_html(replace(openings, signals=signals), case)).table("en", "Openings and signs").rows
    assert [column for column in found[0] if column not in plain] == ["vacancy rate"]
    assert found[1][found[0].index("vacancy rate")] == "12.5%"
