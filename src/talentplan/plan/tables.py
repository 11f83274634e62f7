"""Solution -> the tables of plan/outputs.yaml, unrounded and with the tail years; `publish` trims them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation import Solution
from talentplan.allocation.constraints.money import amounts
from talentplan.demand import Openings
from talentplan.matching import job_balance, placement_arcs
from talentplan.plan.investment import investment_table, payers_table
from talentplan.plan.outputs import empty_table, output_columns
from talentplan.plan.sharing import sharing_table
from talentplan.supply import Cohorts, follow
from talentplan.workspace.case import Case

__all__ = ["flow_tables", "publish", "resource_tables"]

Floats = NDArray[np.float64]
DECIMALS = 6


def flow_tables(case: Case, openings: Openings, cohorts: Cohorts, solution: Solution) -> dict[str, pd.DataFrame]:
    """intake, progression, completions, enrolment, placement, balance, surplus."""
    lines, years, count = cohorts.offerings, cohorts.years, len(case.plan_years)
    plan = solution.values["plan"]["value"].to_numpy(dtype=np.float64).reshape(len(lines), count)
    paths = case.table("pathways")
    moved = {name: _by_path(solution, name, paths, years) for name in ("passed", "broken", "taught_out", "lapsed")}
    passed = moved["passed"]
    position = pd.Index(lines["offering"])
    source, target = position.get_indexer(paths["from_offering"]), position.get_indexer(paths["to_offering"])
    held = np.concatenate([plan, np.repeat(plan[:, -1:], len(years) - count, axis=1)], axis=1)
    entrants = np.zeros_like(held)
    np.add.at(entrants, target, passed)
    direct = ~lines["pathway_fed"].to_numpy(dtype=bool)
    ending = np.zeros_like(held)
    np.add.at(ending, target, moved["taught_out"])
    entrants = np.where(direct[:, None], lines["fill"].to_numpy(dtype=np.float64)[:, None] * held + ending, entrants)
    enrolled, completed = follow(cohorts, entrants)
    leaving = np.zeros_like(held)
    np.add.at(leaving, source, passed)
    tables = {
        "intake": _intake(case, cohorts, solution, plan, entrants[:, :count]),
        "progression": _progression(paths, years, completed[source], moved),
        "completions": _destinations(lines, years, completed, leaving),
        "enrolment": _long(lines, years, enrolled=enrolled),
    }
    tables |= _market(case, openings, lines, solution, tables["completions"])
    return {**tables, "mergers": _mergers(case, solution)}


def _mergers(case: Case, solution: Solution) -> pd.DataFrame:
    """Lines that merge or move, in the year in which they do, and the seats that go along."""
    chosen, coming = solution.value("merges"), solution.value("merged_in")
    if chosen is None or coming is None:
        return empty_table("mergers")
    frame = chosen.assign(seats=coming["value"].to_numpy())[chosen["value"].to_numpy() > 0.5]
    kinds = case.table("mergers")[["from_offering", "to_offering", "kind"]]
    return frame.merge(kinds, on=["from_offering", "to_offering"])[output_columns("mergers")]


def _by_path(solution: Solution, name: str, paths: pd.DataFrame, years: NDArray[np.int64]) -> Floats:
    """float[pathway, year] of a block over (pathway, year), 0 where it has no column."""
    found = np.zeros((len(paths), len(years)))
    block = solution.value(name)
    if block is not None and len(block):
        found[pd.Index(paths["pathway"]).get_indexer(block["pathway"]), block["year"].to_numpy() - years[0]] = block[
            "value"
        ]
    return found


def _long(lines: pd.DataFrame, years: NDArray[np.int64], **values: Floats) -> pd.DataFrame:
    """One row per offering and year."""
    frame = pd.DataFrame(
        {"offering": np.repeat(lines["offering"].to_numpy(), len(years)), "year": np.tile(years, len(lines))}
    )
    return frame.assign(**{name: value.ravel() for name, value in values.items()})


def _intake(case: Case, cohorts: Cohorts, solution: Solution, plan: Floats, entrants: Floats) -> pd.DataFrame:
    lines, years = cohorts.offerings, case.plan_years
    last = lines["last_plan"].to_numpy(dtype=np.float64)[:, None]
    frame = _long(lines, years, last_plan=np.concatenate([last, plan[:, :-1]], axis=1), plan=plan, registered=entrants)
    frame = frame.merge(
        lines[["offering", "school", "program", "level", "track", "control", "authority"]], on="offering"
    )
    size = lines.set_index("offering")["class_max"]
    whole = frame["year"] < case.first_year + case.settings.solving.whole_class_years
    counted = np.ceil(frame["plan"] / frame["offering"].map(size) - 1e-9)
    classes = solution.value("classes")
    if classes is not None:
        chosen = classes.set_index(["offering", "year"])["value"].reindex(
            pd.MultiIndex.from_frame(frame[["offering", "year"]])
        )
        counted = chosen.fillna(pd.Series(counted.to_numpy(), index=chosen.index)).to_numpy()
    return frame.assign(classes=np.where(whole, counted, -1.0).astype(np.int64))[output_columns("intake")]


def _progression(
    paths: pd.DataFrame, years: NDArray[np.int64], completers: Floats, moved: Mapping[str, Floats]
) -> pd.DataFrame:
    row = np.repeat(np.arange(len(paths)), len(years))
    year = np.tile(years, len(paths))
    live = year >= paths["first_year"].to_numpy(dtype=np.int64)[row]
    promised = np.where(live, paths["min_share"].to_numpy(dtype=np.float64)[row] * completers.ravel(), 0.0)
    promised = np.maximum(promised - moved["lapsed"].ravel(), 0.0)
    figures = {name: moved[name].ravel() for name in ("passed", "broken", "taught_out")}
    frame = paths[["pathway", "from_offering", "to_offering"]].iloc[row].reset_index(drop=True)
    return frame.assign(year=year, completers=completers.ravel(), promised=promised, **figures)


def _destinations(lines: pd.DataFrame, years: NDArray[np.int64], completed: Floats, leaving: Floats) -> pd.DataFrame:
    rest = completed - leaving
    outside = rest * lines["progression_outside"].to_numpy(dtype=np.float64)[:, None]
    seeking = (rest - outside) * lines["seeks_work"].to_numpy(dtype=np.float64)[:, None]
    local = seeking * lines["local_retention"].to_numpy(dtype=np.float64)[:, None]
    return _long(
        lines, years, completions=completed, passed=leaving, outside=outside, in_job=rest - outside - seeking,
        away=seeking - local, local=local,
    )  # fmt: skip


def _market(
    case: Case, openings: Openings, lines: pd.DataFrame, solution: Solution, completions: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    placed_now = solution.values["placed"]
    placement = pd.DataFrame(placed_now[placed_now["value"] > 0]).rename(columns={"value": "persons"})
    supply = completions.merge(lines[["offering", "program", "level"]], on="offering")
    supply = supply.groupby(["program", "level", "year"])["local"].sum().reset_index()
    placed = placement.groupby(["program", "year"])["persons"].sum().rename("placed").reset_index()
    surplus = supply.merge(placed, on=["program", "year"], how="left").fillna({"placed": 0.0})
    surplus["surplus"] = (surplus["local"] - surplus["placed"]).clip(lower=0.0)
    balance = job_balance(case, openings.table, placement)
    balance["settled"] = np.where(balance["year"] < _reach(case, lines, balance), balance["shortage"], 0.0)
    return {
        "placement": placement[output_columns("placement")].reset_index(drop=True),
        "surplus": surplus[output_columns("surplus")],
        "balance": balance[output_columns("balance")],
    }


def _reach(case: Case, lines: pd.DataFrame, balance: pd.DataFrame) -> Floats:
    """float[row]: first year in which somebody who enters under the plan can take the job; inf where nobody can."""
    shortest = lines.groupby("program")["duration"].min()
    arcs = placement_arcs(case)
    arcs = arcs.assign(duration=arcs["program"].map(shortest)).dropna(subset=["duration"])
    first = case.first_year + arcs.groupby(["occupation", "level"])["duration"].min()
    keys = pd.MultiIndex.from_frame(balance[["occupation", "level"]])
    return np.asarray(first.reindex(keys).fillna(np.inf).to_numpy(dtype=np.float64))


def resource_tables(
    case: Case,
    cohorts: Cohorts,
    solution: Solution,
    flows: Mapping[str, pd.DataFrame],
    sharing: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """investment, payers, sharing (as found unless it is given), hiring, budget."""
    tables = {
        "investment": investment_table(case, solution),
        "sharing": sharing_table(case, solution) if sharing is None else sharing,
        "hiring": _hiring(solution),
    }
    tables["payers"] = payers_table(case, tables["investment"])
    tables["budget"] = _budget(case, cohorts, flows, tables)
    return tables


def _hiring(solution: Solution) -> pd.DataFrame:
    special = solution.value("hired_specialists")
    every = solution.value("hired")
    columns = output_columns("hiring")
    if every is None:
        return empty_table("hiring")
    parts = [every.assign(cluster="")]
    if special is not None:
        among = special.groupby(["school", "year"])["value"].sum()
        rest = parts[0].set_index(["school", "year"])["value"] - among.reindex(
            pd.MultiIndex.from_frame(every[["school", "year"]])
        ).fillna(0.0)
        parts = [every.assign(cluster="", value=rest.to_numpy()), special]
    frame = pd.concat(parts, ignore_index=True).rename(columns={"value": "hired"})
    return frame[frame["hired"].abs() > 1e-9].sort_values(["school", "cluster", "year"], ignore_index=True)[columns]


def _running(case: Case, cohorts: Cohorts, flows: Mapping[str, pd.DataFrame]) -> Floats:
    """float[offering, year]: the least share of a line that counts as running: its largest intake on roll / F, 1 with heirs."""
    lines, years = cohorts.offerings, len(cohorts.years)
    wide = flows["intake"]["plan"].to_numpy(dtype=np.float64).reshape(len(lines), len(case.plan_years))
    plan = np.concatenate([wide, np.repeat(wide[:, -1:], years - wide.shape[1], axis=1)], axis=1)
    arrived = np.zeros_like(plan)
    if len(case.table("pathways")):
        into = flows["progression"].groupby(["to_offering", "year"])["passed"].sum().unstack(fill_value=0)
        arrived = into.reindex(index=lines["offering"], columns=cohorts.years, fill_value=0.0).to_numpy(
            dtype=np.float64
        )
    tail = lines["pathway_fed"].to_numpy(dtype=bool)[:, None] & (np.arange(years) >= wide.shape[1])[None, :]
    plan = np.where(tail, arrived, plan)
    if len(case.table("pathways")):  # who was promised a seat keeps a line running that has stopped
        ended = flows["progression"].groupby(["to_offering", "year"])["taught_out"].sum().unstack(fill_value=0)
        ended = ended.reindex(index=lines["offering"], columns=cohorts.years, fill_value=0.0)
        plan = (
            plan + ended.to_numpy(dtype=np.float64) / np.maximum(lines["fill"].to_numpy(dtype=np.float64), 1.0)[:, None]
        )
    last, largest = (lines[c].to_numpy(dtype=np.float64) for c in ("last_plan", "class_max"))
    whole = np.maximum(last, largest)[:, None]
    running = np.where(cohorts.inherited_classes, 1.0, 0.0)
    duration = lines["duration"].to_numpy()[:, None]
    for back in range(int(duration.max(initial=1))):
        earlier = np.zeros_like(plan)
        earlier[:, back:] = plan[:, : years - back]
        running = np.maximum(running, np.where(back < duration, earlier / whole, 0.0))
    return running


def _budget(
    case: Case, cohorts: Cohorts, flows: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    policy, offers, years = case.settings.policy, case.table("offerings"), cohorts.years
    share = policy.autumn_share
    enrolled = flows["enrolment"]["enrolled"].to_numpy(dtype=np.float64).reshape(len(offers), len(years))
    cost, grant, fixed = (offers[c].to_numpy(dtype=np.float64) for c in ("cost", "grant", "fixed_cost"))
    running = _running(case, cohorts, flows)
    lent = tables["sharing"].groupby("year")["cost"].sum().reindex(years).fillna(0.0).to_numpy(dtype=np.float64)
    before = cohorts.enrolled_before
    school_year = np.append(cost @ before + fixed @ (before > 0), cost @ enrolled + fixed @ running + lent)
    granted = np.append(grant @ before, grant @ enrolled)
    spent = share * school_year[1:] + (1 - share) * school_year[:-1]
    grants = share * granted[1:] + (1 - share) * granted[:-1]
    spent = spent + policy.teacher_cost * _hired_stock(case, tables["hiring"], years)
    rows = [pd.DataFrame({"kind": "recurrent", "earmark": "", "year": years, "spent": spent, "grants": grants,
                          "available": _available(case, "recurrent", "", years)})]  # fmt: skip
    public = tables["payers"][~tables["payers"]["own_money"].to_numpy(dtype=bool)]
    marks = sorted({b.earmark for b in case.settings.budget if b.kind == "investment"} | set(public["earmark"]))
    paid = public.groupby(["earmark", "year"])["cost"].sum() if len(public) else None
    for mark in marks:
        own = (
            paid.xs(mark).reindex(case.plan_years).fillna(0.0).to_numpy()
            if paid is not None and mark in paid.index
            else 0.0
        )
        rows.append(pd.DataFrame({"kind": "investment", "earmark": mark, "year": case.plan_years, "spent": own, "grants": 0.0,
                                  "available": _available(case, "investment", mark, case.plan_years)}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)[output_columns("budget")]


def _hired_stock(case: Case, hiring: pd.DataFrame, years: NDArray[np.int64]) -> Floats:
    """float[year]: hired teachers at work, from the year after hiring on, less those who leave."""
    stock = np.zeros(len(years))
    if hiring.empty:
        return stock
    leave = hiring["school"].map(case.table("schools").set_index("school")["leave_rate"]).to_numpy(dtype=np.float64)
    age = years[None, :] - hiring["year"].to_numpy(dtype=np.int64)[:, None] - 1
    there = np.where(age >= 0, (1 - leave)[:, None] ** np.maximum(age, 0), 0.0)
    return np.asarray(hiring["hired"].to_numpy(dtype=np.float64) @ there)


def _available(case: Case, kind: str, earmark: str, years: NDArray[np.int64]) -> Floats:
    """float[year], CNY; -1 where not limited."""
    return np.nan_to_num(amounts(case.settings.budget, years, kind, earmark), nan=-1.0)


def publish(case: Case, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Plan years only, declared columns, canonical order, rounded to six decimals."""
    published = {}
    for name, frame in tables.items():
        columns = output_columns(name)
        kept = frame[columns]
        if "year" in columns:
            kept = kept[kept["year"].isin(case.plan_years)]
        kept = kept.sort_values(
            [c for c in columns if kept[c].dtype == object or c == "year"], ignore_index=True, kind="stable"
        )
        numbers = kept.select_dtypes("float").columns
        published[name] = kept.assign(**{c: kept[c].round(DECIMALS) + 0.0 for c in numbers})
    return published
