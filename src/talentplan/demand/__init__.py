"""Case -> Openings: employment forecasts, drivers, staffing patterns, replacement, given openings."""

from talentplan.demand.forecast import forecast_openings
from talentplan.demand.openings import Openings

__all__ = ["Openings", "forecast_openings"]
