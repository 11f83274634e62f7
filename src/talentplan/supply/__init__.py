"""Case -> Cohorts: retention, fill, destinations and the students every offering inherits."""

from talentplan.supply.inherited import Cohorts, cohorts

__all__ = ["Cohorts", "cohorts"]
