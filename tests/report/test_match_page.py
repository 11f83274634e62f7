"""match.html says what the tables say, in both languages, and holds where there is little to tell."""

import dataclasses
import json
import re

import pytest
from tests.report.page import Page, number
from tests.tiny import tiny_tables

from talentplan.plan import match_supply
from talentplan.report.match_page import match_html
from talentplan.workspace import build_case


def tiny(**changes):
    settings, tables = tiny_tables()
    return build_case({**settings, "illustrative": True}, {**tables, **changes})


@pytest.fixture(scope="module")
def case():
    history = [
        {**row, "plan": 5, "registered": 5} if row["offering"] == "gz1-sk-2" else row
        for row in tiny_tables()[1]["intake_history"]
    ]  # fewer seats than are promised
    return tiny(intake_history=history)


@pytest.fixture(scope="module")
def match(case):
    return match_supply(case)


@pytest.fixture(scope="module")
def text(match, case):
    return match_html(match, case)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_both_languages_are_whole_and_nothing_is_fetched(text, page):
    for lang in ("zh-CN", "en"):
        levels = [level for found, level in page.headings if found == lang]
        assert (levels.count(1), levels.count(2)) == (1, 6)
    assert len(set(page.ids)) == len(page.ids)
    assert all(ref.startswith("#") and ref[1:] in page.ids for ref in page.references)
    assert page.unnamed_charts == 0
    assert not any(table.cells_without_scope for table in page.tables)
    zh, en = ([t for t in page.tables if t.lang == lang] for lang in ("zh-CN", "en"))
    assert [[len(row) for row in t.rows] for t in zh] == [[len(row) for row in t.rows] for t in en]
    assert text.count(">Illustrative<") == text.count(">示例<") == 1


def test_the_same_match_gives_the_same_page(text, match, case):
    assert match_html(match, case) == text


def test_the_heat_map_holds_every_range(page, match, case):
    rows = page.table("en", "Certain ranges of shortages").rows
    table = match.table("certain_shortages")
    names = case.table("occupations").set_index("occupation")["name_en"]
    years = rows[0][1:]
    seen = 0
    for name, *cells in rows[1:]:
        [code] = names.index[names == name]
        own = table[table["occupation"] == code].set_index("year")
        for year, cell in zip(years, cells, strict=True):
            if int(year) not in own.index:
                assert cell == "–"
                continue
            row = own.loc[int(year)]
            ends = [number(part) for part in cell.split("–")]
            want = [row["least"], row["greatest"]] if row["verdict"] != "filled" else [0.0]
            assert ends[0] == pytest.approx(want[0], abs=0.51)
            assert ends[-1] == pytest.approx(want[-1], abs=0.51)
            seen += 1
    assert seen == len(table) > 0


def test_sums_of_occupations_and_levels(page, match, case):
    table, balance = match.table("certain_shortages"), match.table("balance")
    rows = page.table("en", "All occupations").rows[1:-1]
    for column, name in ((1, "openings"), (3, "least"), (4, "greatest")):
        assert sum(number(row[column]) for row in rows) == pytest.approx(table[name].sum(), abs=0.51 * len(rows))
    assert [sum(int(row[c]) for row in rows) for c in (5, 6, 7)] == [
        int((table["verdict"] == verdict).sum()) for verdict in ("gap", "filled", "no_verdict")
    ]
    levels = page.table("en", "Balance by level").rows
    total = [number(cell) for cell in levels[-1][1:]]
    kinds = ["openings", "own_level", "over_qualified", "under_qualified", "shortage", "external"]
    assert total == pytest.approx([balance[kind].sum() for kind in kinds], abs=0.51)


def test_the_lead_counts_uncertain_verdicts(page, match):
    said = " ".join("".join(page.text).split())
    table = match.table("certain_shortages")
    point = table[table["point_verdict"] != "even"]
    wrong = sum(
        (p == "gap" and v != "gap") or (p == "too_many" and v != "filled")
        for p, v in zip(point["point_verdict"], point["verdict"], strict=True)
    )
    assert (
        f"Of {len(point)} gaps and surpluses that sharing completers out in proportion to openings shows (occupation and year), {wrong} "
        in said
    )
    assert match.uncertain_share == pytest.approx(wrong / len(point))


def test_promises_that_have_no_seat(page, match):
    short = match.table("promises").query("scope == 'offering'").groupby("code")["short"].sum()
    missing = short[short > 0.5]
    assert len(missing), "the tiny region promises too much somewhere"
    rows = page.table("en", "Receiving lines").rows[1:]
    assert sorted(number(row[4]) for row in rows) == pytest.approx(sorted(missing.round()), abs=0.51)


def test_parts_of_a_seat_in_several_years_are_no_missing_seat(match, case):
    """0.3 of a seat a year is never half a seat: no first year in which the line is short, and none is told."""
    table = match.table("promises").assign(short=0.3, first_short=0)
    few = dataclasses.replace(match, tables={**match.tables, "promises": table})
    said = " ".join(Page(match_html(few, case)).text)
    assert "Every promised seat is there." in said


def test_the_flow_is_that_of_doing_nothing(text, match, case):
    charts = json.loads(re.search(r'id="charts-en">(.*?)</script>', text, flags=re.DOTALL)[1])
    assert set(charts) == {"flow"}
    done = match.table("completions")
    for year, chart in charts["flow"]["years"].items():
        leaving = [link for link in chart["links"] if link["source"] != "seek work locally"]
        assert sum(link["value"] for link in leaving) == pytest.approx(
            done[done["year"] == int(year)]["completions"].sum(), abs=0.06 * len(leaving)
        )


def test_a_region_with_little_to_tell_still_has_a_page():
    bare = tiny(
        pathways=[], crosswalk=[{"program": "660103", "occupation": tiny_tables()[1]["occupations"][0]["occupation"]}]
    )
    page = Page(match_html(match_supply(bare), bare))
    said = "".join(page.text)
    assert "承诺的名额都有着落。" in said
    assert "Every promised seat is there." in said
    assert page.table("en", "Programs and occupations without a link").rows[1:]


def test_names_of_the_region_cannot_break_the_page(match, case):
    settings = case.settings.model_copy(
        update={"title": case.settings.title.model_copy(update={"zh": "</script><script>alert(1)</script>&"})}
    )
    text = match_html(match, dataclasses.replace(case, settings=settings))
    assert "<script>alert(1)" not in text
    Page(text)
