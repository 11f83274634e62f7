"""What is bought, what it costs, who pays and who leads, from the published tables. Section 5 of docs/how-a-plan-is-made.md."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_rows import equal_rows, grid, limit_rows, parameter_rows
from talentplan.workspace.case import Case

__all__ = ["leader_limits", "paid", "paid_from_budget", "same_investment", "shares_of_use"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
SOME = 1e-6  # fewer units than this are none


def _units(case: Case, tables: Tables, column: str = "units") -> Floats:
    """float[option, plan year]: units bought, or first units begun."""
    options = case.table("investments")["investment"]
    return grid(tables["investment"], [("investment", options)], case.plan_years, column)


def _dearer(case: Case) -> Floats:
    """float[option, 1]: CNY that the first unit costs more."""
    options = case.table("investments")
    more = (options["cost_first"] - options["cost"]).to_numpy(dtype=np.float64)
    return np.asarray(np.nan_to_num(more)[:, None])


def paid(case: Case, tables: Tables) -> Floats:
    """float[option, plan year], CNY: units at their cost, and what the first one costs more."""
    cost = case.table("investments")["cost"].to_numpy(dtype=np.float64)[:, None]
    return np.asarray(cost * _units(case, tables) + _dearer(case) * _units(case, tables, "begun"))


def paid_from_budget(case: Case, tables: Tables) -> dict[str, Floats]:
    """Earmark -> float[plan year], CNY: what the budget pays for options under it, own money of the payers left out."""
    options, named = case.table("investments"), case.table("investment_payers")
    cost = paid(case, tables)
    found: dict[str, Floats] = {}
    for row, (code, mark) in enumerate(zip(options["investment"], options["earmark"], strict=True)):
        own = named[named["investment"] == code]
        parts = [(mark, 1.0)] if own.empty else [
            (str(m), float(s)) for m, s, outside in zip(own["earmark"], own["share"], own["own_money"], strict=True)
            if not outside
        ]  # fmt: skip
        for earmark, share in parts:
            found[earmark] = found.get(earmark, np.zeros(len(case.plan_years))) + share * cost[row]
    return found


def shares_of_use(case: Case, units: pd.DataFrame) -> pd.DataFrame:
    """Purchases of hours, one row per school that uses them, `amount` times its share."""
    users = case.table("investment_users").set_index(["investment", "school"])["share"]
    rows = []
    for row in units.to_dict("records"):
        own = users[users.index.get_level_values(0) == row["investment"]]
        shared = {school: share for (_, school), share in own.items()} or {row["school"]: 1.0}
        rows += [{**row, "school": school, "amount": row["amount"] * share} for school, share in shared.items()]
    return pd.DataFrame(rows, columns=units.columns)


def leader_limits(case: Case, tables: Tables, whole: NDArray[np.bool_]) -> list[pd.DataFrame]:
    """`cluster_leaders`: schools that buy for a cluster; after the whole-class years by the fullest share of units_max.

    whole: bool[plan year], years planned in whole classes.
    """
    options, most = case.table("investments"), case.settings.policy.cluster_leaders
    if most is None or not (options["cluster"] != "").any():
        return []
    units = _units(case, tables)
    part = (units / options["units_max"].to_numpy(dtype=np.float64)[:, None]).max(axis=1)
    leading = np.where((units[:, whole] > SOME).any(axis=1), 1.0, np.minimum(part, 1.0))
    leads = pd.DataFrame({"school": options["school"], "cluster": options["cluster"], "leading": leading})
    count = leads[leads["cluster"] != ""].groupby(["cluster", "school"])["leading"].max().groupby("cluster").sum()
    scope = [str(cluster) for cluster in count.index]
    used = count.to_numpy(dtype=np.float64)[:, None]
    return [limit_rows("cluster_leaders", scope, case.plan_years[-1:], used, np.full_like(used, float(most)))]


def same_investment(case: Case, tables: Tables, whole: NDArray[np.bool_]) -> list[pd.DataFrame]:
    """investment and payers repeat their parameters rightly; lumps and first units are whole in the whole-class years."""
    bought = tables["investment"].merge(case.table("investments"), on="investment", suffixes=("", "_input"), how="left")
    if bought.empty:
        return []
    code, first = "investment", bought["year"] + bought["lead"]
    units, begun = (bought[c].to_numpy(dtype=np.float64) for c in ("units", "begun"))
    early = bought["year"].isin(case.plan_years[whole]).to_numpy()
    lumps = bought["lump"].eq(True).to_numpy() & early
    more = (bought["cost_first"] - bought["cost_input"]).fillna(0.0)
    cost = units * bought["cost_input"] + begun * more
    planned = bought["year"].isin(case.plan_years).astype(float)
    return [
        parameter_rows("investment.cost", bought, code, bought["cost"], cost),
        parameter_rows("investment.first_use", bought, code, bought["first_use"], first),
        parameter_rows("investment.last_use", bought, code, bought["last_use"], first + bought["life"] - 1),
        parameter_rows("investment.whole", bought, code, units, np.where(lumps, np.round(units), units)),
        parameter_rows("investment.begun", bought, code, begun, np.where(early, np.round(begun), begun)),
        parameter_rows("investment.year", bought, code, planned, 1.0),
        *_begun(case, tables),
        *_same_payers(case, tables),
    ]


def _begun(case: Case, tables: Tables) -> list[pd.DataFrame]:
    """A dearer first unit is paid once, and no unit is bought before it; other options have none."""
    options, years = case.table("investments"), case.plan_years
    begun, units = _units(case, tables, "begun"), _units(case, tables)
    dear = _dearer(case) > 0
    most = options["units_max"].to_numpy(dtype=np.float64)[:, None]
    once = np.where(dear[:, 0], 1.0, 0.0)[:, None]
    before = np.where(dear, most * np.cumsum(begun, axis=1), np.inf)
    return [
        limit_rows("investment.begun", options["investment"], years[-1:], begun.sum(axis=1, keepdims=True), once),
        limit_rows("investment.begun", options["investment"], years, units, before),
    ]


def _same_payers(case: Case, tables: Tables) -> list[pd.DataFrame]:
    """Every payer pays its share of what is bought, nobody else pays."""
    options, named, stated = case.table("investments"), case.table("investment_payers"), tables["payers"]
    years, cost = case.plan_years, pd.DataFrame(paid(case, tables), index=options["investment"])
    alone = options[~options["investment"].isin(named["investment"])].assign(unit="", share=1.0, own_money=False)
    known = pd.concat([named, alone[["investment", "unit", "share", "earmark", "own_money"]]], ignore_index=True)
    scope = known["investment"] + "/" + known["unit"]
    keys = stated.assign(scope=stated["investment"] + "/" + stated["unit"])
    found = grid(keys, [("scope", scope)], years, "cost")
    share = known["share"].to_numpy(dtype=np.float64)[:, None]
    terms = known.assign(scope=scope).set_index("scope")[["earmark", "own_money"]]
    listed = keys.merge(terms.reset_index(), on="scope", how="left", suffixes=("", "_input"))
    same = (listed["earmark"] == listed["earmark_input"]) & (listed["own_money"] == listed["own_money_input"])
    return [
        equal_rows("payers.cost", scope, years, found, share * cost.loc[known["investment"]].to_numpy()),
        parameter_rows("payers.terms", listed, "scope", same.astype(float), 1.0),
    ]
