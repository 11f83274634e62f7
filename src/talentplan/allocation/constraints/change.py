"""How much may change from one year to the next: numbers, openings, closures, points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.constraints.decisions import begun
from talentplan.allocation.constraints.mergers import merger_inflow, mergers
from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.settings import Policy

__all__ = ["change", "greatest_plan", "move_limits", "to_whole_classes"]

Floats = NDArray[np.float64]
NEW_LINE_CLASSES = (
    4  # a line that opens grows to so many of its largest classes, unless max_plan or classes_max says otherwise
)
FREE_CLASSES = 10  # a line with a least number of classes moves by so many a year where the policy sets no limit


def greatest_plan(offerings: pd.DataFrame) -> Floats:
    """float[offering], persons/year: max_plan, and no more than classes_max of the largest classes; inf where neither is set."""
    most, classes, largest = (offerings[c].to_numpy(dtype=np.float64) for c in ("max_plan", "classes_max", "class_max"))
    return np.asarray(np.minimum(most, classes * largest))


def move_limits(offerings: pd.DataFrame, policy: Policy, years: int) -> Floats:
    """float[offering, plan year], persons a plan number may move in a year; inf where the policy sets no limit.

    A line with a least number of classes always has one, so that closing it has a meaning. Relative change is measured
    against last year's plan, for a line without one against its largest class.
    """
    largest, last = (offerings[c].to_numpy(dtype=np.float64) for c in ("class_max", "last_plan"))
    relative, floor = policy.relative_change, policy.relative_floor
    classes = policy.change.classes_per_offering
    if relative is not None:
        limit = np.maximum(floor, relative * np.where(last > 0, last, largest))
    elif classes is not None:
        limit = classes * largest
    else:
        limit = np.where(offerings["classes_min"] > 0, FREE_CLASSES * largest, np.inf)
    return np.repeat(limit[:, None], years, axis=1)


def to_whole_classes(offerings: pd.DataFrame, upper: Floats) -> Floats:
    """float[offering], persons from last year's plan to the nearest number that whole classes allow; 0 without a plan or such a number.

    upper: float[offering], greatest plan number. Every number of classes up to three more than last year's is tried.
    """
    names = ("last_plan", "class_min", "class_max", "class_step", "min_plan", "classes_min", "classes_max")
    last, least, most, step, floor, fewest, greatest = (offerings[c].to_numpy(dtype=np.float64) for c in names)
    found = np.full(len(last), np.inf)
    for classes in range(1, int(np.max(last / least, initial=0.0)) + 4):
        low = np.ceil(np.maximum(classes * least, floor) / step) * step
        high = np.floor(np.minimum(classes * most, upper) / step) * step
        high = np.where((fewest <= classes) & (classes <= greatest), high, -np.inf)
        for number in (np.floor(last / step) * step, np.ceil(last / step) * step):
            apart = np.abs(np.clip(number, low, np.maximum(low, high)) - last)
            found = np.where(low <= high, np.minimum(found, apart), found)
    return np.where((last > 0) & np.isfinite(found), found, 0.0)


def change(space: Space) -> None:
    """`change`, `open`, `close`, `points_changed` of docs/how-a-plan-is-made.md; free lines, plan years.

    Columns up, down (0 .. limit), opened, closed, and in the decision years a (`opens`) and c (`closes`) in [0, 1]; mergers add to both sides.
    """
    lines = space.where(space.free)
    if not len(lines):
        return
    years = space.plan_count
    offering, year = space.grid(lines, np.arange(years))
    index = space.labels(offering, year)
    limit = space.limit[offering, year]
    moved = space.case.settings.objective.moved_seat * space.discount[year]
    up = space.builder.add_columns("up", index, upper=limit, cost=moved)
    down = space.builder.add_columns("down", index, upper=limit, cost=moved)
    space.builder.state_bounds(
        "up", up, upper=limit,
        sentence=("{offering} {year} 年增加名额不超过允许幅度", "{offering} in {year}: growth within the change policy"),
        together=("{year} 年各计划行增加名额不超过允许幅度", "in {year} no line grows by more than the change policy allows"),
    )  # fmt: skip
    space.builder.state_bounds(
        "down", down, upper=limit,
        sentence=("{offering} {year} 年减少名额不超过允许幅度", "{offering} in {year}: decline within the change policy"),
        together=("{year} 年各计划行减少名额不超过允许幅度", "in {year} no line shrinks by more than the change policy allows"),
    )  # fmt: skip
    row = np.arange(len(up))
    one = np.ones(len(up))
    parts = [
        Terms(row, space.plan_column(offering, year), one),
        Terms(row, up.positions, -one),
        Terms(row, down.positions, one),
    ]
    later = year > 0
    parts.append(Terms(row[later], space.plan_column(offering[later], year[later] - 1), -one[later]))
    row_of = np.full((len(space.offerings), years), -1, dtype=np.int64)
    row_of[offering, year] = row
    parts.append(mergers(space, row_of))
    parts.append(_openings(space, row_of))
    parts.append(_closures(space, row_of))
    before = np.where(later, 0.0, space.offerings["last_plan"].to_numpy(dtype=np.float64)[offering])
    space.builder.add_rows(
        "change", index, Terms.concat(parts), lower=before, upper=before,
        sentence=("{offering} 在 {year} 年的计划增减不超过允许幅度", "{offering} in {year}: the plan may change only so much"),
    )  # fmt: skip
    _points(space, offering, year, limit)


def _decisions(space: Space, mask: NDArray[np.bool_]) -> tuple[np.ndarray, np.ndarray, Labels]:
    lines = space.where(mask)
    count = min(space.case.settings.policy.change.decision_years, space.plan_count)
    offering, year = space.grid(lines, np.arange(count))
    index = space.labels(offering, year)
    return offering, year, index


def _openings(space: Space, row_of: NDArray[np.int64]) -> Terms:
    """Columns a and opened; p[o,t] <= M x sum over u <= t of a[o,u]; each line once; sum of a <= max_open. Terms for the change rows."""
    new = space.free & ~space.enrolled_last
    offering, year, index = _decisions(space, new)
    if not len(offering):
        return Terms.empty()
    whole = year < space.case.settings.solving.whole_class_years
    opens = space.builder.add_columns("opens", index, upper=1.0, integer=whole)
    opened = space.builder.add_columns(
        "opened", index, cost=space.case.settings.objective.moved_seat * space.discount[year]
    )
    size = _new_line_size(space)[offering]
    row = np.arange(len(offering))
    space.builder.add_rows(
        "opened_if", index, Terms.concat([Terms(row, opened.positions, np.ones(len(row))), Terms(row, opens.positions, -size)]),
        upper=0.0,
        sentence=("{offering} 只有在 {year} 年开设才能首次招生", "{offering} enrols first in {year} only if it opens then"),
    )  # fmt: skip
    lines, years = space.where(new), space.plan_count
    line, when = space.grid(lines, np.arange(years))
    index_all = space.labels(line, when)
    space.builder.add_rows(
        "opened_before", index_all,
        Terms.concat([Terms(np.arange(len(line)), space.plan_column(line, when), np.ones(len(line))),
                      begun(space, index_all).scaled(-_new_line_size(space)[line])]),
        upper=0.0,
        sentence=("{offering} 未开设前不招生（{year} 年）", "{offering} enrols in {year} only once it has opened"),
    )  # fmt: skip
    whole_plan = taken(index_all, when == years - 1)
    space.builder.add_rows(
        "opens_once", {"offering": whole_plan["offering"]}, begun(space, whole_plan), upper=1.0,
        sentence=("{offering} 只开设一次", "{offering} opens once"),
    )  # fmt: skip
    _count(space, "open", opens.positions, year, space.case.settings.policy.change.max_open,
           ("{year} 年新开或恢复的计划行数上限", "lines that may open or resume in {year}"))  # fmt: skip
    return Terms(row_of[offering, year], opened.positions, -np.ones(len(row)))


def _new_line_size(space: Space) -> Floats:
    """float[offering], persons: M[o]."""
    top, largest = greatest_plan(space.offerings), space.offerings["class_max"].to_numpy(dtype=np.float64)
    return np.where(np.isfinite(top), top, NEW_LINE_CLASSES * largest)


def _closures(space: Space, row_of: NDArray[np.int64]) -> Terms:
    """Columns c and closed; closed <= B' c, p <= B (1 - sum over u <= t of c[o,u]), B = last plan + (t + 1) limit, B' = B of t - 1.

    B counts what mergers may add, too.

    A line closes once (sum over t of c <= 1) and stays closed in the decision years; sum over o of c <= max_close.
    """
    old = space.free & space.enrolled_last
    offering, year, index = _decisions(space, old)
    if not len(offering):
        return Terms.empty()
    whole = year < space.case.settings.solving.whole_class_years
    closes = space.builder.add_columns("closes", index, upper=1.0, integer=whole)
    moved = space.case.settings.objective.moved_seat * space.discount[year]
    limit = (np.cumsum(space.limit, axis=1) + merger_inflow(space))[offering, year]
    bounded = np.isfinite(limit)
    held = taken(index, bounded)
    closed = space.builder.add_columns("closed", held, cost=moved[bounded])
    reach = (space.offerings["last_plan"].to_numpy(dtype=np.float64)[offering] + limit)[bounded]
    fall = reach - space.limit[offering, year][bounded]  # what there can have been the year before
    row = np.arange(int(bounded.sum()))
    one = np.ones(len(row))
    stopped = space.so_far(closes, held).scaled(reach)
    space.builder.add_rows(
        "closed_if", held,
        Terms.concat([Terms(row, closed.positions, one), Terms(row, closes.positions[bounded], -fall)]), upper=0.0,
        sentence=("{offering} 只有在 {year} 年停招才能一次降为零", "{offering} falls to zero in {year} only if it closes"),
    )  # fmt: skip
    space.builder.add_rows(
        "closed_means_zero", held,
        Terms.concat([Terms(row, space.plan_column(offering[bounded], year[bounded]), one), stopped]),
        upper=reach,
        sentence=("{offering} 停招后 {year} 年不招生", "{offering} does not enrol in {year} once it closes"),
    )  # fmt: skip
    line = np.unique(offering, return_inverse=True)[1]
    space.builder.add_rows(
        "closes_once", taken(index, year == 0, "offering"), Terms(line, closes.positions, np.ones(len(line))), upper=1.0,
        sentence=("{offering} 只停招一次", "{offering} closes once"),
    )  # fmt: skip
    _count(space, "close", closes.positions, year, space.case.settings.policy.change.max_close,
           ("{year} 年停招的计划行数上限", "lines that may stop enrolling in {year}"))  # fmt: skip
    return Terms(row_of[offering[bounded], year[bounded]], closed.positions, one)


def _count(
    space: Space, name: str, columns: np.ndarray, year: np.ndarray, most: int | None, sentence: tuple[str, str]
) -> None:
    if most is None:
        return
    span = int(year.max()) + 1
    space.builder.add_rows(
        name, {"year": space.years[:span]}, Terms(year, columns, np.ones(len(columns))), upper=float(most),
        sentence=sentence,
    )  # fmt: skip


def _points(space: Space, offering: np.ndarray, year: np.ndarray, limit: Floats) -> None:
    """`points_changed`: sum of (up + down) / limit <= points_share x lines that enrolled last year; whole in whole-class years."""
    share = space.case.settings.policy.change.points_share
    if share is None:
        return
    most = np.full(space.plan_count, share * float((space.free & space.enrolled_last).sum()))
    up, down = space.builder.columns["up"], space.builder.columns["down"]
    forced = space.demanded[offering, year] < space.offerings["last_plan"].to_numpy(dtype=np.float64)[offering]
    forced |= space.released[offering] & (year == 0)
    counted = np.isfinite(limit) & (limit > 0) & ~forced  # what a rule or max_plan takes down is not the plan's own
    later = counted & (year >= space.case.settings.solving.whole_class_years)
    first = np.flatnonzero(counted & ~later)
    parts = [Terms(year[later], b.positions[later], 1.0 / limit[later]) for b in (up, down)]
    if len(first):
        moves = space.builder.add_columns("changes", taken(up.labels, first), upper=1.0, integer=True)
        parts.append(Terms(year[first], moves.positions, np.ones(len(first))))
        row, line = np.arange(len(first)), offering[first]
        most_up, most_down = _reach_of_whole_classes(space, line, year[first], limit[first])
        space.builder.add_rows(
            "changed_if", taken(up.labels, first),
            Terms.concat([Terms(row, up.positions[first], 1.0 / most_up), Terms(row, down.positions[first], 1.0 / most_down),
                          Terms(row, moves.positions, -np.ones(len(first)))]), upper=0.0,
        )  # fmt: skip
        most[: space.case.settings.solving.whole_class_years] = np.floor(most[0] + 1e-9)
    space.builder.add_rows(
        "points_changed", {"year": space.years[: space.plan_count]}, Terms.concat(parts), upper=most,
        sentence=("{year} 年调整的计划行数上限", "lines whose numbers may change in {year}"),
    )  # fmt: skip


def _reach_of_whole_classes(space: Space, line: np.ndarray, year: np.ndarray, limit: Floats) -> tuple[Floats, Floats]:
    """How far a number can really move up and down in the first year without opening or closing: tighter than the limit.

    A line that keeps enrolling keeps a smallest class, so it falls by last plan - class_min at most; max_plan and rules
    bound the rise. In later years last year's number is not known beforehand and the limit itself stands. At least 1 person, so
    that no coefficient explodes.
    """
    table = space.offerings
    last, least = (table[c].to_numpy(dtype=np.float64)[line] for c in ("last_plan", "class_min"))
    known = (year == 0) & (last > 0)
    up = np.where(known, np.minimum(limit, space.upper[line, year] - last), limit)
    down = np.where(known, np.minimum(limit, last - least), limit)
    return np.maximum(up, 1.0), np.maximum(down, 1.0)
