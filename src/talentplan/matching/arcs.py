"""Placement arcs: which completers qualify for which openings."""

from __future__ import annotations

import pandas as pd

from talentplan.workspace.case import Case

__all__ = ["ARC_COLUMNS", "placement_arcs"]

ARC_COLUMNS = ["program", "occupation", "level", "steps", "relevance", "under"]


def placement_arcs(case: Case) -> pd.DataFrame:
    """Every job a completer may be placed in (section 4 of docs/how-a-plan-is-made.md).

    One row per crosswalk link and level at which its occupation has openings, in the education mix or in the
    given openings, kept where steps = rank(program's level) - rank(level) lies between 0 and
    `policy.over_qualified_steps`, or is -1 and the link says `under_qualified_ok`.

    Returns:
        program, occupation, level (of the job): codes; steps: int, levels stepped down (-1 for one level up);
        relevance: share in (0, 1], which prices a placement and never multiplies persons; under: bool,
        steps == -1. Sorted by (program, occupation, level); without any link the frame is empty.
    """
    jobs = pd.concat(
        [case.table(name)[["occupation", "level"]] for name in ("education_mix", "openings")],
        ignore_index=True,
    ).drop_duplicates()
    rank = case.table("levels").set_index("level")["rank"].astype("int64")
    of_program = case.table("programs").set_index("program")["level"].map(rank)

    arcs = case.table("crosswalk").merge(jobs, on="occupation", how="inner")
    arcs["steps"] = (arcs["program"].map(of_program) - arcs["level"].map(rank)).astype("int64")
    arcs["under"] = arcs["steps"] == -1
    qualified = arcs["steps"].between(0, case.settings.policy.over_qualified_steps)
    qualified |= arcs["under"] & arcs["under_qualified_ok"].astype(bool)
    return arcs.loc[qualified, ARC_COLUMNS].sort_values(ARC_COLUMNS[:3], ignore_index=True)
