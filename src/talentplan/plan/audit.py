"""The independent audit: steps cohorts year by year from the published tables, adds up every limit and cost again.

It shares with the linear program only the parameters (Case, Openings, Cohorts, and which lines a rule names): no
coefficient, no row, no column. What it compares stands in the modules audit_flows (students), audit_tables (published
figures), audit_means (places, teachers, hours, entrants), audit_sharing (agreements), audit_investment, audit_money
(budgets), audit_layout, audit_classes, audit_reserved, audit_mergers, audit_teach_out and audit_rules (plan numbers) and
audit_objective.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from talentplan.demand import Openings
from talentplan.plan.audit_classes import class_counts, class_rows
from talentplan.plan.audit_flows import step_forward
from talentplan.plan.audit_investment import leader_limits, same_investment
from talentplan.plan.audit_layout import (
    bound_limits,
    fair_limits,
    point_limits,
    same_plan,
    total_limits,
)
from talentplan.plan.audit_means import entrant_limits, hours_limits, place_limits, teacher_limits
from talentplan.plan.audit_mergers import merger_limits
from talentplan.plan.audit_money import count_money, money_limits, same_money
from talentplan.plan.audit_moves import moves
from talentplan.plan.audit_objective import objective_value
from talentplan.plan.audit_reserved import order_limits, reserved_limits
from talentplan.plan.audit_rows import no_rows
from talentplan.plan.audit_rules import held_by_rules
from talentplan.plan.audit_sharing import lending_limits, same_sharing
from talentplan.plan.audit_tables import pathway_limits, same_flows, same_market, signs
from talentplan.plan.audit_teach_out import lapsed_promises, teach_out_limits
from talentplan.plan.audit_words import sentences
from talentplan.plan.plan import Audit
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["CHECKED", "LIMIT_FAMILIES", "audit"]

Tables = Mapping[str, pd.DataFrame]
LIMIT_FAMILIES = (
    "teacher_lending", "cluster_leaders",
    "offering_places", "school_places", "school_teachers", "cluster_teachers", "hiring", "training_hours", "lending",
    "entrants", "recurrent_budget", "investment_budget", "units_max", "change", "open", "close", "points_changed",
    "mergers", "class_count", "reserved", "orders", "total", "fairness", "plan_bounds", "progression", "rules",
)  # fmt: skip
"""Families of the limits table."""
CHECKED = (*LIMIT_FAMILIES, "classes", "cohorts", "balance", "objective")
"""Everything the audit judges; each has a case worked by hand in tests/cases."""
SHOWN = ["family", "scope", "year", "used", "limit", "stated", "binding", "broken_before", "sentence_zh", "sentence_en"]
NEEDED = {
    "mergers": ["from_offering", "to_offering", "kind", "year", "seats"],
    "intake": ["offering", "year", "last_plan", "plan", "classes", "registered"],
    "progression": ["pathway", "year", "completers", "promised", "passed", "broken", "taught_out"],
    "completions": ["offering", "year", "completions", "passed", "outside", "in_job", "away", "local"],
    "enrolment": ["offering", "year", "enrolled"],
    "balance": [
        "occupation",
        "level",
        "year",
        "openings",
        "placed",
        "own_level",
        "over_qualified",
        "under_qualified",
        "external",
        "shortage",
        "settled",
    ],
    "placement": ["program", "occupation", "level", "year", "persons"],
    "surplus": ["program", "year", "local", "placed", "surplus"],
    "investment": ["investment", "year", "units", "begun", "cost", "first_use", "last_use"],
    "payers": ["investment", "unit", "earmark", "own_money", "year", "cost"],
    "sharing": ["kind", "agreement", "year", "workplaces", "hours", "delivered", "teachers", "cost"],
    "hiring": ["school", "cluster", "year", "hired"],
    "budget": ["kind", "earmark", "year", "spent", "grants", "available"],
}


def audit(
    case: Case,
    openings: Openings,
    cohorts: Cohorts,
    tables: Tables,
    *,
    objective: float | None,
    tolerance: float = 1e-6,
    whole_classes: int,
    strict: bool = True,
) -> tuple[Audit, pd.DataFrame]:
    """Judge published tables (unrounded, tail years included) and list every limit.

    objective: what the program claims, None where nothing is claimed; whole_classes: years planned in whole classes;
    strict: a broken limit is a violation; otherwise it is only listed (doing nothing breaks limits and shows them).

    A violation is larger than tolerance x max(1, |right side|, largest term). Returns the verdict and the limits table
    of plan/outputs.yaml, years of the tail included. `units_max`, which has no year of its own, stands in the last plan
    year; figures of limits from below count the persons missing, so that `used > limit` always means broken.
    """
    shown = {
        name: tables[name] if name in tables else pd.DataFrame(columns=columns) for name, columns in NEEDED.items()
    }
    flows = step_forward(case, cohorts, shown)
    change = moves(case, cohorts, flows, shown, whole_classes)
    money = count_money(case, cohorts, flows, shown)
    lapsed = lapsed_promises(case, flows, change)
    exact = whole_classes if strict else len(flows.years)
    limits = [
        *place_limits(case, cohorts, flows, shown, exact), *teacher_limits(case, cohorts, flows, shown, exact),
        *hours_limits(case, cohorts, flows, shown, exact), *lending_limits(case, flows, shown),
        *entrant_limits(case, flows), *pathway_limits(case, flows, lapsed),
        *teach_out_limits(case, flows, change),
        *money_limits(case, flows, shown, money), *leader_limits(case, shown, change.whole), *bound_limits(case, flows, change),
        *total_limits(case, flows, change), *point_limits(case, flows, change),
        *fair_limits(case, flows, change), *merger_limits(case, flows, shown, change), *class_counts(case, flows, change),
        *reserved_limits(case, flows, change), *order_limits(case, openings, cohorts, flows, change, shown),
        *held_by_rules(case, cohorts, flows, change),
    ]  # fmt: skip
    listed = _joined(limits)
    hidden = listed.pop("hidden").eq(True).to_numpy() if "hidden" in listed else np.zeros(len(listed), dtype=bool)
    same = [
        *same_flows(case, flows, shown, lapsed), *same_market(case, openings, flows, shown),
        *same_investment(case, shown, change.whole), *same_sharing(case, shown), *signs(shown),
    ]  # fmt: skip
    if "budget" in tables:
        same += same_money(case, flows, shown, money)
    value = objective_value(case, flows, shown, money)
    if objective is not None:
        same.append(_objective(case, objective, value))
    judged = [_broken(_joined(same), tolerance)]
    if strict:
        numbers = [*same_plan(case, flows, change), *class_rows(case, flows, change, shown)]
        judged += [_broken(listed, tolerance), *(_broken(frame, tolerance) for frame in numbers)]
    violations = pd.concat([f for f in judged if len(f)] or judged[:1], ignore_index=True)
    violations = violations.sort_values("violation", ascending=False, ignore_index=True, kind="stable")
    verdict = Audit(
        ok=violations.empty, max_violation=float(violations["violation"].max()) if len(violations) else 0.0,
        objective=value, violations=violations,
    )  # fmt: skip
    return verdict, _limits_table(case, listed[~hidden])


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else no_rows()


def _broken(frame: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Rows broken beyond tolerance: family, scope, year, used, limit, violation (relative)."""
    apart = frame["used"].to_numpy(dtype=np.float64) - frame["limit"].to_numpy(dtype=np.float64)
    scale = np.maximum.reduce([np.ones(len(frame)), frame["limit"].abs().to_numpy(dtype=np.float64),
                               np.nan_to_num(frame["size"].to_numpy(dtype=np.float64))])  # fmt: skip
    equal = frame["binding"].isna().to_numpy() if "binding" in frame else np.ones(len(frame), dtype=bool)
    over = np.where(equal, np.abs(apart), apart)
    known = np.isfinite(scale) & np.isfinite(over)  # a code the input does not know is as wrong as can be
    relative = np.divide(over, scale, out=np.full(len(frame), np.inf), where=known)
    found = frame[["family", "scope", "year", "used", "limit"]].assign(violation=relative)
    broken: pd.DataFrame = found.loc[relative > tolerance]
    return broken


def _objective(case: Case, claimed: float, value: float) -> pd.DataFrame:
    keys = {"family": ["objective"], "scope": [""], "year": [case.first_year]}
    return pd.DataFrame({**keys, "used": [claimed], "limit": [value], "size": [abs(value)]})


def _limits_table(case: Case, limits: pd.DataFrame) -> pd.DataFrame:
    """The limits of plan/outputs.yaml, sorted, with their sentences."""
    table = limits.sort_values(["family", "scope", "year"], kind="stable", ignore_index=True)
    table = table.astype({"year": np.int64, "binding": bool, "broken_before": bool})
    return sentences(case, table)[SHOWN]
