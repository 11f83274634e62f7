"""Panels for tests: one seeded, with a common shock, trends of industries and regions, and noise."""

import numpy as np
import pandas as pd

from talentplan.demand.panel import Panel


def long(values, first=2000, region="r"):
    """Rows of (region, industry, year, persons) of series by industry code; None is a year without a row."""
    return pd.DataFrame(
        [
            {"region": region, "industry": code, "year": first + k, "persons": value}
            for code, series in values.items()
            for k, value in enumerate(series)
            if value is not None
        ]
    )


def seeded(regions=4, industries=6, years=20, seed=3):
    """A panel as a real one might look: float[series, year] around 1,000 persons."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0.01, 0.015, years)
    industry = rng.normal(0, 0.02, (industries, 1)) + rng.normal(0, 0.01, (industries, years))
    region = rng.normal(0, 0.005, (regions, 1, 1)) + rng.normal(0, 0.005, (regions, 1, years))
    growth = common + industry + region + rng.normal(0, 0.02, (regions, industries, years))
    persons = 1000 * np.exp(rng.normal(0, 1, (regions, industries, 1)) + np.cumsum(growth, axis=2))
    labels = pd.DataFrame(
        {
            "region": np.repeat([f"r{k}" for k in range(regions)], industries),
            "industry": np.tile([f"i{k}" for k in range(industries)], regions),
        }
    )
    return Panel(labels, np.arange(2000, 2000 + years), persons.reshape(-1, years))


def rows(panel):
    """A panel as a long table."""
    count, years = panel.persons.shape
    frame = panel.labels.loc[panel.labels.index.repeat(years)].reset_index(drop=True)
    return frame.assign(year=np.tile(panel.years, count), persons=panel.persons.ravel())
