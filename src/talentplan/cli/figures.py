"""What `plan --json` prints for one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from talentplan.errors import Change, ImpossibleError, TalentPlanError
from talentplan.plan import Plan
from talentplan.workspace import Case

__all__ = ["STEPS", "as_json", "failure", "figures", "status_of"]

STEPS = ("read", "forecast", "build", "handover", "solve", "audit", "write")


def status_of(plan: Plan, case: Case, time_limit: float | None = None) -> str:
    """Optimal, feasible (stopped by gap or nodes, as the model asks), or limit: out of time, the best plan is kept."""
    facts = plan.facts
    wide = facts.status == "feasible" and facts.gap > case.settings.solving.gap + 1e-9
    spent = time_limit is not None and plan.timings.get("solve", 0.0) >= time_limit
    return "limit" if wide and spent else facts.status


def figures(plan: Plan, case: Case, folder: Path, status: str) -> dict[str, Any]:
    """Openings, shortage, surplus (person-years) and cost (CNY) are undiscounted sums over the plan years."""
    years = case.plan_years

    def total(table: str, column: str) -> float:
        frame = plan.table(table)
        return round(float(frame.loc[frame["year"].isin(years), column].sum()), 6)

    intake = plan.table("intake")
    return {
        "name": plan.name,
        "scenario": plan.scenario,
        "status": status,
        "gap": float(plan.facts.gap),
        "audit": {"ok": bool(plan.audit.ok), "max_violation": float(plan.audit.max_violation)},
        "openings": total("balance", "openings"),
        "shortage": total("balance", "shortage"),
        "surplus": total("surplus", "surplus"),
        "cost": total("budget", "spent"),
        "intake_next_year": round(float(intake.loc[intake["year"] == case.first_year, "plan"].sum())),
        "timings": {step: round(float(plan.timings.get(step, 0.0)), 3) for step in STEPS},
        "run": str(folder),
    }


def failure(case: Case, error: TalentPlanError) -> dict[str, Any]:
    """A run that has no plan: why."""
    found: dict[str, Any] = {"name": case.name, "scenario": case.scenario}
    if not isinstance(error, ImpossibleError):
        return found | {"status": "limit", "message": str(error)}

    diagnosis = error.diagnosis
    return found | {
        "status": "infeasible",
        "statements": [
            {"zh": s.words[0], "en": s.words[1], "kind": s.kind, "conflict": number, "places": [dict(p) for p in s.places]}
            for number, conflict in enumerate(diagnosis.conflicts, 1)
            for s in conflict.statements
        ],
        "minimal": [conflict.minimal for conflict in diagnosis.conflicts],
        "complete": diagnosis.complete,
        "repairs": [
            {"zh": r.words[0], "en": r.words[1], "cost": round(r.cost, 6), "changes": [_change(c) for c in r.changes]}
            for r in diagnosis.repairs
        ],
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    moved = {"side": change.side, "before": change.before, "after": change.after}
    return {"kind": change.kind, "place": dict(change.place), **moved}


def as_json(found: Sequence[dict[str, Any]]) -> str:
    """One object for one run, a list for several; plain ASCII where the stream is not UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    plain = encoding != "utf8"
    return json.dumps(found[0] if len(found) == 1 else list(found), ensure_ascii=plain, indent=2)
