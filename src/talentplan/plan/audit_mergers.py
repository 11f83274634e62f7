"""Lines that merge or move, judged from the published table of mergers and the plan numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import limit_rows
from talentplan.workspace.case import Case

__all__ = ["merger_limits"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
TINY = 1e-6


def merger_limits(case: Case, flows: Flows, tables: Tables, m: Moves) -> list[pd.DataFrame]:
    """`mergers`: what merged away enrols nobody; what took it over has a class and no more of its seats than it had.

    Of those seats a class goes along at least (all, where there were fewer) and the line that takes them does not shrink of itself in
    that year: a merger is no closing by another name.
    A merger must be one of the input, not before its first year, in a decision year planned in whole classes, once, between lines
    that are decided, out of one that enrolled last year.
    """
    done, codes, years = tables["mergers"], flows.lines["offering"], case.plan_years
    if done.empty:
        return []
    known = done.merge(case.table("mergers").drop(columns="kind"), on=["from_offering", "to_offering"], how="left")
    source, target = (pd.Index(codes).get_indexer(pd.Index(done[c])) for c in ("from_offering", "to_offering"))
    at = pd.Index(years).get_indexer(pd.Index(done["year"]))
    allowed = known["first_year"].notna() & (known["first_year"] <= known["year"]) & ~done["from_offering"].duplicated()
    sound = allowed.to_numpy() & (at >= 0) & (m.deciding & m.whole)[at] & m.old[source] & m.free[target]
    scope = done["from_offering"] + "/" + done["to_offering"]
    least = flows.column("class_min")
    found = []
    for k in range(len(done)):  # few
        since = np.arange(len(years)) >= at[k]
        had = np.concatenate([flows.column("last_plan")[source[k], None], m.plan[source[k]]])[at[k]]
        left = np.where(since, m.plan[source[k]], 0.0)[None]
        short = np.where(since, np.maximum(least[target[k]] - m.plan[target[k]], 0.0), 0.0)[None]
        taken = np.where(years == years[at[k]], float(done["seats"].iloc[k]), 0.0)[None]
        before = np.concatenate([flows.column("last_plan")[target[k], None], m.plan[target[k]]])[at[k]]
        seats = float(done["seats"].iloc[k])
        few = max(min(float(least[target[k]]), float(flows.column("last_plan")[source[k]])) - seats, 0.0)
        joined = done["seats"][
            (done["to_offering"] == done["to_offering"].iloc[k]) & (done["year"] == done["year"].iloc[k])
        ].sum()
        fallen = max(before + float(joined) - m.plan[target[k], at[k]], 0.0)
        name = [scope.iloc[k]]
        found += [
            limit_rows("mergers", name, years, taken, np.where(years == years[at[k]], had, np.inf)[None]),
            limit_rows("mergers", name, years, left, np.where(since, 0.0, np.inf)[None], size=np.full_like(left, had)).assign(hidden=True),
            limit_rows("mergers", name, years, short, np.zeros_like(short)).assign(hidden=True),
            limit_rows("mergers", name, years[at[k], None], np.array([[max(few, fallen)]]), np.zeros((1, 1))).assign(hidden=True),
            limit_rows("mergers", name, years[:1], np.array([[float(not sound[k])]]), np.zeros((1, 1))).assign(hidden=True),
        ]  # fmt: skip
    return found
