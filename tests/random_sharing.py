"""What schools share in the random cases, drawn with dice of their own, so that other parts of a case stay what they were."""

from __future__ import annotations

from random import Random
from typing import Any


def draw_sharing(seed: int, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    """Adds to the settings and tables of a random case what its seed says."""
    _travel(Random(-3 - 5 * seed), settings, tables)
    _teachers(Random(-4 - 7 * seed), tables)
    _joint(Random(-5 - 11 * seed), settings, tables)


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


def _joint(dice: Random, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    """First units that cost more, joint bases and their users, clusters with few leaders."""
    schools = [s["school"] for s in tables["schools"]]
    payers, users = [], []
    for row in tables.get("investments", []):
        row["cluster"] = dice.choice(["", "C1", "C1", "C2"])
        row["cost_first"] = dice.choice([None, row["cost"], row["cost"] * 1.5])
        if dice.random() < 0.4:
            share = dice.choice([0.25, 0.5])
            own = dice.random() < 0.5
            payers += [
                {"investment": row["investment"], "unit": schools[0], "share": 1 - share, "earmark": dice.choice(["", "fund"])},
                {"investment": row["investment"], "unit": "E", "share": share, "own_money": own,
                 "earmark": "" if own else "fund"},
            ]  # fmt: skip
        if row["adds"] == "hours" and dice.random() < 0.6:
            share = dice.choice([0.4, 0.7])
            users += [{"investment": row["investment"], "school": s, "share": part}
                      for s, part in zip(schools[:2], (share, 1 - share), strict=True)]  # fmt: skip
    tables["investment_payers"], tables["investment_users"] = payers, users
    settings["policy"]["cluster_leaders"] = dice.choice([None, 0, 1, 1])
