"""Who could fill what: the crosswalk read as arcs from programs to openings, and suggestions for what it lacks."""

from talentplan.matching.arcs import placement_arcs
from talentplan.matching.review import REVIEW, Reviewed, propose_links, reviewed_links, with_links
from talentplan.matching.suggest import suggest_links, suggest_programs

__all__ = [
    "REVIEW",
    "Reviewed",
    "placement_arcs",
    "propose_links",
    "reviewed_links",
    "suggest_links",
    "suggest_programs",
    "with_links",
]
