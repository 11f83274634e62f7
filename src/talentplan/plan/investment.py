"""What is bought and who pays for it: two tables of a plan."""

from __future__ import annotations

import pandas as pd

from talentplan.allocation import Solution
from talentplan.allocation.constraints.investment import payers, premium
from talentplan.plan.outputs import empty_table, output_columns
from talentplan.workspace.case import Case

__all__ = ["investment_table", "payers_table"]


def investment_table(case: Case, solution: Solution) -> pd.DataFrame:
    """`investment` of plan/outputs.yaml; the first unit of an option may be dearer than those that follow."""
    block, begun = solution.value("bought"), solution.value("begun")
    if block is None:
        return empty_table("investment")
    frame = block.rename(columns={"value": "units"}).assign(begun=0.0)
    if begun is not None:
        first = begun.set_index(["investment", "year"])["value"]
        keys = pd.MultiIndex.from_frame(frame[["investment", "year"]])
        frame["begun"] = first.reindex(keys).fillna(0.0).to_numpy()
    frame = frame[(frame["units"] > 1e-9) | (frame["begun"] > 1e-9)]
    options = case.table("investments").rename(columns={"cost": "price"})
    frame = frame.merge(options[["investment", "school", "price", "lead", "life", "earmark"]], on="investment")
    first_use = frame["year"] + frame["lead"]
    cost = frame["units"] * frame["price"] + frame["begun"] * frame["investment"].map(premium(case))
    found = frame.assign(cost=cost, first_use=first_use, last_use=first_use + frame["life"] - 1)
    return pd.DataFrame(found[output_columns("investment")])


def payers_table(case: Case, investment: pd.DataFrame) -> pd.DataFrame:
    """`payers` of plan/outputs.yaml: the cost of every purchase shared out among those who pay for it."""
    if investment.empty:
        return empty_table("payers").astype({"own_money": bool})
    shares = pd.DataFrame(dict(payers(case))).merge(investment[["investment", "year", "cost"]], on="investment")
    return shares.assign(cost=shares["share"] * shares["cost"])[output_columns("payers")]
