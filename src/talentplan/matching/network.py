"""Placement as a flow from programs to jobs, year by year: the greatest number placed, and with whom it must be.

The numbers placed by program, or by job, over all greatest placements are the bases of a polymatroid: of a set S of jobs
at most maxflow(everyone -> S) can be filled, at least maxflow(everyone -> all jobs) - maxflow(everyone -> all but S), and
likewise of programs (Edmonds 1970; Schrijver, Combinatorial Optimization, ch. 44). So every end of a range is one
greatest placement with some bounds at 0, and most of them can be read off the first one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

from talentplan.errors import SolverError
from talentplan.program import ProgramBuilder, Session, Terms

__all__ = ["Network"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TOLERANCE = 1e-7  # of persons, per person of the largest number


@dataclass(frozen=True)
class Network:
    """Programs, jobs and who may take which.

    supply: float[program, year], persons. demand: float[job, year], persons. source, target: int[arc], positions of
    programs and jobs, no pair twice.
    """

    supply: Floats
    demand: Floats
    source: Ints
    target: Ints

    @cached_property
    def years(self) -> int:
        """Number of years."""
        return int(self.supply.shape[1])

    @cached_property
    def small(self) -> float:
        """Persons below which a number is rounding."""
        largest = max(float(self.supply.max(initial=0.0)), float(self.demand.max(initial=0.0)), 1.0)
        return _TOLERANCE * largest

    @cached_property
    def flow(self) -> Floats:
        """float[arc, year], persons: one placement of the greatest possible number."""
        found = np.zeros((len(self.source), self.years))
        for year in range(self.years):
            arcs = np.flatnonzero(np.minimum(self.supply[self.source, year], self.demand[self.target, year]) > 0)
            found[arcs, year] = _Model(self, year, arcs).flow()
        return found

    @cached_property
    def most(self) -> Floats:
        """float[year], persons: the greatest number that can be placed."""
        return np.asarray(self.flow.sum(axis=0), dtype=np.float64)

    @cached_property
    def given(self) -> Floats:
        """float[program, year], persons placed in `flow`."""
        return _sums(self.flow, self.source, len(self.supply))

    @cached_property
    def taken(self) -> Floats:
        """float[job, year], persons placed in `flow`."""
        return _sums(self.flow, self.target, len(self.demand))

    @cached_property
    def may_idle(self) -> Flags:
        """bool[program, year]: some greatest placement leaves persons of the program without a job.

        From every program with persons left over, over jobs it could fill, to those who hold them.
        """
        return self._alternating(self.supply - self.given, self.source, self.target, len(self.supply))

    @cached_property
    def may_lack(self) -> Flags:
        """bool[job, year]: some greatest placement leaves openings of the job unfilled."""
        return self._alternating(self.demand - self.taken, self.target, self.source, len(self.demand))

    def _alternating(self, left: Floats, near: Ints, far: Ints, count: int) -> Flags:
        others = int(far.max(initial=-1)) + 1
        found = np.zeros((count, self.years), dtype=bool)
        for year in range(self.years):
            held = self.flow[:, year] > self.small
            start = np.flatnonzero(left[:, year] > self.small)
            top = count + others
            tail = np.concatenate([near, count + far[held], np.full(len(start), top)])
            head = np.concatenate([count + far, near[held], start])
            graph = sp.csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(top + 1, top + 1))
            reached = breadth_first_order(graph, top, return_predecessors=False)
            found[reached[reached < count], year] = True
        return found

    def most_filled(self, groups: Ints) -> Floats:
        """float[group, year], persons: greatest number placed in each group of jobs over all greatest placements.

        groups: int[job], numbered from 0. A greatest flow into few jobs is a least cut: over all subsets of the group,
        the openings of the subset plus everyone who could fill the rest.
        """
        count = int(groups.max(initial=-1)) + 1
        place = _place_in_group(groups)
        each = pd.DataFrame({"group": groups[self.target], "program": self.source, "bit": 1 << place[self.target]})
        mask = each.groupby(["group", "program"], as_index=False).agg({"bit": "sum"})
        group, program, bits = (mask[name].to_numpy(dtype=np.int64) for name in ("group", "program", "bit"))
        least = np.full((count, self.years), np.inf)
        for chosen in range(1 << int(place.max(initial=-1) + 1)):
            inside = (chosen >> place) & 1 == 1
            cut = _sums(np.where(inside[:, None], self.demand, 0.0), groups, count)
            cut += _sums(np.where((bits & ~chosen != 0)[:, None], self.supply[program], 0.0), group, count)
            least = np.minimum(least, cut)
        return np.asarray(least)

    def least_filled(self, groups: Ints) -> Floats:
        """float[group, year], persons: least number placed in each group of jobs over all greatest placements.

        groups: int[job], numbered from 0, at least one job each.
        """
        count = int(groups.max(initial=-1)) + 1
        filled = _sums(self.taken, groups, count)
        slack = np.where(self.may_lack, self.demand - self.taken, 0.0)
        open_ = _any(self.may_lack, groups, count) & (filled > self.small)
        bound = self._only(self.may_lack, self.source, self.target, groups, count, self.supply)
        known, least = self._rerouted(filled, open_, bound, slack, self.source, self.target, groups)
        order = np.argsort(groups, kind="stable")
        sets = np.split(order, np.cumsum(np.bincount(groups, minlength=count))[:-1])
        return self._least(least, known, sets, self.may_lack, self.target, self.taken)

    def most_placed(self, groups: Sequence[Ints]) -> Floats:
        """float[group, year], persons: greatest number of each set of programs that any greatest placement places.

        groups: positions of the programs of each set; they may overlap.
        """
        found = self._within(self.supply, groups)
        reach = np.bincount(self.source, minlength=len(self.supply)) > 0
        several = np.zeros(found.shape, dtype=bool)
        for k, members in enumerate(groups):
            if len(members) == 1:
                jobs = self.target[self.source == members[0]]
                found[k] = np.minimum(found[k], self.demand[jobs].sum(axis=0)) if reach[members[0]] else 0.0
            else:
                several[k] = self.may_idle[members].any(axis=0)
        others = [np.setdiff1d(np.arange(len(self.supply)), members) for members in groups]
        sure = self._within(np.where(self.may_idle, 0.0, self.supply), groups)
        return np.where(several, sure + self._without(self.may_idle, self.source, others, several), found)

    def least_placed(self, groups: Sequence[Ints]) -> Floats:
        """float[group, year], persons: least number of each set of programs that any greatest placement places."""
        asked = self._within(np.where(self.may_idle, self.given, 0.0), groups) > self.small
        placed = self._within(self.given, groups)
        return self._least(placed, ~asked, groups, self.may_idle, self.source, self.given)

    def least_placed_each(self) -> Floats:
        """`least_placed` of every program for itself: float[program, year]."""
        alone = np.arange(len(self.supply))
        idle = np.where(self.may_idle, self.supply - self.given, 0.0)
        bound = self._only(self.may_idle, self.target, self.source, alone, len(alone), self.demand)
        open_ = self.may_idle & (self.given > self.small)
        known, least = self._rerouted(self.given, open_, bound, idle, self.target, self.source, alone)
        sets = list(alone[:, None])
        return self._least(least, known, sets, self.may_idle, self.source, self.given)

    def _only(self, loose: Flags, near: Ints, far: Ints, groups: Ints, count: int, amount: Floats) -> Floats:
        """Persons of the other side that, where they lie beside something loose, can go nowhere but into one group.

        Whatever lies beside a loose node is used to the full by every greatest placement.
        """
        links = pd.DataFrame({"near": near, "group": groups[far]})
        one = links.drop_duplicates().groupby("near")["group"].agg(["first", "size"])
        one = one[one["size"] == 1]
        beside = np.zeros(amount.shape, dtype=bool)
        np.logical_or.at(beside, near, loose[far])
        alone, home = one.index.to_numpy(dtype=np.int64), one["first"].to_numpy(dtype=np.int64)
        return _sums(np.where(beside[alone], amount[alone], 0.0), home, count)

    def _rerouted(
        self, held: Floats, open_: Flags, bound: Floats, slack: Floats, near: Ints, far: Ints, groups: Ints
    ) -> tuple[Flags, Floats]:
        """What each group holds less what can move straight to slack outside it, and where that is the least there is."""
        order = np.argsort(groups[far], kind="stable")
        of_group = groups[far][order]
        beside = np.argsort(near, kind="stable")
        start = np.searchsorted(near[beside], np.arange(int(near.max(initial=-1)) + 2))
        least = np.where(held > self.small, held, 0.0)
        for group in np.flatnonzero(open_.any(axis=1)):
            arcs = order[np.searchsorted(of_group, group) : np.searchsorted(of_group, group, "right")]
            room: dict[int, Floats] = {}
            moved = np.zeros(self.years)
            for arc in arcs:
                left = self.flow[arc].copy()
                node = near[arc]
                for other in beside[start[node] : start[node + 1]]:
                    there = int(far[other])
                    if groups[there] == group:
                        continue
                    free = room.setdefault(there, slack[there].copy())
                    step = np.minimum(left, free)
                    left -= step
                    free -= step
                    moved += step
            least[group] = np.where(open_[group], held[group] - moved, least[group])
        known = ~open_ | (least <= bound + self.small)
        return known, np.maximum(least, 0.0)

    def _least(
        self, least: Floats, known: Flags, sets: Sequence[Ints], loose: Flags, ends: Ints, held: Floats
    ) -> Floats:
        """`least` where it is known, else what a set of programs or jobs holds when all else is placed first."""
        movable = _sums(np.where(loose[ends], self.flow, 0.0), np.zeros(len(ends), dtype=np.int64), 1)
        sure = self._within(np.where(loose, 0.0, held), sets)
        solved = sure + movable - self._without(loose, ends, sets, ~known)
        return np.maximum(np.where(known, least, solved), 0.0)

    def _without(self, loose: Flags, ends: Ints, sets: Sequence[Ints], asked: Flags) -> Floats:
        """float[set, year], persons: the greatest number placed on arcs of loose nodes without a set; 0 where not asked.

        No other arc matters: whatever lies beside a loose node is used to the full and holds loose nodes only. Years share
        nothing: each has a model of its own, and as many of them as there are processors solve at once.
        """
        found = np.zeros(asked.shape)

        def solve(year: int) -> None:
            wanted, arcs = np.flatnonzero(asked[:, year]).tolist(), np.flatnonzero(loose[ends, year])
            if len(wanted) and len(arcs):
                model = _Model(self, year, arcs)
                found[wanted, year] = [model.without(ends is self.source, sets[k]) for k in wanted]

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(solve, range(self.years)))
        return found

    @staticmethod
    def _within(values: Floats, groups: Sequence[Ints]) -> Floats:
        """float[group, year]: sums over the members of sets that may overlap."""
        return np.stack([values[members].sum(axis=0) for members in groups]) if groups else values[:0]


class _Model:
    """The greatest placement of one year over some arcs, held by the solver; every answer starts from the last one."""

    def __init__(self, network: Network, year: int, arcs: Ints) -> None:
        build = ProgramBuilder()
        self._flow = build.add_columns("flow", pd.DataFrame({"arc": arcs})).positions
        self._columns, self._size = [], []
        for name, amount, ends, cost in (
            ("programs", network.supply[:, year], network.source[arcs], -1.0),
            ("jobs", network.demand[:, year], network.target[arcs], 0.0),
        ):
            nodes, row = np.unique(ends, return_inverse=True)
            index = pd.DataFrame({"node": nodes})
            own = build.add_columns(name, index, upper=amount[nodes], cost=cost).positions
            terms = Terms(np.concatenate([np.arange(len(own)), row]), np.concatenate([own, self._flow]),
                          np.concatenate([np.ones(len(own)), -np.ones(len(row))]))  # fmt: skip
            build.add_rows(name, index, terms, lower=0.0, upper=0.0)
            column = np.full(len(amount), -1, dtype=np.int64)
            column[nodes] = own
            self._columns.append(column)
            self._size.append(amount)
        self._session = Session(build.finish())

    def flow(self) -> Floats:
        """float[arc], persons."""
        outcome = self._session.solve(method="simplex")
        if outcome.status != "optimal":
            raise SolverError(f"the greatest placement was not found: {outcome.status}")
        return np.asarray(outcome.x[self._flow])

    def without(self, programs: bool, nodes: Ints) -> float:
        """The greatest number of persons placed without some programs, or without some jobs."""
        side = 0 if programs else 1
        nodes = nodes[self._columns[side][nodes] >= 0]
        shut, none = self._columns[side][nodes], np.zeros(len(nodes))
        self._session.set_bounds(shut, none, none)
        most = -self._session.optimum()
        self._session.set_bounds(shut, none, self._size[side][nodes])
        if np.isnan(most):
            raise SolverError("a greatest placement without some programs or jobs was not found")
        return most


def _sums(values: Floats, group: Ints, count: int) -> Floats:
    """Sums over the members of each group: float[n, year], int[n] -> float[count, year]."""
    spread = sp.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(count, len(group)))
    return np.asarray(spread @ values, dtype=np.float64)


def _any(flags: Flags, group: Ints, count: int) -> Flags:
    return _sums(flags.astype(np.float64), group, count) > 0


def _place_in_group(groups: Ints) -> Ints:
    """int[n]: how many members of its group stand before each."""
    return np.asarray(pd.Series(groups).groupby(groups).cumcount(), dtype=np.int64)
