"""How time and memory of the linear program grow with its size, from city to province.

    python -m benchmarks.growth [--time-limit SECONDS] [--picture docs/images/growth.svg] [--json]

Six random regions (benchmarks/generated.py), each built, handed over and solved in a process of its own (`measure` of
benchmarks/allocation.py: CPU seconds, the least of three builds and hand-overs, one solve; peak memory of the whole process, some
200 MB of which is there before any program). A size that takes longer than the limit (wall seconds) or fails is named with its
status and left out of the rest. Slopes are those of straight lines through the logarithms, by least squares: time ~ nonzeros to
the power of the slope.

Run it on a quiet machine: the largest size alone takes minutes.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.allocation import OURS, measure

ROOT = Path(__file__).resolve().parents[1]
Region = tuple[int, int, int, int]
# schools, programs, occupations, plan years; the first is `city`, the third `group`, the last `province`
REGIONS: tuple[Region, ...] = (
    (9, 33, 32, 8),
    (20, 65, 60, 9),
    (40, 120, 100, 10),
    (80, 200, 160, 11),
    (130, 290, 220, 12),
    (205, 400, 300, 12),
)
KEPT = ("columns", "rows", "nonzeros", "build_s", "handover_s", "solve_s", "peak_mb", "status")
MEASURES = ("build_s", "handover_s", "solve_s", "peak_mb")
SECONDS = {"solve_s": ("solve", "#0b5a8f"), "build_s": ("build", "#d98e2b"), "handover_s": ("hand over", "#3c7a56")}
MEMORY = {"peak_mb": ("peak of the process", "#5b3f8c")}
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 440, 340, 62, 46, 52, 12  # of one panel, in pixels


def in_a_process_of_its_own(size: Region, limit: float | None) -> dict[str, Any]:
    """What one size takes; `status` says timeout or failed where nothing could be measured."""
    words = ",".join(map(str, size))
    call = [sys.executable, "-m", "benchmarks.growth", "--one", words]
    try:
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"size": list(size), "status": "timeout"}
    if done.returncode:
        return {"size": list(size), "status": "failed", "message": done.stderr.strip().rsplit("\n", 1)[-1]}
    return {"size": list(size), **json.loads(done.stdout.strip().splitlines()[-1])}


def slopes(rows: list[dict[str, Any]]) -> dict[str, float]:
    """measure -> exponent of the nonzeros with which it grows; nothing with fewer than two sizes."""
    solved = [row for row in rows if row["status"] == "optimal"]
    if len({row["nonzeros"] for row in solved}) < 2:
        return {}
    x = np.log([row["nonzeros"] for row in solved])
    return {key: float(np.polyfit(x, np.log([row[key] for row in solved]), 1)[0]) for key in MEASURES}


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: values from low to high stand between the pixels start and end."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """1, 2 and 5 times the powers of ten within it; the powers alone where that is more than eight."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        every = [m * 10.0**k for k in powers for m in (1, 2, 5) if self.low <= m * 10.0**k <= self.high]
        whole = [10.0**k for k in powers if self.low <= 10.0**k <= self.high]
        return every if len(every) <= 8 or len(whole) < 2 else whole


def _axis(values: list[float], start: float, end: float) -> Axis:
    return Axis(min(values) / 1.3, max(values) * 1.3, start, end)


def _text(x: float, y: float, words: str, *, anchor: str = "middle", look: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{look}>{words}</text>'


def _panel(rows: list[dict[str, Any]], grown: dict[str, float], title: str, series: dict[str, tuple[str, str]]) -> str:
    """One diagram: nonzeros against what is measured, a line each, its slope in the legend."""
    size = [row["nonzeros"] for row in rows]
    x = _axis(size, LEFT, WIDTH - RIGHT)
    y = _axis([row[key] for row in rows for key in series], HEIGHT - BOTTOM, TOP + 16 * len(series))
    parts = [_text(LEFT, 18, title, anchor="start", look=' font-weight="600" font-size="14"')]
    for value in x.ticks():
        at = x.at(value)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y.end:.1f}" y2="{y.start:.1f}" stroke="#e3e8ee"/>')
        parts.append(_text(at, y.start + 18, f"{value:,.0f}"))
    for value in y.ticks():
        at = y.at(value)
        parts.append(f'<line x1="{x.start:.1f}" x2="{x.end:.1f}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e3e8ee"/>')
        parts.append(_text(x.start - 8, at + 4, f"{value:,.10g}", anchor="end"))
    parts.append(_text((x.start + x.end) / 2, HEIGHT - 10, "nonzeros of the linear program"))
    for number, (key, (name, colour)) in enumerate(series.items()):
        points = [(x.at(n), y.at(row[key])) for n, row in zip(size, rows, strict=True)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        row = TOP - 10 + 16 * number
        parts.append(f'<rect x="{LEFT}" y="{row - 8}" width="12" height="8" fill="{colour}"/>')
        slope = f", slope {grown[key]:.2f}" if key in grown else ""
        parts.append(_text(LEFT + 18, row, name + slope, anchor="start"))
    return "\n".join(parts)


def picture(rows: list[dict[str, Any]], grown: dict[str, float]) -> str:
    """Time beside memory as SVG, both axes logarithmic; sizes that were not solved are left out."""
    solved = [row for row in rows if row["status"] == "optimal"]
    time = _panel(solved, grown, "Time, CPU seconds", SECONDS)
    memory = _panel(solved, grown, "Memory, MB", MEMORY)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" width="{2 * WIDTH}" height="{HEIGHT}" role="img"
 font-family="system-ui, 'Segoe UI', 'Noto Sans', sans-serif" font-size="12" fill="#17212e">
<title>Time and memory of the linear program against its nonzeros</title>
<rect width="100%" height="100%" fill="#fff"/>
<g>
{time}
</g>
<g transform="translate({WIDTH} 0)">
{memory}
</g>
</svg>
"""


def _one(words: str) -> None:
    schools, programs, occupations, years = map(int, words.split(","))
    found = measure((schools, programs, occupations, years), OURS)
    click.echo(json.dumps({key: found[key] for key in KEPT}))


@click.command()
@click.option("--time-limit", type=float, default=None, help="Wall seconds for one size.")
@click.option("--picture", "place", type=click.Path(path_type=Path), help="Draw an SVG into this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--one", hidden=True, help="Measure one size in this process.")
def main(time_limit: float | None, place: Path | None, as_json: bool, one: str | None) -> None:
    """Measure every size, one after the other."""
    if one is not None:
        _one(one)
        return
    rows = []
    for size in REGIONS:
        rows.append(in_a_process_of_its_own(size, time_limit))
        click.echo(f"{size}: {rows[-1]['status']}", err=True)
    grown = slopes(rows)
    if place is not None and grown:
        place.write_text(picture(rows, grown), encoding="utf-8")
    if as_json:
        click.echo(json.dumps({"sizes": rows, "slopes": grown}))
        return
    for row in rows:
        click.echo("  ".join(f"{key} {row[key]}" for key in ("size", *KEPT) if key in row))
    click.echo("slopes: " + ", ".join(f"{key} {value:.2f}" for key, value in grown.items()))


if __name__ == "__main__":
    main()
