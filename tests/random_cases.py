"""Small random cases, valid by the data dictionary: every family of limits is switched on here and there.

The same seed gives the same case. Most cases have a plan; some, by bad luck of given lines,
pools or totals, have none.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.random_draft import FIRST_YEAR, Draft
from tests.random_layout import draw_layout
from tests.random_means import draw_means
from tests.random_rules import draw_rules
from tests.random_sharing import draw_sharing

from talentplan.workspace.case import Case

LEVELS = ("secondary", "higher", "undergraduate")
GROUPS = {"secondary": "junior", "higher": "senior", "undergraduate": "gaokao"}


def random_case(seed: int, *, whole_classes: bool = False) -> Case:
    return random_draft(seed, whole_classes=whole_classes).build()


def random_draft(seed: int, *, whole_classes: bool = False) -> Draft:
    dice = Random(seed)
    years = dice.randint(1, 2) if whole_classes else dice.randint(2, 4)
    draft = Draft(_settings(dice, seed, years, whole_classes))
    _programs(dice, draft)
    _schools(dice, draft)
    _offerings(dice, draft, whole_classes)
    _history(dice, draft)
    _pathways(dice, draft)
    _jobs(dice, draft, years)
    draw_means(dice, draft, years)
    _irregular(Random(-1 - seed), draft)
    _fairness(Random(-2 - 3 * seed), draft)
    draw_sharing(seed, draft.settings, draft.tables)
    draw_layout(seed, draft.tables, draft.settings["policy"])
    draft.rules = draw_rules(Random(f"rules {seed}"), draft.tables)
    return draft


def _settings(dice: Random, seed: int, years: int, whole_classes: bool) -> dict[str, Any]:
    maybe = lambda low, high: dice.choice([None, dice.randint(low, high)])  # noqa: E731
    change = {
        "classes_per_offering": dice.choice([None, 0, 1, 2]),
        "max_open": maybe(0, 2),
        "max_close": maybe(0, 2),
        "decision_years": dice.randint(1, 3),
        "points_share": dice.choice([None, None, 0.25, 0.5, 0.8]),
    }
    policy = {
        "discount_rate": dice.choice([0.0, 0.03, 0.1]),
        "over_qualified_steps": dice.randint(0, 2),
        "autumn_share": dice.choice([0.25, 1 / 3, 0.5]),
        "teacher_cost": dice.choice([0.0, 120000.0]),
        "fill_weight": dice.choice([0.0, 40.0]),
        "relative_change": dice.choice([None, None, 0.2, 0.5]),
        "relative_floor": dice.choice([0.0, 10.0]),
        "change": change,
    }
    objective = {"money": dice.choice([0.0, 0.0, 0.5]), "moved_seat": dice.choice([0.0, 0.02, 0.1])}
    if dice.random() < 0.3:
        objective["shortage_steps"] = [[1.0, 1.0]]
    return {
        "name": f"random-{seed}",
        "title": {"zh": "随机", "en": "random"},
        "region": {"zh": "某市", "en": "some city"},
        "tables": "tables",
        "horizon": {"first_year": FIRST_YEAR, "years": years},
        "forecast": {"openings": "given"},
        "policy": policy,
        "objective": objective,
        "solving": {"whole_class_years": dice.choice([1, 1, years]) * whole_classes, "gap": 0.0, "nodes": 200000},
        "budget": [],
        "totals": [], "fairness": [],
    }  # fmt: skip


def _programs(dice: Random, draft: Draft) -> None:
    count = dice.randint(2, 3)
    ranks = dice.sample(range(1, 6), count)
    draft.tables["levels"] = [
        {"level": level, "rank": rank, "name_zh": level, "name_en": level,
         "students_per_teacher": dice.choice([None, 18.0, 20.0]), "student_weight": dice.choice([1.0, 1.5]),
         "shortage_weight": dice.choice([0.5, 1.0, 1.0])}
        for level, rank in zip(LEVELS, sorted(ranks), strict=False)
    ]  # fmt: skip
    draft.tables["clusters"] = [
        {"cluster": c, "name_zh": c, "students_per_specialist": dice.choice([None, 25.0, 30.0])} for c in ("C1", "C2")
    ]
    draft.tables["programs"] = [
        {"program": f"{level[0]}{n}", "name_zh": f"{level}{n}", "level": level,
         "cluster": dice.choice(["", "C1", "C2"]),
         "class_min": dice.choice([20, 30]), "class_max": dice.choice([40, 50]), "class_step": dice.choice([1, 1, 5])}
        for level in LEVELS[:count]
        for n in range(dice.randint(1, 2))
    ]  # fmt: skip
    draft.tables["retention"] = [
        {"level": level, "grade": grade, "stay": round(dice.uniform(0.85, 1.0), 3)}
        for level in LEVELS[:count]
        for grade in (1, 2, 3)
    ]
    draft.tables["destinations"] = [
        {"level": level, "progression_outside": round(dice.uniform(0, 0.3), 2),
         "local_retention": round(dice.uniform(0.4, 1.0), 2)}
        for level in LEVELS[:count]
    ]  # fmt: skip


def _schools(dice: Random, draft: Draft) -> None:
    codes = [f"S{n}" for n in range(dice.randint(2, 4))]
    draft.tables["units"] = [
        {"unit": c, "kind": "school", "name_zh": c, "district": dice.choice(["east", "west"])} for c in codes
    ] + [{"unit": "E", "kind": "enterprise", "name_zh": "E"}]
    draft.tables["schools"] = [
        {"school": c, "hire_max": dice.choice([0.0, 1.0, 2.5]), "leave_rate": dice.choice([0.0, 0.05])}
        for c in codes
    ]  # fmt: skip


def _offerings(dice: Random, draft: Draft, whole_classes: bool) -> None:
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    programs = {p["program"]: p for p in draft.tables["programs"]}
    schools = [s["school"] for s in draft.tables["schools"]]
    duration = {level: dice.randint(1, 3) for level in LEVELS}
    for _ in range(dice.randint(4, 6 if whole_classes else 9)):
        program = dice.choice(list(programs))
        level, school = programs[program]["level"], dice.choice(schools)
        fed = level != LEVELS[0] and dice.random() < 0.35
        track = "second_segment" if fed else dice.choice(["ordinary", "ordinary", "part_time"])
        given = dice.random() < 0.1
        rows[school, program, track] = {
            "school": school, "program": program, "track": track, "entrant_group": "" if fed else GROUPS[level],
            "status": dice.choices(["active", "candidate", "suspended"], [0.75, 0.15, 0.1])[0],
            "duration": max(1, duration[level] - (1 if fed else 0)),
            "control": "given" if given else dice.choice(["decide", "decide", "propose"]),
            "authority": dice.choice(["city", "province"]),
            "cost": dice.choice([0.0, 15000.0, 18000.0]), "grant": dice.choice([0.0, 8000.0]),
            "fixed_cost": dice.choice([0.0, 200000.0]),
        }  # fmt: skip
        # a class size of the line's own, else the program's
        if dice.random() < 0.2:
            rows[school, program, track] |= {"class_min": 15.0, "class_max": 35.0}
    draft.tables["offerings"] = [{"offering": f"L{n}", **row} for n, row in enumerate(rows.values())]


def _history(dice: Random, draft: Draft) -> None:
    history, roll = [], []
    for line in draft.tables["offerings"]:
        line["min_plan"], line["max_plan"] = 0.0, None
        if line["status"] != "active":
            if dice.random() < 0.3:
                line["max_plan"] = 60.0
            continue
        plan = float(dice.randint(25, 110))
        fill = dice.uniform(0.7, 1.05)
        for back in range(1, line["duration"] + 2):
            registered = float(round(plan * fill * dice.uniform(0.9, 1.1)))
            history.append(
                {"offering": line["offering"], "year": FIRST_YEAR - back, "plan": plan, "registered": registered}
            )
        if dice.random() < 0.4:
            roll += [
                {"offering": line["offering"], "year": FIRST_YEAR - 1, "grade": g,
                 "persons": float(round(plan * fill * 0.95**g))}
                for g in range(1, line["duration"] + 1)
            ]  # fmt: skip
        _bounds(dice, line, plan)
    draft.tables["intake_history"], draft.tables["roll"] = history, roll
    last = {h["offering"]: h["plan"] for h in history}
    for school in draft.tables["schools"]:
        own = [r for r in draft.tables["offerings"] if r["school"] == school["school"]]
        if dice.random() < 0.5:
            students = sum(last.get(r["offering"], 0.0) * r["duration"] for r in own)
            school["places"] = float(round(students * dice.uniform(0.85, 1.4))) + 50.0


def _bounds(dice: Random, line: dict[str, Any], plan: float) -> None:
    if dice.random() < 0.25:
        line["max_plan"] = plan + dice.choice([-20.0, 0.0, 20.0, 60.0])
    if dice.random() < 0.15 and line["entrant_group"]:
        line["min_plan"] = min(float(round(plan * 0.3)), line["max_plan"] or plan)
    if dice.random() < 0.3:
        line["places"] = float(round(plan * line["duration"] * dice.uniform(0.8, 1.6)))


def _pathways(dice: Random, draft: Draft) -> None:
    level = {p["program"]: LEVELS.index(p["level"]) for p in draft.tables["programs"]}
    lines, rows = draft.tables["offerings"], []
    promised: dict[str, float] = {}
    for source in lines:
        for target in lines:
            if level[target["program"]] != level[source["program"]] + 1 or target["track"] == "part_time":
                continue
            if dice.random() > (0.7 if target["entrant_group"] == "" else 0.15):
                continue
            most = dice.choice([0.3, 0.6, 1.0])
            least = min(most, dice.choice([0.0, 0.2, 0.5]), 1.0 - promised.get(source["offering"], 0.0))
            promised[source["offering"]] = promised.get(source["offering"], 0.0) + least
            rows.append(
                {"pathway": f"{source['offering']}-{target['offering']}", "from_offering": source["offering"],
                 "to_offering": target["offering"], "min_share": round(least, 6), "max_share": most,
                 "seats": dice.choice([None, None, float(dice.randint(10, 40))]),
                 "first_year": dice.choice([0, 0, FIRST_YEAR + 1])}
            )  # fmt: skip
    draft.tables["pathways"] = rows


def _irregular(dice: Random, draft: Draft) -> None:
    """Here and there students repeat, change lines, or work while they study; dice of its own, so that the rest stays."""
    if dice.random() < 0.4:
        for row in draft.tables["retention"]:
            row["repeat"] = round(dice.uniform(0, 1 - row["stay"]) * dice.choice([0, 1, 1]), 3)
    level = {p["program"]: p["level"] for p in draft.tables["programs"]}
    lines = draft.tables["offerings"]
    if dice.random() < 0.4:
        rows = {
            (a["offering"], b["offering"], grade): round(dice.uniform(0.01, 0.2), 3)
            for a in lines
            for b in lines
            if a is not b and level[a["program"]] == level[b["program"]]
            for grade in range(1, min(a["duration"], b["duration"]))
            if dice.random() < 0.4
        }
        draft.tables["transfers"] = [
            {"from_offering": a, "to_offering": b, "grade": grade, "share": share}
            for (a, b, grade), share in rows.items()
        ]
    for line in lines:
        if line["track"] == "part_time":
            line["seeks_work"] = dice.choice([None, 0.0, 0.3])


def _jobs(dice: Random, draft: Draft, years: int) -> None:
    jobs = [f"J{n}" for n in range(dice.randint(2, 5))]
    levels = [r["level"] for r in draft.tables["levels"]]
    draft.tables["occupations"] = [
        {"occupation": j, "name_zh": j, "priority": dice.choice([1.0, 1.0, 1.5])} for j in jobs
    ]
    draft.tables["crosswalk"] = [
        {"program": p["program"], "occupation": j, "relevance": dice.choice([0.5, 0.8, 1.0]),
         "under_qualified_ok": dice.random() < 0.3}
        for p in draft.tables["programs"]
        for j in jobs
        if dice.random() < 0.5
    ] or [{"program": draft.tables["programs"][0]["program"], "occupation": jobs[0]}]  # fmt: skip
    draft.tables["openings"] = [
        {"occupation": j, "level": level, "year": FIRST_YEAR + t, "persons": float(round(base * growth**t, 2))}
        for j in jobs
        for level in levels
        if dice.random() < 0.6
        for base, growth in [(dice.uniform(0, 90), dice.uniform(0.9, 1.1))]
        for t in range(years + dice.randint(0, 6))
    ] or [{"occupation": jobs[0], "level": levels[0], "year": FIRST_YEAR, "persons": 30.0}]


def _fairness(dice: Random, draft: Draft) -> None:
    """Drawn with dice of its own, so that other parts of a case stay what they were."""
    for by in ("district", "school", "entrant_group"):
        if dice.random() < 0.25:
            draft.settings["fairness"].append(
                {"by": by, "floor": dice.choice([0.0, 0.2, 0.4]), "weight": dice.choice([0.0, 5.0, 40.0])}
            )
