"""Investments: units bought, what they add and for whom, what they cost and who pays, and who leads a cluster."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.constraints.money import MILLION, amounts
from talentplan.allocation.space import Space
from talentplan.program import Block, Terms
from talentplan.workspace.case import Case

__all__ = ["bought", "cluster_leaders", "first_units", "investment_budget", "investments", "payers", "premium"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def investments(space: Space) -> None:
    """Columns n[i,y], units bought in plan year y; `units_max`: sum over y of n <= units_max; whole where it is a lump."""
    table = space.case.table("investments")
    if table.empty:
        return
    option, year = space.grid(np.arange(len(table)), np.arange(space.plan_count))
    index = pd.DataFrame({"investment": table["investment"].to_numpy()[option], "year": space.years[year]})
    whole = table["lump"].to_numpy(dtype=bool)[option] & (year < space.case.settings.solving.whole_class_years)
    block = space.builder.add_columns(
        "bought",
        index,
        upper=table["units_max"].to_numpy(dtype=np.float64)[option],
        cost=_annuities(space, table["cost"]),
        integer=whole,
    )
    space.builder.add_rows(
        "units_max", table[["investment"]], Terms(option, block.positions, np.ones(len(option))),
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
    extra = premium(space.case).reset_index(drop=True)
    dearer = np.flatnonzero(extra.to_numpy(dtype=np.float64) > 0)
    if len(dearer):
        prices = _annuities(space, extra).reshape(len(table), space.plan_count)[dearer]
        _begin(space, "begun", table.iloc[dearer][["investment"]], dearer, np.arange(len(dearer)), prices.ravel())


def cluster_leaders(space: Space) -> None:
    """Schools that lead a cluster: columns l[s,c,y], the school begins to buy investments of the cluster in y.

    n[i,y] <= units_max x sum over u <= y of l[s,c,u]; sum over y of l <= 1; by cluster and year: sum over schools and
    u <= y of l <= cluster_leaders. Yes or no in the whole-class years.
    """
    table, most = space.case.table("investments"), space.case.settings.policy.cluster_leaders
    own = table[table["cluster"] != ""]
    if most is None or own.empty:
        return
    years = space.plan_count
    pairs = own[["school", "cluster"]].drop_duplicates().sort_values(["cluster", "school"], ignore_index=True)
    of = pd.MultiIndex.from_frame(pairs).get_indexer(pd.MultiIndex.from_frame(own[["school", "cluster"]]))
    block = _begin(space, "leads", pairs, own.index.to_numpy(dtype=np.int64), of, np.zeros(len(pairs) * years))
    clusters = pd.Index(pairs["cluster"].unique())
    number = clusters.get_indexer(pd.Index(pairs["cluster"])).repeat(years)
    index = pd.DataFrame({"cluster": np.repeat(clusters, years), "year": np.tile(space.years[:years], len(clusters))})
    space.builder.add_rows(
        "cluster_leaders", index, _so_far(block, number, years), upper=float(most),
        sentence=("{cluster} 专业群到 {year} 年的牵头院校数", "schools that lead cluster {cluster} by {year}"),
    )  # fmt: skip


def _begin(space: Space, name: str, things: pd.DataFrame, options: Ints, of: Ints, cost: Floats) -> Block:
    """Columns by thing and plan year (begun in it, once) and rows: an option is bought only after its thing has begun.

    options: positions of options; of: the thing of each. Rows `{name}_once`, `{name}_before`.
    """
    years = space.plan_count
    thing, year = space.grid(np.arange(len(things)), np.arange(years))
    index = things.iloc[thing].assign(year=space.years[year])
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
        pd.DataFrame({"investment": table["investment"].to_numpy()[option], "year": space.years[when]}),
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


def bought(space: Space, adds: str) -> pd.DataFrame:
    """What purchases add, by option, user, year of purchase and year of use: option columns, year (position), column, amount.

    Hours of a joint base go to the schools that use it, by their shares.
    """
    table = space.case.table("investments")
    block = space.block("bought")
    table = table[table["adds"] == adds]
    if block is None or table.empty:
        return table.head(0).assign(year=0, column=0)
    life = int(table["life"].max())
    row = np.repeat(np.arange(len(table)), space.plan_count * life)
    buy = np.tile(np.repeat(np.arange(space.plan_count), life), len(table))
    use = buy + table["lead"].to_numpy()[row] + np.tile(np.arange(life), len(table) * space.plan_count)
    keep = (use < buy + (table["lead"] + table["life"]).to_numpy()[row]) & (use < len(space.years))
    frame = table.iloc[row[keep]].reset_index(drop=True)
    frame["year"] = use[keep]
    frame["column"] = block.start + table.index.to_numpy()[row[keep]] * space.plan_count + buy[keep]
    if adds != "hours":
        return pd.DataFrame(frame)
    users = space.case.table("investment_users")[["investment", "school", "share"]].rename(columns={"school": "user"})
    frame = frame.merge(users, on="investment", how="left")
    named = frame["user"].notna()
    school, share = frame["user"].where(named, frame["school"]), frame["share"].fillna(1.0)
    return pd.DataFrame(frame.assign(school=school, amount=frame["amount"] * share))


def payers(case: Case) -> pd.DataFrame:
    """investment, unit, share, earmark, own_money of every option; nobody (an empty unit) pays where nobody is named."""
    table, named = case.table("investments"), case.table("investment_payers")
    columns = ["investment", "unit", "share", "earmark", "own_money"]
    rest = table.loc[~table["investment"].isin(named["investment"]), ["investment", "earmark"]]
    rest = rest.assign(unit="", share=1.0, own_money=False)[columns]
    return pd.concat([named[columns], rest], ignore_index=True) if len(named) else rest


def _annuities(space: Space, costs: pd.Series) -> Floats:
    """float[option x plan year], person-equivalents of paying a cost (CNY): its annuity over the years used, discounted."""
    table, rate = space.case.table("investments"), space.case.settings.policy.discount_rate
    option, buy = space.grid(np.arange(len(table)), np.arange(space.plan_count))
    cost = costs.to_numpy(dtype=np.float64)[option] / MILLION
    life = table["life"].to_numpy(dtype=np.float64)[option]
    factor = 1.0 / life if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life)
    weight = np.append(0.0, np.cumsum(space.discount))
    first = np.minimum(buy + table["lead"].to_numpy()[option], len(space.years))
    last = np.minimum(first + table["life"].to_numpy()[option], len(space.years))
    return np.asarray(space.case.settings.objective.money * cost * factor * (weight[last] - weight[first]))


def _paid(space: Space, marks: list[str]) -> Terms:
    """Terms by earmark x plan year, million CNY: cost of what is bought, as far as the budget pays it."""
    table, years = space.case.table("investments"), space.plan_count
    shares = payers(space.case)
    shares = shares[~shares["own_money"].to_numpy(dtype=bool)]
    option = pd.Index(table["investment"]).get_indexer(pd.Index(shares["investment"]))
    mark = pd.Index(marks).get_indexer(pd.Index(shares["earmark"]))
    part = shares["share"].to_numpy(dtype=np.float64) / MILLION
    row, year = space.grid(np.arange(len(shares)), np.arange(years))
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
    general = np.nan_to_num(amounts(budget, space.years, "investment")[:years], nan=0.0)
    marks = sorted(stated | set(payers(space.case)["earmark"]) | {""})
    index = pd.DataFrame({"earmark": np.repeat(marks, years), "year": np.tile(space.years[:years], len(marks))})
    drawn = space.builder.add_columns("general_money", index)
    earmarked = np.stack(
        [
            np.zeros(years) if m == "" else np.nan_to_num(amounts(budget, space.years, "investment", m)[:years])
            for m in marks
        ]
    )
    space.builder.add_rows(
        "earmarked_money", index,
        Terms.concat([_paid(space, marks), Terms(np.arange(len(index)), drawn.positions, -np.ones(len(index)))]),
        upper=earmarked.ravel() / MILLION,
        sentence=("{year} 年专项（{earmark}）投资", "investment under earmark {earmark} in {year}"),
    )  # fmt: skip
    space.builder.add_rows(
        "investment_budget", pd.DataFrame({"year": space.years[:years]}),
        Terms(np.tile(np.arange(years), len(marks)), drawn.positions, np.ones(len(index))), upper=general / MILLION,
        sentence=("{year} 年投资预算", "investment budget of {year}"),
    )  # fmt: skip
