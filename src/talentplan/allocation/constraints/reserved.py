"""Seats reserved for order classes and earmarked programs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.decisions import begun
from talentplan.allocation.space import Space
from talentplan.program import Terms, taken

__all__ = ["reserved_seats"]

Floats = NDArray[np.float64]


def reserved_seats(space: Space) -> None:
    """`reserved`: sum of `seats` <= p, t in T, for a line that enrolled; times sum over u <= t of a[o,u] for a new one.

    At most what max_plan and rules leave: a rule that closes a line ends its reservations. Given lines keep their number.
    """
    offering, year = (at.astype(np.int64) for at in np.nonzero((_seats(space) > 0) & space.free[:, None]))
    if not len(offering):
        return
    need = np.minimum(_seats(space), space.demanded)[offering, year]
    index = space.labels(offering, year)
    row, new = np.arange(len(offering)), ~space.enrolled_last[offering]
    parts = [Terms(row, space.plan_column(offering, year), np.ones(len(row)))]
    parts.append(begun(space, taken(index, new)).mapped(row[new]).scaled(-need))
    space.builder.add_rows(
        "reserved", index, Terms.concat(parts), lower=np.where(new, 0.0, need),
        sentence=("{offering} 在 {year} 年的计划数不少于订单班和专项预留名额", "{offering} in {year}: the plan holds the seats reserved in it"),
    )  # fmt: skip


def _seats(space: Space) -> Floats:
    """float[offering, plan year], persons/year reserved."""
    table, count = space.case.table("reserved_seats"), space.plan_count
    found = np.zeros((len(space.offerings), count))
    if not len(table):
        return found
    line, seats = space.positions(table["offering"]), table["seats"].to_numpy(dtype=np.float64)
    year = table["year"].to_numpy(dtype=np.int64)
    every = (year[:, None] == 0) | (year[:, None] == space.years[None, :count])
    np.add.at(found, line, seats[:, None] * every)
    return found
