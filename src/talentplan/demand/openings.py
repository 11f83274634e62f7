"""What the rooms after demand see of it."""

from __future__ import annotations

from dataclasses import dataclass

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
        held: bool, held flat because it lies beyond `forecast.hold_after`;
        given: bool, taken from the openings table.
    employment: industry x year, history and forecast: industry, year, persons (drivers added), baseline (before
        drivers), method ("history" or the name of the method).
    occupation_employment: occupation, year, persons.
    backtest: industry, method, horizon (years), mase, mape, n; industry "" is the pooled row; chosen: bool.
    """

    table: pd.DataFrame
    employment: pd.DataFrame
    occupation_employment: pd.DataFrame
    backtest: pd.DataFrame
