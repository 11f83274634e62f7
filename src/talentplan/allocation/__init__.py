"""Case + Openings + Cohorts -> Solution."""

from talentplan.allocation.solution import Solution
from talentplan.allocation.solve import allocate, hold_intake

__all__ = ["Solution", "allocate", "hold_intake"]
