"""Plans of one region side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from talentplan.errors import InputError, Problem
from talentplan.plan import Plan
from talentplan.plan.write import Run

__all__ = ["Comparison", "compare_plans"]

LINE = ["offering", "school", "program", "level", "track"]
POINT = ["school", "program", "level"]
HALF_A_PERSON = 0.5


@dataclass(frozen=True, slots=True)
class Comparison:
    """Plans side by side, one column per plan, named by `labels` in the order given.

    runs: label, name, scenario, fingerprint, status, gap, objective (discounted person-equivalents, comparable only
        where the prices of the objective are the same).
    indicators: indicator, year (0: all plan years), unit, zh, en, then the value under each plan.
    intake: lines whose plan number next autumn differs by half a person or more, or that not every plan has: offering,
        school, program, level, track, year (next autumn), last_plan, then the plan number of each plan, persons/year;
        NaN where a plan has no such line.
    verdicts: points whose verdict differs: school, program, level, then the verdict of each plan, "" where a plan has
        no such point.
    """

    labels: tuple[str, ...]
    runs: pd.DataFrame
    indicators: pd.DataFrame
    intake: pd.DataFrame
    verdicts: pd.DataFrame


def compare_plans(runs: Sequence[Plan | Run]) -> Comparison:
    """Indicators, plan numbers of next autumn and verdicts of two or more plans of one case.

    Raises InputError where there are fewer than two, their cases differ, or their next autumns differ.
    """
    problems = _problems(runs)
    if problems:
        raise InputError(problems)
    labels = _labels([run.scenario for run in runs])
    intake = _side_by_side(runs, labels, _next_intake, [*LINE, "year"])
    before = (
        pd.concat([_next_intake(run) for run in runs]).drop_duplicates("offering").set_index("offering")["last_plan"]
    )
    intake.insert(len(LINE) + 1, "last_plan", intake["offering"].map(before))
    numbers = intake[list(labels)]
    apart = (numbers.max(axis=1) - numbers.min(axis=1) >= HALF_A_PERSON) | numbers.isna().any(axis=1)
    verdicts = _side_by_side(runs, labels, _verdicts, POINT).fillna("")
    differing = verdicts[list(labels)].ne(verdicts[labels[0]], axis=0).any(axis=1)
    return Comparison(
        labels=labels,
        runs=pd.DataFrame([{"label": label, **_facts(run)} for label, run in zip(labels, runs, strict=True)]),
        indicators=_side_by_side(runs, labels, _indicators, ["indicator", "year", "unit", "zh", "en"]),
        intake=intake[apart].reset_index(drop=True),
        verdicts=verdicts[differing].reset_index(drop=True),
    )


def _problems(runs: Sequence[Plan | Run]) -> list[Problem]:
    """What keeps these plans from being compared."""
    if len(runs) < 2:
        rule = ("至少要有两个方案才能比较", "there must be two plans or more to compare")
        repair = ("再给出一个结果文件夹", "name another run folder")
        return [_problem(runs[0] if runs else None, str(len(runs)), rule, repair)]
    first, wrong = runs[0], []
    for run in runs[1:]:
        if run.name != first.name:
            rule = (
                f"须与第一个方案同属 {first.name}",
                f"it must belong to the same case as the first plan, {first.name}",
            )
            repair = ("只比较同一规划模型的结果", "compare runs of one planning model only")
            wrong.append(_problem(run, run.name, rule, repair))
        elif _first_year(run) != _first_year(first):
            year = _first_year(first)
            rule = (
                f"首个规划年须与第一个方案相同（{year}）",
                f"its first plan year must be that of the first plan, {year}",
            )
            repair = ("用同一首年重新规划", "plan it again with the same first year")
            wrong.append(_problem(run, str(_first_year(run)), rule, repair))
    return wrong


def _problem(run: Plan | Run | None, value: str, rule: tuple[str, str], repair: tuple[str, str]) -> Problem:
    where = str(run.folder) if isinstance(run, Run) else f"{run.name}/{run.scenario}" if run else "talentplan compare"
    return Problem("", where, None, None, value, *rule, *repair)


def _first_year(run: Plan | Run) -> int:
    years = run.table("intake")["year"]
    return int(years.min()) if len(years) else 0


def _labels(scenarios: Sequence[str]) -> tuple[str, ...]:
    """Scenario names, numbered where one occurs more than once.

    >>> _labels(["baseline", "growth", "baseline"])
    ('baseline', 'growth', 'baseline #2')
    """
    seen: Counter[str] = Counter()
    found = []
    for scenario in scenarios:
        seen[scenario] += 1
        found.append(scenario if seen[scenario] == 1 else f"{scenario} #{seen[scenario]}")
    return tuple(found)


def _facts(run: Plan | Run) -> dict[str, Any]:
    facts = run.provenance if isinstance(run, Run) else asdict(run.facts)
    found = {"name": run.name, "scenario": run.scenario, "fingerprint": run.fingerprint}
    return found | {key: facts[key] for key in ("status", "gap", "objective")}


def _indicators(run: Plan | Run) -> pd.DataFrame:
    return run.table("indicators").rename(columns={"plan": "value"})


def _next_intake(run: Plan | Run) -> pd.DataFrame:
    intake = run.table("intake")
    return intake[intake["year"] == _first_year(run)].rename(columns={"plan": "value"})


def _verdicts(run: Plan | Run) -> pd.DataFrame:
    return run.table("layout").rename(columns={"verdict": "value"})


def _side_by_side(
    runs: Sequence[Plan | Run], labels: Sequence[str], table: Callable[[Plan | Run], pd.DataFrame], keys: list[str]
) -> pd.DataFrame:
    """keys, then one column per plan; rows that any of them has, in the order of the first that has them."""
    found = pd.concat(
        [table(run).set_index(keys)["value"].rename(label) for run, label in zip(runs, labels, strict=True)], axis=1
    )
    return found.reset_index()
