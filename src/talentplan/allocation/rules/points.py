"""What rules count: the lines a rule speaks of, points (a program at a school), new points, students and teachers."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.supply import Cohorts
from talentplan.workspace.case import Case, Rule

__all__ = ["bound_lines", "by_point", "new_points", "not_running", "school_standing"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
CODES = ("offering", "school", "program", "cluster", "level")  # what the scope and the exemptions of a rule may name


def bound_lines(rule: Rule, offerings: pd.DataFrame) -> Mask:
    """bool[offering]: lines within the scope of the rule and not exempt; by offering, school, program, cluster or level."""

    def named(codes: tuple[str, ...]) -> Mask:
        return np.asarray(offerings[list(CODES)].isin(codes).any(axis=1).to_numpy(dtype=bool))

    inside = named(rule.scope) if rule.scope else np.ones(len(offerings), dtype=bool)
    return np.asarray(inside & ~named(rule.exempt))


def by_point(offerings: pd.DataFrame, values: pd.Series, how: Literal["sum", "any", "min"]) -> pd.Series:
    """[offering]: a figure of the lines put together over their point (school x program)."""
    found: pd.Series = values.groupby([offerings["school"], offerings["program"]]).transform(how)
    return found


def new_points(offerings: pd.DataFrame) -> Mask:
    """bool[offering]: direct lines that would bring a program to its school: every line of the point is a candidate.

    A suspended line that resumes, or one more track of a program that the school has, is no new point.
    """
    stands = (offerings["status"] != "candidate") | (offerings["last_plan"] > 0)
    known = by_point(offerings, stands, "any").to_numpy(dtype=bool)
    return np.asarray(~known & ~offerings["pathway_fed"].to_numpy(dtype=bool))


def not_running(offerings: pd.DataFrame) -> Mask:
    """bool[offering]: direct lines of points without a plan number last year; to enrol adds a program to the school."""
    running = by_point(offerings, offerings["last_plan"] > 0, "any").to_numpy(dtype=bool)
    return np.asarray(~running & ~offerings["pathway_fed"].to_numpy(dtype=bool))


def school_standing(case: Case, cohorts: Cohorts) -> pd.DataFrame:
    """By school, NaN where the table does not tell: what standards are judged by.

    students (converted, on roll in the autumn before the plan), students_per_teacher, dual_share, teaching_area (square
    metres a student), equipment (CNY a student), yellow_years.
    """
    lines, schools = cohorts.offerings, case.table("schools").set_index("school")
    weight = lines["level"].map(case.table("levels").set_index("level")["student_weight"])
    students = (weight * cohorts.enrolled_before).groupby(lines["school"]).sum().reindex(schools.index).fillna(0.0)
    teachers = schools[["teachers_general", "teachers_specialist"]].sum(axis=1, min_count=1)
    someone = students.where(students > 0)
    return pd.DataFrame(
        {
            "students": students,
            "students_per_teacher": someone / teachers,
            "dual_share": schools["teachers_dual"]
            / schools["teachers_specialist"].where(schools["teachers_specialist"] > 0),
            "teaching_area": schools["teaching_area"] / someone,
            "equipment": schools["equipment"] / someone,
            "yellow_years": schools["yellow_years"],
        }
    )
