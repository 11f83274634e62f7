"""Seats promised at the next level against seats that exist, if nothing changes and under the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.audit_flows import step_forward
from talentplan.plan.audit_means import in_use
from talentplan.plan.audit_rows import grid
from talentplan.plan.outputs import output_columns
from talentplan.supply import Cohorts, cohorts
from talentplan.workspace import code_names
from talentplan.workspace.case import Case

__all__ = ["promises", "worst_promises"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
SHORT = 0.5  # persons from which on a seat is missing
SIDES = ("idle", "plan")


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the comparison. promised, passed, seats, short: float[pathway, year]; offered, room: float[offering, year]."""

    promised: Floats
    passed: Floats
    seats: Floats
    short: Floats
    offered: Floats
    room: Floats


def promises(case: Case, tables: Tables, idle: Tables) -> pd.DataFrame:
    """Promised against existing seats, one row per scope, code and plan year, as plan/outputs.yaml declares them.

    Args:
        case: the case.
        tables: published tables of the plan.
        idle: published tables of doing nothing (history repeated).

    promised = min_share x completers of the sending offering. Seats of a receiving offering are its plan number (last
    year's under doing nothing); where direct entrants fill it too, its expected entrants. Of a pathway they are its part of
    those, in proportion to what is promised (to completers where nothing is), at most its own `seats`. short is exact for
    the receiving offering, the sum over its pathways of what is promised and finds no seat, and for the school the
    sum over its offerings. room: persons who could enter at most by `max_plan` and by the places of line and school that
    others leave, every seat of theirs taken as in the limits; -1 where nothing limits them. promised_inside: promised to students already on roll, whom no plan
    changes. first_short: first year in which half a seat or more is missing, 0 where none is.
    """
    inherited = cohorts(case)
    paths, lines, years = case.table("pathways"), inherited.offerings, case.plan_years
    position = pd.Index(lines["offering"])
    source, target = position.get_indexer(paths["from_offering"]), position.get_indexer(paths["to_offering"])
    begun = years >= paths["first_year"].to_numpy()[:, None]
    share = paths["min_share"].to_numpy(dtype=np.float64)[:, None]
    inside = np.where(begun, share * inherited.inherited_completions[source][:, : len(years)], 0.0)
    sides = {"idle": _side(case, inherited, idle, target, held=True), "plan": _side(case, inherited, tables, target)}
    inside = np.minimum(inside, sides["idle"].promised)
    fed, to_line = np.unique(target, return_inverse=True)
    place = lines["school"].to_numpy(dtype=str)
    schools, of = np.unique(place[fed], return_inverse=True)
    keys = pd.DataFrame({"code": paths["pathway"], "from_offering": paths["from_offering"]})
    keys = keys.assign(to_offering=paths["to_offering"], school=place[target])
    line_keys = pd.DataFrame({"code": position[fed], "from_offering": "", "to_offering": position[fed]})
    school_keys = pd.DataFrame({"code": schools, "from_offering": "", "to_offering": "", "school": schools})
    line_there = {n: (s.offered[fed], s.room[fed]) for n, s in sides.items()}
    school_there = {n: tuple(_sums(v, of, len(schools)) for v in pair) for n, pair in line_there.items()}
    scopes: dict[str, tuple[pd.DataFrame, NDArray[np.int64], Mapping[str, tuple[Floats, ...]]]] = {
        "pathway": (keys, np.arange(len(target)), {n: (s.seats, s.room[target]) for n, s in sides.items()}),
        "offering": (line_keys.assign(school=place[fed]), to_line, line_there),
        "school": (school_keys, of[to_line], school_there),
    }
    frames = [_rows(name, codes, group, years, inside, sides, there) for name, (codes, group, there) in scopes.items()]
    return pd.concat(frames, ignore_index=True)[output_columns("promises")]


def _side(case: Case, inherited: Cohorts, tables: Tables, target: NDArray[np.int64], *, held: bool = False) -> _Side:
    """What is promised and what there is under one set of tables; `held`: last year's plan numbers go on."""
    paths, lines, years = case.table("pathways"), inherited.offerings, case.plan_years
    way, line = [("pathway", paths["pathway"])], [("offering", lines["offering"])]
    promised, passed, completers = (
        grid(tables["progression"], way, years, name) for name in ("promised", "passed", "completers")
    )
    entering = grid(tables["intake"], line, years, "registered")
    number = grid(tables["intake"], line, years, "plan")
    if held:
        number = np.repeat(lines["last_plan"].to_numpy(dtype=np.float64)[:, None], len(years), axis=1)
    offered = np.where(lines["pathway_fed"].to_numpy(dtype=bool)[:, None], number, entering)
    own = paths["seats"].fillna(np.inf).to_numpy(dtype=np.float64)[:, None]
    reach = np.minimum(promised, own)
    asked = _sums(reach, target, len(lines))[target]
    there = offered[target]
    kept = reach * np.divide(np.minimum(asked, there), asked, out=np.zeros_like(asked), where=asked > 0)
    weight = np.where(asked > 0, reach, completers)
    whole = _sums(weight, target, len(lines))[target]
    ways = np.bincount(target, minlength=len(lines))[target][:, None]
    part = np.divide(weight, whole, out=np.broadcast_to(1.0 / ways, weight.shape).copy(), where=whole > 0)
    return _Side(
        promised=promised, passed=passed, seats=np.minimum(own, there * part), short=promised - kept, offered=offered,
        room=_room(case, inherited, tables),
    )  # fmt: skip


def _sums(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """float[group, year]: rows added up by the group each belongs to."""
    found = np.zeros((groups, values.shape[1]))
    np.add.at(found, group, values)
    return found


def _room(case: Case, inherited: Cohorts, tables: Tables) -> Floats:
    """float[offering, year]: entrants at most by max_plan, by places of the line and of its school; inf where not limited."""
    lines, years = inherited.offerings, case.plan_years
    codes, schools = pd.Index(lines["offering"]), pd.Index(case.table("schools")["school"])
    flows = step_forward(case, inherited, tables)
    load, entering = flows.load[:, : len(years)], flows.full[:, : len(years)]
    own = case.table("offerings")["places"].fillna(np.inf).to_numpy(dtype=np.float64)[:, None]
    own = own + in_use(case, tables, "offering_places", ["offering"], codes, years=years)
    of = schools.get_indexer(lines["school"])
    whole = case.table("schools")["places"].fillna(np.inf).to_numpy(dtype=np.float64)[:, None]
    whole = whole + in_use(case, tables, "school_places", ["school"], schools, years=years)
    left = (whole - _sums(load, of, len(schools)))[of] + entering
    most, classes, size = (
        lines[c].to_numpy(dtype=np.float64)[:, None] for c in ("max_plan", "classes_max", "class_max")
    )
    most = np.minimum(most, classes * size)
    room: Floats = np.maximum(np.minimum(np.minimum(own - load + entering, left), most), 0.0)
    return room


def _rows(
    scope: str, keys: pd.DataFrame, group: NDArray[np.int64], years: NDArray[np.int64], inside: Floats,
    sides: Mapping[str, _Side], there: Mapping[str, tuple[Floats, ...]],
) -> pd.DataFrame:  # fmt: skip
    """Rows of one scope. group: int[pathway], the code it adds to; there: seats and room, float[code, year]."""
    row = np.repeat(np.arange(len(keys)), len(years))
    found = keys.iloc[row].reset_index(drop=True).assign(scope=scope, year=np.tile(years, len(keys)))
    found["promised_inside"] = _sums(inside, group, len(keys)).ravel()
    for name in SIDES:
        side, (seats, room) = sides[name], there[name]
        short = _sums(side.short, group, len(keys))
        missing = short >= SHORT
        values = {
            "promised": _sums(side.promised, group, len(keys)), "seats": seats,
            "passed": _sums(side.passed, group, len(keys)), "short": short,
            "room": np.where(np.isfinite(room), room, -1.0),
        }  # fmt: skip
        for column, value in values.items():
            found[f"{column}_{name}"] = value.ravel()
        found[f"first_short_{name}"] = np.where(missing.any(axis=1), years[missing.argmax(axis=1)], 0)[row]
    return found


def worst_promises(case: Case, found: pd.DataFrame, count: int = 5) -> list[tuple[str, str]]:
    """The receiving offerings that are short of most seats if nothing changes, in words (zh, en), the worst first.

    Args:
        case: the case.
        found: what `promises` gives.
        count: how many at most.
    """
    lines = found[found["scope"] == "offering"]
    total = lines.groupby("code")[["short_idle", "short_plan"]].sum()
    total = total[total["short_idle"] >= SHORT].sort_values("short_idle", ascending=False, kind="stable").head(count)
    names = {lang: code_names(case, lang) for lang in ("zh", "en")}
    said = []
    for code, short, planned in total.reset_index().itertuples(index=False, name=None):
        own = lines[lines["code"] == code]
        worst = own.loc[own["short_idle"].idxmax()]
        year, first = int(worst["year"]), int(worst["first_short_idle"])
        numbers = [f"{worst[c]:,.0f}" for c in ("promised_idle", "seats_idle", "short_idle")]
        since_zh = f"{first} 年起" if first else ""
        since_en = f"from {first} on" if first else "in all years"
        said.append((
            (f"{names['zh'][code]}：{since_zh}承诺的升学名额不足，计划期内维持现状共缺 {short:,.0f} 个；最多为 {year} 年，"
            f"承诺 {numbers[0]} 人，名额 {numbers[1]} 个，缺 {numbers[2]} 个。按方案共缺 {planned:,.0f} 个。"),
            (f"{names['en'][code]}: {since_en}, more seats are promised than there are; if nothing changes {short:,.0f} are missing "
            f"over the plan years, most in {year} ({numbers[0]} promised, {numbers[1]} seats, {numbers[2]} missing). "
            f"Under the plan {planned:,.0f} are missing."),
        ))  # fmt: skip
    return said
