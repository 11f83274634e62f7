"""Programs against jobs before anything is decided: the balance if nothing changes, what of it is certain, and the layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from talentplan.demand import Openings, forecast_openings
from talentplan.matching import (
    Comparison,
    Ranges,
    certain_ranges,
    layout_indices,
    placement_arcs,
    propose_clusters,
)
from talentplan.plan.make import do_nothing
from talentplan.plan.promises import promises
from talentplan.supply import dead_ends, missing_links, pool_table
from talentplan.workspace import Case, unlinked

__all__ = ["Match", "balance_ranges", "match_supply"]

IDLE = ("idle", "plan")  # endings of the columns of `promises`: under doing nothing, under a plan
LAYOUT = ("region", "districts", "clusters", "concentration", "duplicates", "blanks")


@dataclass(frozen=True, slots=True)
class Match:
    """What `match` finds; every quantity is in persons a year of the plan years unless its column says otherwise.

    tables: those of doing nothing (plan/outputs.yaml: intake, completions, enrolment, balance, placement, surplus,
        progression, limits ...), and
        arcs (`placement_arcs`), unlinked (programs and occupations without a crosswalk link),
        certain_shortages, certain_surpluses, certain_clusters (`Ranges`),
        promises (without the columns of a plan), dead_ends, missing_links, entrant_pools,
        layout_region, layout_districts, layout_clusters, layout_concentration, layout_duplicates, layout_blanks
        (`LayoutIndices`), proposed_clusters, proposed_members, unplaced_programs, official_clusters (`Proposal`).
    uncertain_share: share of the point verdicts (gap, too many) that are not certain, NaN where there are none.
    comparison: the proposed clusters as a whole and against the official ones.
    """

    name: str
    scenario: str
    fingerprint: str
    tables: Mapping[str, pd.DataFrame]
    uncertain_share: float
    comparison: Comparison

    def table(self, name: str) -> pd.DataFrame:
        """One table by its name."""
        return self.tables[name]


def match_supply(case: Case, openings: Openings | None = None) -> Match:
    """Match the supply of doing nothing with the openings of a case.

    Args:
        case: the case.
        openings: what `forecast_openings` gives for it; worked out here by default.

    Raises SolverError where the solver finds no placement.
    """
    idle = do_nothing(case, forecast_openings(case) if openings is None else openings)
    arcs = placement_arcs(case)
    ranges = balance_ranges(case, idle, arcs)
    indices = layout_indices(case, idle, arcs)
    proposal = propose_clusters(case, continuations=case.table("continuations"), enrolment=idle["enrolment"])
    tables = {
        **idle, "arcs": arcs, "unlinked": unlinked(case.settings, case.tables),
        "certain_shortages": ranges.occupations, "certain_surpluses": ranges.programs, "certain_clusters": ranges.clusters,
        "promises": _idle_only(promises(case, idle, idle)), "dead_ends": dead_ends(case),
        "missing_links": missing_links(case), "entrant_pools": pool_table(case),
        **{f"layout_{name}": getattr(indices, name) for name in LAYOUT},
        "proposed_clusters": proposal.clusters, "proposed_members": proposal.members,
        "unplaced_programs": proposal.unplaced, "official_clusters": proposal.official,
    }  # fmt: skip
    return Match(case.name, case.scenario, case.fingerprint, tables, ranges.uncertain_share, proposal.comparison)


def balance_ranges(case: Case, tables: Mapping[str, pd.DataFrame], arcs: pd.DataFrame) -> Ranges:
    """The certain ranges of the supply and the openings of published tables (a plan's or of doing nothing).

    Args:
        case: the clusters of its programs are read.
        tables: surplus (local supply) and balance (openings net of external supply).
        arcs: placement arcs of the case.
    """
    supply = tables["surplus"][["program", "year", "local"]].rename(columns={"local": "persons"})
    demand = tables["balance"][["occupation", "level", "year", "openings"]].rename(columns={"openings": "persons"})
    programs = case.table("programs")
    return certain_ranges(supply, demand, arcs, dict(zip(programs["program"], programs["cluster"], strict=True)))


def _idle_only(found: pd.DataFrame) -> pd.DataFrame:
    """Promises without the columns of a plan: there is none yet."""
    idle, plan = IDLE
    kept = found[[name for name in found.columns if not name.endswith(f"_{plan}")]]
    return kept.rename(columns={name: name.removesuffix(f"_{idle}") for name in kept.columns})
