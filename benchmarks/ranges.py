"""Certain ranges of the sample, of California and of a random province: how many point verdicts hold, and how long it takes.

    python -m benchmarks.ranges [--json] [--programs N] [--occupations N] [--years N] [--peer N]

The sample is `models/dalian.yaml`; California (benchmarks/california.py) is left out, and said to be, where the reference data
is not there. The province has programs and occupations in families of kin, three levels and fixed seed; its persons mean nothing.
The peer solves both ends of N of the province's occupations of one year from scratch, each as a linear program of its own
(SciPy's linprog, HiGHS), as the definition reads; its ends must agree with ours. Seconds are wall time, memory the largest so far.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import linprog

from benchmarks import california
from talentplan.matching import Ranges, certain_ranges, placement_arcs
from talentplan.plan import balance_ranges, do_nothing
from talentplan.workspace import build_case, read_case
from talentplan.workspace.case import Case

ROOT = Path(__file__).resolve().parents[1]
Market = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Mapping[str, str]]


def said(found: Ranges, seconds: float) -> dict[str, Any]:
    """What is certain of one region."""
    return {
        "occupation_years": len(found.occupations), "program_years": len(found.programs),
        "cluster_years": len(found.clusters), "uncertain_share": found.uncertain_share,
        "occupation_verdicts": found.occupations["verdict"].value_counts().sort_index().to_dict(),
        "point_verdicts": found.occupations["point_verdict"].value_counts().sort_index().to_dict(),
        "program_verdicts": found.programs["verdict"].value_counts().sort_index().to_dict(),
        "seconds": round(seconds, 2), "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def region(case: Case) -> dict[str, Any]:
    """The certain ranges of a case if nothing changes."""
    started = time.perf_counter()
    idle, arcs = do_nothing(case), placement_arcs(case)
    ready = time.perf_counter()
    found = balance_ranges(case, idle, arcs)
    return {"do_nothing_seconds": round(ready - started, 2), **said(found, time.perf_counter() - ready)}


def province(programs: int, occupations: int, years: int, levels: int = 3, seed: int = 2029) -> Market:
    """supply, demand, arcs and clusters of a random province: each program leads to 3 to 10 occupations, mostly of its kin."""
    dice = np.random.default_rng(seed)
    kin, own = max(1, occupations // 10), dice.integers(0, levels, programs)
    family, job_family = dice.integers(0, kin, programs), dice.integers(0, kin, occupations)
    rows = []
    for p in range(programs):
        near = np.flatnonzero(job_family == family[p])
        chosen = {*dice.choice(near, min(len(near), int(dice.integers(3, 9))), replace=False).tolist()}
        chosen |= {*dice.choice(occupations, int(dice.integers(0, 3))).tolist()}
        rows += [
            (f"P{p:04}", f"O{o:04}", f"L{lv}", int(own[p]) - lv)
            for o in sorted(chosen)
            for lv in range(max(0, own[p] - 1), own[p] + 1)
        ]
    arcs = pd.DataFrame(rows, columns=["program", "occupation", "level", "steps"])
    calendar = np.arange(2026, 2026 + years)

    def persons(count: int, mean: float) -> np.ndarray:
        path = 1 + 0.1 * dice.normal(size=(count, years)).cumsum(axis=1)
        return dice.lognormal(mean, 1.1, (count, 1)) * path.clip(0.2)

    supply, demand = persons(programs, 4.0), persons(occupations * levels, 3.0)
    demand *= supply.sum() / demand.sum()
    job = np.repeat(np.arange(occupations), levels)
    return (
        pd.DataFrame({"program": np.repeat([f"P{p:04}" for p in range(programs)], years),
                      "year": np.tile(calendar, programs), "persons": supply.ravel()}),
        pd.DataFrame({"occupation": np.repeat([f"O{o:04}" for o in job], years),
                      "level": np.repeat(np.tile([f"L{lv}" for lv in range(levels)], occupations), years),
                      "year": np.tile(calendar, occupations * levels), "persons": demand.ravel()}),
        arcs, {f"P{p:04}": f"C{family[p]:03}" for p in range(programs)},
    )  # fmt: skip


def by_definition(market: Market, year: int, occupations: list[str]) -> tuple[np.ndarray, float]:
    """float[occupation, 2]: least and greatest shortage of one year, two linear programs each; and the seconds of all."""
    supply, demand, arcs, _ = market
    supply = supply[supply["year"] == year].set_index("program")["persons"]
    demand = demand[demand["year"] == year].set_index(["occupation", "level"])["persons"]
    row = supply.index.get_indexer(pd.Index(arcs["program"]))
    job = demand.index.get_indexer(pd.MultiIndex.from_frame(arcs[["occupation", "level"]]))
    n, one = len(arcs), np.ones(len(arcs))
    limits = sp.vstack([
        sp.csr_array((one, (row, np.arange(n))), shape=(len(supply), n)),
        sp.csr_array((one, (job, np.arange(n))), shape=(len(demand), n)),
    ])  # fmt: skip
    caps = np.concatenate([supply.to_numpy(), demand.to_numpy()])
    started = time.perf_counter()
    most = -linprog(-one, A_ub=limits, b_ub=caps, method="highs").fun
    full = sp.vstack([limits, sp.csr_array(-one[None, :])])
    ends = []
    for code in occupations:
        mine = (arcs["occupation"] == code).to_numpy(dtype=np.float64)
        wanted = demand.xs(code, level="occupation").sum()
        least, greatest = (
            sign * linprog(sign * mine, A_ub=full, b_ub=np.append(caps, -most + 1e-7), method="highs").fun
            for sign in (-1.0, 1.0)
        )
        ends.append([wanted - least, wanted - greatest])
    return np.asarray(ends), time.perf_counter() - started


def measure(programs: int, occupations: int, years: int, peer: int) -> dict[str, Any]:
    """All three regions and the peer."""
    found: dict[str, Any] = {"cores": os.cpu_count(), "sample": region(read_case(ROOT / "models" / "dalian.yaml"))}
    folder = california.reference_folder()
    if folder.is_dir():
        tables, _ = california.tables(folder)
        found["california"] = region(build_case(california.settings(), tables))
    else:
        found["california"] = f"left out: no folder {folder.name} of reference data"
    market = province(programs, occupations, years)
    started = time.perf_counter()
    ranges = certain_ranges(*market)
    seconds = time.perf_counter() - started
    found["province"] = {
        "programs": programs,
        "occupations": occupations,
        "years": years,
        "arcs": len(market[2]),
        **said(ranges, seconds),
    }
    year = int(market[0]["year"].min())
    own = ranges.occupations[ranges.occupations["year"] == year].set_index("occupation")[["least", "greatest"]]
    chosen = own.index[:: max(1, len(own) // peer)][:peer].tolist()
    ends, apart = by_definition(market, year, chosen)
    each = seconds / (2 * (len(ranges.occupations) + len(ranges.programs) + len(ranges.clusters)))
    found["peer"] = {
        "ends": 2 * len(chosen), "seconds_an_end": apart / (2 * len(chosen)), "our_seconds_an_end": each,
        "ratio": each / (apart / (2 * len(chosen))), "largest_difference": float(np.abs(ends - own.loc[chosen].to_numpy()).max()),
    }  # fmt: skip
    return found


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--programs", default=600, show_default=True, help="Programs of the random province.")
@click.option("--occupations", default=800, show_default=True, help="Its occupations, each on three levels.")
@click.option("--years", default=15, show_default=True, help="Its years.")
@click.option("--peer", default=20, show_default=True, help="Occupations that the peer solves.")
def main(as_json: bool, programs: int, occupations: int, years: int, peer: int) -> None:
    """Find the certain ranges of three regions and say how long it takes."""
    found = measure(programs, occupations, years, peer)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name in ("sample", "california", "province"):
        one = found[name]
        if isinstance(one, str):
            click.echo(f"{name}: {one}")
            continue
        click.echo(f"{name}: {one['uncertain_share']:.1%} of the point verdicts are not certain; {one['occupation_years']:,} occupation"
                   f" and {one['program_years']:,} program rows in {one['seconds']} s")  # fmt: skip
    click.echo(f"an end takes {found['peer']['ratio']:.3f} of the time of a linear program of its own; "
               f"largest difference {found['peer']['largest_difference']:.1e} persons")  # fmt: skip


if __name__ == "__main__":
    main()
