"""The benchmark of the cohorts runs and its three ways of counting agree."""

import json

from benchmarks.cohorts import main
from click.testing import CliRunner


def test_the_command_prints_every_key():
    done = CliRunner().invoke(main, ["--json", "--offerings", "60", "--years", "9", "--runs", "1"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["offerings"], found["years"]) == (60, 9)
    assert found["seconds"].keys() == {"lags", "step", "follow", "rates", "total"}
    assert found["largest_difference"] < 1e-9
    assert 0 < found["mean_completion"] < 1 < found["mean_study_years"] < 5
    assert found["changes_of_line"] > 0


def test_the_summary_says_what_was_measured():
    done = CliRunner().invoke(main, ["--offerings", "20", "--years", "4", "--runs", "1"])
    assert done.exit_code == 0, done.output
    assert "20 offerings, 4 years" in done.output
