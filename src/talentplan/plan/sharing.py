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
    parts = []
    for name, amount, known in (("lent", "hours", _agreements(case)), ("teachers_lent", "teachers", _teachers(case))):
        block = solution.value(name)
        if block is not None:
            used = block.loc[block["value"] > 1e-9, ["agreement", "year", "value"]].rename(columns={"value": amount})
            parts.append(_described(case, used.merge(known, on="agreement")))
    return pd.concat(parts, ignore_index=True) if parts else empty_table("sharing")


def running_agreements(case: Case, cohorts: Cohorts) -> pd.DataFrame:
    """The sharing table if every agreement that ran last year goes on, in full or as far as its resource reaches."""
    frame = _running(case, cohorts, _agreements(case))
    asked = frame.groupby(["resource", "year"])["hours_max"].transform("sum")
    part = ((frame["places"] * frame["usable"]) / asked.where(asked > 0, 1.0)).clip(upper=1.0)
    teachers = _running(case, cohorts, _teachers(case))
    parts = [frame.assign(hours=frame["hours_max"] * part), teachers.assign(teachers=teachers["teachers_max"])]
    full = [_described(case, part) for part in parts if len(part)]
    return pd.concat(full, ignore_index=True) if full else empty_table("sharing")


def _running(case: Case, cohorts: Cohorts, table: pd.DataFrame) -> pd.DataFrame:
    """One row per agreement that ran last year and year of its term."""
    table, years = table[table["first_year"] < case.first_year], cohorts.years
    frame = table.iloc[np.repeat(np.arange(len(table)), len(years))].assign(year=np.tile(years, len(table)))
    return pd.DataFrame(frame[frame["year"] <= frame["last_year"]])


def _teachers(case: Case) -> pd.DataFrame:
    """The agreements on teachers, in the columns of those on hours."""
    names = {"from_school": "owner", "to_school": "school"}
    frame = case.table("teacher_agreements").rename(columns=names).assign(kind="teachers", resource="")
    return frame.assign(hours=0.0, usable=0.0, delivery_rate=1.0, price=0.0)


def _agreements(case: Case) -> pd.DataFrame:
    """The agreements with the owner, the workplaces (`places`) and the usable hours of a workplace of what is lent."""
    resources = case.table("resources")[["resource", "unit", "workplaces", "hours"]]
    names = {"unit": "owner", "workplaces": "places", "hours": "usable"}
    lent = case.table("agreements").merge(resources.rename(columns=names), on="resource")
    return lent.assign(kind="hours", cluster="", teachers=0.0)


def _described(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with hours or teachers by agreement and year -> the declared columns."""
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
