"""Objectives in strict order: the terms of one rank as good as they can be, then, with that held, those of the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.build import linear_program
from talentplan.demand import Openings
from talentplan.program import Block, LinearProgram, Outcome
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["in_order", "rank_costs", "term_costs", "together"]

Floats = NDArray[np.float64]
HELD = 1e-9  # relative to a rank's optimum: how much of it later ranks may give back, below what the solver can see
UNFAIRNESS = "unfairness"  # its weights stand with the groups compared, in `fairness`


def rank_costs(case: Case, openings: Openings, cohorts: Cohorts, program: LinearProgram) -> list[Floats]:
    """float[column] for each rank of `objective.priorities` and for what it does not name; one rank where it is empty.

    They add up to the costs of `program`, the program of the case.
    """
    objective = case.settings.objective
    if not objective.priorities:
        return [program.cost]
    found = [term_costs(case, openings, cohorts, program, rank) for rank in objective.priorities]
    rest = program.cost - np.sum(found, axis=0)
    return [*found, np.where(np.abs(rest) < 1e-12, 0.0, rest)]


def term_costs(
    case: Case, openings: Openings, cohorts: Cohorts, program: LinearProgram, terms: Sequence[str]
) -> Floats:
    """float[column]: the part of the costs of `program`, the program of the case, that these terms make: what doubling them adds."""
    objective, fairness = case.settings.objective, case.settings.fairness
    twice = objective.model_copy(update={t: 2.0 * getattr(objective, t) for t in terms if t != UNFAIRNESS})
    if UNFAIRNESS in terms:
        fairness = [f.model_copy(update={"weight": 2.0 * f.weight}) for f in fairness]
    settings = case.settings.model_copy(update={"objective": twice, "fairness": fairness})
    dearer = linear_program(dataclasses.replace(case, settings=settings), openings, cohorts)
    return np.asarray(dearer.cost - program.cost)


def in_order(program: LinearProgram, ranks: Sequence[Floats], found: Sequence[Outcome]) -> Iterator[LinearProgram]:
    """The program of each rank in turn; before the next is asked for, `found` must hold the outcomes so far.

    Rank r minimises its own costs over the plans at which every earlier rank is at most what was found, but for what the solver cannot tell apart.
    """
    ranked = program
    for r, cost in enumerate(ranks):
        if r:
            best = found[r - 1].objective
            ranked = _held(ranked, ranks[r - 1], best + HELD * max(1.0, abs(best)), r)
        yield dataclasses.replace(ranked, cost=cost) if len(ranks) > 1 else ranked


def _held(program: LinearProgram, cost: Floats, most: float, rank: int) -> LinearProgram:
    name, m = f"rank:{rank}", program.matrix.shape[0]
    sentence = (f"第 {rank} 顺位的目标不变差", f"the terms of rank {rank} stay as good as they were found")
    return dataclasses.replace(
        program, matrix=sp.csc_array(sp.vstack([program.matrix, sp.csr_array(cost[None, :])], format="csc")),
        row_lower=np.append(program.row_lower, -np.inf), row_upper=np.append(program.row_upper, most - program.offset),
        rows={**program.rows, name: Block(name, m, {"rank": np.array([rank])}, sentence)},
    )  # fmt: skip


def together(found: Sequence[Outcome]) -> Outcome:
    """One outcome for all ranks: the last one's plan; objective and bound are sums over the ranks, each with its own bound."""
    last = found[-1]
    if len(found) == 1:
        return last
    objective, bound = sum(f.objective for f in found), sum(f.bound for f in found)
    gap = max(0.0, (objective - bound) / max(abs(objective), 1e-9)) if any(f.gap for f in found) else 0.0
    worst = next((s for s in ("limit", "feasible") if any(f.status == s for f in found)), "optimal")
    return dataclasses.replace(last, status=worst, objective=objective, bound=bound, gap=gap)
