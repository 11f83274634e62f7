"""Rules that add rows instead of bounds: counts of new programs, intake within completions, lines that must change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules.adjust import adjust_share
from talentplan.allocation.rules.counts import programs_allowed
from talentplan.allocation.rules.kinds import counted_lines
from talentplan.allocation.rules.points import bound_lines
from talentplan.allocation.space import Space
from talentplan.program import Terms
from talentplan.workspace.case import Case, Rule

__all__ = ["new_allowed", "rule_rows"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
YOUNG = 3  # a college is new in so many first years, unless the rule says otherwise


def rule_rows(space: Space) -> None:
    """The rows of every rule that has some and is not waived; nothing where no rule counts over lines."""
    for rule in space.case.rules:
        if rule.kind in ROWS and rule.id != space.waived:
            ROWS[rule.kind](space, rule)


def new_allowed(case: Case, rule: Rule, schools: pd.Index, years: NDArray[np.int64]) -> Floats:
    """float[school, year]: new programs that max_new_per_school allows; a new college may have more."""
    most = np.full((len(schools), len(years)), float(rule.parameters["count"]))
    if "count_new_college" not in rule.parameters:
        return most
    founded = case.table("schools").set_index("school")["founded"].reindex(schools).to_numpy()[:, None]
    age = years[None, :] - founded
    young = (founded > 0) & (age >= 0) & (age < int(rule.parameters.get("new_college_years", YOUNG)))
    return np.where(young, float(rule.parameters["count_new_college"]), most)


def _begun(space: Space, lines: Mask) -> pd.DataFrame:
    """offering, year, column: what begins each of the lines, a[o,t] where it opens and d[q>o,t] where it takes another one over."""
    parts = []
    for name, line in (("opens", "offering"), ("merges", "to_offering")):
        block = space.block(name)
        if block is not None:
            own = {"offering": block.labels[line], "year": block.labels["year"], "column": block.positions}
            parts.append(pd.DataFrame(own)[lines[space.positions(block.labels[line])]])
    empty = pd.DataFrame({"offering": [], "year": [], "column": []})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _programs_opened(space: Space, rule: Rule, lines: Mask) -> pd.DataFrame:
    """school, year, column: one column in [0, 1] per point and decision year that is 1 where one of its lines begins.

    A point that can begin in one way only has the column of that; another one gets n >= a[o,t] + sum over q of d[q>o,t] for
    each of its lines.
    """
    table = space.offerings.set_index("offering")
    frame = _begun(space, lines & ~space.enrolled_last)
    frame = frame.assign(**{name: frame["offering"].map(table[name]) for name in ("school", "program")})
    keys = ["school", "program", "year"]
    several = frame.groupby(keys)["column"].transform("size").to_numpy() > 1
    alone, together = frame[~several], frame[several].reset_index(drop=True)
    points = together[keys].drop_duplicates(ignore_index=True)
    if points.empty:
        return pd.DataFrame(alone[["school", "year", "column"]])
    block = space.builder.add_columns(f"programs_opened:{rule.id}", points, upper=1.0)
    begins = together[["offering", *keys]].drop_duplicates(ignore_index=True)
    at = pd.MultiIndex.from_frame(points).get_indexer(pd.MultiIndex.from_frame(begins[keys]))
    own = ["offering", "year"]
    row = pd.MultiIndex.from_frame(begins[own]).get_indexer(pd.MultiIndex.from_frame(together[own]))
    space.builder.add_rows(
        f"program_opens_if:{rule.id}", begins[own],
        Terms.concat([Terms(row, together["column"].to_numpy(dtype=np.int64), np.ones(len(together))),
                      Terms(np.arange(len(begins)), block.positions[at], -np.ones(len(begins)))]),
        upper=0.0,
        sentence=("{offering} 在 {year} 年开设或迁入即为新增专业", "{offering} opening or moving in in {year} makes its program a new one"),
    )  # fmt: skip
    added = points.assign(column=block.positions)
    return pd.concat([alone[["school", "year", "column"]], added[["school", "year", "column"]]], ignore_index=True)


def _count_programs(space: Space, rule: Rule, frame: pd.DataFrame, most: Callable[[pd.DataFrame], Floats]) -> None:
    """Rows by school and year: sum of the columns <= most."""
    if frame.empty:
        return
    groups = frame[["school", "year"]].drop_duplicates(ignore_index=True)
    key = pd.MultiIndex.from_frame(groups).get_indexer(pd.MultiIndex.from_frame(frame[["school", "year"]]))
    space.builder.add_rows(
        f"rule:{rule.id}", groups, Terms(key, frame["column"].to_numpy(dtype=np.int64), np.ones(len(frame))),
        upper=most(groups),
        sentence=(f"{{school}} {{year}} 年：{rule.text_zh}", f"{{school}} in {{year}}: {rule.text_en}"),
    )  # fmt: skip


def _max_new(space: Space, rule: Rule) -> None:
    """sum over the new points of a school of n[point,t] <= count (count_new_college in its first years), each decision year."""
    lines = counted_lines(space.case, space.cohorts, rule)
    schools = pd.Index(space.case.table("schools")["school"])

    def most(groups: pd.DataFrame) -> Floats:
        allowed = new_allowed(space.case, rule, schools, space.years)
        when = pd.Index(space.years).get_indexer(pd.Index(groups["year"]))
        return np.asarray(allowed[schools.get_indexer(pd.Index(groups["school"])), when])

    _count_programs(space, rule, _programs_opened(space, rule, lines), most)


def _programs_per_school(space: Space, rule: Rule) -> None:
    """Next year: programs that enrolled last year + sum over points that did not of n[point] <= students / students_per_program."""
    lines = counted_lines(space.case, space.cohorts, rule)
    schools = programs_allowed(space.cohorts, rule.parameters)
    room = (schools["allowed"] - schools["programs"]).clip(lower=0.0)
    frame = _programs_opened(space, rule, lines)
    _count_programs(
        space, rule, frame[frame["year"] == space.case.first_year],
        lambda groups: groups["school"].map(room).to_numpy(dtype=np.float64),
    )  # fmt: skip


def _within_completions(space: Space, rule: Rule) -> None:
    """Next year, schools with a yellow card: sum of p over its direct lines of the level <= completions there that summer.

    Nobody who enters under the plan completes before, so that the right side is a number; given lines may exceed it.
    """
    lines = space.where(counted_lines(space.case, space.cohorts, rule))
    if not len(lines):
        return
    table = space.offerings
    done = _completing(space, rule)
    given = np.where(table["control"] == "given", table["last_plan"], 0.0)[lines]
    school = table["school"].to_numpy()[lines]
    groups = pd.DataFrame({"school": np.unique(school)}).assign(year=space.case.first_year)
    key = pd.Index(groups["school"]).get_indexer(pd.Index(school))
    fixed = np.bincount(key, given, len(groups))
    space.builder.add_rows(
        f"rule:{rule.id}", groups, Terms(key, space.plan_column(lines, np.zeros(len(lines), dtype=np.int64)), np.ones(len(lines))),
        upper=np.maximum(groups["school"].map(done).to_numpy(dtype=np.float64), fixed),
        sentence=(f"{{school}} {{year}} 年：{rule.text_zh}", f"{{school}} in {{year}}: {rule.text_en}"),
    )  # fmt: skip


def _completing(space: Space, rule: Rule) -> pd.Series:
    """By school: persons of the rule's lines, fed ones included, who complete in the first plan year."""
    table = space.offerings
    own = (table["level"] == rule.parameters["level"]).to_numpy() & bound_lines(rule, table)
    done = pd.Series(np.where(own, space.cohorts.inherited_completions[:, 0], 0.0))
    return pd.Series(done.groupby(table["school"].to_numpy()).sum())


ROWS: Mapping[str, Callable[[Space, Rule], None]] = {
    "max_new_per_school": _max_new,
    "programs_per_school": _programs_per_school,
    "restricted_conditions": _within_completions,
    "adjust_share": adjust_share,
}
