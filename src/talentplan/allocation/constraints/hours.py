"""Training hours of workplaces, owned, bought, borrowed and lent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation.constraints.investment import bought
from talentplan.allocation.constraints.sharing import in_reach
from talentplan.allocation.space import Space
from talentplan.program import Terms

__all__ = ["training_hours"]


def training_hours(space: Space) -> None:
    """`training_hours` by school and kind: hours needed x E <= own + bought + delivered - lent; `lending` by resource.

    Judged only where the tables `resources` and `needs` both have rows. Columns `lent`: hours/year by agreement and year.
    """
    resources, needs = space.case.table("resources"), space.case.table("needs")
    if resources.empty or needs.empty:
        return
    lent = _lending(space)
    years = len(space.years)
    taught = (
        space.offerings[["program", "school"]]
        .assign(offering=np.arange(len(space.offerings)))
        .merge(needs, on="program")
    )
    taught = taught[taught["hours"] > 0]
    groups = taught[["school", "kind"]].drop_duplicates().sort_values(["school", "kind"], ignore_index=True)
    if groups.empty:
        return
    key = pd.MultiIndex.from_frame(groups)
    of = key.get_indexer(pd.MultiIndex.from_frame(taught[["school", "kind"]]))
    enrolled = space.state("enrolled")
    pair, year = space.grid(np.arange(len(taught)), np.arange(years))
    offering, hours = taught["offering"].to_numpy()[pair], taught["hours"].to_numpy(dtype=np.float64)[pair]
    cell = of[pair] * years + year
    parts = [Terms(cell, enrolled.start + space.cell(offering, year), hours)]
    use = np.bincount(
        cell, weights=hours * space.cohorts.inherited_enrolled[offering, year], minlength=len(groups) * years
    )
    own = resources.assign(total=resources["workplaces"] * resources["hours"]).groupby(["unit", "kind"])["total"].sum()
    stated = own.reindex(key).fillna(0.0).to_numpy(dtype=np.float64).repeat(years)
    extra = bought(space, "hours")
    group = (
        key.get_indexer(pd.MultiIndex.from_frame(extra[["school", "kind"]])) if len(extra) else np.zeros(0, np.int64)
    )
    extra, group = extra[group >= 0], group[group >= 0]
    parts.append(
        Terms(group * years + extra["year"].to_numpy(dtype=np.int64), extra["column"].to_numpy(dtype=np.int64),
              -extra["amount"].to_numpy(dtype=np.float64))
    )  # fmt: skip
    for side, sign in (("borrower", -1.0), ("owner", 1.0)):
        group = key.get_indexer(pd.MultiIndex.from_frame(lent[[side, "kind"]])) if len(lent) else np.zeros(0, np.int64)
        rate = lent["delivery_rate"].to_numpy(dtype=np.float64) if side == "borrower" else np.ones(len(lent))
        keep = group >= 0
        parts.append(
            Terms((group * years + lent["when"].to_numpy(dtype=np.int64))[keep], lent["column"].to_numpy(dtype=np.int64)[keep],
                  sign * rate[keep])
        )  # fmt: skip
    index = groups.iloc[np.repeat(np.arange(len(groups)), years)].assign(year=np.tile(space.years, len(groups)))
    space.builder.add_rows(
        "training_hours", index, Terms.concat(parts), upper=np.maximum(stated, use),
        sentence=("{school} 的 {kind} 实训学时（{year} 年）", "{school}: training hours of kind {kind} in {year}"),
    )  # fmt: skip


def _lending(space: Space) -> pd.DataFrame:
    """Columns and rows of lending; one row per agreement and year in force: borrower, owner, kind, when, delivery_rate, column.

    An agreement beyond the travel limit is never in force.
    """
    agreements = in_reach(space.case, space.case.table("agreements")).merge(
        space.case.table("resources")[["resource", "unit", "kind", "workplaces", "hours"]], on="resource"
    )
    years = len(space.years)
    row, year = space.grid(np.arange(len(agreements)), np.arange(years))
    frame = agreements.iloc[row].reset_index(drop=True).rename(columns={"school": "borrower", "unit": "owner"})
    frame["when"], frame["year"] = year, space.years[year]
    frame = frame[frame["year"].between(frame["first_year"], frame["last_year"])].reset_index(drop=True)
    if frame.empty:
        return frame.assign(column=0)
    most = frame["hours_max"].to_numpy(dtype=np.float64)
    block = space.builder.add_columns("lent", frame[["agreement", "year"]], upper=most)
    space.builder.state_bounds(
        "hours_max", block, upper=most,
        sentence=("协议 {agreement} {year} 年的学时", "hours under agreement {agreement} in {year}"),
    )  # fmt: skip
    frame["column"] = block.positions
    groups = frame[["resource", "year", "workplaces", "hours"]].drop_duplicates(["resource", "year"], ignore_index=True)
    key = pd.MultiIndex.from_frame(groups[["resource", "year"]])
    space.builder.add_rows(
        "lending", groups[["resource", "year"]],
        Terms(key.get_indexer(pd.MultiIndex.from_frame(frame[["resource", "year"]])), block.positions, np.ones(len(frame))),
        upper=(groups["workplaces"] * groups["hours"]).to_numpy(dtype=np.float64),
        sentence=("资源 {resource} {year} 年出借学时", "hours lent out of {resource} in {year}"),
    )  # fmt: skip
    return frame
