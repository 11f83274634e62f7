"""What the bureau did not bring and what is taken instead: the sentences of page one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from talentplan.workspace.case import Defaulted
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.settings import Settings
from talentplan.workspace.unlinked import unlinked

__all__ = ["listed", "what_is_defaulted", "without_effect"]

Tables = Mapping[str, pd.DataFrame]
OLD = 4
"""Years before last year at which the last count of employment is called old."""
LEAST_MONEY = 100
"""CNY a student and year below which the unit is in doubt."""
FORECAST_ONLY = {"drivers", "staffing", "education_mix"}
"""Tables that nobody reads where the openings are given from outside."""


def what_is_defaulted(settings: Settings, tables: Tables) -> list[Defaulted]:
    """Every default that matters, in the order of the dictionary's tables."""
    dictionary = load_dictionary()
    given = settings.forecast.openings == "given"
    found = [
        Defaulted(spec.name, spec.if_empty_zh, spec.if_empty_en)
        for spec in dictionary.tables.values()
        if spec.if_empty_en
        and tables[spec.name].empty
        and not (given and spec.name in FORECAST_ONLY)
        and not (spec.name == "entrants" and _fed(tables))
    ]
    found += [
        *_pools(tables),
        *_retention(tables),
        *_workers(tables),
        *_history(settings, tables),
        *_status(settings, tables),
        *_small(tables),
        *_unknown_intakes(settings, tables),
        *_entries(tables),
        *_money(settings, tables),
        *_links(settings, tables),
        *_far(settings, tables),
    ]
    order = list(dictionary.tables)
    return sorted(found, key=lambda d: order.index(d.table))


def listed(words: Iterable[str], most: int = 5) -> tuple[str, str]:
    """A list in words, cut after `most`, in both languages."""
    words = list(words)
    head, more = words[:most], len(words) - most
    if more <= 0:
        return "、".join(head), ", ".join(head)
    return "、".join(head) + f" 等 {len(words)} 项", ", ".join(head) + f" and {more} more"


def without_effect(table: str, codes: Iterable[str], zh: str, en: str) -> Iterable[Defaulted]:
    """A sentence about these codes, which stand in the place of {}; nothing where there are none."""
    codes = list(codes)
    if codes:
        in_zh, in_en = listed(codes)
        yield Defaulted(table, zh.format(in_zh), en.format(in_en))


def _fed(tables: Tables) -> set[str]:
    """Entrant groups whose pools can be projected."""
    births, rolls, feeders = tables["births"], tables["school_rolls"], tables["feeders"]
    told = pd.Series(False, index=feeders.index)
    if not births.empty:
        told |= feeders["age"] > 0
    if not rolls.empty:
        told |= feeders["grade"] >= rolls["grade"].min()
    return set(feeders.loc[told, "entrant_group"])


def _pools(tables: Tables) -> Iterable[Defaulted]:
    entrants, offerings, fed = tables["entrants"], tables["offerings"], _fed(tables)
    given = set(entrants["entrant_group"])
    groups = offerings.loc[offerings["entrant_group"] != "", "entrant_group"].unique()
    without = sorted(set(groups) - given - fed)
    if without and (given or fed):
        zh, en = listed(without)
        yield Defaulted(
            "entrants",
            f"招生对象 {zh} 没有生源数，不设生源上限",
            f"no entrant pool is given for {en}: their number is not limited",
        )
    waiting = sorted(set(tables["feeders"]["entrant_group"]) - fed)
    if waiting:
        zh, en = listed(waiting)
        yield Defaulted(
            "feeders",
            f"招生对象 {zh} 没有可用的出生人口或中小学在校生，生源不推算",
            f"there are no births or school rolls for {en}: their pools are not projected",
        )
    if fed <= given:  # else every origin makes a pool
        pools = set(entrants.loc[entrants["entrant_group"].isin(fed), "origin"])
        for name in ("births", "school_rolls"):
            unused = sorted(set(tables[name]["origin"]) - pools)
            if unused:
                zh, en = listed(unused)
                yield Defaulted(
                    name,
                    f"生源地 {zh} 没有对应的生源或测算参数，其{'出生人口' if name == 'births' else '中小学在校生'}未使用",
                    f"no entrant pool that is projected has the origin {en}: these rows are not used",
                )


def _retention(tables: Tables) -> Iterable[Defaulted]:
    """Levels and years of study in use that neither the roll nor the retention table covers."""
    offerings, retention = tables["offerings"], tables["retention"]
    if retention.empty or offerings.empty:
        return
    level = offerings["program"].map(tables["programs"].set_index("program")["level"])
    longest = offerings.groupby(level)["duration"].max()
    used = [(lv, g) for lv, years in longest.items() for g in range(1, int(years) + 1)]
    known = set(zip(retention["level"], retention["grade"], strict=True))
    without = [f"{lv} {g}" for lv, g in used if (lv, g) not in known]
    if without:
        zh, en = listed(without)
        yield Defaulted(
            "retention",
            f"以下层次和年级没有留存率：{zh}；在校生表也推不出时按 1 计",
            f"no retention is given for level and year of study {en}: 1 is taken where the roll does not tell",
        )


def _workers(tables: Tables) -> Iterable[Defaulted]:
    """Part-time lines of which nobody said how many of their completers look for a job."""
    offerings = tables["offerings"]
    silent = offerings[(offerings["track"] == "part_time") & offerings["seeks_work"].isna()]
    if len(silent):
        zh, en = listed(silent["offering"])
        yield Defaulted(
            "offerings",
            f"非全日制计划行 {zh} 没有求职比例，其毕业生全部按求职计；在职不换工作的应填 0",
            f"part-time offerings {en} do not say who seeks work: all their completers count as job seekers",
        )


def _history(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    last_year = settings.horizon.first_year - 1
    counted = tables["employment"]["year"]
    if not counted.empty and settings.forecast.openings != "given" and int(counted.max()) < last_year - OLD:
        year = int(counted.max())
        yield Defaulted(
            "employment",
            f"行业就业人数止于 {year} 年，到计划首年 {last_year + 1} 年已隔 {last_year + 1 - year} 年，全靠预测",
            f"employment is counted up to {year}, {last_year + 1 - year} years before the plan: all since is forecast",
        )
    history = tables["intake_history"]
    past = history.loc[history["year"] <= last_year, "year"]
    if not past.empty and int(past.max()) != last_year:
        year = int(past.max())
        yield Defaulted(
            "intake_history",
            f"历年招生止于 {year} 年，而计划从 {last_year + 1} 年开始；{last_year} 年按没有招生计",
            f"the intake history ends in {year}, the plan starts in {last_year + 1}: none is assumed for {last_year}",
        )
    past = tables["roll"].loc[tables["roll"]["year"] <= last_year, "year"]
    if not past.empty and int(past.max()) != last_year:
        year = int(past.max())
        yield Defaulted(
            "roll",
            f"在校生数止于 {year} 年，不是 {last_year} 年；在校生按报到数和留存率推算",
            f"the roll ends in {year}, not in {last_year}: those on roll are derived from registrations and retention",
        )


def _status(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Lines whose status and whose plan number of last year do not agree: the number is what counts."""
    offerings, history, year = tables["offerings"], tables["intake_history"], settings.horizon.first_year - 1
    known = history[history["year"] == year]
    if known.empty:
        return  # said of the table as a whole
    had = offerings["offering"].isin(known.loc[known["plan"] > 0, "offering"])
    active, direct = offerings["status"] == "active", offerings["entrant_group"] != ""
    yield from without_effect(
        "offerings", offerings.loc[active & direct & ~had, "offering"],
        f"在招的计划行 {{}} 在历年招生中没有 {year} 年的计划数，按上年未招生计",
        f"the intake history holds no plan number of {year} for the active offerings {{}}: they count as not enrolling then",
    )  # fmt: skip
    yield from without_effect(
        "offerings", offerings.loc[~active & had, "offering"],
        f"计划行 {{}} 的状态为停招或拟增设，但 {year} 年有计划数，按在招计",
        f"the offerings {{}} are called suspended or proposed and had a plan number in {year}: they count as enrolling",
    )  # fmt: skip


def _small(tables: Tables) -> Iterable[Defaulted]:
    """Numbers so small that a line could not open a class, or that money may stand in another unit."""
    offerings, programs = tables["offerings"], tables["programs"].set_index("program")
    least = offerings["class_min"].fillna(offerings["program"].map(programs["class_min"]))
    tight = (offerings["max_plan"] > 0) & (offerings["max_plan"] < least) & (offerings["control"] != "given")
    yield from without_effect(
        "offerings", offerings.loc[tight & (offerings["entrant_group"] != ""), "offering"],
        "计划行 {} 的计划数上限小于最小班额，按整班编制时不能招生",
        "max_plan of the offerings {} is below their smallest class: planned in whole classes they enrol nobody",
    )  # fmt: skip
    for column, zh, en in (("cost", "生均成本", "recurrent cost"), ("grant", "生均拨款", "grant")):
        low = (offerings[column] > 0) & (offerings[column] < LEAST_MONEY)
        yield from without_effect(
            "offerings", offerings.loc[low, "offering"],
            f"计划行 {{}} 的{zh}每生每年不到 {LEAST_MONEY} 元，请核对单位（元，不是万元）",
            f"the {en} of the offerings {{}} is below {LEAST_MONEY} CNY a student and year: check the unit",
        )  # fmt: skip


def _unknown_intakes(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Lines without a roll whose students on roll began in years of which the history tells nothing.

    A line begins with its first row, but for those that are as old as the whole table: they may be older.
    """
    last, history, roll = settings.horizon.first_year - 1, tables["intake_history"], tables["roll"]
    history = history[history["year"] <= last]
    counted = set(roll.loc[roll["year"] == last, "offering"])
    own = history[~history["offering"].isin(counted)].groupby("offering")["year"].agg(set)
    duration = tables["offerings"].set_index("offering")["duration"]
    oldest, found = history["year"].min(), []
    for line, known in own.items():
        begun = last - int(duration[str(line)]) + 1
        since = begun if min(known) == oldest else max(begun, min(known))
        if any(year not in known for year in range(since, max(known))):
            found.append(str(line))
    if found:
        zh, en = listed(found)
        yield Defaulted(
            "intake_history",
            f"计划行 {zh} 没有在校生数，历年招生又缺部分在读年级的入学年份；这些年份按没有招生计",
            f"{en} have no roll, and their intake history lacks years whose entrants are still on roll: none is taken for them",
        )


def _entries(tables: Tables) -> Iterable[Defaulted]:
    """Offerings that nobody can enter."""
    offerings, pathways = tables["offerings"], tables["pathways"]
    closed = (offerings["entrant_group"] == "") & ~offerings["offering"].isin(pathways["to_offering"])
    if closed.any():
        zh, en = listed(offerings.loc[closed, "offering"])
        yield Defaulted(
            "offerings",
            f"计划行 {zh} 既无招生对象也无升学衔接，没有新生",
            f"the offerings {en} have neither an entrant group nor a pathway: nobody enters them",
        )


def _money(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    offerings = tables["offerings"]
    if not offerings.empty and not np.any(offerings[["cost", "fixed_cost"]].to_numpy() > 0):
        yield Defaulted(
            "offerings",
            "没有办学成本，经费按零计",
            "no costs are given: they are taken as zero",
        )
    used = set(tables["investments"]["earmark"]) | set(tables["investment_payers"]["earmark"])
    funds = {b.earmark for b in settings.budget} - {""} - used
    if funds:
        zh, en = listed(sorted(funds))
        yield Defaulted(
            "investments",
            f"专项经费 {zh} 没有投资选项可用，不会支出",
            f"no investment option bears the earmark {en}: that money is not spent",
        )
    if not any(b.kind == "recurrent" for b in settings.budget):
        yield Defaulted("offerings", "没有经常性经费预算，不设上限", "no recurrent budget is given: it is not limited")


def _links(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Programs and occupations without a link: nobody can be placed from or in them."""
    alone = unlinked(settings, tables)
    for kind, rows in alone.groupby("kind", sort=False):
        zh, _ = listed(rows["code"] + " " + rows["name_zh"])
        _, en = listed(rows["code"] + " " + rows["name_en"].where(rows["name_en"] != "", rows["name_zh"]))
        if kind == "program":
            yield Defaulted(
                "crosswalk",
                f"专业 {zh} 没有对应职业，其求职毕业生全部计为富余",
                f"the programs {en} have no occupation: all their completers who seek work count as surplus",
            )
        else:
            yield Defaulted(
                "crosswalk",
                f"职业 {zh} 没有对应专业，其岗位全部计为缺口",
                f"the occupations {en} have no program: all their openings count as shortage",
            )


def _far(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Agreements that the travel limit rules out."""
    limit = settings.policy.travel_limit
    for name in ("agreements", "teacher_agreements") if limit is not None else ():
        far = tables[name]["minutes"] > limit
        if not far.any():
            continue
        zh, en = listed(tables[name].loc[far, "agreement"])
        yield Defaulted(
            name,
            f"共享协议 {zh} 的单程时间超过 {limit:g} 分钟，方案不使用",
            f"the way of agreements {en} is longer than {limit:g} minutes: the plan does not use them",
        )
