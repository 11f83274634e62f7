"""Case -> Cohorts: grades, lags, fill, destinations and the students every offering inherits."""

from talentplan.supply.inherited import Cohorts, cohorts, follow

__all__ = ["Cohorts", "cohorts", "follow"]
