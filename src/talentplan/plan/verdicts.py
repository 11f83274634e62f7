"""Per point: what is proposed, because of what, limited by what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from talentplan.matching import placement_arcs
from talentplan.plan.outputs import output_columns
from talentplan.plan.rule_table import reviews, with_reviews
from talentplan.supply import Cohorts, entrant_pools
from talentplan.workspace import code_names
from talentplan.workspace.case import Case

__all__ = ["illustrative_share", "layout"]


class _Point(NamedTuple):
    """What the reason of one point is told from."""

    school: str
    program: str
    verdict: str
    offerings: tuple[str, ...]
    clusters: str
    groups: tuple[str, ...]
    duration: int


PACE = ["program", "duration"]
CONTROL_ORDER = ["decide", "propose", "given"]
SHRINKING = ("reduce", "suspend", "close")
LIMIT_COUNT = 3


def layout(
    case: Case,
    cohorts: Cohorts,
    tables: Mapping[str, pd.DataFrame],
    idle: Mapping[str, pd.DataFrame],
    limits: pd.DataFrame,
) -> pd.DataFrame:
    """The layout table: one row per point (school x program); `idle` are the published do-nothing tables."""
    points = _points(case, cohorts, tables["intake"])
    points["verdict"] = _verdicts(points)
    jobs = _jobs_of_points(case, points, idle)
    told = jobs.to_dict("index")
    broken = _broken(cohorts, idle["progression"])
    rows = [_Point(*row) for row in points[list(_Point._fields)].itertuples(index=False)]
    gone_into = _merged(case, cohorts, tables["mergers"])
    merged = [gone_into.get((row.school, row.program)) for row in rows]
    points["mark"] = ["" if gone is None else gone[0] for gone in merged]
    reasons = [
        gone[1:] if gone is not None and row.verdict in SHRINKING else _because(row, told, broken, case.first_year)
        for row, gone in zip(rows, merged, strict=True)
    ]
    points["because_zh"], points["because_en"] = zip(*reasons, strict=True) if reasons else ((), ())
    needs = case.table("needs").groupby("program")["kind"].agg(tuple)
    binding = _binding(limits)
    pools = _pools(case)
    bound = [_limited(row, binding, needs, pools, case.first_year) for row in rows]
    bound = with_reviews([(row.school, row.program) for row in rows], bound, reviews(case, cohorts, tables["intake"]))
    points["limited_zh"], points["limited_en"] = zip(*bound, strict=True) if bound else ((), ())
    points["list"] = _lists(case, points, jobs)
    points["illustrative"] = illustrative_share(case)
    return points[output_columns("layout")]


def illustrative_share(case: Case) -> float:
    """Share of what the openings rest on (persons employed, or openings given) whose basis is illustrative."""
    name = "openings" if case.settings.forecast.openings == "given" else "employment"
    table = case.table(name)
    total = float(table["persons"].sum())
    return float(table.loc[table["basis"] == "illustrative", "persons"].sum()) / total if total else 0.0


def _points(case: Case, cohorts: Cohorts, intake: pd.DataFrame) -> pd.DataFrame:
    lines = cohorts.offerings
    soon = intake[intake["year"] == case.first_year].set_index("offering")["plan"]
    later = intake[intake["year"] > case.first_year].groupby("offering")["plan"].max()
    frame = lines.assign(
        next_plan=lines["offering"].map(soon),
        later=lines["offering"].map(later).fillna(0.0),
        control_rank=lines["control"].map(CONTROL_ORDER.index),
        candidate=lines["status"] == "candidate",
        suspended=lines["status"] == "suspended",
    )
    grouped = frame.groupby(["school", "program"], sort=True).agg(
        level=("level", "first"), control_rank=("control_rank", "max"), last_plan=("last_plan", "sum"),
        next_plan=("next_plan", "sum"), later=("later", "sum"), candidate=("candidate", "all"), suspended=("suspended", "any"),
        class_min=("class_min", "min"), offerings=("offering", tuple), clusters=("cluster", "first"), groups=("entrant_group", tuple),
        duration=("duration", "min"), fed=("pathway_fed", "all"),
    ).reset_index()  # fmt: skip
    grouped["control"] = [CONTROL_ORDER[k] for k in grouped["control_rank"]]
    grouped["change"] = grouped["next_plan"] - grouped["last_plan"]
    return grouped


def _verdicts(points: pd.DataFrame) -> np.ndarray:
    last, following, later = points["last_plan"], points["next_plan"], points["later"]
    opened = (last <= 0) & (following > 0)
    stopped = (last > 0) & (following <= 0)
    half = points["class_min"] / 2  # "a class or more" in persons: half the smallest class rounds to a class
    choices = [
        (opened & points["candidate"], "add"),
        (opened, "resume"),
        ((last <= 0) & points["candidate"], "not_opened"),
        (stopped & (later > 0), "suspend"),
        (stopped, "close"),
        (last <= 0, "suspend"),
        (points["change"] >= half, "expand"),
        (points["change"] <= -half, "reduce"),
    ]
    return np.select([np.asarray(c) for c, _ in choices], [v for _, v in choices], default="keep")


def _jobs_of_points(case: Case, points: pd.DataFrame, idle: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Per program and duration (a point's) under do nothing: openings, shortage, top occupation, surplus, local supply.

    Yearly means over the years that the next entrants of such a point can reach.
    """
    last = int(case.plan_years[-1])
    paces = points[PACE].drop_duplicates()
    paces = paces.assign(begin=(case.first_year + paces["duration"]).clip(upper=last))
    arcs = placement_arcs(case)
    arcs = arcs[arcs["steps"] <= 0].merge(paces, on="program")
    balance = arcs.merge(idle["balance"], on=["occupation", "level"])
    balance = balance[balance["year"] >= balance["begin"]]
    names = case.table("occupations").set_index("occupation")
    per = balance.groupby([*PACE, "occupation"], as_index=False).agg(
        openings=("openings", "sum"), shortage=("shortage", "sum"), years=("year", "nunique")
    )
    per[["openings", "shortage"]] = per[["openings", "shortage"]].div(per["years"], axis=0)
    per = per.sort_values([*PACE, "shortage", "occupation"], ascending=[True, True, False, True])
    top = per.groupby(PACE).first()
    jobs = (
        per.groupby(PACE)[["openings", "shortage"]]
        .sum()
        .join(top[["occupation", "shortage"]].rename(columns={"occupation": "top", "shortage": "top_shortage"}))
    )
    jobs["top_zh"] = jobs["top"].map(names["name_zh"])
    english = names["name_en"].where(names["name_en"] != "", names["name_zh"])
    jobs["top_en"] = jobs["top"].map(english)
    surplus = idle["surplus"].merge(paces, on="program")
    surplus = surplus[surplus["year"] >= surplus["begin"]].groupby(PACE)[["surplus", "local"]].mean()
    jobs = jobs.reindex(pd.MultiIndex.from_frame(paces[PACE])).join(surplus)
    return jobs.assign(begin=paces["begin"].to_numpy()).sort_index()


def _broken(cohorts: Cohorts, progression: pd.DataFrame) -> pd.Series:
    """Promised seats missing a year under do nothing, over all plan years, by receiving (school, program)."""
    lines = cohorts.offerings.set_index("offering")
    years = max(progression["year"].nunique(), 1)
    frame = progression.assign(
        school=progression["to_offering"].map(lines["school"]), program=progression["to_offering"].map(lines["program"])
    )
    return frame.groupby(["school", "program"])["broken"].sum() / years


def _merged(case: Case, cohorts: Cohorts, mergers: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Points of which a line merges or moves into another one next year: (school, program) -> (mark, reason zh, en).

    A point of several such lines bears the mark `merge` where one of them merges, and names them all.
    """
    lines = cohorts.offerings.set_index("offering")
    zh, en = (code_names(case, lang) for lang in ("zh", "en"))
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for row in mergers[mergers["year"] == case.first_year].itertuples(index=False):
        own, moves, target = lines.loc[str(row.from_offering)], row.kind == "move", str(row.to_offering)
        point = (str(own["school"]), str(own["program"]))
        words = (
            f"{'迁入' if moves else '并入'} {zh[target]}",
            f"{'moves to' if moves else 'merges into'} {en[target]}",
        )
        mark, *said = found.get(point, (str(row.kind), "", ""))
        both = ("；".join(filter(None, (said[0], words[0]))), "; ".join(filter(None, (said[1], words[1]))))
        found[point] = (min(mark, str(row.kind)), *both)
    return found


def _because(
    point: _Point, jobs: Mapping[Any, Mapping[Any, Any]], broken: pd.Series, first_year: int
) -> tuple[str, str]:
    """Why, from what doing nothing would lead to: a shortage, a surplus, a promise, or none of them.

    Shortages and surpluses count from the year the next entrants complete, seats from the first plan year: they enter then.
    """
    verdict, program = point.verdict, point.program
    job = jobs[program, point.duration]
    missing = float(broken.get((point.school, program), 0.0))
    begin = int(job["begin"])
    zh, en = f"{begin} 年起维持现状", f"from {begin} on, if nothing changes"
    idle = (
        f"{zh}，本专业（各校合计）每年 {job['local']:.0f} 名本地求职毕业生中 {job['surplus']:.0f} 人无对应岗位",
        f"{en}, {job['surplus']:.0f} of the {job['local']:.0f} completers a year of this program (all schools together) who seek local work find no opening",
    )
    lack = (
        f"{zh}，对口职业每年缺 {job['shortage']:.0f} 人",
        f"{en}, its occupations lack {job['shortage']:.0f} persons a year",
    )
    if verdict in ("add", "resume", "expand"):
        if missing >= 1:
            return (
                f"{first_year} 年起维持现状，承诺的升学名额每年缺 {missing:.0f} 个",
                f"from {first_year} on, if nothing changes, {missing:.0f} promised seats a year are missing",
            )
        if job["top_shortage"] >= 1:
            return (
                f"{lack[0]}，其中{job['top_zh']}缺 {job['top_shortage']:.0f} 人",
                f"{lack[1]}, {job['top_en']} {job['top_shortage']:.0f} of them",
            )
        if job["shortage"] >= 1:
            return lack
        return (
            f"{zh}，对口职业不缺人；增加是因为全局更优",
            f"{en}, its occupations lack nobody; it grows because the plan as a whole is better for it",
        )
    if verdict in (*SHRINKING, "not_opened"):
        if job["surplus"] >= 1:
            return idle
        if job["shortage"] >= 1:
            return (
                f"对口职业每年虽缺 {job['shortage']:.0f} 人，但名额用于缺口更大或更缺生源保障的专业，或受下列约束",
                f"its occupations lack {job['shortage']:.0f} persons a year, yet the numbers do more elsewhere or a limit binds",
            )
        return "对口职业没有未满足的岗位", "its occupations have no unfilled openings"
    if job["shortage"] >= 1 and job["surplus"] >= 1:
        return (
            f"{lack[0]}，同时本专业富余 {job['surplus']:.0f} 人",
            f"{lack[1]} while {job['surplus']:.0f} completers of the program are in surplus",
        )
    if job["shortage"] >= 1:
        return lack
    return idle if job["surplus"] >= 1 else ("供需大致相当", "supply and openings roughly match")


def _binding(limits: pd.DataFrame) -> dict[str, list[tuple[int, str, str, str]]]:
    """(year, family, sentence zh, en) of the limits that bind, by scope."""
    found: dict[str, list[tuple[int, str, str, str]]] = {}
    bound = limits[limits["binding"]].sort_values(["year", "family", "scope"], kind="stable")
    columns = [bound[c].tolist() for c in ("scope", "year", "family", "sentence_zh", "sentence_en")]
    for scope, *rest in zip(*columns, strict=True):
        found.setdefault(scope, []).append((int(rest[0]), rest[1], rest[2], rest[3]))
    return found


def _pools(case: Case) -> dict[tuple[str, str], tuple[str, ...]]:
    """(school, entrant group) -> scopes of the limits `entrants` on what it may recruit: the whole group, its own catchment."""
    known = entrant_pools(case).pools.groupby("entrant_group")["origin"].agg(sorted)
    area = case.table("catchments").groupby("school")["origin"].agg(set)
    lines = case.table("offerings")[["school", "entrant_group"]].drop_duplicates().itertuples(index=False, name=None)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for school, group in lines:
        if group in known.index:
            own = [o for o in known[group] if school not in area.index or o in area[school]]
            found[str(school), str(group)] = (str(group), "/".join([*own, str(group)]))
    return found


def _limited(
    point: _Point, binding: dict[str, list[tuple[int, str, str, str]]], needs: pd.Series,
    pools: Mapping[tuple[str, str], tuple[str, ...]], first_year: int,
) -> tuple[str, str]:  # fmt: skip
    """Sentences of the limits that bind the point while its next intake is on roll.

    What grows or stays is limited by its lines, school, cluster, workshops and the entrants its school may recruit; what shrinks
    only by how fast its own lines may change. needs: kinds of resource by program; pools: scopes by school and entrant group.
    """
    school, program = point.school, point.program
    scopes = list(point.offerings)
    if point.verdict not in (*SHRINKING, "not_opened"):
        scopes += [school, f"{school}/{point.clusters}", *(f"{school}/{kind}" for kind in needs.get(program, ()))]
        for group in sorted(set(point.groups)):
            scopes += pools.get((school, group), ())
    chosen: dict[tuple[str, str], tuple[str, str]] = {}
    for scope in scopes:
        for year, family, zh, en in binding.get(scope, ()):
            if year < first_year + point.duration:
                chosen.setdefault((scope, family), (zh, en))
    kept = list(chosen.values())[:LIMIT_COUNT]
    return "；".join(zh for zh, _ in kept), "; ".join(en for _, en in kept)


def _lists(case: Case, points: pd.DataFrame, jobs: pd.DataFrame) -> np.ndarray:
    """The three lists: priority shortage, upgrade, restrict; rules in docs/how-a-plan-is-made.md."""
    thresholds = case.settings.verdicts
    share = (jobs["shortage"] / jobs["openings"]).fillna(0.0)
    outcomes = case.table("outcomes")
    outcomes = outcomes[outcomes["year"] < case.first_year]
    latest = outcomes[outcomes["year"] == outcomes["year"].max()]
    related = (latest.groupby(["school", "program"])["related"].sum(min_count=1)
               / latest.groupby(["school", "program"])["employed"].sum(min_count=1))  # fmt: skip
    keys = pd.MultiIndex.from_frame(points[["school", "program"]])
    fits = related.reindex(keys).to_numpy(dtype=np.float64)
    verdict = points["verdict"].to_numpy()
    choices = [
        np.isin(verdict, SHRINKING),
        (share.reindex(pd.MultiIndex.from_frame(points[PACE])).to_numpy() > thresholds.priority_shortage)
        & np.isin(verdict, ["add", "resume", "expand", "keep"]),
        np.isin(verdict, ["keep", "expand"]) & (np.nan_to_num(fits, nan=1.0) < thresholds.upgrade_related),
    ]
    return np.select(choices, ["restrict", "priority_shortage", "upgrade"], default="")
