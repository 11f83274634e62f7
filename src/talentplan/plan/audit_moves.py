"""What published plan numbers and mergers imply about changes, and how far policy, rules and bounds let a number go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules import released_lines, rule_limits
from talentplan.plan.audit_flows import Flows
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["Moves", "moves"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Moves:
    """What the plan numbers imply about changes; arrays are [offering, plan year], persons/year.

    change: plan number less that of the year before, without what mergers move; merged, joined: bool[offering, year], lines
    that have merged away by then, and new lines that took one over; upper: greatest by max_plan and rules; limit: how far a number
    may move (both inf where not limited); free: bool[offering], direct and not given; new, old: bool[offering],
    free lines without and with a plan last year; deciding: bool[year], lines may open or close; whole: bool[year],
    planned in whole classes; size: float[offering], M; reach: B; released: bool[offering], a rule over the intake of its
    school may take the line down next year; rise: limit, not widened for what max_plan or a rule takes down,
    but to the nearest number of whole classes.
    """

    plan: Floats
    last: Floats
    change: Floats
    merged: Mask
    joined: Mask
    upper: Floats
    limit: Floats
    free: Mask
    new: Mask
    old: Mask
    deciding: Mask
    whole: Mask
    size: Floats
    reach: Floats
    released: Mask
    rise: Floats


def moves(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables, whole_classes: int) -> Moves:
    """Changes of plan numbers and what policy and rules allow."""
    policy, count = case.settings.policy, flows.plan_years
    plan, last = flows.plan[:, :count], flows.column("last_plan")
    before = np.concatenate([last[:, None], plan], axis=1)
    change, merged, joined = _without_mergers(case, flows, tables["mergers"], before)
    most = np.minimum(flows.column("max_plan"), flows.column("classes_max") * flows.column("class_max"))
    upper = np.repeat(most[:, None], count, axis=1)
    for rule in rule_limits(case, cohorts):  # which lines a rule names is a parameter; obeying it is checked here
        span = 1 if rule.first_year_only else count
        upper[rule.lines, :span] = np.minimum(upper[rule.lines, :span], rule.upper[rule.lines, None])
    if policy.relative_change is not None:
        usual = np.where(last > 0, last, flows.column("class_max"))  # a new line is measured by a class
        yearly = np.maximum(policy.relative_floor, policy.relative_change * usual)
    elif policy.change.classes_per_offering is not None:
        yearly = policy.change.classes_per_offering * flows.column("class_max")
    else:
        yearly = np.where(flows.column("classes_min") > 0, 10.0 * flows.column("class_max"), np.inf)
    rise = np.repeat(yearly[:, None], count, axis=1)
    if whole_classes:
        rise[:, 0] = np.maximum(rise[:, 0], _nearest_classes(flows, upper[:, 0]))
    limit = rise.copy()
    limit[:, 0] = np.maximum(limit[:, 0], np.where(np.isfinite(upper[:, 0]), last - upper[:, 0], 0.0))
    released = released_lines(case, cohorts)
    limit[released, 0] = np.maximum(limit[released, 0], last[released])
    free = ~flows.fed & ~flows.given
    at = np.arange(count)
    return Moves(
        plan=plan, last=last, change=change, merged=merged, joined=joined, upper=upper, limit=limit, free=free, new=free & (last <= 0), old=free & (last > 0),
        deciding=at < policy.change.decision_years, whole=at < whole_classes,
        size=np.where(np.isfinite(most), most, 4.0 * flows.column("class_max")),
        reach=_reach(case, flows, limit), released=released, rise=rise,
    )  # fmt: skip


def _nearest_classes(flows: Flows, upper: Floats) -> Floats:
    """float[offering]: persons to the nearest number of whole classes that min_plan and `upper` leave, every count of classes tried."""
    last, step, least = flows.column("last_plan"), flows.column("class_step"), flows.column("class_min")
    fewest, greatest = np.maximum(flows.column("classes_min"), 1.0), flows.column("classes_max")
    nearest = np.full(len(last), np.inf)
    for classes in range(1, int(np.max(last / least, initial=0.0)) + 4):
        low = np.maximum(classes * least, flows.column("min_plan"))
        high = np.minimum(classes * flows.column("class_max"), upper)
        below = (
            np.floor(np.minimum(last, high) / step) * step
        )  # at or below both, at or above both: nothing lies nearer
        above = np.ceil(np.maximum(last, low) / step) * step
        for number in (below, above):
            fits = (number >= low) & (number <= high) & (fewest <= classes) & (classes <= greatest)
            nearest = np.where(fits, np.minimum(nearest, np.abs(number - last)), nearest)
    return np.where((last > 0) & np.isfinite(nearest), nearest, 0.0)


def _reach(case: Case, flows: Flows, limit: Floats) -> Floats:
    """float[offering, year], B: last year's plan, as far as it may have grown since, and what lines may bring that merge into it."""
    last = flows.column("last_plan")[:, None]
    found = last + np.cumsum(limit, axis=1)
    table, codes = case.table("mergers"), pd.Index(flows.lines["offering"])
    source, target = (codes.get_indexer(table[c]) for c in ("from_offering", "to_offering"))
    largest = 10.0 * flows.column("class_max")[:, None]
    own = last + np.cumsum(np.where(np.isfinite(limit), limit, largest), axis=1)
    np.add.at(found, target, own[source])
    return np.asarray(found)


def _without_mergers(case: Case, flows: Flows, done: pd.DataFrame, before: Floats) -> tuple[Floats, Mask, Mask]:
    """Changes of plan numbers without what mergers move; lines merged away, and lines that took one over, by year.

    before: float[offering, year], plan numbers from last year on.
    """
    change = np.diff(before, axis=1)
    merged, joined = np.zeros(change.shape, dtype=bool), np.zeros(change.shape, dtype=bool)
    codes = pd.Index(flows.lines["offering"])
    for source, target, year, seats in zip(
        codes.get_indexer(done["from_offering"]), codes.get_indexer(done["to_offering"]), done["year"], done["seats"],
        strict=True,
    ):  # fmt: skip
        at = int(year) - case.first_year
        change[source, at] += before[source, at]
        change[target, at] -= float(seats)
        merged[source, at:], joined[target, at:] = True, True
    return change, merged, joined
