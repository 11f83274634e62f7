"""Placement arcs: which completers qualify for which openings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.workspace.case import Case
from talentplan.workspace.keys import rows_at, values_at

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
    links, levels, programs = (case.table(name) for name in ("crosswalk", "levels", "programs"))
    occupation, occupations = pd.factorize(links["occupation"])
    codes = np.sort(levels["level"].to_numpy())
    asked = np.zeros((len(occupations), len(codes)), dtype=bool)  # occupation x level: it has openings
    for jobs in (case.table("education_mix"), case.table("openings")):
        row = rows_at([occupations], [jobs["occupation"]])
        asked[row[row >= 0], rows_at([codes], [jobs["level"]])[row >= 0]] = True
    link, level = np.nonzero(asked[occupation])
    reached = programs["level"].to_numpy()[rows_at([programs["program"]], [links["program"]])]
    own, of_job = (values_at(levels["level"], levels["rank"], of) for of in (reached, codes))
    steps = (own[link] - of_job[level]).astype(np.int64)
    under = steps == -1
    qualified = (steps >= 0) & (steps <= case.settings.policy.over_qualified_steps)
    qualified |= under & links["under_qualified_ok"].to_numpy(dtype=bool)[link]
    link, level = link[qualified], level[qualified]
    return pd.DataFrame(
        {
            **{name: links[name].to_numpy()[link] for name in ("program", "occupation")},
            "level": codes[level], "steps": steps[qualified], "relevance": links["relevance"].to_numpy()[link], "under": under[qualified],
        },
        columns=ARC_COLUMNS,
    )  # fmt: skip
