"""Many plans: run them, compare them."""

from talentplan.scenarios.compare import Comparison, compare_plans
from talentplan.scenarios.run import Attempt, attempt, read_scenarios, run_scenarios

__all__ = ["Attempt", "Comparison", "attempt", "compare_plans", "read_scenarios", "run_scenarios"]
