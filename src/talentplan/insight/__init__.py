"""Plan -> why: what limits, rules, sharing and money are worth, and how a plan stands in many futures."""

from talentplan.insight.classes import class_values
from talentplan.insight.futures import Judge, persons_of, replanned, worst_mean
from talentplan.insight.prices import (
    Prices,
    price_fairness,
    price_limits,
    price_rules,
    prices_of,
    value_of_money,
    value_of_sharing,
)
from talentplan.insight.sweep import Bounds, Sweep
from talentplan.insight.weights import weight_sensitivity

__all__ = [
    "Bounds",
    "Judge",
    "Prices",
    "Sweep",
    "class_values",
    "persons_of",
    "price_fairness",
    "price_limits",
    "price_rules",
    "prices_of",
    "replanned",
    "value_of_money",
    "value_of_sharing",
    "weight_sensitivity",
    "worst_mean",
]
