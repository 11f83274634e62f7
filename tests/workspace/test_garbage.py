"""Whatever stands in a file, the answer is a Case or an InputError."""

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiny import tiny_tables

from talentplan.errors import InputError
from talentplan.workspace import build_case, load_dictionary, read_case
from talentplan.workspace.cells import Cells, Records
from talentplan.workspace.records import to_records
from talentplan.workspace.sources import read_tables

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.just(dt.timedelta(1)),
    st.sampled_from(["1,2", "12%", "１２", "合计", "-", "1e999", "0x1F", "nan", "inf", "1_000", "00", "=1+1", "²"]),
)  # fmt: skip
PLACES = [(t, c) for t, rows in tiny_tables()[1].items() for c in rows[0]]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 30), CELLS), min_size=1, max_size=6))
def test_any_cell(spoilt: list[tuple[tuple[str, str], int, Any]]) -> None:
    model, tables = tiny_tables()
    for (table, column), row, value in spoilt:
        rows = tables[table]
        rows[row % len(rows)][column] = value
    with contextlib.suppress(InputError):
        build_case(model, tables)


@settings(max_examples=40)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_any_file(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "levels.csv").write_bytes(raw)
    (folder / "roll.xlsx").write_bytes(raw)
    (folder / "model.yaml").write_bytes(raw)
    tables, problems = read_tables(folder)
    assert "roll" in tables
    assert any(p.file == "roll.xlsx" for p in problems)
    with contextlib.suppress(InputError):
        read_case(folder / "model.yaml")
        pytest.fail("a model was read from noise")


@settings(max_examples=60)
@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=1, max_size=20))
def test_numbers_come_back_as_they_were_written(numbers: list[float]) -> None:

    spec = load_dictionary()["drivers"]
    texts = pd.DataFrame({"persons": [repr(n) for n in numbers]}, dtype=object)
    cells = Cells("drivers", "x", None, texts, np.arange(len(numbers), dtype=np.int64))
    records, problems = to_records(spec, cells)
    assert isinstance(records, Records)
    assert records.data["persons"].tolist() == numbers
    assert not [p for p in problems if p.column == "persons" and "missing" not in p.rule_en]


def test_noise_in_a_path_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_case(tmp_path / "a" / "b.yaml")
    with pytest.raises(InputError):
        read_case(tmp_path)


HUGE = [-(2**63) - 1, 2**63, 10**400, float("inf")]


@pytest.mark.parametrize(
    ("column", "value"), [(column, v) for column in ("rank", "students_per_teacher") for v in HUGE]
)
def test_numbers_beyond_what_a_machine_holds(column: str, value: float) -> None:
    settings, tables = tiny_tables()
    tables["levels"][0][column] = value
    with pytest.raises(InputError) as caught:
        build_case(settings, tables)
    assert {p.column for p in caught.value.problems} == {column}


@pytest.mark.parametrize("value", HUGE)
def test_a_number_beyond_what_a_machine_holds_in_a_code_column(value: float) -> None:
    settings, tables = tiny_tables()
    tables["levels"][0]["level"] = value
    with pytest.raises(InputError):
        build_case(settings, tables)
