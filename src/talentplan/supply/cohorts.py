"""What the rooms after supply see of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Cohorts"]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Rates and inherited cohorts of every offering, in the row order of the case's offerings table.

    offerings: one row per offering: offering, school, program, track, level, rank, cluster, duration, status, control,
        authority, district, entrant_group; pathway_fed (bool: no entrants but by pathways); fill (registered / plan),
        fill_basis (own | program | level | one); completion (share of starters); progression_outside and
        local_retention (shares of completers, see destinations); last_plan and last_registered (persons in the autumn
        before the first plan year); class_min, class_max, class_step (persons, the offering's own where given);
        max_plan (persons, inf where not limited), min_plan.
    retention: float[offering, max duration], s[o, k] = share of starters on roll k years after entry, s[o, 0] = 1,
        0 from k = duration on.
    years: int[year], plan years and tail.
    inherited_enrolled: float[offering, year], persons on roll in autumn from intakes before the first plan year.
    inherited_completions: float[offering, year], persons of those intakes who complete in summer.
    enrolled_before: float[offering], persons on roll in the autumn before the first plan year.
    """

    offerings: pd.DataFrame
    retention: NDArray[np.float64]
    years: NDArray[np.int64]
    inherited_enrolled: NDArray[np.float64]
    inherited_completions: NDArray[np.float64]
    enrolled_before: NDArray[np.float64]
