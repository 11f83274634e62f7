"""What the rooms after demand see of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from talentplan.demand.intervals import Paths

__all__ = ["Openings"]


def _no_paths() -> Paths:
    return np.zeros((0, 0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings by occupation, level and year, and how they came about.

    table: one row per occupation x level x year over all years of the case (plan years and tail), sorted by
        (occupation, level, year); columns
        occupation, level: codes; year: int;
        expansion, replacement: persons/year, this level's part of max(0, change + exits + transfers) split in
            proportion (expansion may be negative; expansion + replacement >= 0 after the floor), the mean over the
            sample paths, as all persons of this table;
        others: persons/year filled by others than new graduates (1 - graduate_share);
        external: persons/year of external supply that the openings absorb; excess_external: the rest of it;
        openings: persons/year, >= 0, for new graduates of the group: what the allocator matches;
        held: bool, held flat because it lies beyond `forecast.hold_after`, or beyond the last given year;
        given: bool, taken from the openings table, which tells openings for new graduates only: expansion,
            replacement and others are 0 there. Elsewhere expansion + replacement = others + external + openings.
    employment: industry x year, history and forecast: industry, year, persons (drivers and projections in), baseline
        (before them), lo50, hi50, lo80, hi80, lo95, hi95 (ends of the central intervals over the sample paths; absent
        without paths), method ("history", "interpolated" where a year between counts is missing, the name of the
        method, or "mixed" where districts differ). Ends where openings are held flat: beyond that nothing is claimed.
    occupation_employment: occupation, year, persons, from the year before the first openings to the same end.
    backtest: scores of every method by group of industries (their section; "" for all), as in Backtest.table.
    choices: one row per series: district, industry, method, reason, mase (mean over horizons of the method, NaN where
        not judged), train_from (first year it learnt from, 0 for none), train_years (years it learnt from), break_year
        (last break in the series, 0 for none). reason is one of
        default (the ensemble); clearly_better (another method's past errors in this group are at least three
        tenths smaller); least_error (the ensemble is not allowed: least mean MASE); small_panel (too few series to
        learn from one another: the ensemble of simple methods); short_history (fewer than three years; last value
        repeated); short_after_break (too few years since the break, earlier ones are not comparable; last value
        repeated); not_judged (no backtest was possible; last value repeated); constant (history without change; last
        value repeated); at_zero (nobody employed in the last year; stays so); ended (not counted in the last year of
        the others; damped drift from its own); no_history (never counted; drivers only).
    track_record: past forecasts of the default beside what came, as in Backtest.track_record.
    methods: method, industry, year, persons: what every method says, before drivers and projections.
    signals: occupation and the observed signs of its shortage, as in `shortage_signals`.
    employment_paths: float32[path, industry, year], sample paths of employment in the order of `path_industries` and
        `path_employment_years`.
    paths: float32[path, pair, year], `openings` on every path; pairs are the (occupation, level) of the table in its
        order, years those of the table. Their mean over paths is the table's `openings`.
    """

    table: pd.DataFrame
    employment: pd.DataFrame
    occupation_employment: pd.DataFrame
    backtest: pd.DataFrame
    choices: pd.DataFrame = field(default_factory=pd.DataFrame)
    track_record: pd.DataFrame = field(default_factory=pd.DataFrame)
    methods: pd.DataFrame = field(default_factory=pd.DataFrame)
    signals: pd.DataFrame = field(default_factory=pd.DataFrame)
    employment_paths: Paths = field(default_factory=_no_paths)
    path_industries: tuple[str, ...] = ()
    path_employment_years: tuple[int, ...] = ()
    paths: Paths = field(default_factory=_no_paths)
