"""California, 668 institutions, to a proven optimum with the audit agreeing (minutes; needs the reference data)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from benchmarks.california import run, tables


@pytest.mark.slow
def test_california_is_planned_to_a_proven_optimum(reference_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENTPLAN_REFERENCE_DATA", str(reference_data))
    result = run()
    assert result["status"] == "optimal"
    assert result["audit"]["ok"]
    assert result["offerings"] > 15_000
    assert result["shortage"]["after"] < result["shortage"]["before"]
    assert len(result["reallocations"]) == 10


def test_every_completion_is_in_a_line(reference_data: Path) -> None:
    found, held = tables(reference_data / "us_california")
    lines = found["offerings"]
    history = found["intake_history"]
    last = history[history["year"] == history["year"].max()]
    assert len(last) == len(lines)
    # 2022-24 mean of first majors: counted once more from the file, without this benchmark's code
    raw = pd.read_csv(reference_data / "us_california" / "completions_2020_2024.csv.gz", dtype={"MAJORNUM": str})
    mean = raw[raw["year"].between(2022, 2024) & (raw["MAJORNUM"] == "1")]["CTOTALT"].sum() / 3
    assert last["plan"].sum() == pytest.approx(mean)
    assert set(lines.loc[lines["control"] == "given", "program"]) == set(held["programs"])
