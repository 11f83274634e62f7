"""Who lends what to whom and who pays, as tables for people."""

import dataclasses
import math

import pandas as pd
import pytest
from tests.report import synthetic

from talentplan.report import means_tables
from talentplan.report.tables import Source


@pytest.fixture(scope="module")
def source():
    case = synthetic.case()
    return Source(synthetic.plan(case), case, "en")


def test_sharing_sums_hours_and_shows_the_fullest_year(source):
    hours, teachers = means_tables.sharing(source).rows
    assert (hours["workplaces"], hours["hours"], hours["delivered"]) == (
        4.0,
        800.0 * len(synthetic.YEARS),
        720.0 * len(synthetic.YEARS),
    )
    assert (teachers["resource"], teachers["teachers"], teachers["used_in"]) == (
        "teachers",
        1.5,
        str(synthetic.YEARS[0]),
    )
    assert math.isnan(hours["teachers"])
    assert math.isnan(teachers["hours"])
    assert means_tables.sharing(source).totals["cost"] == 8.0e3 * len(synthetic.YEARS)


def test_two_agreements_on_the_same_count_together(source):
    """4 workplaces under one agreement in every year, 2 more under another in the first two: at most 6 at a time."""
    table = source.plan.table("sharing")
    more = table[(table["kind"] == "hours") & (table["year"] < synthetic.YEARS[2])]
    more = more.assign(agreement="g2", workplaces=2.0, hours=400.0)
    plan = dataclasses.replace(source.plan, tables={**source.plan.tables, "sharing": pd.concat([table, more])})
    hours, _ = means_tables.sharing(Source(plan, source.case, "en")).rows
    assert (hours["workplaces"], hours["hours"]) == (6.0, 800.0 * len(synthetic.YEARS) + 400.0 * 2)
    assert hours["used_in"] == f"{synthetic.YEARS[0]}–{synthetic.YEARS[-1]}"


def test_a_floor_that_is_just_met_binds_and_a_limit_of_nothing_does_not(source):
    """Floors count what is missing: 0 of at most 0 is a floor just met; of a plan number it is a line that may not enrol."""
    rows = [("total", "secondary/least"), ("plan_bounds", "L04"), ("progression", "P1/promise")]
    limits = pd.DataFrame(
        [(f, s, 2026, 0.0, 0.0, 0.0, True, False, "甲", "a") for f, s in rows],
        columns=source.plan.table("limits").columns,
    )
    plan = dataclasses.replace(source.plan, tables={**source.plan.tables, "limits": limits})
    said = Source(plan, source.case, "en")
    assert means_tables.families(said).totals["binding"] == 2
    assert sorted(row["family"] for row in means_tables.limits(said).rows) == ["pathways", "totals"]


def test_investments_add_up_to_all_that_is_paid(source):
    """After the whole-class years a first unit may be begun, and paid for, before a part of it is bought."""
    table = source.plan.table("investment")
    both = pd.concat([table, table.assign(year=2028, units=0.0, begun=0.5, cost=1.0e6)], ignore_index=True)
    plan = dataclasses.replace(source.plan, tables={**source.plan.tables, "investment": both})
    assert means_tables.investments(Source(plan, source.case, "en")).totals["cost"] == both["cost"].sum()


def test_payers_are_named_with_their_money(source):
    paid = {row["own_money"]: row["cost"] for row in means_tables.payers(source).rows}
    assert paid == {"no": 3.0e6, "yes": 1.2e6}
