"""Numbers in whole classes, and the least number of classes of a line while it runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_layout import closures, openings_so_far
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import equal_rows, grid, limit_rows
from talentplan.workspace.case import Case

__all__ = ["class_counts", "class_rows"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
TINY = 1e-6


def class_counts(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`class_count`: persons missing to classes_min of the smallest classes, as far as a line has opened and not closed.

    What the plan numbers imply about closing is least where closing may be partial: there a line that is short is counted as
    closed by as much as it is short, and the closings together are held against `max_close`.
    """
    fewest, codes, years = flows.column("classes_min"), flows.lines["offering"], case.plan_years
    need = (fewest * flows.column("class_min"))[:, None]
    held = _held(flows, m)
    policy, partial = case.settings.policy.change, m.deciding & ~m.whole
    closed = np.cumsum(closures(m), axis=1)
    share = np.divide(m.plan, need, out=np.ones_like(m.plan), where=held)
    if policy.max_close != 0 and partial.any():
        short = np.where(held & m.old[:, None] & ~m.merged, 1.0 - share, 0.0)
        last = int(np.flatnonzero(m.deciding)[-1])
        short[:, last] = short[:, last:].max(axis=1)
        short[:, m.whole] = 0.0
        closed = np.where(m.deciding, np.maximum(closed, np.maximum.accumulate(short, axis=1)), 0.0)
        closed = np.maximum.accumulate(closed, axis=1)
    runs = np.where(m.old[:, None], np.maximum(1.0 - closed - m.merged, 0.0), np.maximum(openings_so_far(m), m.joined))
    short, size = np.maximum(need * runs - m.plan, 0.0), np.broadcast_to(need, m.plan.shape)
    binding = np.abs(m.plan - need * runs) <= TINY * np.maximum(1.0, need)
    found = [
        limit_rows(
            "class_count", codes + "/least", years, short, np.where(held, 0.0, np.inf), size=size, binding=binding
        )
    ]
    some = np.flatnonzero((held & m.old[:, None]).any(axis=1) & np.isfinite(m.reach).all(axis=1))
    if len(some):
        room = (1.0 - closed[some]) * m.reach[some]
        room[:, ~m.deciding] = np.inf
        hidden = [
            limit_rows("close", codes.iloc[some] + "/once", years, closed[some], np.ones_like(closed[some])),
            limit_rows("close", codes.iloc[some], years, m.plan[some], room),
        ]
        if policy.max_close is not None:
            allowed = np.cumsum(m.deciding * float(policy.max_close))
            hidden.append(limit_rows("close", ["*"], years, closed.sum(axis=0)[None], allowed[None]))
        found += [frame.assign(hidden=True) for frame in hidden]
    return found


def _held(flows: Flows, m: Moves) -> NDArray[np.bool_]:
    """bool[offering, year]: a least number of classes holds; neither max_plan nor a rule has taken the line below it."""
    need = (flows.column("classes_min") * flows.column("class_min"))[:, None]
    return np.asarray(m.free[:, None] & (need > 0) & (np.minimum.accumulate(m.upper, axis=1) >= need))


def class_rows(case: Case, flows: Flows, m: Moves, tables: Tables) -> list[pd.DataFrame]:
    """Section 7 in the whole-class years: whole numbers in whole classes; whole seats where pathways feed a line."""
    codes, years = flows.lines["offering"], case.plan_years[m.whole]
    plan = m.plan[:, m.whole]
    if not len(years):
        return []
    classes = grid(tables["intake"], [("offering", codes)], case.plan_years, "classes")[:, m.whole]
    fewest, greatest = (flows.column(name)[:, None] for name in ("classes_min", "classes_max"))
    runs = (plan > TINY) & (np.cumsum(closures(m), axis=1)[:, m.whole] < 1.0)
    enough = np.where(runs & _held(flows, m)[:, m.whole], fewest, 0.0)
    free, fed = np.flatnonzero(m.free), np.flatnonzero(flows.fed & ~flows.given)
    step = flows.column("class_step")[:, None]
    most, least = (flows.column(name)[:, None] * classes for name in ("class_max", "class_min"))
    seats = flows.entrants[:, : flows.plan_years][:, m.whole]
    return [
        equal_rows("classes.number", codes.iloc[free], years, plan[free], (np.round(plan / step) * step)[free]),
        equal_rows("classes.whole", codes.iloc[free], years, classes[free], np.round(classes[free])),
        limit_rows("classes", codes.iloc[free], years, plan[free], most[free]).assign(hidden=True),
        limit_rows("classes", codes.iloc[free], years, least[free], plan[free]).assign(hidden=True),
        limit_rows("class_count", codes.iloc[free], years, enough[free], classes[free]).assign(hidden=True),
        limit_rows(
            "class_count", codes.iloc[free], years, classes[free], np.broadcast_to(greatest, classes.shape)[free]
        ).assign(hidden=True),
        equal_rows("classes.seats", codes.iloc[fed], years, plan[fed], np.round(plan[fed])),
        limit_rows("classes", codes.iloc[fed], years, seats[fed], plan[fed]).assign(hidden=True),
        limit_rows("classes", codes.iloc[fed], years, plan[fed], seats[fed] + 1.0).assign(hidden=True),
    ]
