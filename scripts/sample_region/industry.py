"""Illustrative employment 2015-2026 by industry and the projects history does not know.

The years 2015-2018 follow the shape of the national series (facts/national_employment.csv); later years are growth
rates typed here by judgement, with noise.
"""

from __future__ import annotations

import numpy as np

from sample_region.facts import facts

__all__ = ["EMPLOYED", "drivers", "employment", "future_growth", "industries"]

YEARS = range(2015, 2027)

# industry: persons in 2018, yearly growth 2019-2021, 2022-2024, 2025-2026, pillar
PATHS: dict[str, tuple[int, float, float, float, bool]] = {
    "33": (24500, -0.018, -0.010, -0.004, False),
    "342": (15200, -0.010, 0.016, 0.022, True),
    "343": (10400, -0.012, 0.004, 0.006, False),
    "344": (21800, -0.008, 0.004, 0.006, True),
    "345": (27600, -0.012, 0.002, 0.004, True),
    "35": (25200, -0.010, 0.008, 0.010, True),
    "361": (13200, -0.024, -0.030, -0.026, False),
    "367": (25800, -0.015, -0.004, 0.002, True),
    "371": (13600, -0.010, 0.002, 0.004, True),
    "373": (30200, 0.004, 0.034, 0.038, True),
    "382": (14600, -0.004, 0.010, 0.012, False),
    "384": (5600, 0.048, 0.078, 0.070, True),
    "39": (22400, 0.006, 0.010, 0.008, False),
    "40": (8100, -0.004, 0.008, 0.010, False),
    "43": (9200, 0.010, 0.016, 0.014, False),
}
EMPLOYED = tuple(PATHS)
SHAPE = "示例；2015—2018年走势参照全国同行业就业序列"


def industries() -> list[dict[str, object]]:
    """Rows of the industries table."""
    return [{**row, "pillar": PATHS[row["industry"]][4], "basis": "official"} for row in facts("industries")]


def employment(rng: np.random.Generator) -> list[dict[str, object]]:
    """Rows of the employment table."""
    national = {(row["industry"], int(row["year"])): float(row["persons_10k"]) for row in facts("national_employment")}
    found = []
    for industry, (base, early, middle, late, _) in PATHS.items():
        value = float(base)
        for year in YEARS:
            if year <= 2018:
                # the region moves with the country, at half its pace
                shape = (national[industry, year] / national[industry, 2018]) ** 0.5
                value = base * shape
            else:
                value *= 1 + (early if year <= 2021 else middle if year <= 2024 else late)
            noise = 1 + rng.normal(0, 0.008)
            found.append(
                {
                    "industry": industry,
                    "year": year,
                    "persons": int(round(value * noise, -1)),
                    "coverage": "all",
                    "break": False,
                    "basis": "illustrative",
                    "source": SHAPE,
                }
            )
    return found


def future_growth() -> dict[str, float]:
    """Yearly growth a plain trend carries on: the mean of the last two stretches."""
    return {industry: 0.5 * (path[2] + path[3]) for industry, path in PATHS.items()}


def drivers() -> list[dict[str, object]]:
    """Rows of the drivers table."""
    rows: list[tuple[str, str, str, str, int, int, int, float]] = [
        ("battery_phase_2", "动力电池二期投产", "Second phase of the battery plant", "384", 2028, 1100, 3, 0.8),
        (
            "ship_orders",
            "高技术船舶手持订单交付高峰",
            "Delivery peak of high-value ship orders",
            "373",
            2028,
            1300,
            3,
            0.7,
        ),
        (
            "engine_line_closure",
            "燃油车型产线关停",
            "Closure of a combustion-engine vehicle line",
            "361",
            2027,
            -700,
            2,
            0.7,
        ),
        ("bearing_smart_plant", "轴承智能工厂以机代人", "Bearing works automates", "345", 2028, -500, 4, 0.6),
    ]
    names = ("driver", "name_zh", "name_en", "industry", "year", "persons", "ramp_years", "probability")
    return [{**dict(zip(names, row, strict=True)), "basis": "illustrative", "source": "示例"} for row in rows]
