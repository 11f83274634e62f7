"""Seats reserved for order classes and earmarked programs, from the published plan numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_layout import openings_so_far
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import grid, limit_rows
from talentplan.workspace.case import Case

__all__ = ["reserved_limits"]


def reserved_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`reserved`: persons missing to the seats reserved in a line, as far as it has opened; given lines lack what they lacked."""
    table, codes, years = case.table("reserved_seats"), flows.lines["offering"], case.plan_years
    if table.empty:
        return []
    dated = grid(table, [("offering", codes)], years, "seats")
    always = grid(table[table["year"] == 0], [("offering", codes)], np.zeros(1, dtype=np.int64), "seats")
    stated = dated + always
    runs = np.where(m.new[:, None], np.maximum(openings_so_far(m), m.joined), 1.0)
    least = np.where(m.free[:, None], np.minimum(stated, m.upper) * runs, stated)
    before = np.where(flows.given[:, None], np.maximum(stated - flows.column("last_plan")[:, None], 0.0), 0.0)
    short = np.maximum(least - m.plan, 0.0)
    tight = np.abs(m.plan - least) <= 1e-6 * np.maximum(1.0, least)
    limit = np.where((stated > 0) & (m.free | flows.given)[:, None], before, np.inf)
    return [
        limit_rows("reserved", codes + "/least", years, short, limit, stated=np.zeros_like(limit), inherited=before,
                   size=stated, binding=tight)
    ]  # fmt: skip
