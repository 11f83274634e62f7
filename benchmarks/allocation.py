"""Building, handing over and solving the allocator's program at four sizes, beside modelling layers in the same run.

    python -m benchmarks.allocation [--size city|group|province|nation] [--peers] [--method METHOD] [--integer] [--build-only] [--json]

The case is random (benchmarks/generated.py). Seconds are CPU seconds of the process, the least of three builds after a first one
that loads what is loaded once, for the peers of two; wall seconds stand beside them (`_wall_s`). Building goes from the Case to the finished arrays
(forecast and cohorts before it), handing over into HiGHS in memory. `bytes_a_nonzero` is the most memory that numpy and Python hold
at once while the program is built, over its nonzeros; `peak_mb` the process with everything.

Peers write the same program, block by block from our finished index tables and terms, so that all that is counted is
what the layer itself does: `pulp` one LpVariable a column and one lpSum a row; `pulp_fast` expressions from dictionaries and
constraints put into the problem directly; `linopy` one variable and one constraint array a block; `pyomo` one indexed Var a block
and one constraint rule a row. Handed over is to HiGHS by each layer's own way. Objectives are those of the linear program and must
agree; at province and nation they are built and handed over, but not solved again, and Pyomo is left out. With `--build-only`
nothing is solved. A peer that is not installed is named with its reason; `pip install linopy pyomo` brings them. Some print lines
of their own: the JSON is the last line.
"""

from __future__ import annotations

import json
import resource
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import click
import numpy as np

from benchmarks.generated import SIZES, Size, region
from benchmarks.peers import PEERS
from talentplan.allocation import allocate, linear_optimum, linear_program
from talentplan.demand import forecast_openings
from talentplan.program import LinearProgram, Session
from talentplan.supply import cohorts

BUILDS = 3
PEER_BUILDS = 2
AGREE = 1e-6
OURS = "deferred"  # as the product solves: interior point with crossover, running lines asked last
UNSOLVED = dict.fromkeys(("solve_s", "solve_wall_s", "readback_s", "status", "objective"))
SOLVED = ("city", "group")  # sizes at which the peers' programs are solved too


def clocked(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, CPU seconds, wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    return found, time.process_time() - cpu, time.perf_counter() - wall


def _peak_bytes(work: Callable[[], Any]) -> int:
    """Most memory that numpy and Python hold at once while it works, beyond what they held before."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def peak_mb() -> float:
    """Largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def measure(
    size: Size, method: str, *, integer: bool = False, peers: bool = False, solved: bool = True
) -> dict[str, Any]:
    """One size, named or as `region` takes it."""
    case = region(size)
    openings, inherited = forecast_openings(case), cohorts(case)
    runs = [clocked(lambda: linear_program(case, openings, inherited)) for _ in range(1 + BUILDS)]
    program = runs[-1][0]
    bytes_built = _peak_bytes(lambda: linear_program(case, openings, inherited))
    program.integer[:] = False
    handovers = [clocked(lambda: Session(program)) for _ in range(BUILDS)]
    found: dict[str, Any] = {
        "size": size, "columns": program.matrix.shape[1], "rows": program.matrix.shape[0], "nonzeros": int(program.matrix.nnz),
        "lines": len(inherited.offerings),
        "build_s": min(run[1] for run in runs[1:]), "build_wall_s": min(run[2] for run in runs[1:]), "first_build_s": runs[0][1],
        "handover_s": min(h[1] for h in handovers), "handover_wall_s": min(h[2] for h in handovers),
        "bytes_a_nonzero": round(bytes_built / program.matrix.nnz, 1), "method": method, "integer": None, "peers": {},
        **(_solved(program, handovers[-1][0], method) if solved else UNSOLVED), "peak_mb": round(peak_mb(), 1),
    }  # fmt: skip
    if peers:
        for name, peer in PEERS.items():
            found["peers"][name] = _peer(peer, size, program, found)
    if integer:
        solution, seconds, _ = clocked(lambda: allocate(case, openings, inherited))
        loss = (solution.objective - solution.lp_objective) / max(abs(solution.lp_objective), 1e-9)
        found["integer"] = {"gap": solution.gap, "seconds": seconds, "loss_vs_lp": loss, "status": solution.status}
    return found


def _solved(program: LinearProgram, session: Session, method: str) -> dict[str, Any]:
    outcome, solve_s, solve_wall = clocked(
        lambda: linear_optimum(program, session) if method == OURS else session.solve(method=method)
    )
    _, read_s, _ = clocked(
        lambda: {n: b.index.assign(value=outcome.x[b.positions]) for n, b in program.columns.items()}
    )
    return {"solve_s": solve_s, "solve_wall_s": solve_wall, "readback_s": read_s, "status": outcome.status,
            "objective": outcome.objective}  # fmt: skip


def _peer(peer: Any, size: Size, program: LinearProgram, ours: dict[str, Any]) -> dict[str, Any]:
    if peer.largest == "group" and size not in SOLVED:
        return {"missing": "up to group size only"}
    builds = []
    try:
        for _ in range(1 + PEER_BUILDS):
            model, *seconds = clocked(lambda: peer.build(program))
            builds.append(seconds)
    except ImportError as missing:
        return {"missing": str(missing)}
    build_s, build_wall = (min(times) for times in zip(*builds[1:], strict=True))
    solver, handover_s, _ = clocked(lambda: peer.hand_over(model))
    own = ours["build_s"] + ours["handover_s"]
    spent = {
        "build_s": build_s,
        "build_wall_s": build_wall,
        "handover_s": handover_s,
        "ratio": (build_s + handover_s) / own,
    }
    objective = ours["objective"]
    if size not in SOLVED or objective is None:
        return {**spent, "solve_s": None, "objective": None}
    value, solve_s, _ = clocked(lambda: peer.solve(solver, model))
    if not np.isclose(value, objective, rtol=AGREE, atol=AGREE):
        raise ArithmeticError(f"{type(peer).__name__} found {value!r} instead of {objective!r}")
    return {**spent, "solve_s": solve_s, "objective": value}


@click.command()
@click.option("--size", type=click.Choice(list(SIZES)), default="city", show_default=True, help="Size of the region.")
@click.option(
    "--method",
    type=click.Choice([OURS, "ipm", "simplex", "choose"]),
    default=OURS,
    show_default=True,
    help="How the linear program is solved.",
)
@click.option("--peers", is_flag=True, help="Write and solve the same program in other modelling layers.")
@click.option("--integer", is_flag=True, help="Also plan next year in whole classes.")
@click.option("--build-only", is_flag=True, help="Solve nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(size: str, method: str, peers: bool, integer: bool, build_only: bool, as_json: bool) -> None:
    """Build, hand over and solve a random region."""
    found = measure(size, method, integer=integer, peers=peers, solved=not build_only)
    if as_json:
        click.echo(json.dumps(found))
        return
    solving = "" if build_only else f", solve {found['solve_s']:.1f}"
    click.echo(f"{size}: {found['columns']:,} columns, {found['rows']:,} rows, {found['nonzeros']:,} nonzeros; build {found['build_s']:.3f}, "
               f"hand-over {found['handover_s']:.3f}{solving} CPU s; {found['bytes_a_nonzero']} bytes a nonzero")  # fmt: skip
    for name, peer in found["peers"].items():
        click.echo(f"  {name}: {peer.get('missing') or format(peer['ratio'], '.1f') + ' x our build and hand-over'}")
    if found["integer"]:
        click.echo(f"  whole classes: gap {found['integer']['gap']:.2%} in {found['integer']['seconds']:.0f} CPU s")


if __name__ == "__main__":
    main()
