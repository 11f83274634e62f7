"""Whether settings and tables agree: codes that exist, bounds that bind something, money that is given once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say
from talentplan.workspace.model import Document
from talentplan.workspace.settings import Settings

__all__ = ["check_settings"]

Tables = Mapping[str, Records]
SELECTORS = ("level", "school", "authority", "control", "district", "cluster", "track")


def check_settings(settings: Settings, tables: Tables, document: Document) -> list[Problem]:
    """Problems of the settings that only the tables bring to light, at their place in the model file."""
    return [*_totals(settings, tables, document), *_budget(settings, document)]


def _lines(tables: Tables) -> pd.DataFrame:
    """The offerings with every attribute that a total may select by."""
    offerings = tables["offerings"].data
    programs = tables["programs"].data.drop_duplicates("program").set_index("program")
    units = tables["units"].data.drop_duplicates("unit").set_index("unit")
    return offerings.assign(
        level=offerings["program"].map(programs["level"]),
        cluster=offerings["program"].map(programs["cluster"]),
        district=offerings["school"].map(units["district"]),
    )


def _totals(settings: Settings, tables: Tables, document: Document) -> Iterator[Problem]:
    if tables["offerings"].absent or tables["offerings"].data.empty:
        return
    lines = _lines(tables)
    some = Say("总量限制必须至少涉及一个计划行", "a total must concern at least one offering")
    for i, total in enumerate(settings.totals):
        matching = pd.Series(True, index=lines.index)
        wanted = {name: value for name in SELECTORS if (value := getattr(total, name)) is not None}
        for name, value in wanted.items():
            own = lines[name] == value
            matching &= own
            if not own.any():
                codes = sorted({str(v) for v in lines[name].dropna() if v})
                repair = Say("现有：" + "、".join(codes[:12]), "choose one of " + ", ".join(codes[:12]))
                yield document.problem("model", ("totals", i, name), value, some, repair)
                break
        else:
            if not matching.any():
                repair = Say("放宽其中一项条件", "take one of its conditions away")
                yield document.problem("model", ("totals", i), None, some, repair)
        first = settings.horizon.first_year
        last = first + settings.horizon.years - 1
        if total.year is not None and not first <= total.year <= last:
            rule = Say("总量限制的年份必须在计划年份内", "the year of a total must be a plan year")
            repair = Say(f"计划从 {first} 年开始，到 {last} 年为止", f"the plan starts in {first} and ends in {last}")
            yield document.problem("model", ("totals", i, "year"), total.year, rule, repair)
        if total.least is None and total.greatest is None and total.relative is None:
            rule = Say("总量限制必须写明界限", "a total must have a bound")
            repair = Say("写 least、greatest 或 relative", "write least, greatest or relative")
            yield document.problem("model", ("totals", i), None, rule, repair)
        if total.least is not None and total.greatest is not None and total.least > total.greatest:
            rule = Say("least 不得大于 greatest", "least must be <= greatest")
            repair = Say("更正其一", "correct one of the two")
            yield document.problem("model", ("totals", i, "least"), f"{total.least:g}", rule, repair)


def _budget(settings: Settings, document: Document) -> Iterator[Problem]:
    seen: set[tuple[str, int | None, str]] = set()
    for i, money in enumerate(settings.budget):
        key = (money.kind, money.year, money.earmark)
        if key in seen:
            rule = Say(
                "同类、同年、同专项的经费只能写一次", "money of one kind, year and earmark may be given only once"
            )
            repair = Say("合并为一项", "add the entries up")
            yield document.problem("model", ("budget", i), f"{money.amount:.10g}", rule, repair)
        seen.add(key)
        if money.earmark and money.kind == "recurrent":
            rule = Say("经常性经费没有专项", "recurrent money has no earmark")
            repair = Say("删去 earmark", "take the earmark away")
            yield document.problem("model", ("budget", i, "earmark"), money.earmark, rule, repair)
