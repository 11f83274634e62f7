"""Case + Openings + Cohorts -> Solution."""

from talentplan.allocation.build import linear_program
from talentplan.allocation.diagnosis import why_impossible
from talentplan.allocation.linear import linear_optimum, method_of
from talentplan.allocation.order import term_costs
from talentplan.allocation.repairs import Rebuild
from talentplan.allocation.solution import Solution
from talentplan.allocation.solve import allocate, hold_intake
from talentplan.allocation.statements import Names, relieved

__all__ = [
    "Names", "Rebuild", "Solution", "allocate", "hold_intake", "linear_optimum", "linear_program", "method_of", "relieved", "term_costs",
    "why_impossible",
]  # fmt: skip
