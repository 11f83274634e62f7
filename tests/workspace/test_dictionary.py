from pathlib import Path

import pytest

from talentplan.workspace import load_dictionary
from talentplan.workspace.dictionary import ColumnSpec
from talentplan.workspace.headings import column_of, table_of
from talentplan.workspace.reference import write_reference

DICTIONARY = load_dictionary()
COLUMNS = [(t.name, c) for t in DICTIONARY.tables.values() for c in t.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c.name}" for t, c in COLUMNS])
def test_every_column_says_what_it_is_and_in_which_unit(table: str, column: ColumnSpec) -> None:
    assert column.unit
    assert column.doc
    assert column.doc_zh
    assert column.zh
    assert column.en
    assert column.unit in DICTIONARY.units_zh
    assert (column.type == "enum") == bool(column.values)
    assert len(column.values_zh) in {0, len(column.values)}
    assert column.default is None or not column.required


def test_references_keys_and_limits_name_what_exists() -> None:
    for spec in DICTIONARY.tables.values():
        for group in (spec.key, *spec.unique):
            assert set(group) <= set(spec.names), spec.name
        for c in spec.columns:
            assert c.ref is None or len(DICTIONARY[c.ref].key) == 1, (spec.name, c.name)
            assert c.at_most is None or spec.column(c.at_most).numeric, (spec.name, c.name)


def test_quantities_carry_basis_and_source() -> None:
    assert DICTIONARY["offerings"].names[-2:] == ["basis", "source"]
    assert "basis" not in DICTIONARY["programs"].names


def test_no_two_columns_of_a_table_share_a_heading() -> None:
    for spec in DICTIONARY.tables.values():
        for c in spec.columns:
            assert all(column_of(spec, h) == c for h in (c.name, c.zh, c.en, *c.also)), (spec.name, c.name)


def test_no_two_tables_share_a_label() -> None:
    for spec in DICTIONARY.tables.values():
        assert [table_of(n) for n in (spec.name, spec.zh, spec.en)] == [spec.name] * 3


def test_the_committed_reference_pages_are_what_the_dictionary_says(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    for page in write_reference(tmp_path):
        assert (docs / page.name).read_text("utf-8") == page.read_text("utf-8"), (
            f"docs/{page.name}: run python -m talentplan.workspace.reference docs/"
        )
