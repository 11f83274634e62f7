"""What a planner typed and no plan reads is said on page one, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tiny import tiny_tables

from talentplan.workspace import build_case
from talentplan.workspace.case import Rule

Change = Callable[[dict[str, Any], dict[str, Any]], Any]
RESOURCE = {"resource": "r", "name_zh": "车间", "unit": "qy1", "kind": "lathe", "workplaces": 40}
LENT = {"agreement": "old", "resource": "r", "school": "zz1", "hours_max": 100}
TEACHERS = {"agreement": "far-off", "from_school": "gz1", "to_school": "zz1", "teachers_max": 1}


NEED = {"program": "660103", "kind": "lathe", "hours": 100}
OWN = {"resource": "own", "name_zh": "校内车间", "unit": "zz1", "kind": "lathe", "workplaces": 40}
MILL = {**OWN, "resource": "mill", "kind": "mill"}
MERGER = {"from_offering": "zz1-kj", "to_offering": "zz1-sk"}
SEATS = {"reservation": "r1", "offering": "zz1-sk", "year": 2025, "seats": 9}
TENTH = Rule("tenth", "adjust_share", "一成", "a tenth", "通知", "2023", {"share": 0.1})


def line(t: dict[str, Any], code: str) -> dict[str, Any]:
    """The row of one plan line."""
    [found] = [row for row in t["offerings"] if row["offering"] == code]
    return found


def option(t: dict[str, Any], **cells: Any) -> None:
    """Changes the only option of the tiny region, which adds places to the school zz1."""
    t["investments"][0].update(cells)


def school(t: dict[str, Any], code: str, **cells: Any) -> None:
    [found] = [row for row in t["schools"] if row["school"] == code]
    found.update(cells)


def unjudged(t: dict[str, Any]) -> None:
    """No school is judged on students per teacher, no cluster on its specialists."""
    for row in t["levels"]:
        row["students_per_teacher"] = None


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
    "a merger after the years in which lines merge": (
        lambda s, t: t.update(mergers=[{**MERGER, "first_year": 2026}]), "mergers", "up to 2025: zz1-kj > zz1-sk come too late",
    ),
    "a merger without whole classes": (
        lambda s, t: (s.update(solving={"whole_class_years": 0}), t.update(mergers=[MERGER])),
        "mergers", "no year is planned in whole classes: zz1-kj > zz1-sk",
    ),
    "a merger from a proposed line": (
        lambda s, t: t.update(mergers=[{"from_offering": "gz1-jq-5", "to_offering": "gz1-jq"}]),
        "mergers", "no plan number in 2024 (proposed or suspended): gz1-jq-5 > gz1-jq",
    ),
    "a merger from a suspended line": (
        lambda s, t: (
            t.update(mergers=[MERGER]), line(t, "zz1-kj").update(status="suspended"),
            [r.update(plan=0, registered=0) for r in t["intake_history"] if r["offering"] == "zz1-kj" and r["year"] == 2024],
        ),
        "mergers", "(proposed or suspended): zz1-kj > zz1-sk",
    ),
    "seats of a given line": (
        lambda s, t: (t.update(reserved_seats=[SEATS]), line(t, "zz1-sk").update(control="given")),
        "reserved_seats", "r1 are reserved in lines whose number is given",
    ),
    "seats of a suspended line": (
        lambda s, t: (
            t.update(reserved_seats=[SEATS]), line(t, "zz1-sk").update(status="suspended"),
            [r.update(plan=0, registered=0) for r in t["intake_history"] if r["offering"] == "zz1-sk" and r["year"] == 2024],
        ),
        "reserved_seats", "r1 are reserved in suspended lines: without effect unless these resume",
    ),
    "a kind that no program needs": (
        lambda s, t: t.update(resources=[OWN, MILL], needs=[NEED]), "resources", "no plan line needs training of the kind mill",
    ),
    "a school that has no hours": (
        lambda s, t: t.update(resources=[{**OWN, "unit": "gz1"}], needs=[NEED]),
        "needs", "gives these schools hours of the kind: zz1 lathe; lines that need them cannot enrol",
    ),
    "a borrower that needs no such hours": (
        lambda s, t: t.update(resources=[OWN], needs=[NEED], agreements=[{**LENT, "resource": "own", "school": "gz1"}]),
        "agreements", "no line of the borrowing school needs such hours under the agreements old",
    ),
    "teachers for a school that is not judged": (
        lambda s, t: t.update(teacher_agreements=[{**TEACHERS, "to_school": "bk1"}]),
        "teacher_agreements", "far-off is not judged on teachers",
    ),
    "teachers of a cluster for a school that is not judged": (
        lambda s, t: (unjudged(t), t.update(teacher_agreements=[{**TEACHERS, "to_school": "bk1", "cluster": "machining"}])),
        "teacher_agreements", "far-off is not judged on teachers",
    ),
    "places of a school that is not limited": (
        lambda s, t: option(t, school="bk1"), "investments", "places of the school are not limited: the options new-hall",
    ),
    "places of a line that is not limited": (
        lambda s, t: option(t, adds="offering_places", offering="zz1-sk"),
        "investments", "places of the plan line are not limited: the options new-hall",
    ),
    "teachers of a school without a ratio": (
        lambda s, t: (option(t, adds="teachers"), school(t, "zz1", teachers_general=None, teachers_specialist=None)),
        "investments", "not judged on students per teacher: the options new-hall",
    ),
    "hours that the school does not need": (
        lambda s, t: (option(t, adds="hours", kind="lathe", school="gz1"), t.update(resources=[OWN], needs=[NEED])),
        "investments", "no school that uses them is judged on such training hours: the options new-hall",
    ),
    "an option that is ready after the plan": (
        lambda s, t: option(t, lead=5), "investments", "new-hall is so long that none is in use by 2029",
    ),
    "entrants of an origin outside every catchment": (
        lambda s, t: t["catchments"].extend({"school": school, "origin": "city"} for school in ("gz1", "bk1")),
        "entrants", "no school's catchment holds the origin province",
    ),
    "a history of next year": (
        lambda s, t: t["intake_history"].append({**t["intake_history"][0], "year": 2026}),
        "intake_history", "rows of the years 2026, while the plan starts in 2025",
    ),
    "a roll of next year": (
        lambda s, t: t["roll"].append({**t["roll"][0], "year": 2026}), "roll", "rows of the years 2026, while the plan starts",
    ),
    "outcomes of next year": (
        lambda s, t: t.update(outcomes=[{"school": "zz1", "program": "660103", "year": 2025, "graduates": 40}]),
        "outcomes", "rows of the years 2025",
    ),
    "entrants of a far year": (
        lambda s, t: t["entrants"].append({**t["entrants"][0], "year": 2052}),
        "entrants", "rows of the years 2052, while nothing is followed after 2035",
    ),
    "a driver of a far year": (lambda s, t: t["drivers"][0].update(year=2036), "drivers", "rows of the years 2036"),
    "a driver that is over": (
        lambda s, t: t["drivers"][0].update(year=2023), "drivers", "drivers plant had taken their whole effect",
    ),
    "openings beside the forecast": (
        lambda s, t: t.update(openings=[{"occupation": "6-18-01-01", "level": "secondary", "year": 2026, "persons": 9}]),
        "openings", "the given openings are not used",
    ),
    "money after the plan": (
        lambda s, t: s["budget"].append({"kind": "investment", "amount": 5e6, "year": 2052}),
        "model", "money of the years 2052, which the plan from 2025 on does not use",
    ),
    "money before the plan beside that of every year": (
        lambda s, t: s["budget"].append({"kind": "recurrent", "amount": 5e7, "year": 2024}), "model", "money of the years 2024",
    ),
    "money in ten thousands": (
        lambda s, t: s["budget"][1].update(amount=300.0), "model", "amounts 300 of budget are below 100000 CNY",
    ),
    "employment counted long ago": (
        lambda s, t: [r.update(year=r["year"] - 5) for r in t["employment"]],
        "employment", "up to 2019, 6 years before the plan",
    ),
    "an active line without a number of last year": (
        lambda s, t: t.update(
            intake_history=[r for r in t["intake_history"] if (r["offering"], r["year"]) != ("zz1-jq", 2024)]
        ),
        "offerings", "no plan number of 2024 for the active offerings zz1-jq",
    ),
    "a suspended line with a number of last year": (
        lambda s, t: line(t, "zz1-kj").update(status="suspended"), "offerings", "zz1-kj are called suspended or proposed",
    ),
    "a proposed line with a number of last year": (
        lambda s, t: line(t, "zz1-kj").update(status="candidate"), "offerings", "zz1-kj are called suspended or proposed",
    ),
    "a ceiling below the smallest class": (
        lambda s, t: line(t, "zz1-kj").update(max_plan=20), "offerings", "max_plan of the offerings zz1-kj is below",
    ),
    "cost in ten thousands": (
        lambda s, t: line(t, "zz1-kj").update(cost=1.4), "offerings", "recurrent cost of the offerings zz1-kj is below 100 CNY",
    ),
    "grant in ten thousands": (
        lambda s, t: line(t, "zz1-kj").update(grant=0.8), "offerings", "the grant of the offerings zz1-kj is below 100 CNY",
    ),
    "a code without a label among others that have one": (
        lambda s, t: (
            s.update(labels={c: {"zh": c, "en": c} for c in ("city", "province")}), t["entrants"].append({**t["entrants"][0], "origin": "ctiy"}),
        ),
        "model", "codes ctiy (-> city?) have no label",
    ),
    "a label of nothing": (
        lambda s, t: s.update(labels={"ctiy": {"zh": "市", "en": "city"}}), "model", "ctiy (-> city?) of labels stand nowhere",
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
    [(where, new)] = [d for d in said(change) if d not in before and "hours are not judged" not in d[1]]
    assert where == table
    assert words in new


def test_what_is_read_is_not_named() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["reserved_seats"] = [{"reservation": "r1", "offering": "zz1-sk", "year": 2029, "seats": 9}]
        t["mergers"] = [{**MERGER, "first_year": 2025}]
        s["objective"] = {"priorities": [["broken_promise"], ["shortage"]]}
        t["teacher_agreements"] = [{**TEACHERS, "first_year": 2029}]
        s["budget"] = only("recurrent", 2024)  # the last year's money holds on
        s["labels"] = {code: {"zh": code, "en": code} for code in ("city", "province", "north", "south")}
        option(t, lead=4)
        line(t, "zz1-kj").update(max_plan=0)  # closed on purpose
        line(t, "gz1-jq-5").update(max_plan=30)
        t["drivers"][0].update(year=2024)  # half of it is still to come
        t["entrants"].append({**t["entrants"][0], "year": 2035})

    assert said(change) == said(lambda s, t: None)


def test_recurrent_money_of_the_years_in_which_the_last_intake_goes_on_is_read() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        s["budget"].append({"kind": "recurrent", "amount": 4e7, "year": 2035})

    assert said(change) == said(lambda s, t: None)


def test_years_after_the_last_one_before_the_plan_do_not_hide_it() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["intake_history"].append({"offering": "zz1-sk", "year": 2025, "plan": 40, "registered": 40})
        t["roll"].append({"offering": "zz1-sk", "year": 2025, "grade": 1, "persons": 40})

    before = said(lambda s, t: None)
    more = [d for d in said(change) if d not in before]
    assert [d for d in before if d not in said(change)] == []
    assert [table for table, _ in more] == ["intake_history", "roll"]
    assert all("there are rows of the years 2025" in text for _, text in more)


def test_hours_that_are_needed_owned_lent_and_bought_are_not_named() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["resources"], t["needs"] = [RESOURCE], [NEED, {**NEED, "program": "460103"}]
        t["agreements"] = [LENT]  # zz1 borrows from the works, gz1 buys
        option(t, adds="hours", kind="lathe", school="gz1")

    before = said(lambda s, t: None)
    assert [d for d in said(change) if d not in before] == []


def test_hours_bought_for_several_schools_reach_those_that_use_them() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        t["resources"], t["needs"] = [MILL], [{**NEED, "kind": "mill"}, {**NEED, "program": "460103"}]
        option(t, adds="hours", kind="lathe", school="bk1")
        t["investment_users"] = [{"investment": "new-hall", "school": "gz1", "share": 1}]

    before = said(lambda s, t: None)
    assert [d for d in said(change) if d not in before] == []


def test_specialists_for_a_cluster_that_is_judged_are_read_where_the_school_is_not() -> None:
    def change(s: dict[str, Any], t: dict[str, Any]) -> None:
        unjudged(t)
        t["teacher_agreements"] = [{**TEACHERS, "cluster": "machining"}]

    before = said(lambda s, t: unjudged(t))
    assert [d for d in said(change) if d not in before] == []


@pytest.mark.parametrize("years", [0, 1])
def test_a_share_of_lines_to_change_is_named_where_no_classes_are_whole(years: int) -> None:
    settings, tables = tiny_tables()
    settings["solving"] = {"whole_class_years": years}
    found = [d for d in build_case(settings, tables, [TENTH]).defaulted if d.table == "rules"]
    assert len(found) == (years == 0)
    assert all("the rule tenth does not bind" in d.en and "规则 tenth 不起作用" in d.zh for d in found)
