"""An impossible case names the statements that clash: all of them, and none that could be left out."""

from __future__ import annotations

from typing import Any

import pytest

from talentplan.allocation import repairs
from talentplan.errors import ImpossibleError
from talentplan.insight import prices_of
from talentplan.plan import solve_plan
from talentplan.workspace import build_case
from talentplan.workspace.case import Case


def _case(
    *,
    pool: float = 200.0,
    settings: dict[str, Any] | None = None,
    tables: dict[str, Any] | None = None,
    **offering: Any,
) -> Case:
    base = {
        "name": "clash", "title": {"zh": "冲突", "en": "Clash"}, "region": {"zh": "某市", "en": "Town"}, "tables": ".",
        "horizon": {"first_year": 2027, "years": 2}, "forecast": {"openings": "given"},
    }  # fmt: skip
    return build_case(
        {**base, **(settings or {})},
        {
            "levels": [{"level": "sv", "rank": 0, "name_zh": "中职", "name_en": "secondary"}],
            "programs": [{"program": "660103", "name_zh": "数控", "level": "sv"}],
            "units": [{"unit": "A", "name_zh": "甲校", "kind": "school"}],
            "schools": [{"school": "A"}],
            "offerings": [{"offering": "a", "school": "A", "program": "660103", "duration": 3, "entrant_group": "junior", **offering}],
            "intake_history": [{"offering": "a", "year": 2026, "plan": 40.0, "registered": 40.0}],
            "entrants": [{"origin": "town", "entrant_group": "junior", "year": 2027, "persons": pool}],
            "occupations": [{"occupation": "6-18-01-01", "name_zh": "车工"}],
            "openings": [{"occupation": "6-18-01-01", "level": "sv", "year": 2030, "persons": 60.0}],
            "crosswalk": [{"program": "660103", "occupation": "6-18-01-01"}],
            **(tables or {}),
        },
    )  # fmt: skip


def _statements(case: Case) -> list[str]:
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(case)
    assert caught.value.exit_code == 1
    assert all(zh and en for zh, en in caught.value.statements)
    return [en for _, en in caught.value.statements]


def test_the_smallest_class_above_the_entrants() -> None:
    found = _statements(_case(pool=20.0, settings={"policy": {"change": {"max_close": 0}}}))
    assert len(found) == 3
    assert any("smallest class" in s and "2027" in s for s in found)
    assert any("entrants from town in 2027" in s and "20" in s for s in found)
    assert any("may stop enrolling" in s and "2027" in s and "0 lines" in s for s in found)


def test_closing_next_year_mends_it() -> None:
    plan = solve_plan(_case(pool=20.0))
    assert plan.table("intake")["plan"].iloc[0] == 0.0


def test_a_total_beyond_what_may_change() -> None:
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 500.0}
    found = _statements(_case(pool=900.0, settings={"totals": [total], "solving": {"whole_class_years": 0}}))
    assert len(found) == 2
    assert any("the city's total" in s and "500" in s for s in found)
    assert any("change policy" in s for s in found)


def test_a_given_number_above_the_entrants() -> None:
    found = _statements(_case(pool=20.0, control="given"))
    assert len(found) == 2
    assert any("given" in s for s in found)


def test_a_clash_of_whole_numbers_alone() -> None:
    # 55 persons are neither one class (at most 50) nor two (at least 60): only whole classes clash with the total
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 55.0, "greatest": 55.0}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(settings={"totals": [total]}))
    assert any("the city's total" in en for _, en in caught.value.statements)
    plan = solve_plan(_case(settings={"totals": [total], "solving": {"whole_class_years": 0}}))
    assert plan.table("intake")["plan"].iloc[0] == pytest.approx(55.0)


def test_repairs_say_how_much_is_enough() -> None:
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 150.0}
    settings = {"totals": [total], "solving": {"whole_class_years": 0}}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(pool=900.0, settings=settings))
    cheapest = caught.value.diagnosis.repairs[0]  # 40 + two classes of 50 = 140
    assert [(c.kind, c.side, c.before, c.after) for c in cheapest.changes] == [("total", "least", 150.0, 140.0)]
    assert "from 150 to 140" in cheapest.words[1]
    grown = caught.value.diagnosis.repairs[1]  # or the line may grow by 110 instead of 100
    assert [(c.kind, c.place, c.after) for c in grown.changes] == [("up", {"offering": "a", "year": 2027}, 110.0)]
    total["least"] = 140.0
    assert solve_plan(_case(pool=900.0, settings=settings)).audit.ok


def test_a_repair_mends_all_conflicts_beside_each_other() -> None:
    # 200 entrants: next year's total wants 150 of a line that grows from 40 to 140 at most, the year after the total wants 300
    totals = [
        {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 150.0},
        {"name": {"zh": "后年总量", "en": "the later total"}, "year": 2028, "least": 300.0},
    ]
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(settings={"totals": totals, "solving": {"whole_class_years": 0}}))
    found = caught.value.diagnosis
    assert len(found.conflicts) == 2
    assert found.complete
    for repair in found.repairs:  # both years take part in every one, and nothing is moved that need not be
        assert {c.place["year"] for c in repair.changes} == {2027, 2028}
    cheapest = found.repairs[0]
    assert [(c.kind, c.place["year"], c.after) for c in cheapest.changes] == [
        ("total", 2027, 140.0),
        ("total", 2028, 200.0),
    ]
    for total, change in zip(totals, cheapest.changes, strict=True):
        total["least"] = change.after
    assert solve_plan(_case(settings={"totals": totals, "solving": {"whole_class_years": 0}})).audit.ok


@pytest.mark.parametrize("large", [False, True])
def test_whole_classes_are_sought_near_the_linear_optimum_in_large_programs(
    large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # from 40 by two classes of 50 to 140 at most, which are three classes; whole classes cost nothing beyond that
    if large:
        monkeypatch.setattr(repairs, "LARGE", 0)
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 150.0}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(pool=900.0, settings={"totals": [total]}))
    cheapest = caught.value.diagnosis.repairs[0]
    assert [(c.kind, c.side, c.before, c.after) for c in cheapest.changes] == [("total", "least", 150.0, 140.0)]


@pytest.mark.parametrize("large", [False, True])
def test_a_repair_reaches_whole_classes(large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # exactly 55 persons are no whole classes of 30 to 50: at least 50 or at most 60 are
    if large:
        monkeypatch.setattr(repairs, "LARGE", 0)
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 55.0, "greatest": 55.0}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(settings={"totals": [total]}))
    cheapest = caught.value.diagnosis.repairs[0]
    assert [(c.kind, c.side, c.after) for c in cheapest.changes] in (
        [("total", "least", 50.0)],
        [("total", "most", 60.0)],
    )


def test_what_clashes_in_every_year_is_told_of_the_first_and_mended_in_all() -> None:
    # one line grows from 40 by two classes of 50 a year: 140 next year, then 200 entrants; the total wants 300 in each
    total = {"name": {"zh": "总量", "en": "the city's total"}, "least": 300.0}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(settings={"totals": [total], "solving": {"whole_class_years": 0}}))
    found = caught.value.diagnosis
    assert found.complete
    assert [(s.kind, {p["year"] for p in s.places}) for s in found.conflicts[0].statements if s.kind == "total"] == [
        ("total", {2027})
    ]
    assert len(found.conflicts) == 1
    cheapest = found.repairs[0]
    assert [(c.kind, c.place["year"], c.after) for c in cheapest.changes] == [
        ("total", 2027, 140.0),
        ("total", 2028, 200.0),
    ]
    assert cheapest.words == (
        "总量（2027–2028 年计划数合计）：下限由 300 降到 140（2027 年）、200（2028 年） 人",
        "the city's total (sum of plan numbers in 2027–2028): lower the least from 300 to 140 (2027), 200 (2028) persons",
    )


def test_the_same_clash_in_a_later_year_is_told_once() -> None:
    # a given line of 40 against 20 entrants, which are counted year by year
    case = _case(pool=20.0, control="given")
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(case)
    found = caught.value.diagnosis
    assert [{p["year"] for s in c.statements for p in s.places} for c in found.conflicts] == [{2027}]
    assert all({2027, 2028} <= {c.place["year"] for c in repair.changes} for repair in found.repairs)


def test_more_classes_than_stated_are_offered_with_whole_classes() -> None:
    # two classes of 50 at most are 100; 120 persons, that the town wants next year, are three
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 120.0}
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_case(pool=900.0, settings={"totals": [total]}, classes_max=2))
    found = caught.value.diagnosis
    assert {s.kind for s in found.conflicts[0].statements} == {"total", "classes_max"}
    moved = {tuple((c.kind, c.after) for c in repair.changes) for repair in found.repairs}
    assert (("total", 100.0),) in moved
    assert (("classes_max", 120.0),) in moved


@pytest.mark.parametrize("whole", [0, 1])
def test_more_units_are_offered_where_the_first_costs_more(whole: int) -> None:
    # 50 persons and ten for each unit: two of them, of which one may be bought, hold the 70 that are wanted
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 70.0}
    unit = {"investment": "hall", "name_zh": "楼", "adds": "school_places", "school": "A", "amount": 10.0, "cost": 100.0,
            "cost_first": 200.0, "units_max": 1, "lead": 0, "life": 9}  # fmt: skip
    settings = {
        "totals": [total], "solving": {"whole_class_years": whole}, "budget": [{"kind": "investment", "amount": 1000.0}],
        "policy": {"change": {"max_close": 0}},
    }  # fmt: skip
    case = _case(
        pool=900.0, settings=settings, duration=1,
        tables={"schools": [{"school": "A", "places": 50.0}], "investments": [unit]},
    )  # fmt: skip
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(case)
    found = caught.value.diagnosis
    assert "units_max" in {s.kind for s in found.conflicts[0].statements}
    moved = [[(c.kind, c.before, c.after) for c in repair.changes] for repair in found.repairs]
    assert [("units_max", 1.0, 2.0)] in moved
    assert solve_plan(_case(
        pool=900.0, settings=settings, duration=1,
        tables={"schools": [{"school": "A", "places": 50.0}], "investments": [{**unit, "units_max": 2}]},
    )).audit.ok  # fmt: skip


def test_a_sweep_offers_to_move_ceilings() -> None:
    total = {"name": {"zh": "总量", "en": "the city's total"}, "year": 2027, "least": 100.0}
    case = _case(pool=900.0, settings={"totals": [total]}, max_plan=80.0)
    with pytest.raises(ImpossibleError) as caught:
        prices_of(case)
    kinds = {tuple(c.kind for c in repair.changes) for repair in caught.value.diagnosis.repairs}
    assert ("max_plan",) in kinds


def test_a_limit_that_those_on_roll_break_is_named_and_moved() -> None:
    """40 of 2025 and 40 of 2026 fill the 50 places of A; 60 more can be bought, but 200 next year fit only with more places."""
    case = _case(
        pool=900.0, min_plan=200.0,
        settings={"budget": [{"kind": "investment", "amount": 100.0}], "solving": {"whole_class_years": 0}},
        tables={
            "schools": [{"school": "A", "places": 50.0}],
            "intake_history": [{"offering": "a", "year": year, "plan": 40.0, "registered": 40.0} for year in (2025, 2026)],
            "investments": [{"investment": "hall", "name_zh": "楼", "adds": "school_places", "school": "A", "amount": 60.0, "cost": 1.0,
                             "units_max": 1, "lump": False, "lead": 0, "life": 20}],
        },
    )  # fmt: skip
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(case)
    [conflict, *_] = caught.value.diagnosis.conflicts
    assert {s.kind for s in conflict.statements} == {"min_plan", "school_places"}
    assert any("places" in en for _, en in caught.value.statements)
