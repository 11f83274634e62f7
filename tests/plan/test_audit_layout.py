"""Plan numbers that break what holds a line open, closed or within its classes, and that the audit must refuse."""

import dataclasses

import pandas as pd
import pytest
from tests.case_files import read_known_case, read_yaml, rows
from tests.solved import Solved, hold, solve

from talentplan.plan import solve_plan
from talentplan.workspace import build_case


def changed(solved: Solved, **numbers: float) -> dict[str, pd.DataFrame]:
    """The tables with other plan numbers; a name is a line and a year, such as A_2026."""
    intake = solved.tables["intake"].copy()
    for name, plan in numbers.items():
        offering, year = name.rsplit("_", 1)
        at = (intake["offering"] == offering) & (intake["year"] == int(year))
        assert at.sum() == 1, name
        intake.loc[at, ["plan", "classes"]] = [plan, float(plan > 0)]
    return {**solved.tables, "intake": intake}


def broken(solved: Solved, family: str, **numbers: float) -> pd.DataFrame:
    """What the audit finds broken in one family."""
    verdict, _ = solved.audited(tables=changed(solved, **numbers), objective=None)
    found = verdict.violations
    return found[found["family"] == family]


@pytest.mark.parametrize(
    ("family", "scope", "year", "numbers"),
    [
        ("close", "A", 2026, {"A_2026": 30.0}),  # closed in 2025, back in 2026
        ("close", "", 2025, {"B_2025": 0.0}),  # two closings in a year that allows one
        ("open", "N", 2026, {"N_2026": 0.0}),  # opened in 2025, gone in 2026
    ],
)
def test_a_line_neither_comes_back_nor_goes_silently(family, scope, year, numbers):
    found = broken(solve(read_known_case("classes_two_years").case), family, **numbers)
    assert (scope, year) in set(zip(found["scope"], found["year"], strict=True)), found


@pytest.mark.parametrize(
    ("family", "scope", "year", "numbers"),
    [
        ("class_count", "A/least", 2026, {"A_2026": 50.0}),  # 60 while it runs
        ("class_count", "A/least", 2025, {"A_2025": 50.0}),
        ("plan_bounds", "N", 2026, {"N_2026": 60.0}),  # one class of 50 at most
        ("close", "", 2025, {"A_2025": 0.0}),  # B has closed already
    ],
)
def test_fewer_classes_than_a_line_must_have_or_more_are_refused(family, scope, year, numbers):
    found = broken(solve(read_known_case("class_count").case), family, **numbers)
    assert (scope, year) in set(zip(found["scope"], found["year"], strict=True)), found


def test_a_class_fewer_in_the_first_year_is_refused():
    solved = solve(read_known_case("class_count").case)
    intake = solved.tables["intake"]
    first = (intake["offering"] == "A") & (intake["year"] == 2025)
    tables = {**solved.tables, "intake": intake.assign(classes=intake["classes"].where(~first, 1))}
    found = solved.audited(tables=tables, objective=None)[0].violations
    assert ("class_count", "A", 2025) in set(zip(found["family"], found["scope"], found["year"], strict=True))


def test_a_linear_plan_that_is_short_counts_as_closed_by_as_much():
    known = read_known_case("class_count").case
    closing = {"change": known.settings.policy.change.model_copy(update={"max_close": 1, "decision_years": 2})}
    settings = known.settings.model_copy(
        update={
            "policy": known.settings.policy.model_copy(update=closing),
            "solving": known.settings.solving.model_copy(update={"whole_class_years": 0}),
        }
    )
    solved = solve(dataclasses.replace(known, settings=settings))
    assert solved.audited()[0].ok
    # both lines at a half of their least in 2025, at nothing in 2026: half a closing each, then two halves, twice one allowed
    held = changed(solved, A_2025=30.0, B_2025=30.0, A_2026=0.0, B_2026=0.0)
    assert "close" not in set(solved.audited(tables=held, objective=None)[0].violations["family"])
    # nothing in 2025 already: two closings in a year that allows one
    gone = changed(solved, A_2025=0.0, B_2025=0.0, A_2026=0.0, B_2026=0.0)
    assert "close" in set(solved.audited(tables=gone, objective=None)[0].violations["family"])


@pytest.mark.parametrize(
    ("scope", "year", "numbers"),
    [
        ("B/least", 2025, {"B_2025": 20.0}),  # the order class of 20 without the 5 earmarked seats
        ("B/least", 2026, {"B_2026": 0.0}),  # closed in a year with reserved seats
        ("N/least", 2026, {"N_2026": 12.0}),  # opened, and short of its order class
    ],
)
def test_a_plan_without_its_reserved_seats_is_refused(scope, year, numbers):
    found = broken(solve(read_known_case("reserved").case), "reserved", **numbers)
    assert (scope, year) in set(zip(found["scope"], found["year"], strict=True)), found


def test_a_given_line_may_lack_the_seats_that_it_lacked():
    base = read_yaml("_base")
    offerings = (
        base["tables"]["offerings"]
        .replace("entrant_group", "entrant_group  control")
        .replace("junior", "junior  given")
    )
    tables = {**base["tables"], "offerings": offerings, "reserved_seats": "reservation offering seats\n r A 40"}
    solved = solve(build_case(base["settings"], {k: rows(v) for k, v in tables.items()}))
    verdict, limits = solved.audited()
    [row] = limits[limits["family"] == "reserved"].to_dict("records")
    assert verdict.ok
    assert (row["used"], row["limit"], row["stated"], row["broken_before"]) == (10.0, 10.0, 0.0, True)


@pytest.mark.parametrize(
    ("year", "persons"),
    [
        (2026, 12.0),  # two more than were promised a seat
        (2027, 5.0),  # began after the line had closed
    ],
)
def test_a_closed_line_takes_nobody_who_was_not_promised_a_seat(year, persons):
    solved = solve(read_known_case("teach_out").case)
    passing = solved.tables["progression"]
    now = passing["year"] == year
    tables = {**solved.tables, "progression": passing.assign(
        passed=passing["passed"].where(~now, persons), taught_out=passing["taught_out"].where(~now, persons))}  # fmt: skip
    found = solved.audited(tables=tables, objective=None)[0].violations
    assert ("progression", "AB", year) in set(zip(found["family"], found["scope"], found["year"], strict=True))


def test_a_line_that_recruits_does_not_teach_out():
    solved = hold(read_known_case("teach_out").case, {"B": 30.0})
    assert solved.tables["progression"]["taught_out"].sum() == 0
    passing = solved.tables["progression"]
    tables = {**solved.tables, "progression": passing.assign(taught_out=passing["passed"])}
    found = solved.audited(tables=tables, objective=None)[0].violations
    assert ("progression", "AB", 2025) in set(zip(found["family"], found["scope"], found["year"], strict=True))


def test_a_promise_lapses_only_for_those_who_began_after_the_line_had_closed():
    solved = solve(read_known_case("teach_out").case)
    passing = solved.tables["progression"]
    for year, refused in ((2026, True), (2027, False)):
        gone = passing["passed"].where(passing["year"] != year, 0.0)
        tables = {**solved.tables, "progression": passing.assign(passed=gone, taught_out=gone)}
        found = solved.audited(tables=tables, objective=None)[0].violations
        broken_now = ("progression", "AB/promise", year) in set(
            zip(found["family"], found["scope"], found["year"], strict=True)
        )
        assert broken_now == refused


@pytest.mark.parametrize(
    ("numbers", "family", "scope"),
    [
        ({"N_2025": 50.0}, "open", ""),  # more than C had: the rest would be an opening
        ({"C_2025": 30.0}, "mergers", "C/N"),  # moved, and still there
        ({"B_2025": 20.0}, "mergers", "A/B"),  # took A over, and has no class
    ],
)
def test_a_merger_moves_what_there_was_and_leaves_nothing(numbers, family, scope):
    found = broken(solve(read_known_case("mergers").case), family, **numbers)
    assert (scope, 2025) in set(zip(found["scope"], found["year"], strict=True)), found


def test_a_merger_must_be_allowed_and_take_no_more_than_there_was():
    solved = solve(read_known_case("mergers").case)
    done = solved.tables["mergers"]
    assert done[["from_offering", "to_offering", "kind"]].values.tolist() == [["A", "B", "merge"], ["C", "N", "move"]]
    for wrong, families in (
        (done.iloc[:1], {"close"}),  # C is at zero, has not moved, and nothing may close
        (done.assign(seats=[50.0, 45.0]), {"mergers"}),  # A had 40
        (done.assign(to_offering=["N", "B"]), {"mergers"}),  # into a line of another row
    ):
        found = solved.audited(tables={**solved.tables, "mergers": wrong}, objective=None)[0].violations
        assert families <= set(found["family"]), (wrong, found)


def test_the_layout_says_where_a_line_has_gone():
    layout = solve_plan(read_known_case("mergers").case).table("layout").set_index("program")
    assert layout.loc["P", ["verdict", "mark", "because_zh", "because_en"]].tolist() == [
        "close",
        "merge",
        "并入 甲校 · 电气",
        "merges into 甲校 · 电气",
    ]
    assert layout.loc["T", ["mark", "because_zh"]].tolist() == ["move", "迁入 乙校 · 数控"]
    assert layout.loc["Q", ["verdict", "mark"]].tolist() == ["add", ""]
    assert layout.loc["R", "mark"] == ""
