"""Who could fill what: the crosswalk read as arcs from programs to openings."""

from talentplan.matching.arcs import placement_arcs

__all__ = ["placement_arcs"]
