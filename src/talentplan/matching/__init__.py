"""Who could fill what: the crosswalk as arcs from programs to openings, links suggested, layouts judged, clusters proposed."""

from talentplan.matching.arcs import placement_arcs
from talentplan.matching.balance import job_balance
from talentplan.matching.clusters import Comparison, Proposal, propose_clusters
from talentplan.matching.indices import GRADES
from talentplan.matching.layout import LayoutIndices, layout_indices
from talentplan.matching.ranges import Ranges, certain_ranges
from talentplan.matching.review import REVIEW, Reviewed, propose_links, reviewed_links, with_links
from talentplan.matching.suggest import suggest_links, suggest_programs

__all__ = [
    "GRADES",
    "REVIEW",
    "Comparison",
    "LayoutIndices",
    "Proposal",
    "Ranges",
    "Reviewed",
    "certain_ranges",
    "job_balance",
    "layout_indices",
    "placement_arcs",
    "propose_clusters",
    "propose_links",
    "reviewed_links",
    "suggest_links",
    "suggest_programs",
    "with_links",
]
