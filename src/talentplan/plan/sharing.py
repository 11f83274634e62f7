"""Who lends what to whom: the sharing table of a plan, and what goes on if nothing is decided."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation import Solution
from talentplan.plan.outputs import empty_table, output_columns
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["running_agreements", "sharing_table"]


def sharing_table(case: Case, solution: Solution) -> pd.DataFrame:
    """`sharing` of plan/outputs.yaml: what every agreement is used for, the tail included."""
    block = solution.value("lent")
    if block is None:
        return empty_table("sharing")
    frame = block[block["value"] > 1e-9].rename(columns={"value": "hours"})
    return _described(case, frame.merge(_agreements(case), on="agreement"))


def running_agreements(case: Case, cohorts: Cohorts) -> pd.DataFrame:
    """The sharing table if every agreement that ran last year goes on, in full or as far as its resource reaches."""
    table = _agreements(case)
    table = table[table["first_year"] < case.first_year]
    if table.empty:
        return empty_table("sharing")
    years = cohorts.years
    frame = table.iloc[np.repeat(np.arange(len(table)), len(years))].assign(year=np.tile(years, len(table)))
    frame = frame[frame["year"] <= frame["last_year"]]
    asked = frame.groupby(["resource", "year"])["hours_max"].transform("sum")
    part = ((frame["places"] * frame["usable"]) / asked.where(asked > 0, 1.0)).clip(upper=1.0)
    return _described(case, frame.assign(hours=frame["hours_max"] * part))


def _agreements(case: Case) -> pd.DataFrame:
    """The agreements with the owner, the workplaces (`places`) and the usable hours of a workplace of what is lent."""
    resources = case.table("resources")[["resource", "unit", "workplaces", "hours"]]
    return case.table("agreements").merge(
        resources.rename(columns={"unit": "owner", "workplaces": "places", "hours": "usable"}), on="resource"
    )


def _described(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with hours by agreement and year -> the declared columns."""
    hours = frame["hours"].to_numpy(dtype=np.float64)
    usable = frame["usable"].to_numpy(dtype=np.float64)
    units = case.table("units").set_index("unit")
    names = {
        f"{side}_{lang}": frame[side].map(_names(units, lang)) for side in ("owner", "school") for lang in ("zh", "en")
    }
    found = frame.assign(
        workplaces=np.divide(hours, usable, out=np.zeros(len(frame)), where=usable > 0),
        delivered=hours * frame["delivery_rate"],
        cost=hours * frame["price"],
        **names,
    )
    return found[output_columns("sharing")].reset_index(drop=True)


def _names(units: pd.DataFrame, lang: str) -> pd.Series:
    """Unit -> its name in a language, the other one's where it has none."""
    own, other = units[f"name_{lang}"], units["name_en" if lang == "zh" else "name_zh"]
    return own.where(own != "", other)
