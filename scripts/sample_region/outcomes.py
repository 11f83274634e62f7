"""Illustrative first destinations of completers by school and program."""

from __future__ import annotations

import numpy as np

from sample_region.history import LAST, History
from sample_region.lines import Line
from sample_region.supply import DESTINATIONS, Steady

__all__ = ["outcomes"]

WAGE = {"secondary": 4300, "higher_vocational": 5200, "undergraduate": 6600, "master": 9200}
# share of those in work whose job is what they were taught, by program family; the rest of the sample 0.72
RELATED = {
    "660108": 0.42,
    "460113": 0.44,
    "660701": 0.46,
    "460701": 0.48,
    "460704": 0.50,
    "660203": 0.52,
    "460203": 0.52,
    "660103": 0.86,
    "460103": 0.88,
    "460305": 0.84,
    "660303": 0.83,
    "660105": 0.88,
    "460504": 0.90,
    "660501": 0.86,
    "460501": 0.84,
}


def outcomes(
    lines: list[Line], level: dict[str, str], history: History, flow: Steady, rng: np.random.Generator
) -> list[dict[str, object]]:
    """Rows of the outcomes table, the last three summers."""
    found: list[dict[str, object]] = []
    points = sorted({(line.school, line.program) for line in lines})
    for school, program in points:
        mine = [line for line in lines if (line.school, line.program) == (school, program)]
        name = level[program]
        done = sum(flow.completers[line.code] for line in mine)
        share = sum(flow.inside[line.code] for line in mine) / done if done else 0.0
        outside, local = DESTINATIONS[name]
        related = RELATED.get(program, 0.72)
        stays = float(np.clip(local + rng.normal(0, 0.03) + (0.05 if school in ("S06", "S07") else 0.0), 0.1, 0.95))
        finds = 0.80 + 0.16 * related - (0.06 if school == "H04" else 0.0)
        for year in range(LAST - 2, LAST + 1):
            graduates = sum(history.completed.get((line.code, year), 0) for line in mine)
            if graduates == 0:
                continue
            inside = round(graduates * share)
            out = int(rng.binomial(graduates - inside, outside))
            employed = int(rng.binomial(graduates - inside - out, finds))
            found.append(
                {
                    "school": school,
                    "program": program,
                    "year": year,
                    "graduates": graduates,
                    "further_study": inside + out,
                    "outside": out,
                    "employed": employed,
                    "related": int(rng.binomial(employed, related)),
                    "local": int(rng.binomial(employed, stays)),
                    "wage": int(round(WAGE[name] * (1 + rng.normal(0, 0.04)) * (0.85 + 0.2 * related), -2)),
                    "basis": "illustrative",
                    "source": "示例",
                }
            )
    return found
