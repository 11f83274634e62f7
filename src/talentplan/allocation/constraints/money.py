"""The recurrent budget by calendar year, and the amounts of every kind of money."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Terms
from talentplan.workspace.keys import values_at
from talentplan.workspace.settings import Budget

__all__ = ["MILLION", "amounts", "recurrent_budget", "running_reference"]

Floats = NDArray[np.float64]
MILLION = 1e6


def amounts(budget: Sequence[Budget], years: NDArray[np.int64], kind: str, earmark: str = "") -> Floats:
    """float[year], CNY by calendar year: the year's own entries, else those for every year, else the last dated year's.

    A fund with an earmark ends with its last dated year. NaN where nothing is stated, not limited; money for investments is 0
    there as soon as some is stated.
    """
    entries = [b for b in budget if b.kind == kind and b.earmark == earmark]
    every = [b.amount for b in entries if b.year is None]
    found = np.full(len(years), sum(every) if every else np.nan)
    dated = sorted({b.year for b in entries if b.year is not None})
    for year in dated:
        holds_on = year == dated[-1] and not every and not earmark
        found[years >= year if holds_on else years == year] = sum(b.amount for b in entries if b.year == year)
    nothing = 0.0 if kind == "investment" and any(b.kind == kind for b in budget) else np.nan
    return np.where(np.isnan(found), nothing, found)


def running_reference(space: Space) -> Floats:
    """float[offering], persons: F[o] = max(last plan, class_max), the intake at which a line counts as running whole."""
    table = space.offerings
    last, largest = (table[c].to_numpy(dtype=np.float64) for c in ("last_plan", "class_max"))
    return np.asarray(np.maximum(last, largest))


def _running(space: Space) -> Terms:
    """Columns w by cell for lines with a fixed cost, w >= p[u] / F for t - D < u <= t, >= 1 while inherited classes remain."""
    fixed = space.case.table("offerings")["fixed_cost"].to_numpy(dtype=np.float64)
    lines, years = space.where(fixed > 0), len(space.years)
    if not len(lines):
        return Terms.empty()
    offering, year = space.grid(lines, np.arange(years))
    index = space.labels(offering, year)
    taught = space.cohorts.inherited_classes[offering, year]
    block = space.builder.add_columns("running", index, lower=taught.astype(np.float64))
    column = np.full(len(space.offerings) * years, -1, dtype=np.int64)
    column[space.cell(offering, year)] = block.positions
    duration = space.offerings["duration"].to_numpy(dtype=np.int64)
    age = np.arange(int(duration.max()))
    pair, back = np.repeat(np.arange(len(offering)), len(age)), np.tile(age, len(offering))
    keep = (back < duration[offering[pair]]) & (year[pair] >= back)
    line, when, entry = offering[pair[keep]], year[pair[keep]], year[pair[keep]] - back[keep]
    rows = np.arange(len(line))
    parts = [
        Terms(rows, column[space.cell(line, when)], running_reference(space)[line]),
        space.full.at(space.cell(line, entry), -1.0 / _fill_one(space)[line]),
    ]
    index = space.labels(line, when) | {"entry": space.years[entry]}
    space.builder.add_rows("running_since", index, Terms.concat(parts), lower=0.0)
    return Terms(space.cell(offering, year), block.positions, fixed[offering])


def _fill_one(space: Space) -> Floats:
    """float[offering]: what turns entrants at fill 1 back into the plan number."""
    return np.where(space.direct, np.maximum(space.offerings["fill"].to_numpy(dtype=np.float64), 1.0), 1.0)


def _school_year(space: Space, running: Terms) -> tuple[Terms, Floats, float]:
    """Cost of a school year: terms by year position, inherited constant float[year] (for the floor), and the year before's."""
    table, years = space.case.table("offerings"), len(space.years)
    net = (table["cost"] - table["grant"]).to_numpy(dtype=np.float64)
    fixed = table["fixed_cost"].to_numpy(dtype=np.float64)
    n = len(table)
    enrolled = space.state("enrolled")
    year_of = np.tile(np.arange(years), n)
    parts = [
        Terms(np.arange(n * years), enrolled.positions, net.repeat(years)).mapped(year_of),
        running.mapped(year_of),
    ]
    lent = space.block("lent")
    if lent is not None:
        agreements = space.case.table("agreements")
        cost = values_at(agreements["agreement"], agreements["price"], lent.labels["agreement"])
        parts.append(Terms(lent.labels["year"] - space.years[0], lent.positions, cost))
    on_roll, taught = space.cohorts.inherited_enrolled, space.cohorts.inherited_classes
    constant = (net[:, None] * on_roll + fixed[:, None] * taught).sum(axis=0)
    before = space.cohorts.enrolled_before
    return Terms.concat(parts), constant, float((net * before + fixed * (before > 0)).sum())


def recurrent_budget(space: Space) -> None:
    """autumn_share C[y] + (1 - autumn_share) C[y-1] + teacher_cost x hired[y] <= amount, by calendar year; money priced if set."""
    policy, objective = space.case.settings.policy, space.case.settings.objective
    stated = amounts(space.case.settings.budget, space.years, "recurrent")
    limited = ~np.isnan(stated)
    if not limited.any() and objective.money == 0:
        return
    terms, inherited, before = _school_year(space, _running(space))
    years, share = len(space.years), policy.autumn_share
    teachers = _hired_cost(space)
    if objective.money > 0:
        _price(space, Terms.concat([terms, teachers]))
    if not limited.any():
        return
    row = np.where(limited, np.cumsum(limited) - 1, -1)
    following = np.append(row[1:], -1)
    parts = [
        Terms(terms.key, terms.column, share * terms.coefficient).mapped(row),
        Terms(terms.key, terms.column, (1 - share) * terms.coefficient).mapped(following),
        teachers.mapped(row),
    ]
    constant = np.zeros(years)
    constant[0] = (1 - share) * before
    use = share * inherited + (1 - share) * np.append(before, inherited[:-1])
    space.builder.add_rows(
        "recurrent_budget",
        {"year": space.years[limited], "constant": constant[limited] / MILLION}, _millions(Terms.concat(parts)),
        upper=(np.maximum(stated, use) - constant)[limited] / MILLION,
        sentence=("{year} 年经常性经费预算", "recurrent budget of {year}"),
    )  # fmt: skip


def _millions(terms: Terms) -> Terms:
    """Money rows count in million CNY so that the solver sees numbers near those of persons."""
    return Terms(terms.key, terms.column, terms.coefficient / MILLION)


def _hired_cost(space: Space) -> Terms:
    """Terms by year position: teacher_cost x teachers hired before who still teach."""
    hired, cost = space.block("hired"), space.case.settings.policy.teacher_cost
    if hired is None or cost == 0:
        return Terms.empty()
    schools = space.case.table("schools")
    rate = values_at(schools["school"], schools["leave_rate"], hired.labels["school"])
    when, years = hired.labels["year"] - space.years[0], len(space.years)
    parts = []
    for gap in range(1, years):
        keep = when + gap < years
        parts.append(Terms(when[keep] + gap, hired.positions[keep], cost * (1 - rate[keep]) ** (gap - 1)))
    return Terms.concat(parts)


def _price(space: Space, terms: Terms) -> None:
    """Charge recurrent money to the objective through one column a year."""
    price = space.case.settings.objective.money
    block = space.builder.add_columns(
        "spent_recurrent", {"year": space.years}, lower=-np.inf, cost=price * space.discount
    )
    own = Terms(np.arange(len(block)), block.positions, -np.ones(len(block)))
    space.builder.add_rows(
        "spent_recurrent_is",
        {"year": space.years},
        Terms.concat([_millions(terms), own]),
        lower=0.0,
        upper=0.0,
    )
