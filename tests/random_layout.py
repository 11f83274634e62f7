"""What random cases draw of the enrolment plan's finer limits, each with dice of its own so that the rest of a case stays."""

from __future__ import annotations

from random import Random
from typing import Any

__all__ = ["draw_layout"]

Rows = list[dict[str, Any]]


def draw_layout(seed: int, tables: dict[str, Rows], policy: dict[str, Any]) -> None:
    """Numbers of classes, reserved seats and where they lead, mergers, teaching out."""
    _class_counts(Random(-3 - 5 * seed), tables)
    _reserved(Random(-4 - 7 * seed), tables)
    _mergers(Random(-6 - 13 * seed), tables)
    _orders(Random(-7 - 17 * seed), tables)
    policy["teach_out"] = Random(-5 - 11 * seed).random() < 0.5


def _class_counts(dice: Random, tables: dict[str, Rows]) -> None:
    if dice.random() < 0.5:
        return
    programs = {p["program"]: p for p in tables["programs"]}
    for line in tables["offerings"]:
        smallest, largest = (line.get(c) or programs[line["program"]][c] for c in ("class_min", "class_max"))
        fewest = dice.choice([None, None, None, 0.0, 1.0, 1.0, 2.0]) if line["entrant_group"] else None
        most = dice.choice([None, None, None, 2.0, 2.0, 3.0])
        if fewest is not None and fewest * smallest > (line["max_plan"] or 1e9):
            fewest = None
        if most is not None and (most * largest < line["min_plan"] or most < (fewest or 0.0)):
            most = None
        line["classes_min"], line["classes_max"] = fewest, most


def _reserved(dice: Random, tables: dict[str, Rows]) -> None:
    if dice.random() < 0.6:
        return
    first = max((r["year"] for r in tables["intake_history"]), default=2024) + 1
    rows: Rows = []
    for line in tables["offerings"]:
        if not line["entrant_group"] or dice.random() < 0.6:
            continue
        room = line["max_plan"] or 60.0
        for part in (0.3, 0.2):
            seats = float(round(room * part * dice.random()))
            if seats > 0:
                rows.append({"reservation": f"R{len(rows)}", "offering": line["offering"], "seats": seats,
                             "kind": dice.choice(["order_class", "earmarked"]), "year": dice.choice([0, 0, first, first + 1])})  # fmt: skip
    tables["reserved_seats"] = rows


def _orders(dice: Random, tables: dict[str, Rows]) -> None:
    """Some of the reserved seats lead to an occupation."""
    program = {r["offering"]: r["program"] for r in tables["offerings"]}
    links = sorted((c.get("relevance", 1.0), c["occupation"], c["program"]) for c in tables["crosswalk"])
    for row in tables.get("reserved_seats", ()):
        jobs = [j for _, j, p in links if p == program[row["offering"]]]
        if jobs and dice.random() < 0.8:
            row["occupation"] = jobs[0] if dice.random() < 0.6 else dice.choice(jobs)  # the least akin first: it binds


def _mergers(dice: Random, tables: dict[str, Rows]) -> None:
    if dice.random() < 0.5:
        return
    level = {p["program"]: p["level"] for p in tables["programs"]}
    lines = [r for r in tables["offerings"] if r["entrant_group"] and r["control"] != "given"]
    dice.shuffle(lines)
    half = len(lines) // 2
    tables["mergers"] = [
        {"from_offering": a["offering"], "to_offering": b["offering"], "kind": dice.choice(["merge", "move"])}
        for a in lines[:half]
        for b in lines[half:]
        if level[a["program"]] == level[b["program"]] and dice.random() < 0.6
    ]
