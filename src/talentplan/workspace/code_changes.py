"""Old codes read under the new ones: programs, occupations and plan lines that were renamed or merged.

Every table that bears a code the table `code_changes` calls old is read under the new code, before anything is checked
or counted. A chain is followed to its end. Rows that become the same are joined (workspace/joining.py). A code that was
split is never guessed: each row that still bears it is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.case import Defaulted
from talentplan.workspace.cells import Records, Say
from talentplan.workspace.dictionary import TableSpec
from talentplan.workspace.joining import join

__all__ = ["Renewed", "newest_codes", "under_new_codes"]

KINDS = {"program": "programs", "occupation": "occupations", "offering": "offerings"}
"""Kind of code and the table that defines it."""
SHOWN = 5
"""Changes of one table that are named; the rest is counted."""

Tables = Mapping[str, Records]
Mask = NDArray[np.bool_]
Ends = Mapping[str, Mapping[str, int]]
"""Old code -> the codes it ends in, each with the year of the last step (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Tables without old codes, what was read anew (for page one), and what cannot be."""

    tables: Tables
    said: tuple[Defaulted, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Column:
    """What was found in one column: rows read anew, by old code, and the problems."""

    kind: str
    read: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def newest_codes(tables: Tables) -> dict[str, dict[str, str]]:
    """The new code of every old one that ends in exactly one, by the table that defines the codes."""
    if (changes := tables.get("code_changes")) is None:
        return {}
    ends, _ = _ends(changes)
    return {
        KINDS[kind]: {old: next(iter(new)) for old, new in found.items() if len(new) == 1}
        for kind, found in ends.items()
    }


def under_new_codes(tables: Tables) -> Renewed:
    """Every table read under the newest codes, with a sentence for each table that changed.

    Reading twice changes nothing: what was read anew bears no old code any more, and what cannot be is found again.
    """
    changes = tables.get("code_changes")
    if changes is None or changes.data.empty:
        return Renewed(tables)
    ends, problems = _ends(changes)
    known = {kind: _defined(tables.get(table), ends.get(kind, {})) for kind, table in KINDS.items()}
    whole, said = dict(tables), []
    for name, records in tables.items():
        if name == "code_changes" or records.data.empty:
            continue
        whole[name], columns, joined, more = _renew(records, ends, known)
        problems += more
        found = [c for c in columns if c.read]
        if found:
            said.append(_say(records.spec, found, ends, joined))
    return Renewed(whole, tuple(said), tuple(problems))


def _ends(changes: Records) -> tuple[dict[str, Ends], list[Problem]]:
    """Where every old code ends, kind by kind, and the rows that lead in a circle, which are left out."""
    sound = changes.sound("kind", "old_code", "new_code")
    data = changes.data
    before, after = ((data["kind"] + "\0" + data[c]).to_numpy() for c in ("old_code", "new_code"))
    circle = sound.copy()
    while circle.any():  # take away changes that begin or end in nothing, until only circles are left
        inner = circle & np.isin(before, after[circle]) & np.isin(after, before[circle])
        if np.array_equal(inner, circle):
            break
        circle = inner
    rule = Say("代码变更不得首尾相接成环", "changes of codes must not run in a circle")
    repair = Say(
        "删去或更正其中一条；新代码与旧代码不得相同",
        "delete or correct one of them; old and new code must differ",
    )
    problems = changes.problems(np.flatnonzero(circle), "old_code", rule, repair)
    ends: dict[str, Ends] = {}
    steps: dict[str, dict[str, dict[str, int]]] = {}
    used = data[sound & ~circle]
    for kind, old, new, year in zip(used["kind"], used["old_code"], used["new_code"], used["year"], strict=True):
        steps.setdefault(kind, {}).setdefault(old, {})[new] = int(year)
    for kind, found in steps.items():
        while any(new in found for news in found.values() for new in news):
            for old, news in list(found.items()):
                found[old] = {end: y for new, year in news.items() for end, y in found.get(new, {new: year}).items()}
        ends[kind] = found
    return ends, problems


def _defined(records: Records | None, ends: Ends) -> set[str] | None:
    """The codes that the defining table will hold; None where it is not there to tell."""
    if records is None or records.absent or records.data.empty:
        return None
    codes = records.data[records.spec.key[0]]
    return {next(iter(ends[c])) if len(ends.get(c, ())) == 1 else c for c in codes}


def _kind(spec: TableSpec, column: str) -> str | None:
    """Whose code a column holds, its own or one it refers to."""
    refers = spec.column(column).ref
    for kind, table in KINDS.items():
        if refers == table or (spec.name == table and column == spec.key[0]):
            return kind
    return None


def _renew(
    records: Records, ends: Mapping[str, Ends], known: Mapping[str, set[str] | None]
) -> tuple[Records, list[_Column], int, list[Problem]]:
    """One table under the newest codes, what was read anew by column, how many rows were joined, and the problems."""
    spec, old = records.spec, records.data
    columns: list[_Column] = []
    for name in spec.names:
        kind = _kind(spec, name)
        if kind is None or not ends.get(kind):
            continue
        column = _Column(kind)
        records = _read_anew(records, name, ends[kind], known[kind], column)
        columns.append(column)
    problems = [p for c in columns for p in c.problems]
    if not any(c.read for c in columns):
        return records, columns, 0, problems
    if spec.name in KINDS.values():
        records, old, more = _redefine(records, old)
        problems += more
    records, count, more = join(records, old)
    return records, columns, count, problems + more


def _read_anew(records: Records, name: str, ends: Ends, known: set[str] | None, column: _Column) -> Records:
    """One column with its old codes replaced; a cell whose new code is not certain is reported and left."""
    values = records.data[name]
    old = values.isin(list(ends)).to_numpy() & records.sound(name)
    if not old.any():
        return records
    single = {code: next(iter(new)) for code, new in ends.items() if len(new) == 1}
    certain = {code: new for code, new in single.items() if known is None or new in known}
    read = old & values.isin(list(certain)).to_numpy()
    column.read = {str(code): int(n) for code, n in values[read].value_counts().items()}
    for i in np.flatnonzero(old & ~read):
        code = str(values.iloc[i])
        if code in single:
            column.problems.append(_undefined(records, int(i), name, code, single[code], KINDS[column.kind]))
        else:
            column.problems.append(_split(records, int(i), name, code, sorted(ends[code])))
    data = records.data.assign(**{name: values.where(~read, values.map(certain))})
    return records.doubted(name, old & ~read, data)


def _split(records: Records, i: int, name: str, code: str, new: list[str]) -> Problem:
    rule = Say(
        "旧代码已拆分为几个新代码，须指明是哪一个（见 code_changes）",
        "the code was split into several; the row must say which of them it means (see code_changes)",
    )
    repair = Say("改为其中之一：" + "、".join(new), "write one of " + ", ".join(new))
    return records.problem(i, name, code, rule, repair)


def _undefined(records: Records, i: int, name: str, code: str, new: str, table: str) -> Problem:
    rule = Say(
        f"按 code_changes 应读作 {new}，而 {new} 不在 {table} 表中",
        f"is read as {new} (see code_changes), which must be a code of the table {table}",
    )
    repair = Say(f"在 {table} 表中补上 {new}，或更正 code_changes", f"add {new} to {table}, or correct code_changes")
    return records.problem(i, name, code, rule, repair)


def _redefine(records: Records, old: pd.DataFrame) -> tuple[Records, pd.DataFrame, list[Problem]]:
    """A table that defines codes: a row of an old code gives way to the row of the new one, or becomes it."""
    key, spec = records.spec.key[0], records.spec
    moved = (records.data[key] != old[key]).to_numpy()
    own = set(records.data.loc[~moved, key])
    superseded = moved & records.data[key].isin(own).to_numpy()
    alone = ~records.data[key].where(moved & ~superseded).duplicated(keep=False).to_numpy()
    unclear = moved & ~superseded & ~alone
    rule = Say(
        "几个旧代码合并成的新代码必须有自己的一行",
        "a new code into which several old ones were merged must have a row of its own",
    )
    problems = []
    for i in np.flatnonzero(unclear):
        new = records.data[key].iloc[i]
        repair = Say(
            f"在“{spec.zh}”表中补上 {new} 一行，旧行可以留着",
            f"add a row for {new}; the rows of the old codes may stay",
        )
        problems.append(records.problem(int(i), key, old[key].iloc[i], rule, repair))
    keep = ~superseded & ~(unclear & records.data[key].duplicated().to_numpy())
    return records.kept(keep), old[keep].reset_index(drop=True), problems


def _say(spec: TableSpec, columns: list[_Column], ends: Mapping[str, Ends], joined: int) -> Defaulted:
    """What was read anew in one table, as a sentence."""
    steps: list[str] = []
    for column in columns:
        for code in sorted(column.read):
            [(new, year)] = ends[column.kind][code].items()
            steps.append(f"{code} → {new}" + (f" ({year})" if year else ""))
    steps = sorted(set(steps))
    rows, more = sum(sum(c.read.values()) for c in columns), len(steps) - SHOWN
    zh, en = "、".join(steps[:SHOWN]), ", ".join(steps[:SHOWN])
    if more > 0:
        zh, en = f"{zh} 等 {len(steps)} 项", f"{en} and {more} more"
    zh = f"“{spec.zh}”有 {rows} 处旧代码按新代码读取：{zh}"
    en = f"{spec.en}: {rows} old code{'s' if rows > 1 else ''} read under the new one: {en}"
    if joined:
        zh += f"；因此相同的行合并，少了 {joined} 行"
        en += f"; rows that became the same were joined, {joined} fewer"
    return Defaulted(spec.name, zh, en)
