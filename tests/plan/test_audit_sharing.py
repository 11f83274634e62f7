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


def test_sharing_says_who_lends_what_to_whom():
    [row] = solve(read_known_case("travel_limit").case).tables["sharing"].query("year == 2025").to_dict("records")
    names = ("owner", "owner_zh", "owner_en", "school", "school_zh", "school_en", "workplaces", "hours", "delivered")
    assert [row[k] for k in names] == ["U", "乙厂", "乙厂", "S", "甲校", "甲校", 4.0, 800.0, 800.0]
