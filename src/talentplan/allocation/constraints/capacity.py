"""What schools can hold: places and teachers; each limit at least what inherited cohorts use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.investment import bought_by
from talentplan.allocation.constraints.relief import limited
from talentplan.allocation.constraints.sharing import lends, on_loan
from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.keys import rows_at, values_at

__all__ = ["hiring", "places", "teachers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def places(space: Space) -> None:
    """`offering_places`, `school_places`: load <= places + places bought."""
    for name, column, owner, table in (
        ("offering_places", "offering", "offering", space.case.table("offerings")),
        ("school_places", "school", "school", space.case.table("schools")),
    ):
        limited = table[table["places"].notna()]
        of = rows_at([limited[owner]], [space.offerings[column]])
        if not (of >= 0).any():
            continue
        _capacity(
            space, name, {owner: limited[owner].to_numpy()}, of, np.ones(len(space.offerings)),
            np.repeat(limited["places"].to_numpy(dtype=np.float64)[:, None], len(space.years), axis=1),
            bought_by(space, name, {owner: limited[owner].to_numpy()}),
            (f"{{{owner}}} {{year}} 年在校生不超过办学容量", f"{{{owner}}} in {{year}}: students within its places"),
        )  # fmt: skip


def _capacity(
    space: Space,
    name: str,
    groups: Labels,
    of: Ints,
    weight: Floats,
    stated: Floats,
    extra: Terms,
    sentence: tuple[str, str],
) -> None:
    """Rows group x year: sum of weight x load over the group's offerings <= max(stated + extra, inherited use).

    of: int[offering], group or -1; weight: float[offering]; stated: float[group, year]; extra by group x year.
    """
    load, years = space.state("load"), len(space.years)
    member = np.flatnonzero(of >= 0)
    offering, year = space.grid(member, np.arange(years))
    terms = Terms(of[offering] * years + year, load.start + space.cell(offering, year), weight[offering])
    use = np.bincount(
        of[offering] * years + year,
        weights=weight[offering] * space.cohorts.inherited_enrolled[offering, year],
        minlength=stated.size,
    )
    group, year = space.grid(np.arange(len(stated)), np.arange(years))
    index = {**taken(groups, group), "year": space.years[year]}
    limited(space, name, index, terms, extra, stated.ravel(), use.astype(np.float64), sentence)


def hiring(space: Space) -> None:
    """Columns h[s,u] <= hire_max and, where cluster limits exist, h[s,c,u] with sum over c <= h[s,u]; every year."""
    schools, years = space.case.table("schools"), len(space.years)
    able = schools[schools["hire_max"] > 0]
    if able.empty:
        return
    row, year = space.grid(np.arange(len(able)), np.arange(years))
    index = {"school": able["school"].to_numpy()[row], "year": space.years[year]}
    most = able["hire_max"].to_numpy(dtype=np.float64)[row]
    hired = space.builder.add_columns("hired", index, upper=most)
    space.builder.state_bounds(
        "hire_max", hired, upper=most, sentence=("{school} {year} 年新增教师", "teachers {school} hires in {year}")
    )
    special = space.case.table("specialists")
    among = rows_at([able["school"]], [special["school"]])
    named = np.flatnonzero(among >= 0)
    if not len(named):
        return
    row, year = space.grid(named, np.arange(years))
    index = {**taken(special, row, "school", "cluster"), "year": space.years[year]}
    block = space.builder.add_columns("hired_specialists", index)
    owner = among[row] * years + year
    space.builder.add_rows(
        "specialists_among_hired", hired.labels,
        Terms.concat([Terms(owner, block.positions, np.ones(len(block))), Terms(np.arange(len(hired)), hired.positions, -np.ones(len(hired)))]),
        upper=0.0, sentence=("{school} {year} 年新增专业教师不超过新增教师", "{school} in {year}: specialists are among those hired"),
    )  # fmt: skip


def _teaching(space: Space, block_name: str, owner: Ints, leave: Floats, ratio: Floats) -> Terms:
    """Terms by group x year: ratio x those hired before, less who left; owner: int[hire row // year] to group or -1."""
    block, years = space.block(block_name), len(space.years)
    if block is None:
        return Terms.empty()
    row, when = np.divmod(np.arange(len(block)), years)
    parts = []
    for gap in range(1, years):  # hired in u teaches from u + 1 on
        keep = (when + gap < years) & (owner[row] >= 0)
        group = owner[row[keep]]
        stay = (1.0 - leave[group]) ** (gap - 1)
        parts.append(Terms(group * years + when[keep] + gap, block.positions[keep], ratio[group] * stay))
    return Terms.concat(parts)


def teachers(space: Space) -> None:
    """`school_teachers`: converted load <= ratio x (stock after leavers + hired + bought + borrowed - lent).

    `cluster_teachers` alike by cluster.
    """
    _school_teachers(space)
    _cluster_teachers(space)


def _school_teachers(space: Space) -> None:
    schools, levels, lines = space.case.table("schools"), space.case.table("levels"), space.offerings
    per = schools["students_per_teacher"].to_numpy(dtype=np.float64)
    per = np.where(np.isnan(per), _strictest(space), per)
    stock = schools[["teachers_general", "teachers_specialist"]].to_numpy(dtype=np.float64)
    member = rows_at([schools["school"]], [lines["school"]])
    judged = ~np.isnan(stock).all(axis=1) & ~np.isnan(per)
    taught = np.bincount(member[member >= 0], minlength=len(schools)) > 0
    judged &= taught | lends(space, {"school": schools["school"].to_numpy()})
    if not judged.any():
        return
    years, groups = len(space.years), {"school": schools["school"].to_numpy()[judged]}
    per, stock = per[judged], np.nan_to_num(stock[judged]).sum(axis=1)
    leave = schools["leave_rate"].to_numpy(dtype=np.float64)
    number = np.where(judged, np.cumsum(judged) - 1, -1)
    able = (schools["hire_max"] > 0).to_numpy()
    extra = bought_by(space, "teachers", groups)
    terms = [
        _teaching(space, "hired", number[able], leave[judged], per),
        Terms(extra.key, extra.column, extra.coefficient * per[extra.key // years]),
        on_loan(space, groups, per),
    ]
    stated = (per * stock)[:, None] * (1.0 - leave[judged])[:, None] ** np.arange(years)[None, :]
    weight = values_at(levels["level"], levels["student_weight"], lines["level"])
    _capacity(
        space, "school_teachers", groups, np.append(number, -1)[member], weight, stated, Terms.concat(terms),
        ("{school} {year} 年生师比", "{school} in {year}: students per teacher"),
    )  # fmt: skip


def _strictest(space: Space) -> Floats:
    """float[school]: the least students_per_teacher of the levels it teaches, NaN where none is stated."""
    schools, levels, lines = space.case.table("schools"), space.case.table("levels"), space.offerings
    ceiling = values_at(levels["level"], levels["students_per_teacher"], lines["level"])
    school = rows_at([schools["school"]], [lines["school"]])
    least = np.full(len(schools), np.inf)
    known = (school >= 0) & ~np.isnan(ceiling)
    np.minimum.at(least, school[known], ceiling[known])
    return np.where(np.isfinite(least), least, np.nan)


def _cluster_teachers(space: Space) -> None:
    special, clusters, schools = (space.case.table(name) for name in ("specialists", "clusters", "schools"))
    per = values_at(clusters["cluster"], clusters["students_per_specialist"], special["cluster"])
    lines, owners = space.offerings, {"school": special["school"].to_numpy(), "cluster": special["cluster"].to_numpy()}
    taught = np.zeros(len(special), dtype=bool)
    member = rows_at([*owners.values()], [lines["school"], lines["cluster"]])
    taught[member[member >= 0]] = True
    judged = (taught | lends(space, owners)) & ~np.isnan(per)
    if not judged.any():
        return
    years, groups, per = len(space.years), taken(owners, judged), per[judged]
    leave = values_at(schools["school"], schools["leave_rate"], groups["school"])
    number = np.where(judged, np.cumsum(judged) - 1, -1)
    able = values_at(schools["school"], schools["hire_max"], special["school"]) > 0
    stock = special["persons"].to_numpy(dtype=np.float64)[judged]
    stated = (per * stock)[:, None] * (1.0 - leave)[:, None] ** np.arange(years)[None, :]
    _capacity(
        space, "cluster_teachers", groups, np.append(number, -1)[member], np.ones(len(lines)), stated,
        Terms.concat([_teaching(space, "hired_specialists", number[able], leave, per), on_loan(space, groups, per)]),
        ("{school} 的 {cluster} 专业群 {year} 年生均专业教师", "{school}, cluster {cluster} in {year}: students per specialist teacher"),
    )  # fmt: skip
