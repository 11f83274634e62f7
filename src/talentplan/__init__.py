"""talentplan: which school offers which program, how many it enrols, and where the money goes.

    from talentplan import read_case, solve_plan, write_plan, write_report

    case = read_case("models/dalian.yaml", "budget_cut")
    plan = solve_plan(case)
    write_plan(plan, case, Path("runs/dalian/budget_cut"))

Names are loaded when they are first used, so that `talentplan --help` answers at once. Nothing inside the package
imports from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from talentplan.demand import Openings, forecast_openings
    from talentplan.errors import ImpossibleError, InputError, Problem, TalentPlanError
    from talentplan.matching import placement_arcs
    from talentplan.plan import Match, Plan, do_nothing, match_supply, solve_plan
    from talentplan.plan.write import Run, read_run, write_plan
    from talentplan.report import write_report
    from talentplan.scenarios import Comparison, compare_plans, run_scenarios
    from talentplan.workspace import Case, build_case, read_case

__all__ = [
    "Case", "Comparison", "ImpossibleError", "InputError", "Match", "Openings", "Plan", "Problem", "Run",
    "TalentPlanError", "build_case", "compare_plans", "do_nothing", "forecast_openings", "match_supply", "placement_arcs",
    "read_case", "read_run", "run_scenarios", "solve_plan", "write_plan", "write_report",
]  # fmt: skip

_ROOMS = {
    "demand": ("Openings", "forecast_openings"),
    "errors": ("ImpossibleError", "InputError", "Problem", "TalentPlanError"),
    "matching": ("placement_arcs",),
    "plan": ("Match", "Plan", "do_nothing", "match_supply", "solve_plan"),
    "plan.write": ("Run", "read_run", "write_plan"),
    "report": ("write_report",),
    "scenarios": ("Comparison", "compare_plans", "run_scenarios"),
    "workspace": ("Case", "build_case", "read_case"),
}
_ROOM = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(f"module 'talentplan' has no attribute {name!r}")
    return getattr(import_module(f"talentplan.{_ROOM[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
