"""One class more, one class fewer: what each line's number next year is worth, by solving again at both."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.insight.sweep import Sweep, saved
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["CLASS_COLUMNS", "class_values"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CLASS_COLUMNS = ["offering", "plan", "step", "more", "less"]


def class_values(case: Case, inherited: Cohorts, sweep: Sweep, intake: pd.DataFrame) -> pd.DataFrame:
    """What a class more or fewer of each line whose number next year is decided saves, in person-equivalents.

    With f the optimum of the continuous program as a function of this one number alone, everything else decided anew, a class
    more saves f(plan) - f(plan + step). f is convex, so that more + less <= 0: no line gains from both.

    offering, plan: persons next year; step: persons of a class as the line has them (plan / classes), its smallest class where
    it has none; more, less: saved by a step more or less, negative where the plan becomes worse, NaN where the limits allow no
    such number (less: also where nobody enrols). In the order of `intake`.

    Args:
        case: its first year.
        inherited: its offerings.
        sweep: its program.
        intake: offering, year, plan, classes of a plan (`Plan.table("intake")`), whole classes or not.
    """
    lines = inherited.offerings.set_index("offering")
    decided = lines.index[~lines["pathway_fed"].to_numpy(dtype=bool) & (lines["control"] != "given").to_numpy()]
    rows = intake[(intake["year"] == case.first_year) & intake["offering"].isin(decided)]
    block = sweep.program.columns["plan"]
    soon = block.index["year"].to_numpy() == case.first_year
    column = pd.Series(block.positions[soon], index=block.index["offering"].to_numpy()[soon])[
        rows["offering"]
    ].to_numpy()
    plan, classes = (rows[name].to_numpy(dtype=np.float64) for name in ("plan", "classes"))
    runs = (plan > 0) & (classes > 0)
    smallest = lines["class_min"].reindex(rows["offering"]).to_numpy(dtype=np.float64)
    step = np.where(runs, plan / np.where(runs, classes, 1.0), smallest)
    fewer = np.where(plan > 0, np.maximum(plan - step, 0.0), np.nan)
    at = np.stack([plan, plan + step, fewer], axis=1)
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:  # the solver works outside the interpreter's lock
        parts = [slice(k, None, workers) for k in range(workers)]
        found = np.full(at.shape, np.nan)
        for part, optima in zip(parts, pool.map(lambda k: _optima(sweep.twin(), column[k], at[k]), parts), strict=True):
            found[part] = optima
    more, less = (saved(found[:, 0], found[:, k]) for k in (1, 2))
    table = (rows["offering"].to_numpy(), plan, step, more, less)
    return pd.DataFrame(dict(zip(CLASS_COLUMNS, table, strict=True)))


def _optima(sweep: Sweep, column: Ints, at: Floats) -> Floats:
    """float[line, 3]: the optimum with the line's number held at each of three; NaN where its bounds or others forbid it."""
    low, high = (bound[column][:, None] for bound in (sweep.program.lower, sweep.program.upper))
    allowed = (at >= low - 1e-9) & (at <= high + 1e-9)
    found = np.full(at.shape, np.nan)
    for line, k in zip(*np.nonzero(allowed), strict=True):
        held = at[line, k : k + 1]
        found[line, k] = sweep.with_columns(column[line : line + 1], held, held).objective
    return found
