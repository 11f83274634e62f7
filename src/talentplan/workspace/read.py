"""From a planning model on disk to a Case."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from talentplan.errors import InputError, Problem
from talentplan.workspace.build import assemble, complete
from talentplan.workspace.case import Case
from talentplan.workspace.cells import Records, Say, shorten
from talentplan.workspace.checks import check_all
from talentplan.workspace.code_changes import under_new_codes
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.model import Document, read_settings
from talentplan.workspace.records import to_records
from talentplan.workspace.rules import read_rules
from talentplan.workspace.scenario import BASELINE, apply_scenario, names_in
from talentplan.workspace.settings import Settings
from talentplan.workspace.shipped import with_reference_tables
from talentplan.workspace.sources import read_tables

__all__ = ["read_case", "read_records", "scenario_names"]


def read_case(model: Path | str, scenario: str | None = None) -> Case:
    """Reads one planning model, applies one scenario and checks everything at once.

    model: the YAML file; tables, scenarios and rules lie beside it. scenario: a name of its scenario folder;
    none is the baseline. Raises InputError with every problem of every file.
    """
    path = Path(model)
    settings, document, problems = read_settings(path)
    if settings is None:
        raise InputError(shorten([*problems, *_problems_of_tables(path, document)]))
    records, more = _records(path.parent / settings.tables)
    problems += more
    renewed = under_new_codes(records)  # what is wrong with old codes is found again, and reported, after the scenario
    records, stand_ins = with_reference_tables(renewed.tables)
    patched = apply_scenario(path.parent / settings.scenarios, scenario or BASELINE, settings, records)
    rules, more = read_rules(path.parent / "rules", patched.settings, patched.records, document)
    problems += [*patched.problems, *more, *_no_folder(path.parent, settings, document)]
    files = {name: r.file for name, r in patched.records.items() if r.file}
    case = assemble(
        patched.settings,
        patched.records,
        rules,
        problems,
        document,
        scenario=scenario or BASELINE,
        scenario_title=patched.title,
        applied=patched.applied,
        files=files,
    )
    return dataclasses.replace(case, defaulted=(*case.defaulted, *renewed.said, *stand_ins))


def read_records(model: Path | str) -> dict[str, Records]:
    """Every table of a planning model as its files hold it, under the newest codes, before any scenario.

    For upkeep of a table, after `read_case` has found the model in order: problems are not told again. A reference
    table that the model lacks is the shipped one.
    """
    path = Path(model)
    settings, _, problems = read_settings(path)
    if settings is None:
        raise InputError(problems)
    records, _ = _records(path.parent / settings.tables)
    records, _ = with_reference_tables(under_new_codes(records).tables)
    return dict(under_new_codes(complete(records)).tables)


def scenario_names(model: Path | str) -> list[str]:
    """The scenarios of a planning model, the baseline first."""
    path = Path(model)
    settings, _, problems = read_settings(path)
    if settings is None:
        raise InputError(problems)
    return names_in(path.parent / settings.scenarios)


def _no_folder(beside: Path, settings: Settings, document: Document) -> list[Problem]:
    """A folder of scenarios that the model names and that is not there."""
    if "scenarios" not in settings.model_fields_set or (beside / settings.scenarios).is_dir():
        return []
    rule = Say("情景文件夹必须存在", "the folder of scenarios must exist")
    repair = Say(
        "更正名称，或删去此项（默认为 scenarios）", "correct its name, or delete the key (scenarios is the default)"
    )
    return [document.problem("model", ("scenarios",), settings.scenarios, rule, repair)]


def _problems_of_tables(model: Path, document: Document) -> list[Problem]:
    """What is wrong with the tables of a model whose settings are wrong themselves, so that all comes at once."""
    value = document.value if isinstance(document.value, dict) else {}
    if not isinstance(value.get("tables"), str):
        return []
    forecast = value.get("forecast")
    given = isinstance(forecast, dict) and forecast.get("openings") == "given"
    records, problems = _records(model.parent / value["tables"])
    renewed = under_new_codes(complete(records))
    return [*problems, *renewed.problems, *check_all("given" if given else "forecast", renewed.tables)]


def _records(place: Path) -> tuple[dict[str, Records], list[Problem]]:
    tables, problems = read_tables(place)
    dictionary = load_dictionary()
    records: dict[str, Records] = {}
    for name, cells in tables.items():
        records[name], more = to_records(dictionary[name], cells)
        problems += more
    return records, problems
