"""Entrant pools: what an origin is called changes nothing."""

from __future__ import annotations

import pytest
from tests.solved import Solved, solve
from tests.tiny import tiny_tables

from talentplan.workspace import build_case


def planned(origin: str) -> Solved:
    """The tiny region, its city under another code."""
    settings, tables = tiny_tables()
    settings["horizon"]["years"] = 2
    settings["solving"] = {"whole_class_years": 0}
    for row in [*tables["entrants"], *tables["catchments"]]:
        row["origin"] = origin if row["origin"] == "city" else row["origin"]
    return solve(build_case(settings, tables))


def test_an_origin_may_hold_a_stroke() -> None:
    solved = planned("east/west")
    assert solved.solution.objective == pytest.approx(planned("city").solution.objective, rel=1e-9)
    assert solved.audited()[0].violations.empty
