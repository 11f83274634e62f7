"""What schools share in the random cases, drawn with dice of their own, so that other parts of a case stay what they were."""

from __future__ import annotations

from random import Random
from typing import Any


def draw_sharing(seed: int, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    """Adds to the settings and tables of a random case what its seed says."""
    _travel(Random(-3 - 5 * seed), settings, tables)


def _travel(dice: Random, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    if dice.random() < 0.4:
        settings["policy"]["travel_limit"] = dice.choice([0.0, 30.0, 45.0])
        for row in tables.get("agreements", []):
            row["minutes"] = dice.choice([None, 10.0, 30.0, 60.0])
