"""Reads the known-answer cases of tests/cases: a case names only what differs from _base.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from tests.textbook import TextbookResult

from talentplan.workspace import build_case
from talentplan.workspace.case import Case, Rule

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class KnownCase:
    """One case worked by hand: what it is about, its input, and the answer."""

    name: str
    families: tuple[str, ...]
    says: str
    case: Case
    whole_classes: bool
    answer: Mapping[str, Any]


def case_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.startswith("_"))


@cache
def read_known_case(name: str) -> KnownCase:
    base, own = read_yaml("_base"), read_yaml(name)
    unknown = set(own) - {"families", "says", "settings", "tables", "rules", "answer", "whole_classes"}
    assert not unknown, f"{name}.yaml: unknown keys {unknown}"
    tables = {**base["tables"], **own.get("tables", {})}
    return KnownCase(
        name=name,
        families=tuple(own["families"]),
        says=own["says"],
        case=build_case(
            merged(base["settings"], own.get("settings", {})),
            {k: rows(v) for k, v in tables.items()},
            [_rule(**rule) for rule in own.get("rules", ())],
        ),
        whole_classes=own.get("whole_classes", False),
        answer=own["answer"],
    )


def read_yaml(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _rule(id: str, kind: str, parameters: dict[str, Any], exempt: tuple[str, ...] = ()) -> Rule:
    return Rule(id, kind, id, id, "by hand", "2025", parameters, tuple(exempt))


def rows(table: str) -> list[dict[str, Any]]:
    """Rows of a table written as aligned text: a heading, then one row a line; `-` is an empty cell."""
    heading, *lines = [line.split() for line in table.splitlines() if line.strip()]
    found = []
    for line in lines:
        assert len(line) == len(heading), f"{line} does not fit {heading}"
        cells = zip(heading, line, strict=True)
        found.append({c: None if cell == "-" else yaml.safe_load(cell) for c, cell in cells})
    return found


def merged(base: Any, own: Any) -> Any:
    """`own` over `base`, mapping by mapping; anything else is replaced."""
    if isinstance(base, dict) and isinstance(own, dict):
        return {k: merged(base.get(k), own[k]) if k in own else base[k] for k in [*base, *(own.keys() - base.keys())]}
    return own


def found_in(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[tuple, float]]:
    """The figures an answer may name, from a plan's tables, keyed by code (or codes joined by /) and year."""
    names = {
        "intake": ("intake", ["offering"], "plan"),
        "registered": ("intake", ["offering"], "registered"),
        "classes": ("intake", ["offering"], "classes"),
        "completions": ("completions", ["offering"], "completions"),
        "outside": ("completions", ["offering"], "outside"),
        "in_job": ("completions", ["offering"], "in_job"),
        "away": ("completions", ["offering"], "away"),
        "local": ("completions", ["offering"], "local"),
        "enrolment": ("enrolment", ["offering"], "enrolled"),
        "passed": ("progression", ["pathway"], "passed"),
        "broken": ("progression", ["pathway"], "broken"),
        "placed": ("placement", ["program", "occupation", "level"], "persons"),
        "shortage": ("balance", ["occupation", "level"], "shortage"),
        "surplus": ("surplus", ["program"], "surplus"),
        "bought": ("investment", ["investment"], "units"),
        "sharing": ("sharing", ["agreement"], "hours"),
        "teachers_lent": ("sharing", ["agreement"], "teachers"),
        "paid": ("investment", ["school"], "cost"),
        "paid_by": ("payers", ["investment", "unit"], "cost"),
        "workplaces": ("sharing", ["agreement"], "workplaces"),
        "hired": ("hiring", ["school"], "hired"),
        "spent": ("budget", ["kind"], "spent"),
    }
    found: dict[str, dict[tuple, float]] = {}
    for name, (table, keys, value) in names.items():
        sums = tables[table].groupby([*keys, "year"])[value].sum()
        found[name] = {("/".join(map(str, k[:-1])), int(k[-1])): float(v) for k, v in sums.items()}
    return found


def found_by_textbook(result: TextbookResult) -> dict[str, dict[tuple, float]]:
    """The figures an answer may name, as the textbook found them; those it does not work out are absent."""
    values = result.values
    names = {
        "intake": "intake", "registered": "entrants", "completions": "completions", "enrolment": "enrolled",
        "passed": "passed", "broken": "broken", "shortage": "shortage", "surplus": "unplaced", "placed": "placed",
        "bought": "bought", "sharing": "lent", "hired": "hired", "teachers_lent": "teachers_lent",
    }  # fmt: skip
    return {name: {("/".join(k[:-1]), k[-1]): value for k, value in values[own].items()} for name, own in names.items()}


def stated(answer: Mapping[str, Any]) -> list[tuple[str, str, int, float]]:
    """Every figure of an answer but the objective: (name, code, year, value)."""
    listed = []
    for name, figures in answer.items():
        if name == "objective":
            continue
        # money is by year only: its code is the kind of money
        by_code = {"recurrent": figures} if name == "spent" else figures
        listed += [(name, str(c), int(y), float(v)) for c, by_year in by_code.items() for y, v in by_year.items()]
    return listed
