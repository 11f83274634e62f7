"""Faults of what limits single lines of the enrolment plan: each is reported at its cell, with what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.workspace.disk import Disk

from talentplan.errors import InputError

OFFERINGS = "programs/offerings.csv"
RESERVED = "programs/reserved_seats.csv"
MERGERS = "programs/mergers.csv"


def merger(d: Disk, source: str, target: str) -> None:
    d.grid("mergers", [["from_offering", "to_offering"], [source, target]])


def reserved(d: Disk, offering: str, *seats: float) -> None:
    rows = [[f"r{n}", offering, "", number] for n, number in enumerate(seats)]
    d.grid("reserved_seats", [["reservation", "offering", "year", "seats"], *rows])


def ordered(d: Disk, offering: str, occupation: str) -> None:
    d.grid("reserved_seats", [["reservation", "offering", "seats", "occupation"], ["r", offering, 10, occupation]])


FAULTS: dict[str, tuple[Callable[[Disk], Any], tuple[str, int, str], str, str]] = {
    "half a class": (
        lambda d: d.column("offerings", "classes_max", lambda i: 1.5 if i == 4 else ""),
        (OFFERINGS, 4, "classes_max"), "must be a whole number", "必须是整数",
    ),
    "a least number of classes above the greatest": (
        lambda d: (d.column("offerings", "classes_min", lambda i: 3 if i == 4 else ""),
                   d.column("offerings", "classes_max", lambda i: 2 if i == 4 else "")),
        (OFFERINGS, 4, "classes_min"), "classes_max is 2", "最多班数",
    ),
    "a least number of classes where pathways decide": (
        lambda d: d.column("offerings", "classes_min", lambda i: 1 if i == 7 else ""),
        (OFFERINGS, 7, "classes_min"), "entered by pathways only", "升学衔接",
    ),
    "more classes than max_plan holds": (
        lambda d: (d.column("offerings", "classes_min", lambda i: 3 if i == 4 else ""),
                   d.column("offerings", "max_plan", lambda i: 80 if i == 4 else "")),
        (OFFERINGS, 4, "classes_min"), "the smallest class is 30 and max_plan is 80", "最小班额为 30",
    ),
    "fewer classes than min_plan needs": (
        lambda d: (d.column("offerings", "classes_max", lambda i: 1 if i == 4 else ""),
                   d.column("offerings", "min_plan", lambda i: 60 if i == 4 else "")),
        (OFFERINGS, 4, "classes_max"), "the largest class is 50 and min_plan is 60", "最大班额为 50",
    ),
    "seats reserved in a line that pathways fill": (
        lambda d: reserved(d, "gz1-sk-2", 10), (RESERVED, 2, "offering"), "with an entrant group", "招生对象",
    ),
    "more seats reserved than max_plan": (
        lambda d: (d.column("offerings", "max_plan", lambda i: 80 if i == 2 else ""), reserved(d, "zz1-sk", 50, 40)),
        (RESERVED, 3, "seats"), "the sum of zz1-sk is 90 and max_plan is 80", "合计为 90",
    ),
    "an order for an occupation that the program does not prepare for": (
        lambda d: ordered(d, "zz1-sk", "2-06-03-00"), (RESERVED, 2, "occupation"), "must link the program", "专业职业对照",
    ),
    "an order for an occupation that nobody knows": (
        lambda d: ordered(d, "zz1-sk", "9-99"), (RESERVED, 2, "occupation"), "occupations", "职业",
    ),
    "a given or fed line that merges": (
        lambda d: merger(d, "gz1-sk", "gz1-sk-2"), (MERGERS, 2, "to_offering"), "must have an entrant group", "招生对象",
    ),
    "a merger into another level": (
        lambda d: merger(d, "zz1-sk", "gz1-sk"), (MERGERS, 2, "to_offering"), "of the same level", "同层次",
    ),
    "a merger into a line that merges": (
        lambda d: (merger(d, "zz1-sk", "zz1-jq"), d.add("mergers", from_offering="zz1-jq", to_offering="zz1-kj")),
        (MERGERS, 2, "to_offering"), "must not merge itself", "不得再并出",
    ),
    "no seat reserved": (
        lambda d: reserved(d, "zz1-sk", 0), (RESERVED, 2, "seats"), "> 0", "0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_at_its_cell(disk: Disk, name: str) -> None:
    spoil, place, english, chinese = FAULTS[name]
    spoil(disk)
    with pytest.raises(InputError) as caught:
        disk.read()
    [problem] = [p for p in caught.value.problems if (p.file, p.row, p.column) == place]
    assert english in problem.sentence("en")
    assert chinese in problem.sentence("zh")


def test_an_order_for_an_occupation_that_is_linked_is_read(disk: Disk) -> None:
    ordered(disk, "zz1-sk", "6-18-01-01")
    assert disk.read().table("reserved_seats")["occupation"].tolist() == ["6-18-01-01"]
