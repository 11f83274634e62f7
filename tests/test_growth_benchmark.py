"""The benchmark of growth: slopes known by hand, a picture that holds every size, two tiny regions from start to end."""

import json
import xml.etree.ElementTree as ET

import pytest
from benchmarks import growth
from click.testing import CliRunner

SVG = "{http://www.w3.org/2000/svg}"


def row(nonzeros: int, status: str = "optimal", **measured: float) -> dict[str, object]:
    same = dict.fromkeys(("build_s", "handover_s", "solve_s", "peak_mb"), 1.0)
    return {"size": [1, 1, 1, 1], "nonzeros": nonzeros, "status": status, **same, **measured}


SQUARED = [row(n, solve_s=3e-6 * n**2, peak_mb=5.0 * n**0.5) for n in (1000, 4000, 50_000)]


def test_slopes_are_the_exponents_of_growth():
    found = growth.slopes([*SQUARED, {"size": [9, 9, 9, 9], "status": "timeout"}])
    assert found == pytest.approx({"build_s": 0.0, "handover_s": 0.0, "solve_s": 2.0, "peak_mb": 0.5}, abs=1e-9)
    assert growth.slopes(SQUARED[:1]) == {}


def test_the_axis_is_logarithmic():
    axis = growth.Axis(1.0, 10_000.0, 100.0, 500.0)
    assert [axis.at(value) for value in (1.0, 100.0, 10_000.0)] == pytest.approx([100.0, 300.0, 500.0])
    assert axis.ticks() == [1.0, 10.0, 100.0, 1000.0, 10_000.0]
    assert growth.Axis(0.9, 60.0, 0.0, 1.0).ticks() == [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]


def test_the_picture_shows_every_solved_size_inside_its_frame():
    drawn = ET.fromstring(growth.picture([*SQUARED, row(9, "timeout")], growth.slopes(SQUARED)))
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in drawn.iter(f"{SVG}circle")]
    assert len(dots) == 3 * (len(growth.SECONDS) + len(growth.MEMORY))
    assert all(growth.LEFT < x < growth.WIDTH and growth.TOP < y < growth.HEIGHT - growth.BOTTOM for x, y in dots)
    words = {text.text for text in drawn.iter(f"{SVG}text")}
    assert {"solve, slope 2.00", "peak of the process, slope 0.50", "Memory, MB"} <= words


def test_two_tiny_regions_are_measured_and_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(growth, "REGIONS", ((3, 9, 8, 3), (5, 12, 10, 4)))
    done = CliRunner().invoke(growth.main, ["--json", "--picture", str(tmp_path / "growth.svg")])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.strip().splitlines()[-1])
    small, large = found["sizes"]
    assert set(small) == {"size", *growth.KEPT}
    assert small["status"] == large["status"] == "optimal"
    assert small["size"] == [3, 9, 8, 3]
    assert all(small[key] < large[key] for key in ("columns", "rows", "nonzeros"))
    assert set(found["slopes"]) == set(growth.MEASURES)
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_size_that_takes_too_long_or_fails_is_named():
    assert growth.in_a_process_of_its_own((3, 9, 8, 3), 0.01) == {"size": [3, 9, 8, 3], "status": "timeout"}
    failed = growth.in_a_process_of_its_own((0, 0, 0, 0), None)
    assert failed["status"] == "failed"
    assert failed["message"]
