"""Files to a Case: the data dictionary, readers, checks, scenarios, templates."""

from __future__ import annotations

from talentplan.workspace.build import build_case
from talentplan.workspace.case import Case, Defaulted, Rule
from talentplan.workspace.dictionary import ColumnSpec, Dictionary, TableSpec, load_dictionary
from talentplan.workspace.forms import read_form
from talentplan.workspace.names import code_names
from talentplan.workspace.read import read_case, read_records, scenario_names
from talentplan.workspace.routes import longest_route
from talentplan.workspace.rules import RULE_KINDS
from talentplan.workspace.settings import Settings
from talentplan.workspace.templates import write_form, write_tables, write_templates
from talentplan.workspace.unlinked import unlinked

__all__ = [
    "RULE_KINDS",
    "Case",
    "ColumnSpec",
    "Defaulted",
    "Dictionary",
    "Rule",
    "Settings",
    "TableSpec",
    "build_case",
    "code_names",
    "load_dictionary",
    "longest_route",
    "read_case",
    "read_form",
    "read_records",
    "scenario_names",
    "unlinked",
    "write_form",
    "write_tables",
    "write_templates",
]
