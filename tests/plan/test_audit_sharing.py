"""Planted errors in what is lent: the audit must refuse figures and agreements that are not as the input says."""

import pytest
from tests.case_files import read_known_case
from tests.solved import Solved, solve


def families(verdict) -> set[str]:
    return set(verdict.violations["family"])


def planted(solved: Solved, **columns) -> dict:
    """The tables with some columns of the sharing table replaced."""
    return {**solved.tables, "sharing": solved.tables["sharing"].assign(**columns)}


@pytest.mark.parametrize(
    ("name", "columns", "family"),
    [
        ("travel_limit", {"workplaces": 5.0}, "sharing.workplaces"),  # 800 hours at 200 a workplace are 4
        ("agreement_price", {"cost": 0.0}, "sharing.cost"),
        ("agreement_price", {"delivered": 150.0}, "sharing.delivered"),  # half of it is delivered
    ],
)
def test_a_wrong_figure_of_an_agreement_is_found(name, columns, family):
    solved = solve(read_known_case(name).case)
    assert solved.audited()[0].ok
    assert family in families(solved.audited(tables=planted(solved, **columns))[0])


def test_an_agreement_beyond_the_travel_limit_is_refused():
    solved = solve(read_known_case("travel_limit").case)
    verdict, limits = solved.audited(tables=planted(solved, agreement="h", resource="far"))
    assert families(verdict) == {"lending"}
    broken = limits[limits["used"] > limits["limit"]]
    assert set(broken["scope"]) == {"far/h"}
    assert set(broken["limit"]) == {0.0}


def test_more_teachers_lent_than_agreed_or_too_far_are_refused():
    solved = solve(read_known_case("teachers_lent").case)
    more = families(solved.audited(tables=planted(solved, teachers=0.6))[0])
    assert more == {"teacher_lending", "cluster_teachers"}  # A has 7.5 students and 15 x 0.4 = 6 places for them
    far = solve(read_known_case("teachers_lent_whole").case)
    assert "teacher_lending" in families(far.audited(tables=planted(far, agreement="h"))[0])


def test_a_plan_that_needs_teachers_nobody_lent_is_refused():
    for name, family in (("teachers_lent", "cluster_teachers"), ("teachers_lent_whole", "school_teachers")):
        solved = solve(read_known_case(name).case)
        alone = {**solved.tables, "sharing": solved.tables["sharing"].head(0)}
        assert families(solved.audited(tables=alone)[0]) == {family}


@pytest.mark.parametrize("columns", [{"cost": 100.0}, {"hours": 1.0}, {"agreement": "x"}])
def test_teachers_come_under_a_known_agreement_without_hours_or_money(columns):
    solved = solve(read_known_case("teachers_lent").case)
    assert "sharing.teachers" in families(solved.audited(tables=planted(solved, **columns))[0])


def test_agreements_on_hours_move_no_teachers():
    solved = solve(read_known_case("travel_limit").case)
    assert families(solved.audited(tables=planted(solved, teachers=1.0))[0]) == {"sharing.hours"}


def test_sharing_says_who_lends_what_to_whom():
    [row] = solve(read_known_case("travel_limit").case).tables["sharing"].query("year == 2025").to_dict("records")
    names = ("owner", "owner_zh", "owner_en", "school", "school_zh", "school_en", "workplaces", "hours", "delivered")
    assert [row[k] for k in names] == ["U", "乙厂", "乙厂", "S", "甲校", "甲校", 4.0, 800.0, 800.0]
