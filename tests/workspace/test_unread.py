"""What a planner typed and no plan reads is said on page one, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tiny import tiny_tables

from talentplan.workspace import build_case

Change = Callable[[dict[str, Any], dict[str, Any]], Any]
RESOURCE = {"resource": "r", "name_zh": "车间", "unit": "qy1", "kind": "lathe", "workplaces": 40}
LENT = {"agreement": "old", "resource": "r", "school": "zz1", "hours_max": 100}
TEACHERS = {"agreement": "far-off", "from_school": "gz1", "to_school": "zz1", "teachers_max": 1}


def only(kind: str, *years: int) -> list[dict[str, Any]]:
    return [{"kind": kind, "amount": 4e7, "year": y} for y in years]


UNREAD: dict[str, tuple[Change, str, str]] = {
    "an agreement that is over": (
        lambda s, t: t.update(resources=[RESOURCE], agreements=[{**LENT, "last_year": 2024}]),
        "agreements", "the years of old lie outside the plan years 2025 to 2029",
    ),
    "an agreement after the plan": (
        lambda s, t: t.update(teacher_agreements=[{**TEACHERS, "first_year": 2030}]), "teacher_agreements", "far-off",
    ),
    "seats of a year that is over": (
        lambda s, t: t.update(reserved_seats=[{"reservation": "r1", "offering": "zz1-sk", "year": 2024, "seats": 9}]),
        "reserved_seats", "r1",
    ),
    "a merger after the plan": (
        lambda s, t: t.update(mergers=[{"from_offering": "zz1-kj", "to_offering": "zz1-sk", "first_year": 2030}]),
        "mergers", "zz1-kj > zz1-sk",
    ),
    "a merger after the years in whole classes": (
        lambda s, t: t.update(mergers=[{"from_offering": "zz1-kj", "to_offering": "zz1-sk", "first_year": 2026}]),
        "mergers", "zz1-kj > zz1-sk cannot happen",
    ),
    "a rank without weight": (
        lambda s, t: s.update(objective={"priorities": [["money", "shortage"], ["unfairness"]]}),
        "offerings", "the weight of money, unfairness is 0",
    ),
    "an option of a fund without money": (
        lambda s, t: t["investments"][0].update(earmark="fnud"), "investments", "no money with the earmark fnud",
    ),
    "a payer from a fund without money": (
        lambda s, t: t.update(
            investment_payers=[{"investment": "new-hall", "unit": "zz1", "share": 1, "earmark": "fnud"}]
        ),
        "investment_payers", "no money with the earmark fnud",
    ),
    "a budget that begins later": (
        lambda s, t: s.update(budget=only("recurrent", 2026, 2028)),
        "offerings", "no recurrent budget is given for 2025, 2027: it is not limited then",
    ),
    "a catchment without entrants": (
        lambda s, t: t["catchments"][0].update(origin="ctiy"), "catchments", "origins ctiy",
    ),
    "entrants nobody recruits": (
        lambda s, t: t["entrants"].append({**t["entrants"][0], "entrant_group": "junoir"}), "entrants", "junoir",
    ),
}  # fmt: skip


def said(change: Change) -> list[tuple[str, str]]:
    settings, tables = tiny_tables()
    change(settings, tables)
    defaulted = build_case(settings, tables).defaulted
    assert all(d.zh for d in defaulted)
    return [(d.table, d.en) for d in defaulted]


@pytest.mark.parametrize(("change", "table", "words"), UNREAD.values(), ids=UNREAD)
def test_page_one_names_what_no_plan_reads(change: Change, table: str, words: str) -> None:
    before = said(lambda s, t: None)
    [(where, new)] = [d for d in said(change) if d not in before and "training" not in d[1]]
    assert where == table
    assert words in new


def test_what_is_read_is_not_named() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["reserved_seats"] = [{"reservation": "r1", "offering": "zz1-sk", "year": 2029, "seats": 9}]
        t["mergers"] = [{"from_offering": "zz1-kj", "to_offering": "zz1-sk", "first_year": 2026}]
        s["solving"] = {"whole_class_years": 2}
        s["objective"] = {"priorities": [["broken_promise"], ["shortage"]]}
        t["teacher_agreements"] = [{**TEACHERS, "first_year": 2029}]
        s["budget"] = only("recurrent", 2024)  # the last year's money holds on

    assert said(change) == said(lambda s, t: None)


def test_years_after_the_last_one_before_the_plan_do_no_harm() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["intake_history"].append({"offering": "zz1-sk", "year": 2025, "plan": 40, "registered": 40})
        t["roll"].append({"offering": "zz1-sk", "year": 2025, "grade": 1, "persons": 40})

    assert said(change) == said(lambda s, t: None)
