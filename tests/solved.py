"""A plan with its unrounded tables, tail included: what the audit judges and what solve_plan publishes trimmed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from talentplan.allocation import Solution, allocate, hold_intake
from talentplan.demand import Openings, forecast_openings
from talentplan.plan.audit import audit
from talentplan.plan.plan import Audit
from talentplan.plan.tables import flow_tables, resource_tables
from talentplan.supply import Cohorts, cohorts
from talentplan.workspace.case import Case


@dataclass(frozen=True)
class Solved:
    case: Case
    openings: Openings
    cohorts: Cohorts
    solution: Solution
    tables: dict[str, pd.DataFrame]

    def audited(self, **changes) -> tuple[Audit, pd.DataFrame]:
        """The audit of these tables; `changes` replace its arguments."""
        wanted = {"tables": self.tables, "objective": self.solution.objective,
                  "whole_classes": self.case.settings.solving.whole_class_years, **changes}  # fmt: skip
        tables = wanted.pop("tables")
        return audit(self.case, self.openings, self.cohorts, tables, **wanted)


def solve(case: Case) -> Solved:
    openings, inherited = forecast_openings(case), cohorts(case)
    return _with_tables(case, openings, inherited, allocate(case, openings, inherited))


def hold(case: Case, intake: dict[str, float]) -> Solved:
    """What happens at these plan numbers in every year, whatever limits they break; other lines as last year."""
    openings, inherited = forecast_openings(case), cohorts(case)
    lines = inherited.offerings
    plan = lines["offering"].map(intake).fillna(lines["last_plan"]).to_numpy(dtype=np.float64)
    plan = np.repeat(plan[:, None], len(case.plan_years), axis=1)
    return _with_tables(case, openings, inherited, hold_intake(case, openings, inherited, plan))


def _with_tables(case: Case, openings: Openings, inherited: Cohorts, solution: Solution) -> Solved:
    flows = flow_tables(case, openings, inherited, solution)
    return Solved(case, openings, inherited, solution, {**flows, **resource_tables(case, inherited, solution, flows)})
