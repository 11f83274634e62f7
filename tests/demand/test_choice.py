import numpy as np
import pandas as pd
import pytest
from tests.demand.panels import seeded

from talentplan.demand.backtest import NAMES, rolling_backtest
from talentplan.demand.choice import MARGIN, choose
from talentplan.demand.forecaster import Forecaster, PanelForecast
from talentplan.demand.panel import Panel

PLAIN = Forecaster(0, automatic=False)


def straight(series=6, years=14):
    """Lines that a drift tells exactly."""
    slope = np.arange(1, series + 1)[:, None]
    labels = pd.DataFrame({"region": "r", "industry": [f"i{k}" for k in range(series)]})
    return Panel(labels, np.arange(2000, 2000 + years), 100 + slope * np.arange(years, dtype=float))


def chosen(panel, allowed=NAMES, groups=None):
    backtest = rolling_backtest(panel, PLAIN, min_train=4, origins=8)
    return choose(PLAIN.fit(panel).predict(3), backtest, allowed, groups or ["g"] * len(panel.labels)), backtest


def test_a_group_leaves_the_default_for_a_clearly_better_method():
    found, _ = chosen(straight())
    assert set(found.method) == {"drift"}
    assert set(found.reason) == {"clearly_better"}
    assert found.score == pytest.approx([0] * 6, abs=1e-9)


def test_a_group_stays_with_the_default_where_nothing_is_clearly_better():
    found, backtest = chosen(seeded())
    score = backtest.score(np.ones(24, dtype=bool))[:, 0]
    default = score[NAMES.index("ensemble")]
    assert np.nanmin(score) > (1 - MARGIN) * default  # else the panel tests nothing
    assert set(found.method) == {"ensemble"}
    assert set(found.reason) == {"default"}


def test_groups_choose_on_their_own():
    walk, line = seeded(regions=1, industries=9, years=14), straight(series=9)
    labels = pd.DataFrame({"region": "r", "industry": [f"i{k:02}" for k in range(18)]})
    panel = Panel(labels, line.years, np.concatenate([walk.persons, line.persons]))
    found, _ = chosen(panel, groups=["walk"] * 9 + ["line"] * 9)
    assert set(found.method[9:]) == {"drift"}
    assert set(found.method[:9]) != {"drift"}


def test_methods_not_allowed_are_not_taken_however_good():
    found, _ = chosen(straight(), allowed=["ensemble", "naive"])
    assert "drift" not in set(found.method)


def test_without_the_default_every_series_takes_its_least_error():
    panel = straight(series=2)
    panel.persons[1] = [100, 101] * 7
    found, backtest = chosen(panel, allowed=["naive", "drift", "excel_linear"])
    assert found.reason.tolist() == ["least_error"] * 2
    every = backtest.score()[[NAMES.index(n) for n in ("naive", "drift", "excel_linear")]]
    assert found.score == pytest.approx(every.min(axis=0))


def test_a_fallback_is_never_overruled():
    panel = straight()
    panel.persons[0] = 55.0
    found, _ = chosen(panel)
    assert (found.method[0], found.reason[0]) == ("naive", "constant")


def test_few_judged_forecasts_change_nothing():
    found, backtest = chosen(straight(series=1, years=7))
    assert backtest.judged(np.array([True])) < 40
    assert (found.method[0], found.reason[0]) == ("ensemble", "small_panel")


def test_an_empty_panel_chooses_nothing():
    empty = Panel(pd.DataFrame({"region": [], "industry": []}), np.array([2000]), np.zeros((0, 1)))
    forecast: PanelForecast = PLAIN.fit(empty).predict(1)
    found = choose(forecast, rolling_backtest(empty, PLAIN, min_train=3, origins=2), NAMES, [])
    assert len(found.method) == 0
