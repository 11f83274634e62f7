"""What last year's plan would yield, year after year: the yardstick for illustrative openings and limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_region.history import LEAVING, History
from sample_region.lines import KINDS, Line

__all__ = ["DESTINATIONS", "Steady", "steady"]

# share of completers who study on outside the group, share of those in work who stay in the region
DESTINATIONS: dict[str, tuple[float, float]] = {
    "secondary": (0.22, 0.80),
    "higher_vocational": (0.10, 0.60),
    "undergraduate": (0.16, 0.35),
    "master": (0.08, 0.25),
}


@dataclass(frozen=True, slots=True)
class Steady:
    """Per line code, when last year's plan repeats for ever.

    years: student-years on roll per entrant; load: students at fill 1; roll: students expected; completers and inside:
    persons a year who complete and who pass on inside the group; local: persons a year who seek work in the region.
    """

    years: dict[str, float]
    load: dict[str, float]
    roll: dict[str, float]
    completers: dict[str, float]
    inside: dict[str, float]
    local: dict[str, float]


def steady(lines: list[Line], level: dict[str, str], history: History, exam_inside: dict[str, float]) -> Steady:
    """`exam_inside`: persons a year whom examination pathways take from each line."""
    found = Steady({}, {}, {}, {}, {}, {})
    agreed: dict[str, float] = {}
    for (sender, _, year), number in history.passed.items():
        if year == 2026:
            agreed[sender] = agreed.get(sender, 0.0) + number
    for line in lines:
        name = level[line.program]
        duration = KINDS[line.kind][1][name]
        stay = np.cumprod([1.0, *LEAVING[name][:duration]])
        plan = history.plan.get((line.code, 2026), 0)
        came = history.registered.get((line.code, 2026), 0)
        found.years[line.code] = float(stay[:duration].sum())
        found.load[line.code] = max(plan, came) * found.years[line.code]
        found.roll[line.code] = came * found.years[line.code]
        done = came * float(stay[duration])
        inside = min(done, agreed.get(line.code, 0.0) + exam_inside.get(line.code, 0.0))
        outside, local = DESTINATIONS[name]
        found.completers[line.code] = done
        found.inside[line.code] = inside
        found.local[line.code] = (done - inside) * (1 - outside) * local
    return found
