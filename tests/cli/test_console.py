"""Tables on a terminal that is too narrow for them."""

from __future__ import annotations

import pytest

from talentplan.cli.console import table, width, wrapped

ROWS = [
    ["limit", "with more of it", "saved"],
    ["Bincheng College (fictitious) · Numerical control technology in 2027", "40 places", "59.2"],
    ["滨城装备制造职业学院（虚构） · 数控技术（衔接后段）2027 年在校生不超过办学容量", "40 个学位", "1,018.6"],
]


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_a_table_keeps_within_the_terminal_and_loses_nothing(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = table(ROWS, right=[2]).splitlines()
    assert max(width(line) for line in lines) <= columns
    assert sorted(words("".join(lines))) == sorted(words("".join(cell for row in ROWS for cell in row)))
    # figures stand under one another, each on the first line of its row
    assert {width(line) for line in lines if line.endswith(("saved", "59.2", "1,018.6"))} == {columns}


def test_without_a_terminal_a_row_is_a_line(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert len(table(ROWS, right=[2]).splitlines()) == len(ROWS)


def test_a_table_that_fits_is_left_alone(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    free = table(ROWS, right=[2])
    monkeypatch.setenv("COLUMNS", "200")
    assert table(ROWS, right=[2]) == free


def test_figures_alone_are_never_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert table([["1,000,000", "2,000,000", "3,000,000"]], right=[0, 1, 2]).split() == [
        "1,000,000", "2,000,000", "3,000,000",
    ]  # fmt: skip


def test_brackets_stay_with_what_they_hold():
    for room in range(4, 30):
        for line in wrapped("望岭职业教育中心（虚构） · 数控技术应用（衔接前段）", room):
            assert not line.strip().startswith("）")
            assert not line.endswith("（")
