"""Limits on plan numbers themselves: bounds, totals, changes, openings, closures, whole classes.

Whether a line opens or closes is not published. In the whole-class years it shows in the plan numbers; in later years,
where both may be partial, the audit takes the least opening and closing that the numbers imply: a limit it finds broken
is broken.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import equal_rows, limit_rows
from talentplan.workspace.case import Case
from talentplan.workspace.settings import Total

__all__ = [
    "bound_limits",
    "closures",
    "fair_groups",
    "fair_limits",
    "least_openings",
    "openings_so_far",
    "point_limits",
    "same_plan",
    "total_limits",
    "total_scope",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Tables = Mapping[str, pd.DataFrame]
TINY = 1e-6
ATTRIBUTES = ("school", "level", "authority", "control", "district", "cluster", "track")


def bound_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`plan_bounds`: greatest plan; persons missing to the least plan; given lines as given."""
    codes, planned = flows.lines["offering"], case.plan_years
    enrolled = flows.column("last_plan")[:, None] > 0
    given = flows.given[:, None]
    most = np.where(
        given,
        np.inf,
        np.minimum(flows.column("max_plan"), flows.column("classes_max") * flows.column("class_max"))[:, None],
    )
    least = np.where(enrolled & ~given, flows.column("min_plan")[:, None], 0.0)
    short = np.maximum(least - m.plan, 0.0)
    found = [
        limit_rows("plan_bounds", codes, planned, m.plan, most),
        limit_rows("plan_bounds", codes + "/least", planned, short, np.where(least > 0, 0.0, np.inf), size=least,
                   binding=np.abs(m.plan - least) <= TINY * np.maximum(1.0, least)),
    ]  # fmt: skip
    if len(flows.years) > len(planned):  # what pathways bring in the tail keeps to max_plan too
        tail = flows.years[len(planned) :]
        ceiling = np.where(given, flows.column("last_plan")[:, None], most)
        fed = np.where(flows.fed[:, None] & np.isfinite(ceiling), ceiling, np.inf)
        found.append(limit_rows("plan_bounds", codes, tail, flows.plan[:, len(planned) :], fed))
    return found


def total_scope(total: Total, school: str = "") -> str:
    """What a total limits, as codes: its school first, then what it names."""
    named = [str(getattr(total, name)) for name in ATTRIBUTES if getattr(total, name) is not None]
    return "/".join(dict.fromkeys([*([school] if school else []), *named]))


def total_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`total`: sum of plan numbers over the matching lines at most the greatest; persons missing to the least."""
    found = []
    last = flows.column("last_plan")
    for total in case.settings.totals:
        wanted = {name: str(getattr(total, name)) for name in ATTRIBUTES if getattr(total, name) is not None}
        match = np.logical_and.reduce(
            [np.ones(len(last), dtype=bool), *((flows.lines[k] == v).to_numpy() for k, v in wanted.items())]
        )
        at = np.flatnonzero(np.full(len(m.whole), total.year is None) | (case.plan_years == total.year))
        schools = sorted(set(flows.lines["school"][match])) if total.by_school else [""]
        for school in schools:
            lines = match & ((flows.lines["school"] == school).to_numpy() if school else True)
            base = float(last[lines].sum())
            width = np.inf if total.relative is None else total.relative * base
            most = min(np.inf if total.greatest is None else total.greatest, base + width)
            least = max(-np.inf if total.least is None else total.least, base - width)
            used = m.plan[lines][:, at].sum(axis=0)[None]
            scope = total_scope(total, school)
            found.append(limit_rows("total", [scope], case.plan_years[at], used, np.full_like(used, most)))
            if least > 0:
                short, size = np.maximum(least - used, 0.0), np.full_like(used, least)
                tight = np.abs(used - least) <= TINY * np.maximum(1.0, least)
                found.append(limit_rows("total", [f"{scope}/least"], case.plan_years[at], short, np.zeros_like(used),
                                        size=size, binding=tight))  # fmt: skip
    return found


def fair_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`fairness`: persons missing to the floor of every district, school or entrant group."""
    found = []
    for wanted in case.settings.fairness:
        for code, now, last in fair_groups(flows, wanted.by, m.plan):
            least = wanted.floor * last
            short, size = np.maximum(least - now, 0.0)[None], np.full((1, len(now)), least)
            tight = (np.abs(now - least)[None] <= TINY * max(1.0, least)) & (least > 0)
            found.append(limit_rows("fairness", [f"{wanted.by}/{code}/least"], case.plan_years, short,
                                    np.zeros_like(short), size=size, binding=tight))  # fmt: skip
    return found if any(wanted.floor > 0 for wanted in case.settings.fairness) else []


def fair_groups(flows: Flows, by: str, plan: Floats) -> list[tuple[str, Floats, float]]:
    """(code, float[plan year] of plan numbers, last year's) of every group that had a plan last year."""
    last, found = flows.column("last_plan"), []
    for code in sorted(set(flows.lines[by]) - {""}):
        own = (flows.lines[by] == code).to_numpy()
        before = float(last[own].sum())
        if before > 0:
            found.append((str(code), plan[own].sum(axis=0), before))
    return found


def _parts(m: Moves) -> tuple[Floats, Floats]:
    """Persons of a change that opening or closing must take: the excess over the limit, where they may."""
    opened = np.where(m.new[:, None] & m.deciding, np.maximum(m.change - m.limit, 0.0), 0.0)
    closed = np.where(m.old[:, None] & m.deciding, np.maximum(-m.change - m.limit, 0.0), 0.0)
    return opened, closed


def _started(m: Moves) -> Mask:
    """bool[offering, year]: a new line's first plan number above zero, unless it has taken another one over."""
    on = (m.plan > TINY) & ~m.joined
    return np.asarray(on & (np.cumsum(on, axis=1) == 1))


def least_openings(m: Moves) -> Floats:
    """float[offering, year]: least a[o,t]; in the whole-class years 1 where a line starts or outgrows its limit.

    In the first year nothing else than a[o,T0] lets a new line enrol, but for taking another one over.
    """
    opened, _ = _parts(m)
    alone = m.new & ~m.joined[:, 0]
    opened[:, 0] = np.where(alone, np.maximum(opened[:, 0], m.plan[:, 0]), opened[:, 0])
    share = opened / np.maximum(m.size, TINY)[:, None]
    whole = (_started(m) | (opened > TINY)).astype(np.float64)
    return np.where(m.new[:, None] & m.deciding, np.where(m.whole, whole, share), 0.0)


def _before(m: Moves) -> Floats:
    """float[offering, year]: the most a line can have had the year before, infinite where its changes are not limited."""
    return m.reach - np.where(np.isfinite(m.limit), m.limit, 0.0)


def closures(m: Moves) -> Floats:
    """float[offering, year]: least c[o,t]; in the whole-class years 1 where a line first is at zero without being made to."""
    _, closed = _parts(m)
    before = _before(m)
    share = np.divide(closed, before, out=np.zeros_like(closed), where=np.isfinite(before) & (before > 0))
    stopped = (m.plan <= TINY) & _allowed(m) & ~m.merged
    found = np.where(m.old[:, None] & m.deciding, share, 0.0)
    so_far = np.zeros(len(found))
    for t in np.flatnonzero(m.whole & m.deciding):  # the first years
        whole = ((stopped[:, t] & (so_far < 1.0)) | (closed[:, t] > TINY)).astype(np.float64)
        found[:, t] = np.where(m.old, whole, 0.0)
        so_far += found[:, t]
    return found


def _allowed(m: Moves) -> Mask:
    """bool[offering, year]: neither max_plan nor a rule has taken the line to zero, now or before."""
    return np.asarray(np.minimum.accumulate(m.upper, axis=1) > 0)


def point_limits(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """`change`, `open`, `close`, `points_changed`."""
    codes, planned, policy = flows.lines["offering"], case.plan_years, case.settings.policy.change
    opened, closed = _parts(m)
    used = np.abs(m.change) - opened - closed
    free = np.flatnonzero(m.free)
    limit = np.where(m.change > 0, m.rise, m.limit)
    found = [limit_rows("change", codes.iloc[free], planned, used[free], limit[free], size=m.plan[free])]
    opens, closes = least_openings(m), closures(m)
    span = int(m.deciding.sum())
    if policy.max_open is not None:
        found.append(
            limit_rows(
                "open", [""], planned[:span], opens.sum(axis=0)[None, :span], np.full((1, span), policy.max_open)
            )
        )
    if policy.max_close is not None:
        found.append(
            limit_rows(
                "close", [""], planned[:span], closes.sum(axis=0)[None, :span], np.full((1, span), policy.max_close)
            )
        )
    found += _hidden(case, flows, m, closes)
    if policy.points_share is not None:
        most = policy.points_share * float(m.old.sum())
        found.append(
            limit_rows(
                "points_changed",
                [""],
                planned,
                _least_changed(case, m, closes)[None],
                np.full((1, len(planned)), most),
            )
        )
    return found


def openings_so_far(m: Moves) -> Floats:
    """float[offering, year]: least sum over u <= t of a[o,u] that the numbers imply; 0 for lines that are not new."""
    ever = (
        np.maximum.accumulate(np.where(m.new[:, None] & ~m.joined, m.plan, 0.0), axis=1)
        / np.maximum(m.size, TINY)[:, None]
    )
    started = np.logical_or.accumulate(_started(m) & m.whole & m.new[:, None], axis=1)
    return np.asarray(np.maximum(ever, started.astype(np.float64)))


def _hidden(case: Case, flows: Flows, m: Moves, closes: Floats) -> list[pd.DataFrame]:
    """Openings over several years together, and lines that enrol without having opened or are both there and closed."""
    policy, years = case.settings.policy.change, case.plan_years
    so_far = openings_so_far(m)
    allowed = np.cumsum(np.where(m.deciding, np.inf if policy.max_open is None else policy.max_open, 0.0))
    own = np.logical_or.accumulate(m.deciding)[None, :] * m.size[:, None]  # a line opens once
    new = np.flatnonzero(m.new)
    codes = flows.lines["offering"]
    found = [
        limit_rows("open", ["*"], years, so_far.sum(axis=0)[None], allowed[None]),
        limit_rows("open", codes.iloc[new], years, m.plan[new], own[new]),
    ]
    old = np.flatnonzero(m.old & np.isfinite(m.reach).all(axis=1))
    span = int(m.deciding.sum())
    closed = np.cumsum(closes, axis=1)
    if case.settings.policy.change.max_close != 0:
        room = (1.0 - closed[old, :span]) * m.reach[old, :span]
        found.append(limit_rows("close", codes.iloc[old], years[:span], m.plan[old, :span], room))
    found.append(limit_rows("close", codes + "/once", years, closed, np.where(m.old[:, None], 1.0, np.inf)))
    idle = (m.plan <= TINY).astype(np.float64)
    must = m.old[:, None] & m.whole & ~m.deciding & _allowed(m)
    found.append(limit_rows("close", codes, years, idle, np.where(must & ~m.merged, np.minimum(closed, 1.0), np.inf)))
    before = np.logical_or.accumulate(_started(m), axis=1) & ~_started(m) & m.whole & m.new[:, None]
    found.append(limit_rows("open", codes, years, idle, np.where(before, 0.0, np.inf)))
    return [frame.assign(hidden=True) for frame in found]


def _least_changed(case: Case, m: Moves, closes: Floats) -> Floats:
    """float[year]: least sum of (up + down) / limit, or lines changed in the whole-class years.

    What opening and closing can take is taken off as far as `max_open` and `max_close` leave room, where it helps most
    first.
    """
    policy, last = case.settings.policy.change, m.last
    forced = m.upper < last[:, None]
    forced[:, 0] |= m.released
    counted = m.free[:, None] & np.isfinite(m.limit) & (m.limit > 0) & ~forced
    share = np.divide(np.abs(m.change), m.limit, out=np.zeros_like(m.change), where=counted)
    total = np.zeros(m.plan.shape[1])
    for t in range(len(total)):
        if m.whole[t]:
            moved = counted[:, t] & (np.abs(m.change[:, t]) > TINY)
            if m.deciding[t]:
                moved &= ~((_started(m)[:, t] & m.new) | ((closes[:, t] > 0) & m.old))
            total[t] = float(moved.sum())
            continue
        relief = 0.0
        if m.deciding[t]:
            for some, size, most in (
                (m.new & (m.change[:, t] > 0), m.size, policy.max_open),
                (m.old & (m.change[:, t] < 0), _before(m)[:, t], policy.max_close),
            ):
                rows = np.flatnonzero(some & counted[:, t])
                relief += _greatest_relief(size[rows] / m.limit[rows, t], share[rows, t], most)
        total[t] = float(share[:, t].sum()) - relief
    return total


def _greatest_relief(rate: Floats, most: Floats, units: int | None) -> float:
    """Most that `units` of opening or closing take off: each relieves a line by `rate`, at most by all of it.

    >>> _greatest_relief(np.array([2.0, 4.0]), np.array([1.0, 1.0]), 0)
    0.0
    >>> float(_greatest_relief(np.array([2.0, 0.5]), np.array([1.0, 1.0]), 1))
    1.25
    """
    if units is None:
        return float(most.sum())
    order = np.argsort(-rate)
    need = most[order] / rate[order]
    given = np.clip(units - (np.cumsum(need) - need), 0.0, need)
    return float((given * rate[order]).sum())


def same_plan(case: Case, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """Plan numbers that are no decision: given direct lines as last year, fed lines what passes in."""
    codes, years = flows.lines["offering"], case.plan_years
    given = np.flatnonzero(flows.given & ~flows.fed)
    last, entrants = flows.column("last_plan")[:, None], flows.entrants[:, : flows.plan_years]
    exact = flows.fed[:, None] & ~(m.whole & ~flows.given[:, None])
    both = flows.given & flows.fed
    return [
        equal_rows("plan_bounds.given", codes.iloc[given], years, m.plan[given], last[given]),
        limit_rows("plan_bounds", codes, years, m.plan, np.where(both[:, None], last, np.inf)).assign(hidden=True),
        equal_rows("plan.entrants", codes, years, np.where(exact, m.plan, 0.0), np.where(exact, entrants, 0.0)),
    ]
