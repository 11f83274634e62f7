"""Solution -> Plan: tables, audit, indicators, verdicts."""

from talentplan.plan.make import do_nothing, solve_plan
from talentplan.plan.match import Match, balance_ranges, match_supply
from talentplan.plan.plan import Audit, Plan, SolveFacts

__all__ = [
    "Audit",
    "Match",
    "Plan",
    "SolveFacts",
    "balance_ranges",
    "do_nothing",
    "match_supply",
    "solve_plan",
]
