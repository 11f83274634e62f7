"""Investments: units bought, what they add and for whom, what they cost and who pays, and who leads a cluster."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.constraints.money import MILLION, amounts
from talentplan.allocation.space import Space
from talentplan.program import Block, Labels, Terms, taken
from talentplan.workspace.case import Case
from talentplan.workspace.keys import grouped, rows_at

__all__ = ["bought_by", "cluster_leaders", "first_units", "investment_budget", "investments", "payers", "premium"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.object_]


def investments(space: Space) -> None:
    """Columns n[i,y], units bought in plan year y; `units_max`: sum over y of n <= units_max; whole where it is a lump."""
    table = space.case.table("investments")
    if table.empty:
        return
    option, year = space.grid(np.arange(len(table)), np.arange(space.plan_count))
    index = taken(table, option, "investment") | {"year": space.years[year]}
    whole = table["lump"].to_numpy(dtype=bool)[option] & (year < space.case.settings.solving.whole_class_years)
    block = space.builder.add_columns(
        "bought",
        index,
        upper=table["units_max"].to_numpy(dtype=np.float64)[option],
        cost=_annuities(space, table["cost"].to_numpy(dtype=np.float64)),
        integer=whole,
    )
    space.builder.add_rows(
        "units_max", {"investment": table["investment"].to_numpy()}, Terms(option, block.positions, np.ones(len(option))),
        upper=table["units_max"].to_numpy(dtype=np.float64),
        sentence=("投资 {investment} 的最多数量", "units of {investment} at most"),
    )  # fmt: skip


def premium(case: Case) -> pd.Series:
    """Option -> CNY that its first unit costs more than those that follow."""
    table = case.table("investments").set_index("investment")
    return (table["cost_first"] - table["cost"]).fillna(0.0)


def first_units(space: Space) -> None:
    """Economies of scale: columns f[i,y], the first unit of an option is bought in y, yes or no in the whole-class years.

    n[i,y] <= units_max x sum over u <= y of f[i,u]; sum over y of f <= 1: its premium is paid once, before or with any unit.
    """
    table = space.case.table("investments")
    extra = premium(space.case).to_numpy(dtype=np.float64)
    dearer = np.flatnonzero(extra > 0)
    if len(dearer):
        prices = _annuities(space, extra).reshape(len(table), space.plan_count)[dearer]
        _begin(space, "begun", taken(table, dearer, "investment"), dearer, np.arange(len(dearer)), prices.ravel())


def cluster_leaders(space: Space) -> None:
    """Schools that lead a cluster: columns l[s,c,y], the school begins to buy investments of the cluster in y.

    n[i,y] <= units_max x sum over u <= y of l[s,c,u]; sum over y of l <= 1; by cluster and year: sum over schools and
    u <= y of l <= cluster_leaders. Yes or no in the whole-class years.
    """
    table, most = space.case.table("investments"), space.case.settings.policy.cluster_leaders
    own = np.flatnonzero((table["cluster"] != "").to_numpy())
    if most is None or not len(own):
        return
    years, school, cluster = space.plan_count, table["school"].to_numpy()[own], table["cluster"].to_numpy()[own]
    first, of = grouped([cluster, school])
    leaders = {"school": school[first], "cluster": cluster[first]}
    block = _begin(space, "leads", leaders, own, of, np.zeros(len(first) * years))
    start, number = grouped([leaders["cluster"]])
    group, year = space.grid(start, np.arange(years))
    index = taken(leaders, group, "cluster") | {"year": space.years[year]}
    space.builder.add_rows(
        "cluster_leaders", index, _so_far(block, number.repeat(years), years), upper=float(most),
        sentence=("{cluster} 专业群到 {year} 年的牵头院校数", "schools that lead cluster {cluster} by {year}"),
    )  # fmt: skip


def _begin(space: Space, name: str, things: Labels, options: Ints, of: Ints, cost: Floats) -> Block:
    """Columns by thing and plan year (begun in it, once) and rows: an option is bought only after its thing has begun.

    options: positions of options; of: the thing of each. Rows `{name}_once`, `{name}_before`.
    """
    years = space.plan_count
    thing, year = space.grid(np.arange(len(cost) // years), np.arange(years))
    index = taken(things, thing) | {"year": space.years[year]}
    whole = year < space.case.settings.solving.whole_class_years
    block = space.builder.add_columns(name, index, upper=1.0, cost=cost, integer=whole)
    space.builder.add_rows(f"{name}_once", things, Terms(thing, block.positions, np.ones(len(block))), upper=1.0)
    table = space.case.table("investments")
    number, when = space.grid(np.arange(len(options)), np.arange(years))
    option = options[number]
    most = table["units_max"].to_numpy(dtype=np.float64)[option]
    units = space.builder.columns["bought"].start + option * years + when
    begun = _so_far(block, thing, years).at(of[number] * years + when, -most)
    space.builder.add_rows(
        f"{name}_before",
        taken(table, option, "investment") | {"year": space.years[when]},
        Terms.concat([Terms(np.arange(len(option)), units, np.ones(len(option))), begun]),
        upper=0.0,
    )
    return block


def _so_far(block: Block, group: Ints, years: int) -> Terms:
    """Terms by group x year: sum of the columns (thing x year) of a group up to the year; group: int[column]."""
    when = np.arange(len(block)) % years
    column, year = np.repeat(np.arange(len(block)), years), np.tile(np.arange(years), len(block))
    keep = year >= when[column]
    column, year = column[keep], year[keep]
    return Terms(group[column] * years + year, block.positions[column], np.ones(len(column)))


def bought_by(space: Space, adds: str, groups: Labels) -> Terms:
    """Terms by group x year of use: amount added x units bought, of the options that add such and name a group.

    groups: columns of `investments` (school, offering, kind), unique. Hours of a joint base go to the schools that use it, by
    their shares.
    """
    table, block = space.case.table("investments"), space.block("bought")
    option = np.flatnonzero((table["adds"] == adds).to_numpy())
    if block is None or not len(option):
        return Terms.empty()
    given = {name: table[name].to_numpy()[option] for name in groups}
    amount = table["amount"].to_numpy(dtype=np.float64)[option]
    if adds == "hours":
        part, given["school"], share = _users(space, table["investment"].to_numpy()[option], given["school"])
        option, amount = option[part], amount[part] * share
        given = {name: values if name == "school" else values[part] for name, values in given.items()}
    group = rows_at([*groups.values()], [*given.values()])
    row, buy, use = _uses(space, option)
    keep = group[row] >= 0
    row, buy, use = row[keep], buy[keep], use[keep]
    return Terms(group[row] * len(space.years) + use, block.start + option[row] * space.plan_count + buy, amount[row])


def _uses(space: Space, option: Ints) -> tuple[Ints, Ints, Ints]:
    """int[n] three times: place in `option`, plan year of purchase and year of use, from its lead on for its life."""
    lead, life = (space.case.table("investments")[c].to_numpy(dtype=np.int64)[option] for c in ("lead", "life"))
    longest = int(life.max())
    row, rest = np.divmod(np.arange(len(option) * space.plan_count * longest), space.plan_count * longest)
    buy, age = np.divmod(rest, longest)
    use = buy + lead[row] + age
    keep = (age < life[row]) & (use < len(space.years))
    return row[keep], buy[keep], use[keep]


def _users(space: Space, option: Codes, school: Codes) -> tuple[Ints, Codes, Floats]:
    """Place in `option`, school and share of all who use it: those named in `investment_users`, else its own school whole."""
    users = space.case.table("investment_users")
    place = rows_at([option], [users["investment"]])
    named = np.flatnonzero(place >= 0)
    alone = np.setdiff1d(np.arange(len(option)), place)
    return (
        np.concatenate([place[named], alone]),
        np.concatenate([users["school"].to_numpy()[named], school[alone]]),
        np.concatenate([users["share"].to_numpy(dtype=np.float64)[named], np.ones(len(alone))]),
    )


def payers(case: Case) -> Labels:
    """investment, unit, share, earmark, own_money of every option; nobody (an empty unit) pays where nobody is named."""
    table, named = case.table("investments"), case.table("investment_payers")
    rest = np.flatnonzero(rows_at([np.unique(named["investment"])], [table["investment"]]) < 0)
    alone = taken(table, rest, "investment", "earmark") | {
        "unit": np.full(len(rest), "", dtype=object), "share": np.ones(len(rest)), "own_money": np.zeros(len(rest), dtype=bool),
    }  # fmt: skip
    columns = ("investment", "unit", "share", "earmark", "own_money")
    return {name: np.concatenate([named[name].to_numpy(), alone[name]]) for name in columns}


def _annuities(space: Space, costs: Floats) -> Floats:
    """float[option x plan year], person-equivalents of paying a cost (CNY): its annuity over the years used, discounted."""
    table, rate = space.case.table("investments"), space.case.settings.policy.discount_rate
    option, buy = space.grid(np.arange(len(table)), np.arange(space.plan_count))
    cost = costs[option] / MILLION
    life = table["life"].to_numpy(dtype=np.float64)[option]
    factor = 1.0 / life if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life)
    weight = np.append(0.0, np.cumsum(space.discount))
    first = np.minimum(buy + table["lead"].to_numpy()[option], len(space.years))
    last = np.minimum(first + table["life"].to_numpy()[option], len(space.years))
    return np.asarray(space.case.settings.objective.money * cost * factor * (weight[last] - weight[first]))


def _paid(space: Space, marks: list[str]) -> Terms:
    """Terms by earmark x plan year, million CNY: cost of what is bought, as far as the budget pays it."""
    table, years, shares = space.case.table("investments"), space.plan_count, payers(space.case)
    shares = taken(shares, ~shares["own_money"])
    option = rows_at([table["investment"]], [shares["investment"]])
    mark = rows_at([np.array(marks, dtype=object)], [shares["earmark"]])
    part = shares["share"] / MILLION
    row, year = space.grid(np.arange(len(part)), np.arange(years))
    cost = table["cost"].to_numpy(dtype=np.float64)[option]
    units = space.builder.columns["bought"].start + option[row] * years + year
    found = [Terms(mark[row] * years + year, units, (part * cost)[row])]
    begun = space.block("begun")
    if begun is not None:
        extra = premium(space.case).to_numpy(dtype=np.float64)
        place = np.where(extra > 0, np.cumsum(extra > 0) - 1, -1)[
            option
        ]  # among the options whose first unit is dearer
        dear = place[row] >= 0
        row, year = row[dear], year[dear]
        first = begun.start + place[row] * years + year
        found.append(Terms(mark[row] * years + year, first, (part * extra[option])[row]))
    return Terms.concat(found)


def investment_budget(space: Space) -> None:
    """By plan year and earmark: cost <= earmarked amount + general money used for it; general money used <= general amount."""
    budget, years = space.case.settings.budget, space.plan_count
    stated = {b.earmark for b in budget if b.kind == "investment"}
    if space.block("bought") is None or not stated:
        return
    general = amounts(budget, space.years, "investment")[:years]
    marks = sorted(stated | set(payers(space.case)["earmark"]) | {""})
    mark, year = space.grid(np.arange(len(marks)), np.arange(years))
    index = {"earmark": np.array(marks, dtype=object)[mark], "year": space.years[year]}
    drawn = space.builder.add_columns("general_money", index)
    earmarked = np.stack(
        [np.zeros(years) if m == "" else amounts(budget, space.years, "investment", m)[:years] for m in marks]
    )
    space.builder.add_rows(
        "earmarked_money", index,
        Terms.concat([_paid(space, marks), Terms(np.arange(len(drawn)), drawn.positions, -np.ones(len(drawn)))]),
        upper=earmarked.ravel() / MILLION,
        sentence=("{year} 年专项（{earmark}）投资", "investment under earmark {earmark} in {year}"),
    )  # fmt: skip
    space.builder.add_rows(
        "investment_budget", {"year": space.years[:years]},
        Terms(year, drawn.positions, np.ones(len(drawn))), upper=general / MILLION,
        sentence=("{year} 年投资预算", "investment budget of {year}"),
    )  # fmt: skip
