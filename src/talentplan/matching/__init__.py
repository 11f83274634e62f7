"""Who could fill what: the crosswalk read as arcs from programs to openings, the layout judged, clusters proposed."""

from talentplan.matching.arcs import placement_arcs
from talentplan.matching.clusters import Proposal, propose_clusters
from talentplan.matching.layout import LayoutIndices, layout_indices

__all__ = ["LayoutIndices", "Proposal", "layout_indices", "placement_arcs", "propose_clusters"]
