"""Cohorts: rates of every offering and the students it inherits, stepped forward to the end of the case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.supply.rates import destination_shares, fill_rates, stay_shares
from talentplan.workspace.case import Case

__all__ = ["Cohorts", "cohorts"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Rates and inherited cohorts of every offering, in the row order of the case's offerings table.

    offerings: one row per offering: offering, school, program, track, level, rank, cluster, duration, status, control,
        authority, district, entrant_group; pathway_fed (bool: no entrants but by pathways); fill (registered / plan),
        fill_basis (own | program | level | one); completion (share of starters); progression_outside and
        local_retention (shares of completers, see destinations); last_plan and last_registered (persons in the autumn
        before the first plan year); class_min, class_max, class_step (persons, the offering's own where given);
        max_plan (persons, inf where not limited), min_plan.
    retention: float[offering, max duration], s[o, k] = share of starters on roll k years after entry, s[o, 0] = 1,
        0 from k = duration on.
    years: int[year], plan years and tail.
    inherited_enrolled: float[offering, year], persons on roll in autumn from intakes before the first plan year.
    inherited_completions: float[offering, year], persons of those intakes who complete in summer.
    enrolled_before: float[offering], persons on roll in the autumn before the first plan year.
    """

    offerings: pd.DataFrame
    retention: NDArray[np.float64]
    years: NDArray[np.int64]
    inherited_enrolled: NDArray[np.float64]
    inherited_completions: NDArray[np.float64]
    enrolled_before: NDArray[np.float64]


def cohorts(case: Case) -> Cohorts:
    """Everything the allocator and the audit need to know of the offerings and their inherited students."""
    table = case.table("offerings")
    longest = int(table["duration"].max()) if len(table) else 1
    stay = stay_shares(case, longest)
    duration = table["duration"].to_numpy(dtype=np.int64)
    survive = np.concatenate([np.ones((len(table), 1)), np.cumprod(stay, axis=1)], axis=1)
    completion = survive[np.arange(len(table)), duration]
    retention = np.where(np.arange(longest + 1)[None, :] < duration[:, None], survive, 0.0)
    present = _entrants_now(case, table, duration, retention)
    years = case.all_years
    enrolled, completed = _step(present, retention, completion, duration, len(years))
    return Cohorts(
        offerings=_attributes(case, completion),
        retention=retention,
        years=years,
        inherited_enrolled=enrolled,
        inherited_completions=completed,
        enrolled_before=(present * retention[:, : present.shape[1]]).sum(axis=1),
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
    frame["min_plan"] = merged["min_plan"].to_numpy(dtype=np.float64)
    frame["max_plan"] = merged["max_plan"].fillna(np.inf).to_numpy(dtype=np.float64)
    return frame


def _entrants_now(case: Case, table: pd.DataFrame, duration: NDArray[np.int64], retention: Floats) -> Floats:
    """float[offering, k]: entrants of k autumns before the last autumn of history, as the roll of that autumn implies.

    roll of year of study k + 1 divided by s[o, k] where the offering's roll is known, registered numbers otherwise; so
    that both are stepped forward by the same rates.
    """
    longest = retention.shape[1] - 1
    last = case.first_year - 1
    codes = pd.Index(table["offering"])
    entered = np.zeros((len(table), longest))
    history = case.table("intake_history")
    history = history[history["year"].between(last - longest + 1, last)]
    entered[codes.get_indexer(history["offering"]), last - history["year"].to_numpy()] = history[
        "registered"
    ].to_numpy()
    roll = case.table("roll")
    roll = roll[roll["year"] == last]
    rows, ages = codes.get_indexer(roll["offering"]), roll["grade"].to_numpy() - 1
    if len(rows):
        entered[np.unique(rows)] = 0.0
        share = retention[rows, ages]
        entered[rows, ages] = np.divide(roll["persons"].to_numpy(), share, out=np.zeros(len(rows)), where=share > 0)
    return np.where(np.arange(longest)[None, :] < duration[:, None], entered, 0.0)


def _step(
    entered: Floats, retention: Floats, completion: Floats, duration: NDArray[np.int64], years: int
) -> tuple[Floats, Floats]:
    """float[offering, year] twice: those of `entered` still on roll, and those who complete, in each later year.

    Year index t = 0 is one autumn after the one `entered` was counted in.
    """
    n, longest = entered.shape
    enrolled, completed = np.zeros((n, years)), np.zeros((n, years))
    for k in range(longest):  # k: years since entry at the count
        for t in range(min(years, longest - k)):  # past the longest duration nobody is left
            age = k + 1 + t
            enrolled[:, t] += entered[:, k] * retention[:, age]
            completed[:, t] += np.where(duration == age, entered[:, k] * completion, 0.0)
    return enrolled, completed
