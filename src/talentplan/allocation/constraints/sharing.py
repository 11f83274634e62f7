"""Agreements between schools: which are in force, and teachers who teach at another school."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.case import Case
from talentplan.workspace.keys import rows_at

__all__ = ["in_force", "in_reach", "lends", "on_loan", "teacher_agreements"]

Ints = NDArray[np.int64]


def in_reach(case: Case, agreements: pd.DataFrame) -> pd.DataFrame:
    """The agreements whose way is not longer than the travel limit; one without minutes is near."""
    limit = case.settings.policy.travel_limit
    return agreements if limit is None else agreements[~(agreements["minutes"] > limit)].reset_index(drop=True)


def in_force(space: Space, agreements: pd.DataFrame) -> tuple[Ints, Ints]:
    """int[n] twice: positions of agreements and of the years within their terms."""
    row, year = space.grid(np.arange(len(agreements)), np.arange(len(space.years)))
    first, last = (agreements[name].to_numpy(dtype=np.int64)[row] for name in ("first_year", "last_year"))
    within = (first <= space.years[year]) & (space.years[year] <= last)
    return row[within], year[within]


def teacher_agreements(space: Space) -> None:
    """Columns v[g,t] <= teachers_max within the term of g: teachers lent, full-time equivalents, by agreement and year.

    They count in `school_teachers` and, where they belong to a cluster, in `cluster_teachers` of both schools.
    """
    agreements = in_reach(space.case, space.case.table("teacher_agreements"))
    if agreements.empty:
        return
    row, year = in_force(space, agreements)
    if not len(row):
        return
    most = agreements["teachers_max"].to_numpy(dtype=np.float64)[row]
    index = taken(agreements, row, "agreement", "from_school", "to_school", "cluster") | {"year": space.years[year]}
    space.builder.state_bounds(
        "teachers_max", space.builder.add_columns("teachers_lent", index, upper=most), upper=most,
        sentence=("协议 {agreement} {year} 年的教师", "teachers under agreement {agreement} in {year}"),
    )  # fmt: skip


def lends(space: Space, groups: Labels) -> NDArray[np.bool_]:
    """bool[group]: some of its teachers may be lent, whether it teaches anybody itself or not; groups: as in `on_loan`."""
    block = space.block("teachers_lent")
    found = np.zeros(len(groups["school"]), dtype=bool)
    if block is not None:
        place = {**block.labels, "school": block.labels["from_school"]}
        group = rows_at([*groups.values()], [place[name] for name in groups])
        found[group[group >= 0]] = True
    return found


def on_loan(space: Space, groups: Labels, ratio: NDArray[np.float64]) -> Terms:
    """Terms by group x year: ratio x (teachers borrowed - teachers lent); groups: schools, or pairs of school and cluster."""
    block = space.block("teachers_lent")
    if block is None:
        return Terms.empty()
    lent, years = block.labels, len(space.years)
    when = lent["year"] - space.years[0]
    parts = []
    for side, sign in (("to_school", 1.0), ("from_school", -1.0)):
        place = {**lent, "school": lent[side]}
        group = rows_at([*groups.values()], [place[name] for name in groups])
        keep = group >= 0
        parts.append(Terms(group[keep] * years + when[keep], block.positions[keep], sign * ratio[group[keep]]))
    return Terms.concat(parts)
