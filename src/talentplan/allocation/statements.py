"""What the planner said, taken out of a program: limits and bounds as statements."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.ceilings import is_ceiling
from talentplan.errors import Place
from talentplan.program import Block, Followers, LinearProgram
from talentplan.workspace.keys import rows_at

__all__ = [
    "BY_YEAR", "DEFINITIONS", "FIRM", "Names", "Said", "as_stated", "constant", "followers", "in_every_year", "kin", "owners", "place_of", "places",
    "relieved", "row_at", "row_years", "rows_in", "said", "spelled_out",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOTHING = np.zeros(0, dtype=np.int64)
Names = tuple[Mapping[str, str], Mapping[str, str]]
# rows that only define quantities: persons, hours and yes-or-no decisions mean what they mean whatever anyone wishes
DEFINITIONS = frozenset({
    "seats", "promise", "completers", "local_supply", "openings", "enrolled_is", "load_is", "running_since",
    "spent_recurrent_is", "recruits", "opened_if", "opened_before", "opens_once", "closed_if", "closes_once",
    "begun_once", "begun_before", "leads_once", "leads_before",
    "merged_out_if", "merged_in_if", "merged_in_had", "merged_in_least", "merged_no_fall", "merged_means_zero", "merged_runs", "merges_once",
    "taught_out_among_passed", "taught_out_if_idle", "taught_out_promised_before", "lapsed_if_idle", "taught_out_promised",
    "class_least", "class_most", "class_step", "room_for_passed", "change", "earmarked_money", "specialists_among_hired",
    "closed_means_zero", "changed_if", "class_bound",
    "orders", "orders_passed_share", "orders_passed_among",
    "program_opens_if", "relieved_if", "rises_by_a_class", "falls_by_a_class", "rises_or_falls",
})  # fmt: skip
FIRM = frozenset(
    {"open_or_closed", "stays_open"}
)  # named in a conflict, but what closes and opens is not for a repair to say
BY_YEAR = frozenset({"open_or_closed", "stays_open", "up", "down"})  # said of all lines, year by year
BY_ROW = frozenset({"entrants", "recurrent_budget", "investment_budget"})  # every year has a figure of its own
NOT_PLACES = frozenset({"zh", "en", "constant", "rule", "source"})


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: rows of the program that are said together."""

    kind: str
    rows: Ints


def spelled_out(program: LinearProgram) -> LinearProgram:
    """The same program with stated bounds of columns as rows of their own, and without what can never stand in the way.

    Completers who find no opening stay unplaced, openings nobody fills are a shortage, and order classes ask for no more than
    there is of either, so that the balance stops no plan: its rows are let go and its columns held at 0, unless other rows
    use them too.
    """
    m, n = program.matrix.shape
    lower, upper, rows, at = program.lower.copy(), program.upper.copy(), dict(program.rows), m
    for block in program.stated.values():
        lower[block.columns[np.isfinite(block.lower)]] = 0.0
        upper[block.columns[np.isfinite(block.upper)]] = np.inf
        rows[block.name] = Block(block.name, at, block.labels, block.sentence)
        at += len(block.columns)
    if "units_max" in rows:  # the row says it for every year
        upper[program.columns["bought"].positions] = np.inf
    columns = np.concatenate([NOTHING, *(b.columns for b in program.stated.values())])
    low = np.concatenate([program.row_lower, *(b.lower for b in program.stated.values())])
    high = np.concatenate([program.row_upper, *(b.upper for b in program.stated.values())])
    picker = sp.csc_array((np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=(len(columns), n))
    balance = [program.rows[k].positions for k in ("local_supply", "openings", "orders") if k in program.rows]
    idle = [program.columns[k].positions for k in ("placed", "unplaced", "shortage") if k in program.columns]
    if balance and idle:
        own, held = np.concatenate(balance), np.concatenate(idle)
        if np.isin(program.matrix[:, held].indices, own).all():
            low[own], high[own] = -np.inf, np.inf
            lower[held] = upper[held] = 0.0
    return dataclasses.replace(
        program, lower=lower, upper=upper, row_lower=low, row_upper=high, rows=rows,
        matrix=sp.csc_array(sp.vstack([program.matrix, picker], format="csc")),
    )  # fmt: skip


def said(program: LinearProgram) -> list[Said]:
    """Every statement of a program that `spelled_out` gave: what is left out first when the smallest set is sought comes first.

    Later years come before earlier ones and limits of many lines before those of the whole region.
    """
    found = [
        s
        for name, block in program.rows.items()
        if name.partition(":")[0] not in DEFINITIONS and len(block)  # rows of a rule bear its id behind a colon
        for s in _of(program, block)
    ]
    size = {s.kind: 0 for s in found}
    for one in found:
        size[one.kind] += len(one.rows)
    year = row_years(program)
    return sorted(found, key=lambda s: (-year[s.rows[0]], -size[s.kind], s.rows[0]))


def row_years(program: LinearProgram) -> Ints:
    """int[row]: the year that a row is about, 0 where it names none."""
    year = np.zeros(program.matrix.shape[0], dtype=np.int64)
    for block in program.rows.values():
        if "year" in block.labels:
            year[block.positions] = block.labels["year"]
    return year


def kin(program: LinearProgram, one: Said) -> str:
    """What statements have in common that differ in their years alone: the kind, and of whom it is said unless of all lines."""
    if one.kind in BY_YEAR:
        return one.kind
    block = program.row_block(int(one.rows[0]))
    of = block.index.iloc[one.rows - block.start][owner_columns(block)].drop_duplicates()
    return "\t".join([one.kind, *of.astype(str).to_numpy().ravel()])


def as_stated(program: LinearProgram, one: Said) -> Said:
    """What is said of some owners, in all years that were stated at once."""
    return one if one.kind in BY_YEAR or one.kind in BY_ROW else in_every_year(program, one)


def in_every_year(program: LinearProgram, one: Said) -> Said:
    """What a block says of the same owners in all years, of all of them where it is said of all lines, year by year."""
    block = program.row_block(int(one.rows[0]))
    of = owner_columns(block)
    if not of or one.kind in BY_YEAR:
        return Said(one.kind, block.positions)
    own = block.index.iloc[one.rows - block.start][of].drop_duplicates()
    rows = own.merge(block.index[of].assign(row=block.positions), on=of)["row"].to_numpy(dtype=np.int64)
    return Said(one.kind, np.sort(rows))


def _of(program: LinearProgram, block: Block) -> list[Said]:
    """What a block says: of all lines at once, of lines year by year, row by row, or of each owner over its years."""
    stated = program.stated.get(block.name)
    if stated is not None and stated.together[0] and block.name not in BY_YEAR:
        return [Said(block.name, block.positions)]
    if block.name in BY_YEAR:
        key = block.index[["year"]]
    elif block.name in BY_ROW:
        return [Said(block.name, np.array([row], dtype=np.int64)) for row in block.positions]
    else:
        key = block.index[owner_columns(block)]
    number = key.astype(str).agg("\t".join, axis=1) if len(key.columns) else pd.Series("", index=key.index)
    groups = pd.Series(block.positions).groupby(number.to_numpy(), sort=False)
    return [Said(block.name, np.asarray(rows, dtype=np.int64)) for _, rows in groups]


def owner_columns(block: Block) -> list[str]:
    """Index columns that say of whom or what a limit is, without the year."""
    return [str(k) for k in block.index if k not in ("year", "constant")]


def followers(program: LinearProgram) -> Followers:
    """Rows of a program that `spelled_out` gave which carry how far a number can reach, and whose limits that follows from.

    A line that may grow, or grow to, more than stated also reaches more where closing (`closed_means_zero`), changes
    (`changed_if`), openings (`opened_if`, `opened_before`) and classes (`class_bound`) are counted; an investment that may be
    bought more often, where its first unit (`begun_before`) and its leader (`leads_before`) are. So do the rows beside a limit that
    those on roll break (`relieved`).
    """
    ceilings = [k for k in program.stated if is_ceiling(k)]
    rows, parents = [NOTHING], [NOTHING]
    for follower, kinds, since in (
        ("closed_means_zero", ["up"], True),
        ("changed_if", ["up", "down", *ceilings], False),
        ("opened_if", ["max_plan", "classes_max"], False),
        ("opened_before", ["max_plan", "classes_max"], False),
        ("class_bound", ["classes_max"], False),
    ):
        for kind in kinds if follower in program.rows else []:
            if kind not in program.stated:
                continue
            own, of = (_numbered(program.rows[name]) for name in (follower, kind))
            pairs = own.merge(of, on=["offering"] if since else ["offering", "year"], suffixes=("", "_of"))
            if since:
                pairs = pairs[pairs["year_of"] <= pairs["year"]]
            rows.append(pairs["row"].to_numpy(dtype=np.int64))
            parents.append(pairs["row_of"].to_numpy(dtype=np.int64))
    for follower in ("begun_before", "leads_before") if "units_max" in program.rows else ():
        if follower in program.rows:
            later, most = program.rows[follower], program.rows["units_max"]
            rows.append(later.positions)
            parents.append(most.start + rows_at([most.labels["investment"]], [later.labels["investment"]]))
    beside = relieved(program)
    return Followers(np.concatenate([*rows, beside.rows]), np.concatenate([*parents, beside.parents]))


def relieved(program: LinearProgram) -> Followers:
    """Rows `relieved_if` beside the rows of the limit that those on roll before the plan break."""
    rows, parents = [NOTHING], [NOTHING]
    for name, block in program.rows.items():
        kind, _, of = name.partition(":")
        if kind == "relieved_if":
            limit, keys = program.rows[of], list(block.labels)
            rows.append(block.positions)
            parents.append(limit.start + rows_at([limit.labels[k] for k in keys], [block.labels[k] for k in keys]))
    return Followers(np.concatenate(rows), np.concatenate(parents))


def _numbered(block: Block) -> pd.DataFrame:
    return block.index[["offering", "year"]].assign(row=block.positions)


def places(program: LinearProgram, rows: Ints) -> tuple[Place, ...]:
    """Codes and year of every row."""
    return tuple(place_of(program, int(row)) for row in rows)


def place_of(program: LinearProgram, row: int) -> Place:
    """What tells one row from the others of its block."""
    values = program.row_block(row).at(row)
    return {k: v if isinstance(v, str) else int(v) for k, v in values.items() if k not in NOT_PLACES}


def row_at(program: LinearProgram, kind: str, place: Place) -> int | None:
    """The row of a statement at a place, None where the program has no such row."""
    block = program.rows.get(kind)
    if block is None:
        return None
    same = np.all([block.index[k] == v for k, v in place.items()], axis=0)
    return int(block.positions[same][0]) if np.any(same) else None


def rows_in(other: LinearProgram, program: LinearProgram, rows: Ints) -> Ints:
    """Positions in another program of rows of this one, by kind and place; those that it lacks are left out."""
    found = [NOTHING]
    for block in program.rows.values():
        own = rows[(rows >= block.start) & (rows < block.start + len(block))]
        twin = other.rows.get(block.name)
        if not len(own) or twin is None:
            continue
        key = [str(k) for k in block.index if k not in NOT_PLACES]
        if not key:
            found.append(twin.positions)
            continue
        wanted = block.index.iloc[own - block.start][key]
        found.append(wanted.merge(twin.index[key].assign(row=twin.positions), on=key)["row"].to_numpy(dtype=np.int64))
    return np.unique(np.concatenate(found))


def owners(program: LinearProgram, rows: Ints) -> list[Ints]:
    """The rows of one block by what they are said of, years together."""
    block = program.row_block(int(rows[0]))
    key = block.index.iloc[rows - block.start][owner_columns(block)]
    number = key.astype(str).agg("\t".join, axis=1).to_numpy() if len(key.columns) else np.zeros(len(rows))
    return [np.asarray(part, dtype=np.int64) for _, part in pd.Series(rows).groupby(number, sort=False)]


def constant(program: LinearProgram, row: int) -> float:
    """What the row leaves out of both sides."""
    return float(program.row_block(row).at(row).get("constant", 0.0))
