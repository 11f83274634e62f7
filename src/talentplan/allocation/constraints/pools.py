"""Who can be recruited: entrant pools by origin and group, and the catchments of schools."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan import supply
from talentplan.allocation.space import Space
from talentplan.program import Terms, taken
from talentplan.workspace.keys import grouped, rows_at

__all__ = ["entrant_pools"]


def entrant_pools(space: Space) -> None:
    """Direct persons (entrants less those passed in) of one group and catchment = sum of r over its origins; sum of r <= pool."""
    found = supply.entrant_pools(space.case)
    if not len(found):
        return
    pools, size = found.pools, found.size
    table, years = space.offerings, len(space.years)
    limited = space.direct & table["entrant_group"].isin(pools["entrant_group"]).to_numpy()
    if not limited.any():
        return
    area, drawn = _areas(space)
    keys = taken({"group": table["entrant_group"].to_numpy(), "area": area}, limited)
    first, of_limited = grouped([*keys.values()])
    classes, of = taken(keys, first), np.full(len(table), -1, dtype=np.int64)
    of[limited] = of_limited

    links = [
        (c, p)
        for c, (group, key) in enumerate(zip(classes["group"], classes["area"], strict=True))
        for p, (origin, of_group) in enumerate(zip(pools["origin"], pools["entrant_group"], strict=True))
        if group == of_group and (key == "" or origin in drawn[key])
    ]
    klass, pool = np.array(links, dtype=np.int64).reshape(-1, 2).T
    link, year = space.grid(np.arange(len(klass)), np.arange(years))
    index = taken(pools, pool[link]) | {"catchment": klass[link], "year": space.years[year]}
    block = space.builder.add_columns("recruited", index)

    target = np.where(of >= 0, of * years, -1)
    rows = np.where(target[:, None] >= 0, target[:, None] + np.arange(years)[None, :], -1).ravel()
    parts = [space.entrants.mapped(rows), Terms(klass[link] * years + year, block.positions, -np.ones(len(link)))]
    passed = space.block("passed")
    if passed is not None and len(passed):
        paths = space.case.table("pathways")
        path = rows_at([paths["pathway"]], [passed.labels["pathway"]])
        cell = space.cell(space.positions(paths["to_offering"])[path], passed.labels["year"] - space.years[0])
        parts.append(Terms(cell, passed.positions, -np.ones(len(passed))).mapped(rows))
    row, when = space.grid(np.arange(len(first)), np.arange(years))
    groups = taken(classes, row) | {"year": space.years[when]}
    space.builder.add_rows(
        "recruits", groups, Terms.concat(parts), lower=0.0, upper=0.0,
        sentence=("{group} 的招生来自各生源地（{year} 年）", "{group} entrants of {year} come from the origins of their catchment"),
    )  # fmt: skip
    row, when = space.grid(np.arange(len(pools)), np.arange(years))
    index = taken(pools, row) | {"year": space.years[when]}
    space.builder.add_rows(
        "entrants", index, Terms(pool[link] * years + year, block.positions, np.ones(len(link))), upper=size.ravel(),
        sentence=("{origin} 的 {entrant_group} 生源（{year} 年）", "{entrant_group} entrants from {origin} in {year}"),
    )  # fmt: skip


def _areas(space: Space) -> tuple[NDArray[np.object_], dict[str, list[str]]]:
    """The origins of the catchment of every offering's school, joined by "/", "" where it recruits from all; each of them apart.

    A code may hold a stroke itself.
    """
    table, schools = space.case.table("catchments"), space.offerings["school"]
    if table.empty:
        return np.full(len(schools), "", dtype=object), {}
    origins = table.groupby("school")["origin"].agg(sorted)
    joined = origins.map("/".join)
    return np.asarray(schools.map(joined).fillna(""), dtype=object), dict(zip(joined, origins, strict=True))
