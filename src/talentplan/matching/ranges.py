"""Certain ranges: what every greatest placement has in common, so that no shortage rests on a guess.

A crosswalk says which occupations a program prepares for, not how many go where. Per year, over all placements that
place the greatest possible number of persons, every occupation has a least and a greatest shortage, every program (and
cluster of programs) a least and a greatest surplus. What lies between them is for nobody to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.matching.network import Network

__all__ = ["HALF", "Ranges", "certain_ranges"]

Floats = NDArray[np.float64]
HALF = 0.5  # persons: a shortage or surplus counts from here on


@dataclass(frozen=True, slots=True)
class Ranges:
    """Certain ranges of one balance; persons a year, rows sorted by their keys.

    occupations: occupation, year, openings (net of external supply), point (openings less the share of graduates that a
        point gap gives the occupation; below 0 is too many), point_verdict (gap | too_many | even), least and greatest
        (shortage), verdict: gap (least above half a person), filled (greatest at most half a person) or no_verdict.
    programs: program, year, local, least and greatest (surplus), verdict: surplus, placed or no_verdict.
    clusters: cluster, year and the same.
    uncertain_share: share of the point verdicts gap and too_many that are not certain: a gap whose verdict is not gap,
        too many where not every greatest placement fills the occupation; NaN where there is no such verdict.
    """

    occupations: pd.DataFrame
    programs: pd.DataFrame
    clusters: pd.DataFrame
    uncertain_share: float


def certain_ranges(
    supply: pd.DataFrame, demand: pd.DataFrame, arcs: pd.DataFrame, clusters: Mapping[str, str] | None = None
) -> Ranges:
    """Least and greatest shortages and surpluses over all greatest placements.

    Args:
        supply: program, year, persons: completers who seek work in the region.
        demand: occupation, level, year, persons: openings net of external supply.
        arcs: program, occupation, level, steps, as of `placement_arcs`; over- and under-qualified ones count in full.
        clusters: cluster of each program; programs without one ("") belong to none.
    """
    network, programs, jobs, years = _network(supply, demand, arcs)
    occupations, of_job = np.unique(jobs["occupation"].to_numpy(dtype=object), return_inverse=True)
    openings = _summed(network.demand, of_job, len(occupations))
    least = openings - network.most_filled(of_job) if len(jobs) else openings
    greatest = openings - network.least_filled(of_job) if len(jobs) else openings
    point = openings - _summed(_shares(network, arcs, programs, jobs), of_job, len(occupations))
    shortages = _frame("occupation", occupations, years, openings=openings, point=point, least=least, greatest=greatest)
    shortages.insert(4, "point_verdict", _point(shortages["point"].to_numpy()))
    shortages["verdict"] = _verdict(shortages, "gap", "filled")
    alone = [np.array([k]) for k in range(len(programs))]
    ranges = network.supply - network.most_placed(alone), network.supply - network.least_placed_each()
    surpluses = _frame("program", programs, years, local=network.supply, least=ranges[0], greatest=ranges[1])
    surpluses["verdict"] = _verdict(surpluses, "surplus", "placed")
    return Ranges(
        _known(shortages, "openings"), _known(surpluses, "local"), _clusters(network, programs, years, clusters or {}),
        _uncertain(shortages),
    )  # fmt: skip


def _network(
    supply: pd.DataFrame, demand: pd.DataFrame, arcs: pd.DataFrame
) -> tuple[Network, NDArray[np.object_], pd.DataFrame, NDArray[np.int64]]:
    """The network, its programs, its jobs (occupation, level) and its years, all sorted."""
    years = np.union1d(supply["year"], demand["year"]).astype(np.int64)
    programs = np.array(sorted(set(supply["program"])), dtype=object)
    jobs = demand[["occupation", "level"]].drop_duplicates().sort_values(["occupation", "level"], ignore_index=True)
    of_program, of_job = pd.Index(programs), pd.MultiIndex.from_frame(jobs)
    sizes = []
    for frame, at in (
        (supply, of_program.get_indexer(pd.Index(supply["program"]))),
        (demand, of_job.get_indexer(pd.MultiIndex.from_frame(demand[["occupation", "level"]]))),
    ):
        size = np.zeros((len(programs) if frame is supply else len(jobs), len(years)))
        np.add.at(size, (at, np.searchsorted(years, frame["year"])), np.maximum(frame["persons"].to_numpy(float), 0.0))
        sizes.append(size)
    pairs = arcs[["program", "occupation", "level"]].drop_duplicates()
    source = of_program.get_indexer(pd.Index(pairs["program"]))
    target = of_job.get_indexer(pd.MultiIndex.from_frame(pairs[["occupation", "level"]]))
    met = (source >= 0) & (target >= 0)
    source, target = source[met].astype(np.int64), target[met].astype(np.int64)
    order = np.lexsort((target, source))  # so that the order of rows changes nothing
    return Network(sizes[0], sizes[1], source[order], target[order]), programs, jobs, years


def _shares(network: Network, arcs: pd.DataFrame, programs: NDArray[np.object_], jobs: pd.DataFrame) -> Floats:
    """float[job, year], persons: what a point gap gives each job.

    A program's completers are divided among the jobs it prepares for at its own level (at any level where it has none
    there) in proportion to their openings.
    """
    own = arcs.groupby(["program", "occupation", "level"])["steps"].min()
    keys = pd.MultiIndex.from_arrays([
        programs[network.source],
        *(jobs[name].to_numpy()[network.target] for name in ("occupation", "level")),
    ])  # fmt: skip
    level = own.reindex(keys).to_numpy() == 0
    has = np.bincount(network.source, weights=level, minlength=len(programs))[network.source] > 0
    weight = np.where((level | ~has)[:, None], network.demand[network.target], 0.0)
    whole = _summed(weight, network.source, len(programs))[network.source]
    part = np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0)
    return _summed(part * network.supply[network.source], network.target, len(jobs))


def _clusters(
    network: Network, programs: NDArray[np.object_], years: NDArray[np.int64], clusters: Mapping[str, str]
) -> pd.DataFrame:
    of = np.array([clusters.get(code, "") for code in programs], dtype=object)
    names = np.array(sorted({str(name) for name in of} - {""}), dtype=object)
    members = [np.flatnonzero(of == name) for name in names]
    local = np.stack([network.supply[rows].sum(axis=0) for rows in members]) if members else network.supply[:0]
    least, greatest = local - network.most_placed(members), local - network.least_placed(members)
    frame = _frame("cluster", names, years, local=local, least=least, greatest=greatest)
    frame["verdict"] = _verdict(frame, "surplus", "placed")
    return _known(frame, "local")


def _frame(key: str, codes: NDArray[np.object_], years: NDArray[np.int64], **values: Floats) -> pd.DataFrame:
    frame = pd.DataFrame({key: np.repeat(codes, len(years)), "year": np.tile(years, len(codes))})
    for name, value in values.items():
        frame[name] = value.ravel()
    for name in frame.columns.intersection(["least", "greatest"]):
        frame[name] = frame[name].where(frame[name].abs() > 1e-6, 0.0)
    return frame


def _known(frame: pd.DataFrame, size: str) -> pd.DataFrame:
    """Rows with anybody in them."""
    return frame[frame[size] > 0].reset_index(drop=True)


def _verdict(frame: pd.DataFrame, sure: str, none: str) -> NDArray[np.object_]:
    least, greatest = frame["least"].to_numpy(), frame["greatest"].to_numpy()
    return np.where(least > HALF, sure, np.where(greatest <= HALF, none, "no_verdict")).astype(object)


def _point(point: Floats) -> NDArray[np.object_]:
    return np.where(point > HALF, "gap", np.where(point < -HALF, "too_many", "even")).astype(object)


def _uncertain(frame: pd.DataFrame) -> float:
    said = frame[(frame["openings"] > 0) & (frame["point_verdict"] != "even")]
    certain = np.where(said["point_verdict"] == "gap", said["verdict"] == "gap", said["verdict"] == "filled")
    return float(1.0 - certain.mean()) if len(said) else float("nan")


def _summed(values: Floats, group: NDArray[np.int64], count: int) -> Floats:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, group, values)
    return total
