"""Teaching out: a line that no longer recruits keeps its promises to those who began before, and makes no new ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.decisions import begun, ended
from talentplan.allocation.space import Space
from talentplan.program import Block, Terms, taken
from talentplan.workspace.keys import rows_at

__all__ = ["promised_only", "seats_taught_out", "teach_out", "unpromised"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
CLASSES = 20  # largest classes of the sending line that bound the seats promised in a year, unless `seats` does


def unpromised(space: Space, path: Ints, year: Ints) -> Mask:
    """bool[n]: pathways by position and year into a suspended line that only pathways feed, for those who began in the plan."""
    if not space.case.settings.policy.teach_out:
        return np.zeros(len(path), dtype=bool)
    target, stay = _ends(space)
    fed = _suspended(space) & ~space.direct
    return np.asarray(fed[target[path]] & (year >= stay[path]), dtype=bool)


def seats_taught_out(space: Space) -> None:
    """Columns y[a,t] (`taught_out`), persons who pass into a line that does not recruit, and w[a,t] (`lapsed`), seats no longer promised.

    e[o,t] = f[o] p[o,t] + sum of y[a,t] into o for direct lines. Nothing is added unless `policy.teach_out` is set.
    """
    passed, paths = space.builder.columns["passed"], space.case.table("pathways")
    if not space.case.settings.policy.teach_out or not len(passed):
        return
    path, year = _keys(space, passed)
    target, stay = _ends(space)
    o, later = target[path], year >= stay[path]
    promised = paths["min_share"].to_numpy(dtype=np.float64)[path] > 0
    gone, able = _taken(space), _may_close(space)
    still = np.where(_suspended(space)[o], ~later, able[o] | gone[o, year])
    ends = still & space.direct[o] & promised
    lapses = later & promised & (_suspended(space)[o] | able[o] | gone[o, np.maximum(year - stay[path], 0)])
    taught = space.builder.add_columns("taught_out", taken(passed.labels, ends), upper=_most(space)[path[ends]])
    space.builder.add_columns("lapsed", taken(passed.labels, lapses), upper=_most(space)[path[lapses]])
    entering = Terms(space.cell(o[ends], year[ends]), taught.positions, np.ones(len(taught)))
    space.entrants = Terms.concat([space.entrants, entering])
    space.full = Terms.concat([space.full, entering])


def promised_only(space: Space) -> None:
    """y <= z and y <= min_share G; z <= min_share G into a suspended line that only pathways feed."""
    taught, passed = space.block("taught_out"), space.builder.columns["passed"]
    if taught is None:
        return
    share = space.case.table("pathways")["min_share"].to_numpy(dtype=np.float64)
    path, year = _keys(space, passed)
    target, _ = _ends(space)
    fed = np.flatnonzero((_suspended(space) & ~space.direct)[target[path]] & ~unpromised(space, path, year))
    at = rows_at([*passed.labels.values()], [*taught.labels.values()])
    among = Terms.concat([Terms(np.arange(len(at)), taught.positions, np.ones(len(at))),
                          Terms(np.arange(len(at)), passed.start + at, -np.ones(len(at)))])  # fmt: skip
    space.builder.add_rows("taught_out_among_passed", taught.labels, among, upper=0.0)
    for name, block, rows, columns in (
        ("taught_out_promised", taught, at, taught.positions),
        ("suspended_promised", passed, fed, passed.positions[fed]),
    ):
        cell = space.cell(space.positions(space.case.table("pathways")["from_offering"])[path[rows]], year[rows])
        parts = [
            Terms(np.arange(len(rows)), columns, np.ones(len(rows))),
            space.completions.at(cell, -share[path[rows]]),
        ]
        index = block.labels if name == "taught_out_promised" else taken(passed.labels, rows)
        space.builder.add_rows(
            name, index, Terms.concat(parts), upper=share[path[rows]] * space.cohorts.inherited_completions.ravel()[cell],
            sentence=("衔接 {pathway} 在 {year} 年只接收已获承诺的学生", "only those who were promised a seat pass on {pathway} in {year}"),
        )  # fmt: skip


def teach_out(space: Space) -> None:
    """y <= B idle[o,t] and, for a line that closes, y <= B (1 - idle[o,t-D]); w <= B idle[o,t-D].

    idle[o,t] = sum over u <= t of c[o,u] and of mergers in whole-class years for a line that enrolled (1 once max_plan or a rule has taken it
    to zero), 1 - sum over u <= t of a[o,u] for a suspended one. D: duration of the sending line.
    """
    taught, lapsed = space.block("taught_out"), space.block("lapsed")
    if taught is None or lapsed is None:
        return
    target, stay = _ends(space)
    path, year = _keys(space, taught)
    _held(space, "taught_out_if_idle", taught, np.arange(len(path)), year, 1.0)
    since = year - stay[path]
    unpromised_now = np.flatnonzero((since >= 0) & space.enrolled_last[target[path]])
    _held(space, "taught_out_promised_before", taught, unpromised_now, since[unpromised_now], -1.0)
    path, year = _keys(space, lapsed)
    _held(space, "lapsed_if_idle", lapsed, np.arange(len(path)), year - stay[path], 1.0)


def _held(space: Space, name: str, block: Block, rows: Ints, year: Ints, sign: float) -> None:
    """Rows: the column <= B idle (sign 1) or B (1 - idle) (sign -1), idle of the line entered in another year."""
    if not len(rows):
        return
    path, _ = _keys(space, block)
    path, target = path[rows], _ends(space)[0][path[rows]]
    most, row = _most(space)[path], np.arange(len(rows))
    index, asked = taken(block.labels, rows), space.labels(target, year)
    parts = [Terms(row, block.positions[rows], np.ones(len(row)))]
    stopped = ended(space, asked)
    whole = _year_of(space)[stopped.column] < _whole(space)
    able = _may_close(space)[target]
    parts.append(
        Terms(stopped.key[whole], stopped.column[whole], np.ones(int(whole.sum()))).scaled(-sign * most * able)
    )
    parts.append(begun(space, asked).scaled(sign * most * _suspended(space)[target]))
    always = (_suspended(space)[target] | _taken(space)[target, year]).astype(np.float64)
    space.builder.add_rows(name, index, Terms.concat(parts), upper=most * (always if sign > 0 else 1.0 - always))


def _keys(space: Space, block: Block) -> tuple[Ints, Ints]:
    """Positions of the pathway and of the year of every column of a block."""
    path = rows_at([space.case.table("pathways")["pathway"]], [block.labels["pathway"]])
    return path, block.labels["year"] - space.years[0]


def _ends(space: Space) -> tuple[Ints, Ints]:
    """int[pathway] twice: the line it enters, and the duration of the line it comes from, years."""
    paths = space.case.table("pathways")
    duration = space.offerings["duration"].to_numpy(dtype=np.int64)
    return space.positions(paths["to_offering"]), duration[space.positions(paths["from_offering"])]


def _most(space: Space) -> Floats:
    """float[pathway], persons: B."""
    paths = space.case.table("pathways")
    largest = space.offerings["class_max"].to_numpy(dtype=np.float64)[space.positions(paths["from_offering"])]
    seats = paths["seats"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(seats), CLASSES * largest, seats)


def _year_of(space: Space) -> Ints:
    """int[column]: the year of every decision to close or merge, -1 for other columns."""
    blocks = [b for b in (space.block("closes"), space.block("merges")) if b is not None]
    found = np.full(max([b.start + len(b) for b in blocks], default=0), -1, dtype=np.int64)
    for block in blocks:
        found[block.positions] = block.labels["year"] - space.years[0]
    return found


def _whole(space: Space) -> int:
    return space.case.settings.solving.whole_class_years


def _suspended(space: Space) -> Mask:
    """bool[offering]: suspended, without a plan last year."""
    return np.asarray((space.offerings["status"] == "suspended").to_numpy() & ~space.enrolled_last)


def _may_close(space: Space) -> Mask:
    """bool[offering]: lines that may close for good in the whole-class years."""
    ends = _whole(space) > 0 and space.case.settings.policy.change.max_close != 0
    return np.asarray(space.free & space.enrolled_last & np.isfinite(space.limit[:, 0]) & ends)


def _taken(space: Space) -> Mask:
    """bool[offering, year]: direct lines that max_plan or a rule has taken to zero, now or before; the tail as the last year."""
    gone = (np.minimum.accumulate(space.upper, axis=1) <= 0) & (space.free & space.enrolled_last)[:, None]
    tail = len(space.years) - space.plan_count
    return np.concatenate([gone, np.repeat(gone[:, -1:], tail, axis=1)], axis=1)
