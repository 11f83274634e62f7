"""Cohorts: rates of every offering and the students it inherits, stepped forward to the end of the case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.supply.flows import GradeFlow, entrant_states, grade_flow
from talentplan.supply.grades import Grades, read_grades
from talentplan.supply.lags import Elsewhere, aged, lag_shares
from talentplan.supply.rates import destination_shares, fill_rates
from talentplan.workspace.case import Case

__all__ = ["Cohorts", "cohorts", "follow"]

Floats = NDArray[np.float64]
Intake = tuple[Floats, sp.csr_array]
"""float[offering], starters; float[offering, state], the share of them in each state."""


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Rates and inherited cohorts of every offering, in the row order of the case's offerings table.

    offerings: one row per offering: offering, school, program, track, level, rank, cluster, duration, status, control,
        authority, district, entrant_group; pathway_fed (bool: no entrants but by pathways); fill (registered / plan),
        fill_basis (own | program | level | one); completion (share of starters who complete, early or late, in this line
        or another); progression_outside, seeks_work and local_retention (shares of completers, see destinations);
        last_plan and last_registered (persons in the autumn before the first plan year); class_min, class_max, class_step
        (persons, the offering's own where given); max_plan (persons, inf where not limited), min_plan,
        classes_min (0 where none), classes_max (inf where not limited).
    grades: what becomes of students by year of study; the lags follow from it.
    retention: float[offering, K], s[o, k] = share of starters on roll in their own line k years after entry, s[o, 0] = 1.
    completing: float[offering, K], share of starters who complete their own line k years after entry.
    retention_elsewhere, completing_elsewhere: the same for starters who changed lines.
    years: int[year], plan years and tail.
    inherited_enrolled: float[offering, year], persons on roll in autumn from intakes before the first plan year.
    inherited_completions: float[offering, year], persons of those intakes who complete in summer.
    inherited_classes: bool[offering, year], some of those on roll never repeated: a class of theirs is still taught, while
        repeaters sit in later ones.
    enrolled_before: float[offering], persons on roll in the autumn before the first plan year.
    """

    offerings: pd.DataFrame
    grades: Grades
    retention: Floats
    completing: Floats
    retention_elsewhere: Elsewhere
    completing_elsewhere: Elsewhere
    years: NDArray[np.int64]
    inherited_enrolled: Floats
    inherited_completions: Floats
    inherited_classes: NDArray[np.bool_]
    enrolled_before: Floats


def cohorts(case: Case) -> Cohorts:
    """Everything the allocator and the audit need to know of the offerings and their inherited students."""
    grades = read_grades(case)
    flow = grade_flow(grades)
    lags = lag_shares(flow)
    intakes = _intakes(case, grades, flow, lags.retention.shape[1])
    years = case.all_years
    on_roll, completed = _grow_up(flow, intakes, len(years))
    gather = flow.lines.T
    enrolled = gather @ on_roll
    completion = lags.completing.sum(axis=1)
    np.add.at(completion, lags.completing_elsewhere.start, lags.completing_elsewhere.share)
    return Cohorts(
        offerings=_attributes(case, completion),
        grades=grades,
        retention=lags.retention,
        completing=lags.completing,
        retention_elsewhere=lags.retention_elsewhere,
        completing_elsewhere=lags.completing_elsewhere,
        years=years,
        inherited_enrolled=enrolled[:, 1:],
        inherited_completions=completed,
        inherited_classes=(gather @ (on_roll * (flow.repeated == 0)[:, None]) > 0)[:, 1:],
        enrolled_before=enrolled[:, 0],
    )


def follow(cohorts: Cohorts, entrants: Floats) -> tuple[Floats, Floats]:
    """Those on roll in autumn, and completions in summer, float[offering, year] each, inherited students included.

    entrants: float[offering, year], persons who enter in the autumns of `cohorts.years`.
    """
    return (
        aged(cohorts.inherited_enrolled, entrants, cohorts.retention, cohorts.retention_elsewhere),
        aged(cohorts.inherited_completions, entrants, cohorts.completing, cohorts.completing_elsewhere),
    )


def _attributes(case: Case, completion: Floats) -> pd.DataFrame:
    table = case.table("offerings")
    levels = case.table("levels")[["level", "rank"]]
    programs = case.table("programs")[["program", "level", "cluster", "class_min", "class_max", "class_step"]]
    merged = table.merge(programs, on="program", how="left", suffixes=("_own", "")).merge(
        levels, on="level", how="left"
    )
    merged = merged.merge(case.table("units")[["unit", "district"]], left_on="school", right_on="unit", how="left")
    names = ["offering", "school", "program", "track", "level", "rank", "cluster", "duration", "status", "control",
             "authority", "district", "entrant_group"]  # fmt: skip
    frame = merged[names].copy()
    frame["pathway_fed"] = frame["entrant_group"] == ""
    frame = pd.concat([frame, fill_rates(case), destination_shares(case)], axis=1)
    frame["completion"] = completion
    before = case.table("intake_history")
    before = before[before["year"] == case.first_year - 1].set_index("offering")[["plan", "registered"]]
    last = before.reindex(frame["offering"]).fillna(0.0)
    frame["last_plan"], frame["last_registered"] = last["plan"].to_numpy(), last["registered"].to_numpy()
    for name in ("class_min", "class_max"):
        frame[name] = merged[f"{name}_own"].fillna(merged[name]).to_numpy(dtype=np.float64)
    frame["class_step"] = merged["class_step"].to_numpy(dtype=np.float64)
    frame["classes_min"] = merged["classes_min"].fillna(0.0).to_numpy(dtype=np.float64)
    frame["classes_max"] = merged["classes_max"].fillna(np.inf).to_numpy(dtype=np.float64)
    frame["min_plan"] = merged["min_plan"].to_numpy(dtype=np.float64)
    frame["max_plan"] = merged["max_plan"].fillna(np.inf).to_numpy(dtype=np.float64)
    return frame


def _intakes(case: Case, grades: Grades, flow: GradeFlow, longest: int) -> list[Intake]:
    """Whom the last autumn before the plan has on roll: starters of earlier autumns and where they have come to be.

    Where the offering has a roll of that autumn they are what it implies: persons in year of study k + 1 over the share of
    starters who get there in k years (nobody is taken to have repeated: a roll does not say). In all other lines they are
    those who registered k autumns before, there or in a line from which they changed.
    """
    last, codes = case.first_year - 1, pd.Index(case.table("offerings")["offering"])
    history, roll = case.table("intake_history"), case.table("roll")
    history, roll = history[history["year"].between(last - longest + 1, last)], roll[roll["year"] == last]
    registered, counted = np.zeros((len(codes), longest)), np.zeros((len(codes), longest))
    registered[codes.get_indexer(history["offering"]), last - history["year"].to_numpy()] = history["registered"]
    counted[codes.get_indexer(roll["offering"]), roll["grade"].to_numpy() - 1] = roll["persons"]
    reached = np.ones((len(codes), longest))
    reached[:, 1 : grades.go_on.shape[1] + 1] = np.cumprod(grades.go_on, axis=1)
    uncounted = sp.diags_array((~codes.isin(roll["offering"])[flow.line]).astype(np.float64))
    shares, found = entrant_states(flow), []
    for k in range(longest):
        found.append((registered[:, k], sp.csr_array(shares @ uncounted)))
        row = np.flatnonzero(counted[:, k] > 0)
        state = flow.first[row] + k * (grades.more_years + 1)
        came = np.where(reached[row, k] > 0, reached[row, k], 1.0)  # nobody should have come so far, and somebody did
        starters = np.zeros(len(codes))
        starters[row] = counted[row, k] / came
        found.append((starters, sp.csr_array((came, (row, state)), shape=shares.shape)))
        shares = sp.csr_array(shares @ flow.onward)
    return found


def _grow_up(flow: GradeFlow, intakes: list[Intake], years: int) -> tuple[Floats, Floats]:
    """On roll, float[state, year], from the last autumn before the plan on; completions, float[offering, year], from its first.

    One intake after the other and by shares of its starters, as the lag coefficients are: both round alike.
    """
    on_roll, completed = np.zeros((len(flow.line), years + 1)), np.zeros((len(flow.first), years))
    for starters, place in intakes:
        shares = place
        for t in range(years + 1):
            if not shares.nnz:
                break
            on_roll[:, t] += shares.T @ starters
            if t < years:
                completed[:, t] += (shares @ flow.finishing).T @ starters
            shares = sp.csr_array(shares @ flow.onward)
    return on_roll, completed
