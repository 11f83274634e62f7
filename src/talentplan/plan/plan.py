"""The Plan: what a run publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Audit", "Plan", "SolveFacts"]


@dataclass(frozen=True, slots=True)
class SolveFacts:
    """How the plan was found.

    status: optimal | feasible | limit; gap: proven relative gap of the whole-class search (0 for a linear plan);
    objective, bound, lp_objective: discounted person-equivalents (bound proven; lp_objective without whole classes);
    columns, rows, nonzeros: size of the linear program; solver: its name and version; seed: random seed of the solver.
    """

    status: str
    gap: float
    objective: float
    bound: float
    lp_objective: float
    columns: int
    rows: int
    nonzeros: int
    solver: str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Audit:
    """What the independent audit found.

    violations: table of every limit broken beyond tolerance (family, scope, year, used, limit, violation);
    max_violation: largest relative violation; objective: re-evaluated from the published tables.
    """

    ok: bool
    max_violation: float
    objective: float
    violations: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Plan:
    """One audited plan beside doing nothing.

    tables: the tables of plan/outputs.yaml, every one, canonically sorted.
    do_nothing: the same tables for last year's plan repeated (intake, progression, completions, enrolment, balance,
        placement, surplus, limits); its broken limits are listed in `limits` (used > limit), never repaired.
    timings: seconds by step: read, forecast, build, handover, solve, audit, write.
    """

    name: str
    scenario: str
    fingerprint: str
    tables: Mapping[str, pd.DataFrame]
    do_nothing: Mapping[str, pd.DataFrame]
    audit: Audit
    facts: SolveFacts
    timings: Mapping[str, float] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """One published table by its name in plan/outputs.yaml."""
        return self.tables[name]
