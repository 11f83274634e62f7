"""What stands in tables and settings and no plan reads: years that are over or too late, funds, origins, groups and ranks without effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from talentplan.workspace.case import Defaulted
from talentplan.workspace.notes import listed
from talentplan.workspace.settings import Settings

__all__ = ["what_is_unread"]

Tables = Mapping[str, pd.DataFrame]


def what_is_unread(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """One sentence for every kind of row or entry that has no effect on the plan."""
    yield from _years(settings, tables)
    yield from _funds(settings, tables)
    yield from _money_by_year(settings)
    yield from _origins(tables)
    yield from _groups(tables)
    yield from _ranks(settings)


def _years(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Agreements, reserved seats and mergers outside the plan years."""
    first = settings.horizon.first_year
    last = first + settings.horizon.years - 1
    for name in ("agreements", "teacher_agreements"):
        over = (tables[name]["last_year"] < first) | (tables[name]["first_year"] > last)
        yield from _outside(name, tables[name].loc[over, "agreement"], first, last)
    seats = tables["reserved_seats"]
    other = (seats["year"] != 0) & ~seats["year"].between(first, last)
    yield from _outside("reserved_seats", seats.loc[other, "reservation"], first, last)
    mergers, whole = tables["mergers"], settings.solving.whole_class_years
    until = first + min(settings.horizon.years, settings.policy.change.decision_years, whole) - 1
    late = mergers["first_year"] > until if whole else mergers["first_year"] >= 0
    pairs = mergers.loc[late, "from_offering"] + " > " + mergers.loc[late, "to_offering"]
    yield from _without_effect(
        "mergers", pairs.to_list(),
        f"{{}} 不起作用：合并与迁移只在按整班计划且可开可停的年份决定（至 {until} 年）",
        f"{{}} cannot happen: mergers are decided in the years in whole classes in which lines may open or close (to {until})",
    )  # fmt: skip


def _outside(table: str, codes: pd.Series[str], first: int, last: int) -> Iterable[Defaulted]:
    yield from _without_effect(
        table, codes.to_list(),
        f"{{}} 的年份不在计划年份 {first}–{last} 之内，不起作用",
        f"the years of {{}} lie outside the plan years {first} to {last}: without effect",
    )  # fmt: skip


def _without_effect(table: str, codes: list[str], zh: str, en: str) -> Iterable[Defaulted]:
    """A sentence about these codes, which stand in the place of {}; nothing where there are none."""
    if codes:
        in_zh, in_en = listed(codes)
        yield Defaulted(table, zh.format(in_zh), en.format(in_en))


def _funds(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Options that name an earmarked fund without any money."""
    known = {b.earmark for b in settings.budget}
    for name in ("investments", "investment_payers"):
        marks = sorted(set(tables[name]["earmark"]) - known - {""})
        yield from _without_effect(
            name, marks,
            "专项 {} 在经费预算中没有金额，相应投资只能用一般经费",
            "the budget holds no money with the earmark {}: general money alone pays these options",
        )  # fmt: skip


def _money_by_year(settings: Settings) -> Iterable[Defaulted]:
    """Plan years between or before those for which recurrent money is given: the last year's holds on, the others are free."""
    years = {b.year for b in settings.budget if b.kind == "recurrent"}
    dated = sorted(y for y in years if y is not None)
    first = settings.horizon.first_year
    span = range(first, first + settings.horizon.years)
    without = [str(y) for y in span if dated and None not in years and y not in years and y < dated[-1]]
    yield from _without_effect(
        "offerings", without,
        "{} 年没有经常性经费预算，该年不设上限",
        "no recurrent budget is given for {}: it is not limited then",
    )  # fmt: skip


def _origins(tables: Tables) -> Iterable[Defaulted]:
    """Catchments with origins of which no entrants are known: nobody comes from there where the group has pools elsewhere."""
    known = {*tables["entrants"]["origin"], *tables["births"]["origin"], *tables["school_rolls"]["origin"]}
    unknown = sorted(set(tables["catchments"]["origin"]) - known) if known else []
    yield from _without_effect(
        "catchments", unknown,
        "招生范围中的生源地 {} 没有生源数，无人从那里入学",
        "no entrants are given for the origins {} of the catchments: nobody comes from there",
    )  # fmt: skip


def _groups(tables: Tables) -> Iterable[Defaulted]:
    """Entrants of a group from which no plan line recruits."""
    unused = sorted(set(tables["entrants"]["entrant_group"]) - set(tables["offerings"]["entrant_group"]))
    yield from _without_effect(
        "entrants", unused,
        "没有计划行招收招生对象 {}，其生源数未使用",
        "no plan line recruits from the entrant group {}: these entrants are not used",
    )  # fmt: skip


def _ranks(settings: Settings) -> Iterable[Defaulted]:
    """Terms of a strict order that have no weight: nothing is better or worse by them."""
    objective = settings.objective
    unfairness = max((compared.weight for compared in settings.fairness), default=0.0)
    named: list[str] = [term for rank in objective.priorities for term in rank]
    nothing = [term for term in named if (unfairness if term == "unfairness" else getattr(objective, term)) == 0]
    yield from _without_effect(
        "offerings", nothing,
        "优先顺序中的 {} 权重为 0，排在何处都不起作用",
        "the weight of {} is 0: its place in objective.priorities decides nothing",
    )  # fmt: skip
