"""Published figures against the same figures worked out again: persons conserved, openings met or short."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand import Openings
from talentplan.plan.audit_flows import Flows
from talentplan.plan.audit_rows import equal_rows, grid, limit_rows
from talentplan.workspace.case import Case

__all__ = ["allowed_placements", "pathway_limits", "same_flows", "same_market", "signs"]

Floats = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
JOB = ["occupation", "level"]


def same_flows(case: Case, flows: Flows, tables: Tables, lapsed: Floats) -> list[pd.DataFrame]:
    """intake, completions, enrolment and progression say what stepping the cohorts gives; completers go somewhere.

    lapsed: float[pathway, year], promised seats that are promised no longer, at most.
    """
    codes, years, planned = flows.lines["offering"], flows.years, case.plan_years
    key = [("offering", codes)]
    outside = flows.column("progression_outside")[:, None] * (flows.completions - flows.passed_out)
    rest = flows.completions - flows.passed_out - outside
    in_job = (1.0 - flows.column("seeks_work"))[:, None] * rest
    wanted = {
        ("completions", "completions"): flows.completions, ("completions", "passed"): flows.passed_out,
        ("completions", "outside"): outside, ("completions", "local"): flows.local,
        ("completions", "in_job"): in_job, ("completions", "away"): rest - in_job - flows.local,
        ("enrolment", "enrolled"): flows.enrolled,
    }  # fmt: skip
    size = np.maximum(flows.completions, flows.enrolled)
    found = [
        equal_rows(f"{table}.{column}", codes, years, grid(tables[table], key, years, column), value, size=size)
        for (table, column), value in wanted.items()
    ]
    before = np.concatenate([flows.column("last_plan")[:, None], flows.plan], axis=1)[:, : len(planned)]
    entrants = flows.entrants[:, : len(planned)]
    found += [
        equal_rows("intake.registered", codes, planned, grid(tables["intake"], key, planned, "registered"), entrants),
        equal_rows("intake.last_plan", codes, planned, grid(tables["intake"], key, planned, "last_plan"), before),
        equal_rows(
            "intake.rows",
            codes,
            planned,
            grid(tables["intake"].assign(rows=1.0), key, planned, "rows"),
            np.ones_like(before),
        ),
    ]
    ways = ("passed", "outside", "in_job", "away", "local")
    ends = np.sum([grid(tables["completions"], key, years, column) for column in ways], axis=0)
    found.append(
        equal_rows("persons", codes, years, grid(tables["completions"], key, years, "completions"), ends, size=size)
    )
    return [*found, *_same_progression(case, flows, tables, lapsed)]


def _same_progression(case: Case, flows: Flows, tables: Tables, lapsed: Floats) -> list[pd.DataFrame]:
    paths, years = case.table("pathways"), flows.years
    key = [("pathway", paths["pathway"])]
    source = pd.Index(flows.lines["offering"]).get_indexer(paths["from_offering"])
    completers = flows.completions[source]
    live = years >= paths["first_year"].to_numpy()[:, None]
    promised = np.where(live, paths["min_share"].to_numpy(dtype=np.float64)[:, None] * completers, 0.0)
    stated = {name: grid(tables["progression"], key, years, name) for name in ("completers", "promised")}
    owed = np.clip(stated["promised"], np.maximum(promised - lapsed, 0.0), promised)
    return [
        equal_rows("progression.completers", paths["pathway"], years, stated["completers"], completers),
        equal_rows("progression.promised", paths["pathway"], years, stated["promised"], owed, size=completers),
    ]


def pathway_limits(case: Case, flows: Flows, lapsed: Floats) -> list[pd.DataFrame]:
    """`progression`: shares and seats, completers to go round, room for those who pass into a direct line.

    lapsed: float[pathway, year], promised seats that are promised no longer.
    """
    paths, years = case.table("pathways"), flows.years
    source = pd.Index(flows.lines["offering"]).get_indexer(paths["from_offering"])
    completers = flows.completions[source]
    low, high = (paths[c].to_numpy(dtype=np.float64)[:, None] for c in ("min_share", "max_share"))
    first = paths["first_year"].to_numpy()[:, None]
    live = years >= first
    seats = paths["seats"].fillna(np.inf).to_numpy(dtype=np.float64)[:, None]
    missing = np.maximum(low * completers - flows.passed - flows.broken - lapsed, 0.0)
    kept = np.abs(low * completers - flows.passed) <= 1e-6 * np.maximum(1.0, completers)
    codes = flows.lines["offering"]
    sends, takes = np.isin(codes, paths["from_offering"])[:, None], np.isin(codes, paths["to_offering"])[:, None]
    rows = {
        "share": limit_rows("progression", paths["pathway"], years, flows.passed,
                            np.where(live, high * completers, 0.0)),
        "seats": limit_rows("progression", paths["pathway"] + "/seats", years, flows.passed, seats),
        "promise": limit_rows("progression", paths["pathway"] + "/promise", years, missing,
                              np.where(live & (low > 0), 0.0, np.inf), size=completers,
                              binding=kept & (low * completers > 1e-6)),
        "all": limit_rows("progression", codes + "/completers", years, flows.passed_out,
                          np.where(sends, flows.completions, np.inf)),
        "room": limit_rows("progression", codes + "/entrants", years, flows.passed_in,
                           np.where(takes & ~flows.fed[:, None], flows.entrants, np.inf)),
    }  # fmt: skip
    return list(rows.values())


def allowed_placements(case: Case) -> pd.DataFrame:
    """program, occupation, level, price: where a completer may be placed, and the person-equivalents that it costs."""
    levels = case.table("levels")[["level", "rank"]]
    links = case.table("crosswalk").merge(case.table("programs")[["program", "level"]], on="program")
    links = links.merge(levels, on="level").drop(columns="level").merge(levels, how="cross", suffixes=("_own", ""))
    steps = links["rank_own"] - links["rank"]
    fits = steps.between(0, case.settings.policy.over_qualified_steps)
    fits |= (steps == -1) & links["under_qualified_ok"].astype(bool)
    weights = case.settings.objective
    price = weights.over_qualified * steps.clip(lower=0) + weights.mismatch * (1.0 - links["relevance"])
    return links.assign(price=price)[fits][["program", *JOB, "price"]].reset_index(drop=True)


def _sides(case: Case, placement: pd.DataFrame) -> dict[str, pd.Series]:
    """Which placements are of the level the job asks for, above it and below it: bool[row] each."""
    order = case.table("levels").sort_values("rank")["level"].tolist()
    has = dict(zip(case.table("programs")["program"], case.table("programs")["level"], strict=True))
    own = pd.Series([order.index(has[code]) for code in placement["program"]], index=placement.index, dtype="int64")
    asked = pd.Series([order.index(code) for code in placement["level"]], index=placement.index, dtype="int64")
    return {"own_level": own == asked, "over_qualified": own > asked, "under_qualified": own < asked}


def same_market(case: Case, openings: Openings, flows: Flows, tables: Tables) -> list[pd.DataFrame]:
    """Supply = placed + surplus, openings = placed + shortage, nobody placed where the crosswalk forbids it."""
    years, programs = flows.years, pd.Index(case.table("programs")["program"])
    placement, balance, surplus = tables["placement"], tables["balance"], tables["surplus"]
    supply = flows.by(programs, flows.lines["program"], flows.local)
    placed = grid(placement, [("program", programs)], years, "persons")
    program = {c: grid(surplus, [("program", programs)], years, c) for c in ("local", "placed", "surplus")}
    found = [
        equal_rows("surplus.local", programs, years, program["local"], supply),
        equal_rows("surplus.placed", programs, years, program["placed"], placed),
        equal_rows("balance.supply", programs, years, placed + program["surplus"], supply),
    ]
    jobs = openings.table[JOB].drop_duplicates(ignore_index=True)
    codes = pd.MultiIndex.from_frame(jobs)

    def by_job(frame: pd.DataFrame, value: str) -> Floats:
        at = codes.get_indexer(pd.MultiIndex.from_frame(frame[JOB])) if len(frame) else np.zeros(0, dtype=np.int64)
        return grid(frame.assign(job=at), [("job", list(range(len(codes))))], years, value)

    scope = jobs["occupation"] + "/" + jobs["level"]
    wanted, taken = by_job(openings.table, "openings"), by_job(placement, "persons")
    found += [
        equal_rows("balance.openings", scope, years, by_job(balance, "openings"), wanted),
        equal_rows("balance.external", scope, years, by_job(balance, "external"), by_job(openings.table, "external")),
        equal_rows("balance.placed", scope, years, by_job(balance, "placed"), taken),
        *(equal_rows(f"balance.{kind}", scope, years, by_job(balance, kind), by_job(placement[side], "persons"))
          for kind, side in _sides(case, placement).items()),
        equal_rows("balance.demand", scope, years, taken + by_job(balance, "shortage"), wanted),
        limit_rows("balance.settled", scope, years, by_job(balance, "settled"), by_job(balance, "shortage")),
    ]  # fmt: skip
    arcs = pd.MultiIndex.from_frame(allowed_placements(case).merge(jobs, on=JOB)[["program", *JOB]])
    strange = (
        placement[~pd.MultiIndex.from_frame(placement[["program", *JOB]]).isin(arcs)] if len(placement) else placement
    )
    stray = grid(strange, [("program", programs)], years, "persons")
    return [*found, equal_rows("balance.crosswalk", programs, years, stray, np.zeros_like(stray), size=supply)]


def signs(tables: Tables) -> list[pd.DataFrame]:
    """Nothing that counts persons, hours or units is negative."""
    counted = {
        "intake": ["plan", "registered"], "progression": ["passed", "broken", "taught_out"], "placement": ["persons"],
        "balance": ["shortage", "placed"], "surplus": ["surplus", "placed"], "enrolment": ["enrolled"],
        "completions": ["outside", "in_job", "away", "local"], "investment": ["units", "begun"], "payers": ["cost"], "sharing": ["hours", "teachers"],
        "hiring": ["hired"],
    }  # fmt: skip
    found = []
    for name, columns in counted.items():
        frame = tables[name]
        code = [c for c in frame.columns if frame[c].dtype == object][:1] or ["year"]
        for column in columns if len(frame) else ():
            low = np.maximum(-frame[column].to_numpy(dtype=np.float64), 0.0)
            keys = {"family": f"{name}.{column}", "scope": frame[code[0]].to_numpy(), "year": frame["year"].to_numpy()}
            found.append(pd.DataFrame({**keys, "used": -low, "limit": 0.0, "size": low}))
    return found
