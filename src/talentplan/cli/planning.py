"""What `plan` and `demo` do: every scenario planned, written and summed up."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from talentplan.allocation.build import build, make_space
from talentplan.cli.console import interruptible, language, note, out, pick, step
from talentplan.cli.faults import explain_error
from talentplan.cli.figures import as_json, failure, figures, status_of
from talentplan.cli.summary import summary
from talentplan.demand import forecast_openings
from talentplan.errors import TalentPlanError
from talentplan.plan import Plan
from talentplan.plan.write import UnwritableFolder, write_plan
from talentplan.program import write_program
from talentplan.report import write_report
from talentplan.scenarios import attempt, read_scenarios
from talentplan.supply import cohorts
from talentplan.workspace import Case

__all__ = ["make_plans", "run_folder"]

LIMIT_HIT = 3


def run_folder(root: Path, case: Case) -> Path:
    """<root>/<case>/<scenario>; a scenario's name never leads out of it."""
    return root / case.name / (re.sub(r"[^\w.-]|^\.+", "_", case.scenario) or "_")


def make_plans(
    model: Path, scenarios: Sequence[str] = (), *, root: Path, as_object: bool,
    solver: str | None = None, time_limit: float | None = None, program: Path | None = None,
) -> int:  # fmt: skip
    """Plan every scenario, write its run folder, print summary or JSON; the highest exit code of them."""
    with step(pick("正在读取和检查数据", "reading and checking the input")):
        cases = interruptible(lambda: read_scenarios(model, scenarios or (None,)))
    objects: list[dict[str, Any]] = []
    codes = [0]
    for case, seconds in cases:
        if program is not None:
            _write_program(case, program, several=len(cases) > 1)
        with step(pick(f"正在求解（{case.scenario_title[0]}）", f"solving ({case.scenario_title[1]})")):
            tried = interruptible(partial(attempt, case, seconds, solver=solver, time_limit=time_limit))
        if isinstance(tried.outcome, TalentPlanError):
            note(f"{case.name} / {case.scenario}")
            codes.append(explain_error(tried.outcome, language()))
            objects.append(failure(case, tried.outcome))
            continue
        folder = run_folder(root, case)
        plan = _write(tried.outcome, case, folder)
        status = status_of(plan, case, time_limit)
        objects.append(figures(plan, case, folder, status))
        if not as_object:
            out(summary(plan, case, folder, language()))
        if status == "limit":
            note(_limit_hit(plan))
            codes.append(LIMIT_HIT)
    if as_object:
        out(as_json(objects))
    return max(codes)


def _limit_hit(plan: Plan) -> str:
    gap = f"{100 * plan.facts.gap:.2f}%"
    return pick(
        f"求解时间用尽；保留已得的最好方案，与最优值相差不超过 {gap}（已证明）。",
        f"The solver ran out of time; the best plan so far is kept, proven within {gap} of the optimum.",
    )


def _write(plan: Plan, case: Case, folder: Path) -> Plan:
    """The run folder with tables and report; the plan with the seconds it took."""
    began = time.perf_counter()
    with step(pick("正在写出表格和报告", "writing tables and report")):
        lang = language()
        write_plan(plan, case, folder, lambda place: write_report(plan, case, place, lang))
    return dataclasses.replace(plan, timings={**plan.timings, "write": time.perf_counter() - began})


def _write_program(case: Case, path: Path, *, several: bool) -> None:
    target = path.with_stem(f"{path.stem}-{case.scenario}") if several else path
    try:
        with step(pick(f"正在写出数学模型 {target}", f"writing the program to {target}")):
            space = build(make_space(case, forecast_openings(case), cohorts(case)))
            write_program(space.builder.finish(), target)
    except OSError as error:
        why = str(error.strerror or error)
        repair = ("检查文件夹是否存在、能否写入", "check that the folder exists and may be written to")
        raise UnwritableFolder(target, (why, why), repair) from error
    note(pick(f"数学模型已写入 {target}", f"the program is in {target}"))
