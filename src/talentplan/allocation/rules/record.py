"""Kinds of rules that look back: intake of the last years, destinations of the last completers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules.points import by_point
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["close_without_intake", "no_intake_right", "rates", "reduce_lowest"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Parameters = Mapping[str, float | int | str | bool]


def _direct(lines: pd.DataFrame) -> Mask:
    return np.asarray(~lines["pathway_fed"].to_numpy(dtype=bool))


def _by_year(case: Case, lines: pd.DataFrame, column: str, years: range) -> Floats:
    """float[offering, year]: a figure of the intake history added up over the point, 0 where it has no row."""
    table = case.table("intake_history").pivot_table(index="offering", columns="year", values=column, aggfunc="sum")
    own = table.reindex(index=lines["offering"], columns=list(years)).fillna(0.0).reset_index(drop=True)
    found = [by_point(lines.reset_index(drop=True), own[year], "sum") for year in years]
    return np.column_stack(found).astype(np.float64)


def close_without_intake(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """A point at which nobody registered in the last `years` years closes, all its direct lines.

    Its history must reach back so far, and the table must know each of these years: a new point and a candidate are spared.
    """
    lines, history = cohorts.offerings, case.table("intake_history")
    years = range(case.first_year - int(p["years"]), case.first_year)
    if not set(years) <= set(history["year"]):
        return np.zeros(len(lines), dtype=bool), np.zeros(len(lines))
    began = lines["offering"].map(history.groupby("offering")["year"].min())
    known = by_point(lines, began, "min").to_numpy(dtype=np.float64) <= years[0]
    none = _by_year(case, lines, "registered", years).sum(axis=1) <= 0
    return known & none & _direct(lines), np.zeros(len(lines))


def no_intake_right(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """A point at which less than `share` of the plan, or less than one class, registered in each of the last `years` years.

    A year without a plan number is none of these years.
    """
    lines = cohorts.offerings
    years = range(case.first_year - int(p["years"]), case.first_year)
    plan, came = (_by_year(case, lines, column, years) for column in ("plan", "registered"))
    least = by_point(lines, lines["class_min"], "min").to_numpy(dtype=np.float64)[:, None]
    low = (plan > 0) & ((came < float(p["share"]) * plan) | (came < least))
    return low.all(axis=1) & _direct(lines), np.zeros(len(lines))


def rates(case: Case, indicator: str) -> pd.DataFrame:
    """school, program, level, year and the rate of an indicator among graduates before the plan, where the table tells it.

    first_destination: in work or studying on; employed; related: in a related job; local: in work in the region.
    """
    table = case.table("outcomes").merge(case.table("programs")[["program", "level"]], on="program")
    table = table[(table["graduates"] > 0) & (table["year"] < case.first_year)]
    persons = table["employed"] + table["further_study"] if indicator == "first_destination" else table[indicator]
    found = table[["school", "program", "level", "year"]].assign(rate=persons / table["graduates"])
    return pd.DataFrame(found.dropna(subset=["rate"]))


def reduce_lowest(case: Case, cohorts: Cohorts, p: Parameters) -> tuple[Mask, Floats]:
    """Points among the lowest `share` of their level by `indicator` in each of the last `years` years lose a class.

    Every line of them that enrolled loses a smallest class at least; what would be left of less than a class goes too.
    The years are the last of the table and follow one another; points with equal rates at the edge are spared.
    """
    lines = cohorts.offerings
    span, share = int(p["years"]), float(p["share"])
    rows = rates(case, str(p["indicator"]))
    rows = rows[rows["year"] > rows["year"].max() - span]
    rank = rows.groupby(["year", "level"])["rate"].rank(method="max", pct=True)
    low = rows[rank <= share].groupby(["school", "program"])["year"].nunique()
    hits = low.reindex(pd.MultiIndex.from_frame(lines[["school", "program"]])).fillna(0).to_numpy()
    mask = (hits >= span) & (lines["last_plan"] > 0).to_numpy() & _direct(lines)
    last, least = (lines[c].to_numpy(dtype=np.float64) for c in ("last_plan", "class_min"))
    return mask, np.where(last - least >= least, last - least, 0.0)
