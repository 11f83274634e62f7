"""Rule packs: dated, cited policy lines, and the kinds the engine knows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from talentplan.errors import Problem
from talentplan.workspace.case import Rule
from talentplan.workspace.cells import Records, Say
from talentplan.workspace.model import Document, read_yaml, validate
from talentplan.workspace.settings import Label, Settings
from talentplan.workspace.values import FIRST_YEAR, LAST_YEAR, NUMBER

__all__ = ["RULE_KINDS", "read_rules"]

COUNT, SHARE, YEARS, LEVEL = "count", "share", "years", "level"
INDICATORS = ("first_destination", "employed", "related", "local")
SCOPES = ("region", "province")
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)

RULE_KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "no_new_if_offerings_over": {"count": COUNT, "level": LEVEL, "scope": "scope?"},
        "no_new_if_school_share_over": {"share": SHARE, "level": LEVEL},
        "close_without_intake": {"years": YEARS},
        "no_intake_right": {"share": SHARE, "years": YEARS},
        "reduce_lowest": {"share": SHARE, "years": YEARS, "indicator": "indicator"},
        "programs_per_school": {"students_per_program": "positive", "level": LEVEL},
        "max_new_per_school": {"count": COUNT, "count_new_college": "count?", "new_college_years": "years?"},
        "no_expansion_below_quality": {
            "indicator": "indicator?",
            "share": "share?",
            "students_per_teacher": "positive?",
            "dual_share": "share?",
            "level": "level?",
        },
        "restricted_conditions": {
            "level": LEVEL,
            "students_per_teacher": "positive?",
            "teaching_area": "positive?",
            "equipment": "positive?",
        },
        "adjust_share": {"share": SHARE},
        "expert_review": {"count": COUNT},
    }
)
"""Parameters of each kind and what they must be; a question mark means that the parameter may be left out."""

ONE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "no_expansion_below_quality": ("share", "students_per_teacher", "dual_share"),
        "restricted_conditions": ("students_per_teacher", "teaching_area", "equipment"),
    }
)
"""Kinds that need one parameter of several at least: without any they would limit nothing."""
TOGETHER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no_expansion_below_quality": ("indicator", "share"),
        "max_new_per_school": ("new_college_years", "count_new_college"),
    }
)
"""Kinds in which the first parameter says nothing without the second."""

MUST = {
    "count": Say("必须是不小于 0 的整数", "must be a whole number >= 0"),
    "share": Say("必须是 0 到 1 之间的数", "must be a number from 0 to 1"),
    "years": Say("必须是不小于 1 的整数", "must be a whole number >= 1"),
    "positive": Say("必须是大于 0 的数", "must be a number > 0"),
    "level": Say("必须是“层次”表中的代码", "must be a code of the table levels"),
    "indicator": Say(
        "必须是 first_destination、employed、related 或 local",
        "must be first_destination, employed, related or local",
    ),
    "scope": Say("必须是 region 或 province", "must be region or province"),
}


class _RuleLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    kind: str
    text: Label
    source: str
    date: str | int
    borrowed: bool | None = None
    on: bool = True
    parameters: dict[str, float | int | str | bool] = Field(default_factory=dict)
    exempt: list[str | int] = Field(default_factory=list)
    scope: list[str | int] = Field(default_factory=list)


class _Pack(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    pack: str
    title: Label
    borrowed_outside: str | Label | None = None
    rules: list[_RuleLine]


def read_rules(
    folder: Path, settings: Settings, records: Mapping[str, Records], model: Document
) -> tuple[list[Rule], list[Problem]]:
    """The rules that are on: those switched on in the packs that the settings switch on.

    A rule counts as borrowed where it says so, or where its pack says that it binds only in one province
    (`borrowed_outside`) and the rule does not say otherwise.
    """
    rules: list[Rule] = []
    places: dict[str, str] = {}
    problems: list[Problem] = []
    for i, wanted in enumerate(settings.rules):
        path = folder / f"{wanted.pack}.yaml"
        if wanted.pack in {before.pack for before in settings.rules[:i]}:
            rule = Say("同一规则包只能写一次", "a rule pack may stand only once")
            repair = Say("删去其中一项", "delete one of the two")
            problems.append(model.problem("rules", ("rules", i, "pack"), wanted.pack, rule, repair))
            continue
        if not path.is_file():
            known = sorted(p.stem for p in folder.glob("*.yaml"))
            near = get_close_matches(wanted.pack, known, n=1)
            rule = Say("规则包必须存在", "the rule pack must exist")
            repair = Say(
                (f"是否指 {near[0]}？" if near else "") + "现有规则包：" + ("、".join(known) or "-"),
                (f"did you mean {near[0]}? " if near else "") + "the packs are " + (", ".join(known) or "-"),
            )
            problems.append(model.problem("rules", ("rules", i, "pack"), wanted.pack, rule, repair))
            continue
        document, found = read_yaml(path, "rules")
        pack, more = (None, []) if found and document.value is None else validate(_Pack, document, "rules")
        problems += found + more
        if pack is not None and wanted.on:
            rules += [_rule(pack, line) for line in pack.rules if line.on]
            problems += _twice(pack, document, places)
        if pack is not None:
            problems += _check_pack(pack, document, records, wanted.pack)
    return rules, problems


def _twice(pack: _Pack, document: Document, places: dict[str, str]) -> list[Problem]:
    """Rules of one pack whose id another rule that is on bears; places: where each id stands, added to."""
    problems = []
    for i, line in enumerate(pack.rules):
        at = ("rules", i, "id")
        if line.on and line.id in places:
            rule = Say("规则 id 不得重复", "the id of a rule may stand only once")
            repair = Say(
                f"{places[line.id]} 已用此 id，改用另一个",
                f"{places[line.id]} bears it too; give one of them another id",
            )
            problems.append(document.problem("rules", at, line.id, rule, repair))
        elif line.on:
            places[line.id] = document.place(at)
    return problems


def _rule(pack: _Pack, line: _RuleLine) -> Rule:
    borrowed = bool(pack.borrowed_outside) if line.borrowed is None else line.borrowed
    return Rule(
        id=line.id,
        kind=line.kind,
        text_zh=line.text.zh,
        text_en=line.text.en,
        source=line.source,
        date=str(line.date),
        parameters=dict(line.parameters),
        exempt=tuple(sorted(str(e) for e in line.exempt)),
        borrowed=borrowed,
        scope=tuple(sorted(str(e) for e in line.scope)),
    )


def _check_pack(pack: _Pack, document: Document, records: Mapping[str, Records], name: str) -> list[Problem]:
    problems = []
    if pack.pack != name:
        rule = Say("pack 必须与文件名相同", "pack must be the name of the file")
        repair = Say(f"改为 {name}", f"write {name}")
        problems.append(document.problem("rules", ("pack",), pack.pack, rule, repair))
    for i, line in enumerate(pack.rules):
        problems += _check_line(line, document, ("rules", i), records)
    return problems


def _check_line(
    line: _RuleLine, document: Document, at: tuple[str | int, ...], records: Mapping[str, Records]
) -> list[Problem]:
    kinds = "、".join(RULE_KINDS)
    if line.kind not in RULE_KINDS:
        rule = Say("没有这种规则", "there is no such kind of rule")
        near = get_close_matches(line.kind, RULE_KINDS, n=1)
        repair = Say(f"可用：{kinds}", f"choose one of {', '.join(RULE_KINDS)}")
        if near:
            repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}")
        return [document.problem("rules", (*at, "kind"), line.kind, rule, repair)]
    wanted = RULE_KINDS[line.kind]
    names = ", ".join(wanted)
    problems = []
    if not _is_date(str(line.date)):
        rule = Say("日期必须是年份、年月或年月日", "the date must be a year, a year and month, or a day")
        repair = Say("如 2023、2023-08 或 2023-08-15", "write it as 2023, 2023-08 or 2023-08-15")
        problems.append(document.problem("rules", (*at, "date"), line.date, rule, repair))
    for name, value in line.parameters.items():
        path = (*at, "parameters", name)
        if name not in wanted:
            rule = Say(f"{line.kind} 没有这个参数", f"{line.kind} has no such parameter")
            repair = Say(f"参数为 {names}", f"its parameters are {names}")
            problems.append(document.problem("rules", path, name, rule, repair))
        elif not _fits(wanted[name].rstrip("?"), value, records):
            what = wanted[name].rstrip("?")
            problems.append(document.problem("rules", path, value, MUST[what], _repair(what, value, records)))
    for name, what in wanted.items():
        if name not in line.parameters and not what.endswith("?"):
            rule = Say(f"必须给出参数 {name}", f"the parameter {name} must be given")
            repair = Say("补上此参数", "add it")
            problems.append(document.problem("rules", (*at, "parameters"), None, rule, repair))
    problems += _combined(line, document, at)
    return problems + _check_codes(line, document, at, records)


def _repair(what: str, value: Any, records: Mapping[str, Records]) -> Say:
    """How to mend a parameter that is not what it must be."""
    if what == "level":
        codes = sorted(_codes(records, "levels"))
        return Say("现有代码：" + "、".join(codes), "the codes are " + ", ".join(codes))
    text = str(value).removesuffix("%").strip()
    if what == "share" and NUMBER.fullmatch(text) and 1 < float(text) <= 100:
        return Say(
            f"若指百分之 {text}，写 {float(text) / 100:g}", f"if {text} per cent is meant, write {float(text) / 100:g}"
        )
    return Say("更正参数", "correct the parameter")


def _combined(line: _RuleLine, document: Document, at: tuple[str | int, ...]) -> list[Problem]:
    """Parameters that are wanted together or instead of one another."""
    problems = []
    some = ONE_OF.get(line.kind, ())
    if some and not set(some) & set(line.parameters):
        names = ", ".join(some)
        rule = Say(f"{names} 至少给出一个", f"one of {names} must be given at least")
        repair = Say("补上一个参数，或删去这条规则", "add one, or take the rule out")
        problems.append(document.problem("rules", (*at, "parameters"), None, rule, repair))
    first, second = TOGETHER.get(line.kind, ("", ""))
    given = set(line.parameters)
    if first in given and second not in given:
        rule = Say(f"{first} 与 {second} 须同时给出", f"{first} needs {second} beside it")
        repair = Say(f"补上 {second}", f"add {second}")
        problems.append(document.problem("rules", (*at, "parameters", first), line.parameters[first], rule, repair))
    if line.kind == "no_expansion_below_quality" and "share" in given and "indicator" not in given:
        rule = Say("share 须说明是哪个指标的比例", "share needs the indicator whose share it is")
        repair = Say("补上 indicator", "add indicator")
        problems.append(document.problem("rules", (*at, "parameters", "share"), line.parameters["share"], rule, repair))
    return problems


def _check_codes(
    line: _RuleLine, document: Document, at: tuple[str | int, ...], records: Mapping[str, Records]
) -> list[Problem]:
    """Scope and exemptions name lines, schools, programs, clusters or levels that there are."""
    tables = ("offerings", "schools", "programs", "clusters", "levels")
    known = set().union(*(_codes(records, table) for table in tables))
    if not all(_codes(records, table) for table in tables if table != "clusters"):
        return []  # a table that must be there is not, which is reported
    rule = Say(
        "必须是计划行、院校、专业、专业群或层次的代码",
        "must be the code of an offering, a school, a program, a cluster or a level",
    )
    repair = Say("更正代码", "correct the code")
    return [
        document.problem("rules", (*at, key, i), code, rule, repair)
        for key, codes in (("exempt", line.exempt), ("scope", line.scope))
        for i, code in enumerate(codes)
        if str(code) not in known
    ]


def _codes(records: Mapping[str, Records], table: str) -> set[str]:
    found = records.get(table)
    return set() if found is None else set(found.data[found.spec.key[0]])


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar, as in 2023-08-15."""
    parts = DATE.fullmatch(text)
    if parts is None:
        return False
    try:
        day = dt.date(*(int(part or 1) for part in parts.groups()))
    except ValueError:
        return False
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _fits(what: str, value: Any, records: Mapping[str, Records]) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if what == "level":
        levels = records.get("levels")
        return levels is None or levels.data.empty or str(value) in _codes(records, "levels")
    if what == "indicator":
        return value in INDICATORS
    if what == "scope":
        return value in SCOPES
    if what == "share":
        return number and 0 <= value <= 1
    if what == "positive":
        return number and value > 0
    return number and value == int(value) and value >= (1 if what == "years" else 0)
