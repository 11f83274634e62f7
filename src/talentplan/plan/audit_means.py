"""Limits of what there is: places, teachers, training hours, entrants. Section 5 of docs/how-a-plan-is-made.md."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_investment import shares_of_use
from talentplan.plan.audit_rows import at_hand, grid, limit_rows, no_rows
from talentplan.plan.audit_sharing import teachers_gained
from talentplan.supply import Cohorts, entrant_pools
from talentplan.workspace.case import Case

__all__ = ["entrant_limits", "hired_stock", "hours_limits", "in_use", "place_limits", "teacher_limits"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
SUBSETS_UP_TO = 12  # catchments whose every combination is tried; more are judged by a small linear program


def in_use(
    case: Case, tables: Tables, adds: str, keys: list[str], codes: pd.Index, *, years: NDArray[np.int64]
) -> Floats:
    """float[code, year]: what purchases add, from the year of payment plus the lead for as long as it lasts."""
    found = np.zeros((len(codes), len(years)))
    options = case.table("investments").drop(columns=["cost", "earmark"])
    units = tables["investment"][["investment", "year", "units"]].merge(options, on="investment")
    units = units[units["adds"] == adds]
    if units.empty:
        return found
    if adds == "hours":
        units = shares_of_use(case, units)
    owner = units[keys[0]] if len(keys) == 1 else pd.MultiIndex.from_frame(units[keys])
    at = codes.get_indexer(pd.Index(owner))
    first = (units["year"] + units["lead"]).to_numpy()[:, None]
    serving = (years >= first) & (years < first + units["life"].to_numpy()[:, None])
    added = (units["units"] * units["amount"]).to_numpy(dtype=np.float64)
    np.add.at(found, at[at >= 0], (serving * added[:, None])[at >= 0])
    return found


def place_limits(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables, exact: int) -> list[pd.DataFrame]:
    """`offering_places`, `school_places`: load <= places + places bought; exact: as in `at_hand`, here and below."""
    found = []
    schools = case.table("schools")
    lines, names = pd.Index(flows.lines["offering"]), pd.Index(schools["school"])
    for family, codes, owner, stated, adds, key in (
        ("offering_places", lines, flows.lines["offering"], flows.lines["places"], "offering_places", "offering"),
        ("school_places", names, flows.lines["school"], schools["places"], "school_places", "school"),
    ):
        places = stated.fillna(np.inf).to_numpy(dtype=np.float64)[:, None]
        inherited = flows.by(codes, owner, cohorts.inherited_enrolled)
        bought = in_use(case, tables, adds, [key], codes, years=flows.years)
        used = flows.by(codes, owner, flows.load)
        found.append(
            limit_rows(family, codes, flows.years, used, at_hand(places, bought, inherited, exact),
                       stated=places + bought, inherited=inherited)
        )  # fmt: skip
    return found


def hired_stock(case: Case, hired: Floats, schools: pd.Series) -> Floats:
    """float[row, year]: teachers hired before a year who still teach in it; `schools` names the school of each row."""
    stay = 1.0 - schools.map(case.table("schools").set_index("school")["leave_rate"]).to_numpy(dtype=np.float64)
    stock, now = np.zeros_like(hired), np.zeros(len(hired))
    for year in range(1, hired.shape[1]):
        now = now * stay + hired[:, year - 1]
        stock[:, year] = now
    return stock


def teacher_limits(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables, exact: int) -> list[pd.DataFrame]:
    """`school_teachers`, `cluster_teachers`, `hiring`: weighted load <= ratio x teachers; hires in a year."""
    schools, years = case.table("schools"), flows.years
    names, age = pd.Index(schools["school"]), years - case.first_year
    stay = (1.0 - schools["leave_rate"].to_numpy(dtype=np.float64))[:, None] ** age
    hired = grid(tables["hiring"], [("school", names)], years, "hired")

    levels = case.table("levels").set_index("level")
    strictest = flows.lines["level"].map(levels["students_per_teacher"]).groupby(flows.lines["school"]).min()
    ratio = schools["students_per_teacher"].fillna(schools["school"].map(strictest)).to_numpy(dtype=np.float64)
    count = schools[["teachers_general", "teachers_specialist"]].sum(axis=1, min_count=1).to_numpy(dtype=np.float64)
    ratio = np.where(np.isnan(ratio) | np.isnan(count), np.inf, ratio)[:, None]
    own = np.where(
        np.isinf(ratio), np.inf, np.where(np.isinf(ratio), 0.0, ratio) * np.nan_to_num(count)[:, None] * stay
    )
    weight = flows.lines["level"].map(levels["student_weight"]).to_numpy(dtype=np.float64)[:, None]
    more = hired_stock(case, hired, schools["school"]) + in_use(
        case, tables, "teachers", ["school"], names, years=years
    )
    more = np.where(np.isinf(ratio), 0.0, ratio) * (more + teachers_gained(case, tables, names, years))
    inherited = flows.by(names, flows.lines["school"], weight * cohorts.inherited_enrolled)
    found = [
        limit_rows("school_teachers", names, years, flows.by(names, flows.lines["school"], weight * flows.load),
                   at_hand(own, more, inherited, exact), stated=own + more, inherited=inherited)
    ]  # fmt: skip
    may = schools["hire_max"].to_numpy(dtype=np.float64)[:, None]
    silent = (may == 0) & (hired == 0)  # no establishment to hire into and nobody hired: not worth a row
    found.append(limit_rows("hiring", names, years, hired, np.where(silent, np.inf, may)))
    return [*found, _cluster_teachers(case, cohorts, flows, tables, exact)]


def _cluster_teachers(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables, exact: int) -> pd.DataFrame:
    """Load of school and cluster <= students_per_specialist x (specialists still there + hired + borrowed - lent)."""
    specialists, years = case.table("specialists"), flows.years
    if specialists.empty:
        return no_rows()
    keys = ["school", "cluster"]
    codes = pd.MultiIndex.from_frame(specialists[keys])
    per = specialists["cluster"].map(case.table("clusters").set_index("cluster")["students_per_specialist"])
    judged = per.notna().to_numpy()[:, None]
    ratio = per.fillna(0.0).to_numpy(dtype=np.float64)[:, None]
    leave = (
        specialists["school"].map(case.table("schools").set_index("school")["leave_rate"]).to_numpy(dtype=np.float64)
    )
    own = specialists["persons"].to_numpy(dtype=np.float64)[:, None] * (1.0 - leave)[:, None] ** (
        years - case.first_year
    )
    hires = tables["hiring"]
    at = codes.get_indexer(pd.MultiIndex.from_frame(hires[keys])) if len(hires) else np.zeros(0, dtype=np.int64)
    hired = grid(hires.assign(row=at), [("row", list(range(len(codes))))], years, "hired")
    gained = teachers_gained(case, tables, codes, years, by_cluster=True)
    more = ratio * (hired_stock(case, hired, specialists["school"]) + gained)
    owner = pd.Series(list(zip(flows.lines["school"], flows.lines["cluster"], strict=True)))
    inherited = flows.by(codes, owner, cohorts.inherited_enrolled)
    used = flows.by(codes, owner, flows.load)
    limit = np.where(judged, at_hand(ratio * own, more, inherited, exact), np.inf)
    return limit_rows("cluster_teachers", specialists["school"] + "/" + specialists["cluster"], years, used, limit,
                      stated=np.where(judged, ratio * own + more, np.inf), inherited=inherited)  # fmt: skip


def hours_limits(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables, exact: int) -> list[pd.DataFrame]:
    """`training_hours` by school and kind: hours needed <= own + bought + delivered - lent."""
    resources, needs, agreements = (case.table(name) for name in ("resources", "needs", "agreements"))
    if resources.empty or needs.empty:
        return []
    years = flows.years
    lent = grid(tables["sharing"], [("agreement", agreements["agreement"])], years, "hours")
    own = resources.assign(total=resources["workplaces"] * resources["hours"]).rename(columns={"unit": "school"})
    terms = flows.lines[["school", "program"]].assign(line=np.arange(len(flows.lines))).merge(needs, on="program")
    schools = set(case.table("schools")["school"])
    pairs = pd.concat([terms[["school", "kind"]], own.loc[own["school"].isin(schools), ["school", "kind"]]])
    pairs = pairs.drop_duplicates().sort_values(["school", "kind"], ignore_index=True)
    codes = pd.MultiIndex.from_frame(pairs)

    def added(keys: pd.DataFrame, values: Floats) -> Floats:
        at, total = codes.get_indexer(pd.MultiIndex.from_frame(keys)), np.zeros((len(codes), len(years)))
        np.add.at(total, at[at >= 0], values[at >= 0])
        return total

    line, hours = terms["line"].to_numpy(), terms["hours"].to_numpy(dtype=np.float64)[:, None]
    used = added(terms[["school", "kind"]], hours * flows.enrolled[line])
    inherited = added(terms[["school", "kind"]], hours * cohorts.inherited_enrolled[line])
    stated = added(
        own[["school", "kind"]], np.repeat(own["total"].to_numpy(dtype=np.float64)[:, None], len(years), axis=1)
    )
    lenders = agreements.merge(resources[["resource", "unit", "kind"]], on="resource", how="left")
    more = added(lenders[["school", "kind"]], lent * agreements["delivery_rate"].to_numpy(dtype=np.float64)[:, None])
    more -= added(lenders[["unit", "kind"]], lent)
    more += in_use(case, tables, "hours", ["school", "kind"], codes, years=years)
    return [
        limit_rows("training_hours", pairs["school"] + "/" + pairs["kind"], years, used,
                   at_hand(stated, more, inherited, exact), stated=stated + more, inherited=inherited)
    ]  # fmt: skip


def entrant_limits(case: Case, flows: Flows) -> list[pd.DataFrame]:
    """`entrants`: persons of a group who come to schools with one catchment must fit into the pools of its origins.

    That they can be shared out among origins is a transport problem: every combination of catchments must fit into the
    pools of all origins that any of them may draw on. Listed are the whole group, every catchment, and a combination
    that is worse.
    """
    found_pools, years = entrant_pools(case), flows.years
    if not len(found_pools):
        return []
    keys = pd.MultiIndex.from_frame(found_pools.pools[["entrant_group", "origin"]])
    wide = pd.DataFrame(found_pools.size, index=keys, columns=found_pools.years)[years].sort_index()
    area = case.table("catchments").groupby("school")["origin"].apply(frozenset)
    area = flows.lines["school"].map(area)
    persons = flows.entrants - flows.passed_in
    found = []
    for group, pools in wide.groupby(level=0):
        origins = [str(o) for _, o in pools.index]
        own = np.flatnonzero(((flows.lines["entrant_group"] == group) & ~flows.lines["pathway_fed"]).to_numpy())
        if not len(own):
            continue
        areas = [a if isinstance(a, frozenset) else frozenset(origins) for a in area.iloc[own]]
        kinds = sorted(set(areas), key=sorted)
        demand = np.zeros((len(kinds), len(years)))
        np.add.at(demand, [kinds.index(a) for a in areas], persons[own])
        reach = np.array([[o in kind for o in origins] for kind in kinds], dtype=bool)
        found += _fits(str(group), origins, demand, reach, pools.to_numpy(dtype=np.float64), years=years)
    return found


def _fits(
    group: str, origins: list[str], demand: Floats, reach: NDArray[np.bool_], pool: Floats, *, years: NDArray[np.int64]
) -> list[pd.DataFrame]:
    """Rows for one group: demand float[catchment, year], reach bool[catchment, origin], pool float[origin, year]."""
    count = len(demand)
    chosen = [np.arange(count), *(np.array([k]) for k in range(count) if count > 1)]
    rows = []
    for some in chosen:
        drawn = reach[some].any(axis=0)
        whole = len(some) == count
        scope = group if whole else "/".join([*(o for o, d in zip(origins, drawn, strict=True) if d), group])
        rows.append(
            limit_rows("entrants", [scope], years, demand[some].sum(axis=0)[None], pool[drawn].sum(axis=0)[None])
        )
    if count <= 2:
        return rows
    if count <= SUBSETS_UP_TO:
        some = np.array([np.isin(np.arange(count), s) for k in range(2, count) for s in combinations(range(count), k)])
        drawn = (some[:, :, None] & reach[None]).any(axis=1)
        used, limit = some @ demand, drawn @ pool
        worst = (used - limit).argmax(axis=0)
        at = np.arange(len(years))
        used, limit = used[worst, at], limit[worst, at]
    else:
        used = demand.sum(axis=0)
        limit = np.array([_greatest_fit(demand[:, t], reach, pool[:, t]) for t in range(len(years))])
        used = np.where(used <= limit * (1 + 1e-9) + 1e-9, limit, used)  # all fit: nothing worse than the rows above
    tight = used > limit + 1e-6 * np.maximum(1.0, limit)
    if tight.any():  # only what the rows above do not show
        rows.append(limit_rows("entrants", [f"*/{group}"], years[tight], used[None, tight], limit[None, tight]))
    return rows


def _greatest_fit(demand: Floats, reach: NDArray[np.bool_], pool: Floats) -> float:
    """Most persons that can be shared out: r[catchment, origin] >= 0 within demand and pools."""
    kind, origin = np.nonzero(reach)
    if not len(kind):
        return 0.0
    rows = np.zeros((len(demand) + len(pool), len(kind)))
    rows[kind, np.arange(len(kind))] = 1.0
    rows[len(demand) + origin, np.arange(len(kind))] = 1.0
    answer = linprog(
        -np.ones(len(kind)), A_ub=rows, b_ub=np.concatenate([np.maximum(demand, 0.0), pool]), method="highs"
    )
    return float(-answer.fun)
