"""One class more or fewer: by hand, against solves of their own, and never a gain on both sides."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from tests.case_files import merged, read_yaml, rows
from tests.random_cases import random_case

from talentplan.allocation import linear_program
from talentplan.demand import forecast_openings
from talentplan.errors import ImpossibleError
from talentplan.insight import Sweep, class_values
from talentplan.plan import solve_plan
from talentplan.program import Session
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case


def swept(case: Case) -> Sweep:
    return Sweep(linear_program(case, forecast_openings(case), cohorts(case)))


def two_lines(**settings) -> Case:
    # tests/cases/fairness_floor.yaml without its floor: 60 numbers for A (2 saved a seat) and B (1 saved a seat), 100 openings each
    base, own = read_yaml("_base"), read_yaml("fairness_floor")
    model = merged(merged(base["settings"], own["settings"]), {"fairness": [], **settings})
    return build_case(model, {name: rows(text) for name, text in (base["tables"] | own["tables"]).items()})


def intake(*numbers: tuple[str, float, int]) -> pd.DataFrame:
    return pd.DataFrame(numbers, columns=["offering", "plan", "classes"]).assign(year=2025)


def test_by_hand():
    # f(A) = 2 (100 - A) + 100 - (60 - A) = 240 - A and f(B) = 180 + B: a class of 30 more of A saves 30, of B it costs 30
    case = two_lines()
    found = class_values(case, cohorts(case), swept(case), intake(("A", 30, 1), ("B", 30, 1)))
    assert found["step"].tolist() == [30, 30]
    assert found["more"].tolist() == pytest.approx([30, -30])
    assert found["less"].tolist() == pytest.approx([-30, 30])


def test_no_number_beyond_the_limits_is_valued():
    case = two_lines(totals=[{"greatest": 60.0}, {"school": "S", "least": 25.0}])
    found = class_values(case, cohorts(case), swept(case), intake(("A", 50, 2), ("B", 0, 0)))
    # A: 75 is more than all; 25 the school's least. B: nobody enrols, a smallest class of 30 costs 30
    assert found["more"].tolist() == pytest.approx([np.nan, -30], nan_ok=True)
    assert found["less"].tolist() == pytest.approx([-25, np.nan], nan_ok=True)
    assert found["step"].tolist() == [25, 30]


@pytest.mark.parametrize("seed", range(8))
def test_values_are_those_of_solves_of_their_own(seed):
    case = random_case(seed, whole_classes=True)
    try:
        table, sweep = solve_plan(case).table("intake"), swept(case)
    except ImpossibleError:
        return
    found = class_values(case, cohorts(case), sweep, table)
    assert len(found)
    assert not (found["more"] + found["less"] > 1e-6).any()  # convex in the one number
    mixed = class_values(case, cohorts(case), sweep, table.sample(frac=1.0, random_state=seed))
    pd.testing.assert_frame_equal(mixed.set_index("offering").loc[found["offering"]].reset_index(), found)

    def optimum(offering: str, number: float) -> float:
        if not number >= 0:
            return np.nan
        program = dataclasses.replace(sweep.program, lower=sweep.program.lower.copy(), upper=sweep.program.upper.copy())
        block = program.columns["plan"]
        own = (block.index["offering"] == offering).to_numpy() & (block.index["year"] == case.first_year).to_numpy()
        column = block.positions[own]
        if not program.lower[column] - 1e-9 <= number <= program.upper[column] + 1e-9:
            return np.nan
        program.lower[column] = program.upper[column] = number
        return Session(program).solve(method="simplex").objective

    for row in found.to_dict("records"):
        stands = optimum(row["offering"], row["plan"])
        more = stands - optimum(row["offering"], row["plan"] + row["step"])
        less = stands - optimum(row["offering"], row["plan"] - row["step"] if row["plan"] > 0 else -1.0)
        assert row["more"] == pytest.approx(more, abs=1e-4, nan_ok=True)
        assert row["less"] == pytest.approx(less, abs=1e-4, nan_ok=True)
