"""Students stepped forward year by year from the published plan numbers and passages alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_rows import grid
from talentplan.supply import Cohorts
from talentplan.supply.grades import Grades
from talentplan.workspace.case import Case

__all__ = ["Flows", "local_shares", "step_forward", "unchanged_completing"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Flows:
    """What the plan does to students, persons/year or persons; arrays are float[offering, year], tail included.

    lines: the offerings with their rates, places and costs; years: plan years and tail; plan_years: how many.
    plan: plan numbers (the tail repeats the last, or what passes in); entrants: persons who enter; full: who would if every
    seat were taken; enrolled: on roll; load: on roll if every seat were taken; completions; passed_in, passed_out: by pathways; local: who
    seek work in the region.
    passed, broken, taught_out: float[pathway, year]; taught_out: those of passed who enter a line that has stopped.
    """

    lines: pd.DataFrame
    years: NDArray[np.int64]
    plan_years: int
    plan: Floats
    entrants: Floats
    full: Floats
    enrolled: Floats
    load: Floats
    completions: Floats
    passed_in: Floats
    passed_out: Floats
    local: Floats
    passed: Floats
    broken: Floats
    taught_out: Floats

    def column(self, name: str) -> Floats:
        """float[offering]: one attribute of the lines."""
        return self.lines[name].to_numpy(dtype=np.float64)

    @property
    def fed(self) -> NDArray[np.bool_]:
        """bool[offering]: entered by pathways only."""
        return self.lines["pathway_fed"].to_numpy(dtype=bool)

    @property
    def given(self) -> NDArray[np.bool_]:
        """bool[offering]: the number is given."""
        return (self.lines["control"] == "given").to_numpy()

    def by(self, codes: pd.Index, owner: pd.Series, values: Floats) -> Floats:
        """float[code, year]: values of the offerings added up by an attribute of theirs."""
        found = np.zeros((len(codes), values.shape[1]))
        at = codes.get_indexer(pd.Index(owner))
        np.add.at(found, at[at >= 0], values[at >= 0])
        return found


def step_forward(case: Case, cohorts: Cohorts, tables: Tables) -> Flows:
    """Read plan numbers and passages off the tables and let every cohort grow older by a year at a time."""
    lines = cohorts.offerings.reset_index(drop=True)
    own = case.table("offerings")[["offering", "places", "cost", "grant", "fixed_cost"]].set_index("offering")
    lines = lines.join(own, on="offering")
    years, planned = cohorts.years, len(case.plan_years)
    codes, paths = pd.Index(lines["offering"]), case.table("pathways")
    passed = grid(tables["progression"], [("pathway", paths["pathway"])], years, "passed")
    broken = grid(tables["progression"], [("pathway", paths["pathway"])], years, "broken")
    taught_out = grid(tables["progression"], [("pathway", paths["pathway"])], years, "taught_out")
    passed_in, passed_out = np.zeros((len(lines), len(years))), np.zeros((len(lines), len(years)))
    np.add.at(passed_in, codes.get_indexer(paths["to_offering"]), passed)
    ending = np.zeros((len(lines), len(years)))
    np.add.at(ending, codes.get_indexer(paths["to_offering"]), taught_out)
    np.add.at(passed_out, codes.get_indexer(paths["from_offering"]), passed)

    plan = np.zeros((len(lines), len(years)))
    plan[:, :planned] = grid(tables["intake"], [("offering", codes)], years[:planned], "plan")
    fed = lines["pathway_fed"].to_numpy(dtype=bool)[:, None]
    plan[:, planned:] = np.where(fed, passed_in[:, planned:], plan[:, planned - 1 : planned])
    fill = lines["fill"].to_numpy(dtype=np.float64)[:, None]
    entrants = np.where(fed, passed_in, fill * plan + ending)
    full = np.where(fed, plan, np.maximum(fill, 1.0) * plan + ending)
    grades = cohorts.grades
    enrolled, completions = _grow_older(grades, grades.moves, entrants)
    load, _ = _grow_older(grades, grades.moves, full)
    enrolled, load = enrolled + cohorts.inherited_enrolled, load + cohorts.inherited_enrolled
    completions = completions + cohorts.inherited_completions
    local = local_shares(lines)[:, None] * (completions - passed_out)
    return Flows(
        lines=lines, years=years, plan_years=planned, plan=plan, entrants=entrants, full=full, enrolled=enrolled, load=load,
        completions=completions, passed_in=passed_in, passed_out=passed_out, local=local, passed=passed, broken=broken,
        taught_out=taught_out,
    )  # fmt: skip


def local_shares(lines: pd.DataFrame) -> Floats:
    """float[offering]: of those who complete and do not pass on inside, the share that seeks work in the region."""
    stay = (1.0 - lines["progression_outside"]) * lines["seeks_work"] * lines["local_retention"]
    return np.asarray(stay, dtype=np.float64)


def unchanged_completing(cohorts: Cohorts) -> Floats:
    """float[offering, k]: share of those who enter a line who complete it k years later and never changed to another one."""
    one = np.zeros((len(cohorts.offerings), len(cohorts.years)))
    one[:, 0] = 1.0
    return _grow_older(cohorts.grades, cohorts.grades.moves.iloc[:0], one)[1]


def _grow_older(grades: Grades, moves: pd.DataFrame, entrants: Floats) -> tuple[Floats, Floats]:
    """On roll and completions, float[offering, year]: each autumn students go on, repeat or change lines, and new ones come."""
    every = np.arange(len(entrants))
    source, target, grade = (moves[c].to_numpy() for c in ("source", "target", "grade"))
    changing = moves["share"].to_numpy()[:, None]
    last = grades.duration - 1
    persons = np.zeros((*grades.go_on.shape, grades.more_years + 1))  # offering, year of study, years repeated
    enrolled, completions = np.zeros_like(entrants), np.zeros_like(entrants)
    for year in range(entrants.shape[1]):
        older, onward = np.zeros_like(persons), grades.go_on[:, :, None] * persons
        completions[:, year] += onward[every, last].sum(axis=1)
        onward[every, last] = 0.0
        older[:, 1:] += onward[:, :-1]
        older[:, :, 1:] += (grades.repeat[:, :, None] * persons)[:, :, :-1]
        np.add.at(older, (target, grade), changing * persons[source, grade - 1])
        older[:, 0, 0] += entrants[:, year]
        persons = older
        enrolled[:, year] += persons.sum(axis=(1, 2))
    return enrolled, completions
