"""Rates of every offering, derived from what the bureau holds: fill, retention, completion, destinations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.case import Case

__all__ = ["destination_shares", "fill_rates", "stay_shares"]

Floats = NDArray[np.float64]
RECENT_YEARS = 3


def fill_rates(case: Case) -> pd.DataFrame:
    """Fill of every offering: fill and fill_basis, in the row order of the offerings table.

    registered / plan over the last three years before the first plan year, drawn towards the rate of its program, then of
    its level, by `fill_weight` persons of plan: (registered + w rate) / (plan + w). Pathway-fed lines have fill 1: whoever
    passes comes. A line without any history takes its program's rate, else its level's, else 1.
    """
    offerings = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program", how="left")
    history = case.table("intake_history")
    recent = history[history["year"].between(case.first_year - RECENT_YEARS, case.first_year - 1)]
    sums = recent.groupby("offering")[["plan", "registered"]].sum()
    frame = offerings[["offering", "program", "level", "entrant_group"]].join(sums, on="offering")
    direct = frame["entrant_group"].to_numpy() != ""
    plan = np.where(direct, frame["plan"].fillna(0.0), 0.0)
    came = np.where(direct, frame["registered"].fillna(0.0), 0.0)
    weight = case.settings.policy.fill_weight
    rate, basis = np.ones(len(frame)), np.full(len(frame), "one", dtype=object)
    for name, column in (("level", "level"), ("program", "program")):
        groups = pd.DataFrame({"g": frame[column], "p": plan, "c": came}).groupby("g")[["p", "c"]].transform("sum")
        base, arrived = groups["p"].to_numpy(), groups["c"].to_numpy()
        known = base > 0
        rate = np.where(known, (arrived + weight * rate) / np.where(known, base + weight, 1.0), rate)
        basis = np.where(known, name, basis)
    own = plan > 0
    rate = np.where(own, (came + weight * rate) / np.where(own, plan + weight, 1.0), rate)
    basis = np.where(own, "own", basis)
    return pd.DataFrame({"fill": np.where(direct, rate, 1.0), "fill_basis": np.where(direct, basis, "one")})


def stay_shares(case: Case, max_duration: int) -> Floats:
    """float[offering, max_duration]: share of those on roll in year of study g + 1 who go on to the next or complete.

    Derived from the roll where two successive autumns are known: sum of persons in grade g + 1 at t + 1 over sum in grade g
    at t, by program and grade, drawn towards the reference rate of the level by `fill_weight` persons. The last grade (who
    completes) and whatever the roll cannot tell take the reference rate; 1 where that is missing too.
    """
    offerings = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program", how="left")
    reference = case.table("retention")
    grades = np.arange(1, max_duration + 1)
    wide = reference.pivot(index="level", columns="grade", values="stay").reindex(columns=grades)
    base = wide.reindex(offerings["level"]).to_numpy(dtype=np.float64)
    base = np.where(np.isnan(base), 1.0, base)
    roll = case.table("roll").merge(offerings[["offering", "program"]], on="offering")
    if roll.empty:
        return base
    later = roll.assign(year=roll["year"] - 1, grade=roll["grade"] - 1)[["offering", "year", "grade", "persons"]]
    pairs = roll.merge(later, on=["offering", "year", "grade"], suffixes=("", "_later"))
    sums = pairs.groupby(["program", "grade"])[["persons", "persons_later"]].sum().reset_index()
    weight = case.settings.policy.fill_weight

    def spread(column: str) -> Floats:
        table = sums.pivot(index="program", columns="grade", values=column).reindex(columns=grades)
        return np.asarray(np.nan_to_num(table.reindex(offerings["program"]).to_numpy(dtype=np.float64)))

    before, after = spread("persons"), np.minimum(spread("persons_later"), spread("persons"))
    known = before > 0
    rate = np.where(known, (after + weight * base) / np.where(known, before + weight, 1.0), base)
    last = offerings["duration"].to_numpy()[:, None] == grades[None, :]
    return np.where(last, base, np.clip(rate, 0.0, 1.0))


def destination_shares(case: Case) -> pd.DataFrame:
    """progression_outside and local_retention of every offering, in the row order of the offerings table.

    From the outcomes of its school and program over the last three years where known, drawn towards the reference of its
    level by `fill_weight` persons: outside / (graduates - further study inside), local / employed; else the reference;
    else 0 and 1.
    """
    offerings = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program", how="left")
    reference = case.table("destinations").set_index("level")[["progression_outside", "local_retention"]]
    base = reference.reindex(offerings["level"]).to_numpy(dtype=np.float64)
    outside = np.where(np.isnan(base[:, 0]), 0.0, base[:, 0])
    local = np.where(np.isnan(base[:, 1]), 1.0, base[:, 1])
    outcomes = case.table("outcomes")
    recent = outcomes[outcomes["year"].between(case.first_year - RECENT_YEARS, case.first_year - 1)]
    inside = (recent["further_study"] - recent["outside"]).clip(lower=0.0)
    rows = recent.assign(stayers=(recent["graduates"] - inside).where(recent["outside"].notna()))
    rows = rows.assign(
        work=rows["employed"].where(rows["local"].notna()), home=rows["local"].where(rows["employed"].notna())
    )
    rows = rows.assign(out=rows["outside"].where(rows["stayers"].notna()))
    sums = rows.groupby(["school", "program"])[["out", "stayers", "home", "work"]].sum(min_count=1)
    own = offerings[["school", "program"]].join(sums, on=["school", "program"])
    weight = case.settings.policy.fill_weight

    def drawn(part: str, whole: str, towards: Floats) -> Floats:
        share = (own[part] + weight * towards) / (own[whole] + weight)
        return np.asarray(np.clip(share.fillna(pd.Series(towards)).to_numpy(dtype=np.float64), 0.0, 1.0))

    return pd.DataFrame(
        {"progression_outside": drawn("out", "stayers", outside), "local_retention": drawn("home", "work", local)}
    )
