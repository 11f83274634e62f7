"""Limits that the sample region cannot keep in any year: the first year is named, and what is moved makes a plan possible."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from talentplan.errors import ImpossibleError
from talentplan.plan import solve_plan
from talentplan.workspace import read_case
from talentplan.workspace.case import Case
from talentplan.workspace.settings import Label, Total

MODEL = Path(__file__).resolve().parents[2] / "models" / "dalian.yaml"
NAME = Label(zh="全区总量", en="region total")


def _with(case: Case, *totals: Total) -> Case:
    settings = case.settings.model_copy(update={"totals": (*case.settings.totals, *totals)})
    return dataclasses.replace(case, settings=settings)


@pytest.mark.slow
@pytest.mark.parametrize(("side", "figure"), [("least", 12000.0), ("greatest", 6000.0)])
def test_a_total_that_no_year_can_keep(side: str, figure: float) -> None:
    case = read_case(MODEL)
    with pytest.raises(ImpossibleError) as caught:
        solve_plan(_with(case, Total.model_validate({"name": NAME, side: figure})))
    found = caught.value.diagnosis
    assert found.complete
    assert [c.minimal for c in found.conflicts] == [True]
    own = {s.kind: s.places for s in found.conflicts[0].statements if "region total" in s.words[1]}
    assert [p["year"] for p in own["total"]] == [2027]
    cheapest = found.repairs[0]
    assert {c.kind for c in cheapest.changes} == {"total"}
    years = {c.place["year"]: c.after for c in cheapest.changes}
    moved = [
        Total.model_validate({"name": NAME, "year": year, side: years.get(year, figure)})
        for year in range(2027, 2027 + case.settings.horizon.years)
    ]
    assert solve_plan(_with(case, *moved)).audit.ok
