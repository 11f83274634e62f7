"""What every constraint family works on: the case's arrays, the columns made so far, and cohorts as linear terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand import Openings
from talentplan.program import Block, Labels, ProgramBuilder, Terms, pairs
from talentplan.supply import Cohorts
from talentplan.supply.lags import Elsewhere
from talentplan.workspace.case import Case

__all__ = ["Space", "lagged"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass  # no slots: what every family asks of the offerings is worked out once
class Space:
    """One program under construction and the index tables it stands on.

    A cell numbers an offering in a year: cell = offering x len(years) + year, years counted over the plan and the tail.
    limit: float[offering, plan year], persons a number may move in a year (inf where not limited).
    upper: float[offering, plan year], greatest plan number after max_plan and rules.
    demanded: float[offering, plan year], the same with the waived rule's bound: how far lines are taken down, which the
        change policy allows them and does not count.
    released: bool[offering], a rule over the whole intake of its school may take the line down next year.
    waived: id of the rule that limits nothing ("" for none).
    ceilings: (kind, float[offering, plan year]), what `upper` is the least of.
    discount: float[year], weight of a year in the objective.
    entrants, full: Terms by cell, persons who enter (as expected; at fill 1); completions: Terms by cell.
    """

    case: Case
    openings: Openings
    cohorts: Cohorts
    arcs: pd.DataFrame
    upper: Floats
    limit: Floats
    demanded: Floats
    released: NDArray[np.bool_]
    waived: str = ""
    ceilings: tuple[tuple[str, Floats], ...] = ()
    builder: ProgramBuilder = field(default_factory=ProgramBuilder)
    entrants: Terms = field(default_factory=Terms.empty)
    full: Terms = field(default_factory=Terms.empty)
    completions: Terms = field(default_factory=Terms.empty)

    @property
    def offerings(self) -> pd.DataFrame:
        """The cohorts' offerings table."""
        return self.cohorts.offerings

    @property
    def years(self) -> Ints:
        """Plan years and tail."""
        return self.cohorts.years

    @property
    def plan_count(self) -> int:
        """Number of plan years."""
        return self.case.settings.horizon.years

    @cached_property
    def discount(self) -> Floats:
        """float[year]: (1 + rate) ** -(year - first year)."""
        rate = self.case.settings.policy.discount_rate
        return np.asarray((1.0 + rate) ** -(self.years - self.case.first_year).astype(np.float64))

    def cell(self, offering: Ints, year: Ints) -> Ints:
        """Cells of offering positions and year positions."""
        return np.asarray(offering, dtype=np.int64) * len(self.years) + year

    def grid(self, offerings: Ints, years: Ints) -> tuple[Ints, Ints]:
        """int[n x m] twice: every offering position with every year position."""
        return np.repeat(offerings, len(years)), np.tile(years, len(offerings))

    def where(self, mask: NDArray[np.bool_]) -> Ints:
        """Positions of the offerings where the mask holds."""
        return np.flatnonzero(mask).astype(np.int64)

    @cached_property
    def _codes(self) -> pd.Index:
        found: pd.Index = pd.Index(self.offerings["offering"])
        return found

    def positions(self, codes: pd.Series | NDArray[np.object_]) -> Ints:
        """Positions of offering codes."""
        return np.asarray(self._codes.get_indexer(pd.Index(codes)), dtype=np.int64)

    def labels(self, offering: Ints, year: Ints) -> dict[str, NDArray[Any]]:
        """Labels offering, year (calendar) of offering positions and year positions."""
        return {"offering": self._codes.to_numpy()[offering], "year": self.years[year]}

    @cached_property
    def direct(self) -> NDArray[np.bool_]:
        """bool[offering]: recruits from an entrant group."""
        return ~self.offerings["pathway_fed"].to_numpy(dtype=bool)

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """bool[offering]: direct and not given: the lines whose numbers the plan decides."""
        return self.direct & (self.offerings["control"] != "given").to_numpy(dtype=bool)

    @cached_property
    def enrolled_last(self) -> NDArray[np.bool_]:
        """bool[offering]: had a plan number last year."""
        return (self.offerings["last_plan"] > 0).to_numpy(dtype=bool)

    def plan_column(self, offering: Ints, year: Ints) -> Ints:
        """Columns of plan numbers; in the tail the last plan year's."""
        start = self.builder.columns["plan"].start
        return start + np.asarray(offering, np.int64) * self.plan_count + np.minimum(year, self.plan_count - 1)

    def block(self, name: str) -> Block | None:
        """A column block, or None where no such column exists."""
        return self.builder.columns.get(name)

    def so_far(self, decisions: Block, asked: Labels, *, line: str = "offering", before: bool = False) -> Terms:
        """Terms by row of asked (offering, year): the decisions of its offering, in their column `line`, up to its year.

        before: only those of the years before it.
        """
        row, decision = pairs(self.positions(decisions.labels[line]), self.positions(asked["offering"]))
        made = decisions.labels["year"][decision] + int(before) <= asked["year"][row]
        return Terms(row[made], decisions.start + decision[made], np.ones(int(made.sum())))

    def on_roll(self, entrants: Terms) -> Terms:
        """Terms by cell: persons on roll of those who enter, in their own line or the one they changed to."""
        return self._lagged(entrants, self.cohorts.retention, self.cohorts.retention_elsewhere)

    def completing(self, entrants: Terms) -> Terms:
        """Terms by cell: persons who complete of those who enter, in their own line or the one they changed to."""
        return self._lagged(entrants, self.cohorts.completing, self.cohorts.completing_elsewhere)

    def _lagged(self, entrants: Terms, own: Floats, elsewhere: Elsewhere) -> Terms:
        years = len(self.years)
        parts = [lagged(entrants, own, years)]
        entry, year = self.grid(np.arange(len(elsewhere.age)), np.arange(years))
        keep = year >= elsewhere.age[entry]
        entry, year = entry[keep], year[keep]
        if len(entry):
            began = self.cell(elsewhere.start[entry], year - elsewhere.age[entry])
            parts.append(entrants.at(began, elsewhere.share[entry]).mapped(self.cell(elsewhere.end[entry], year)))
        return Terms.concat(parts)

    def state(self, name: str) -> Block:
        """The columns `enrolled` or `load` (one per cell), made on first use with the rows that define them.

        enrolled[o,t] = sum over k of s[o,k] entrants[o,t-k] + who changed to o + inherited enrolled[o,t]; load with entrants
        at fill 1.
        """
        found = self.builder.columns.get(name)
        if found is not None:
            return found
        n, years = len(self.offerings), len(self.years)
        offering, year = self.grid(np.arange(n), np.arange(years))
        index = self.labels(offering, year)
        block = self.builder.add_columns(name, index)
        terms = self.on_roll(self.entrants if name == "enrolled" else self.full)
        own = Terms(np.arange(n * years), block.positions, np.ones(n * years))
        inherited = self.cohorts.inherited_enrolled.ravel()
        self.builder.add_rows(
            f"{name}_is",
            index,
            Terms.concat([own, terms.scaled(-np.ones(n * years))]),
            lower=inherited,
            upper=inherited,
        )
        return block


def lagged(terms: Terms, weight: Floats, years: int) -> Terms:
    """Terms by cell of sum over k of weight[o, k] x terms[o, t - k], for cells that still lie in the years."""
    offering, year = np.divmod(terms.key, years)
    parts = []
    for k in range(weight.shape[1]):  # at most the longest stay
        factor = weight[offering, k]
        keep = (factor != 0) & (year + k < years)
        parts.append(Terms(terms.key[keep] + k, terms.column[keep], terms.coefficient[keep] * factor[keep]))
    return Terms.concat(parts)
