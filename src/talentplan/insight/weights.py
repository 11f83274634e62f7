"""How much the judgement behind each weight matters: the plan again with every weight halved and doubled."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import numpy as np
import pandas as pd

from talentplan.allocation import term_costs
from talentplan.demand import Openings
from talentplan.insight.sweep import Sweep
from talentplan.program import Outcome
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case
from talentplan.workspace.settings import Term

__all__ = ["WEIGHT_COLUMNS", "weight_sensitivity"]

FACTORS = (0.5, 2.0)
WEIGHT_COLUMNS = ["term", "factor", "shortage", "unplaced", "broken", "moved", "seats", "lines"]
PERSONS = {"shortage": ("shortage",), "unplaced": ("unplaced",), "broken": ("broken",),
           "moved": ("up", "down", "opened", "closed", "merged_in", "merged_out")}  # fmt: skip


def weight_sensitivity(case: Case, openings: Openings, inherited: Cohorts, sweep: Sweep) -> pd.DataFrame:
    """The optimum of the continuous program as weighed, and with the weight of one term after another halved and doubled.

    term ("" as weighed), factor of its weight; shortage, unplaced, broken (promised seats not there), moved (plan numbers
    changed): persons over the plan years, undiscounted; seats: persons by which next year's plan numbers differ from those as
    weighed, added up over the lines; lines: lines whose number differs by half a smallest class or more. Terms that cost nothing are
    left out. Where several plans are equally good, one of them is shown.
    """
    own = {term: term_costs(case, openings, inherited, sweep.program, [term]) for term in get_args(Term)}
    asked = [(term, factor) for term, part in own.items() if part.any() for factor in FACTORS]

    def told(sweep: Sweep, some: list[tuple[str, float]]) -> list[tuple[float, ...]]:
        optima = (sweep.with_costs(sweep.program.cost + (factor - 1.0) * own[term]) for term, factor in some)
        return [_told(case, inherited, sweep, found) for found in optima]

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:  # the solver works outside the interpreter's lock
        parts = [asked[k::workers] for k in range(workers)]
        answers = pool.map(lambda some: told(sweep.twin(), some), parts)
        found = dict(zip(itertools.chain(*parts), itertools.chain(*answers), strict=True))
    rows = [("", 1.0, *_told(case, inherited, sweep, sweep.base)), *((*key, *found[key]) for key in asked)]
    return pd.DataFrame(rows, columns=WEIGHT_COLUMNS)


def _told(case: Case, inherited: Cohorts, sweep: Sweep, found: Outcome) -> tuple[float, ...]:
    program, end = sweep.program, case.plan_years[-1]
    sums = []
    for blocks in PERSONS.values():
        total = 0.0
        for block in (program.columns[name] for name in blocks if name in program.columns):
            planned = block.index["year"].to_numpy() <= end
            total += float(found.x[block.positions[planned]].sum())
        sums.append(total)
    plan = program.columns["plan"]
    soon = plan.positions[plan.index["year"].to_numpy() == case.first_year]
    apart = np.abs(found.x[soon] - sweep.base.x[soon])
    smallest = inherited.offerings["class_min"].to_numpy(dtype=np.float64)
    return (*sums, float(apart.sum()), float((apart >= smallest / 2).sum()))
