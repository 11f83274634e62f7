"""How long it takes to follow every cohort of a province: years of study, repeaters and changes of line included.

    python -m benchmarks.cohorts [--json] [--offerings N] [--years N] [--runs N]

Lines, rates and intakes are drawn at random (fixed seed): durations of 2 to 5 years, repeaters in every year of study,
one line in ten loses students to another one. Timed are the chain of years of study with its lag coefficients, stepping it
year by year, the same figures from the lag coefficients, and completion rates by the fundamental matrix; seconds are the
least of the runs, wall time. The figures of the three ways must agree.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import click
import numpy as np
import pandas as pd

from talentplan.supply.flows import completion_shares, expected_years, grade_flow, step
from talentplan.supply.grades import MORE_YEARS, Grades
from talentplan.supply.lags import aged, lag_shares


def province(offerings: int, seed: int = 2027) -> Grades:
    """Random lines of a province."""
    dice = np.random.default_rng(seed)
    duration = dice.integers(2, 6, offerings)
    taught = np.arange(5)[None, :] < duration[:, None]
    shares = dice.dirichlet([90.0, 3.0, 2.0, 5.0], (offerings, 5)) * taught[:, :, None]
    source = np.flatnonzero(dice.random(offerings) < 0.1)
    target = (source + dice.integers(1, offerings, len(source))) % offerings
    moves = pd.DataFrame({"source": source, "target": target, "grade": 1, "share": shares[source, 0, 2]})
    return Grades(duration, shares[:, :, 0], shares[:, :, 1], moves, MORE_YEARS)


def measure(offerings: int, years: int, runs: int) -> dict[str, Any]:
    """Seconds of every step and how far the ways of counting lie apart."""
    grades = province(offerings)
    entrants = np.random.default_rng(2028).uniform(20, 200, (offerings, years))
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        for _ in range(runs):
            started = time.perf_counter()
            found = work()
            seconds[name] = min(seconds.get(name, np.inf), time.perf_counter() - started)
        return found

    flow, lags = timed("lags", lambda: (flow := grade_flow(grades), lag_shares(flow)))
    on_roll, completions = timed("step", lambda: step(flow, np.zeros(len(flow.line)), entrants))
    nobody = np.zeros_like(entrants)
    followed = timed(
        "follow",
        lambda: (
            aged(nobody, entrants, lags.retention, lags.retention_elsewhere),
            aged(nobody, entrants, lags.completing, lags.completing_elsewhere),
        ),
    )
    rates = timed("rates", lambda: (expected_years(flow), completion_shares(flow)))
    total = lags.completing.sum(axis=1)
    np.add.at(total, lags.completing_elsewhere.start, lags.completing_elsewhere.share)
    apart = [followed[0] - flow.lines.T @ on_roll, followed[1] - completions, (rates[1] - total)[:, None]]
    return {
        "offerings": offerings, "years": years, "states": len(flow.line), "changes_of_line": len(grades.moves),
        "seconds": {**{name: round(value, 4) for name, value in seconds.items()},
                    "total": round(sum(seconds.values()), 4)},
        "largest_difference": float(max(np.abs(a).max() for a in apart)),
        "mean_study_years": round(float(rates[0].mean()), 4), "mean_completion": round(float(rates[1].mean()), 4),
    }  # fmt: skip


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--offerings", default=3000, show_default=True, help="Lines of the plan.")
@click.option("--years", default=15, show_default=True, help="Autumns.")
@click.option("--runs", default=3, show_default=True, help="Runs, of which the fastest counts.")
def main(as_json: bool, offerings: int, years: int, runs: int) -> None:
    """Follow every cohort of a random province and say how long it takes."""
    found = measure(offerings, years, runs)
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"{offerings} offerings, {years} years, {found['states']} states:")
    for name, value in found["seconds"].items():
        click.echo(f"  {name:8} {value:.3f} s")
    click.echo(f"the ways of counting differ by at most {found['largest_difference']:.1e} persons")


if __name__ == "__main__":
    main()
