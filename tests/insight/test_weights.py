"""Weights halved and doubled: by hand, and a dearer term never takes more than a cheaper one."""

from __future__ import annotations

import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.random_cases import random_case

from talentplan.allocation import linear_program, term_costs
from talentplan.demand import forecast_openings
from talentplan.insight import Sweep, weight_sensitivity
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case


def table(case: Case):
    openings, inherited = forecast_openings(case), cohorts(case)
    return weight_sensitivity(case, openings, inherited, Sweep(linear_program(case, openings, inherited)))


def by_hand() -> Case:
    # tests/cases/priorities.yaml, weighed: 30 enrolled, 100 openings for those of 2025 and 50 for those of 2026
    base, own = read_yaml("_base"), read_yaml("priorities")
    model = merged(merged(base["settings"], own["settings"]), {"objective": {"moved_seat": 0.55, "priorities": []}})
    return build_case(model, {name: rows(text) for name, text in (base["tables"] | own["tables"]).items()})


def test_by_hand():
    found = table(by_hand()).set_index(["term", "factor"])
    # the 20 seats that both years want cost 0.55 and save 2; one more would save 1 and cost 0.55 up and 0.55 down: 30 -> 50 -> 50
    assert found.loc["", 1.0].tolist() == pytest.approx([50, 0, 0, 20, 0, 0])
    # at 0.275 a way up and down costs 0.55: 30 -> 100 -> 50
    assert found.loc["moved_seat", 0.5].tolist() == pytest.approx([0, 0, 0, 120, 50, 1])
    assert found.loc["moved_seat", 2.0].tolist() == pytest.approx([50, 0, 0, 20, 0, 0])
    assert found.loc["shortage", 0.5].tolist() == pytest.approx([50, 0, 0, 20, 0, 0])
    assert found.loc["shortage", 2.0].tolist() == pytest.approx([0, 0, 0, 120, 50, 1])
    # unplaced at 0.3 is cheaper than the way down: 30 -> 100 -> 100, and 50 without an opening after the plan years
    assert found.loc["unplaced", 0.5].tolist() == pytest.approx([0, 0, 0, 70, 50, 1])
    assert set(found.index.get_level_values("term")) == {"", "shortage", "unplaced", "moved_seat"}


def test_seats_that_merge_or_move_are_moved():
    # tests/cases/mergers.yaml: A gives up 40 and B takes 30 of them, C gives up 45 and N takes all
    found = table(read_known_case("mergers").case).set_index(["term", "factor"])
    assert found.loc[("", 1.0), "moved"] == pytest.approx(40 + 30 + 45 + 45)


@pytest.mark.parametrize("seed", [0, 1, 2, 5, 8])
def test_a_dearer_term_never_takes_more(seed: int):
    case = random_case(seed)
    openings, inherited = forecast_openings(case), cohorts(case)
    sweep = Sweep(linear_program(case, openings, inherited))
    for term in ("shortage", "unplaced", "moved_seat"):
        own = term_costs(case, openings, inherited, sweep.program, [term])
        taken = [own @ sweep.with_costs(sweep.program.cost + (f - 1.0) * own).x for f in (0.5, 1.0, 2.0)]
        assert taken == pytest.approx(sorted(taken, reverse=True), abs=1e-6)
    assert sweep.with_costs(sweep.program.cost).objective == pytest.approx(sweep.base.objective)
