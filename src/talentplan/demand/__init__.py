"""Case -> Openings: employment forecasts, drivers, staffing patterns, replacement, given openings."""

from talentplan.demand.forecast import forecast_openings
from talentplan.demand.forecaster import LEVELS, Forecaster, PanelForecast, path_intervals
from talentplan.demand.openings import Openings

__all__ = ["LEVELS", "Forecaster", "Openings", "PanelForecast", "forecast_openings", "path_intervals"]
