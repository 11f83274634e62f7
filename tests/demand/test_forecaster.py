import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.demand.panels import long, rows, seeded

from talentplan.demand.automatic import available
from talentplan.demand.forecaster import Forecaster
from talentplan.demand.members import all_members
from talentplan.demand.methods import METHODS
from talentplan.demand.panel import Panel
from talentplan.errors import InputError

PLAIN = Forecaster(paths=0, automatic=False)
STEADY = [100.0, 104, 103, 108, 112, 111, 117, 119]


def by_industry(found, column):
    return dict(zip(found.labels["industry"], getattr(found, column), strict=True))


def test_every_fallback_says_why():
    found = PLAIN.fit(
        long(
            {
                "short": [None] * 6 + [50, 60],
                "constant": [70] * 8,
                "ended": [80, 82, 84, 86, 88, 90, None, None],
                "zero": [9, 8, 7, 5, 3, 2, 1, 0],
                "usual": STEADY,
            }
        )
    ).predict(2)
    assert by_industry(found, "reason") == {
        "short": "short_history", "constant": "constant", "ended": "ended", "zero": "at_zero", "usual": "small_panel",
    }  # fmt: skip
    said = by_industry(found, "persons")
    assert said["short"].tolist() == [60, 60]
    assert said["constant"].tolist() == [70, 70]
    assert said["zero"].tolist() == [0, 0]
    # 2 a year to 90 in 2005; .9 + .81 + .729 of it by 2008
    assert said["ended"][0] == pytest.approx(90 + 2 * (0.9 + 0.81 + 0.729))
    table = found.table()
    assert set(table.loc[table["industry"] == "usual", "reason"]) == {"small_panel"}


def test_a_series_that_was_never_counted_is_none_and_says_so():
    panel = seeded()
    panel.persons[0] = np.nan
    found = PLAIN.fit(panel).predict(3)
    assert (found.reason[0], found.persons[0].tolist()) == ("no_history", [0, 0, 0])
    assert (found.reason[1:] == "").all()


def test_three_points_are_enough_and_two_repeat_the_last():
    three = PLAIN.fit(long({"A": [10, 12, 14]})).predict(1)
    assert three.persons[0, 0] > 14
    two = PLAIN.fit(long({"A": [10, 12]})).predict(1)
    assert two.persons.tolist() == [[12]]


def test_the_small_ensemble_is_the_geometric_mean_of_shift_share_and_theta():
    panel = Panel.from_table(long({"A": STEADY}))
    members = all_members(panel, 3, automatic=False).persons
    assert members["ensemble"] == pytest.approx(np.sqrt(members["shift_share"] * members["theta"]))
    # one region: its share of the industry is all of it
    ahead = panel.years[-1] + np.arange(1, 4)
    assert members["shift_share"] == pytest.approx(METHODS["damped_drift"](panel.persons, panel.years, ahead, 10))


def test_shift_share_keeps_the_share_of_the_industry():
    table = pd.concat([long({"A": [10, 20, 30, 40]}, region="x"), long({"A": [90, 90, 90, 90]}, region="y")])
    members = all_members(Panel.from_table(table), 1, automatic=False).persons
    whole = 130 + 0.9 * 10  # 100 -> 130 over three years, damped
    assert members["shift_share"][:, 0].tolist() == pytest.approx([whole * 40 / 130, whole * 90 / 130])


def test_a_large_panel_learns_from_all_series():
    members = all_members(seeded(), 5, automatic=False)
    assert members.pooled
    assert {"ridge", "boosting", "shift_share", "ensemble"} <= set(members.persons)
    trends = [members.persons[name] for name in ("shift_share", "damped_drift", "drift")]
    means = [(members.persons["ridge"] * members.persons["boosting"] * trend) ** (1 / 3) for trend in trends]
    assert any(np.allclose(mean, members.persons["ensemble"]) for mean in means)


@pytest.mark.skipif(not available(), reason="statsforecast, of the extra [forecast], is not installed")
def test_the_automatic_models_count_half():
    panel = seeded()
    without, with_them = (all_members(panel, 4, automatic=on).persons for on in (False, True))
    expected = without["ensemble"] ** (3 / 3.5) * with_them["automatic"] ** (0.5 / 3.5)
    assert with_them["ensemble"] == pytest.approx(expected)


def test_equal_seeds_give_equal_paths_and_others_other_ones():
    once, again, other = (Forecaster(40, seed, False).fit(seeded()).predict(4).paths for seed in (0, 0, 1))
    assert (once == again).all()
    assert not np.allclose(once, other)


def test_row_order_changes_nothing():
    table = rows(seeded(regions=3, industries=4))
    fit = Forecaster(30, automatic=False).fit
    once, again = fit(table).predict(3), fit(table.sample(frac=1, random_state=4)).predict(3)
    pd.testing.assert_frame_equal(once.table(), again.table())
    assert (once.paths == again.paths).all()


def test_the_unit_of_the_counts_does_not_matter():
    panel = seeded()
    thousand = Panel(panel.labels, panel.years, panel.persons * 1000)
    once, scaled = (Forecaster(50, automatic=False).fit(p).predict(4) for p in (panel, thousand))
    assert scaled.persons == pytest.approx(once.persons * 1000, rel=1e-6)
    assert scaled.paths == pytest.approx(once.paths * 1000, rel=1e-3)


def test_only_the_latest_twenty_years_count():
    panel = seeded(years=30)
    found, same = (PLAIN.fit(p).predict(3).persons for p in (panel, panel.latest(20)))
    assert (found == same).all()


def test_paths_are_mean_true_and_add_up():
    found = Forecaster(400, automatic=False).fit(seeded()).predict(6)
    assert found.paths.mean(axis=0, dtype=np.float64) == pytest.approx(found.persons, rel=1e-5)
    total, by_region = found.totals(), found.totals(["region"])
    assert by_region.groupby("year")["persons"].sum().to_numpy() == pytest.approx(total["persons"].to_numpy())
    sums = found.paths.sum(axis=1)
    assert total["lo80"].to_numpy() == pytest.approx(np.quantile(sums, 0.1, axis=0), rel=1e-5)
    assert total["hi80"].to_numpy() == pytest.approx(np.quantile(sums, 0.9, axis=0), rel=1e-5)
    # narrower than if all series fell together, wider than if each went its own way
    parts = found.table().groupby("year")[["lo80", "hi80"]].sum()
    width = (total["hi80"] - total["lo80"]).to_numpy()
    alone = np.sqrt(found.table().assign(w=lambda t: (t["hi80"] - t["lo80"]) ** 2).groupby("year")["w"].sum())
    assert (width < (parts["hi80"] - parts["lo80"]).to_numpy()).all()
    assert (width > alone.to_numpy()).all()


def test_intervals_lie_inside_one_another():
    table = Forecaster(200, automatic=False).fit(seeded()).predict(5).table()
    ends = ["lo95", "lo80", "lo50", "hi50", "hi80", "hi95"]
    assert (table[ends].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert (table["lo95"] >= 0).all()
    width = table.assign(width=np.log(table["hi80"] / table["lo80"])).groupby("year")["width"].mean()
    assert (width.diff().dropna() > 0).all()  # the farther the less is known


@settings(max_examples=30)
@given(
    arrays(
        float, st.tuples(st.integers(1, 12), st.integers(1, 14)), elements=st.sampled_from([np.nan, 0, 1e-3, 5, 1e6])
    )
)
def test_no_history_is_too_odd(values):
    count, years = values.shape
    labels = pd.DataFrame({"region": "r", "industry": [f"i{k:02}" for k in range(count)]})
    found = Forecaster(20, automatic=False).fit(Panel(labels, np.arange(2000, 2000 + years), values)).predict(3)
    assert np.isfinite(found.persons).all()
    assert (found.persons >= 0).all()
    assert np.isfinite(found.paths).all()
    assert (found.paths >= 0).all()


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"persons": -1.0}, "persons", "must be a number >= 0"),
        ({"persons": "many"}, "persons", "must be a number >= 0"),
        ({"year": 2001}, "year", "must stand once"),
    ],
)
def test_bad_rows_are_named(change, column, says):
    table = long({"A": [1.0, 2, 3]}).astype({"persons": object})
    for name, value in change.items():
        table.loc[2, name] = value
    with pytest.raises(InputError) as failure:
        PLAIN.fit(table)
    problem = failure.value.problems[0]
    assert (problem.row, problem.column) == (4, column)
    assert says in problem.rule_en


def test_a_missing_column_and_an_empty_table_are_named():
    with pytest.raises(InputError) as failure:
        PLAIN.fit(long({"A": [1.0]}).drop(columns="industry"))
    assert failure.value.problems[0].column == "industry"
    with pytest.raises(InputError):
        PLAIN.fit(long({"A": []}).reindex(columns=["region", "industry", "year", "persons"]))
