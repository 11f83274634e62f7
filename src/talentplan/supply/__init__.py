"""Case -> Cohorts: grades, lags, fill, destinations, entrant pools, ladders and the students every offering inherits."""

from talentplan.supply.inherited import Cohorts, cohorts, follow
from talentplan.supply.ladders import dead_ends, missing_links
from talentplan.supply.pools import EntrantPools, entrant_pools, pool_table

__all__ = [
    "Cohorts",
    "EntrantPools",
    "cohorts",
    "dead_ends",
    "entrant_pools",
    "follow",
    "missing_links",
    "pool_table",
]
