"""Who lends what to whom and who pays, as tables for people."""

import math

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


def test_payers_are_named_with_their_money(source):
    paid = {row["own_money"]: row["cost"] for row in means_tables.payers(source).rows}
    assert paid == {"no": 3.0e6, "yes": 1.2e6}
