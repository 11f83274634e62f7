"""What random cases draw of means and of what limits them: entrants, teachers, training rooms, investments, money, totals."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.random_draft import FIRST_YEAR, Draft

ORIGINS = ("town", "county", "province")
KINDS = ("lathe", "robot")


def draw_means(dice: Random, draft: Draft, years: int) -> None:
    """Each part in some of the cases; needs lines, their intake of earlier years and schools."""
    for part in (_entrants, _teachers, _resources, _investments, _budget, _totals):
        if dice.random() < 0.6:
            part(dice, draft, years)


def _entrants(dice: Random, draft: Draft, years: int) -> None:
    lines = draft.tables["offerings"]
    groups = sorted({r["entrant_group"] for r in lines} - {""})
    plan = {h["offering"]: h["plan"] for h in draft.tables["intake_history"]}
    rows = []
    for group in groups:
        if dice.random() < 0.25:
            continue
        drawn = sum(plan.get(r["offering"], 30.0) for r in lines if r["entrant_group"] == group)
        for origin in ORIGINS:
            shrink = dice.uniform(0.85, 1.02)
            size = drawn * dice.uniform(0.25, 0.8)
            rows += [
                {"origin": origin, "entrant_group": group, "year": FIRST_YEAR + t,
                 "persons": float(round(size * shrink**t)),
                 "take_up": dice.choice([0.8, 1.0])}
                for t in range(-1, years - 1)
            ]  # fmt: skip
    draft.tables["entrants"] = rows
    draft.tables["catchments"] = [
        {"school": s["school"], "origin": o}
        for s in draft.tables["schools"]
        if dice.random() < 0.6
        for o in dice.sample(ORIGINS, dice.randint(1, 2))
    ]


def _teachers(dice: Random, draft: Draft, years: int) -> None:
    plan = {h["offering"]: h["plan"] for h in draft.tables["intake_history"]}
    cluster = {p["program"]: p["cluster"] for p in draft.tables["programs"]}
    specialists = []
    for school in draft.tables["schools"]:
        own = [r for r in draft.tables["offerings"] if r["school"] == school["school"]]
        students = sum(plan.get(r["offering"], 0.0) * r["duration"] for r in own)
        if dice.random() < 0.7:
            school["teachers_general"] = float(round(students / 50 * dice.uniform(0.9, 1.6))) + 1.0
            school["teachers_specialist"] = float(round(students / 30 * dice.uniform(0.9, 1.6))) + 1.0
        if dice.random() < 0.3:
            school["students_per_teacher"] = 22.0
        for c in sorted({cluster[r["program"]] for r in own} - {""}):
            here = sum(plan.get(r["offering"], 0.0) * r["duration"] for r in own if cluster[r["program"]] == c)
            if dice.random() < 0.7:
                count = float(round(here / 27 * dice.uniform(0.9, 1.6))) + 1.0
                specialists.append({"school": school["school"], "cluster": c, "persons": count})
    draft.tables["specialists"] = specialists


def _resources(dice: Random, draft: Draft, years: int) -> None:
    schools = [s["school"] for s in draft.tables["schools"]]
    draft.tables["needs"] = [
        {"program": p["program"], "kind": k, "hours": float(dice.randint(50, 200))}
        for p in draft.tables["programs"]
        for k in KINDS
        if dice.random() < 0.5
    ]
    plan = {h["offering"]: h["plan"] for h in draft.tables["intake_history"]}
    resources = []
    for school, kind in [(s, k) for s in schools for k in KINDS]:
        needed = sum(
            n["hours"] * plan.get(r["offering"], 20.0) * r["duration"]
            for r in draft.tables["offerings"]
            for n in draft.tables["needs"]
            if (r["school"], r["program"], n["kind"]) == (school, n["program"], kind)
        )
        if needed > 0 or dice.random() < 0.2:
            count = float(round(needed / 1400 * dice.uniform(0.9, 1.7))) + 2.0
            resources.append(
                {
                    "resource": f"{school}{kind}",
                    "name_zh": kind,
                    "unit": school,
                    "kind": kind,
                    "workplaces": count,
                    "hours": 1400.0,
                }
            )
    resources.append(
        {"resource": "RE", "name_zh": "RE", "unit": "E", "kind": dice.choice(KINDS), "workplaces": 8.0, "hours": 1400.0}
    )
    draft.tables["resources"] = resources
    draft.tables["agreements"] = [
        {"agreement": f"{r['resource']}-{s}", "resource": r["resource"], "school": s,
         "hours_max": float(dice.randint(500, 15000)),
         "delivery_rate": dice.choice([0.8, 1.0]), "price": dice.choice([0.0, 10.0]),
         "first_year": dice.choice([0, FIRST_YEAR + 1]), "last_year": dice.choice([9999, FIRST_YEAR + 3])}
        for r in draft.tables["resources"]
        for s in schools
        if s != r["unit"] and dice.random() < 0.4
    ]  # fmt: skip


def _investments(dice: Random, draft: Draft, years: int) -> None:
    rows = []
    for n in range(dice.randint(1, 4)):
        adds = dice.choice(["school_places", "offering_places", "hours", "teachers"])
        line = dice.choice(draft.tables["offerings"])
        size = {"school_places": 40.0, "offering_places": 20.0, "hours": 3000.0, "teachers": 2.0}[adds]
        rows.append(
            {"investment": f"I{n}", "name_zh": f"I{n}", "adds": adds, "school": line["school"],
             "offering": line["offering"] if adds == "offering_places" else "",
             "kind": dice.choice(KINDS) if adds == "hours" else "",
             "amount": size, "cost": float(dice.randint(5, 30)) * 1e5, "units_max": dice.randint(1, 3),
             "lump": dice.random() < 0.5,
             "lead": dice.randint(0, 2), "life": dice.randint(1, 10), "earmark": dice.choice(["", "fund"])}
        )  # fmt: skip
    draft.tables["investments"] = rows
    if dice.random() < 0.7:
        draft.settings["budget"] += [
            {"kind": "investment", "amount": float(dice.randint(0, 30)) * 1e5},
            {"kind": "investment", "amount": float(dice.randint(0, 20)) * 1e5, "earmark": "fund"},
            {"kind": "investment", "amount": float(dice.randint(0, 40)) * 1e5, "year": FIRST_YEAR + 1},
        ]


def _budget(dice: Random, draft: Draft, years: int) -> None:
    plan = {h["offering"]: h["plan"] for h in draft.tables["intake_history"]}
    last = sum(
        (r["cost"] - r["grant"]) * plan[r["offering"]] * r["duration"] + r["fixed_cost"]
        for r in draft.tables["offerings"]
        if r["offering"] in plan
    )
    amount = max(0.0, round(last * dice.uniform(0.9, 1.3)))
    # for every year, or from the second year on
    since = dice.choice([None, None, FIRST_YEAR + 1])
    draft.settings["budget"].append({"kind": "recurrent", "amount": float(amount), "year": since})
    if since is None and dice.random() < 0.4:
        draft.settings["budget"].append(
            {"kind": "recurrent", "amount": float(round(amount * 0.95)), "year": FIRST_YEAR + 1}
        )


def _totals(dice: Random, draft: Draft, years: int) -> None:
    plan = {h["offering"]: h["plan"] for h in draft.tables["intake_history"]}
    programs = {p["program"]: p for p in draft.tables["programs"]}
    district = {u["unit"]: u.get("district", "") for u in draft.tables["units"]}
    lines = [
        {**r, "level": programs[r["program"]]["level"], "cluster": programs[r["program"]]["cluster"], "district": district[r["school"]]}
        for r in draft.tables["offerings"]
    ]  # fmt: skip
    for _ in range(dice.randint(1, 2)):
        kind = dice.choice(["level", "school", "authority", "control", "district", "cluster", "track", "relative"])
        if kind == "relative":
            draft.settings["totals"].append({"relative": dice.choice([0.2, 0.4]), "by_school": dice.random() < 0.7})
            continue
        wanted = dice.choice(sorted({r[kind] for r in lines} - {""}) or [""])
        own = [r for r in lines if r[kind] == wanted]
        if not wanted:
            continue
        last = sum(plan.get(r["offering"], 0.0) for r in own)
        total: dict[str, Any] = {kind: wanted}
        if dice.random() < 0.6:
            total["least"] = float(round(last * dice.uniform(0.3, 0.8)))
        if dice.random() < 0.6:
            total["greatest"] = float(round(last * dice.uniform(1.0, 1.3))) + 10.0
        if dice.random() < 0.5:
            total["year"] = FIRST_YEAR
        if "least" in total or "greatest" in total:
            draft.settings["totals"].append(total)
