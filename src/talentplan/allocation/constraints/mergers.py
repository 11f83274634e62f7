"""Merging and moving: a line stops recruiting and another one takes over what it had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Block, Labels, Terms, pairs, taken
from talentplan.workspace.keys import grouped, rows_at

__all__ = ["merger_inflow", "merger_reach", "mergers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FREE_CLASSES = (
    10  # a line that may merge grows by so many of its largest classes a year at most where nothing else limits it
)


def merger_reach(space: Space) -> Floats:
    """float[offering, plan year], persons: B, what a line may have at most."""
    last, largest = (space.offerings[c].to_numpy(dtype=np.float64)[:, None] for c in ("last_plan", "class_max"))
    return np.asarray(last + np.cumsum(np.where(np.isfinite(space.limit), space.limit, FREE_CLASSES * largest), axis=1))


def merger_inflow(space: Space) -> Floats:
    """float[offering, plan year], persons: what mergers may have added to a line by then; 0 where none may be decided."""
    found, chosen = np.zeros((len(space.offerings), space.plan_count)), space.block("merges")
    if chosen is not None:
        first, _ = grouped([chosen.labels["from_offering"], chosen.labels["to_offering"]])
        source, target = (space.positions(chosen.labels[c][first]) for c in ("from_offering", "to_offering"))
        np.add.at(found, target, merger_reach(space)[source])
    return found


def mergers(space: Space, row_of: Ints) -> Terms:
    """Columns d[o>q,t] (`merges`, 0 or 1), out and in (persons): what o loses and q gains by it. Terms for the change rows.

    In the decision years that are whole-class years: out <= B d, in <= B d, in <= p[o,t-1], in >= min(class_min, p[o,T0-1]) d;
    down[q,t] <= limit[q,t] (1 - d); p[o,t] <= B (1 - sum over u <= t of d), p[q,t] >= class_min x sum over u <= t of d,
    sum over q and t of d <= 1. row_of: int[offering, year], rows of `change`, and places in the blocks `up` and `down`.
    """
    table, settings = space.case.table("mergers"), space.case.settings
    count = min(settings.policy.change.decision_years, settings.solving.whole_class_years, space.plan_count)
    if table.empty:
        return Terms.empty()
    source, target = space.positions(table["from_offering"]), space.positions(table["to_offering"])
    able = np.flatnonzero(space.free[source] & space.enrolled_last[source] & space.free[target])
    pair, year = space.grid(able.astype(np.int64), np.arange(count))
    early = space.years[year] < table["first_year"].to_numpy(dtype=np.int64)[pair]
    pair, year = pair[~early], year[~early]
    if not len(pair):
        return Terms.empty()
    source, target = source[pair], target[pair]
    index = taken(table, pair, "from_offering", "to_offering") | {"year": space.years[year]}
    moved = settings.objective.moved_seat * space.discount[year]
    chosen = space.builder.add_columns("merges", index, upper=1.0, integer=True)
    leaving = space.builder.add_columns("merged_out", index, cost=moved)
    coming = space.builder.add_columns("merged_in", index, cost=moved)
    reach, row, one = merger_reach(space)[source, year], np.arange(len(pair)), np.ones(len(pair))
    for name, block in (("merged_out_if", leaving), ("merged_in_if", coming)):
        terms = Terms.concat([Terms(row, block.positions, one), Terms(row, chosen.positions, -reach)])
        space.builder.add_rows(name, index, terms, upper=0.0)
    later, last = year > 0, space.offerings["last_plan"].to_numpy(dtype=np.float64)[source]
    had = Terms(row[later], space.plan_column(source[later], year[later] - 1), -one[later])
    space.builder.add_rows(
        "merged_in_had", index, Terms.concat([Terms(row, coming.positions, one), had]), upper=np.where(later, 0.0, last),
        sentence=("{to_offering} 在 {year} 年并入的名额不超过 {from_offering} 上年的计划数", "{to_offering} in {year}: takes no more over than {from_offering} had"),
    )  # fmt: skip
    least = np.minimum(space.offerings["class_min"].to_numpy(dtype=np.float64)[target], last)
    space.builder.add_rows(
        "merged_in_least", index, Terms.concat([Terms(row, coming.positions, one), Terms(row, chosen.positions, -least)]), lower=0.0,
        sentence=("{to_offering} 在 {year} 年至少并入 {from_offering} 一个班的名额", "{to_offering} in {year}: takes a class at least over from {from_offering}"),
    )  # fmt: skip
    _no_fall(space, target, year, chosen, row_of)
    _after(space, able.astype(np.int64), index)
    return Terms.concat(
        [Terms(row_of[source, year], leaving.positions, one), Terms(row_of[target, year], coming.positions, -one)]
    )


def _no_fall(space: Space, target: Ints, year: Ints, chosen: Block, row_of: Ints) -> None:
    """A line that takes another one over does not shrink of itself in that year: d may not hide a closing. A row for each d."""
    limit = space.limit[target, year]
    limit = np.where(np.isfinite(limit), limit, merger_reach(space)[target, year] + merger_inflow(space)[target, year])
    row, one = np.arange(len(target)), np.ones(len(target))
    own = Terms(row, space.builder.columns["down"].start + row_of[target, year], one)
    space.builder.add_rows(
        "merged_no_fall", chosen.labels, Terms.concat([own, Terms(row, chosen.positions, limit)]), upper=limit,
        sentence=("{to_offering} 并入 {from_offering} 的当年（{year}）自身不减", "{to_offering} does not shrink in {year}, in which it takes {from_offering} over"),
    )  # fmt: skip


def _after(space: Space, able: Ints, decided: Labels) -> None:
    """A line that has merged away enrols nobody, the one that took it over a class at least; each merges once."""
    table, chosen, years = space.case.table("mergers"), space.builder.columns["merges"], space.plan_count
    least = space.offerings["class_min"].to_numpy(dtype=np.float64)
    lines = np.unique(space.positions(table["from_offering"])[able])
    line, year = space.grid(lines, np.arange(years))
    index = space.labels(line, year)
    reach, row = merger_reach(space)[line, year], np.arange(len(line))
    gone = space.so_far(chosen, index, line="from_offering").scaled(reach)
    space.builder.add_rows(
        "merged_means_zero", index, Terms.concat([Terms(row, space.plan_column(line, year), np.ones(len(row))), gone]), upper=reach,
        sentence=("{offering} 并出后 {year} 年不招生", "{offering} does not enrol in {year} once it has merged"),
    )  # fmt: skip
    pair, year = space.grid(able, np.arange(years))
    line = space.positions(table["to_offering"])[pair]
    index = taken(table, pair, "from_offering", "to_offering") | {"year": space.years[year]}
    of = rows_at(*([rows["from_offering"], rows["to_offering"]] for rows in (table, decided)))
    at, decision = pairs(of, pair)
    made = decided["year"][decision] <= index["year"][at]
    at, column = at[made], chosen.start + decision[made]
    row = np.arange(len(line))
    space.builder.add_rows(
        "merged_runs", index,
        Terms.concat([Terms(row, space.plan_column(line, year), np.ones(len(row))), Terms(at, column, -least[line[at]])]), lower=0.0,
        sentence=("{to_offering} 并入 {from_offering} 后 {year} 年至少开一个班", "{to_offering} in {year}: a class at least once it has taken {from_offering} over"),
    )  # fmt: skip
    first, key = grouped([decided["from_offering"]], sort=False)
    space.builder.add_rows(
        "merges_once", {"offering": decided["from_offering"][first]}, Terms(key, chosen.positions, np.ones(len(key))), upper=1.0,
        sentence=("{offering} 只并出一次", "{offering} merges once"),
    )  # fmt: skip
