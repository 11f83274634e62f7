"""Tiny cases worked by hand (tests/cases): the textbook, the program and the audit must all find the same answer."""

import pytest
from tests.case_files import case_names, found_by_textbook, found_in, read_known_case, stated
from tests.textbook import textbook_optimum

from talentplan.demand import forecast_openings
from talentplan.plan import solve_plan
from talentplan.plan.audit import CHECKED
from talentplan.supply import cohorts
from talentplan.workspace import RULE_KINDS

# Among equally good plans the nearest to last year's is taken; the objective may slip by 1e-6 of itself for it, so a
# published figure may lie a few ten-thousandths off the exact one.
SLIP = 1e-6
NEAR = 2e-3


@pytest.mark.parametrize("name", case_names())
def test_the_textbook_finds_the_answer_worked_by_hand(name):
    known = read_known_case(name)
    case = known.case
    result = textbook_optimum(case, forecast_openings(case), cohorts(case), whole_classes=known.whole_classes)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(known.answer["objective"], rel=1e-7, abs=1e-6)
    found = found_by_textbook(result)
    for figure, code, year, value in stated(known.answer):
        if figure in found:
            assert found[figure].get((code, year), 0.0) == pytest.approx(value, abs=1e-5), (figure, code, year)


@pytest.mark.parametrize("name", case_names())
def test_the_plan_finds_the_answer_worked_by_hand(name):
    known = read_known_case(name)
    plan = solve_plan(known.case)
    answer = known.answer["objective"]
    assert plan.audit.ok
    assert plan.facts.status == "optimal"
    assert plan.facts.objective == pytest.approx(answer, rel=2 * SLIP, abs=2 * SLIP)
    if not known.whole_classes:
        assert plan.facts.lp_objective == pytest.approx(answer, rel=1e-8, abs=1e-8)
    found = found_in(plan.tables)
    for figure, code, year, value in stated(known.answer):
        if year in known.case.plan_years:
            assert found[figure].get((code, year), 0.0) == pytest.approx(value, abs=NEAR), (figure, code, year)


def test_every_family_the_audit_judges_has_a_case():
    covered = {family for name in case_names() for family in read_known_case(name).families}
    assert covered == set(CHECKED)


def test_every_kind_of_rule_has_a_case():
    covered = {rule.kind for name in case_names() for rule in read_known_case(name).case.rules}
    assert covered == set(RULE_KINDS)


def test_a_case_says_what_it_shows():
    for name in case_names():
        known = read_known_case(name)
        assert known.says.endswith("."), name
        assert set(known.answer) - {"objective"} or name == "units_max", f"{name} states no figure but the objective"
