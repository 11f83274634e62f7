"""Objectives in strict order: against the textbook, which ranks its own terms, by hand, and through another solver."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.case_files import merged, read_yaml, rows
from tests.random_cases import random_case
from tests.solved import solve
from tests.textbook import textbook_optimum

from talentplan.allocation import linear_program
from talentplan.allocation.order import rank_costs
from talentplan.demand import forecast_openings
from talentplan.plan import solve_plan
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

ORDERS = [
    [["broken_promise", "unfairness"], ["shortage"]],
    [["unplaced", "over_qualified"], ["moved_seat"], ["shortage", "mismatch"]],
    [["money"], ["shortage"], ["unplaced"]],
]


def ranked(case: Case, priorities: list[list[str]]) -> Case:
    objective = case.settings.objective.model_copy(update={"priorities": priorities})
    return dataclasses.replace(case, settings=case.settings.model_copy(update={"objective": objective}))


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 14])
def test_every_order_agrees_with_the_textbook(seed: int):
    case = ranked(random_case(seed), ORDERS[seed % len(ORDERS)])
    expected = textbook_optimum(case, forecast_openings(case), cohorts(case))
    assert expected.status == "optimal"
    solved = solve(case)
    verdict, _ = solved.audited()
    assert verdict.ok, verdict.violations
    assert solved.solution.objective == pytest.approx(expected.objective, rel=1e-5, abs=1e-5)
    assert solved.solution.lp_objective == pytest.approx(expected.objective, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("seed", [0, 4, 6])
def test_the_costs_of_the_ranks_add_up(seed: int):
    case = ranked(random_case(seed), [["shortage"], ["money", "moved_seat"], ["mismatch", "unfairness"]])
    openings, inherited = forecast_openings(case), cohorts(case)
    program = linear_program(case, openings, inherited)
    parts = rank_costs(case, openings, inherited, program)
    assert len(parts) == 4
    assert np.sum(parts, axis=0) == pytest.approx(program.cost)
    shortage = program.columns["shortage"].positions
    assert parts[0][shortage] == pytest.approx(program.cost[shortage])
    assert np.delete(parts[0], shortage) == pytest.approx(0.0)


def by_hand(**settings) -> Case:
    base, own = read_yaml("_base"), read_yaml("priorities")
    model = merged(merged(base["settings"], own["settings"]), settings)
    return build_case(model, {name: rows(text) for name, text in (base["tables"] | own["tables"]).items()})


def test_whole_classes_keep_the_order_and_other_solvers_too():
    assert solve_plan(by_hand(objective={"priorities": []})).facts.objective == pytest.approx(2.4)
    whole = by_hand(solving={"whole_class_years": 1, "gap": 0.0})
    assert solve_plan(whole).facts.objective == pytest.approx(90.0, abs=1e-5)
    assert solve_plan(by_hand(), solver="cbc").facts.objective == pytest.approx(90.0, abs=1e-5)


def test_objective_and_bound_of_a_strict_order_are_sums_over_its_ranks():
    facts = solve_plan(by_hand()).facts
    assert (facts.status, facts.gap) == ("optimal", 0.0)
    assert facts.lp_objective == pytest.approx(90.0, abs=1e-5)
    assert facts.bound == pytest.approx(90.0, abs=1e-5)


def test_a_term_stands_in_one_rank_only():
    with pytest.raises(Exception, match="each term may stand only once"):
        by_hand(objective={"priorities": [["shortage"], ["shortage", "money"]]})
