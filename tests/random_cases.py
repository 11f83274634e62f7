"""Small random cases, valid by the data dictionary: every family of limits is switched on here and there.

The same seed gives the same case. Most cases have a plan; some, by bad luck of given lines,
pools or totals, have none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.random_layout import draw_layout
from tests.random_rules import draw_rules
from tests.random_sharing import draw_sharing

from talentplan.workspace import build_case
from talentplan.workspace.case import Case, Rule

FIRST_YEAR = 2025
LEVELS = ("secondary", "higher", "undergraduate")
GROUPS = {"secondary": "junior", "higher": "senior", "undergraduate": "gaokao"}
ORIGINS = ("town", "county", "province")
KINDS = ("lathe", "robot")


@dataclass
class Draft:
    """Tables and settings of one random case before they are checked."""

    settings: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    def build(self) -> Case:
        return build_case(self.settings, self.tables, self.rules)


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
    for part in (_entrants, _teachers, _resources, _investments, _budget, _totals):
        if dice.random() < 0.6:
            part(dice, draft, years)
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


def _fairness(dice: Random, draft: Draft) -> None:
    """Drawn with dice of its own, so that other parts of a case stay what they were."""
    for by in ("district", "school", "entrant_group"):
        if dice.random() < 0.25:
            draft.settings["fairness"].append(
                {"by": by, "floor": dice.choice([0.0, 0.2, 0.4]), "weight": dice.choice([0.0, 5.0, 40.0])}
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
        draft.settings["totals"].append(total)
