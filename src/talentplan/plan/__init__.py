"""Solution -> Plan: tables, audit, indicators, verdicts."""

from talentplan.plan.make import do_nothing, solve_plan
from talentplan.plan.plan import Audit, Plan, SolveFacts

__all__ = ["Audit", "Plan", "SolveFacts", "do_nothing", "solve_plan"]
