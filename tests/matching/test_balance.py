"""The balance by occupation, level and year: by hand, and identities."""

import pandas as pd
import pytest
from tests.demand import tables

from talentplan.matching import job_balance

LEVELS = [{"level": v, "rank": n, "name_zh": v} for n, v in enumerate(("secondary", "higher", "undergraduate"))]
PROGRAMS = [
    {"program": p, "name_zh": p, "level": v} for p, v in (("S", "secondary"), ("H", "higher"), ("U", "undergraduate"))
]


def balance(placement):
    case = tables.case(first_year=2025, levels=LEVELS, programs=PROGRAMS)
    openings = pd.DataFrame(
        [("J", "higher", 2025, 100.0, 8.0), ("J", "higher", 2026, 50.0, 0.0), ("K", "secondary", 2025, 5.0, 1.0)],
        columns=["occupation", "level", "year", "openings", "external"],
    )
    placed = pd.DataFrame(placement, columns=["program", "occupation", "level", "year", "persons"])
    return job_balance(case, openings, placed).set_index(["occupation", "level", "year"])


def test_who_fills_a_job_by_level():
    found = balance([
        ("H", "J", "higher", 2025, 40.0), ("U", "J", "higher", 2025, 20.0), ("S", "J", "higher", 2025, 7.0),
        ("H", "J", "higher", 2026, 50.0), ("H", "K", "secondary", 2025, 2.0), ("U", "K", "secondary", 2025, 1.0),
    ])  # fmt: skip
    assert found.loc[("J", "higher", 2025)].to_dict() == pytest.approx(
        {
            "openings": 100,
            "placed": 67,
            "own_level": 40,
            "over_qualified": 20,
            "under_qualified": 7,
            "external": 8,
            "shortage": 33,
        }
    )
    assert found.loc[("J", "higher", 2026)].to_dict() == pytest.approx(
        {
            "openings": 50,
            "placed": 50,
            "own_level": 50,
            "over_qualified": 0,
            "under_qualified": 0,
            "external": 0,
            "shortage": 0,
        }
    )
    assert found.loc[("K", "secondary", 2025)].to_dict() == pytest.approx(
        {
            "openings": 5,
            "placed": 3,
            "own_level": 0,
            "over_qualified": 3,
            "under_qualified": 0,
            "external": 1,
            "shortage": 2,
        }
    )


def test_nobody_placed():
    found = balance([])
    assert found["placed"].tolist() == [0.0, 0.0, 0.0]
    assert found["shortage"].tolist() == [100.0, 50.0, 5.0]


def test_every_opening_once():
    found = balance([("U", "J", "higher", 2025, 60.0), ("S", "J", "higher", 2025, 40.0)])
    parts = found[["own_level", "over_qualified", "under_qualified", "shortage"]].sum(axis=1)
    assert parts.tolist() == pytest.approx(found["openings"].tolist())
