"""One planning model under several scenarios, one after the other."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talentplan.errors import InputError, Problem, TalentPlanError
from talentplan.plan import Plan, solve_plan
from talentplan.workspace import Case, read_case

__all__ = ["Attempt", "attempt", "read_scenarios", "run_scenarios"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One scenario that was planned: a plan, or the error that stood in its way."""

    case: Case
    outcome: Plan | TalentPlanError

    def plan(self) -> Plan:
        """The plan; raises the error where there is none."""
        if isinstance(self.outcome, TalentPlanError):
            raise self.outcome
        return self.outcome


def read_scenarios(model: Path | str, names: Sequence[str | None]) -> list[tuple[Case, float]]:
    """The case of every scenario (None: as the model stands) and the seconds it took to read.

    Raises InputError with the problems of all scenarios at once, before anything is solved.
    """
    found: list[tuple[Case, float]] = []
    problems: dict[Problem, None] = {}
    for name in dict.fromkeys(names):
        began = time.perf_counter()
        try:
            found.append((read_case(model, name), time.perf_counter() - began))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(tuple(problems))
    return found


def attempt(case: Case, seconds: float, *, solver: str | None = None, time_limit: float | None = None) -> Attempt:
    """Plan one case; `seconds` is how long it took to read and joins the timings of its plan."""
    try:
        plan = solve_plan(case, solver=solver, time_limit=time_limit)
    except TalentPlanError as error:
        return Attempt(case, error)
    return Attempt(case, dataclasses.replace(plan, timings={"read": seconds, **plan.timings}))


def run_scenarios(
    model: Path | str, names: Sequence[str | None], *, solver: str | None = None, time_limit: float | None = None
) -> list[Plan]:
    """The plan of every scenario, once each, in the order of `names`; raises the first error."""
    cases = read_scenarios(model, names)
    return [attempt(case, seconds, solver=solver, time_limit=time_limit).plan() for case, seconds in cases]
