"""What the schools can hold and teach: places, teachers, training resources, what sharing and money could add."""

from __future__ import annotations

import math

import numpy as np

from sample_region.lines import KINDS, Line
from sample_region.members import SCHOOLS
from sample_region.supply import Steady

__all__ = ["CLUSTERS", "LEVEL_ROWS", "needs", "offerings", "resources", "schools", "specialists"]

# level: rank, zh, en, students per teacher, conversion weight, shortage weight
LEVEL_ROWS: list[dict[str, object]] = [
    {"level": "none", "rank": 0, "name_zh": "无学历要求", "name_en": "no diploma asked for", "shortage_weight": 0.0},
    {"level": "secondary", "rank": 1, "name_zh": "中职", "name_en": "secondary vocational", "students_per_teacher": 20},
    {
        "level": "higher_vocational",
        "rank": 2,
        "name_zh": "高职专科",
        "name_en": "higher vocational",
        "students_per_teacher": 18,
    },
    {"level": "undergraduate", "rank": 3, "name_zh": "本科", "name_en": "undergraduate", "students_per_teacher": 18},
    {
        "level": "master",
        "rank": 4,
        "name_zh": "专业学位硕士",
        "name_en": "professional master's",
        "students_per_teacher": 18,
        "student_weight": 1.5,
    },
]
RATIO = {"S": 20.0, "H": 18.0, "U": 18.0}
PER_SPECIALIST = 34.0

CLUSTERS = [
    ("mech", "机械制造", "Machinery"),
    ("forming", "焊接与成型", "Welding and forming"),
    ("automation", "自动化与机器人", "Automation and robotics"),
    ("electric", "电气", "Electrical"),
    ("ship", "船舶与海工", "Ships and offshore"),
    ("vehicle", "汽车", "Motor vehicles"),
    ("energy", "新能源与制冷", "New energy and refrigeration"),
]

# school: teachers in use (students over what the teachers may teach), places in use, whole-school size for the note
USE: dict[str, tuple[float, float, str]] = {
    "S01": (0.96, 0.995, "3,900"),
    "S02": (0.93, 0.95, "2,100"),
    "S03": (0.94, 0.97, "1,800"),
    "S04": (0.92, 0.90, "1,500"),
    "S05": (1.17, 0.93, "1,900"),
    "S06": (0.91, 0.88, "1,400"),
    "S07": (0.92, 0.92, "1,250"),
    "H01": (0.96, 0.975, "14,000"),
    "H02": (0.93, 0.95, "7,200"),
    "H03": (0.95, 0.94, "4,600"),
    "H04": (0.80, 0.72, "3,800"),
    "U01": (0.94, 0.96, "13,500"),
    "U02": (0.93, 0.96, "9,800"),
    "U03": (0.95, 0.96, "6,500"),
}
# clusters whose specialist teachers are nearly all taken; elsewhere a tenth is free
TIGHT = {
    ("H01", "automation"): 0.98,
    ("H03", "ship"): 0.97,
    ("S01", "mech"): 0.97,
    ("S04", "forming"): 0.97,
    ("S06", "forming"): 0.6,
    ("H01", "forming"): 0.96,
    ("S05", "vehicle"): 0.98,
    ("S02", "automation"): 0.85,
    ("S01", "automation"): 0.93,
}

# student-years at fill 1 an offering can hold over what it holds now; 1.18 unless said otherwise
ROOM = {
    "S01-660103-ord": 1.0,
    "S01-660103-fs": 1.05,
    "S03-660103-ord": 1.02,
    "S04-660105-ord": 1.05,
    "S04-660501-ord": 1.1,
    "H01-460305-ord": 1.05,
    "H01-460103-ord": 1.1,
    "H03-460504-ord": 1.05,
    "H03-460501-ord": 1.2,
    "H01-460110-ord": 1.1,
    "H01-460103-seg": 1.02,
    "H01-460305-seg": 1.02,
    "H04-460701-seg": 1.4,
}

# lines the province lists as key: a class at least stays open
KEY_LINES = {
    "S05-660701-ord": 45,
    "H01-460701-ord": 50,
    "H01-460702-ord": 50,
    "H01-460113-ord": 45,
    "U01-080207-ord": 45,
    "U03-260702-ord": 45,
}

COST = {"secondary": 17000, "higher_vocational": 18000, "undergraduate": 22000, "master": 35000}
GRANT = {"secondary": 11000, "higher_vocational": 12000, "undergraduate": 15000, "master": 24000}
DEAR = {
    "forming": 1.08,
    "ship": 1.10,
    "mech": 1.03,
    "automation": 1.02,
    "electric": 0.97,
    "vehicle": 1.0,
    "energy": 0.98,
}

KIND_NAMES = {
    "cnc": ("数控加工", "CNC machining"),
    "weld": ("焊接", "welding"),
    "robot": ("机器人与自动化", "robotics"),
    "elec": ("电气", "electrical"),
    "ship": ("船舶", "ship"),
    "auto": ("汽车", "motor vehicle"),
}
# hours a student on roll needs in a year, by cluster
NEED = {
    "mech": {"cnc": 170},
    "forming": {"weld": 190},
    "automation": {"robot": 130, "elec": 50},
    "electric": {"elec": 150},
    "ship": {"ship": 130, "weld": 50},
    "vehicle": {"auto": 150},
    "energy": {"elec": 120},
}
SPECIAL_NEED: dict[str, dict[str, float]] = {
    "660103": {"cnc": 220},
    "460103": {"cnc": 220},
    "660303": {"robot": 180},
    "460305": {"robot": 180},
    "660108": {"cnc": 140},
    "460113": {"cnc": 130},
    "460208": {"cnc": 180, "robot": 60},
    "080202": {"cnc": 90},
    "080203": {"weld": 90},
    "080204": {"robot": 90},
    "080207": {"auto": 90},
    "080213T": {"robot": 90},
    "080601": {"elec": 90},
    "080803T": {"robot": 110},
    "081901": {"ship": 90},
}
# own hours over hours needed where not 1.12; below 1 an agreement fills the gap
OWN = {
    ("S01", "cnc"): 1.02,
    ("S04", "weld"): 0.72,
    ("S04", "ship"): 0.9,
    ("S06", "weld"): 0.9,
    ("H01", "robot"): 0.93,
    ("H01", "cnc"): 1.0,
    ("H03", "weld"): 0.78,
    ("H03", "ship"): 1.02,
    ("S07", "cnc"): 0.86,
    ("U01", "ship"): 0.9,
    ("H02", "robot"): 1.02,
    ("U03", "ship"): 0.85,
}
ENTERPRISE_RESOURCES = [
    ("E01-cnc", "E01", "cnc", 60, 500.0, "机床集团数控培训中心", "CNC training centre of the machine tool group"),
    ("E02-weld", "E02", "weld", 80, 600.0, "造船集团焊工培训中心", "Welder training centre of the shipbuilder"),
    ("E02-ship", "E02", "ship", 120, 400.0, "造船集团分段实训区", "Hull block training area of the shipbuilder"),
    (
        "E03-cnc",
        "E03",
        "cnc",
        40,
        400.0,
        "轴承集团精密加工培训车间",
        "Precision machining workshop of the bearing group",
    ),
    ("E05-auto", "E05", "auto", 40, 400.0, "汽车公司总装实训线", "Assembly training line of the motor company"),
    ("E06-robot", "E06", "robot", 60, 700.0, "机器人公司应用中心", "Application centre of the robotics company"),
]


def _round_up(value: float, step: int) -> int:
    return int(math.ceil(value / step - 1e-9) * step)


def offerings(
    lines: list[Line], info: dict[str, dict[str, str]], flow: Steady, rng: np.random.Generator
) -> list[dict[str, object]]:
    """Rows of the offerings table."""
    found: list[dict[str, object]] = []
    for line in lines:
        level, cluster = info[line.program]["level"], info[line.program]["cluster"]
        track, durations, groups = KINDS[line.kind]
        load = flow.load[line.code]
        if load == 0:  # not enrolling: one class, or what it held
            places = _round_up(line.classes * line.size * flow.years[line.code] * 1.05, 5)
        else:
            room = ROOM.get(line.code, 1.12 if line.kind.startswith("seg") or line.kind == "top" else 1.18)
            places = _round_up(load * room, 5)
        control, authority = _decided(level, line.program)
        factor = DEAR[cluster] * (0.8 if line.kind == "pt" else 1.0)
        private = line.school == "H04"
        found.append(
            {
                "offering": line.code,
                "school": line.school,
                "program": line.program,
                "track": track,
                "status": line.status,
                "duration": durations[level],
                "entrant_group": groups.get(level, ""),
                "control": control,
                "authority": authority,
                "seeks_work": 0.3 if line.kind == "pt" else None,  # most keep the job they have
                "places": None if level == "master" else places,
                "class_min": 10 if level == "master" else None,
                "class_max": None,
                "min_plan": KEY_LINES.get(line.code, 0),
                "max_plan": None if level == "master" else _most(line),
                "cost": int(round(COST[level] * factor * (1 + rng.normal(0, 0.01)), -2)),
                "fixed_cost": int(
                    round({"secondary": 180000, "higher_vocational": 260000}.get(level, 320000) * factor, -4)
                ),
                "grant": int(round(GRANT[level] * (0.5 if private else 1.0) * min(1.05, factor), -2)),
                "basis": "illustrative",
                "source": "示例",
            }
        )
    return found


def _most(line: Line) -> int | None:
    """Greatest plan number the school was approved for: a class more than it has, or the classes it applies for."""
    if line.kind in ("seg", "seg4", "top"):
        return None
    return (line.classes + (1 if line.status == "active" else 0)) * 50


def _decided(level: str, program: str) -> tuple[str, str]:
    if level == "secondary":
        return "decide", "city"
    if level == "higher_vocational":
        return "propose", "province"
    if level == "undergraduate":
        return "propose", "ministry" if program[:2] == "26" else "province"
    return "given", "ministry"


def _loads(lines: list[Line], info: dict[str, dict[str, str]], flow: Steady) -> dict[tuple[str, str], float]:
    """Students at fill 1 by school and cluster."""
    found: dict[tuple[str, str], float] = {}
    for line in lines:
        key = (line.school, info[line.program]["cluster"])
        found[key] = found.get(key, 0.0) + flow.load[line.code]
    return found


def specialists(lines: list[Line], info: dict[str, dict[str, str]], flow: Steady) -> list[dict[str, object]]:
    """Rows of the specialists table."""
    found: list[dict[str, object]] = []
    for (school, cluster), load in sorted(_loads(lines, info, flow).items()):
        persons = max(3, math.ceil(load / PER_SPECIALIST / TIGHT.get((school, cluster), 0.95)))
        dual = round(persons * (0.34 if school in ("S05", "S06", "H04") else 0.58))
        found.append(
            {
                "school": school,
                "cluster": cluster,
                "persons": persons,
                "dual_qualified": dual,
                "basis": "illustrative",
                "source": "示例",
            }
        )
    return found


def schools(
    lines: list[Line], info: dict[str, dict[str, str]], flow: Steady, teachers: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Rows of the schools table; places and teachers are those of the equipment-manufacturing lines."""
    found: list[dict[str, object]] = []
    for school in SCHOOLS:
        mine = [line for line in lines if line.school == school]
        load = sum(flow.load[line.code] for line in mine)
        weighted = sum(
            flow.load[line.code] * (1.5 if info[line.program]["level"] == "master" else 1.0) for line in mine
        )
        teachers_used, places_used, whole = USE[school]
        special = sum(int(str(row["persons"])) for row in teachers if row["school"] == school)
        dual = sum(int(str(row["dual_qualified"])) for row in teachers if row["school"] == school)
        # the strictest ratio of the school's levels counts: five-year lines put 18 on a secondary school
        ratio = RATIO[school[0]]
        everyone = math.ceil(weighted / ratio / teachers_used)
        found.append(
            {
                "school": school,
                "places": _round_up(load / places_used, 10),
                "teachers_general": max(everyone - special, round(0.25 * everyone)),
                "teachers_specialist": special,
                "teachers_dual": dual,
                "students_per_teacher": ratio,
                "hire_max": max(1, round(0.018 * everyone)),
                "leave_rate": 0.01,
                "basis": "illustrative",
                "source": f"示例；全校在校生约 {whole} 人，本表只计装备制造类",
            }
        )
    return found


def needs(programs: list[str], info: dict[str, dict[str, str]]) -> list[dict[str, object]]:
    """Rows of the needs table; master's students need none."""
    return [
        {"program": program, "kind": kind, "hours": hours, "basis": "illustrative", "source": "示例"}
        for program in programs
        if info[program]["level"] != "master"
        for kind, hours in sorted(SPECIAL_NEED.get(program, NEED[info[program]["cluster"]]).items())
    ]


def resources(lines: list[Line], flow: Steady, wanted: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows of the resources table: a hall per school and kind, and the training centres of enterprises."""
    hours: dict[tuple[str, str], float] = {}
    by_program: dict[str, list[tuple[str, float]]] = {}
    for need in wanted:
        by_program.setdefault(str(need["program"]), []).append((str(need["kind"]), float(str(need["hours"]))))
    for line in lines:
        students = flow.roll[line.code] or 0.8 * line.classes * line.size * flow.years[line.code]
        for kind, each in by_program.get(line.program, []):
            hours[line.school, kind] = hours.get((line.school, kind), 0.0) + students * each
    found: list[dict[str, object]] = []
    for (school, kind), total in sorted(hours.items()):
        workplaces = math.ceil(total * OWN.get((school, kind), 1.12) / 1400)
        if workplaces:
            zh, en = KIND_NAMES[kind]
            found.append(
                {
                    "resource": f"{school}-{kind}",
                    "name_zh": f"{zh}实训中心",
                    "name_en": f"{en} training centre",
                    "unit": school,
                    "kind": kind,
                    "workplaces": workplaces,
                    "hours": 1400,
                    "basis": "illustrative",
                    "source": "示例",
                }
            )
    for code, unit, kind, places, usable, zh, en in ENTERPRISE_RESOURCES:
        found.append(
            {
                "resource": code,
                "name_zh": zh,
                "name_en": en,
                "unit": unit,
                "kind": kind,
                "workplaces": places,
                "hours": usable,
                "basis": "illustrative",
                "source": "示例",
            }
        )
    return found
