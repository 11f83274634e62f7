"""Rules as limits on plan numbers, one function a kind."""

from talentplan.allocation.rules.kinds import KINDS, RuleLimit, rule_limits

__all__ = ["KINDS", "RuleLimit", "rule_limits"]
