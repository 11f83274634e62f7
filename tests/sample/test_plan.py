"""The sample can be planned, in every scenario, and planning it is worth something (slow)."""

from pathlib import Path

import pytest

from talentplan.allocation.build import build, make_space
from talentplan.demand import forecast_openings
from talentplan.plan import solve_plan
from talentplan.program import Session
from talentplan.supply import cohorts
from talentplan.workspace import read_case, scenario_names

MODEL = Path(__file__).resolve().parents[2] / "models" / "dalian.yaml"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scenario", scenario_names(MODEL))
def test_every_scenario_has_a_plan(scenario):
    case = read_case(MODEL, scenario)
    program = build(make_space(case, forecast_openings(case), cohorts(case))).builder.finish()
    assert Session(program).solve(relax=True, method="ipm").status == "optimal"


def test_planning_helps():
    plan = solve_plan(read_case(MODEL))
    assert plan.audit.ok
    for table, column in (("balance", "shortage"), ("surplus", "surplus")):
        planned, idle = plan.table(table)[column].sum(), plan.do_nothing[table][column].sum()
        assert planned < 0.8 * idle, column
    verdicts = plan.table("layout").set_index(["school", "program"])["verdict"]
    assert verdicts["S06", "660105"] == "resume"
    assert verdicts["S07", "660702"] == "not_opened"
    assert verdicts["S05", "660701"] == "reduce"
