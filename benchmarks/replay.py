"""California's completions of 2024 told from those of 2020 to 2023, by institution x CIP of 4 digits x level.

    python -m benchmarks.replay [--json]

The cohort model of `supply/` needs entrants; the tables have completions only. So entrants of a line (institution, program,
level) are taken as a number that moves slowly, seen through completions that scatter as a share of them does: a local-level
filter (Kalman 1960; Harvey 1989) with observation variance NOISE x mean and a yearly change of MOVE x mean. The entrants found
are shifted back by the duration over the completion rate, the last ones held on, and followed forward by the lag coefficients of
`supply/` to 2024. A line without completions last year is taken as closed. The peers are same as last year, means of two and
three years, half a drift.

MOVE and NOISE were chosen, from five values each, on 2023 told from 2020 to 2022 (development); 2024 is proof. Nothing of the
year told enters any figure, lines that first complete in it included: they are told 0 by every method.
Measured are MAE, WAPE, RMSE and bias over all lines with completions in any of the years, by level and size, and of sums.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.california import AWARDS, reference_folder
from talentplan.supply.flows import grade_flow
from talentplan.supply.grades import Grades
from talentplan.supply.lags import aged, lag_shares

Floats = NDArray[np.float64]
MOVE, NOISE = 0.3, 0.6  # yearly change of entrants, and variance of completions, both relative to the mean of a line
KEYS = ["school", "cip4", "level"]
STAY = 0.9  # of each year of study; cancels out, since entrants are inferred with the same shares
SIZES = (0.0, 5.0, 20.0, 100.0, np.inf)


def panel(folder: Path) -> pd.DataFrame:
    """Completions of first majors, float[line, year], lines by school, cip4 and level, years as int columns."""
    done = pd.read_csv(folder / "completions_2020_2024.csv.gz", dtype=str)
    done = done[
        (done["MAJORNUM"] == "1") & done["AWLEVEL"].isin(AWARDS) & done["CIPCODE"].str.fullmatch(r"\d\d\.\d{4}")
    ]
    done = done.assign(
        school=done["UNITID"], cip4=done["CIPCODE"].str[:5], level=done["AWLEVEL"].map(lambda a: AWARDS[a][0]),
        persons=pd.to_numeric(done["CTOTALT"]), year=done["year"].astype(int),
    )  # fmt: skip
    return done.groupby([*KEYS, "year"])["persons"].sum().unstack(fill_value=0.0).astype(float)


def smoothed(past: Floats, move: float = MOVE, noise: float = NOISE) -> Floats:
    """float[line, year]: what each year's completions are expected to be, given those up to it."""
    mean = past.mean(axis=1) + 0.5
    found = past.copy()
    state, variance = past[:, 0].copy(), noise * mean
    for year in range(1, past.shape[1]):
        variance = variance + (move * mean) ** 2
        gain = variance / (variance + noise * mean)
        state = state + gain * (past[:, year] - state)
        variance = (1.0 - gain) * variance
        found[:, year] = state
    return found


def by_cohorts(past: Floats, durations: NDArray[np.int64], move: float = MOVE, noise: float = NOISE) -> Floats:
    """float[line]: completions of the year after `past` by the cohort model.

    Args:
        past: float[line, year], completions, the latest year last.
        durations: int[line], years of study.
        move: yearly change of entrants relative to their mean.
        noise: variance of completions relative to their mean.
    """
    expected = smoothed(past, move, noise)
    longest, lines = int(durations.max()), len(durations)
    taught = np.arange(longest)[None, :] < durations[:, None]
    nowhere = pd.DataFrame({"source": [], "target": [], "grade": []}, dtype=np.int64).assign(share=0.0)
    flow = grade_flow(Grades(durations, np.where(taught, STAY, 0.0), np.zeros((lines, longest)), nowhere, 0))
    lags = lag_shares(flow)
    completing = lags.completing[np.arange(lines), durations]
    # entrants of autumn t complete in summer t + duration; autumns run from the earliest entry to the last before the year told
    span = past.shape[1] + longest
    entrants = np.zeros((lines, span))
    first = longest - durations
    for back in range(past.shape[1]):
        entrants[np.arange(lines), first + back] = expected[:, back] / completing
    last = expected[:, -1] / completing
    held = np.arange(span)[None, :] >= (first + past.shape[1])[:, None]
    entrants = np.where(held, last[:, None], entrants)
    told = aged(
        np.zeros((lines, span + 1)), np.pad(entrants, ((0, 0), (0, 1))), lags.completing, lags.completing_elsewhere
    )
    return np.where(past[:, -1] > 0, told[:, span], 0.0)


def methods(past: Floats, durations: NDArray[np.int64]) -> dict[str, Floats]:
    """What every method says of the year after `past`."""
    return {
        "last_year": past[:, -1],
        "cohorts": by_cohorts(past, durations),
        "mean_2": past[:, -2:].mean(axis=1),
        "mean_3": past[:, -3:].mean(axis=1),
        "half_drift": np.maximum(0.0, past[:, -1] + 0.5 * (past[:, -1] - past[:, -2])),
    }


def scores(told: Floats, came: Floats, last: Floats) -> dict[str, float]:
    """Errors over lines, and the share of lines told better and worse than by last year."""
    missed, usual = np.abs(told - came), np.abs(last - came)
    total = max(float(came.sum()), 1e-9)
    return {
        "mae": float(missed.mean()), "wape": float(missed.sum() / total), "rmse": float(np.sqrt((missed**2).mean())),
        "bias": float((told - came).sum() / total), "better": float((missed < usual - 1e-9).mean()),
        "worse": float((missed > usual + 1e-9).mean()),
    }  # fmt: skip


def replay(found: pd.DataFrame, year: int) -> dict[str, Any]:
    """One year told from all before it."""
    years = [y for y in found.columns if y < year]
    table = found[found[[*years, year]].sum(axis=1) > 0]
    past, came = table[years].to_numpy(), table[year].to_numpy()
    level = table.index.get_level_values("level").to_numpy(dtype=str)
    longest = {name: max(d for n, d in AWARDS.values() if n == name) for name in set(level)}
    said = methods(past, np.array([longest[name] for name in level], dtype=np.int64))
    last = said["last_year"]

    def ratio(chosen: NDArray[np.bool_]) -> float:
        return float(np.abs(said["cohorts"] - came)[chosen].sum() / max(np.abs(last - came)[chosen].sum(), 1e-9))

    size = past.mean(axis=1)
    sums = {}
    for name in ("school", "cip4"):
        both = pd.DataFrame({"cohorts": said["cohorts"], "last_year": last, "came": came}).groupby(
            np.asarray(table.index.get_level_values(name))).sum()  # fmt: skip
        sums[name] = float(
            (both["cohorts"] - both["came"]).abs().sum() / (both["last_year"] - both["came"]).abs().sum()
        )
    return {
        "year": year, "lines": len(table), "completions": float(came.sum()),
        "methods": {name: scores(told, came, last) for name, told in said.items()},
        "ratio_vs_last_year": ratio(np.ones(len(table), dtype=bool)),
        "ratio_by_level": {name: ratio(level == name) for name in sorted(set(level))},
        "ratio_by_size": {f"{low:g}-{high:g}": ratio((size >= low) & (size < high)) for low, high in pairwise(SIZES)},
        "ratio_of_sums": sums,
        "new_lines": float(came[past.sum(axis=1) == 0].sum()), "resumed_lines": float(came[(past[:, -1] == 0) & (past.sum(axis=1) > 0)].sum()),
    }  # fmt: skip


def run(folder: Path) -> dict[str, Any]:
    """Development and proof."""
    found = panel(folder)
    return {"move": MOVE, "noise": NOISE, "development": replay(found, 2023), "proof": replay(found, 2024)}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(as_json: bool) -> None:
    """Tell last year's completions from those before it, by the cohort model and by habit."""
    folder = reference_folder()
    if not folder.is_dir():
        raise click.ClickException(f"no folder {folder} (set TALENTPLAN_REFERENCE_DATA)")
    found = run(folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    for part in ("development", "proof"):
        one = found[part]
        click.echo(f"{part}: {one['year']}, {one['lines']:,} lines, {one['completions']:,.0f} completions")
        for name, score in one["methods"].items():
            click.echo(
                f"  {name:10} WAPE {score['wape']:.4f}  MAE {score['mae']:.3f}  RMSE {score['rmse']:.2f}  bias {score['bias']:+.4f}"
            )
        click.echo(f"  cohorts / last year {one['ratio_vs_last_year']:.4f}")


if __name__ == "__main__":
    main()
