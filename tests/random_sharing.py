"""What schools share in the random cases, drawn with dice of their own, so that other parts of a case stay what they were."""

from __future__ import annotations

from random import Random
from typing import Any


def draw_sharing(seed: int, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    """Adds to the settings and tables of a random case what its seed says."""
    _travel(Random(-3 - 5 * seed), settings, tables)
    _teachers(Random(-4 - 7 * seed), tables)


def _travel(dice: Random, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    if dice.random() < 0.4:
        settings["policy"]["travel_limit"] = dice.choice([0.0, 30.0, 45.0])
        for row in tables.get("agreements", []):
            row["minutes"] = dice.choice([None, 10.0, 30.0, 60.0])


def _teachers(dice: Random, tables: dict[str, list[dict[str, Any]]]) -> None:
    if dice.random() < 0.5:
        return
    schools = [s["school"] for s in tables["schools"]]
    clusters = {s: [""] for s in schools}
    for row in tables.get("specialists", []):
        clusters[row["school"]].append(row["cluster"])
    tables["teacher_agreements"] = [
        {"agreement": f"{a}-{b}-{c}", "from_school": a, "to_school": b, "cluster": c,
         "teachers_max": dice.choice([0.5, 2.0, 6.0]), "minutes": dice.choice([None, 20.0, 50.0]),
         "first_year": dice.choice([0, 0, 2026]), "last_year": dice.choice([9999, 9999, 2027])}
        for a in schools
        for b in schools
        if a != b
        for c in clusters[a]
        if dice.random() < 0.4
    ]  # fmt: skip
