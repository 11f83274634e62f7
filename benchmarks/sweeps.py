"""Many futures of demand on one region: re-planned in memory, re-planned from nothing, in a PuLP loop; and a fixed plan judged.

    python -m benchmarks.sweeps [--size city|group] [--scenarios 1000] [--sample 20] [--json]

Every future multiplies each opening by a normal figure of mean 1 and the stated spread, each for itself. CPU seconds a future, one
thread, one after the other:

    warm        `replanned`: bounds changed in memory, simplex from the basis of the expected openings; all scenarios
    cold{...}   the same bounds in the same memory, the solver's state forgotten, by method; a sample
    plan        program built, handed over and solved by the fastest of the cold methods, as a run of its own would; a sample
    pulp        the problem kept, right sides and bounds changed, handed over and solved by PuLP; a sample
    judge       a fixed plan (the best one for the expected openings), only placement free, `Judge`; all scenarios

Objectives of the sample must agree between warm, cold and PuLP. ratio_cold: least of cold over warm; ratio_pulp: pulp over warm;
judge_ratio: least of cold over judge; judge_ratio_plan: plan over judge.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import click
import numpy as np
import pulp

from benchmarks.allocation import clocked
from benchmarks.generated import region
from benchmarks.peers import PulpFast
from talentplan.allocation import linear_optimum, linear_program
from talentplan.demand import forecast_openings
from talentplan.insight import Judge, Sweep, replanned
from talentplan.program import LinearProgram, Session
from talentplan.supply import cohorts

SPREADS = (0.02, 0.05)
COLD = ("simplex", "ipm", "deferred")
AGREE = 1e-7


def solved(program: LinearProgram, method: str) -> float:
    """The optimum from nothing."""
    session = Session(program)
    found = linear_optimum(program, session) if method == "deferred" else session.solve(relax=True, method=method)
    return found.objective


class PulpLoop:
    """The problem as PuLP holds it, and the names of what a future changes."""

    def __init__(self, program: LinearProgram) -> None:
        self._peer = PulpFast()
        self._problem = self._peer.build(program)
        sides = np.where(
            program.row_lower == program.row_upper,
            1,
            np.isfinite(program.row_lower).astype(int) + np.isfinite(program.row_upper),
        )
        self._first = np.cumsum(sides) - sides
        self._variables = self._problem.variablesDict()

    def optimum(self, rows: np.ndarray, wanted: np.ndarray, steps: np.ndarray, most: np.ndarray) -> float:
        """The optimum of one future."""
        for row, side in zip(rows.tolist(), wanted.tolist(), strict=True):
            self._problem.constraints[f"r{self._first[row]}"].changeRHS(side)
        for step, upper in zip(steps.tolist(), most.tolist(), strict=True):
            self._variables[f"x{step}"].upBound = upper
        return self._peer.solve(self._peer.hand_over(self._problem), self._problem)


def future_of(program: LinearProgram, factor: np.ndarray) -> LinearProgram:
    """The program with every opening times its factor (float[row of the block `openings`])."""
    rows, steps = program.rows["openings"].positions, program.columns["shortage"].positions
    of = program.matrix[:, steps].indices - program.rows["openings"].start
    changed = dataclasses.replace(
        program, row_lower=program.row_lower.copy(), row_upper=program.row_upper.copy(), upper=program.upper.copy()
    )
    changed.row_lower[rows] = changed.row_upper[rows] = program.row_lower[rows] * factor
    changed.upper[steps] = program.upper[steps] * factor[of]
    return changed


def measure(size: str, scenarios: int, sample: int, seed: int = 7) -> dict[str, Any]:
    """Both spreads."""
    case = region(size)
    openings, inherited = forecast_openings(case), cohorts(case)
    sweep = Sweep(linear_program(case, openings, inherited))
    program = sweep.program
    judge = Judge(program, openings.table, sweep.base.x)
    loop = PulpLoop(program)
    dice = np.random.default_rng(seed)
    expected = openings.table["openings"].to_numpy()
    at = np.flatnonzero(expected > 0)  # the rows of the program, in the same order
    rows, steps = program.rows["openings"].positions, program.columns["shortage"].positions

    def anew(factor: np.ndarray, method: str) -> float:
        table = openings.table.assign(openings=expected * factor)
        return solved(linear_program(case, dataclasses.replace(openings, table=table), inherited), method)

    found: dict[str, Any] = {
        "size": size,
        "columns": len(program.cost),
        "scenarios": scenarios,
        "sample": sample,
        "noise": {},
    }
    for spread in SPREADS:
        factor = np.maximum(dice.normal(1.0, spread, (scenarios, len(expected))), 0.0)
        best, warm, _ = clocked(partial(replanned, sweep, openings.table, expected * factor))
        kept, judged, _ = clocked(partial(judge.objective, expected * factor))
        if np.any(kept < best - AGREE * np.abs(best)):
            raise ArithmeticError("a fixed plan does better than the best plan of a future")
        some = [future_of(program, f[at]) for f in factor[:sample]]
        cold = {method: _each([partial(solved, p, method) for p in some], best) for method in COLD}
        fastest = min(cold, key=lambda method: cold[method])
        whole = _each([partial(anew, f, fastest) for f in factor[:sample]], best)
        pulped = _each([partial(loop.optimum, rows, p.row_lower[rows], steps, p.upper[steps]) for p in some], best)
        warm, judged = warm / scenarios, judged / scenarios
        found["noise"][str(spread)] = {
            "warm_s": warm, "cold_s": cold, "plan_s": whole, "pulp_s": pulped, "judge_s": judged,
            "ratio_cold": cold[fastest] / warm, "ratio_pulp": pulped / warm, "judge_ratio": cold[fastest] / judged,
            "judge_ratio_plan": whole / judged, "mean_regret": float(np.mean(kept - best)),
        }  # fmt: skip
    return found


def _each(work: list[Callable[[], float]], best: np.ndarray) -> float:
    """CPU seconds apiece; what is found must be `best`."""
    values, seconds, _ = clocked(lambda: [one() for one in work])
    if not np.allclose(values, best[: len(work)], rtol=AGREE, atol=AGREE):
        raise ArithmeticError(f"objectives differ by {np.max(np.abs(values - best[: len(work)]))}")
    return seconds / len(work)


@click.command()
@click.option(
    "--size", type=click.Choice(["city", "group"]), default="city", show_default=True, help="Size of the region."
)
@click.option("--scenarios", default=1000, show_default=True, help="Futures re-planned in memory and judged.")
@click.option("--sample", default=20, show_default=True, help="Futures solved from nothing and in PuLP.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(size: str, scenarios: int, sample: int, as_json: bool) -> None:
    """Re-plan and judge many futures of a random region."""
    if pulp.HiGHS(msg=False).available() is False:
        raise click.ClickException("PuLP cannot reach HiGHS")
    found = measure(size, scenarios, sample)
    if as_json:
        click.echo(json.dumps(found))
        return
    for spread, figures in found["noise"].items():
        click.echo(f"spread {spread}: {1e3 * figures['warm_s']:.1f} ms a future in memory, {figures['ratio_cold']:.1f} x faster than the best cold solve, "
                   f"{figures['ratio_pulp']:.0f} x than a PuLP loop; a fixed plan judged {1e3 * figures['judge_s']:.2f} ms, "
                   f"{figures['judge_ratio']:.0f} x faster than a cold solve, {figures['judge_ratio_plan']:.0f} x than a run of its own")  # fmt: skip


if __name__ == "__main__":
    main()
