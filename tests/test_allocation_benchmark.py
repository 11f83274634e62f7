"""The benchmark of the allocator on a region small enough to solve at once: keys, the same region twice, peers that agree."""

import json

import numpy as np
import pandas as pd
import pytest
from benchmarks import allocation
from benchmarks.generated import SIZES, region
from benchmarks.peers import PEERS, Pulp, PulpFast
from click.testing import CliRunner

from talentplan.allocation import linear_program
from talentplan.demand import forecast_openings
from talentplan.plan import solve_plan
from talentplan.program import Session
from talentplan.supply import cohorts

SMALL = (3, 9, 8, 3)
KEYS = {"size", "columns", "rows", "nonzeros", "build_s", "handover_s", "solve_s", "readback_s", "peak_mb", "status",
        "objective", "method", "integer", "peers"}  # fmt: skip


@pytest.fixture(scope="module")
def case():
    return region(SMALL)


def test_the_same_seed_gives_the_same_region(case):
    again, other = region(SMALL), region(SMALL, seed=1)
    assert again.fingerprint == case.fingerprint != other.fingerprint
    for name, frame in case.tables.items():
        pd.testing.assert_frame_equal(frame, again.table(name))


def test_a_random_region_is_planned_and_the_audit_agrees(case):
    plan = solve_plan(case)
    assert plan.audit.ok
    assert plan.table("intake")["plan"].sum() > 0
    bound = plan.table("limits").query("binding")["family"]
    assert {"entrants", "plan_bounds"} & set(bound) or len(bound), "something has to limit the plan"


@pytest.mark.parametrize("peer", [Pulp(), PulpFast()], ids=["pulp", "pulp_fast"])
def test_peers_write_the_same_program(case, peer):
    program = linear_program(case, forecast_openings(case), cohorts(case))
    program.integer[:] = False
    ours = Session(program).solve(method="simplex").objective
    model = peer.build(program)
    assert len(model.variables()) <= len(program.cost)
    assert peer.solve(peer.hand_over(model), model) == pytest.approx(ours, rel=1e-7)


def test_the_command_prints_every_key(monkeypatch):
    monkeypatch.setitem(SIZES, "city", SMALL)
    monkeypatch.setattr(allocation, "PEERS", {"pulp": PEERS["pulp"], "absent": Absent()})
    answer = CliRunner().invoke(allocation.main, ["--size", "city", "--json", "--peers", "--integer"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output.strip().splitlines()[-1])
    assert set(found) >= KEYS
    assert found["status"] == "optimal"
    assert set(found["integer"]) >= {"gap", "seconds", "loss_vs_lp"}
    assert found["integer"]["loss_vs_lp"] >= -1e-9
    assert found["peers"]["pulp"]["objective"] == pytest.approx(found["objective"], rel=1e-6)
    assert found["peers"]["absent"] == {"missing": "No module named 'absent'"}
    assert np.isfinite([found[key] for key in ("build_s", "handover_s", "solve_s", "bytes_a_nonzero")]).all()


def test_building_alone_solves_nothing(monkeypatch):
    monkeypatch.setitem(SIZES, "city", SMALL)
    monkeypatch.setattr(allocation, "PEERS", {"pulp": PEERS["pulp"]})
    monkeypatch.setattr(allocation, "linear_optimum", None)
    answer = CliRunner().invoke(allocation.main, ["--size", "city", "--json", "--peers", "--build-only"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert set(found) >= KEYS
    assert found["solve_s"] is found["objective"] is found["peers"]["pulp"]["objective"] is None
    assert found["peers"]["pulp"]["ratio"] > 0


class Absent:
    largest = "nation"

    def build(self, program):
        raise ImportError("No module named 'absent'")
