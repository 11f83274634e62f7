"""Order classes whose completers go to a stated occupation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.allocation.constraints.balance import local_shares
from talentplan.allocation.constraints.decisions import begun
from talentplan.allocation.constraints.reserved import seats_by, seats_due, seats_stated
from talentplan.allocation.space import Space, lagged
from talentplan.program import Terms
from talentplan.supply.lags import NOBODY, aged, unchanged_completing

__all__ = ["beyond_openings", "order_reach", "orders"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ORDER = ["program", "occupation", "year"]
JOB = ["occupation", "level"]


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Completers of order classes by line and occupation; a cell is a pair of them in a year: pair x len(years) + year.

    line: int[pair], position of the offering; index: one row per pair: offering, program, occupation.
    most: float[pair, year], persons/year who complete once every new line has begun; fixed: those of lines that need not begin.
    begun: Terms by cell, those of new lines.
    """

    line: Ints
    index: pd.DataFrame
    most: Floats
    fixed: Floats
    begun: Terms


def orders(space: Space) -> None:
    """`orders`: sum over l of m[i,j,l,t] >= sum over o of i of local[o] (R[o,j,t] - k[o,j,t]) - beyond[i,j,t].

    R: completers of the seats that order classes of o for j hold; local: share that seeks work in the region. Columns k
    (`ordered_passed`): those of R who pass on inside instead, at most all who pass on and at most max_share of R. beyond: persons
    for whom j has no openings. Nothing is added where no order names an occupation.
    """
    ordered, placed = _ordered(space), space.builder.columns["placed"]
    if ordered is None:
        return
    years, local = len(space.years), local_shares(space.offerings)[ordered.line]
    pair, year = np.nonzero(ordered.most * local[:, None] > 0)
    persons = (ordered.most * local[:, None])[pair, year]
    cells = ordered.index.iloc[pair].assign(year=space.years[year], persons=persons)
    index = cells.groupby(ORDER)["persons"].sum().reset_index()
    index = index.loc[_keys(index, ORDER).isin(_keys(placed.index, ORDER))].reset_index(drop=True)
    if not len(index):
        return
    row = np.full(ordered.most.size, -1, dtype=np.int64)
    row[pair * years + year] = _keys(index, ORDER).get_indexer(_keys(cells, ORDER))
    asking = np.flatnonzero(row >= 0)
    share = local.repeat(years)
    fixed = np.bincount(row[asking], (share * ordered.fixed.ravel())[asking], minlength=len(index))
    taken = Terms(np.arange(len(placed)), placed.positions, np.ones(len(placed)))
    own = Terms.concat([_passed(space, ordered).scaled(share), ordered.begun.scaled(-share)])
    jobs = space.builder.rows["openings"].index
    wanted = space.openings.table.groupby([*JOB, "year"])["openings"].sum().reindex(_keys(jobs, [*JOB, "year"]))
    beyond = beyond_openings(
        order_reach(index, placed.index, jobs), index["persons"].to_numpy(), wanted.to_numpy(dtype=np.float64)
    )
    space.builder.add_rows(
        "orders", index,
        Terms.concat([taken.mapped(_keys(index, ORDER).get_indexer(_keys(placed.index, ORDER))), own.mapped(row)]),
        lower=fixed - beyond,
        sentence=("{program} {year} 年订单班毕业生到 {occupation} 就业", "{program} in {year}: completers of its order classes go to {occupation}"),
    )  # fmt: skip


def order_reach(orders: pd.DataFrame, placed: pd.DataFrame, openings: pd.DataFrame) -> sp.csr_array:
    """float[order, opening], sparse: 1 where completers of an order can take an opening; the index tables of the three blocks."""
    order = _keys(orders, ORDER).get_indexer(_keys(placed, ORDER))
    opening = _keys(openings, [*JOB, "year"]).get_indexer(_keys(placed, [*JOB, "year"]))
    met = order >= 0
    shape = (len(orders), len(openings))
    return sp.csr_array((np.ones(int(met.sum())), (order[met], opening[met])), shape=shape)


def beyond_openings(reach: sp.csr_array, persons: Floats, openings: Floats) -> Floats:
    """float[order], persons/year without an opening: orders share the openings they can take in proportion to their persons.

    >>> beyond_openings(sp.csr_array([[1.0, 1.0], [0.0, 1.0]]), np.array([20.0, 20.0]), np.array([5.0, 20.0])).tolist()
    [5.0, 10.0]
    """
    asked = reach.T @ persons
    share = np.divide(openings, asked, out=np.zeros_like(asked), where=asked > 0)
    return np.asarray(np.maximum(persons * (1.0 - reach @ share), 0.0))


def _ordered(space: Space) -> _Ordered | None:
    """Who completes of the seats of orders that name an occupation; None where there are none."""
    table = space.case.table("reserved_seats")
    table = table[table["occupation"] != ""]
    if table.empty:
        return None
    index = table[["offering", "occupation"]].drop_duplicates().sort_values(["offering", "occupation"])
    line = space.positions(index["offering"])
    index = index.assign(program=space.offerings["program"].to_numpy()[line]).reset_index(drop=True)
    owner = _keys(index, ["offering", "occupation"]).get_indexer(_keys(table, ["offering", "occupation"]))
    stated, due = seats_stated(space), seats_due(space)
    part = np.divide(due, stated, out=np.zeros_like(due), where=stated > 0)[line]
    fill = space.offerings["fill"].to_numpy(dtype=np.float64)[line, None]
    seats = fill * part * seats_by(space, table, np.asarray(owner, dtype=np.int64), len(index))

    years, own = len(space.years), unchanged_completing(space.cohorts.grades)[line]
    entering = np.zeros((len(index), years))
    entering[:, : space.plan_count] = seats
    most = aged(np.zeros_like(entering), entering, own, NOBODY)
    new = (space.free & ~space.enrolled_last)[line]
    pair, year = np.nonzero((seats > 0) & new[:, None])
    began = begun(space, space.labels(line[pair], year)).scaled(seats[pair, year]).mapped(pair * years + year)
    return _Ordered(line, index, most, np.where(new[:, None], 0.0, most), lagged(began, own, years))


def _passed(space: Space, ordered: _Ordered) -> Terms:
    """Columns k (`ordered_passed`), with the rows that limit them; Terms by cell."""
    passed, paths = space.builder.columns["passed"], space.case.table("pathways")
    years, source = len(space.years), space.positions(paths["from_offering"])
    path = pd.Index(paths["pathway"]).get_indexer(passed.index["pathway"])
    leaving = space.cell(source[path], passed.index["year"].to_numpy(dtype=np.int64) - space.years[0])
    goes = np.zeros(len(space.offerings) * years, dtype=bool)
    goes[leaving] = True
    pair, year = np.nonzero((ordered.most > 0) & goes.reshape(-1, years)[ordered.line])
    if not len(pair):
        return Terms.empty()
    index = ordered.index[["offering", "occupation"]].iloc[pair].assign(year=space.years[year])
    block = space.builder.add_columns("ordered_passed", index)
    each, cell = np.arange(len(block)), pair * years + year
    columns = Terms(each, block.positions, np.ones(len(block)))
    greatest = np.zeros(len(space.offerings))
    np.add.at(greatest, source, paths["max_share"].to_numpy(dtype=np.float64))
    share = np.minimum(greatest, 1.0)[ordered.line[pair]]
    space.builder.add_rows(
        "orders_passed_share", index, Terms.concat([columns, ordered.begun.at(cell, -share)]),
        upper=share * ordered.fixed[pair, year],
        sentence=("{offering} {year} 年面向 {occupation} 的订单班升学人数不超过升学比例上限", "{offering} in {year}: of its order class for {occupation} at most the greatest share passes on"),
    )  # fmt: skip
    own = space.cell(ordered.line[pair], year)
    lines = np.unique(own)
    row = np.full(len(goes), -1, dtype=np.int64)
    row[lines] = np.arange(len(lines))
    among = Terms(leaving, passed.positions, -np.ones(len(passed))).mapped(row)
    space.builder.add_rows(
        "orders_passed_among", space.labels(lines // years, lines % years), Terms.concat([columns.mapped(row[own]), among]), upper=0.0,
        sentence=("{offering} {year} 年订单班升学人数不超过全部升学人数", "{offering} in {year}: no more of its order classes pass on than pass on in all"),
    )  # fmt: skip
    return columns.mapped(cell)


def _keys(frame: pd.DataFrame, columns: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[columns])
