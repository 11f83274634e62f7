"""Rules for random cases, and what they read: years of schools, means, outcomes; drawn with dice of their own."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.random_draft import FIRST_YEAR

from talentplan.workspace.case import Rule


def draw_rules(dice: Random, tables: dict[str, list[dict[str, Any]]]) -> list[Rule]:
    """Up to two rules for about a third of the cases; the tables get what the rules look at."""
    if dice.random() > 0.35:
        return []
    levels = [r["level"] for r in tables["levels"]]
    for school in tables["schools"]:
        school["founded"] = dice.choice([0, FIRST_YEAR - 1, FIRST_YEAR - 3])
        school["teaching_area"] = dice.choice([None, 500.0, 2000.0, 5000.0])
        school["equipment"] = dice.choice([None, 1e5, 1e6])
        school["yellow_years"] = dice.choice([0, 1, 2])
    for program in tables["programs"]:
        program["points_elsewhere"] = dice.choice([0, 2])
    for line in tables["offerings"]:  # some programs had nobody for years, some not enough
        if line["status"] == "active" and dice.random() < 0.15:
            keep = dice.choice([0.0, 0.2])
            for row in tables["intake_history"]:
                if row["offering"] == line["offering"]:
                    row["registered"] = float(round(row["registered"] * keep))
    tables["outcomes"] = [
        {"school": s, "program": i, "year": y, "graduates": 100.0, "employed": float(dice.randint(40, 80)),
         "further_study": float(dice.randint(0, 20))}
        for s, i in sorted({(r["school"], r["program"]) for r in tables["offerings"]})
        if dice.random() < 0.7
        for y in (FIRST_YEAR - 2, FIRST_YEAR - 1)
    ]  # fmt: skip
    kinds: dict[str, dict[str, Any]] = {
        "no_new_if_offerings_over": {"count": dice.randint(0, 2), "level": dice.choice(levels), "scope": "province"},
        "no_new_if_school_share_over": {"share": dice.choice([0.2, 0.5]), "level": dice.choice(levels)},
        "close_without_intake": {"years": dice.randint(1, 3)},
        "no_intake_right": {"share": 0.3, "years": dice.randint(1, 2)},
        "reduce_lowest": {
            "share": dice.choice([0.3, 0.5]),
            "years": dice.randint(1, 2),
            "indicator": "first_destination",
        },
        "programs_per_school": {"students_per_program": dice.choice([40.0, 90.0]), "level": dice.choice(levels)},
        "max_new_per_school": {"count": dice.randint(0, 1), "count_new_college": 2},
        "no_expansion_below_quality": {"indicator": "employed", "share": 0.6, "students_per_teacher": 20.0},
        "adjust_share": {"share": dice.choice([0.2, 0.5, 0.8])},
        "restricted_conditions": {"level": dice.choice(levels), "teaching_area": 9.0, "equipment": 2500.0},
    }
    chosen = dice.sample(sorted(kinds), dice.randint(1, 2))
    some = dice.choice([[], [], [tables["schools"][0]["school"]], [tables["programs"][0]["program"]]])
    return [
        Rule(f"r{n}", kind, kind, kind, "dice", "2025", kinds[kind], tuple(some) if n == 0 else ())
        for n, kind in enumerate(chosen)
    ]
