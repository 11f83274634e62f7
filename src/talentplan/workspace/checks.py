"""What must hold across rows and tables. Each check returns its problems; none raises, none prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say, show, table_problem
from talentplan.workspace.dictionary import ColumnSpec
from talentplan.workspace.meaning import MEANINGS
from talentplan.workspace.meaning_layout import LAYOUT_MEANINGS

__all__ = ["check_all", "check_keys", "check_order", "check_presence", "check_references"]

Tables = Mapping[str, Records]
GIVEN_INSTEAD = {"industries", "employment"}
"""Tables that nobody needs where the openings are given from outside."""


def check_all(openings: str, tables: Tables) -> list[Problem]:
    """Every problem of every table, table by table. openings: the setting `forecast.openings`."""
    problems = check_presence(openings, tables)
    for records in tables.values():
        problems += check_keys(records)
        problems += check_order(records)
        problems += check_references(records, tables)
    for check in (*MEANINGS, *LAYOUT_MEANINGS):
        problems += check(tables)
    return problems


def check_presence(openings: str, tables: Tables) -> list[Problem]:
    """Tables without which no plan can be made."""
    given = openings == "given"
    problems = []
    for name, records in tables.items():
        needed = records.spec.missing == "error" and not (given and name in GIVEN_INSTEAD)
        if (needed or (given and name == "openings")) and not records.absent and records.data.empty:
            spec = records.spec
            rule = Say(f"必须提供“{spec.zh}”表（{name}）", f"the table {name} ({spec.en}) must be given and have rows")
            repair = Say(f"补上该表：{spec.row_zh or spec.zh}，一行一项", f"add it; one row is {spec.row}")
            problems.append(table_problem(spec, records.file or name, rule, repair, sheet=records.sheet))
    return problems


def check_keys(records: Records) -> list[Problem]:
    """No two rows with the same key, or with the same values in a unique set of columns."""
    problems = []
    for columns in (records.spec.key, *records.spec.unique):
        names = list(columns)
        sound = np.flatnonzero(records.sound(*names))
        rows = records.data.iloc[sound][names]
        again = rows.duplicated().to_numpy()
        if not again.any():
            continue
        numbered = rows.assign(first=sound).groupby(names, sort=False)["first"].transform("first").to_numpy()
        labels = [records.spec.column(n) for n in names]
        rule = Say(
            "、".join(c.zh for c in labels) + "不得重复",
            "no two rows may have the same " + ", ".join(names),
        )
        for i, first in zip(sound[again], numbered[again], strict=True):
            row = records.origin["row"].iloc[first]
            value = " / ".join(show(v) for v in records.data.iloc[i][names])
            repair = Say(
                f"与第 {row} 行重复，删去或更正其一", f"it repeats row {row}; delete or correct one of the two"
            )
            problems.append(records.problem(int(i), names[0] if len(names) == 1 else names[-1], value, rule, repair))
    return problems


def check_order(records: Records) -> list[Problem]:
    """Columns that may not exceed another column of the same row (`at_most` in the dictionary)."""
    problems = []
    for c in records.spec.columns:
        if c.at_most is None or records.data.empty:
            continue
        other = records.spec.column(c.at_most)
        low, high = (records.data[n].to_numpy(np.float64) for n in (c.name, other.name))
        broken = (low > high * (1 + 1e-9)) & records.sound(c.name, other.name)
        rule = Say(f"不得大于“{other.zh}”", f"must be <= {other.name}")
        for i in np.flatnonzero(broken):
            repair = Say(
                f"{other.zh}为 {show(high[i])}，更正其一", f"{other.name} is {show(high[i])}; correct one of the two"
            )
            problems.append(records.problem(int(i), c.name, show(low[i]), rule, repair))
    return problems


def check_references(records: Records, tables: Tables) -> list[Problem]:
    """Codes that must stand in another table."""
    problems = []
    for c in records.spec.columns:
        if c.ref is None or records.data.empty:
            continue
        target = tables[c.ref]
        if target.absent or (target.data.empty and target.spec.missing == "error"):
            continue
        known = target.data[target.spec.key[0]]
        values = records.data[c.name]
        unknown = ~values.isin(known).to_numpy() & records.sound(c.name)
        if not c.required:
            unknown &= values.to_numpy() != c.default
        doubtful = int((~target.sound(target.spec.key[0])).sum())
        if values[unknown].nunique() > doubtful:  # else they may mean the rows whose code is already reported
            problems += _unknown_codes(records, c, target, np.flatnonzero(unknown))
    return problems


def _unknown_codes(records: Records, c: ColumnSpec, target: Records, positions: np.ndarray) -> list[Problem]:
    known = target.data[target.spec.key[0]]
    spec = target.spec
    rule = Say(f"代码必须在“{spec.zh}”表中", f"must be a code of the table {spec.name}")
    values = records.data[c.name].to_numpy()
    repairs = {v: _suggest(v, known, spec.zh, spec.name) for v in pd.unique(values[positions])[:200]}
    plain = Say(f"更正代码，或在“{spec.zh}”表中补上", f"correct the code, or add it to {spec.name}")
    return [records.problem(int(i), c.name, values[i], rule, repairs.get(values[i], plain)) for i in positions]


def _bare(code: str) -> str:
    """A code without case, blanks and the kind of its strokes, which people mistake."""
    return re.sub(r"[\s‐-―－_-]+", "-", code.strip()).casefold().replace("-", "")


def _suggest(value: str, known: pd.Series[str], zh: str, en: str) -> Say:
    stripped = value.lstrip("0")
    for code in known:
        if stripped and code != value and code.lstrip("0") == stripped:
            return Say(f"是否指 {code}（前导零丢失）", f"did you mean {code} (leading zeros were lost)")
    alike = known[known.map(_bare) == _bare(value)]
    near = list(alike[:1]) or get_close_matches(value, list(known[:5000]), n=1, cutoff=0.75)
    if near:
        return Say(f"是否指 {near[0]}？否则在“{zh}”表中补上", f"did you mean {near[0]}? Otherwise add it to {en}")
    return Say(f"更正代码，或在“{zh}”表中补上", f"correct the code, or add it to {en}")
