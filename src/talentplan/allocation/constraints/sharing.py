"""Agreements between schools: which are in force, and teachers who teach at another school."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Terms
from talentplan.workspace.case import Case

__all__ = ["in_reach", "on_loan", "teacher_agreements"]


def in_reach(case: Case, agreements: pd.DataFrame) -> pd.DataFrame:
    """The agreements whose way is not longer than the travel limit; one without minutes is near."""
    limit = case.settings.policy.travel_limit
    return agreements if limit is None else agreements[~(agreements["minutes"] > limit)].reset_index(drop=True)


def teacher_agreements(space: Space) -> None:
    """Columns v[g,t] <= teachers_max within the term of g: teachers lent, full-time equivalents, by agreement and year.

    They count in `school_teachers` and, where they belong to a cluster, in `cluster_teachers` of both schools.
    """
    agreements = in_reach(space.case, space.case.table("teacher_agreements"))
    row, year = space.grid(np.arange(len(agreements)), np.arange(len(space.years)))
    names = ["agreement", "from_school", "to_school", "cluster", "first_year", "last_year", "teachers_max"]
    frame = agreements.iloc[row][names].assign(year=space.years[year])
    frame = frame[frame["year"].between(frame["first_year"], frame["last_year"])]
    if frame.empty:
        return
    most = frame["teachers_max"].to_numpy(dtype=np.float64)
    index = frame[["agreement", "from_school", "to_school", "cluster", "year"]]
    space.builder.state_bounds(
        "teachers_max", space.builder.add_columns("teachers_lent", index, upper=most), upper=most,
        sentence=("协议 {agreement} {year} 年的教师", "teachers under agreement {agreement} in {year}"),
    )  # fmt: skip


def on_loan(space: Space, groups: pd.Index, ratio: NDArray[np.float64]) -> Terms:
    """Terms by group x year: ratio x (teachers borrowed - teachers lent); groups: schools, or pairs of school and cluster."""
    block = space.block("teachers_lent")
    if block is None:
        return Terms.empty()
    index, years = block.index, len(space.years)
    when = index["year"].to_numpy(dtype=np.int64) - space.years[0]
    parts = []
    for side, sign in (("to_school", 1.0), ("from_school", -1.0)):
        place = pd.MultiIndex.from_frame(index[[side, "cluster"]]) if groups.nlevels > 1 else pd.Index(index[side])
        group = groups.get_indexer(place)
        keep = group >= 0
        parts.append(Terms(group[keep] * years + when[keep], block.positions[keep], sign * ratio[group[keep]]))
    return Terms.concat(parts)
