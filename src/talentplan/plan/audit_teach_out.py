"""Lines that stopped recruiting: whom they still take, and which promises they no longer owe, from the published tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_layout import closures, openings_so_far
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import limit_rows
from talentplan.workspace.case import Case

__all__ = ["lapsed_promises", "teach_out_limits"]

Floats = NDArray[np.float64]
MANY = 20.0  # largest classes of the sending line


def lapsed_promises(case: Case, flows: Flows, m: Moves) -> Floats:
    """float[pathway, year], persons: most seats no longer promised, to those who began after the line they aim at had stopped."""
    idle, target, stay, most = _stopped(case, flows, m)
    return np.stack(
        [_earlier(idle[o], d) * b for o, d, b in zip(target, stay, most, strict=True)] or [np.zeros(0)]
    ).reshape(len(target), len(flows.years))


def teach_out_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`progression`: only lines that stopped teach out, only those promised a seat, and among those who pass."""
    paths, years = case.table("pathways"), flows.years
    if paths.empty:
        return []
    idle, target, stay, most = _stopped(case, flows, m)
    promised = paths["min_share"].to_numpy(dtype=np.float64)[:, None]
    source = pd.Index(flows.lines["offering"]).get_indexer(paths["from_offering"])
    room = np.minimum(flows.passed, promised * flows.completions[source])
    began_after = np.stack([_earlier(idle[o], d) for o, d in zip(target, stay, strict=True)])
    room = np.minimum(
        room, most[:, None] * np.minimum(idle[target], 1.0 - np.where(_old(flows)[target][:, None], began_after, 0.0))
    )
    suspended = _suspended(flows)[target][:, None]
    after = np.arange(len(years)) >= stay[:, None]
    room = np.where(suspended & after, 0.0, room)
    fed = flows.fed[target][:, None] & suspended & case.settings.policy.teach_out
    into_fed = np.where(fed, np.where(after, 0.0, promised * flows.completions[source]), np.inf)
    found = [
        limit_rows("progression", paths["pathway"], years, flows.taught_out, room, size=flows.completions[source]),
        limit_rows("progression", paths["pathway"], years, flows.passed, into_fed, size=flows.completions[source]),
    ]
    return [frame.assign(hidden=True) for frame in found]


def _stopped(case: Case, flows: Flows, m: Moves) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """float[offering, year] in [0, 1] lines that do not recruit; per pathway the line entered, the duration before it, and B."""
    paths, codes = case.table("pathways"), pd.Index(flows.lines["offering"])
    source, target = codes.get_indexer(paths["from_offering"]), codes.get_indexer(paths["to_offering"])
    stay = flows.column("duration").astype(np.int64)[source]
    largest = pd.Series(MANY * flows.column("class_max")[source], index=paths.index)
    most = paths["seats"].fillna(largest).to_numpy(dtype=np.float64)
    closed = np.where(m.whole & m.deciding & np.isfinite(m.limit[:, :1]), closures(m), 0.0).cumsum(axis=1)
    taken = (np.minimum.accumulate(m.upper, axis=1) <= 0) & m.old[:, None]
    gone = np.maximum(taken, m.merged & np.isfinite(m.limit[:, :1]))
    idle = np.where(m.old[:, None], np.maximum(np.floor(closed + 1e-9), gone), 0.0)
    idle = np.where(_suspended(flows)[:, None], 1.0 - np.maximum(openings_so_far(m), m.joined), idle)
    idle = np.concatenate([idle, np.repeat(idle[:, -1:], len(flows.years) - idle.shape[1], axis=1)], axis=1)
    return idle * case.settings.policy.teach_out, target, stay, most


def _earlier(values: Floats, years: int) -> Floats:
    """float[year]: the values so many years before, 0 before the first."""
    return np.concatenate([np.zeros(min(years, len(values))), values[: max(len(values) - years, 0)]])


def _suspended(flows: Flows) -> NDArray[np.bool_]:
    return np.asarray((flows.lines["status"] == "suspended").to_numpy() & (flows.column("last_plan") <= 0))


def _old(flows: Flows) -> NDArray[np.bool_]:
    return np.asarray(flows.column("last_plan") > 0)
