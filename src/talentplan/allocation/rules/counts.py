"""Kinds of rules that look at how many there are already: points of a program, schools with it, programs of a school."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules.points import new_points, not_running
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["no_new_if_offerings_over", "no_new_if_school_share_over", "programs_allowed", "programs_per_school"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Parameters = Mapping[str, float | int | str | bool]


def no_new_if_offerings_over(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """No new point of a program of `level` that more than `count` schools offer already.

    With scope `province` the points outside the model (`points_elsewhere` of programs) count too.
    """
    lines = cohorts.offerings
    points = lines[lines["last_plan"] > 0].groupby("program")["school"].nunique()
    number = lines["program"].map(points).fillna(0.0).to_numpy(dtype=np.float64)
    if p.get("scope") == "province":
        elsewhere = case.table("programs").set_index("program")["points_elsewhere"]
        number = number + lines["program"].map(elsewhere).to_numpy(dtype=np.float64)
    mask = new_points(lines) & (number > float(p["count"])) & (lines["level"] == p["level"]).to_numpy()
    return mask, np.zeros(len(lines))


def no_new_if_school_share_over(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """No new point of a program that more than `share` of the schools with lines of `level` offer already."""
    lines = cohorts.offerings
    own = lines[(lines["level"] == p["level"]) & (lines["last_plan"] > 0)]
    present = own.groupby("program")["school"].nunique() / max(own["school"].nunique(), 1)
    crowded = lines["program"].map(present).fillna(0.0).to_numpy(dtype=np.float64) > float(p["share"])
    return new_points(lines) & crowded & (lines["level"] == p["level"]).to_numpy(), np.zeros(len(lines))


def programs_allowed(cohorts: Cohorts, p: Parameters) -> pd.DataFrame:
    """By school with lines of `level`: programs that enrolled last year, and how many its full-time students allow."""
    lines = cohorts.offerings
    own = (lines["level"] == p["level"]).to_numpy()
    full_time = own & (lines["track"] != "part_time").to_numpy()
    students = (
        pd.Series(np.where(full_time, cohorts.enrolled_before, 0.0)[own]).groupby(lines["school"][own].to_numpy()).sum()
    )
    running = lines[own & (lines["last_plan"] > 0).to_numpy()].groupby("school")["program"].nunique()
    allowed = np.floor(students / float(p["students_per_program"]) + 1e-9)
    return pd.DataFrame({"programs": running.reindex(students.index).fillna(0.0), "allowed": allowed})


def programs_per_school(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """A school with more programs of `level` than its full-time students / `students_per_program` may only reduce.

    Whether openings bring another school above the number is counted by a row (`talentplan.allocation.rules.rows`).
    """
    lines, schools = cohorts.offerings, programs_allowed(cohorts, p)
    over = schools.index[schools["programs"] > schools["allowed"]]
    mask = (lines["school"].isin(over) & (lines["level"] == p["level"])).to_numpy(dtype=bool)
    return mask & ~lines["pathway_fed"].to_numpy(dtype=bool), lines["last_plan"].to_numpy(dtype=np.float64)


def programs_to_come(cohorts: Cohorts, p: Parameters) -> Mask:
    """bool[offering]: lines of `level` whose point did not enrol last year."""
    return not_running(cohorts.offerings) & (cohorts.offerings["level"] == p["level"]).to_numpy()
