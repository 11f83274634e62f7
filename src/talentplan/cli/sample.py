"""The sample region that comes with talentplan."""

from __future__ import annotations

from pathlib import Path

from talentplan.errors import InputError, Problem

__all__ = ["sample_model"]


def sample_model() -> Path:
    """The planning model of the sample region: in the wheel under sample/, in a clone beside src/."""
    package = Path(__file__).resolve().parents[1]
    places = [package / "sample" / "models" / "dalian.yaml", package.parents[1] / "models" / "dalian.yaml"]
    for place in places:
        if place.is_file():
            return place
    raise InputError((
        Problem("", str(places[0]), None, None, "", "缺少示例区域", "the sample region is missing",
                "重新安装 talentplan", "install talentplan again"),
    ))  # fmt: skip
