"""The benchmark command, and the accuracy that the documentation claims, on origins that took no part in tuning."""

import json
from pathlib import Path

import pytest
from benchmarks.forecasting import CORE, main, origins_of, read_panel, run, summary
from click.testing import CliRunner
from tests.demand.panels import rows, seeded

KEYS = {
    "series", "origins", "mase", "wape", "ratio_vs_best_auto", "ratio_vs_best_auto_core", "ratio_vs_excel",
    "ratio_vs_drift", "coverage80", "coverage80_by_horizon", "coverage80_region_total", "swis", "seconds",
}  # fmt: skip


def test_the_command_prints_every_key(tmp_path):
    file = tmp_path / "small.csv"
    rows(seeded(regions=2, industries=5, years=16)).rename(columns={"persons": "value"}).to_csv(file, index=False)
    done = CliRunner().invoke(main, [str(file), "--json", "--workers", "1", "--origins", "2"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found.keys() >= KEYS
    assert (found["series"], found["origins"]) == (10, 2)
    assert found["ratio_vs_drift"] == pytest.approx(
        found["mase"]["default" if "default" in found["mase"] else CORE] / found["mase"]["drift"]
    )
    assert 0 <= found["coverage80"] <= 1


def test_a_file_without_enough_years_is_refused_in_words(tmp_path):
    file = tmp_path / "short.csv"
    rows(seeded(years=12)).rename(columns={"persons": "value"}).to_csv(file, index=False)
    done = CliRunner().invoke(main, [str(file)])
    assert done.exit_code == 1
    assert "no year has 12 years up to it and one after it" in done.output


@pytest.mark.slow
def test_australia_from_origins_that_took_no_part(reference_data):
    panel = read_panel(Path(reference_data) / "forecasting" / "au_state_industry_annual.csv")
    found = summary(panel, list(run(panel, origins_of(panel.years, None, 2010, None), 20, 2)))
    assert found["ratio_vs_excel"] <= 0.9
    assert found["ratio_vs_drift"] < 1
    assert found["mase"][CORE] < found["mase"]["naive"]
    assert 0.74 <= found["coverage80"] <= 0.88
    assert 0.72 <= found["coverage80_region_total"] <= 0.88
    if found["ratio_vs_best_auto_core"] is not None:
        assert found["ratio_vs_best_auto_core"] < 1
