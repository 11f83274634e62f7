"""Completers who seek work against openings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.keys import grouped, rows_at, values_at

__all__ = ["balance", "local_shares"]

Floats = NDArray[np.float64]


def balance(space: Space) -> None:
    """sum of m over jobs + unplaced = V; sum of m over programs + shortage = Q; every year of plan and tail.

    V[i,t] = sum over o of program i of local_retention seeks_work (1 - progression_outside) (G - sum of z out of o).
    Columns: placed m (program, occupation, level, year), unplaced (program, year), shortage (job, year, step).
    """
    supply, constant, programs = _local_supply(space)
    years = len(space.years)
    jobs, demand = _jobs(space)
    arcs, objective, discount = space.arcs, space.case.settings.objective, space.discount

    job = rows_at([*jobs.values()], [arcs[name] for name in jobs])
    program = rows_at([programs], [arcs["program"]])
    arc, year = space.grid(np.flatnonzero((job >= 0) & (program >= 0)), np.arange(years))
    open_now = demand[job[arc], year] > 0
    arc, year = arc[open_now], year[open_now]
    price = objective.over_qualified * np.maximum(arcs["steps"].to_numpy(), 0) + objective.mismatch * (
        1.0 - arcs["relevance"].to_numpy(dtype=np.float64)
    )
    index = taken(arcs, arc, "program", "occupation", "level") | {"year": space.years[year]}
    placed = space.builder.add_columns("placed", index, cost=price[arc] * discount[year])

    group, when = space.grid(np.arange(len(programs)), np.arange(years))
    index = {"program": programs[group], "year": space.years[when]}
    unplaced = space.builder.add_columns("unplaced", index, cost=objective.unplaced * discount[when])
    parts = [
        Terms(program[arc] * years + year, placed.positions, np.ones(len(placed))),
        Terms(np.arange(len(unplaced)), unplaced.positions, np.ones(len(unplaced))),
        supply.scaled(-np.ones(len(unplaced))),
    ]
    space.builder.add_rows(
        "local_supply", index, Terms.concat(parts), lower=constant, upper=constant,
        sentence=("{program} {year} 年本地求职者各得其所或未就业", "{program} in {year}: everyone who seeks work is placed or not"),
    )  # fmt: skip

    shortage = _shortage(space, jobs, demand)
    cells = np.flatnonzero(demand.ravel() > 0)
    row = np.full(demand.size, -1, dtype=np.int64)
    row[cells] = np.arange(len(cells))
    index = taken(jobs, cells // years) | {"year": space.years[cells % years]}
    parts = [
        Terms(row[job[arc] * years + year], placed.positions, np.ones(len(placed))),
        shortage.mapped(row),
    ]
    space.builder.add_rows(
        "openings", index, Terms.concat(parts), lower=demand.ravel()[cells], upper=demand.ravel()[cells],
        sentence=("{occupation}（{level}）{year} 年岗位需求", "openings for {occupation} ({level}) in {year}"),
    )  # fmt: skip


def _local_supply(space: Space) -> tuple[Terms, Floats, NDArray[Any]]:
    """Terms of V by (program, year), the inherited constant float[program x year], and the program codes."""
    table, years = space.offerings, len(space.years)
    first, of = grouped([table["program"]])
    programs = table["program"].to_numpy()[first]
    stays = local_shares(table)
    per_cell = stays.repeat(years)
    target = (of[:, None] * years + np.arange(years)[None, :]).ravel()
    parts = [space.completions.scaled(per_cell).mapped(target)]
    passed = space.builder.columns["passed"]
    if len(passed):
        paths = space.case.table("pathways")
        path = rows_at([paths["pathway"]], [passed.labels["pathway"]])
        source = space.positions(paths["from_offering"])[path]
        cell = space.cell(source, passed.labels["year"] - space.years[0])
        parts.append(Terms(target[cell], passed.positions, -per_cell[cell]))
    constant = np.bincount(
        target, weights=(space.cohorts.inherited_completions * stays[:, None]).ravel(), minlength=len(programs) * years
    )
    return Terms.concat(parts), np.asarray(constant, dtype=np.float64), programs


def local_shares(offerings: pd.DataFrame) -> Floats:
    """float[offering]: share of completers who do not pass on inside that seeks work in the region."""
    shares = offerings["local_retention"] * (1.0 - offerings["progression_outside"]) * offerings["seeks_work"]
    return np.asarray(shares, dtype=np.float64)


def _jobs(space: Space) -> tuple[Labels, Floats]:
    """The jobs (occupation x level), sorted, and float[job, year] openings for graduates."""
    table = space.openings.table
    first, of = grouped([table["occupation"], table["level"]])
    year = table["year"].to_numpy(dtype=np.int64) - space.years[0]
    within = (year >= 0) & (year < len(space.years))
    demand = np.zeros((len(first), len(space.years)))
    np.add.at(demand, (of[within], year[within]), table["openings"].to_numpy(dtype=np.float64)[within])
    return taken(table, first, "occupation", "level"), demand


def _weight(space: Space, jobs: Labels) -> Floats:
    """float[job]: priority of the occupation x weight of the level."""
    occupations, levels = space.case.table("occupations"), space.case.table("levels")
    priority = values_at(occupations["occupation"], occupations["priority"], jobs["occupation"])
    return priority * values_at(levels["level"], levels["shortage_weight"], jobs["level"])


def _shortage(space: Space, jobs: Labels, demand: Floats) -> Terms:
    """Columns `shortage`, one per job, year and step of the rising price; the terms that add them up by (job, year)."""
    objective = space.case.settings.objective
    ends = np.array([share for share, _ in objective.shortage_steps])
    widths = np.diff(ends, prepend=0.0)
    factors = np.array([factor for _, factor in objective.shortage_steps])
    years, cells = demand.shape[1], np.flatnonzero(demand.ravel() > 0)
    cell, step = np.repeat(cells, len(widths)), np.tile(np.arange(len(widths)), len(cells))
    job, year = cell // years, cell % years
    index = taken(jobs, job) | {"year": space.years[year], "step": step}
    cost = objective.shortage * factors[step] * _weight(space, jobs)[job] * space.discount[year]
    block = space.builder.add_columns("shortage", index, upper=widths[step] * demand.ravel()[cell], cost=cost)
    return Terms(cell, block.positions, np.ones(len(cell)))
