"""What is lent, from the published sharing table: no more than there is and was agreed. Section 5 of docs/how-a-plan-is-made.md."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_rows import grid, limit_rows, parameter_rows
from talentplan.workspace.case import Case

__all__ = ["lending_limits", "same_sharing", "teachers_gained"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]


def teachers_gained(
    case: Case, tables: Tables, codes: pd.Index, years: NDArray[np.int64], *, by_cluster: bool = False
) -> Floats:
    """float[code, year]: teachers who come from other schools less those who go; codes: schools, or school and cluster."""
    agreements = case.table("teacher_agreements")
    found = np.zeros((len(codes), len(years)))
    lent = grid(tables["sharing"], [("agreement", agreements["agreement"])], years, "teachers")
    for side, sign in (("to_school", 1.0), ("from_school", -1.0)):
        place = [agreements[side], agreements["cluster"]] if by_cluster else [agreements[side]]
        at = codes.get_indexer(pd.MultiIndex.from_arrays(place) if by_cluster else pd.Index(place[0]))
        np.add.at(found, at[at >= 0], sign * lent[at >= 0])
    return found


def lending_limits(case: Case, flows: Flows, tables: Tables) -> list[pd.DataFrame]:
    """`lending` of hours and `teacher_lending`."""
    return [*_hours_lent(case, flows, tables), *_teachers_lent(case, flows, tables)]


def _teachers_lent(case: Case, flows: Flows, tables: Tables) -> list[pd.DataFrame]:
    """`teacher_lending`: teachers lent under each agreement, none outside its term or beyond the travel limit."""
    agreements, years = case.table("teacher_agreements"), flows.years
    if agreements.empty:
        return []
    lent = grid(tables["sharing"], [("agreement", agreements["agreement"])], years, "teachers")
    scope = agreements["from_school"] + "/" + agreements["to_school"] + "/" + agreements["agreement"]
    return [limit_rows("teacher_lending", scope, years, lent, _allowed(case, agreements, "teachers_max", lent, years))]


def _hours_lent(case: Case, flows: Flows, tables: Tables) -> list[pd.DataFrame]:
    """`lending`: hours lent by resource, and by agreement, nothing outside its term or beyond the travel limit."""
    resources, agreements, years = case.table("resources"), case.table("agreements"), flows.years
    if agreements.empty:
        return []
    lent = grid(tables["sharing"], [("agreement", agreements["agreement"])], years, "hours")
    codes = pd.Index(resources["resource"])
    total = np.zeros((len(codes), len(years)))
    np.add.at(total, codes.get_indexer(agreements["resource"]), lent)
    there = (resources["workplaces"] * resources["hours"]).to_numpy(dtype=np.float64)[:, None]
    shared = np.isin(codes, agreements["resource"])[:, None]
    scope = agreements["resource"] + "/" + agreements["agreement"]
    return [
        limit_rows("lending", codes, years, total, np.where(shared, there, np.inf)),
        limit_rows("lending", scope, years, lent, _allowed(case, agreements, "hours_max", lent, years)),
    ]


def _allowed(case: Case, agreements: pd.DataFrame, most: str, lent: Floats, years: NDArray[np.int64]) -> Floats:
    """float[agreement, year]: what may be lent; outside its term or beyond the travel limit 0, not judged where none is."""
    first, last = (agreements[c].to_numpy()[:, None] for c in ("first_year", "last_year"))
    limit, far = case.settings.policy.travel_limit, np.zeros((len(agreements), 1), dtype=bool)
    if limit is not None:
        far = agreements["minutes"].fillna(0.0).to_numpy(dtype=np.float64)[:, None] > limit
    runs = (years >= first) & (years <= last) & ~far
    may = np.where(runs, agreements[most].to_numpy(dtype=np.float64)[:, None], 0.0)
    return np.where(~runs & (lent == 0), np.inf, may)


def same_sharing(case: Case, tables: Tables) -> list[pd.DataFrame]:
    """The sharing table repeats the parameters of its agreements rightly."""
    shared = tables["sharing"]
    if shared.empty:
        return []
    people = (shared["kind"] == "teachers").to_numpy()
    return [*_same_teachers(case, shared[people]), *_same_hours(case, shared[~people])]


def _same_teachers(case: Case, shared: pd.DataFrame) -> list[pd.DataFrame]:
    """Agreements on teachers are known and move no hours and no money."""
    known = shared["agreement"].isin(case.table("teacher_agreements")["agreement"])
    none = shared[["hours", "delivered", "workplaces", "cost"]].abs().sum(axis=1)
    return [
        parameter_rows("sharing.teachers", shared, "agreement", none, np.where(known, 0.0, np.nan)),
    ]


def _same_hours(case: Case, shared: pd.DataFrame) -> list[pd.DataFrame]:
    """Agreements on hours: delivered, cost, workplaces; no teachers."""
    usable = case.table("resources").set_index("resource")["hours"]
    terms = case.table("agreements").set_index("agreement")
    hours = shared["hours"].to_numpy(dtype=np.float64)
    rate, price, resource = (shared["agreement"].map(terms[c]) for c in ("delivery_rate", "price", "resource"))
    per = resource.map(usable).to_numpy(dtype=np.float64)
    held = np.where(per > 0, shared["workplaces"].to_numpy(dtype=np.float64) * per, hours)
    return [
        parameter_rows("sharing.delivered", shared, "agreement", shared["delivered"], hours * rate),
        parameter_rows("sharing.cost", shared, "agreement", shared["cost"], hours * price),
        parameter_rows("sharing.workplaces", shared, "agreement", held, hours),
        parameter_rows("sharing.hours", shared, "agreement", shared["teachers"], 0.0),
    ]
