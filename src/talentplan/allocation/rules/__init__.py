"""Rules as limits on plan numbers, one function a kind."""

from talentplan.allocation.rules.kinds import COUNTED, KINDS, RuleLimit, counted_lines, released_lines, rule_limits

__all__ = ["COUNTED", "KINDS", "RuleLimit", "counted_lines", "released_lines", "rule_limits"]
