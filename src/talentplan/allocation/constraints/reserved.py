"""Seats reserved for order classes and earmarked programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.constraints.decisions import begun
from talentplan.allocation.space import Space
from talentplan.program import Terms, taken

__all__ = ["reserved_seats", "seats_by", "seats_due", "seats_stated"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def reserved_seats(space: Space) -> None:
    """`reserved`: sum of `seats` <= p, t in T, for a line that enrolled; times sum over u <= t of a[o,u] for a new one.

    At most what max_plan and rules leave: a rule that closes a line ends its reservations. Given lines keep their number.
    """
    offering, year = (at.astype(np.int64) for at in np.nonzero((seats_stated(space) > 0) & space.free[:, None]))
    if not len(offering):
        return
    need = seats_due(space)[offering, year]
    index = space.labels(offering, year)
    row, new = np.arange(len(offering)), ~space.enrolled_last[offering]
    parts = [Terms(row, space.plan_column(offering, year), np.ones(len(row)))]
    parts.append(begun(space, taken(index, new)).mapped(row[new]).scaled(-need))
    space.builder.add_rows(
        "reserved", index, Terms.concat(parts), lower=np.where(new, 0.0, need),
        sentence=("{offering} 在 {year} 年的计划数不少于订单班和专项预留名额", "{offering} in {year}: the plan holds the seats reserved in it"),
    )  # fmt: skip


def seats_due(space: Space) -> Floats:
    """float[offering, plan year], persons/year reserved, at most what max_plan and rules leave and what a given line enrols."""
    given = (space.offerings["control"] == "given").to_numpy()[:, None]
    last = space.offerings["last_plan"].to_numpy(dtype=np.float64)[:, None]
    return np.minimum(seats_stated(space), np.where(given, last, space.demanded))


def seats_stated(space: Space) -> Floats:
    """float[offering, plan year], persons/year reserved by all rows of a line."""
    table = space.case.table("reserved_seats")
    return seats_by(space, table, space.positions(table["offering"]), len(space.offerings))


def seats_by(space: Space, rows: pd.DataFrame, owner: Ints, owners: int) -> Floats:
    """float[owner, plan year], persons/year that rows of `reserved_seats` reserve; owner: int[row]."""
    found = np.zeros((owners, space.plan_count))
    seats, year = rows["seats"].to_numpy(dtype=np.float64), rows["year"].to_numpy(dtype=np.int64)
    every = (year[:, None] == 0) | (year[:, None] == space.years[None, : space.plan_count])
    np.add.at(found, owner, seats[:, None] * every)
    return found
