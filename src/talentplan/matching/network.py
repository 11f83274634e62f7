"""Placement as a flow from programs to jobs, year by year: the greatest number placed, and with whom it must be.

The numbers placed by program, or by job, over all greatest placements are the bases of a polymatroid: of a set S of jobs
at most maxflow(everyone -> S) can be filled, at least maxflow(everyone -> all jobs) - maxflow(everyone -> all but S), and
likewise of programs (Edmonds 1970; Schrijver, Combinatorial Optimization, ch. 44). So every end of a range is one
greatest placement with some bounds at 0, and most of them can be read off the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        return self.supply.shape[1]

    @cached_property
    def small(self) -> float:
        """Persons below which a number is rounding."""
        largest = max(float(self.supply.max(initial=0.0)), float(self.demand.max(initial=0.0)), 1.0)
        return _TOLERANCE * largest

    @cached_property
    def _model(self) -> _Model:
        return _Model(self)

    @cached_property
    def flow(self) -> Floats:
        """float[arc, year], persons: one placement of the greatest possible number."""
        return self._model.first

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
        mask = pd.DataFrame({"group": groups[self.target], "program": self.source, "bit": 1 << place[self.target]})
        mask = mask.groupby(["group", "program"], as_index=False)["bit"].sum()
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
        return self._solved(least, known, groups, self._model.jobs)

    def most_placed(self, groups: Sequence[Ints]) -> Floats:
        """float[group, year], persons: greatest number of each set of programs that any greatest placement places.

        groups: positions of the programs of each set; they may overlap.
        """
        found = np.stack([self.supply[members].sum(axis=0) for members in groups]) if groups else self.supply[:0]
        reach = np.bincount(self.source, minlength=len(self.supply)) > 0
        for k, members in enumerate(groups):
            years = np.flatnonzero(self.may_idle[members].any(axis=0))
            if len(members) == 1:
                jobs = self.target[self.source == members[0]]
                found[k] = np.minimum(found[k], self.demand[jobs].sum(axis=0)) if reach[members[0]] else 0.0
            elif len(years):
                others = np.setdiff1d(np.arange(len(self.supply)), members)
                found[k, years] = self._model.without(self._model.programs, others, years)
        return found

    def least_placed(self, groups: Sequence[Ints]) -> Floats:
        """float[group, year], persons: least number of each set of programs that any greatest placement places."""
        found = np.stack([self.given[members].sum(axis=0) for members in groups]) if groups else self.given[:0]
        for k, members in enumerate(groups):
            years = np.flatnonzero(self.may_idle[members].any(axis=0) & (found[k] > self.small))
            if len(years):
                found[k, years] = self.most[years] - self._model.without(self._model.programs, members, years)
        return found

    def least_placed_each(self) -> Floats:
        """`least_placed` of every program for itself: float[program, year]."""
        alone = np.arange(len(self.supply))
        idle = np.where(self.may_idle, self.supply - self.given, 0.0)
        bound = self._only(self.may_idle, self.target, self.source, alone, len(alone), self.demand)
        open_ = self.may_idle & (self.given > self.small)
        known, least = self._rerouted(self.given, open_, bound, idle, self.target, self.source, alone)
        return self._solved(least, known, alone, self._model.programs)

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

    def _solved(self, least: Floats, known: Flags, groups: Ints, columns: Ints) -> Floats:
        for group in np.flatnonzero(~known.all(axis=1)):
            years = np.flatnonzero(~known[group])
            members = np.flatnonzero(groups == group)
            least[group, years] = self.most[years] - self._model.without(columns, members, years)
        return np.maximum(least, 0.0)


class _Model:
    """The greatest placement of all years in one program in memory."""

    def __init__(self, network: Network) -> None:
        years = network.years
        arc, year = (grid.ravel() for grid in np.indices((len(network.source), years)))
        kept = np.minimum(network.supply[network.source[arc], year], network.demand[network.target[arc], year]) > 0
        arc, year = arc[kept], year[kept]
        build = ProgramBuilder()
        flow = build.add_columns("flow", pd.DataFrame({"arc": arc, "year": year})).positions
        self.supply, self.demand = network.supply, network.demand
        sides = {}
        for name, amount, ends, cost in (
            ("programs", network.supply, network.source, -1.0), ("jobs", network.demand, network.target, 0.0),
        ):  # fmt: skip
            index = pd.DataFrame(np.argwhere(np.isfinite(amount)), columns=["node", "year"])
            sides[name] = build.add_columns(name, index, upper=amount.ravel(), cost=cost).positions
            own = np.arange(amount.size)
            key = ends[arc] * years + year
            terms = Terms(np.concatenate([own, key]), np.concatenate([sides[name], flow]),
                          np.concatenate([np.ones(len(own)), -np.ones(len(flow))]))  # fmt: skip
            build.add_rows(name, index, terms, lower=0.0, upper=0.0)
        self.programs, self.jobs = (sides[name].reshape(-1, years) for name in ("programs", "jobs"))
        self._session = Session(build.finish())
        x = self._best()
        self.first = np.zeros((len(network.source), years))
        self.first[arc, year] = x[flow]

    def _best(self) -> Floats:
        outcome = self._session.solve(method="simplex")
        if outcome.status != "optimal":
            raise SolverError(f"the greatest placement was not found: {outcome.status}")
        return outcome.x

    def without(self, columns: Ints, nodes: Ints, years: Ints) -> Floats:
        """float[year], persons: the greatest number placed in these years without some programs or jobs."""
        shut = columns[np.ix_(nodes, years)].ravel()
        upper = (self.supply if columns is self.programs else self.demand)[np.ix_(nodes, years)].ravel()
        self._session.set_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        x = self._best()
        self._session.set_bounds(shut, np.zeros(len(shut)), upper)
        return np.asarray(x[self.programs[:, years]].sum(axis=0), dtype=np.float64)


def _sums(values: Floats, group: Ints, count: int) -> Floats:
    """Sums over the members of each group: float[n, year], int[n] -> float[count, year]."""
    spread = sp.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(count, len(group)))
    return np.asarray(spread @ values, dtype=np.float64)


def _any(flags: Flags, group: Ints, count: int) -> Flags:
    return _sums(flags.astype(np.float64), group, count) > 0


def _place_in_group(groups: Ints) -> Ints:
    """int[n]: how many members of its group stand before each."""
    return pd.Series(groups).groupby(groups).cumcount().to_numpy(dtype=np.int64)
