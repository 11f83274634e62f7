"""Seats reserved for order classes and earmarked programs, and where their completers work, from the published tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand import Openings
from talentplan.plan.audit_flows import Flows, local_shares, unchanged_completing
from talentplan.plan.audit_layout import openings_so_far
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import grid, limit_rows
from talentplan.plan.audit_tables import allowed_placements
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["order_limits", "reserved_limits"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
JOB = ["occupation", "level"]


def reserved_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`reserved`: persons missing to the seats reserved in a line, as far as it has opened; given lines lack what they lacked."""
    table, codes, years = case.table("reserved_seats"), flows.lines["offering"], case.plan_years
    if table.empty:
        return []
    stated = _seats(table, "offering", codes, years)
    least = np.where(m.free[:, None], np.minimum(stated, m.upper) * _runs(m), stated)
    before = np.where(flows.given[:, None], np.maximum(stated - flows.column("last_plan")[:, None], 0.0), 0.0)
    short = np.maximum(least - m.plan, 0.0)
    tight = np.abs(m.plan - least) <= 1e-6 * np.maximum(1.0, least)
    limit = np.where((stated > 0) & (m.free | flows.given)[:, None], before, np.inf)
    return [
        limit_rows("reserved", codes + "/least", years, short, limit, stated=np.zeros_like(limit), inherited=before,
                   size=stated, binding=tight)
    ]  # fmt: skip


def order_limits(
    case: Case, openings: Openings, cohorts: Cohorts, flows: Flows, m: Moves, tables: Tables
) -> list[pd.DataFrame]:
    """`orders`: completers of order classes missing in the occupation stated, as far as it has openings for them.

    Those who passed on inside may all have come from the order class, up to the greatest share that can; where a line has
    orders for several occupations, from the one of each: an order that is found broken is broken.
    """
    table = case.table("reserved_seats")
    table = table[table["occupation"] != ""].assign(pair=lambda t: t["offering"] + "/" + t["occupation"])
    if table.empty:
        return []
    pairs = table[["pair", "offering", "occupation"]].drop_duplicates(ignore_index=True)
    line = pd.Index(flows.lines["offering"]).get_indexer(pairs["offering"])
    part = _seats(table, "pair", pairs["pair"], case.plan_years)
    stated = _seats(case.table("reserved_seats"), "offering", flows.lines["offering"], case.plan_years)
    given = np.where(flows.given, flows.column("last_plan"), np.inf)[:, None]
    kept = np.minimum(stated, np.where(m.free[:, None], m.upper, given))
    held = np.minimum(kept * _runs(m), m.plan)
    completing, fill = unchanged_completing(cohorts)[line], flows.column("fill")[line, None]
    most, sure = (
        _completed(part * np.divide(seats, stated, out=np.zeros_like(seats), where=stated > 0)[line] * fill, completing)
        for seats in (kept, held)
    )
    shares = case.table("pathways").groupby("from_offering")["max_share"].sum().clip(upper=1.0)
    greatest = pairs["offering"].map(shares).fillna(0.0).to_numpy(dtype=np.float64)[:, None]
    local = local_shares(flows.lines)[line, None]
    stays = local * (sure - np.minimum(flows.passed_out[line], greatest * sure))

    orders = pairs.assign(program=flows.lines["program"].to_numpy()[line])
    owner = orders["program"] + "/" + orders["occupation"]
    codes = pd.Index(sorted(set(owner)))
    asked, least = (flows.by(codes, owner, persons) for persons in (local * most, stays))
    least = np.maximum(least - _beyond(case, openings, codes, asked, flows.years), 0.0)
    placement = tables["placement"].assign(order=lambda t: t["program"] + "/" + t["occupation"])
    placed = grid(placement, [("order", codes)], flows.years, "persons")
    tight = (np.abs(placed - least) <= 1e-6 * np.maximum(1.0, least)) & (least > 0)
    return [
        limit_rows("orders", codes + "/least", flows.years, np.maximum(least - placed, 0.0),
                   np.where(asked > 0, 0.0, np.inf), size=asked, binding=tight)
    ]  # fmt: skip


def _seats(table: pd.DataFrame, key: str, codes: pd.Series, years: NDArray[np.int64]) -> Floats:
    """float[code, plan year]: seats reserved in the year or in every year."""
    always = grid(table[table["year"] == 0], [(key, codes)], np.zeros(1, dtype=np.int64), "seats")
    return grid(table, [(key, codes)], years, "seats") + always


def _runs(m: Moves) -> Floats:
    """float[offering, plan year]: the least that a new line has opened, 1 for others."""
    return np.where(m.new[:, None], np.maximum(openings_so_far(m), m.joined), 1.0)


def _completed(entrants: Floats, completing: Floats) -> Floats:
    """float[pair, year], tail included: who completes of entrants float[pair, plan year]; completing: float[pair, k]."""
    found, years = np.zeros_like(completing), completing.shape[1]
    for began in range(entrants.shape[1]):
        found[:, began:] += entrants[:, began, None] * completing[:, : years - began]
    return found


def _beyond(case: Case, openings: Openings, codes: pd.Index, asked: Floats, years: NDArray[np.int64]) -> Floats:
    """float[order, year]: persons without an opening where orders share what they can take in proportion to their persons."""
    ways = allowed_placements(case)
    ways = ways.assign(order=codes.get_indexer(pd.Index(ways["program"] + "/" + ways["occupation"])))
    ways = ways[ways["order"] >= 0].drop_duplicates(["order", *JOB])
    jobs = ways[JOB].drop_duplicates(ignore_index=True)
    names = jobs["occupation"] + "/" + jobs["level"]
    there = openings.table.assign(job=lambda t: t["occupation"] + "/" + t["level"])
    order, job = (
        ways["order"].to_numpy(),
        pd.Index(names).get_indexer(pd.Index(ways["occupation"] + "/" + ways["level"])),
    )
    wanted = np.zeros((len(jobs), len(years)))
    np.add.at(wanted, job, asked[order])
    has = grid(there, [("job", names)], years, "openings")
    share, room = np.divide(has, wanted, out=np.zeros_like(has), where=wanted > 0), np.zeros_like(asked)
    np.add.at(room, order, share[job])
    return np.maximum(asked * (1.0 - room), 0.0)
