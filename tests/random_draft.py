"""A random case before it is checked, and the year in which every one begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from talentplan.workspace import build_case
from talentplan.workspace.case import Case, Rule

FIRST_YEAR = 2025


@dataclass
class Draft:
    """Tables and settings of one random case before they are checked."""

    settings: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def build(self) -> Case:
        return build_case(self.settings, self.tables, self.rules)
