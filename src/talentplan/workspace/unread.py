"""What stands in tables and settings and no plan reads: years that are over or too late, funds, origins and groups that nothing knows."""

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
    mergers = tables["mergers"]
    late = mergers["first_year"] > last
    pairs = mergers.loc[late, "from_offering"] + " > " + mergers.loc[late, "to_offering"]
    yield from _outside("mergers", pairs, first, last)


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
