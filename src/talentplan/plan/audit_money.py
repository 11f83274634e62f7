"""Money spent, from the published tables: budgets by calendar year and what investments may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_investment import paid_from_budget
from talentplan.plan.audit_means import hired_stock
from talentplan.plan.audit_rows import equal_rows, grid, limit_rows
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

__all__ = ["Money", "budget_amount", "count_money", "money_limits", "same_money"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Money:
    """Recurrent money in CNY.

    school_year: float[year], C[t], grants taken off; spent, grants: float[year], by calendar year, spent before grants;
    inherited: float[year], what inherited cohorts alone would take from the budget of a calendar year;
    teachers: float[year], pay of hired teachers.
    """

    school_year: Floats
    spent: Floats
    grants: Floats
    inherited: Floats
    teachers: Floats


def count_money(case: Case, cohorts: Cohorts, flows: Flows, tables: Tables) -> Money:
    """Cost of every school year, and of every calendar year as the last one's spring and this one's autumn."""
    policy, years = case.settings.policy, flows.years
    cost, grant, fixed = (flows.column(name) for name in ("cost", "grant", "fixed_cost"))
    agreements = case.table("agreements")
    lent = grid(tables["sharing"], [("agreement", agreements["agreement"])], years, "hours")
    hours = agreements["price"].to_numpy(dtype=np.float64) @ lent
    gross = cost @ flows.enrolled + fixed @ _running(cohorts, flows) + hours
    before = cohorts.enrolled_before
    gross_before = float(cost @ before + fixed @ (before > 0))
    granted, granted_before = grant @ flows.enrolled, float(grant @ before)

    schools = case.table("schools")["school"]
    hired = grid(tables["hiring"], [("school", schools)], years, "hired")
    teachers = policy.teacher_cost * hired_stock(case, hired, schools).sum(axis=0)

    def calendar(school_year: Floats, previous: float) -> Floats:
        spring = np.append(previous, school_year[:-1])
        return np.asarray(policy.autumn_share * school_year + (1.0 - policy.autumn_share) * spring)

    on_roll = cohorts.inherited_enrolled
    alone = (cost - grant) @ on_roll + fixed @ cohorts.inherited_classes
    return Money(
        school_year=gross - granted,
        spent=calendar(gross, gross_before) + teachers,
        grants=calendar(granted, granted_before),
        inherited=calendar(alone, gross_before - granted_before),
        teachers=teachers,
    )


def _running(cohorts: Cohorts, flows: Flows) -> Floats:
    """float[offering, year]: w, the largest intake on roll as a share of F, at least 1 with inherited classes."""
    whole = np.maximum(flows.column("last_plan"), flows.column("class_max"))[:, None]
    duration = flows.lines["duration"].to_numpy(dtype=np.int64)[:, None]
    running = cohorts.inherited_classes.astype(np.float64)
    ending = np.where(flows.fed[:, None], 0.0, flows.entrants - flows.column("fill")[:, None] * flows.plan)
    recent = np.zeros((len(flows.lines), int(duration.max(initial=1))))  # plan numbers of those on roll, by years since
    for year in range(len(flows.years)):
        recent[:, 1:] = recent[:, :-1]
        recent[:, 0] = flows.plan[:, year] + ending[:, year] / np.maximum(flows.column("fill"), 1.0)
        there = np.arange(recent.shape[1]) < duration
        running[:, year] = np.maximum(running[:, year], (np.where(there, recent, 0.0) / whole).max(axis=1))
    return running


def budget_amount(case: Case, kind: str, earmark: str, years: NDArray[np.int64]) -> Floats:
    """float[year], CNY: a year's own entries, else those for every year, else the last dated year's unless earmarked; inf where none."""
    entries = [b for b in case.settings.budget if b.kind == kind and b.earmark == earmark]
    dated = {b.year for b in entries if b.year is not None}
    found = np.full(len(years), np.inf)
    for n, year in enumerate(years.tolist()):
        earlier = [y for y in dated if y <= year]
        source = year if year in dated else None
        if source is None and not any(b.year is None for b in entries):
            if earmark or not earlier or year < max(dated):
                continue
            source = max(dated)
        amounts = [b.amount for b in entries if b.year == source]
        found[n] = sum(amounts) if amounts else np.inf
    return found


def money_limits(case: Case, flows: Flows, tables: Tables, money: Money) -> list[pd.DataFrame]:
    """`recurrent_budget`, `investment_budget` (by earmark, and the general money all of them draw on), `units_max`."""
    years = flows.years
    amount = budget_amount(case, "recurrent", "", years)
    net = money.spent - money.grants
    found = [
        limit_rows("recurrent_budget", [""], years, net[None], np.maximum(amount, money.inherited)[None],
                   stated=amount[None], inherited=money.inherited[None],
                   size=np.maximum(money.spent, money.grants)[None])
    ]  # fmt: skip
    options, planned = case.table("investments"), case.plan_years
    if options.empty:
        return found
    units = grid(tables["investment"], [("investment", options["investment"])], planned, "units")
    most = options["units_max"].to_numpy(dtype=np.float64)[:, None]
    found.append(limit_rows("units_max", options["investment"], planned[-1:], units.sum(axis=1, keepdims=True), most))
    if not any(b.kind == "investment" for b in case.settings.budget):
        return found
    general = np.nan_to_num(budget_amount(case, "investment", "", planned), posinf=0.0)
    by_mark = paid_from_budget(case, tables)
    drawn = by_mark.pop("", np.zeros(len(planned)))
    for mark, paid in sorted(by_mark.items()):
        own = np.nan_to_num(budget_amount(case, "investment", mark, planned), posinf=0.0)
        found.append(limit_rows("investment_budget", [mark], planned, paid[None], (own + general)[None]))
        drawn = drawn + np.maximum(paid - own, 0.0)
    found.append(limit_rows("investment_budget", [""], planned, drawn[None], general[None]))
    return found


def same_money(case: Case, flows: Flows, tables: Tables, money: Money) -> list[pd.DataFrame]:
    """The published budget table against the money counted here."""
    table = tables["budget"]
    recurrent, investment = table[table["kind"] == "recurrent"], table[table["kind"] == "investment"]
    years = flows.years if len(recurrent) else flows.years[:0]
    shown = len(years)
    amount = budget_amount(case, "recurrent", "", years)
    size = np.maximum(money.spent, money.grants)[None, :shown]
    found = [
        equal_rows(f"budget.{name}", ["recurrent"], years, grid(recurrent, [("kind", ["recurrent"])], years, name),
                   known[None, :shown], size=size)
        for name, known in (("spent", money.spent), ("grants", money.grants),
                            ("available", np.where(np.isinf(amount), -1.0, amount)))
    ]  # fmt: skip
    planned = case.plan_years
    if investment.empty and tables["investment"].empty:
        return found
    by_mark = paid_from_budget(case, tables)
    marks = sorted(set(by_mark) | set(investment["earmark"]))
    paid = np.array([by_mark.get(mark, np.zeros(len(planned))) for mark in marks])
    stated = grid(investment, [("earmark", marks)], planned, "spent")
    shown_marks = sorted(set(investment["earmark"]))
    there = grid(investment, [("earmark", shown_marks)], planned, "available")
    none = 0.0 if any(b.kind == "investment" for b in case.settings.budget) else -1.0
    own = np.zeros_like(there)
    for n, mark in enumerate(shown_marks):
        own[n] = np.nan_to_num(budget_amount(case, "investment", mark, planned), posinf=none)
    return [*found, equal_rows("budget.spent", marks, planned, stated, paid),
            equal_rows("budget.available", shown_marks, planned, there, own)]  # fmt: skip
