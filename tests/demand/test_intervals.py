from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.demand.panels import seeded

from talentplan.demand.intervals import _SHAPE, calibrate, sample_paths
from talentplan.demand.methods import naive
from talentplan.demand.panel import Panel, group_sums

NORMAL = 1.2815515655446004  # 90 % quantile of the standard normal distribution


def repeat_the_last(panel, horizons):
    return naive(panel.persons, panel.years, panel.years[-1] + np.arange(1, horizons + 1), 10)


def walks(series=300, years=20, regions=10, together=0.0, seed=1, everywhere=False):
    """Random walks in logarithms, 5 % a year, `together` of the variance shared within a region or everywhere."""
    rng = np.random.default_rng(seed)
    region = np.repeat(np.arange(regions), series // regions)
    shared = rng.normal(size=(regions, years))[np.zeros_like(region) if everywhere else region]
    growth = 0.05 * (np.sqrt(together) * shared + np.sqrt(1 - together) * rng.normal(size=(series, years)))
    labels = pd.DataFrame({"region": [f"r{k:02}" for k in region], "industry": [f"i{k:03}" for k in range(series)]})
    return Panel(labels, np.arange(2000, 2000 + years), 1000 * np.exp(np.cumsum(growth, axis=1)))


def test_a_random_walk_needs_no_scaling():
    known = calibrate(walks(), 3, repeat_the_last)
    assert known.origins == 14
    assert known.factor == pytest.approx([1, 1, 1], abs=0.08)
    assert known.shape[_SHAPE == 0.8] == pytest.approx([NORMAL])
    assert known.shape[_SHAPE == 0.95] == pytest.approx([1.96], abs=0.25)  # normal growth has normal errors


def test_a_forecast_twice_as_wrong_gets_intervals_twice_as_wide():
    panel = walks()
    rng = np.random.default_rng(0)

    def wrong(past, horizons):
        return repeat_the_last(past, horizons) * np.exp(rng.normal(0, 0.05 * np.sqrt(3), (len(past.labels), horizons)))

    once, twice = (calibrate(panel, 1, forecast).factor[0] for forecast in (repeat_the_last, wrong))
    assert twice / once == pytest.approx(2, abs=0.25)


def test_a_short_history_widens_by_the_root_of_twelve_over_its_years():
    panel = walks(years=3)
    known = calibrate(panel, 2, repeat_the_last)
    assert known.origins == 0
    assert known.factor / known.factor[0] == pytest.approx([1, np.sqrt(1 + 0.25)], rel=0.12)
    assert known.factor[0] == pytest.approx(2, abs=0.2)  # sqrt(12 / 3)


def test_paths_cover_what_comes():
    inside = []
    for seed in range(6):
        whole = walks(series=100, years=24, seed=seed)
        past, point = whole.up_to(2019), None
        point = repeat_the_last(past, 4)
        paths = sample_paths(past, point, calibrate(past, 4, repeat_the_last), 300, 0)
        low, high = np.quantile(paths, [0.1, 0.9], axis=0)
        came = whole.persons[:, 20:]
        inside.append((low <= came) & (came <= high))
    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)
    assert np.mean(inside, axis=(0, 1)) == pytest.approx([0.8] * 4, abs=0.07)


@pytest.mark.parametrize(("together", "ratio"), [(0.0, 10**-0.5), (0.9, 0.95)])
def test_series_of_a_region_move_together_as_they_did(together, ratio):
    panel = walks(series=100, together=together)
    point = repeat_the_last(panel, 2)
    paths = sample_paths(panel, point, calibrate(panel, 2, repeat_the_last), 500, 0)
    totals = group_sums(paths.transpose(1, 0, 2), panel.group("region"))
    deviation = np.log(totals).std(axis=1).mean() / np.log(paths).std(axis=0).mean()
    assert deviation == pytest.approx(ratio, abs=0.17)


@pytest.mark.parametrize(("everywhere", "ratio"), [(False, 0.95 * 10**-0.5), (True, 0.95)])
def test_regions_move_together_as_they_did(everywhere, ratio):
    """Ten regions of ten series that fall as one: the grand total is as uncertain as they, or as a tenth of them."""
    panel = walks(series=100, together=0.9, everywhere=everywhere)
    point = repeat_the_last(panel, 2)
    paths = sample_paths(panel, point, calibrate(panel, 2, repeat_the_last), 500, 0)
    deviation = np.log(paths.sum(axis=1)).std(axis=0).mean() / np.log(paths).std(axis=0).mean()
    assert deviation == pytest.approx(ratio, abs=0.17)


def test_the_grand_total_is_judged_by_its_own_past_errors():
    """Shocks that hardly show a common fall, past forecasts of the total that were far off: the paths go half way."""
    panel = walks(series=100)
    point = repeat_the_last(panel, 2)
    known = calibrate(panel, 2, repeat_the_last)

    def deviation(times):
        wider = replace(known, grand_width=times * known.grand_width)
        return np.log(sample_paths(panel, point, wider, 500, 0).sum(axis=1)).std(axis=0).mean()

    assert deviation(1.5) > 1.1 * deviation(1.0)
    assert deviation(3.0) > 1.1 * deviation(1.5)


def test_one_region_is_its_own_grand_total():
    known = calibrate(walks(regions=1, series=30), 4, repeat_the_last)
    assert known.grand_width == pytest.approx(known.region_width)


def test_the_mean_of_the_paths_is_the_forecast():
    panel = seeded()
    point = repeat_the_last(panel, 5)
    paths = sample_paths(panel, point, calibrate(panel, 5, repeat_the_last), 99, 3)
    assert paths.mean(axis=0, dtype=float) == pytest.approx(point, rel=1e-5)


def test_one_path_is_the_forecast():
    panel = seeded()
    point = repeat_the_last(panel, 2)
    paths = sample_paths(panel, point, calibrate(panel, 2, repeat_the_last), 1, 0)
    assert paths[0] == pytest.approx(point)
