"""Kinds of rules that look at quality and means: no growth below a standard, restricted and suspended intake."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules.points import school_standing
from talentplan.allocation.rules.record import rates
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["no_expansion_below_quality", "restricted_conditions", "restricted_lines"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Parameters = Mapping[str, float | int | str | bool]


def no_expansion_below_quality(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """Lines that may not grow nor open, since the point or its school falls short of a standard.

    Points whose latest rate of `indicator` lies below `share`; schools with more than `students_per_teacher`, or with less
    than `dual_share` of their specialist teachers dual-qualified. What the tables do not tell is not judged; `level` leaves other levels alone.
    """
    lines = cohorts.offerings
    below = np.zeros(len(lines), dtype=bool)
    if "indicator" in p:
        known = rates(case, str(p["indicator"])).sort_values("year", kind="stable")
        latest = known.groupby(["school", "program"])["rate"].last()
        rate = latest.reindex(pd.MultiIndex.from_frame(lines[["school", "program"]])).to_numpy(dtype=np.float64)
        below |= rate < float(p["share"])
    schools = school_standing(case, cohorts)
    if "students_per_teacher" in p:
        ratio = lines["school"].map(schools["students_per_teacher"]).to_numpy(dtype=np.float64)
        below |= ratio > float(p["students_per_teacher"])
    if "dual_share" in p:
        below |= lines["school"].map(schools["dual_share"]).to_numpy(dtype=np.float64) < float(p["dual_share"])
    if "level" in p:
        below &= (lines["level"] == p["level"]).to_numpy()
    return below & ~lines["pathway_fed"].to_numpy(dtype=bool), lines["last_plan"].to_numpy(dtype=np.float64)


def _cards(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[pd.Series, pd.Series]:
    """(yellow, red) by school: one indicator below the restricted limit; two, or yellow for the third year running."""
    schools = school_standing(case, cohorts)
    low = pd.Series(0, index=schools.index)
    if "students_per_teacher" in p:
        low += schools["students_per_teacher"] > float(p["students_per_teacher"])
    for name in ("teaching_area", "equipment"):
        if name in p:
            low += schools[name] < float(p[name])
    red = (low >= 2) | ((low == 1) & (schools["yellow_years"] >= 2))
    return (low == 1) & ~red, red


def _of_schools(cohorts: Cohorts, chosen: pd.Series, p: Parameters) -> Mask:
    lines = cohorts.offerings
    own = lines["school"].map(chosen).eq(True) & (lines["level"] == p["level"]) & ~lines["pathway_fed"]
    return np.asarray(own.to_numpy(dtype=bool))


def restricted_conditions(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """No intake next year in direct lines of `level` at a school with a red card."""
    _, red = _cards(case, cohorts, p)
    return _of_schools(cohorts, red, p), np.zeros(len(cohorts.offerings))


def restricted_lines(case: Case, cohorts: Cohorts, p: Parameters) -> Mask:
    """bool[offering]: direct lines of `level` at a school with a yellow card; together they may enrol who complete there."""
    yellow, _ = _cards(case, cohorts, p)
    return _of_schools(cohorts, yellow, p)
