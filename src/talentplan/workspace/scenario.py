"""Scenarios: named, ordered lists of patches on a case.

Precedence, from weakest to strongest: the defaults of the data dictionary and of the settings; the tables and the
model file; the patches of the scenario that is extended (those of the one it extends before its own); the scenario's
own patches. Within a list the order counts: each patch sees what those before it have left; the last word stands.

A scenario file:

    extends: other            # may be left out
    title: {zh: 经费削减, en: Budget cut}
    patches:
      - set: {table: offerings, where: {school: [gz1, gz2], program.level: secondary}, column: cost, value: 1}
      - scale: {table: entrants, where: {year: {from: 2026, to: 2030}}, column: persons, by: 0.9}
      - add: {table: drivers, rows: [{driver: plant, name_zh: 新厂, industry: "34", year: 2027, persons: 800}]}
      - drop: {table: agreements, where: {agreement: a1}}
      - set: {setting: policy.discount_rate, value: 0.05}
      - scale: {setting: budget.amount, where: {kind: recurrent}, by: 0.85}
      - set: {rules: borrowed, on: true}

`where` takes a value, a list of values or {from, to}; a dot follows a reference (program.level). A list on the path
of a setting means each of its items, `where` keeps those that match; budget.recurrent and budget.investment are short
for the amounts of that kind. A patch that matches nothing is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say
from talentplan.workspace.model import Document, read_yaml, validate
from talentplan.workspace.patches import Patch, patch_rules, patch_setting, patch_table
from talentplan.workspace.settings import Label, Settings

__all__ = ["BASELINE", "Patched", "apply_scenario", "names_in"]

BASELINE = "baseline"
Verb = Literal["set", "scale", "add", "drop"]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    extends: str | None = None
    title: Label
    patches: list[dict[Verb, dict[str, Any]]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Patched:
    """Settings and tables after the patches, the patches as text, and what is wrong with them."""

    settings: Settings
    records: Mapping[str, Records]
    title: tuple[str, str] = ("基准", "Baseline")
    applied: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def names_in(folder: Path) -> list[str]:
    """The names of the scenarios of a folder, the baseline first."""
    found = sorted(p.stem for p in folder.glob("*.yaml")) if folder.is_dir() else []
    return [BASELINE, *(n for n in found if n != BASELINE)]


def apply_scenario(folder: Path, name: str, settings: Settings, records: Mapping[str, Records]) -> Patched:
    """Applies one scenario by name; `baseline` without a file changes nothing."""
    state = Patched(settings, dict(records))
    if name == BASELINE and not (folder / f"{BASELINE}.yaml").is_file():
        return state
    chain, problems = _chain(folder, name)
    for i, (file, document) in enumerate(chain):
        for n, patch in enumerate(file.patches):
            state = _apply(state, document, n, patch)
        if i == len(chain) - 1:
            state = replace(state, title=(file.title.zh, file.title.en))
    return replace(state, problems=(*problems, *state.problems))


def _chain(folder: Path, name: str) -> tuple[list[tuple[_File, Document]], list[Problem]]:
    """The scenario and those it extends, the outermost base first."""
    chain: list[tuple[_File, Document]] = []
    seen: list[str] = []
    last = Document("model", None, {})
    wanted: str | None = name
    while wanted is not None:
        path = folder / f"{wanted}.yaml"
        if wanted in seen:
            rule = Say("情景不得循环继承", "scenarios must not extend one another in a circle")
            repair = Say(
                "更正 extends：" + " → ".join([*seen, wanted]), "correct extends: " + " -> ".join([*seen, wanted])
            )
            return [], [last.problem("scenario", ("extends",), wanted, rule, repair)]
        if not path.is_file():
            if wanted == BASELINE:
                break
            return [], [_no_scenario(folder, wanted, last)]
        seen.append(wanted)
        last, problems = read_yaml(path, "scenario")
        file, more = (None, []) if problems and last.value is None else validate(_File, last, "scenario")
        if file is None or problems:
            return [], problems + more
        chain.insert(0, (file, last))
        wanted = file.extends
    return chain, []


def _no_scenario(folder: Path, name: str, by: Document) -> Problem:
    known = names_in(folder)
    near = get_close_matches(name, known, n=1)
    rule = Say("情景必须存在", "the scenario must exist")
    repair = Say(
        (f"是否指 {near[0]}？" if near else "") + "现有情景：" + "、".join(known),
        (f"did you mean {near[0]}? " if near else "") + "the scenarios are " + ", ".join(known),
    )
    found = by.problem("scenario", ("extends",), name, rule, repair)
    return found if by.marks else replace(found, file=f"{folder.name}/{name}.yaml", column=None)


def _apply(state: Patched, document: Document, n: int, raw: Mapping[Verb, dict[str, Any]]) -> Patched:
    at = ("patches", n)
    if len(raw) != 1:
        rule = Say("每个补丁只写一个动作", "a patch must have exactly one verb: set, scale, add or drop")
        found = document.problem("scenario", at, None, rule, Say("拆成几个补丁", "split it into several patches"))
        return replace(state, problems=(*state.problems, found))
    [(verb, body)] = raw.items()
    patch = Patch(verb, body, document, (*at, verb))
    kinds = [k for k in ("table", "setting", "rules") if k in body]
    if len(kinds) != 1:
        rule = Say("补丁必须指明 table、setting 或 rules 之一", "a patch must name one of table, setting or rules")
        found = document.problem("scenario", patch.at, None, rule, Say("写明对象", "name what it changes"))
        return replace(state, problems=(*state.problems, found))
    settings, records = state.settings, state.records
    if kinds[0] == "table":
        records, count, problems = patch_table(patch, records)
    elif kinds[0] == "setting":
        settings, count, problems = patch_setting(patch, settings)
    else:
        settings, count, problems = patch_rules(patch, settings)
    text = yaml.safe_dump(
        dict(raw), default_flow_style=True, allow_unicode=True, width=100_000, sort_keys=False
    ).strip()
    applied = f"{Path(document.file).stem}: {text} ({count})"
    return Patched(settings, records, state.title, (*state.applied, applied), (*state.problems, *problems))
