"""The objective worked out again from the published tables. Section 6 of docs/how-a-plan-is-made.md."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_investment import paid
from talentplan.plan.audit_layout import fair_groups
from talentplan.plan.audit_money import Money
from talentplan.plan.audit_tables import allowed_placements
from talentplan.workspace.case import Case

__all__ = ["annuity", "objective_value", "shortage_price"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
MILLION = 1e6


def shortage_price(shortage: Floats, openings: Floats, steps: list[tuple[float, float]]) -> Floats:
    """Person-equivalents of a shortage, the dearer the larger the share of the openings that is unfilled.

    steps: (up to this share of the openings, price factor), rising.

    >>> shortage_price(np.array([70.0]), np.array([100.0]), [(0.1, 0.5), (0.5, 1.0), (1.0, 1.5)])
    array([75.])
    """
    price, low = np.zeros_like(shortage), 0.0
    for share, factor in steps:
        price = price + factor * np.clip(shortage - low * openings, 0.0, (share - low) * openings)
        low = share
    over = np.maximum(shortage - openings, 0.0)  # nothing past all of them, but for rounding
    return price + steps[-1][1] * over


def annuity(cost: float, rate: float, years: int) -> float:
    """Yearly cost of something that is paid once and lasts `years`.

    >>> round(annuity(1000.0, 0.25, 2), 2)
    694.44
    >>> annuity(1000.0, 0.0, 4)
    250.0
    """
    return cost / years if rate == 0 else cost * rate / (1.0 - (1.0 + rate) ** -years)


def objective_value(case: Case, flows: Flows, tables: Tables, money: Money) -> float:
    """Discounted person-equivalents of the published plan, tail included."""
    weights, policy, years = case.settings.objective, case.settings.policy, flows.years
    discount = (1.0 + policy.discount_rate) ** -(years - case.first_year).astype(np.float64)
    balance = tables["balance"]
    priority = balance["occupation"].map(case.table("occupations").set_index("occupation")["priority"])
    level = balance["level"].map(case.table("levels").set_index("level")["shortage_weight"])
    steps = [(float(share), float(factor)) for share, factor in weights.shortage_steps]
    missing, wanted = (balance[c].to_numpy(dtype=np.float64) for c in ("shortage", "openings"))
    short = shortage_price(missing, wanted, steps)
    weight = (priority * level).to_numpy(dtype=np.float64) * discount[balance["year"].to_numpy() - years[0]]
    value = weights.shortage * float(short @ weight)

    surplus = tables["surplus"]
    unplaced = surplus.groupby("year")["surplus"].sum().reindex(years, fill_value=0.0).to_numpy(dtype=np.float64)
    value += weights.unplaced * float(unplaced @ discount)
    placed = tables["placement"].merge(allowed_placements(case), on=["program", "occupation", "level"], how="left")
    if len(placed):
        cost = placed["price"].to_numpy(dtype=np.float64) * placed["persons"].to_numpy(dtype=np.float64)
        value += float(np.nan_to_num(cost) @ discount[placed["year"].to_numpy() - years[0]])
    value += weights.broken_promise * float(flows.broken.sum(axis=0) @ discount)

    plan = np.concatenate([flows.column("last_plan")[:, None], flows.plan[:, : flows.plan_years]], axis=1)
    moved = np.abs(np.diff(plan, axis=1))[~flows.fed].sum(axis=0)
    value += weights.moved_seat * float(moved @ discount[: flows.plan_years])
    for compared in case.settings.fairness:
        groups = fair_groups(flows, compared.by, flows.plan[:, : flows.plan_years])
        if groups:
            least = np.min([now / last for _, now, last in groups], axis=0)
            value += compared.weight * float(np.maximum(1.0 - least, 0.0) @ discount[: flows.plan_years])
    if weights.money > 0:
        value += weights.money / MILLION * _money(case, flows, tables, money, discount)
    return value


def _money(case: Case, flows: Flows, tables: Tables, money: Money, discount: Floats) -> float:
    """Discounted CNY: school years, hired teachers, and the annuity of what was bought over the years it is used."""
    total = float((money.school_year + money.teachers) @ discount)
    options, planned = case.table("investments"), case.plan_years
    if options.empty:
        return total
    rate = case.settings.policy.discount_rate
    leads, lives = (options[c].to_numpy(dtype=np.int64) for c in ("lead", "life"))
    for lead, life, cost in zip(leads, lives, paid(case, tables), strict=True):
        first = (planned + lead)[:, None]
        used = (flows.years >= first) & (flows.years < first + life)
        total += annuity(1.0, rate, int(life)) * float(cost @ (used @ discount))
    return total
