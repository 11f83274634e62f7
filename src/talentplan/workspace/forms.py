"""Files that a person edits and that are read back: as forgiving as tables, as strict afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say, shorten
from talentplan.workspace.checks import check_keys, check_references
from talentplan.workspace.code_changes import under_new_codes
from talentplan.workspace.dictionary import TableSpec, load_dictionary
from talentplan.workspace.grids import Grid, file_problem, read_csv, read_workbook
from talentplan.workspace.headings import is_form
from talentplan.workspace.records import empty_records, to_records
from talentplan.workspace.sift import sift
from talentplan.workspace.sources import BOOKS

__all__ = ["read_form"]


def read_form(path: Path, name: str, tables: Mapping[str, Records]) -> tuple[Records, list[Problem]]:
    """One filled-in form, checked on its own and against the tables it refers to, with everything that is wrong.

    Codes that have changed since it was written are read under the new ones.

    Args:
        path: a CSV file, or a workbook with one sheet that is filled or bears the form's name.
        name: the form, as `forms` of the data dictionary calls it.
        tables: every table of the model, as `read_records` gives them.
    """
    spec = load_dictionary()[name]
    grid, problems = _grid(path, spec)
    if grid is None:
        return empty_records(spec, absent=True), problems
    cells, found = sift(spec, grid)
    records, more = to_records(spec, cells)
    renewed = under_new_codes({**tables, name: records})
    records = renewed.tables[name]
    problems = [*problems, *found, *more, *renewed.problems, *check_keys(records), *check_references(records, tables)]
    return records, shorten(problems)


def _grid(path: Path, spec: TableSpec) -> tuple[Grid | None, list[Problem]]:
    if not path.is_file():
        rule = Say("文件必须存在", "the file must exist")
        repair = Say("检查文件名和位置", "check its name and place")
        return None, [file_problem(path.name, spec.name, "", rule, repair)]
    if path.suffix.lower() not in BOOKS:
        return read_csv(path, path.name, spec.name)
    grids, problems = read_workbook(path, path.name)
    filled = [g for g in grids if any(v not in (None, "") for row in g.rows for v in row)]
    named = [g for g in filled if is_form(spec, g.sheet or "")]
    chosen = named or filled
    if problems or len(chosen) == 1:
        return (chosen[0] if len(chosen) == 1 else None), problems
    rule = Say("工作簿里必须只有一张填好的表", "the workbook must have one filled sheet")
    repair = Say(f"把要读的表命名为 {spec.name}", f"name the sheet to be read {spec.name}")
    return None, [file_problem(path.name, spec.name, "", rule, repair)]
