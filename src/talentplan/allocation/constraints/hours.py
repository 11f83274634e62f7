"""Training hours of workplaces, owned, bought, borrowed and lent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.investment import bought_by
from talentplan.allocation.constraints.relief import limited
from talentplan.allocation.constraints.sharing import in_force, in_reach
from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, pairs, taken
from talentplan.workspace.keys import grouped, rows_at

__all__ = ["training_hours"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.object_]


def training_hours(space: Space) -> None:
    """`training_hours` by school and kind: hours needed x E <= own + bought + delivered - lent; `lending` by resource.

    Judged only where the tables `resources` and `needs` both have rows. Columns `lent`: hours/year by agreement and year.
    """
    resources, needs = space.case.table("resources"), space.case.table("needs")
    if resources.empty or needs.empty:
        return
    lent, years = _lending(space), len(space.years)
    line, school, kind, hours = _taught(space)
    first, of = grouped([school, kind])
    if not len(first):
        return
    groups = {"school": school[first], "kind": kind[first]}
    enrolled = space.state("enrolled")
    pair, year = space.grid(np.arange(len(line)), np.arange(years))
    cell = of[pair] * years + year
    use = np.bincount(
        cell, weights=hours[pair] * space.cohorts.inherited_enrolled[line[pair], year], minlength=len(first) * years
    )
    owner = rows_at([*groups.values()], [resources["unit"], resources["kind"]])
    total = (resources["workplaces"] * resources["hours"]).to_numpy(dtype=np.float64)
    own = np.bincount(owner[owner >= 0], weights=total[owner >= 0], minlength=len(first))
    extra = bought_by(space, "hours", groups)
    needed, parts = Terms(cell, enrolled.start + space.cell(line[pair], year), hours[pair]), [extra]
    for side, factor in (("borrower", lent["delivery_rate"]), ("owner", -np.ones(len(lent["column"])))):
        group = rows_at([*groups.values()], [lent[side], lent["kind"]])
        keep = group >= 0
        parts.append(Terms((group * years + lent["when"])[keep], lent["column"][keep], factor[keep]))
    group, year = space.grid(np.arange(len(first)), np.arange(years))
    limited(
        space, "training_hours", taken(groups, group) | {"year": space.years[year]}, needed, Terms.concat(parts),
        own.repeat(years).astype(np.float64), use.astype(np.float64),
        ("{school} 的 {kind} 实训学时（{year} 年）", "{school}: training hours of kind {kind} in {year}"),
    )  # fmt: skip


def _taught(space: Space) -> tuple[Ints, Codes, Codes, Floats]:
    """Offering position, its school, kind of resource and hours a student needs in a year, of every need of every line."""
    needs, programs = space.case.table("needs"), space.case.table("programs")["program"]
    hours = needs["hours"].to_numpy(dtype=np.float64)
    line, need = pairs(*(rows_at([programs], [table["program"]]) for table in (needs, space.offerings)))
    line, need = line[hours[need] > 0], need[hours[need] > 0]
    return line, space.offerings["school"].to_numpy()[line], needs["kind"].to_numpy()[need], hours[need]


def _lending(space: Space) -> Labels:
    """Columns and rows of lending; by agreement and year in force: borrower, owner, kind, when (position), delivery_rate, column.

    An agreement beyond the travel limit is never in force.
    """
    agreements, resources = in_reach(space.case, space.case.table("agreements")), space.case.table("resources")
    row, when = in_force(space, agreements)
    resource = rows_at([resources["resource"]], [agreements["resource"]])[row]
    found = {
        "borrower": agreements["school"].to_numpy()[row], "owner": resources["unit"].to_numpy()[resource],
        "kind": resources["kind"].to_numpy()[resource], "when": when,
        "delivery_rate": agreements["delivery_rate"].to_numpy(dtype=np.float64)[row],
    }  # fmt: skip
    if not len(row):
        return found | {"column": row}
    most = agreements["hours_max"].to_numpy(dtype=np.float64)[row]
    block = space.builder.add_columns(
        "lent", taken(agreements, row, "agreement") | {"year": space.years[when]}, upper=most
    )
    space.builder.state_bounds(
        "hours_max", block, upper=most,
        sentence=("协议 {agreement} {year} 年的学时", "hours under agreement {agreement} in {year}"),
    )  # fmt: skip
    first, of = grouped([resource, when], sort=False)
    total = (resources["workplaces"] * resources["hours"]).to_numpy(dtype=np.float64)
    space.builder.add_rows(
        "lending", taken(resources, resource[first], "resource") | {"year": space.years[when[first]]},
        Terms(of, block.positions, np.ones(len(of))), upper=total[resource[first]],
        sentence=("资源 {resource} {year} 年出借学时", "hours lent out of {resource} in {year}"),
    )  # fmt: skip
    return found | {"column": block.positions}
