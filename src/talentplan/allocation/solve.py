"""Case + Openings + Cohorts -> Solution: one case, one plan."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.build import COHORTS, build, linear_program, make_space
from talentplan.allocation.diagnosis import why_impossible
from talentplan.allocation.first_years import first_plan
from talentplan.allocation.linear import linear_optimum, method_of
from talentplan.allocation.order import in_order, rank_costs, together
from talentplan.allocation.solution import Solution
from talentplan.allocation.space import Space
from talentplan.demand import Openings
from talentplan.errors import ImpossibleError, SolverError
from talentplan.program import LinearProgram, Outcome, Session, solve_through_pulp, solver_version
from talentplan.supply import Cohorts
from talentplan.workspace import code_names
from talentplan.workspace.case import Case

__all__ = ["allocate", "hold_intake"]

Floats = NDArray[np.float64]
log = logging.getLogger(__name__)
SMALL_NODES = 2000  # nodes of branch and bound for programs that are not large
PROVEN = 1e-6  # a smaller gap counts as none


def allocate(
    case: Case, openings: Openings, cohorts: Cohorts, *, solver: str | None = None, time_limit: float | None = None
) -> Solution:
    """The best plan: integer part first, then the linear program with it fixed, then the nearest of the equally good plans.

    With `objective.priorities` one rank after another, each held while the next is sought.

    solver: None or "highs" for the solver in memory, else a solver PuLP can reach (no tie-break among equal plans then).
    time_limit: seconds, a guard; when it is hit the status is `limit` and the best plan so far is kept.
    Raises ImpossibleError where no plan exists, SolverError where none was found in time.
    """
    started = time.perf_counter()
    program = linear_program(case, openings, cohorts)
    ranks = rank_costs(case, openings, cohorts, program)
    built = time.perf_counter()
    if solver is not None and solver.lower() != "highs":
        return _through_pulp(
            case,
            program,
            ranks,
            solver,
            time_limit,
            built - started,
            partial(_impossible, case, openings, cohorts, program),
        )
    handover = 0.0
    found: list[Outcome] = []
    linear: list[float] = []
    for ranked in in_order(program, ranks, found):
        begun = time.perf_counter()
        session = Session(ranked, time_limit=time_limit)
        handover += time.perf_counter() - begun
        best = relaxed = linear_optimum(ranked, session)
        if relaxed.status == "optimal" and program.integer.any():
            best = _whole(case, ranked, session, relaxed, time_limit)
        if best.status == "infeasible" and not found:
            raise _impossible(case, openings, cohorts, program)
        _need(best)
        linear.append(relaxed.objective)
        found.append(best)
    final = _nearest(ranked, session, found[-1])
    timings = {"build": built - started, "handover": handover, "solve": time.perf_counter() - built - handover}
    return _solution(program, final, together(found), sum(linear), solver_version(), timings)


def _whole(case: Case, program: LinearProgram, session: Session, relaxed: Outcome, time_limit: float | None) -> Outcome:
    """Whole numbers: a first plan without branch and bound; branch and bound from there while the gap is too wide and nodes remain."""
    solving = case.settings.solving
    nodes = solving.nodes if solving.nodes is not None else (0 if method_of(program) == "ipm" else SMALL_NODES)
    first = first_plan(program, session, relaxed, gap=solving.gap)
    if first is not None and (first.gap <= solving.gap or nodes == 0):
        return dataclasses.replace(first, status="optimal" if first.gap <= PROVEN else "feasible")
    search = Session(program, time_limit=time_limit)
    if first is not None:
        search.start_from(first.x)
    outcome = search.solve(gap=solving.gap, nodes=nodes or None)
    if outcome.status == "infeasible":
        return outcome
    if first is not None and outcome.status == "limit":
        return dataclasses.replace(first, status="limit")
    _need(outcome)
    return outcome


def hold_intake(case: Case, openings: Openings, cohorts: Cohorts, intake: Floats) -> Solution:
    """The do-nothing plan: intake float[offering, plan year] held, pathways and placement as good as they can be."""
    space = make_space(case, openings, cohorts)
    build(space, COHORTS)
    program = space.builder.finish()
    plan = program.columns["plan"]
    lower = np.where(space.direct[:, None], intake, 0.0).ravel()
    program.lower[plan.positions], program.upper[plan.positions] = lower, intake.ravel()
    if "seats" in program.rows:  # no whole seats either: the plan number of a line that pathways feed is who passes in
        rows = program.rows["seats"].positions
        program.row_upper[rows] = np.where(program.row_upper[rows] == 1.0, 0.0, program.row_upper[rows])
    for name in ("taught_out", "lapsed"):  # a line that goes on neither teaches out nor takes a promise back
        _only_idle(program, space, name)
    program.integer[:] = False
    outcome = linear_optimum(program, Session(program))
    _need(outcome)
    return _solution(program, outcome.x, outcome, outcome.objective, solver_version(), {})


def _only_idle(program: LinearProgram, space: Space, name: str) -> None:
    block = program.columns.get(name)
    if block is None:
        return
    enters = space.case.table("pathways").set_index("pathway")["to_offering"]
    goes_on = space.enrolled_last[space.positions(block.index["pathway"].map(enters))]
    program.upper[block.positions[goes_on]] = 0.0


def _impossible(case: Case, openings: Openings, cohorts: Cohorts, program: LinearProgram) -> ImpossibleError:
    names = (code_names(case, "zh"), code_names(case, "en"))
    return ImpossibleError(
        why_impossible(program, names, lambda changes: linear_program(case, openings, cohorts, changes=changes))
    )


def _need(outcome: Outcome) -> None:
    if outcome.status in ("limit", "infeasible", "unbounded"):
        raise SolverError(f"the solver stopped before it found a plan (status: {outcome.status})")


def _nearest(program: LinearProgram, session: Session, found: Outcome) -> Floats:
    """Fix the whole numbers, solve again, stay among the equally good plans and take the one nearest to last year's.

    Nearest: least sum of |p[o,t] - p[o,t-1]| over the free lines; what is bought, hired and lent next; then canonical
    order: every column carries a price that grows a little with its position, so that equal plans differ in price.
    """
    whole = np.flatnonzero(program.integer)
    if len(whole):
        value = np.round(found.x[whole])
        session.drop_integrality()
        session.set_bounds(whole, value, value)
    best = session.solve()
    if best.status != "optimal":
        log.warning(
            "the linear program with whole numbers fixed ended as %s; the plan found before is kept", best.status
        )
        return found.x
    session.stay_on_optimal_face(best)
    session.set_costs(_tie_prices(program))
    nearest = session.solve(method=method_of(program), cold=True)
    if nearest.status != "optimal":
        log.warning("the tie-break ended as %s; the plan found before is kept", nearest.status)
        return best.x
    return nearest.x


def _tie_prices(program: LinearProgram) -> Floats:
    price = np.zeros(len(program.cost))
    weights = {"up": 1.0, "down": 1.0, "opened": 1.0, "closed": 1.0, "merged_in": 1.0, "merged_out": 1.0, "bought": 1.0,
               "begun": 1.0, "leads": 0.1, "hired": 0.1,
               "hired_specialists": 0.01, "teachers_lent": 0.01, "lent": 0.001}  # fmt: skip
    for name, weight in weights.items():
        if name in program.columns:
            price[program.columns[name].positions] = weight
    for name in ("plan", "placed", "passed", "bought", "lent", "hired", "teachers_lent", "unplaced", "shortage"):
        if name in program.columns:
            positions = program.columns[name].positions
            price[positions] += 1e-3 * (1.0 + np.arange(len(positions)) / max(len(positions), 1))
    return price


def _solution(
    program: LinearProgram, x: Floats, outcome: Outcome, lp_objective: float, solver: str, timings: dict[str, float]
) -> Solution:
    clean = np.where(np.abs(x) < 1e-9, 0.0, x)
    clean = np.where(program.integer, np.round(clean), clean)
    values = {
        name: block.index.assign(value=clean[block.start : block.start + len(block)])
        for name, block in program.columns.items()
    }
    objective = float(program.cost @ clean) + program.offset
    bound = min(outcome.bound, objective)
    return Solution(
        values=values, status=outcome.status, gap=max(0.0, (objective - bound) / max(abs(objective), 1e-9)) if outcome.gap else 0.0,
        objective=objective, bound=bound, lp_objective=lp_objective, solver=solver,
        size=(len(program.cost), program.matrix.shape[0], int(program.matrix.nnz)), timings=timings, program=program,
    )  # fmt: skip


def _through_pulp(
    case: Case,
    program: LinearProgram,
    ranks: list[Floats],
    solver: str,
    time_limit: float | None,
    built: float,
    why: Callable[[], ImpossibleError],
) -> Solution:
    started = time.perf_counter()
    gap = case.settings.solving.gap if program.integer.any() else 0.0
    found: list[Outcome] = []
    for ranked in in_order(program, ranks, found):
        outcome = solve_through_pulp(ranked, solver, gap=gap, time_limit=time_limit)
        if outcome.status == "infeasible" and not found:
            raise why()
        _need(outcome)
        found.append(outcome)
    timings = {"build": built, "handover": 0.0, "solve": time.perf_counter() - started}
    return _solution(program, found[-1].x, together(found), float("nan"), solver, timings)
