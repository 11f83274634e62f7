"""The layout of programs over schools and districts against openings: the indices of a case, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from talentplan.demand.occupations import occupation_employment
from talentplan.matching.indices import (
    Coupling,
    concentration,
    coordination_grade,
    coupling_coordination,
    dissimilarity,
    docking_degree,
    shares,
    structural_cosine,
    structural_deviation,
)
from talentplan.workspace.case import Case

__all__ = ["Division", "LayoutIndices", "cluster_shares", "district_shares", "layout_indices"]

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]
Division = Literal["equal", "supply"]
JOB = ["occupation", "level"]
GAP = ["openings", "shortage"]
PERSONS = ["supply", *GAP, "surplus"]
READ = {"intake": ["offering", "year"], "completions": ["offering", "year"], "surplus": ["program", "year"],
        "balance": [*JOB, "year"]}  # fmt: skip
UNKNOWN = [*GAP, "demand_met", *Coupling.__slots__]  # of a district without employment of its own


@dataclass(frozen=True, slots=True)
class LayoutIndices:
    """The layout indices of one case (docs/layout-indices.md), frames sorted by their first columns.

    `year` is a plan year, or 0 for all of them together. supply (completers who seek local work), openings, shortage
    and surplus are persons/year (person-years in year 0). supply_used = 1 - surplus / supply and demand_met = 1 -
    shortage / openings are the two levels whose coupling, development and coordination are given (`Coupling`); grade
    and modified_grade are codes of `GRADES`. NaN is a thing that is not defined: no supply, no openings.

    region: year, supply, openings, shortage, surplus; dissimilarity, docking, cosine of the structures by cluster;
        coverage: share of the openings that some program on offer prepares for; supply_used to modified_grade.
    districts: the same by district; coverage counts what is on offer inside the district. reference: "district" where
        its own openings are known (employment by district), else "region": its structure is then measured against the
        region's openings, and what needs openings of its own (shortage, demand_met, coupling ...) is NaN.
    clusters: cluster ("" for programs in none), year, the persons, supply_share, demand_share, deviation, supply_used
        to modified_grade.
    concentration: of the registered entrants of the layout year: kind (program, cluster: over schools; school: over
        its programs; school_clusters: over its clusters; district: over its clusters), code, holders, persons, hhi,
        normalised, equivalents.
    duplicates: points of a program that several schools of one district offer in the layout year: district, program,
        school, persons (plan number), schools (k of them), duplicates (k - 1), class_min, below_class: bool, the plan
        number is less than one class.
    blanks: openings nobody on offer prepares for: kind (occupation, cluster), district ("" for the whole region), code,
        level ("" for a cluster), openings: persons/year, the mean over the plan years (the district's own where they
        are known, else the region's), catalogue: bool, some program of the case prepares for it.
    """

    region: pd.DataFrame
    districts: pd.DataFrame
    clusters: pd.DataFrame
    concentration: pd.DataFrame
    duplicates: pd.DataFrame
    blanks: pd.DataFrame


def layout_indices(
    case: Case, tables: Tables, arcs: pd.DataFrame, *, year: int | None = None, division: Division = "equal"
) -> LayoutIndices:
    """Structural deviation, docking, coupling coordination, concentration, duplicates and blanks of a layout.

    An occupation does not belong to a cluster. Its openings are divided among the clusters that have a program with an
    arc to it (`cluster_shares`): a convention, as every such division in the literature is. What is certain about a
    gap, however graduates are placed, only the certain ranges say.

    Args:
        case: the case; programs, units, employment and staffing are read.
        tables: published tables of a plan or of doing nothing (plan/outputs.yaml); intake, completions, surplus and
            balance are read.
        arcs: placement arcs of the case (`placement_arcs`).
        year: layout year, the autumn whose points are counted; the first plan year by default.
        division: how openings are divided among clusters, see `cluster_shares`.
    """
    # sums of floats depend on their order
    tables = {name: tables[name].sort_values(keys) for name, keys in READ.items()}
    arcs = arcs.sort_values(["program", *JOB])
    programs = case.table("programs")[["program", "cluster", "class_min"]]
    points = _points(case, tables["intake"], case.first_year if year is None else year, programs)
    supply, demand = _supply(case, tables, programs), _each_and_all(tables["balance"], [*JOB, "year"], GAP)
    split = cluster_shares(arcs, programs, tables["surplus"], division)
    places = district_shares(case)
    jobs = pd.Index(demand["occupation"].unique())
    named = pd.Index(np.union1d(points["district"].to_numpy(), supply["district"].to_numpy()).astype(object))
    if places is not None:
        named = named.union(places.index)
    local = pd.DataFrame(1.0, index=named, columns=jobs) if places is None else places.reindex(named, columns=jobs)
    region = pd.DataFrame(1.0, index=pd.Index([""], dtype=object), columns=jobs)
    local = local.fillna(0.0)
    whole = _scope(supply.assign(district=""), demand, split, region, _reach(points.assign(district=""), arcs))
    parts = _scope(supply, demand, split, local, _reach(points, arcs)).assign(reference="district")
    if places is None:
        parts = parts.assign(reference="region", grade="", modified_grade="", **dict.fromkeys(UNKNOWN, np.nan))
    return LayoutIndices(
        region=_without(whole, "district"), districts=parts, clusters=_clusters(supply, demand, split),
        concentration=_concentrations(points), duplicates=_duplicates(points),
        blanks=_blanks(points, demand, split, arcs, local, len(tables["balance"]["year"].unique())),
    )  # fmt: skip


def cluster_shares(
    arcs: pd.DataFrame, programs: pd.DataFrame, surplus: pd.DataFrame, division: Division = "equal"
) -> pd.DataFrame:
    """Which part of the openings of an occupation and level is counted with which cluster: a convention.

    Every cluster with a program that has an arc to the job takes part, whether it is on offer or not; programs in no
    cluster form the cluster "". `equal` gives each of them the same part. `supply` divides in proportion to the local
    supply of those programs over all years, and equally where there is none: it assumes what is to be measured (a
    cluster that trains too many is given more of the openings), so that it is not the default.

    Args:
        arcs: placement arcs (`placement_arcs`).
        programs: program, cluster.
        surplus: the published table of that name; program and local are read.
        division: "equal" or "supply".

    Returns:
        occupation, level, cluster, part in (0, 1]; the parts of a job sum to 1; jobs without an arc have no row.
    """
    linked = arcs[["program", *JOB]].merge(programs[["program", "cluster"]], on="program")
    linked["local"] = linked["program"].map(surplus.groupby("program")["local"].sum()).fillna(0.0)
    parts = linked.groupby([*JOB, "cluster"], as_index=False)["local"].sum()
    jobs = parts.groupby(JOB)["local"]
    total, count = jobs.transform("sum"), jobs.transform("size")
    weighed = (total > 0) & (division == "supply")
    parts["part"] = np.where(weighed, parts["local"] / total.where(weighed, 1.0), 1.0 / count)
    kept = parts["part"] > 0
    return pd.DataFrame({c: parts.loc[kept, c].to_numpy() for c in (*JOB, "cluster", "part")})


def district_shares(case: Case) -> pd.DataFrame | None:
    """Which part of the openings of an occupation lies in which district: where its employment lies.

    Employment of the last counted year times the staffing pattern. An industry counted for the whole region only, and
    an occupation that no industry employs, are divided as all employment with a district is.

    Returns:
        float[district, occupation], columns sum to 1; None where no employment has a district.
    """
    counted = case.table("employment")
    counted = counted[counted["year"] == counted["year"].max()]
    wide = counted.pivot_table(index="industry", columns="district", values="persons", aggfunc="sum", fill_value=0.0)
    named = wide.drop(columns="", errors="ignore")
    total = named.sum()
    if named.empty or total.sum() <= 0:
        return None
    base = total / total.sum()
    undivided = wide.get("", pd.Series(0.0, index=wide.index)).where(named.sum(axis=1) == 0, 0.0)
    persons = named.to_numpy(dtype=np.float64) + np.outer(undivided, base)
    jobs = pd.Index(case.table("occupations")["occupation"])
    last = counted["year"].to_numpy(dtype=np.int64)[:1]
    employed = occupation_employment(case.table("staffing"), pd.Index(wide.index), persons.T[..., None], jobs, last)
    there = np.asarray(employed[..., 0], dtype=np.float64)
    there = np.where(there.sum(axis=0) > 0, there, base.to_numpy()[:, None])
    return pd.DataFrame(there / there.sum(axis=0), index=named.columns.astype(object), columns=jobs)


def _each_and_all(frame: pd.DataFrame, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Sums by the keys (`year` among them), of every year and of all of them as year 0, sorted by the keys."""
    return pd.concat([frame.assign(year=0), frame]).groupby(keys, as_index=False)[values].sum()


def _without(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[[c for c in frame.columns if c != column]]


def _points(case: Case, intake: pd.DataFrame, year: int, programs: pd.DataFrame) -> pd.DataFrame:
    """The points on offer: school, program, plan, registered, class_min (the least of its lines), district, cluster."""
    rows = intake[(intake["year"] == year) & (intake["plan"] > 0)]
    own = rows["offering"].map(case.table("offerings").set_index("offering")["class_min"])
    rows = rows.assign(class_min=own.fillna(rows["program"].map(programs.set_index("program")["class_min"])))
    points = rows.groupby(["school", "program"], as_index=False).agg(
        plan=("plan", "sum"), registered=("registered", "sum"), class_min=("class_min", "min")
    )
    return points.merge(_homes(case), on="school").merge(programs[["program", "cluster"]], on="program")


def _homes(case: Case) -> pd.DataFrame:
    """school, district."""
    return case.table("units").rename(columns={"unit": "school"})[["school", "district"]]


def _supply(case: Case, tables: Tables, programs: pd.DataFrame) -> pd.DataFrame:
    """Local supply and its surplus: district, cluster, year, supply, surplus.

    The surplus of a program is the region's; its schools share it in proportion to their local supply.
    """
    lines = case.table("offerings")[["offering", "school", "program"]].merge(_homes(case), on="school")
    rows = tables["completions"].rename(columns={"local": "supply"})[["offering", "year", "supply"]]
    rows = rows.merge(lines, on="offering").merge(programs, on="program")
    found = tables["surplus"].assign(rate=_ratio(tables["surplus"]["surplus"], tables["surplus"]["local"]))
    rows = rows.merge(found[["program", "year", "rate"]], on=["program", "year"], how="left")
    rows["surplus"] = rows["supply"] * rows["rate"].fillna(0.0)
    return _each_and_all(rows, ["district", "cluster", "year"], ["supply", "surplus"])


def _reach(points: pd.DataFrame, arcs: pd.DataFrame) -> pd.DataFrame:
    """The jobs that programs on offer prepare for: district, occupation, level, each once."""
    offered = points[["district", "program"]].drop_duplicates()
    return offered.merge(arcs[["program", *JOB]], on="program")[["district", *JOB]].drop_duplicates()


def _cube(frame: pd.DataFrame, axes: Mapping[str, pd.Index], value: str) -> Floats:
    """Sums of a column over the axes: float[..., ...] in their order; rows outside an axis are left out."""
    places = [axis.get_indexer(pd.Index(frame[name])) for name, axis in axes.items()]
    inside = np.all([place >= 0 for place in places], axis=0)
    cube = np.zeros([len(axis) for axis in axes.values()])
    np.add.at(cube, tuple(place[inside] for place in places), frame[value].to_numpy(dtype=np.float64)[inside])
    return cube


def _scope(
    supply: pd.DataFrame, demand: pd.DataFrame, split: pd.DataFrame, places: pd.DataFrame, reach: pd.DataFrame
) -> pd.DataFrame:
    """The indices of every district and year; places: float[district, occupation], the part of its openings there."""
    years, districts = pd.Index(demand["year"].unique()).sort_values(), places.index
    clusters = pd.Index(np.union1d(split["cluster"].to_numpy(), supply["cluster"].to_numpy()).astype(object))
    demand = demand.assign(job=demand.groupby(JOB).ngroup())
    jobs = demand.drop_duplicates("job").set_index("job").sort_index()
    part = places.to_numpy(dtype=np.float64)[:, places.columns.get_indexer(pd.Index(jobs["occupation"]))]
    there = reach.merge(jobs[JOB].reset_index(), on=JOB).assign(there=1.0)
    axes = {"district": districts, "year": years}
    by_job = {name: _cube(demand, {"job": jobs.index, "year": years}, name) for name in GAP}
    frame = pd.MultiIndex.from_product([districts, years], names=list(axes)).to_frame(index=False)
    for name in ("supply", "surplus"):
        frame[name] = _cube(supply, axes, name).ravel()
    for name in GAP:
        frame[name] = (part @ by_job[name]).ravel()
    met = (part * _cube(there, {"district": districts, "job": jobs.index}, "there")) @ by_job["openings"]

    divided = demand.merge(split, on=JOB)
    divided["openings"] *= divided["part"]
    by_cluster = _cube(divided, {"occupation": places.columns, "year": years, "cluster": clusters}, "openings")
    want = np.einsum("do,oyc->dyc", places.to_numpy(dtype=np.float64), by_cluster)
    have = _cube(supply, {**axes, "cluster": clusters}, "supply")
    frame = frame[[*axes, *PERSONS]].assign(
        dissimilarity=dissimilarity(have, want).ravel(), docking=docking_degree(have, want).ravel(),
        cosine=structural_cosine(have, want).ravel(), coverage=_ratio(met.ravel(), frame["openings"]),
    )  # fmt: skip
    return _coupled(frame)


def _clusters(supply: pd.DataFrame, demand: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    divided = demand.merge(split, on=JOB)
    for name in GAP:
        divided[name] *= divided["part"]
    clusters = pd.Index(np.union1d(split["cluster"].to_numpy(), supply["cluster"].to_numpy()).astype(object))
    axes = {"year": pd.Index(demand["year"].unique()).sort_values(), "cluster": clusters}
    cubes = {name: _cube(supply if name in supply else divided, axes, name) for name in PERSONS}
    have, want = cubes["supply"], cubes["openings"]
    cubes |= {"supply_share": shares(have), "demand_share": shares(want), "deviation": structural_deviation(have, want)}
    frame = pd.MultiIndex.from_product([clusters, axes["year"]], names=["cluster", "year"]).to_frame(index=False)
    return _coupled(frame.assign(**{name: cube.T.ravel() for name, cube in cubes.items()}))


def _coupled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its two levels, their coupling and the bands."""
    used = 1.0 - _ratio(frame["surplus"], frame["supply"])
    met = 1.0 - _ratio(frame["shortage"], frame["openings"])
    # the flows of a solver may overshoot by a rounding error
    pair = coupling_coordination(np.clip(used, 0.0, 1.0), np.clip(met, 0.0, 1.0))
    return frame.assign(
        supply_used=used, demand_met=met, **{name: getattr(pair, name) for name in Coupling.__slots__},
        grade=coordination_grade(pair.coordination), modified_grade=coordination_grade(pair.modified_coordination),
    )  # fmt: skip


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """part / whole, NaN where there is nothing."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    found: Floats = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return found


def _concentrations(points: pd.DataFrame) -> pd.DataFrame:
    kinds = {
        "cluster": ("cluster", "school"), "district": ("district", "cluster"), "program": ("program", "school"),
        "school": ("school", "program"), "school_clusters": ("school", "cluster"),
    }  # fmt: skip
    frames = []
    for kind, (group, member) in kinds.items():
        rows = points.groupby([group, member], as_index=False)["registered"].sum()
        label = pd.Index(rows[group].unique())
        found = concentration(rows["registered"], label.get_indexer(pd.Index(rows[group])), len(label))
        columns = {"holders": found.holders, "persons": found.total, "hhi": found.hhi,
                   "normalised": found.normalised, "equivalents": found.equivalents}  # fmt: skip
        frames.append(pd.DataFrame({"kind": kind, "code": label.to_numpy(dtype=object), **columns}))
    return pd.concat(frames, ignore_index=True)


def _duplicates(points: pd.DataFrame) -> pd.DataFrame:
    rows = points.rename(columns={"plan": "persons"})
    schools = rows.groupby(["district", "program"])["school"].transform("size").astype(np.int64)
    rows = rows.assign(schools=schools, duplicates=schools - 1, below_class=rows["persons"] < rows["class_min"])
    columns = ["district", "program", "school", "persons", "schools", "duplicates", "class_min", "below_class"]
    return rows.loc[schools > 1, columns].sort_values(columns[:3], ignore_index=True)


def _blanks(
    points: pd.DataFrame,
    demand: pd.DataFrame,
    split: pd.DataFrame,
    arcs: pd.DataFrame,
    places: pd.DataFrame,
    years: int,
) -> pd.DataFrame:
    """Jobs and clusters with openings that no program on offer prepares for, in the region and in each district."""
    wanted = demand[(demand["year"] == 0) & (demand["openings"] > 0)][[*JOB, "openings"]]
    spots = pd.concat([pd.DataFrame(1.0, index=[""], columns=places.columns), _without(places.T, "").T])
    spots = spots.rename_axis(index="district", columns="occupation").reset_index()
    here = spots.melt("district", value_name="part").merge(wanted, on="occupation")
    here["openings"] *= here["part"] / years
    here = here.loc[here["openings"] > 0, ["district", *JOB, "openings"]]
    both = pd.concat([points, points.assign(district="")])
    linked = pd.MultiIndex.from_frame(arcs[JOB])

    jobs = _missing(here, _reach(both, arcs), ["district", *JOB])
    jobs = jobs.assign(kind="occupation", code=jobs["occupation"])
    jobs["catalogue"] = pd.MultiIndex.from_frame(jobs[JOB]).isin(linked)
    divided = here.merge(split, on=JOB)
    divided["openings"] *= divided["part"]
    sums = divided.groupby(["district", "cluster"])["openings"].sum().reset_index()
    groups = _missing(sums, both, ["district", "cluster"])
    groups = groups.assign(kind="cluster", code=groups["cluster"], level="", catalogue=True)
    columns = ["kind", "district", "code", "level", "openings", "catalogue"]
    return pd.concat([groups[columns], jobs[columns]]).sort_values(columns[:4], ignore_index=True)


def _missing(rows: pd.DataFrame, present: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows whose keys are not in `present`."""
    known = pd.MultiIndex.from_frame(present[keys])
    return rows[~pd.MultiIndex.from_frame(rows[keys]).isin(known)]
