"""Plan -> why: what limits, rules, sharing and money are worth."""

from talentplan.insight.prices import (
    Prices,
    price_fairness,
    price_limits,
    price_rules,
    prices_of,
    value_of_money,
    value_of_sharing,
)
from talentplan.insight.sweep import Sweep

__all__ = [
    "Prices",
    "Sweep",
    "price_fairness",
    "price_limits",
    "price_rules",
    "prices_of",
    "value_of_money",
    "value_of_sharing",
]
