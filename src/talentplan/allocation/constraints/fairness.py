"""Fairness between districts, schools or entrant groups: floors, and how far the worst off falls behind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation.space import Space
from talentplan.program import Terms

__all__ = ["fairness"]


def fairness(space: Space) -> None:
    """`fairness`: sum of p over a group >= floor x its plan numbers of last year; max-min by a column `behind`.

    behind[f,t] >= 1 - (sum of p over a group in t) / (its sum last year), for every group of entry f, so that its price lifts
    the least ratio, up to 1. Groups without a plan last year are left out.
    """
    for number, wanted in enumerate(space.case.settings.fairness):
        member = space.offerings[wanted.by].to_numpy(dtype=str)
        last = space.offerings["last_plan"].groupby(member).sum()
        last = last[(last > 0) & (last.index != "")]
        if last.empty:
            continue
        lines = np.flatnonzero(np.isin(member, last.index)).astype(np.int64)
        years = np.arange(space.plan_count)
        line, year = space.grid(lines, years)
        of = pd.Index(last.index).get_indexer(pd.Index(member[line]))
        index = pd.DataFrame(
            {"group": np.repeat(last.index.to_numpy(), len(years)), "year": np.tile(space.years[years], len(last))}
        )
        seats = Terms(of * len(years) + year, space.plan_column(line, year), np.ones(len(line)))
        base = np.repeat(last.to_numpy(dtype=np.float64), len(years))
        if wanted.floor > 0:
            space.builder.add_rows(
                f"fair_floor:{number}", index, seats, lower=wanted.floor * base,
                sentence=("{group} {year} 年计划数不低于上年的公平底线", "{group} in {year}: at least the fair share of last year's number"),
            )  # fmt: skip
        if wanted.weight > 0:
            price = wanted.weight * space.discount[: space.plan_count]
            behind = space.builder.add_columns(
                f"behind:{number}", pd.DataFrame({"year": space.years[years]}), upper=np.inf, cost=price
            )
            own = Terms(np.arange(len(index)), behind.positions[np.tile(years, len(last))], base)
            space.builder.add_rows(f"behind_is:{number}", index, Terms.concat([seats, own]), lower=base)
