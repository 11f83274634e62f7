"""The balance of openings and placed completers by occupation, level and year, with who fills jobs above or below their level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.workspace.case import Case

__all__ = ["BY_LEVEL", "job_balance", "levels_apart"]

JOB = ["occupation", "level", "year"]
BY_LEVEL = ["own_level", "over_qualified", "under_qualified"]


def levels_apart(case: Case, placement: pd.DataFrame) -> pd.Series:
    """int[row]: rank of the program's level less rank of the level the job asks for; above 0 is over-qualified.

    Args:
        case: levels and programs are read.
        placement: columns program and level (of the job).
    """
    rank = case.table("levels").set_index("level")["rank"].astype("int64")
    own = case.table("programs").set_index("program")["level"].map(rank)
    return placement["program"].map(own) - placement["level"].map(rank)


def job_balance(case: Case, openings: pd.DataFrame, placement: pd.DataFrame) -> pd.DataFrame:
    """Openings of every job, who fills them, and what is left.

    Every opening is counted once: first the external supply takes its part, then completers of the level asked for,
    of a higher or of a lower one, and the rest is the shortage. openings = own_level + over_qualified +
    under_qualified + shortage, and openings + external are all openings for graduates. openings - own_level is the gap
    at each level for itself, shortage the gap after levels have stood in for each other.

    Args:
        case: levels and programs are read.
        openings: occupation, level, year, openings (net of external supply), external; persons/year, one row a job.
        placement: program, occupation, level, year, persons: completers placed.

    Returns:
        occupation, level, year, openings, placed, own_level, over_qualified, under_qualified, external, shortage; in the
        rows of `openings`.
    """
    steps = levels_apart(case, placement).to_numpy()
    kind = np.where(steps == 0, "own_level", np.where(steps > 0, "over_qualified", "under_qualified"))
    filled = placement.assign(kind=kind).groupby([*JOB, "kind"])["persons"].sum().unstack("kind", fill_value=0)
    filled = filled.reindex(index=pd.MultiIndex.from_frame(openings[JOB]), columns=BY_LEVEL).fillna(0.0)
    table = openings[[*JOB, "openings", "external"]].reset_index(drop=True)
    table = table.join(filled.reset_index(drop=True))
    table["placed"] = table[BY_LEVEL].sum(axis=1)
    table["shortage"] = (table["openings"] - table["placed"]).clip(lower=0.0)
    return table[[*JOB, "openings", "placed", *BY_LEVEL, "external", "shortage"]]
