from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from tests.demand.panels import long, seeded

from talentplan.demand.backtest import NAMES, rolling_backtest
from talentplan.demand.forecaster import Forecaster
from talentplan.demand.panel import Panel

NAN = np.nan
SIMPLE = ["naive", "drift", "excel_linear"]
AT = [NAMES.index(name) for name in SIMPLE]


def judged(*series, min_train=3, origins=99, window=10):
    panel = Panel(
        pd.DataFrame({"region": "r", "industry": [f"i{k}" for k in range(len(series))]}),
        np.arange(2000, 2000 + len(series[0])),
        np.array(series, dtype=float),
    )
    return rolling_backtest(panel, Forecaster(0, automatic=False, window=window), min_train=min_train, origins=origins)


def cell(table, method, horizon, group=""):
    return table.set_index(["group", "method", "horizon"]).loc[(group, method, horizon)]


def test_errors_by_hand():
    # Origins: after 10 12 16 (mean change 3) and after 10 12 16 18 (mean change 8/3).
    # naive: misses 2 and 8, then 6. drift: 19, 22 against 18, 24, then 62/3 against 24.
    # Excel: 56/3, 65/3 against 18, 24, then 21 against 24.
    found = judged([10, 12, 16, 18, 24])
    scaled = found.scaled[AT, :, 0]
    assert scaled[:, 0, 0] == pytest.approx([2 / 3, 1 / 3, 2 / 9])
    assert scaled[:, 0, 1] == pytest.approx([8 / 3, 2 / 3, 7 / 9])
    assert scaled[:, 1, 0] == pytest.approx([9 / 4, 5 / 4, 9 / 8])
    assert np.isnan(scaled[:, 1, 1]).all()
    # The mean over horizons of the MASE, each horizon once.
    assert found.score()[AT, 0] == pytest.approx([2.0625, 0.7291666667, 0.7256944444])
    assert found.best(SIMPLE).tolist() == [NAMES.index("excel_linear")]
    assert found.best(["naive", "drift"]).tolist() == [NAMES.index("drift")]
    assert found.best([]).tolist() == [-1]
    table = found.table(["g"], ["drift"])
    naive = cell(table, "naive", 1)
    assert naive["n"] == 2
    assert naive["mase"] == pytest.approx((2 / 3 + 9 / 4) / 2)
    assert naive["rmsse"] == pytest.approx(np.sqrt((4 / 10 + 36 / 8) / 2))  # changes 2, 4 and 2, 4, 2 squared
    assert naive["wape"] == pytest.approx(8 / 42)
    assert naive["bias"] == pytest.approx(-8 / 42)
    assert naive["direction"] == 0  # no change was said, a rise came
    assert cell(table, "drift", 1)["direction"] == 1
    assert cell(table, "drift", 1)["chosen"]
    assert not naive["chosen"]
    assert cell(table, "drift", 1, "g")["bias"] == pytest.approx((1 - 10 / 3) / 42)


def test_ties_go_to_the_simpler_method():
    steady = judged([10, 12, 14, 16, 18, 20])
    assert steady.best(SIMPLE).tolist() == [NAMES.index("drift")]
    # Up and down by the same step: all miss, the last value least or as little as any.
    assert judged([10, 12, 10, 12, 10, 12, 10]).best(SIMPLE).tolist() == [NAMES.index("naive")]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_after_the_origin_is_used(name):
    panel = seeded(2, 5, 14)
    later = panel.persons.copy()
    later[:, -1] *= 3
    changed = Panel(panel.labels, panel.years, later)
    settings = Forecaster(50, automatic=name == "automatic")
    low, high = (rolling_backtest(p, settings, min_train=8, origins=3) for p in (panel, changed))
    said = NAMES.index(name)
    assert np.isfinite(low.said[said]).any()
    np.testing.assert_array_equal(low.said[said], high.said[said])
    for level in low.ends:
        np.testing.assert_array_equal(low.ends[level][0], high.ends[level][0])
    assert (low.was[:, :, 0] != high.was[:, :, 0])[-1].all()


def test_horizons_end_at_ten_and_origins_are_spread():
    found = judged(np.arange(30.0) ** 2)
    assert found.said.shape[3] == 10
    assert np.isfinite(found.was[:, 0]).sum(axis=0).tolist() == [27 - h for h in range(10)]
    few = judged(np.arange(30.0) ** 2, origins=4)
    assert few.origins.tolist() == [2002, 2011, 2019, 2028]  # the first possible, the last possible, evenly between


def test_short_constant_and_gappy_series_do_not_stop_the_batch():
    found = judged(
        [10, 12, 16, 18, 24],
        [NAN, NAN, 5, 6, 7],  # three known years: no origin has an actual value after it
        [8, 8, 8, 8, 8],  # no change to scale by
        [0, 0, 0, 0, 0],
        [NAN] * 5,
        [10, NAN, 14, 16, 18],  # one origin (2003) with three known years; 2 a year through the gap
    )
    assert found.best(SIMPLE).tolist() == [AT[2], -1, -1, -1, -1, AT[1]]
    assert np.isfinite(found.was).sum(axis=(0, 2)).tolist() == [3, 0, 3, 3, 0, 1]
    assert found.scaled[AT[0], 1, 5, 0] == pytest.approx(2 / 2)
    every = np.ones(6, dtype=bool)
    assert found.judged(every) == 4
    assert np.isfinite(found.table([""] * 6, ["naive"] * 6)[["mase", "wape", "bias"]]).all(axis=None)


def test_a_year_that_was_not_counted_is_no_origin():
    # From 2002 on to 2004 and 2005, from 2004 on to 2005; 2003 is unknown as origin and as actual value.
    assert np.isfinite(judged([10, 12, 14, NAN, 18, 20]).was[:, 0]).sum() == 3


def test_an_empty_panel_has_an_empty_table():
    found = judged([5, NAN])
    assert found.table(["g"], ["naive"]).empty
    assert found.track_record().empty


def test_the_track_record_is_what_was_said():
    panel = Panel.from_table(long({"A": [10, 12, 16, 18, 24, 25]}))
    found = rolling_backtest(panel, Forecaster(100, automatic=False), min_train=4, origins=9)
    record = found.track_record()
    assert record[["made", "year", "was"]].to_numpy().tolist() == [
        [2003, 2004, 24], [2003, 2005, 25], [2004, 2005, 25],
    ]  # fmt: skip
    assert record["naive"].tolist() == [18, 18, 24]
    alone = Forecaster(200, automatic=False).fit(panel.up_to(2003)).predict(2)
    assert record["said"].tolist()[:2] == pytest.approx(alone.persons[0].tolist())
    low, high = np.quantile(alone.paths[:, 0], [0.1, 0.9], axis=0)
    assert record["lo80"].tolist()[:2] == pytest.approx(low.tolist())
    assert record["hi80"].tolist()[:2] == pytest.approx(high.tolist())


def _by_the_book(values, min_train, window):
    """The mean MASE over horizons of the three methods, one number at a time."""
    scores = []
    for method in SIMPLE:
        by_horizon: dict[int, list[float]] = {}
        for end in range(min_train, len(values)):
            train = values[max(0, end - 20) : end]  # every method sees the latest twenty years
            scale = sum(abs(b - a) for a, b in pairwise(train)) / (len(train) - 1)
            for h in range(1, min(10, len(values) - end) + 1):
                if method == "naive":
                    guess = train[-1]
                elif method == "drift":
                    guess = train[-1] + h * (train[-1] - train[0]) / (len(train) - 1)
                else:
                    recent = train[-window:]
                    guess = np.polyval(np.polyfit(range(len(recent)), recent, 1), len(recent) - 1 + h)
                miss = abs(max(0.0, guess) - values[end + h - 1])
                if scale > 0:  # a history without change has no scale
                    by_horizon.setdefault(h, []).append(miss / scale)
        scores.append(np.mean([np.mean(v) for v in by_horizon.values()]))
    return scores


@pytest.fixture(scope="module")
def china(reference_data):
    table = pd.read_csv(reference_data / "cn" / "china_employment_by_sector_1990_2018.csv", index_col="Code")
    return table[[str(y) for y in range(1990, 2019)]] * 1e4


@pytest.mark.slow
def test_china_1990_2018_agrees_with_the_book(china):
    history = china.to_numpy()
    labels = pd.DataFrame({"region": "cn", "industry": china.index})
    panel = Panel(labels, np.arange(1990, 2019), history)
    found = rolling_backtest(panel, Forecaster(0, automatic=False), min_train=4, origins=99)
    expected = np.array([_by_the_book(list(row), 4, 10) for row in history]).T
    np.testing.assert_allclose(found.score()[AT], expected, rtol=1e-6)
    best = np.searchsorted(AT, found.best(SIMPLE))
    np.testing.assert_allclose(np.take_along_axis(expected, best[None], 0)[0], expected.min(axis=0), rtol=1e-6)
    assert np.isfinite(found.was).sum(axis=0).tolist() == [list(range(25, 15, -1))] * len(china)
    assert set(best.tolist()) == {0, 1, 2}  # each wins somewhere: no method is best for all
