"""The whole way from a Case to an audited Plan."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation import Solution, allocate, hold_intake
from talentplan.demand import Openings, forecast_openings
from talentplan.errors import AuditError
from talentplan.plan.audit import audit
from talentplan.plan.indicators import indicators
from talentplan.plan.plan import Plan, SolveFacts
from talentplan.plan.promises import promises
from talentplan.plan.rule_table import rules_table
from talentplan.plan.sharing import running_agreements
from talentplan.plan.tables import flow_tables, publish, resource_tables
from talentplan.plan.verdicts import layout
from talentplan.supply import Cohorts, cohorts, dead_ends, entrant_pools, missing_links, pool_table
from talentplan.workspace.case import Case

__all__ = ["do_nothing", "solve_plan"]

Tables = Mapping[str, pd.DataFrame]


def solve_plan(case: Case, *, solver: str | None = None, time_limit: float | None = None) -> Plan:
    """Forecast, build, solve, audit and explain; the do-nothing plan beside it.

    Raises ImpossibleError, SolverError, or AuditError where the audit disagrees with the program.
    """
    started = time.perf_counter()
    openings, inherited = forecast_openings(case), cohorts(case)
    forecast = time.perf_counter() - started
    solution = allocate(case, openings, inherited, solver=solver, time_limit=time_limit)
    flows = flow_tables(case, openings, inherited, solution)
    tables = {**flows, **resource_tables(case, inherited, solution, flows)}
    began = time.perf_counter()
    verdict, limits = audit(
        case, openings, inherited, tables, objective=solution.objective,
        whole_classes=case.settings.solving.whole_class_years,
    )  # fmt: skip
    if not verdict.ok:
        raise AuditError(_disagreement(verdict.max_violation, verdict.violations))
    checked = time.perf_counter() - began
    idle_shown = publish(case, _idle(case, openings, inherited))
    tables["limits"] = limits
    tables["rules"] = rules_table(case, inherited, tables["intake"], limits)
    tables["layout"] = layout(case, inherited, tables, idle_shown, limits)
    tables["promises"] = promises(case, tables, idle_shown)
    tables |= {"dead_ends": dead_ends(case), "missing_links": missing_links(case), "entrant_pools": pool_table(case)}
    shown = publish(case, tables)
    shown["indicators"] = indicators(case, shown, idle_shown)
    return Plan(
        name=case.name, scenario=case.scenario, fingerprint=case.fingerprint, tables=shown, do_nothing=idle_shown,
        audit=verdict, facts=_facts(solution), timings={"forecast": forecast, **solution.timings, "audit": checked},
    )  # fmt: skip


def do_nothing(case: Case, openings: Openings | None = None) -> dict[str, pd.DataFrame]:
    """The published tables of last year's plan repeated, scaled down by entrant group where entrants are fewer.

    Args:
        case: the case.
        openings: what `forecast_openings` gives for it; worked out here by default.
    """
    return publish(case, _idle(case, forecast_openings(case) if openings is None else openings, cohorts(case)))


def _idle(case: Case, openings: Openings, inherited: Cohorts) -> dict[str, pd.DataFrame]:
    solution = hold_intake(case, openings, inherited, _repeated(case, inherited))
    flows = flow_tables(case, openings, inherited, solution)
    tables = {**flows, **resource_tables(case, inherited, solution, flows, running_agreements(case, inherited))}
    _, limits = audit(case, openings, inherited, tables, objective=None, whole_classes=0, strict=False)
    return {**tables, "limits": limits}


def _repeated(case: Case, inherited: Cohorts) -> NDArray[np.float64]:
    """float[offering, plan year]: last year's plan; direct lines of a group scaled by min(1, pool / what they would draw)."""
    lines, years = inherited.offerings, case.plan_years
    plan = np.repeat(lines["last_plan"].to_numpy(dtype=np.float64)[:, None], len(years), axis=1)
    pools = entrant_pools(case)
    if not len(pools):
        return plan
    size = pd.DataFrame(pools.size, columns=pools.years)[years]
    pool = size.groupby(pools.pools["entrant_group"]).sum()
    drawn = (lines["fill"] * lines["last_plan"]).groupby(lines["entrant_group"]).sum()
    ratio = pool.div(drawn.reindex(pool.index), axis=0).clip(upper=1.0)
    scale = ratio.reindex(lines["entrant_group"]).fillna(1.0).to_numpy(dtype=np.float64)
    return plan * np.where(lines["pathway_fed"].to_numpy(dtype=bool)[:, None], 1.0, scale)


def _facts(solution: Solution) -> SolveFacts:
    columns, rows, nonzeros = solution.size
    return SolveFacts(
        status=solution.status, gap=solution.gap, objective=solution.objective, bound=solution.bound,
        lp_objective=solution.lp_objective, columns=columns, rows=rows, nonzeros=nonzeros, solver=solution.solver,
    )  # fmt: skip


def _disagreement(worst: float, violations: pd.DataFrame) -> str:
    first = violations.head(5).to_dict("records")
    listed = "; ".join(
        f"{v['family']} {v['scope']} {v['year']}: used {v['used']:.6g}, limit {v['limit']:.6g}" for v in first
    )
    return f"the audit disagrees with the program (largest violation {worst:.3g}): {listed}. Nothing was published."
