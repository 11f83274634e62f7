"""The forecaster against automatic models and the planner's habits, on any panel of yearly series.

    python -m benchmarks.forecasting CSV [--json] [--origins N] [--from-year Y] [--to-year Y]

The file has rows of region, industry, year, value (any unit); without a column `region` all series are of one region.
Every year with 12 years up to it and one after it is an origin (or N of them, evenly spread); windows are the latest
12 to 20 years, horizons 1 to 10. A series is judged from an origin in which it was counted, with 12 counted years in
the window. MASE is the mean over all judged forecasts of absolute error over mean absolute one-year change in the
window; sWIS is the weighted interval score at 50, 80 and 95 % over the same change; WAPE and bias are sums of errors
over sums of actual values.

AutoARIMA takes as long as all the others together: it runs on one series in K at each origin, other series at the next
(K from the size of the file, or --arima-every), and its scores are brought to all forecasts by the ratio of AutoETS
on all to AutoETS on the same ones. statsforecast is needed for the peers only.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from talentplan.demand.automatic import available
from talentplan.demand.forecaster import LEVELS, Forecaster, path_intervals
from talentplan.demand.methods import Matrix, Years, drift, excel_linear, interpolate, naive
from talentplan.demand.panel import Panel, group_sums
from talentplan.demand.scores import interval_score, yearly_change

HORIZONS, FIRST, SPAN = 10, 12, 20
OURS, CORE = "default", "default_core"
ETS, ARIMA, THETA = "AutoETS", "AutoARIMA", "AutoTheta"
SIMPLE = {"naive": naive, "drift": drift, "excel_linear": excel_linear}
ARIMA_FITS = 1500  # so many take some minutes
Ends = dict[int, tuple[Matrix, Matrix]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of one method from one origin, each float[series, horizon], NaN where not judged.

    scaled: absolute error over yearly change. missed, signed: errors in the unit of the file. interval: interval score
    over yearly change. covered: 1 where the 80 % interval held the actual value. seconds: CPU.
    """

    scaled: Matrix
    missed: Matrix
    signed: Matrix
    interval: Matrix
    covered: Matrix
    seconds: float


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin: actual values [series, horizon], scores by method, coverage of totals [region, horizon], [1, horizon]."""

    year: int
    actual: Matrix
    methods: dict[str, Judged]
    regions: Matrix
    grand: Matrix


def read_panel(path: Path) -> Panel:
    """A panel from region, industry, year, value; repeated rows are refused by the reader."""
    table = pd.read_csv(path).rename(columns={"value": "persons"})
    if "region" not in table:
        table["region"] = "all"
    return Panel.from_table(table[["region", "industry", "year", "persons"]])


def origins_of(years: Years, wanted: int | None, since: int | None, until: int | None) -> list[int]:
    """Years to forecast from."""
    possible = [int(y) for y in years[FIRST - 1 : -1] if (not since or y >= since) and (not until or y <= until)]
    if wanted is None or wanted >= len(possible):
        return possible
    return [possible[i] for i in np.unique(np.linspace(0, len(possible) - 1, wanted).round().astype(int))]


def judge_origin(panel: Panel, every: int, numbered: tuple[int, int]) -> Origin:
    """Forecasts of every method from one origin, judged. `numbered`: its number and year."""
    number, year = numbered
    past = panel.up_to(year).latest(SPAN)
    at = len(panel.up_to(year).years)
    known = np.isfinite(past.persons)
    judged = (known.sum(axis=1) >= FIRST) & known[:, -1]
    actual = np.where(judged[:, None], _wide(panel.persons[:, at : at + HORIZONS]), np.nan)
    scale = yearly_change(past.persons, past.years)[:, None]
    methods: dict[str, Judged] = {}
    covered = grand = np.zeros((0, HORIZONS))
    for name, automatic in ((CORE, False), (OURS, True))[: 1 + available()]:
        start = time.process_time()
        forecast = Forecaster(automatic=automatic).fit(past).predict(HORIZONS)
        ends = _ends(path_intervals(forecast.paths))
        methods[name] = _judge(forecast.persons, ends, actual, scale, time.process_time() - start)
        region = panel.group("region")
        covered = _totals(region, forecast.paths, actual, judged)
        if region.max() > 0:
            grand = _totals(np.zeros_like(region), forecast.paths, actual, judged)
    ahead = past.years[-1] + np.arange(1, HORIZONS + 1)
    for name, method in SIMPLE.items():
        start = time.process_time()
        mean = method(past.persons, past.years, ahead, 10)
        methods[name] = _judge(mean, None, actual, scale, time.process_time() - start)
    for name in (ETS, ARIMA, THETA) if available() else ():
        chosen = judged & ((np.arange(len(judged)) + number) % (every if name == ARIMA else 1) == 0)
        start = time.process_time()
        mean, ends = _peer(name, past, np.flatnonzero(chosen))
        methods[name] = _judge(mean, ends, actual, scale, time.process_time() - start)
    return Origin(year, actual, methods, covered, grand)


def _wide(values: Matrix) -> Matrix:
    return np.pad(values, ((0, 0), (0, HORIZONS - values.shape[1])), constant_values=np.nan)


def _ends(named: dict[str, Matrix]) -> Ends:
    return {level: (named[f"lo{level}"], named[f"hi{level}"]) for level in LEVELS}


def _judge(mean: Matrix, ends: Ends | None, actual: Matrix, scale: Matrix, seconds: float) -> Judged:
    off = mean - actual
    interval = covered = np.full(actual.shape, np.nan)
    if ends is not None:
        interval = interval_score(mean, ends, actual) / scale
        covered = _inside(*ends[80], np.where(np.isfinite(mean), actual, np.nan))
    return Judged(np.abs(off) / scale, np.abs(off), off, interval, covered, seconds)


def _inside(low: Matrix, high: Matrix, actual: Matrix) -> Matrix:
    return np.where(np.isfinite(actual), (low <= actual) & (actual <= high), np.nan)


def _totals(groups: np.ndarray, paths: np.ndarray, actual: Matrix, judged: np.ndarray) -> Matrix:
    """Coverage of the totals of the judged series of each group that has two of them or more."""
    group = groups[judged]
    total = group_sums(paths[:, judged].transpose(1, 0, 2), group)
    many = np.bincount(group, minlength=len(total)) > 1
    low, high = _ends(path_intervals(total[many].transpose(1, 0, 2)))[80]
    return _inside(low, high, group_sums(actual[judged], group)[many])


def _peer(name: str, past: Panel, rows: np.ndarray) -> tuple[Matrix, Ends]:
    """Some series by one automatic model, each from its first counted year on; NaN for the other series."""
    shape = (len(past.labels), HORIZONS)
    mean = np.full(shape, np.nan)
    ends = {level: (np.full(shape, np.nan), np.full(shape, np.nan)) for level in LEVELS}
    for row in rows:
        begun = int(np.argmax(np.isfinite(past.persons[row])))
        values = interpolate(past.persons[[row], begun:], past.years[begun:])[0]
        found = _one(name, values)
        last = np.full(HORIZONS, values[-1])
        mean[row] = _finite(found.get("mean", last), last)
        for level in LEVELS:
            for end, side in zip(ends[level], ("lo", "hi"), strict=True):
                end[row] = _finite(found.get(f"{side}-{level}", mean[row]), mean[row])
    return mean, ends


def _one(name: str, values: np.ndarray) -> dict[str, Any]:
    models = import_module("statsforecast.models")
    kinds: dict[str, Callable[[], Any]] = {
        ETS: lambda: models.AutoETS(season_length=1, model="ZZN"),
        ARIMA: lambda: models.AutoARIMA(season_length=1, max_p=2, max_q=2),
        THETA: lambda: models.AutoTheta(season_length=1),
    }
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return dict(kinds[name]().forecast(y=values, h=HORIZONS, level=list(LEVELS)))
        except Exception as failure:  # a peer that fails on a series is judged by its last value, not dropped
            click.echo(f"{name} failed on a series: {failure}", err=True)
            return {}


def _finite(values: Any, instead: np.ndarray) -> np.ndarray:
    found = np.asarray(values, dtype=float)
    return np.where(np.isfinite(found), found, instead)


def run(panel: Panel, origins: list[int], every: int, workers: int) -> Iterator[Origin]:
    """All origins, in their order."""
    job = partial(judge_origin, panel, every)
    if workers == 1:
        yield from map(job, enumerate(origins))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(job, enumerate(origins))


def summary(panel: Panel, origins: list[Origin]) -> dict[str, Any]:
    """The JSON object."""
    scores = {name: [one.methods[name] for one in origins] for name in origins[0].methods}
    ours = OURS if OURS in scores else CORE
    scaled = {name: np.stack([one.scaled for one in judged]) for name, judged in scores.items()}
    interval = {name: np.stack([one.interval for one in judged]) for name, judged in scores.items()}
    missed = {name: np.stack([one.missed for one in judged]) for name, judged in scores.items()}
    covered = {name: np.stack([one.covered for one in judged]) for name, judged in scores.items()}
    actual = np.stack([one.actual for one in origins])
    mase = {name: _brought(scaled, name) for name in scores}
    best = min((mase[name] for name in (ETS, ARIMA, THETA) if name in mase), default=None)
    return {
        "series": len(panel.labels),
        "origins": len(origins),
        "first_origin": origins[0].year,
        "last_origin": origins[-1].year,
        "forecasts": int(np.isfinite(scaled[ours]).sum()),
        "arima_forecasts": int(np.isfinite(scaled[ARIMA]).sum()) if ARIMA in scaled else 0,
        "mase": mase,
        "mase_by_horizon": {name: _by_horizon(values) for name, values in scaled.items()},
        "wape": {name: _brought(missed, name) / float(np.nanmean(actual)) for name in scores},
        "bias": {name: _bias(judged, actual) for name, judged in scores.items()},
        "ratio_vs_best_auto": mase[OURS] / best if best and OURS in mase else None,
        "ratio_vs_best_auto_core": mase[CORE] / best if best else None,
        "ratio_vs_excel": mase[ours] / mase["excel_linear"],
        "ratio_vs_drift": mase[ours] / mase["drift"],
        "coverage80": float(np.nanmean(covered[ours])),
        "coverage80_by_horizon": _by_horizon(covered[ours]),
        "coverage80_region_total": _mean(np.concatenate([one.regions for one in origins])),
        "coverage80_grand_total": _mean(np.concatenate([one.grand for one in origins])),
        "coverage80_method": {name: _mean(values) for name, values in covered.items() if np.isfinite(values).any()},
        "swis": {name: _brought(interval, name) for name, values in interval.items() if np.isfinite(values).any()},
        "seconds": {name: sum(one.seconds for one in judged) for name, judged in scores.items()},
    }


def _brought(values: dict[str, Matrix], name: str) -> float:
    """Mean over all forecasts; of a method run on some of them, brought to all by AutoETS on the same ones."""
    own = np.isfinite(values[name])
    if name != ARIMA:
        return float(values[name][own].mean())
    every = values[ETS][np.isfinite(values[ETS])].mean()
    return float(values[name][own].mean() * every / values[ETS][own].mean())


def _mean(values: Matrix) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def _by_horizon(values: Matrix) -> dict[int, float]:
    return {h + 1: float(np.nanmean(values[:, :, h])) for h in range(HORIZONS) if np.isfinite(values[:, :, h]).any()}


def _bias(judged: list[Judged], actual: Matrix) -> float:
    signed = np.stack([one.signed for one in judged])
    return float(np.nansum(signed) / actual[np.isfinite(signed)].sum())


def _said(found: dict[str, Any]) -> str:
    lines = [
        f"{found['series']} series, {found['origins']} origins {found['first_origin']}-{found['last_origin']}",
        f"{found['forecasts']} forecasts, {found['arima_forecasts']} of them by AutoARIMA",
        f"{'':14} {'MASE':>7} {'WAPE':>7} {'bias':>8} {'sWIS':>7} {'cover 80':>9} {'CPU s':>8}",
    ]
    for name, value in sorted(found["mase"].items(), key=lambda item: item[1]):
        swis, cover = found["swis"].get(name), found["coverage80_method"].get(name)
        lines.append(
            f"{name:14} {value:7.3f} {found['wape'][name]:7.4f} {found['bias'][name]:+8.4f} "
            f"{'-' if swis is None else f'{swis:.3f}':>7} {'-' if cover is None else f'{cover:.3f}':>9} "
            f"{found['seconds'][name]:8.1f}"
        )
    covered = "  ".join(f"{h}: {share:.3f}" for h, share in found["coverage80_by_horizon"].items())
    lines.append(f"80 % coverage of the default by horizon: {covered}")
    keys = (
        "coverage80_region_total",
        "coverage80_grand_total",
        "ratio_vs_best_auto",
        "ratio_vs_best_auto_core",
        "ratio_vs_excel",
        "ratio_vs_drift",
    )
    return "\n".join(
        [*lines, *(f"{key}: {found[key] if found[key] is None else round(found[key], 4)}" for key in keys)]
    )


@click.command()
@click.argument("csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--origins", "wanted", type=int, default=None, help="Use so many origins, evenly spread.")
@click.option("--from-year", type=int, default=None, help="First origin.")
@click.option("--to-year", type=int, default=None, help="Last origin.")
@click.option("--arima-every", type=int, default=None, help="AutoARIMA on one series in K at each origin.")
@click.option("--workers", type=int, default=2, help="Processes.")
def main(
    csv: Path, as_json: bool, wanted: int | None, from_year: int | None, to_year: int | None,
    arima_every: int | None, workers: int,
) -> None:  # fmt: skip
    """Judge the default forecaster on CSV (region, industry, year, value)."""
    panel = read_panel(csv)
    chosen = origins_of(panel.years, wanted, from_year, to_year)
    if not chosen:
        raise click.ClickException(f"{csv.name}: no year has {FIRST} years up to it and one after it")
    every = arima_every or max(1, -(-len(chosen) * len(panel.labels) // ARIMA_FITS))
    found = summary(panel, list(run(panel, chosen, every, workers)))
    click.echo(json.dumps(found, indent=1) if as_json else _said(found))


if __name__ == "__main__":
    main()
