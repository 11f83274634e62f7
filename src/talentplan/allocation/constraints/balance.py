"""Completers who seek work against openings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation.space import Space
from talentplan.program import Terms

__all__ = ["balance"]


def balance(space: Space) -> None:
    """sum of m over jobs + unplaced = V; sum of m over programs + shortage = Q; every year of plan and tail.

    V[i,t] = sum over o of program i of local_retention seeks_work (1 - progression_outside) (G - sum of z out of o).
    Columns: placed m (program, occupation, level, year), unplaced (program, year), shortage (job, year, step).
    """
    supply, constant, programs = _local_supply(space)
    years = len(space.years)
    jobs, demand = _jobs(space)
    objective, discount = space.case.settings.objective, space.discount

    key = pd.MultiIndex.from_frame(jobs[["occupation", "level"]])
    arcs = space.arcs[space.arcs["program"].isin(programs)]
    job = key.get_indexer(pd.MultiIndex.from_frame(arcs[["occupation", "level"]]))
    arcs, job = arcs[job >= 0], job[job >= 0]
    program = pd.Index(programs).get_indexer(pd.Index(arcs["program"]))
    arc, year = space.grid(np.arange(len(arcs)), np.arange(years))
    open_now = demand[job[arc], year] > 0
    arc, year = arc[open_now], year[open_now]
    price = objective.over_qualified * np.maximum(arcs["steps"].to_numpy(), 0) + objective.mismatch * (
        1.0 - arcs["relevance"].to_numpy(dtype=np.float64)
    )
    index = arcs[["program", "occupation", "level"]].iloc[arc].assign(year=space.years[year])
    placed = space.builder.add_columns("placed", index, cost=price[arc] * discount[year])

    group, when = space.grid(np.arange(len(programs)), np.arange(years))
    index = pd.DataFrame({"program": programs[group], "year": space.years[when]})
    unplaced = space.builder.add_columns("unplaced", index, cost=objective.unplaced * discount[when])
    parts = [
        Terms(program[arc] * years + year, placed.positions, np.ones(len(placed))),
        Terms(np.arange(len(index)), unplaced.positions, np.ones(len(index))),
        supply.scaled(-np.ones(len(index))),
    ]
    space.builder.add_rows(
        "local_supply", index, Terms.concat(parts), lower=constant, upper=constant,
        sentence=("{program} {year} 年本地求职者各得其所或未就业", "{program} in {year}: everyone who seeks work is placed or not"),
    )  # fmt: skip

    shortage = _shortage(space, jobs, demand)
    cells = np.flatnonzero(demand.ravel() > 0)
    row = np.full(demand.size, -1, dtype=np.int64)
    row[cells] = np.arange(len(cells))
    index = jobs[["occupation", "level"]].iloc[cells // years].assign(year=space.years[cells % years])
    parts = [
        Terms(row[job[arc] * years + year], placed.positions, np.ones(len(placed))),
        shortage.mapped(row),
    ]
    space.builder.add_rows(
        "openings", index, Terms.concat(parts), lower=demand.ravel()[cells], upper=demand.ravel()[cells],
        sentence=("{occupation}（{level}）{year} 年岗位需求", "openings for {occupation} ({level}) in {year}"),
    )  # fmt: skip


def _local_supply(space: Space) -> tuple[Terms, np.ndarray, np.ndarray]:
    """Terms of V by (program, year), the inherited constant float[program x year], and the program codes."""
    table, years = space.offerings, len(space.years)
    programs = np.unique(table["program"].to_numpy(dtype=object))
    of = pd.Index(programs).get_indexer(pd.Index(table["program"]))
    local = table["local_retention"] * (1.0 - table["progression_outside"]) * table["seeks_work"]
    stays = local.to_numpy(dtype=np.float64)
    per_cell = stays.repeat(years)
    target = (of[:, None] * years + np.arange(years)[None, :]).ravel()
    parts = [space.completions.scaled(per_cell).mapped(target)]
    passed = space.builder.columns["passed"]
    if len(passed):
        paths = space.case.table("pathways")
        path = pd.Index(paths["pathway"]).get_indexer(passed.index["pathway"])
        source = space.positions(paths["from_offering"])[path]
        cell = space.cell(source, passed.index["year"].to_numpy() - space.years[0])
        parts.append(Terms(target[cell], passed.positions, -per_cell[cell]))
    constant = np.bincount(
        target, weights=(space.cohorts.inherited_completions * stays[:, None]).ravel(), minlength=len(programs) * years
    )
    return Terms.concat(parts), constant, programs


def _jobs(space: Space) -> tuple[pd.DataFrame, np.ndarray]:
    """The jobs (occupation x level) with their weight, and float[job, year] openings for graduates."""
    wide = space.openings.table.pivot_table(
        index=["occupation", "level"], columns="year", values="openings", aggfunc="sum", fill_value=0.0
    ).reindex(columns=space.years, fill_value=0.0)
    jobs = wide.index.to_frame(index=False)
    priority = space.case.table("occupations").set_index("occupation")["priority"]
    weight = space.case.table("levels").set_index("level")["shortage_weight"]
    jobs["weight"] = jobs["occupation"].map(priority).to_numpy() * jobs["level"].map(weight).to_numpy()
    return jobs, wide.to_numpy(dtype=np.float64)


def _shortage(space: Space, jobs: pd.DataFrame, demand: np.ndarray) -> Terms:
    """Columns `shortage`, one per job, year and step of the rising price; the terms that add them up by (job, year)."""
    objective = space.case.settings.objective
    ends = np.array([share for share, _ in objective.shortage_steps])
    widths = np.diff(ends, prepend=0.0)
    factors = np.array([factor for _, factor in objective.shortage_steps])
    years, cells = demand.shape[1], np.flatnonzero(demand.ravel() > 0)
    cell, step = np.repeat(cells, len(widths)), np.tile(np.arange(len(widths)), len(cells))
    job, year = cell // years, cell % years
    index = jobs[["occupation", "level"]].iloc[job].assign(year=space.years[year], step=step)
    cost = objective.shortage * factors[step] * jobs["weight"].to_numpy()[job] * space.discount[year]
    block = space.builder.add_columns("shortage", index, upper=widths[step] * demand.ravel()[cell], cost=cost)
    return Terms(cell, block.positions, np.ones(len(cell)))
