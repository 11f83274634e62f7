"""`rules`: what every rule limits, counted again from the plan numbers and the input tables.

Which lines a bound names is a parameter, as a table's cell is; whether the plan obeys is judged here. Counts over lines are
made anew, from tables and published numbers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules import rule_limits
from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_layout import least_openings
from talentplan.plan.audit_moves import Moves
from talentplan.plan.audit_rows import limit_rows
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case, Rule

__all__ = ["held_by_rules"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
TINY = 1e-6
GROWTH = 20.0  # largest classes that a line may grow by next year where the policy sets no limit and lines must change


def held_by_rules(case: Case, cohorts: Cohorts, flows: Flows, m: Moves) -> list[pd.DataFrame]:
    """The rows of every rule that is on: plan numbers under their bound, and counts by school."""
    codes, planned = flows.lines["offering"], case.plan_years
    found = []
    for rule in rule_limits(case, cohorts):
        lines, span = np.flatnonzero(rule.lines), 1 if rule.first_year_only else len(planned)
        scope = codes.iloc[lines] + "/" + rule.rule.id
        found.append(limit_rows("rules", scope, planned[:span], m.plan[lines, :span], rule.upper[lines, None]))
    for judged in case.rules:
        if judged.kind == "max_new_per_school":
            found.append(_new_programs(case, flows, m, judged))
        elif judged.kind == "programs_per_school":
            found.append(_programs(case, cohorts, flows, m, judged))
        elif judged.kind == "restricted_conditions":
            found.append(_yellow_cards(case, cohorts, flows, m, judged))
        elif judged.kind == "adjust_share":
            found.append(_adjusted(case, flows, m, judged))
    return found


def _spoken_of(rule: Rule, lines: pd.DataFrame) -> Mask:
    named = lines[["offering", "school", "program", "cluster", "level"]]
    inside = named.isin(rule.scope).any(axis=1) | (not rule.scope)
    return np.asarray((inside & ~named.isin(rule.exempt).any(axis=1)).to_numpy(dtype=bool))


def _begun(m: Moves) -> Floats:
    """float[offering, year]: least share of a line that opens in a year; 1 in the year in which a new line takes another one over."""
    before = np.concatenate([np.zeros((len(m.joined), 1), dtype=bool), m.joined[:, :-1]], axis=1)
    return np.where(m.new[:, None] & m.joined & ~before, 1.0, least_openings(m))


def _points_opened(flows: Flows, m: Moves, lines: Mask) -> pd.DataFrame:
    """[school, program] x deciding year: least share of the point that begins, of the lines in question the one most of all."""
    opens = pd.DataFrame(np.where(lines[:, None], _begun(m), 0.0)[:, m.deciding])
    return opens.groupby([flows.lines["school"].to_numpy(), flows.lines["program"].to_numpy()]).max()


def _new_programs(case: Case, flows: Flows, m: Moves, rule: Rule) -> pd.DataFrame:
    """New programs of a school in a year: points all of whose lines are candidates."""
    keys = [flows.lines["school"], flows.lines["program"]]
    proposed = (flows.lines["status"] == "candidate") & (flows.column("last_plan") <= 0)
    new = proposed.groupby(keys).transform("all").to_numpy() & m.new & _spoken_of(rule, flows.lines)
    used = _points_opened(flows, m, new).groupby(level=0).sum()
    schools = case.table("schools").set_index("school").loc[used.index]
    years = case.plan_years[m.deciding]
    most = np.full(used.shape, float(rule.parameters["count"]))
    age = years[None, :] - schools["founded"].to_numpy()[:, None]
    young = int(rule.parameters.get("new_college_years", 3))
    if "count_new_college" in rule.parameters:
        known = schools["founded"].to_numpy()[:, None] > 0
        most[known & (age >= 0) & (age < young)] = float(rule.parameters["count_new_college"])
    most = np.where(used.to_numpy() > 0, most, np.inf)
    return limit_rows("rules", [f"{school}/{rule.id}" for school in used.index], years, used.to_numpy(), most)


def _programs(case: Case, cohorts: Cohorts, flows: Flows, m: Moves, rule: Rule) -> pd.DataFrame:
    """Next year, programs of the level that enrolled or open against students / students_per_program, by school."""
    lines = flows.lines[["school", "program", "level", "track"]].assign(
        students=np.where(flows.lines["track"] == "part_time", 0.0, cohorts.enrolled_before),
        running=flows.column("last_plan") > 0, opens=np.where(m.free & _spoken_of(rule, flows.lines), _begun(m)[:, 0], 0.0),
    )  # fmt: skip
    lines = lines[(lines["level"] == rule.parameters["level"]).to_numpy()]
    points = lines.groupby(["school", "program"]).agg(running=("running", "any"), opens=("opens", "max"))
    come = points["opens"].where(~points["running"], 0.0).groupby("school").sum()
    before = points["running"].groupby("school").sum()
    allowed = np.floor(
        lines.groupby("school")["students"].sum() / float(rule.parameters["students_per_program"]) + 1e-9
    )
    limit = np.where((come > 0) & m.deciding[0], np.maximum(allowed, before), np.inf)
    used = (before + come).to_numpy(dtype=np.float64)[:, None]
    return limit_rows("rules", [f"{school}/{rule.id}" for school in come.index], case.plan_years[:1], used, limit[:, None],
                      stated=allowed.to_numpy(dtype=np.float64)[:, None])  # fmt: skip


def _yellow_cards(case: Case, cohorts: Cohorts, flows: Flows, m: Moves, rule: Rule) -> pd.DataFrame:
    """Next year, schools with one indicator below its restricted limit: plan numbers against that summer's completions."""
    schools = case.table("schools")
    names = pd.Index(schools["school"])
    weight = flows.lines["level"].map(case.table("levels").set_index("level")["student_weight"])
    students = flows.by(names, flows.lines["school"], (weight * cohorts.enrolled_before).to_numpy()[:, None])[:, 0]
    teachers = schools[["teachers_general", "teachers_specialist"]].sum(axis=1, min_count=1).to_numpy(dtype=np.float64)
    limits = {
        name: float(rule.parameters.get(name, np.nan))
        for name in ("students_per_teacher", "teaching_area", "equipment")
    }
    broken = (students > limits["students_per_teacher"] * teachers).astype(int)
    for name in ("teaching_area", "equipment"):
        broken += schools[name].to_numpy(dtype=np.float64) < limits[name] * students
    yellow = (broken == 1) & (schools["yellow_years"].to_numpy() < 2)
    own = (flows.lines["level"] == rule.parameters["level"]).to_numpy() & _spoken_of(rule, flows.lines)
    direct = (own & ~flows.fed)[:, None]
    used = flows.by(names, flows.lines["school"], np.where(direct, m.plan[:, :1], 0.0))
    given = flows.by(names, flows.lines["school"], np.where(direct & flows.given[:, None], m.plan[:, :1], 0.0))
    done = flows.by(names, flows.lines["school"], np.where(own[:, None], flows.completions[:, :1], 0.0))
    here = flows.by(names, flows.lines["school"], direct.astype(float))[:, 0] > 0
    limit = np.where((yellow & here)[:, None], np.maximum(done, given), np.inf)
    return limit_rows(
        "rules", [f"{school}/{rule.id}" for school in names], case.plan_years[:1], used, limit, stated=done
    )


def _adjusted(case: Case, flows: Flows, m: Moves, rule: Rule) -> pd.DataFrame:
    """Next year: lines missing to the share that must rise or fall by a class, open or stop.

    Where next year is not in whole classes a line may count in part; then it is as much as its number allows at most.
    """
    own = m.free & _spoken_of(rule, flows.lines)
    last, plan, size = flows.column("last_plan")[own], m.plan[own, 0], flows.column("class_min")[own]
    fall = np.minimum(size, last)
    if m.whole[0]:
        adjusted = ((plan >= last + size - TINY) | ((last > 0) & (plan <= last - fall + TINY))).astype(np.float64)
    else:
        top = np.minimum(m.upper[own, 0], last + np.minimum(m.rise[own, 0], GROWTH * flows.column("class_max")[own]))
        width = top - last + fall
        down = np.where(width > 0, np.clip((top - plan) / np.where(width > 0, width, 1.0), 0.0, 1.0), 1.0)
        adjusted = np.minimum(plan / (last + size) + np.where(last > 0, down, 0.0), 1.0)
    needed = np.floor(float(rule.parameters["share"]) * (last > 0).sum() + TINY)
    count = float(adjusted.sum())
    short = np.array([[max(needed - count, 0.0)]])
    return limit_rows("rules", [f"{rule.id}/least"] if own.any() else [], case.plan_years[:1], short, np.zeros((1, 1)),
                      size=np.full((1, 1), needed), binding=np.array([[abs(count - needed) <= TINY * max(1.0, needed)]]))  # fmt: skip
