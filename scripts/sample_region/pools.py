"""Illustrative entrant pools: whom the lines enrol today, a little more than that now and fewer as births fell."""

from __future__ import annotations

import numpy as np

from sample_region.history import History
from sample_region.lines import KINDS, Line

__all__ = ["ORIGINS", "catchments", "entrants"]

ORIGINS = ("core", "city", "province", "other")
YEARS = range(2025, 2039)

# junior-high leavers are 15 years old, senior-high leavers 18: births rose until 2016 and fell fast afterwards
JUNIOR = {
    2025: 0.98,
    2026: 1.0,
    2027: 1.01,
    2028: 1.0,
    2029: 1.01,
    2030: 1.0,
    2031: 0.98,
    2032: 0.95,
    2033: 0.89,
    2034: 0.84,
    2035: 0.74,
    2036: 0.66,
    2037: 0.60,
    2038: 0.58,
}
SENIOR = {
    2025: 0.99,
    2026: 1.0,
    2027: 1.01,
    2028: 1.01,
    2029: 1.02,
    2030: 1.03,
    2031: 1.03,
    2032: 1.03,
    2033: 1.02,
    2034: 1.01,
    2035: 0.98,
    2036: 0.93,
    2037: 0.87,
    2038: 0.80,
}
LEVEL_OFF = dict.fromkeys(YEARS, 1.0)

# group: index, slack above today's intake, share by origin, take-up ceiling by origin
GROUPS: dict[str, tuple[dict[int, float], float, tuple[float, ...], tuple[float, ...]]] = {
    "jh_exam": (JUNIOR, 1.05, (0.43, 0.53, 0.04, 0.0), (0.14, 0.16, 0.01, 0.0)),
    "jh_joined": (JUNIOR, 1.06, (0.47, 0.53, 0.0, 0.0), (0.16, 0.18, 0.0, 0.0)),
    "sh_unified": (SENIOR, 1.06, (0.22, 0.30, 0.34, 0.14), (0.18, 0.20, 0.03, 0.01)),
    "sh_single": (SENIOR, 1.06, (0.20, 0.34, 0.46, 0.0), (0.25, 0.25, 0.05, 0.0)),
    "voc_exam": (JUNIOR, 0.74, (0.30, 0.40, 0.30, 0.0), (0.20, 0.20, 0.06, 0.0)),
    "workers": (LEVEL_OFF, 1.15, (0.50, 0.50, 0.0, 0.0), (0.03, 0.03, 0.0, 0.0)),
    "sh_degree": (SENIOR, 1.05, (0.16, 0.22, 0.42, 0.20), (0.10, 0.10, 0.02, 0.005)),
    "ug_exam": (LEVEL_OFF, 1.20, (0.10, 0.10, 0.40, 0.40), (0.05, 0.05, 0.02, 0.01)),
}

CITY_SCHOOLS = {
    "S01": ("core", "city"),
    "S02": ("core", "city"),
    "S03": ("core", "city"),
    "S04": ("core", "city", "province"),
    "S05": ("core", "city"),
    "S06": ("city",),
    "S07": ("city", "province"),
}


def catchments() -> list[dict[str, object]]:
    """Rows of the catchments table; colleges recruit from everywhere and have none."""
    return [{"school": school, "origin": origin} for school, origins in CITY_SCHOOLS.items() for origin in origins]


def entrants(
    lines: list[Line], level: dict[str, str], history: History, rng: np.random.Generator
) -> list[dict[str, object]]:
    """Rows of the entrants table."""
    today: dict[str, int] = {}
    for line in lines:
        group = KINDS[line.kind][2].get(level[line.program], "")
        today[group] = today.get(group, 0) + history.registered.get((line.code, 2026), 0)
    found: list[dict[str, object]] = []
    for group, (index, slack, shares, ceilings) in GROUPS.items():
        for origin, share, ceiling in zip(ORIGINS, shares, ceilings, strict=True):
            if share == 0:
                continue
            for year in YEARS:
                wobble = 1 + (rng.normal(0, 0.004) if year > 2026 else 0.0)
                persons = today[group] * slack * share / ceiling * index[year] * wobble
                found.append(
                    {
                        "origin": origin,
                        "entrant_group": group,
                        "year": year,
                        "persons": int(-(-persons // 10) * 10),
                        "take_up": ceiling,
                        "basis": "illustrative",
                        "source": "示例；走势参照历年出生人口",
                    }
                )
    return found
