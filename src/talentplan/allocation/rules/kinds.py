"""Kinds of rules. Each turns one dated, cited policy line into upper bounds on plan numbers.

A kind is a function (case, offerings, parameters) -> bool[offering] lines it limits and float[offering] the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.case import Case, Rule

__all__ = ["KINDS", "RuleLimit", "rule_limits"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Parameters = Mapping[str, float | int | str | bool]
Kind = Callable[[Case, pd.DataFrame, Parameters], tuple[Mask, Floats]]


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """What one rule limits: lines bool[offering], upper float[offering] persons/year, first_year_only: next year alone."""

    rule: Rule
    lines: Mask
    upper: Floats
    first_year_only: bool


def _new(offerings: pd.DataFrame) -> Mask:
    return ((offerings["last_plan"] <= 0) & ~offerings["pathway_fed"]).to_numpy(dtype=bool)


def _zero(mask: Mask) -> tuple[Mask, Floats]:
    return mask, np.zeros(len(mask))


def no_new_if_offerings_over(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """No new line of a program of `level` that more than `count` lines offer already."""
    running = offerings[offerings["last_plan"] > 0].groupby("program")["offering"].count()
    crowded = offerings["program"].map(running).fillna(0).to_numpy() > float(p["count"])
    return _zero(_new(offerings) & crowded & (offerings["level"] == p["level"]).to_numpy())


def no_new_if_school_share_over(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """No new line of a program that more than `share` of the schools with lines of `level` offer already."""
    own = offerings[(offerings["level"] == p["level"]) & (offerings["last_plan"] > 0)]
    schools = max(own["school"].nunique(), 1)
    present = own.groupby("program")["school"].nunique() / schools
    crowded = offerings["program"].map(present).fillna(0.0).to_numpy() > float(p["share"])
    return _zero(_new(offerings) & crowded & (offerings["level"] == p["level"]).to_numpy())


def close_without_intake(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """A point without anyone registered for `years` years closes; lines that never enrolled are candidates and exempt."""
    history = case.table("intake_history")
    ever = set(history["offering"])
    recent = history[history["year"] >= case.first_year - int(p["years"])]
    came = recent.groupby("offering")["registered"].sum()
    none = offerings["offering"].map(came).fillna(0.0).to_numpy() <= 0
    known = offerings["offering"].isin(ever).to_numpy() & ~offerings["pathway_fed"].to_numpy(dtype=bool)
    return _zero(none & known)


def no_intake_right(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """Less than `share` of the plan, or less than one class, registered in each of the last `years` years: no intake."""
    history = case.table("intake_history")
    recent = history[history["year"] >= case.first_year - int(p["years"])].merge(
        offerings[["offering", "class_min"]], on="offering"
    )
    low = (recent["registered"] < float(p["share"]) * recent["plan"]) | (recent["registered"] < recent["class_min"])
    recent = recent.assign(low=low & (recent["plan"] > 0))
    count = recent.groupby("offering")["low"].sum()
    mask = offerings["offering"].map(count).fillna(0).to_numpy() >= int(p["years"])
    return _zero(mask & ~offerings["pathway_fed"].to_numpy(dtype=bool))


def reduce_lowest(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """Points among the lowest `share` of their level by `indicator` in each of the last `years` years lose a class at least.

    indicator: employed | related | local, as a share of graduates.
    """
    outcomes = case.table("outcomes").merge(case.table("programs")[["program", "level"]], on="program")
    span, share = int(p["years"]), float(p["share"])
    latest = sorted(outcomes["year"].unique())[-span:]
    rows = outcomes[outcomes["year"].isin(latest) & (outcomes["graduates"] > 0)]
    rows = rows.assign(rate=rows[str(p["indicator"])] / rows["graduates"]).dropna(subset=["rate"])
    rank = rows.groupby(["year", "level"])["rate"].rank(method="max", pct=True)
    low = rows[rank <= share].groupby(["school", "program"])["year"].nunique()
    points = pd.MultiIndex.from_frame(offerings[["school", "program"]])
    hits = low.reindex(points).fillna(0).to_numpy()
    mask = (hits >= span) & (len(latest) == span) & (offerings["last_plan"] > 0).to_numpy()
    mask &= ~offerings["pathway_fed"].to_numpy(dtype=bool)
    last, least = (offerings[c].to_numpy(dtype=np.float64) for c in ("last_plan", "class_min"))
    return mask, np.where(last - least >= least, last - least, 0.0)


def programs_per_school(case: Case, offerings: pd.DataFrame, p: Parameters) -> tuple[Mask, Floats]:
    """A school with more programs of `level` than its students / `students_per_program` may not open or expand any."""
    roll = case.table("roll")
    now = roll[roll["year"] == case.first_year - 1].groupby("offering")["persons"].sum()
    own = offerings[offerings["level"] == p["level"]].assign(roll=offerings["offering"].map(now).fillna(0.0))
    students = own.groupby("school")["roll"].sum()
    programs = own[own["last_plan"] > 0].groupby("school")["program"].nunique()
    over = programs.reindex(students.index).fillna(0) > students / float(p["students_per_program"])
    mask = (offerings["school"].isin(over.index[over]) & (offerings["level"] == p["level"])).to_numpy(dtype=bool)
    return mask & ~offerings["pathway_fed"].to_numpy(dtype=bool), offerings["last_plan"].to_numpy(dtype=np.float64)


KINDS: Mapping[str, tuple[Kind, bool]] = {
    "no_new_if_offerings_over": (no_new_if_offerings_over, False),
    "no_new_if_school_share_over": (no_new_if_school_share_over, False),
    "close_without_intake": (close_without_intake, False),
    "no_intake_right": (no_intake_right, True),
    "reduce_lowest": (reduce_lowest, True),
    "programs_per_school": (programs_per_school, True),
}


def rule_limits(case: Case, offerings: pd.DataFrame) -> list[RuleLimit]:
    """What every rule of the case that bounds numbers limits, exemptions taken out (max_new_per_school adds rows instead)."""
    found = []
    for rule in case.rules:
        if rule.kind not in KINDS:
            continue
        kind, first_year_only = KINDS[rule.kind]
        lines, upper = kind(case, offerings, rule.parameters)
        exempt = offerings["offering"].isin(rule.exempt) | offerings["school"].isin(rule.exempt)
        given = offerings["control"] == "given"
        found.append(RuleLimit(rule, lines & ~(exempt | given).to_numpy(dtype=bool), upper, first_year_only))
    return found
