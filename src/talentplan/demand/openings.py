"""What the rooms after demand see of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Openings"]


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings by occupation, level and year, and how they came about.

    table: one row per occupation x level x year over all years of the case (plan years and tail), sorted by
        (occupation, level, year); columns
        occupation, level: codes; year: int;
        expansion, replacement: persons/year, this level's part of max(0, change + exits + transfers) split in
            proportion (expansion may be negative; expansion + replacement >= 0 after the floor);
        others: persons/year filled by others than new graduates (1 - graduate_share);
        external: persons/year of external supply that the openings absorb; excess_external: the rest of it;
        openings: persons/year, >= 0, for new graduates of the group: what the allocator matches;
        held: bool, held flat because it lies beyond `forecast.hold_after`, or beyond the last given year;
        given: bool, taken from the openings table, which tells openings for new graduates only: expansion,
            replacement and others are 0 there. Elsewhere expansion + replacement = others + external + openings.
    employment: industry x year, history and forecast: industry, year, persons (drivers added), baseline (before
        drivers), method ("history", "interpolated" where a year between counts is missing, or the name of the
        method). Ends where openings are held flat: beyond that nothing is claimed.
    occupation_employment: occupation, year, persons, from the year before the first openings to the same end.
    backtest: industry, method, horizon (years), mase, mape, n; industry "" is the pooled row; chosen: bool. Always
        all methods, so that the simple ones are seen; an industry nobody could judge has n = 0 at horizon 1.
    choices: one row per industry: industry, method, reason, mase (mean over horizons of the method, NaN where not
        judged), train_from (first year it learnt from, 0 for none), train_years (years it learnt from), break_year
        (last break in the series, 0 for none). reason is one of
        least_error (least mean MASE in the backtest); short_history (too few years to judge; last value repeated);
        short_after_break (too few years since the break, earlier ones are not comparable; last value repeated);
        constant (history without change; last value repeated); no_history (never counted; drivers only).
    """

    table: pd.DataFrame
    employment: pd.DataFrame
    occupation_employment: pd.DataFrame
    backtest: pd.DataFrame
    choices: pd.DataFrame = field(default_factory=pd.DataFrame)
