"""The benchmark of futures on a region small enough to solve at once: keys, and objectives that agree."""

import json

import numpy as np
from benchmarks import sweeps
from benchmarks.generated import SIZES
from click.testing import CliRunner

KEYS = {
    "warm_s",
    "cold_s",
    "plan_s",
    "pulp_s",
    "judge_s",
    "ratio_cold",
    "ratio_pulp",
    "judge_ratio",
    "judge_ratio_plan",
}


def test_the_command_prints_every_key(monkeypatch):
    monkeypatch.setitem(SIZES, "city", (3, 9, 8, 3))
    answer = CliRunner().invoke(sweeps.main, ["--scenarios", "6", "--sample", "3", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output.strip().splitlines()[-1])
    assert set(found["noise"]) == {"0.02", "0.05"}
    for figures in found["noise"].values():
        assert set(figures) >= KEYS
        assert set(figures["cold_s"]) == {"simplex", "ipm", "deferred"}
        assert figures["mean_regret"] >= -1e-6
        assert np.isfinite([figures[key] for key in KEYS - {"cold_s"}]).all()
