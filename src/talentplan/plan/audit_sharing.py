"""What is lent, from the published sharing table: no more than there is and was agreed. Section 5 of docs/how-a-plan-is-made.md."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_rows import grid, limit_rows, parameter_rows
from talentplan.workspace.case import Case

__all__ = ["lending_limits", "same_sharing"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]


def lending_limits(case: Case, flows: Flows, tables: Tables) -> list[pd.DataFrame]:
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
    usable = case.table("resources").set_index("resource")["hours"]
    terms = case.table("agreements").set_index("agreement")
    shared = tables["sharing"]
    if shared.empty:
        return []
    hours = shared["hours"].to_numpy(dtype=np.float64)
    rate, price, resource = (shared["agreement"].map(terms[c]) for c in ("delivery_rate", "price", "resource"))
    per = resource.map(usable).to_numpy(dtype=np.float64)
    held = np.where(per > 0, shared["workplaces"].to_numpy(dtype=np.float64) * per, hours)
    return [
        parameter_rows("sharing.delivered", shared, "agreement", shared["delivered"], hours * rate),
        parameter_rows("sharing.cost", shared, "agreement", shared["cost"], hours * price),
        parameter_rows("sharing.workplaces", shared, "agreement", held, hours),
    ]
