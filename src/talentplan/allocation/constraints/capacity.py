"""What schools can hold: places, teachers, training hours; each right side at least what inherited cohorts use."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.constraints.investment import bought
from talentplan.allocation.constraints.sharing import on_loan
from talentplan.allocation.space import Space
from talentplan.program import Terms

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
        groups = pd.Index(limited[owner])
        of = groups.get_indexer(space.offerings[column]) if len(groups) else np.zeros(0, np.int64)
        if not (of >= 0).any():
            continue
        extra = bought(space, name)
        extra = extra[extra[owner].isin(groups)]
        _capacity(
            space, name, limited[[owner]], of, np.ones(len(space.offerings)),
            np.repeat(limited["places"].to_numpy(dtype=np.float64)[:, None], len(space.years), axis=1),
            Terms(
                groups.get_indexer(extra[owner]) * len(space.years) + extra["year"].to_numpy(dtype=np.int64),
                extra["column"].to_numpy(dtype=np.int64), extra["amount"].to_numpy(dtype=np.float64),
            ),
            (f"{{{owner}}} {{year}} 年在校生不超过办学容量", f"{{{owner}}} in {{year}}: students within its places"),
        )  # fmt: skip


def _capacity(
    space: Space,
    name: str,
    groups: pd.DataFrame,
    of: Ints,
    weight: Floats,
    stated: Floats,
    extra: Terms,
    sentence: tuple[str, str],
) -> None:
    """Rows group x year: sum of weight x load over the group's offerings - extra <= max(stated, inherited use).

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
    index = groups.iloc[np.repeat(np.arange(len(groups)), years)].assign(year=np.tile(space.years, len(groups)))
    space.builder.add_rows(
        name, index, Terms.concat([terms, Terms(extra.key, extra.column, -extra.coefficient)]),
        upper=np.maximum(stated.ravel(), use), sentence=sentence,
    )  # fmt: skip


def hiring(space: Space) -> None:
    """Columns h[s,u] <= hire_max and, where cluster limits exist, h[s,c,u] with sum over c <= h[s,u]; every year."""
    schools, years = space.case.table("schools"), len(space.years)
    able = schools[schools["hire_max"] > 0].reset_index(drop=True)
    if able.empty:
        return
    row, year = space.grid(np.arange(len(able)), np.arange(years))
    index = pd.DataFrame({"school": able["school"].to_numpy()[row], "year": space.years[year]})
    most = able["hire_max"].to_numpy(dtype=np.float64)[row]
    hired = space.builder.add_columns("hired", index, upper=most)
    space.builder.state_bounds(
        "hire_max", hired, upper=most, sentence=("{school} {year} 年新增教师", "teachers {school} hires in {year}")
    )
    special = space.case.table("specialists")
    special = special[special["school"].isin(able["school"])].reset_index(drop=True)
    if special.empty:
        return
    row, year = space.grid(np.arange(len(special)), np.arange(years))
    index = special[["school", "cluster"]].iloc[row].assign(year=space.years[year])
    block = space.builder.add_columns("hired_specialists", index)
    owner = pd.Index(able["school"]).get_indexer(special["school"])[row] * years + year
    space.builder.add_rows(
        "specialists_among_hired", hired.index,
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
    schools, levels = space.case.table("schools"), space.case.table("levels").set_index("level")
    ceiling = space.offerings["level"].map(levels["students_per_teacher"])
    strictest = ceiling.groupby(space.offerings["school"]).min()
    ratio = schools["students_per_teacher"].fillna(schools["school"].map(strictest))
    known = schools["teachers_general"].notna() | schools["teachers_specialist"].notna()
    stock = schools["teachers_general"].fillna(0.0) + schools["teachers_specialist"].fillna(0.0)
    judged = (known & ratio.notna() & schools["school"].isin(space.offerings["school"])).to_numpy(dtype=bool)
    if not judged.any():
        return
    part, years = schools[judged], len(space.years)
    groups, per = pd.Index(part["school"]), ratio[judged].to_numpy(dtype=np.float64)
    leave = part["leave_rate"].to_numpy(dtype=np.float64)
    able = schools[schools["hire_max"] > 0]
    extra = bought(space, "teachers")
    extra = extra[extra["school"].isin(groups)]
    group = groups.get_indexer(extra["school"])
    terms = [
        _teaching(space, "hired", groups.get_indexer(able["school"]), leave, per),
        Terms(group * years + extra["year"].to_numpy(dtype=np.int64), extra["column"].to_numpy(dtype=np.int64),
              extra["amount"].to_numpy(dtype=np.float64) * per[group]),
        on_loan(space, groups, per),
    ]  # fmt: skip
    stated = (per * stock[judged].to_numpy(dtype=np.float64))[:, None] * (1.0 - leave)[:, None] ** np.arange(years)[
        None, :
    ]
    weight = space.offerings["level"].map(levels["student_weight"]).to_numpy(dtype=np.float64)
    _capacity(
        space, "school_teachers", part[["school"]], groups.get_indexer(space.offerings["school"]), weight, stated, Terms.concat(terms),
        ("{school} {year} 年生师比", "{school} in {year}: students per teacher"),
    )  # fmt: skip


def _cluster_teachers(space: Space) -> None:
    special = space.case.table("specialists")
    ratio = special["cluster"].map(space.case.table("clusters").set_index("cluster")["students_per_specialist"])
    pairs = pd.MultiIndex.from_frame(space.offerings[["school", "cluster"]])
    taught = pd.MultiIndex.from_frame(special[["school", "cluster"]]).isin(pairs)
    judged = ratio.notna().to_numpy(dtype=bool) & taught
    if not judged.any():
        return
    part, years = special[judged].reset_index(drop=True), len(space.years)
    groups, per = pd.MultiIndex.from_frame(part[["school", "cluster"]]), ratio[judged].to_numpy(dtype=np.float64)
    schools = space.case.table("schools").set_index("school")
    leave = part["school"].map(schools["leave_rate"]).to_numpy(dtype=np.float64)
    able = special[special["school"].map(schools["hire_max"]) > 0]
    owner = groups.get_indexer(pd.MultiIndex.from_frame(able[["school", "cluster"]]))
    stated = (per * part["persons"].to_numpy(dtype=np.float64))[:, None] * (1.0 - leave)[:, None] ** np.arange(years)[
        None, :
    ]
    _capacity(
        space, "cluster_teachers", part[["school", "cluster"]], groups.get_indexer(pairs), np.ones(len(space.offerings)), stated,
        Terms.concat([_teaching(space, "hired_specialists", owner, leave, per), on_loan(space, groups, per)]),
        ("{school} 的 {cluster} 专业群 {year} 年生均专业教师", "{school}, cluster {cluster} in {year}: students per specialist teacher"),
    )  # fmt: skip
