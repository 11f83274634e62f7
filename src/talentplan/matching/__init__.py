"""Who could fill what: the crosswalk as arcs from programs to openings, links suggested, layouts judged, clusters proposed."""

from talentplan.matching.arcs import placement_arcs
from talentplan.matching.clusters import Proposal, propose_clusters
from talentplan.matching.layout import LayoutIndices, layout_indices
from talentplan.matching.review import REVIEW, Reviewed, propose_links, reviewed_links, with_links
from talentplan.matching.suggest import suggest_links, suggest_programs

__all__ = [
    "REVIEW",
    "LayoutIndices",
    "Proposal",
    "Reviewed",
    "layout_indices",
    "placement_arcs",
    "propose_clusters",
    "propose_links",
    "reviewed_links",
    "suggest_links",
    "suggest_programs",
    "with_links",
]
