"""A form comes back as people fill it in, and every fault has its place."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from tests.workspace.disk import Disk, write_book

from talentplan.errors import Problem
from talentplan.workspace import load_dictionary, read_form, read_records
from talentplan.workspace.cells import Records

NAME = "crosswalk_review"
HEAD = ["decision", "program", "occupation", "relevance", "evidence"]
GOOD = ["confirm", "660103", "6-31-01-10", "0.7", "looked at"]


def put(folder: Path, *rows: list[Any], head: list[str] = HEAD) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    path = folder / "form.csv"
    path.write_text(text.getvalue(), "utf-8-sig")
    return path


def read(disk: Disk, path: Path) -> tuple[Records, list[Problem]]:
    return read_form(path, NAME, read_records(disk.model))


def test_chinese_headings_and_words_are_understood(disk: Disk) -> None:
    path = put(disk.folder, ["否决", "660103", "2-06-03-00", "", ""], ["确认", "660103", "6-31-01-10", "70%", "看过"],
               head=["意见", "专业代码", "职业代码", "相关度", "依据"])  # fmt: skip
    form, problems = read(disk, path)
    assert problems == []
    assert form.data["decision"].tolist() == ["reject", "confirm"]
    assert form.data["relevance"].tolist() == [1.0, 0.7]


@pytest.mark.parametrize("sheets", [["Sheet1"], ["crosswalk_review", "other"], ["对照建议", "other"]])
def test_a_workbook_is_read_by_its_sheet(disk: Disk, sheets: list[str]) -> None:
    path = disk.folder / "form.xlsx"
    write_book(path, {name: [HEAD, GOOD] if k == 0 else [["x"], [1]] for k, name in enumerate(sheets)})
    form, problems = read(disk, path)
    assert problems == []
    assert form.data["occupation"].tolist() == ["6-31-01-10"]


def test_a_workbook_with_two_unnamed_sheets_is_refused(disk: Disk) -> None:
    path = disk.folder / "form.xlsx"
    write_book(path, {"a": [HEAD, GOOD], "b": [HEAD, GOOD]})
    [found] = read(disk, path)[1]
    assert NAME in found.repair_en
    assert NAME in found.repair_zh


def test_a_form_that_is_not_there(disk: Disk) -> None:
    form, [found] = read(disk, disk.folder / "none.csv")
    assert form.absent
    assert found.file == "none.csv"


FAULTS = [
    (0, "maybe", "decision", "confirm, reject"),
    (1, "660104", "program", "660103"),
    (1, "", "program", "filled in"),
    (2, "6-31-01-11", "occupation", "6-31-01-10"),
    (3, "0", "relevance", "> 0"),
    (3, "1.5", "relevance", "0.015"),
]


@pytest.mark.parametrize(("at", "value", "column", "words"), FAULTS)
def test_faults_have_their_place(disk: Disk, at: int, value: str, column: str, words: str) -> None:
    row = list(GOOD)
    row[at] = value
    [found] = read(disk, put(disk.folder, ["", "730301", "6-31-01-10", "", ""], row))[1]
    assert (found.table, found.file, found.row, found.column) == (NAME, "form.csv", 3, column)
    assert words in f"{found.rule_en} {found.repair_en}"
    assert found.rule_zh
    assert found.repair_zh


def test_a_pair_that_stands_twice(disk: Disk) -> None:
    [found] = read(disk, put(disk.folder, GOOD, ["reject", *GOOD[1:]]))[1]
    assert (found.row, found.value) == (3, "660103 / 6-31-01-10")


def test_codes_that_changed_since_are_read_under_the_new_ones(disk: Disk) -> None:
    disk.grid("code_changes", [["kind", "old_code", "new_code"], ["program", "053000", "660103"]])
    form, problems = read(disk, put(disk.folder, ["reject", "053000", "6-31-01-10", "", ""]))
    assert problems == []
    assert form.data["program"].tolist() == ["660103"]


def test_forms_are_declared_as_tables_are() -> None:
    dictionary = load_dictionary()
    for name, spec in dictionary.forms.items():
        assert name not in dictionary.tables
        assert set(spec.key) <= set(spec.names)
        for column in spec.columns:
            assert column.unit in dictionary.units_zh
            assert column.doc
            assert column.doc_zh
