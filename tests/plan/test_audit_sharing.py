"""Planted errors in what is lent: the audit must refuse figures and agreements that are not as the input says."""

import pandas as pd
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


# -- investments ------------------------------------------------------------------------------------------------------


def replanted(solved: Solved, table: str, **columns) -> dict:
    return {**solved.tables, table: solved.tables[table].assign(**columns)}


@pytest.mark.parametrize(
    ("name", "table", "columns", "family"),
    [
        ("first_unit", "investment", {"cost": 300.0}, "investment.cost"),  # the first hall at the price of the others
        ("first_unit", "investment", {"begun": 0.5, "cost": 350.0}, "investment.begun"),  # half a yes
        ("first_unit_parts", "investment", {"begun": 0.0, "cost": 200.0}, "investment.begun"),  # no first unit at all
        ("first_unit_parts", "investment", {"begun": 2.0, "cost": 500.0}, "investment.begun"),  # two first units
        ("investment_kinds", "investment", {"begun": 1.0}, "investment.begun"),  # whose first unit is no dearer
        ("joint_base", "payers", {"cost": 100.0}, "payers.cost"),
        ("joint_base", "payers", {"unit": "U"}, "payers.cost"),
        ("joint_base", "payers", {"earmark": "fund"}, "payers.terms"),
        ("joint_base", "payers", {"own_money": False}, "payers.terms"),
    ],
)
def test_a_wrong_figure_of_an_investment_is_found(name, table, columns, family):
    solved = solve(read_known_case(name).case)
    assert solved.audited()[0].ok
    assert family in families(solved.audited(tables=replanted(solved, table, **columns))[0])


def test_payers_who_are_left_out_are_missed():
    solved = solve(read_known_case("joint_base").case)
    nobody = {**solved.tables, "payers": solved.tables["payers"].head(0)}
    assert families(solved.audited(tables=nobody)[0]) == {"payers.cost"}


def test_the_budget_counts_what_it_pays_and_no_more():
    solved = solve(read_known_case("joint_base").case)
    more = solved.tables["investment"].assign(units=0.8, cost=320.0)
    broken = families(solved.audited(tables={**solved.tables, "investment": more})[0])
    assert "investment_budget" in broken  # 80 and 80 of which the fund pays 60: 100 of general money, 90 are there
    spent = solved.tables["budget"].query("kind == 'investment'").groupby("earmark")["spent"].sum()
    assert spent.to_dict() == pytest.approx({"": 75.0, "fund": 75.0})


def test_hours_of_a_joint_base_belong_to_those_who_use_it():
    solved = solve(read_known_case("joint_base").case)
    limits = solved.audited()[1].query("family == 'training_hours' and year == 2025").set_index("scope")["limit"]
    assert limits.to_dict() == pytest.approx({"S/lathe": 2525.0, "T/lathe": 2225.0})


@pytest.mark.parametrize("name", ["cluster_leaders", "cluster_leaders_parts"])
def test_two_leaders_where_one_is_allowed_are_refused(name):
    solved = solve(read_known_case(name).case)
    bought = solved.tables["investment"].iloc[[0, 0]].reset_index(drop=True)
    both = bought.assign(investment=["hall", "site"], school=["S", "T"], units=1.0, cost=100.0)
    payers = pd.DataFrame({"investment": ["hall", "site"], "unit": "", "earmark": "", "own_money": False,
                           "year": both["year"], "cost": 100.0})  # fmt: skip
    verdict, limits = solved.audited(tables={**solved.tables, "investment": both, "payers": payers})
    assert "cluster_leaders" in families(verdict)
    [row] = limits.query("family == 'cluster_leaders'").to_dict("records")
    assert (row["scope"], row["used"], row["limit"]) == ("C", 2.0, 1.0)
