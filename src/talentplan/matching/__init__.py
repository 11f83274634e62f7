"""Who could fill what: the crosswalk read as arcs from programs to openings, and suggestions for what it lacks."""

from talentplan.matching.arcs import placement_arcs
from talentplan.matching.suggest import suggest_links, suggest_programs

__all__ = ["placement_arcs", "suggest_links", "suggest_programs"]
