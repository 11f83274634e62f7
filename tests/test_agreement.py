"""Random small cases: the sparse program, the textbook formulation and the audit agree, plan or no plan."""

import math

import pytest
from tests.random_cases import random_case, random_draft
from tests.solved import solve
from tests.textbook import TextbookResult, textbook_optimum

from talentplan.demand import forecast_openings
from talentplan.errors import ImpossibleError
from talentplan.plan import solve_plan
from talentplan.supply import cohorts
from talentplan.workspace.case import Case

LINEAR = range(440)
WHOLE = (2006, *range(1000, 1059))  # 2006: a given line that pathways feed is not rounded
FAST = 40  # of the linear cases, in every run; all of them in the slow one


def textbook(case, *, whole_classes=False) -> TextbookResult:
    return textbook_optimum(case, forecast_openings(case), cohorts(case), whole_classes=whole_classes)


def overfull(seed: int, *, whole_classes: bool = False) -> Case:
    """A random case whose schools are short of places and teachers already and can buy and hire both; little else limits it."""
    draft = random_draft(seed, whole_classes=whole_classes)
    tables, settings = draft.tables, draft.settings
    for number, school in enumerate(tables["schools"]):
        school.update(places=(20, 45, 70)[(seed + number) % 3], hire_max=3, teachers_dual=None)
        if school.get("teachers_general") is not None:
            school.update(teachers_general=1, teachers_specialist=1)
        for adds, amount in (("school_places", 50), ("teachers", 2)):
            tables.setdefault("investments", []).append({
                "investment": f"{adds}-{number}", "name_zh": adds, "adds": adds, "school": school["school"], "amount": amount,
                "cost": 1e5, "units_max": 2, "lead": seed % 2, "life": 2 + seed % 3})  # fmt: skip
    for specialists in tables.get("specialists", ()):
        specialists.update(persons=1, dual_qualified=None)
    for line in tables["offerings"]:
        line.update(min_plan=0, places=None)
    settings["totals"], settings["policy"]["relative_change"], tables["reserved_seats"] = [], None, []
    settings["policy"]["change"].update(max_close=None, points_share=None, classes_per_offering=9)
    return draft.build()


def linear_agrees(seed: int, *, published: bool) -> bool:
    """True where the case has a plan; both ways agree on that and on how good it is."""
    case = random_case(seed)
    expected = textbook(case)
    if expected.status != "optimal":
        with pytest.raises(ImpossibleError):
            solve_plan(case)
        return False
    if published:
        plan = solve_plan(case)
        found, verdict, reached = plan.facts.lp_objective, plan.audit, plan.facts.objective
    else:
        solved = solve(case)
        verdict, _ = solved.audited()
        found, reached = solved.solution.lp_objective, solved.solution.objective
    assert math.isclose(found, expected.objective, rel_tol=1e-6, abs_tol=1e-6)
    assert verdict.ok, verdict.violations
    assert math.isclose(verdict.objective, reached, rel_tol=1e-6, abs_tol=1e-6)
    assert reached <= expected.objective + 2e-6 * max(1.0, abs(expected.objective))
    return True


@pytest.mark.parametrize("seed", LINEAR[:FAST])
def test_linear_plans_agree(seed):
    linear_agrees(seed, published=False)


@pytest.mark.slow
def test_four_hundred_and_forty_linear_plans_agree():
    planned = sum(linear_agrees(seed, published=True) for seed in LINEAR)
    assert planned >= 300  # the rest have no plan, and both ways say so


def whole_agrees(seed: int) -> bool:
    case = random_case(seed, whole_classes=True)
    expected = textbook(case, whole_classes=True)
    if expected.status != "optimal":
        with pytest.raises(ImpossibleError):
            solve_plan(case)
        return False
    solved = solve(case)
    verdict, _ = solved.audited()
    assert solved.solution.status == "optimal"
    assert math.isclose(solved.solution.objective, expected.objective, rel_tol=2e-6, abs_tol=2e-6)
    assert verdict.ok, verdict.violations
    return True


@pytest.mark.parametrize("seed", WHOLE[:10])
def test_whole_class_plans_agree(seed):
    whole_agrees(seed)


@pytest.mark.slow
def test_sixty_whole_class_plans_agree():
    assert sum(whole_agrees(seed) for seed in WHOLE) >= 30


@pytest.mark.parametrize(
    ("seed", "whole"), [(0, False), (3, False), (6, False), (10, False), (0, True), (8, True), (12, True), (14, True)]
)
def test_plans_of_overfull_schools_agree(seed, whole):
    case = overfull(seed, whole_classes=whole)
    expected, solved = textbook(case, whole_classes=whole), solve(case)
    relief = [values for name, values in solved.solution.values.items() if name.startswith("relieved")]
    assert any((values["value"] > 1e-6).any() for values in relief), "some gap is closed"
    found = solved.solution.objective if whole else solved.solution.lp_objective
    assert math.isclose(found, expected.objective, rel_tol=2e-6, abs_tol=2e-6)
    verdict, _ = solved.audited()
    assert verdict.ok, verdict.violations
