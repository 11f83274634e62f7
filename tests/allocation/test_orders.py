"""Order classes that lead to an occupation, in random cases full of them: no plan is lost by an order, and the textbook agrees."""

import copy
import math
from random import Random

import pytest
from tests.random_cases import Draft, random_draft
from tests.solved import solve
from tests.textbook import textbook_optimum

from talentplan.allocation import linear_program
from talentplan.demand import forecast_openings
from talentplan.program import Session
from talentplan.supply import cohorts
from talentplan.workspace.case import Case

MANY = range(300, 316)
FULL = range(300, 306)


def ordered(seed: int) -> Draft:
    """A random draft in which every line that recruits has one or two order classes, of most of its seats."""
    draft, dice = random_draft(seed), Random(f"orders {seed}")
    tables = draft.tables
    plan = {h["offering"]: h["plan"] for h in tables["intake_history"]}
    akin = sorted((c.get("relevance", 1.0), c["occupation"], c["program"]) for c in tables["crosswalk"])
    tables["reserved_seats"] = []
    for line in tables["offerings"]:
        jobs = [job for _, job, program in akin if program == line["program"]][: dice.randint(1, 2)]
        room = min(plan.get(line["offering"], 40.0), line["max_plan"] or 100.0)
        for job in jobs if line["entrant_group"] else []:
            seats = float(math.floor(room * dice.uniform(0.3, 0.9) / len(jobs)))
            row = {
                "reservation": f"{line['offering']}-{job}",
                "offering": line["offering"],
                "occupation": job,
                "seats": seats,
            }
            tables["reserved_seats"] += [row] if seats > 0 else []
    return draft


def without(draft: Draft) -> Draft:
    """The same seats reserved, and nothing said of where their completers go."""
    other = copy.deepcopy(draft)
    for row in other.tables["reserved_seats"]:
        row["occupation"] = ""
    return other


def optimum(case: Case) -> float:
    """The optimum without whole numbers, inf where there is no plan."""
    found = Session(linear_program(case, forecast_openings(case), cohorts(case))).solve(relax=True)
    return found.objective if found.status == "optimal" else math.inf


def test_an_order_makes_no_case_impossible_and_none_better():
    dearer = 0
    for seed in MANY:
        draft = ordered(seed)
        bound, free = optimum(draft.build()), optimum(without(draft).build())
        assert math.isfinite(bound) == math.isfinite(free), seed
        if math.isfinite(free):
            assert bound >= free - 1e-6 * max(1.0, abs(free)), seed
            dearer += bound > free + 1e-4
    assert dearer >= 3  # orders that decide nothing would show nothing


@pytest.mark.parametrize("seed", FULL)
def test_program_textbook_and_audit_agree_where_every_line_has_orders(seed):
    case = ordered(seed).build()
    expected = textbook_optimum(case, forecast_openings(case), cohorts(case))
    assert (expected.status == "optimal") == math.isfinite(optimum(case))
    if expected.status != "optimal":
        return
    solved = solve(case)
    assert solved.solution.lp_objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
    verdict, _ = solved.audited()
    assert verdict.ok, verdict.violations
