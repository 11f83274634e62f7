"""What stands in tables, settings and rules and no plan reads: years that are over or too late, codes that nothing knows, lines that cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from talentplan.workspace.case import Defaulted, Rule
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.notes import without_effect
from talentplan.workspace.routes import longest_route
from talentplan.workspace.settings import Budget, Settings
from talentplan.workspace.unread_means import unread_means

__all__ = ["what_is_unread"]

Tables = Mapping[str, pd.DataFrame]
LABELLED = (
    (("units", "district"), ("employment", "district")),
    (("entrants", "origin"), ("births", "origin"), ("school_rolls", "origin"), ("catchments", "origin")),
    (("entrants", "entrant_group"), ("offerings", "entrant_group"), ("feeders", "entrant_group")),
    (("resources", "kind"), ("needs", "kind"), ("investments", "kind")),
    (("investments", "earmark"), ("investment_payers", "earmark")),
)
"""Columns by kind of code that only `labels` of the model gives words to."""
LEAST_BUDGET = 100_000
"""CNY a year below which the unit of a budget is in doubt."""


def what_is_unread(settings: Settings, tables: Tables, rules: Sequence[Rule] = ()) -> Iterable[Defaulted]:
    """One sentence for every kind of row or entry that has no effect on the plan."""
    yield from _years(settings, tables)
    yield from _misdated(settings, tables)
    yield from _drivers(tables)
    yield from _openings(settings, tables)
    yield from _mergers(settings, tables)
    yield from _reserved(settings, tables)
    yield from _funds(settings, tables)
    yield from _money_by_year(settings, tables)
    yield from _origins(tables)
    yield from _groups(tables)
    yield from _ranks(settings)
    yield from _beyond(tables)
    yield from unread_means(settings, tables)
    yield from _labels(settings, tables)
    yield from _unlabelled(settings, tables)
    yield from _rules(settings, rules)


def _years(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Agreements and reserved seats outside the plan years."""
    first = settings.horizon.first_year
    last = first + settings.horizon.years - 1
    for name in ("agreements", "teacher_agreements"):
        over = (tables[name]["last_year"] < first) | (tables[name]["first_year"] > last)
        yield from _outside(name, tables[name].loc[over, "agreement"], first, last)
    seats = tables["reserved_seats"]
    other = (seats["year"] != 0) & ~seats["year"].between(first, last)
    yield from _outside("reserved_seats", seats.loc[other, "reservation"], first, last)


def _last_followed(settings: Settings, tables: Tables) -> int:
    """The last year of the tail, in which those who enter in the last plan year complete."""
    route = longest_route(tables["offerings"], tables["pathways"])
    return settings.horizon.first_year + settings.horizon.years - 1 + route


def _misdated(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Rows of the past that are dated into the plan, and rows of the future beyond all years that are followed."""
    first = settings.horizon.first_year
    last = _last_followed(settings, tables)
    for name in ("intake_history", "roll", "outcomes"):
        years = sorted(set(tables[name].loc[tables[name]["year"] >= first, "year"]))
        yield from without_effect(
            name, map(str, years),
            f"有 {{}} 年的行，而计划从 {first} 年开始，请核对年份",
            f"there are rows of the years {{}}, while the plan starts in {first}: check the year",
        )  # fmt: skip
    for name in ("entrants", "drivers", "projections", "openings", "external_supply", "staffing", "education_mix"):
        years = sorted(set(tables[name].loc[tables[name]["year"] > last, "year"]))
        yield from without_effect(
            name, map(str, years),
            f"有 {{}} 年的行，而规划期及其后的推演到 {last} 年为止，请核对年份",
            f"there are rows of the years {{}}, while nothing is followed after {last}: check the year",
        )  # fmt: skip


def _drivers(tables: Tables) -> Iterable[Defaulted]:
    """Changes that had taken their whole effect by the last year that was counted."""
    drivers, employment = tables["drivers"], tables["employment"]
    counted = drivers["industry"].map(employment.groupby("industry")["year"].max())
    over = (drivers["kind"] == "change") & (drivers["year"] + drivers["ramp_years"] - 1 <= counted)
    yield from without_effect(
        "drivers", drivers.loc[over, "driver"],
        "重大项目与变动 {} 在最后一个统计年份前已全部实现，已在历史数据中，不再计入",
        "the drivers {} had taken their whole effect by the last year counted: they are in the history, nothing is added",
    )  # fmt: skip


def _openings(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Given openings that the settings do not ask for."""
    if settings.forecast.openings == "forecast" and not tables["openings"].empty:
        yield Defaulted(
            "openings",
            "直接给定的岗位需求未使用：forecast.openings 为 forecast（改为 given 或 both 才读取）",
            "the given openings are not used: forecast.openings is forecast (given or both would read them)",
        )


def _outside(table: str, codes: pd.Series[str], first: int, last: int) -> Iterable[Defaulted]:
    yield from without_effect(
        table, codes.to_list(),
        f"{{}} 的年份不在计划年份 {first}–{last} 之内，不起作用",
        f"the years of {{}} lie outside the plan years {first} to {last}: without effect",
    )  # fmt: skip


def _mergers(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Mergers that no plan can decide: too late, or of a line that had no plan number last year."""
    mergers, first = tables["mergers"], settings.horizon.first_year
    policy, solving = settings.policy.change, settings.solving
    years = min(policy.decision_years, solving.whole_class_years, settings.horizon.years)
    pairs = mergers["from_offering"] + " > " + mergers["to_offering"]
    if not years:
        yield from without_effect(
            "mergers", pairs,
            "没有按整班编制的年份，{} 的合并与迁移不起作用",
            "no year is planned in whole classes: {} cannot merge or move, without effect",
        )  # fmt: skip
        return
    until = str(first + years - 1)
    late = mergers["first_year"] >= first + years
    yield from without_effect(
        "mergers", pairs[late],
        f"合并与迁移只在决定开办与停办的整班年份（到 {until} 年）决定，{{}} 的最早年份太晚，不起作用",
        f"lines merge or move only in the whole-class years in which they open or close, up to {until}: {{}} come too "
        "late, without effect",
    )  # fmt: skip
    history = tables["intake_history"]
    had = history.loc[(history["year"] == first - 1) & (history["plan"] > 0), "offering"]
    yield from without_effect(
        "mergers", pairs[~mergers["from_offering"].isin(had) & ~late],
        f"并出的计划行 {first - 1} 年没有计划数（拟增设或停招），{{}} 的合并与迁移不起作用",
        f"the line that goes had no plan number in {first - 1} (proposed or suspended): {{}} are without effect",
    )  # fmt: skip


def _reserved(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Seats reserved in lines whose number is given, or that do not recruit unless they resume."""
    seats, lines = tables["reserved_seats"], tables["offerings"]
    given, suspended = (
        seats["offering"].isin(lines.loc[lines[column] == word, "offering"])
        for column, word in (("control", "given"), ("status", "suspended"))
    )
    yield from without_effect(
        "reserved_seats", seats.loc[given, "reservation"],
        "预留名额 {} 所在计划行的计划数为既定，不因预留而增加",
        "the seats {} are reserved in lines whose number is given: they do not raise it",
    )  # fmt: skip
    yield from without_effect(
        "reserved_seats", seats.loc[suspended & ~given, "reservation"],
        "预留名额 {} 所在计划行停招，恢复招生后才起作用",
        "the seats {} are reserved in suspended lines: without effect unless these resume",
    )  # fmt: skip


def _funds(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Options that name an earmarked fund without any money."""
    known = {b.earmark for b in settings.budget}
    for name in ("investments", "investment_payers"):
        marks = sorted(set(tables[name]["earmark"]) - known - {""})
        yield from without_effect(
            name, marks,
            "专项 {} 在经费预算中没有金额，相应投资只能用一般经费",
            "the budget holds no money with the earmark {}: general money alone pays these options",
        )  # fmt: skip


def _money_by_year(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Money of years that no plan reads; plan years between or before those of recurrent money: they are free.

    The money of the last dated year holds on where none is given for every year.
    """
    first, years = settings.horizon.first_year, settings.horizon.years
    until = {"investment": first + years - 1, "recurrent": _last_followed(settings, tables)}
    dated = [(b, b.year) for b in settings.budget if b.year is not None]
    idle = {year for b, year in dated if year > until[b.kind] or (year < first and not _holds_on(settings, b))}
    yield from without_effect(
        "model", map(str, sorted(idle)),
        f"budget 中有 {{}} 年的经费，方案从 {first} 年开始，用不到，请核对年份",
        f"budget holds money of the years {{}}, which the plan from {first} on does not use: check the year",
    )  # fmt: skip
    low = [f"{b.amount:g}" for b in settings.budget if 0 < b.amount < LEAST_BUDGET]
    yield from without_effect(
        "model", low,
        f"budget 中的金额 {{}} 不到 {LEAST_BUDGET} 元，请核对单位（元，不是万元）",
        f"the amounts {{}} of budget are below {LEAST_BUDGET} CNY: check the unit",
    )  # fmt: skip
    given = {b.year for b in settings.budget if b.kind == "recurrent"}
    latest = max((year for year in given if year is not None), default=first)
    without = [str(y) for y in range(first, first + years) if None not in given and y not in given and y < latest]
    yield from without_effect(
        "offerings", without,
        "{} 年没有经常性经费预算，该年不设上限",
        "no recurrent budget is given for {}: it is not limited then",
    )  # fmt: skip


def _holds_on(settings: Settings, money: Budget) -> bool:
    """Whether this is the last entry of its kind and earmark, and none is given for every year."""
    alike = [b.year for b in settings.budget if (b.kind, b.earmark) == (money.kind, money.earmark)]
    return None not in alike and money.year == max(year for year in alike if year is not None)


def _origins(tables: Tables) -> Iterable[Defaulted]:
    """Catchments with origins of which no entrants are known: nobody comes from there where the group has pools elsewhere."""
    known = {*tables["entrants"]["origin"], *tables["births"]["origin"], *tables["school_rolls"]["origin"]}
    unknown = sorted(set(tables["catchments"]["origin"]) - known) if known else []
    yield from without_effect(
        "catchments", unknown,
        "招生范围中的生源地 {} 没有生源数，无人从那里入学",
        "no entrants are given for the origins {} of the catchments: nobody comes from there",
    )  # fmt: skip


def _beyond(tables: Tables) -> Iterable[Defaulted]:
    """Entrants of an origin from which no school recruits, where every school that recruits has its catchment."""
    lines, catchments = tables["offerings"], tables["catchments"]
    recruiting = set(lines.loc[lines["entrant_group"] != "", "school"])
    if recruiting <= set(catchments["school"]):
        yield from without_effect(
            "entrants", sorted(set(tables["entrants"]["origin"]) - set(catchments["origin"])),
            "生源地 {} 不在任何院校的招生范围内，其生源数未使用",
            "no school's catchment holds the origin {}: these entrants are not used",
        )  # fmt: skip


def _groups(tables: Tables) -> Iterable[Defaulted]:
    """Entrants of a group from which no plan line recruits."""
    unused = sorted(set(tables["entrants"]["entrant_group"]) - set(tables["offerings"]["entrant_group"]))
    yield from without_effect(
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
    yield from without_effect(
        "offerings", nothing,
        "优先顺序中的 {} 权重为 0，排在何处都不起作用",
        "the weight of {} is 0: its place in objective.priorities decides nothing",
    )  # fmt: skip


def _labels(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Labels of codes that stand nowhere, each with the code that is perhaps meant."""
    known = {b.earmark for b in settings.budget}
    for spec in load_dictionary().tables.values():
        for column in spec.columns:
            if column.type in {"code", "text"}:
                known |= set(tables[spec.name][column.name])
    bare = sorted({*known} - {*settings.labels} - {""})
    unknown = []
    for code in sorted({*settings.labels} - known):
        near = get_close_matches(code, bare, n=1, cutoff=0.75)
        unknown.append(f"{code} (-> {near[0]}?)" if near else code)
    yield from without_effect(
        "model", unknown,
        "labels 中的代码 {} 在数据中没有出现，标签未使用",
        "the codes {} of labels stand nowhere in the data: these labels are not used",
    )  # fmt: skip


def _unlabelled(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Codes without a label among others of their kind that have one: perhaps a slip of the pen."""
    labels = set(settings.labels)
    odd: list[str] = []
    for places in LABELLED:
        codes = {str(c) for table, column in places for c in tables[table][column]} - {""}
        for code in sorted(codes - labels) if codes & labels else ():
            near = get_close_matches(code, sorted(codes & labels), n=1, cutoff=0.75)
            odd.append(f"{code} (-> {near[0]}?)" if near else code)
    yield from without_effect(
        "model", odd,
        "代码 {} 在 labels 中没有标签，而同类代码有，请核对是否写错",
        "the codes {} have no label, while others of their kind have: check whether they are slips",
    )  # fmt: skip


def _rules(settings: Settings, rules: Sequence[Rule]) -> Iterable[Defaulted]:
    """Rules that bind in whole classes only, where none are planned."""
    if settings.solving.whole_class_years == 0:
        yield from without_effect(
            "rules", [rule.id for rule in rules if rule.kind == "adjust_share"],
            "没有按整班编制的年份（solving.whole_class_years 为 0），规则 {} 不起作用：计划行可部分计入",
            "no year is planned in whole classes (solving.whole_class_years is 0): the rule {} does not bind, lines count "
            "in part",
        )  # fmt: skip
