"""What `match` finds, on the sample and on small cases: the tables agree with each other and with doing nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.random_cases import random_case
from tests.tiny import tiny_tables

from talentplan.demand import forecast_openings
from talentplan.plan import do_nothing, match_supply
from talentplan.workspace import build_case


@pytest.fixture(scope="module")
def tiny():
    case = build_case(*tiny_tables())
    return case, match_supply(case)


def test_ranges_enclose_doing_nothing(tiny):
    case, match = tiny
    idle = do_nothing(case)
    short = idle["balance"].groupby(["occupation", "year"])["shortage"].sum()
    ends = match.table("certain_shortages").set_index(["occupation", "year"])
    assert len(ends)
    assert ends["openings"].sum() == pytest.approx(idle["balance"]["openings"].sum())
    assert (ends["least"] <= short.reindex(ends.index) + 1e-4).all()
    over = idle["surplus"].groupby(["program", "year"])["surplus"].sum()
    ends = match.table("certain_surpluses").set_index(["program", "year"])
    assert (ends["least"] <= over.reindex(ends.index) + 1e-4).all()


def test_promises_are_those_of_doing_nothing(tiny):
    case, match = tiny
    promised = match.table("promises")
    assert not [name for name in promised.columns if name.endswith(("_plan", "_idle"))]
    way = promised[promised["scope"] == "pathway"].set_index(["code", "year"])["promised"]
    said = do_nothing(case)["progression"].set_index(["pathway", "year"])["promised"]
    pd.testing.assert_series_equal(way.sort_index(), said.reindex(way.index).sort_index(), check_names=False)


def test_openings_worked_out_before_are_used(tiny):
    case, match = tiny
    again = match_supply(case, forecast_openings(case))
    for name, frame in match.tables.items():
        pd.testing.assert_frame_equal(frame, again.table(name))


@pytest.mark.parametrize("seed", range(8))
def test_level_columns_add_up_in_random_cases(seed):
    balance = match_supply(random_case(seed)).table("balance")
    parts = balance[["own_level", "over_qualified", "under_qualified"]].sum(axis=1)
    np.testing.assert_allclose(parts, balance["placed"], atol=1e-5)
    np.testing.assert_allclose(balance["placed"] + balance["shortage"], balance["openings"], atol=1e-5)
