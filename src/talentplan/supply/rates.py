"""Rates of every offering, derived from what the bureau holds: fill, retention, completion, destinations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.case import Case

__all__ = ["destination_shares", "fill_rates", "repeat_shares", "stay_shares"]

Floats = NDArray[np.float64]
RECENT_YEARS = 3
KEY = ["offering", "year", "grade"]


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


def repeat_shares(case: Case, longest: int) -> Floats:
    """float[offering, grade]: share of those on roll in year of study g + 1 who repeat it, by level; 0 where not stated."""
    return _by_level(case, "repeat", longest, np.zeros((1, longest)))


def stay_shares(case: Case, repeat: Floats, moves: pd.DataFrame) -> Floats:
    """float[offering, grade]: share of those in year of study g + 1 who complete or go on, in the same line or another.

    Derived from the roll where two successive autumns are known: sum of persons in grade g + 1 at t + 1 over sum in grade g
    at t, by program and grade, drawn towards the reference rate of the level by `fill_weight` persons. Those who only repeat
    grade g + 1 or came from another line do not count as having gone on, those who left for another line do. The last
    grade (who completes) and whatever the roll cannot tell take the reference rate; 1 - repeat where that is missing too.

    repeat: float[offering, grade]; moves: source, target, grade, share, as in `Grades`.
    """
    offerings = case.table("offerings")
    grades = np.arange(1, repeat.shape[1] + 1)
    base = _by_level(case, "stay", len(grades), 1.0 - repeat)
    roll = case.table("roll").merge(offerings[["offering", "program"]], on="offering")
    if roll.empty:
        return base
    later = roll.assign(year=roll["year"] - 1, grade=roll["grade"] - 1)[["offering", "year", "grade", "persons"]]
    pairs = roll.merge(later, on=["offering", "year", "grade"], suffixes=("", "_later"))
    pairs["persons_later"] += _changed_lines(offerings["offering"], roll, pairs, moves) - _repeaters(
        offerings["offering"], roll, pairs, repeat
    )
    sums = pairs.groupby(["program", "grade"])[["persons", "persons_later"]].sum().reset_index()
    weight = case.settings.policy.fill_weight

    def spread(column: str) -> Floats:
        table = sums.pivot(index="program", columns="grade", values=column).reindex(columns=grades)
        return np.asarray(np.nan_to_num(table.reindex(offerings["program"]).to_numpy(dtype=np.float64)))

    before = spread("persons")
    after = np.clip(spread("persons_later"), 0.0, before)
    known = before > 0
    rate = np.where(known, (after + weight * base) / np.where(known, before + weight, 1.0), base)
    last = offerings["duration"].to_numpy()[:, None] == grades[None, :]
    return np.where(last, base, np.clip(rate, 0.0, 1.0 - repeat))


def _by_level(case: Case, column: str, longest: int, missing: Floats) -> Floats:
    """float[offering, grade]: a column of the retention table by the level of each offering."""
    level = case.table("offerings")["program"].map(case.table("programs").set_index("program")["level"])
    wide = case.table("retention").pivot(index="level", columns="grade", values=column)
    found = wide.reindex(columns=np.arange(1, longest + 1)).reindex(level).to_numpy(dtype=np.float64)
    return np.where(np.isnan(found), missing, found)


def _repeaters(codes: pd.Series, roll: pd.DataFrame, pairs: pd.DataFrame, repeat: Floats) -> Floats:
    """float[pair]: of those in the next year of study a year later, who were in it already."""
    known = roll.assign(grade=roll["grade"] - 1).set_index(KEY)["persons"]
    persons = known.reindex(pd.MultiIndex.from_frame(pairs[KEY])).fillna(0.0).to_numpy(dtype=np.float64)
    return np.asarray(repeat[pd.Index(codes).get_indexer(pairs["offering"]), pairs["grade"].to_numpy()] * persons)


def _changed_lines(codes: pd.Series, roll: pd.DataFrame, pairs: pd.DataFrame, moves: pd.DataFrame) -> Floats:
    """float[pair]: who left for another line less who came from one, by the stated shares of those on roll."""
    if moves.empty:
        return np.zeros(len(pairs))
    named = moves.assign(**{end: codes.to_numpy()[moves[end].to_numpy()] for end in ("source", "target")})
    found = named.merge(roll[[*KEY, "persons"]], left_on=["source", "grade"], right_on=["offering", "grade"])
    persons = found["share"] * found["persons"]
    net = pd.concat([found.assign(offering=found["source"], persons=persons),
                     found.assign(offering=found["target"], persons=-persons)]).groupby(KEY)["persons"].sum()  # fmt: skip
    return np.asarray(net.reindex(pd.MultiIndex.from_frame(pairs[KEY])).fillna(0.0).to_numpy(dtype=np.float64))


def destination_shares(case: Case) -> pd.DataFrame:
    """progression_outside, seeks_work and local_retention of every offering, in the row order of the offerings table.

    From the outcomes of its school and program over the last three years where known, drawn towards the reference of its
    level by `fill_weight` persons: outside / (graduates - further study inside), local / employed; else the reference;
    else 0 and 1. seeks_work is the line's own, else 1: all of its completers look for a job.
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
        {
            "progression_outside": drawn("out", "stayers", outside),
            "seeks_work": case.table("offerings")["seeks_work"].fillna(1.0).to_numpy(dtype=np.float64),
            "local_retention": drawn("home", "work", local),
        }
    )
