"""The least number of classes of a line while it runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.decisions import begun, ended
from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.keys import rows_at

__all__ = ["fewest_classes"]


def fewest_classes(space: Space) -> None:
    """`class_count`: classes_min <= k in the whole-class years, classes_min x class_min <= p in the later ones, while a line runs.

    A line that enrolled runs until it closes, a new one runs as far as it has opened: the least is n (1 - sum over u <= t of
    c[o,u]) or n x sum over u <= t of a[o,u]. Years in which max_plan or a rule has taken a line below it are exempt.
    """
    table, years = space.offerings, space.plan_count
    fewest, least = (table[c].to_numpy(dtype=np.float64) for c in ("classes_min", "class_min"))
    offering, year = space.grid(space.where(space.free & (fewest > 0)), np.arange(years))
    room = np.minimum.accumulate(space.demanded, axis=1)[offering, year] >= (fewest * least)[offering]
    offering, year = offering[room], year[room]
    if not len(offering):
        return
    whole = year < space.case.settings.solving.whole_class_years
    need = np.where(whole, fewest[offering], (fewest * least)[offering])
    index = space.labels(offering, year)
    row, old = np.arange(len(offering)), space.enrolled_last[offering]
    parts = [Terms(row[~whole], space.plan_column(offering[~whole], year[~whole]), np.ones(int((~whole).sum())))]
    parts.append(_classes(space, index, whole))
    for which, decided, sign in ((old, ended, 1.0), (~old, begun, -1.0)):
        parts.append(decided(space, taken(index, which)).mapped(row[which]).scaled(sign * need))
    space.builder.add_rows(
        "class_count", index, Terms.concat(parts), lower=np.where(old, need, 0.0),
        sentence=("{offering} 在 {year} 年不少于最少班数，除非停招", "{offering} in {year}: no fewer classes than its least number unless it closes"),
    )  # fmt: skip


def _classes(space: Space, index: Labels, whole: NDArray[np.bool_]) -> Terms:
    """Columns k of the rows in the whole-class years."""
    block, rows = space.block("classes"), np.flatnonzero(whole)
    if block is None or not len(rows):
        return Terms.empty()
    at = rows_at([*block.labels.values()], [*taken(index, rows).values()])
    return Terms(rows, block.start + at, np.ones(len(rows)))
