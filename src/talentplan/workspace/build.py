"""From tables to a Case: convert, check everything at once, sort, count, number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from talentplan.errors import InputError, Problem
from talentplan.workspace.agreement import check_settings
from talentplan.workspace.case import Case, Rule
from talentplan.workspace.cells import Cells, Records, shorten
from talentplan.workspace.checks import check_all
from talentplan.workspace.code_changes import under_new_codes
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.fingerprint import fingerprint
from talentplan.workspace.headings import unknown_columns, unknown_table
from talentplan.workspace.model import Document, validate
from talentplan.workspace.notes import what_is_defaulted
from talentplan.workspace.records import canonical, empty_records, to_records
from talentplan.workspace.routes import longest_route
from talentplan.workspace.settings import Settings
from talentplan.workspace.unread import what_is_unread

__all__ = ["assemble", "build_case", "complete"]

Tables = Mapping[str, Records]
IN_MEMORY = Document("settings", None, {})


def build_case(
    settings: Settings | Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame | Sequence[Mapping[str, Any]]],
    rules: Sequence[Rule] = (),
) -> Case:
    """A Case from tables in memory, with the same checks as one read from files.

    Partial rows take the defaults of the data dictionary; row n of a problem is the n-th row given. Raises InputError
    with all problems.
    """
    problems: list[Problem] = []
    if not isinstance(settings, Settings):
        found, problems = validate(Settings, Document("settings", dict(settings), {}), "model")
        if found is None:
            raise InputError(problems)
        settings = found
    dictionary = load_dictionary()
    records: dict[str, Records] = {}
    for name, given in tables.items():
        if name not in dictionary.tables:
            problems.append(unknown_table(name, name))
            continue
        spec = dictionary[name]
        frame = given if isinstance(given, pd.DataFrame) else pd.DataFrame(list(given), dtype=object)
        frame = frame.reset_index(drop=True)
        cells = Cells(name, name, None, frame, np.arange(1, len(frame) + 1, dtype=np.int64))
        problems += unknown_columns(spec, name, None, None, [str(c) for c in frame.columns])
        records[name], more = to_records(spec, cells)
        problems += more
    return assemble(settings, records, rules, problems)


def complete(records: Tables) -> dict[str, Records]:
    """Every table of the dictionary, in its order; those that were not given are empty."""
    return {name: records.get(name) or empty_records(spec) for name, spec in load_dictionary().tables.items()}


def assemble(
    settings: Settings,
    records: Tables,
    rules: Iterable[Rule],
    problems: Sequence[Problem] = (),
    document: Document = IN_MEMORY,
    **told: Any,
) -> Case:
    """A Case from converted tables; `told` are further fields of Case. Raises InputError with all problems.

    document: the model file, for the place of problems of the settings.
    """
    renewed = under_new_codes(complete(records))
    whole = renewed.tables
    rules = tuple(sorted(rules, key=lambda r: r.id))
    found = [*problems, *renewed.problems, *check_all(settings.forecast.openings, whole)]
    found += check_settings(settings, whole, document)
    if found:
        raise InputError(shorten(found))
    tables = {name: canonical(r) for name, r in whole.items()}
    return Case(
        name=settings.name,
        settings=settings,
        tables=tables,
        rules=rules,
        tail_years=longest_route(tables["offerings"], tables["pathways"]),
        fingerprint=fingerprint(settings, rules, tables),
        defaulted=(*what_is_defaulted(settings, tables), *what_is_unread(settings, tables, rules), *renewed.said),
        **{"scenario": "baseline", **told},
    )
