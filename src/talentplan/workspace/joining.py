"""Rows that became the same when merged codes were read under one: how each table joins them.

Within one table no two rows count the same person, so counts and shares of employment add up. A link of the crosswalk
is as strong as the strongest of those it replaces: relevance prices a placement and never multiplies persons. Rates
(education mix, hours, wages) are those of the new code where it has rows of its own, else the plain mean over the old
codes, whose weights nobody states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say, show
from talentplan.workspace.dictionary import load_dictionary

__all__ = ["join"]

Mask = NDArray[np.bool_]
SUMS = {
    "openings": ["persons"],
    "external_supply": ["persons"],
    "vacancies": ["wanted", "hired"],
    "staffing": ["share"],
    "outcomes": ["graduates", "further_study", "outside", "employed", "related", "local"],
    "intake_history": ["plan", "admitted", "registered"],
    "roll": ["persons"],
}
"""Columns that add up; a sum with an unknown part is unknown."""
RATES = {"education_mix": "occupation", "needs": "program"}
"""Tables of rates, and the code whose rows are one whole."""


def join(records: Records, old: pd.DataFrame) -> tuple[Records, int, list[Problem]]:
    """A table with rows of the same key joined, how many rows fewer it has, and what cannot be joined.

    records: after reading under new codes. old: its rows before, position by position.
    """
    name, count = records.spec.name, len(records.data)
    if name == "offerings":
        return _same_lines(records, old)
    if name in ("education_mix", "external_supply"):
        apart = _dated_apart(records, old)
        if apart:
            return records.doubted("year", np.ones(count, dtype=bool)), 0, apart
    if name in RATES:
        records, old = _own_rates(records, old, RATES[name])
    same = _same(records, old)
    if same.any():
        records = _joined(records, old, same)
    return records, count - len(records.data), []


def _moved(records: Records, old: pd.DataFrame) -> Mask:
    """bool[row]: rows whose key changed."""
    key = list(records.spec.key)
    return np.asarray((records.data[key] != old[key]).any(axis=1), dtype=bool)


def _same(records: Records, old: pd.DataFrame) -> Mask:
    """bool[row]: rows that share their key with another one, and did not before.

    Rows that were the same before are a fault of the file, which the check of keys reports.
    """
    key = list(records.spec.key)
    sound, data = records.sound(*key), records.data
    before = old[key].duplicated(keep=False).to_numpy() | ~sound
    group = data.groupby(key, sort=False).ngroup()
    fault = group.isin(group[before]).to_numpy()
    touched = group.isin(group[_moved(records, old)]).to_numpy()
    return np.asarray(data[key].duplicated(keep=False).to_numpy() & touched & ~fault, dtype=bool)


def _joined(records: Records, old: pd.DataFrame, same: Mask) -> Records:
    how: dict[str, Callable[[pd.DataFrame, list[str]], pd.DataFrame]] = {
        "crosswalk": _strongest, "education_mix": _mix, "needs": _hours, "wages": _wages
    }  # fmt: skip
    name, key = records.spec.name, list(records.spec.key)
    if name not in SUMS and name not in how:
        return records
    rows = records.data[same].assign(**{f"old {c}": old.loc[same, c] for c in key}, moved=_moved(records, old)[same])
    rows = rows.sort_values([f"old {c}" for c in key])  # so that sums do not depend on the order of the file
    new = _summed(rows, key, SUMS[name]) if name in SUMS else how[name](rows, key)
    first = np.flatnonzero(same & ~records.data.duplicated(key).to_numpy())
    rest = np.flatnonzero(~same)
    new = records.data.iloc[first][key].merge(new, on=key, how="left")[records.spec.names]
    new = new.astype({c.name: c.dtype for c in records.spec.columns})
    place = np.concatenate([rest, first])
    return replace(
        records,
        data=pd.concat([records.data.iloc[rest], new], ignore_index=True),
        origin=records.origin.iloc[place].reset_index(drop=True),
        doubt={c: d[place] for c, d in records.doubt.items()},
    )


def _sources(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Basis and source of joined rows: the weakest basis, every source once."""
    words = load_dictionary()["crosswalk"].column("basis").values  # from the strongest to the weakest
    grouped = rows.assign(weak=rows["basis"].map(words.index)).groupby(key, sort=False)
    return pd.DataFrame({
        "basis": grouped["weak"].max().map(dict(enumerate(words))),
        "source": grouped["source"].agg(lambda texts: "；".join(sorted({t for t in texts if t}))),
    })  # fmt: skip


def _summed(rows: pd.DataFrame, key: list[str], columns: list[str]) -> pd.DataFrame:
    grouped = rows.groupby(key, sort=False)
    total = grouped[columns].sum().where(grouped[columns].count().eq(grouped.size(), axis=0))
    if "wage" in rows:  # of outcomes: the mean over graduates
        known = rows.assign(graduates=rows["graduates"].where(rows["wage"].notna()))
        known["paid"] = known["wage"] * known["graduates"]
        sums = known.groupby(key, sort=False)[["paid", "graduates"]].sum()
        total["wage"] = sums["paid"] / sums["graduates"].where(sums["graduates"] > 0)
    return total.join(_sources(rows, key)).reset_index()


def _strongest(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The link of greatest relevance, with its evidence, version and source; under-qualified allowed if any allows."""
    ranked = rows.sort_values(["relevance", *(f"old {c}" for c in key)], ascending=[False, *([True] * len(key))])
    best = ranked.drop_duplicates(key).drop(columns="under_qualified_ok")
    allowed = rows.groupby(key, sort=False)["under_qualified_ok"].any().reset_index()
    return best.merge(allowed, on=key)


def _mix(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Shares summed (they are divided before, see _own_rates), graduate shares weighted by them."""
    rows = rows.assign(filled=rows["share"] * rows["graduate_share"])
    found = rows.groupby(key, sort=False).agg(
        share=("share", "sum"), filled=("filled", "sum"), plain=("graduate_share", "mean")
    )
    positive = found["share"] > 0
    found["graduate_share"] = (found["filled"] / found["share"].where(positive)).where(positive, found["plain"])
    return found.join(_sources(rows, key)).reset_index()


def _hours(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Hours summed (they are divided before, see _own_rates)."""
    return _summed(rows, key, ["hours"])


def _wages(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The wage of the new code's own row, else the mean of the old ones."""
    own = rows.groupby(key, sort=False)["moved"].transform(lambda moved: ~moved.all())
    kept = rows[~(own & rows["moved"])]
    mean = kept.groupby(key, sort=False)[["wage"]].mean()
    return mean.join(_sources(kept, key)).reset_index()


def _own_rates(records: Records, old: pd.DataFrame, code: str) -> tuple[Records, pd.DataFrame]:
    """Old rows left out where the new code has its own, else divided by the number of old codes that become one."""
    moved = (records.data[code] != old[code]).to_numpy()
    own = set(records.data.loc[~moved, code])
    keep = ~(moved & records.data[code].isin(own).to_numpy())
    records, old = records.kept(keep), old[keep].reset_index(drop=True)
    data = records.data
    codes = old[code].groupby(data[code]).transform("nunique").to_numpy()
    value = "share" if records.spec.name == "education_mix" else "hours"
    return replace(records, data=data.assign(**{value: data[value] / codes})), old


def _dated_apart(records: Records, old: pd.DataFrame) -> list[Problem]:
    """Codes that become one while one of them holds for every year and another only for some: neither sum nor mean."""
    code, data = "occupation", records.data
    moved = (data[code] != old[code]).to_numpy()
    touched = data[code].isin(data.loc[moved, code]).to_numpy()
    frame = pd.DataFrame({"new": data[code], "old": old[code], "year": data["year"]})[touched]
    if records.spec.name == "education_mix":  # where the new code has rows of its own, the old ones are left out
        frame = frame[~frame["new"].isin(data.loc[~moved, code])]
    problems = []
    rule = Say(
        "合并成一个代码的各行必须年份相同（0 表示各年）",
        "rows that a merger joins must be for the same years (0 stands for every year)",
    )
    for new, rows in frame.groupby("new", sort=True):
        years = {frozenset(part["year"]) for _, part in rows.groupby("old")}
        if len(years) > 1 and 0 in set(rows["year"]):
            i = int(rows.index.max())
            repair = Say(f"直接按新代码 {new} 填写", f"write the rows for the new code {new}")
            problems.append(records.problem(i, "year", show(data["year"].iloc[i]), rule, repair))
    return problems


def _same_lines(records: Records, old: pd.DataFrame) -> tuple[Records, int, list[Problem]]:
    """Two lines of a school that a merger of programs makes the same: which of them stays is not guessed."""
    names = list(records.spec.unique[0])
    sound = records.sound(*names)
    again = records.data[names].duplicated().to_numpy() & ~old[names].duplicated().to_numpy() & sound
    rule = Say(
        "专业合并后，同一院校的两个计划行变成了同一行",
        "after the merger of programs no two lines may be the same school, program, track and entrant group",
    )
    problems = []
    firsts: Any = records.data.groupby(names, sort=False)["offering"].transform("first")
    for i in np.flatnonzero(again):
        line, first = records.data["offering"].iloc[i], firsts.iloc[i]
        repair = Say(
            f"与 {first} 相同：在 code_changes 中加一行“计划行 {line} → {first}”，历年数据随之相加；或更正其一",
            f"it is the same as {first}: add a row offering, {line}, {first} to code_changes, so that their history adds "
            "up, or correct one of the two",
        )
        problems.append(records.problem(int(i), "program", old["program"].iloc[i], rule, repair))
    return records.doubted("program", again), 0, problems
