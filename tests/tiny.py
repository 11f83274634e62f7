"""A region small enough to check by hand: three schools, ten offerings, three levels.

Schools: a secondary school (zz1), a college (gz1) and an applied university (bk1). Programs: CNC machining (sk),
robotics (jq) and accounting (kj) at secondary level, the first two also above.

Pathways: zz1-sk-32 -> gz1-sk-2 (agreed, 0.8 promised), gz1-sk -> bk1-sk-top and zz1-jq -> gz1-jq (by examination).
"""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]

FIRST_YEAR = 2025


def tiny_tables() -> tuple[dict[str, Any], dict[str, Rows]]:
    """(settings, tables) of the tiny region; fresh objects that a test may change."""
    return tiny_settings(), {**_places(), **_offerings(), **_pathways(), **_industries(), **_work()}


def tiny_settings() -> dict[str, Any]:
    return {
        "name": "tiny",
        "title": {"zh": "小例", "en": "Tiny region"},
        "region": {"zh": "小城", "en": "Smalltown"},
        "tables": "data",
        "horizon": {"first_year": FIRST_YEAR, "years": 5},
        "forecast": {"methods": ["naive", "drift", "excel_linear"], "paths": 0, "automatic": False},
        "budget": [{"kind": "recurrent", "amount": 40_000_000.0}, {"kind": "investment", "amount": 3_000_000.0}],
    }


def rows(columns: str, *lines: tuple[Any, ...]) -> Rows:
    """Rows from a line of column names and one tuple each."""
    names = columns.split()
    return [dict(zip(names, line, strict=True)) for line in lines]


def _places() -> dict[str, Rows]:
    return {
        "levels": rows(
            "level rank name_zh name_en students_per_teacher",
            ("none", 0, "不限", "none", None),
            ("secondary", 1, "中职", "secondary vocational", 20),
            ("higher_vocational", 2, "高职专科", "higher vocational", 18),
            ("undergraduate", 3, "本科", "undergraduate", 18),
        ),
        "clusters": rows(
            "cluster name_zh name_en students_per_specialist",
            ("machining", "机械制造", "machining", 30),
            ("automation", "自动化", "automation", None),
        ),
        "programs": rows(
            "program name_zh name_en level cluster class_min class_max",
            ("660103", "数控技术应用", "CNC machining (sec.)", "secondary", "machining", 30, 50),
            ("660303", "工业机器人技术应用", "robotics (sec.)", "secondary", "automation", 30, 50),
            ("730301", "会计事务", "accounting (sec.)", "secondary", "", 30, 50),
            ("460103", "数控技术", "CNC machining", "higher_vocational", "machining", 30, 50),
            ("460305", "工业机器人技术", "robotics", "higher_vocational", "automation", 30, 50),
            ("260102", "数控技术（本科）", "CNC machining (u.)", "undergraduate", "machining", 25, 40),
        ),
        "units": rows(
            "unit name_zh name_en kind ownership district",
            ("zz1", "小城中专", "Smalltown Secondary", "school", "public", "north"),
            ("gz1", "小城职院", "Smalltown College", "school", "public", "north"),
            ("bk1", "小城应用学院", "Smalltown University", "school", "private", "south"),
            ("qy1", "小城机床厂", "Smalltown Machine Tools", "enterprise", "public", "south"),
        ),
        "schools": rows(
            "school places teachers_general teachers_specialist hire_max leave_rate",
            ("zz1", 700, 15, 25, 2, 0.0),
            ("gz1", 900, 20, 30, 3, 0.02),
            ("bk1", None, None, None, 0, 0.0),
        ),
        "specialists": rows("school cluster persons", ("zz1", "machining", 10), ("gz1", "machining", 12)),
    }


def _offerings() -> dict[str, Rows]:
    junior, senior = "junior_high", "senior_high"
    offerings = rows(
        "offering school program track status duration entrant_group places cost fixed_cost",
        ("zz1-sk", "zz1", "660103", "ordinary", "active", 3, junior, None, 17000, 0),
        ("zz1-sk-32", "zz1", "660103", "first_segment", "active", 3, junior, None, 17000, 0),
        ("zz1-jq", "zz1", "660303", "ordinary", "active", 3, junior, None, 17000, 0),
        ("zz1-kj", "zz1", "730301", "ordinary", "active", 3, junior, None, 14000, 0),
        ("gz1-sk", "gz1", "460103", "ordinary", "active", 3, senior, 300, 18000, 0),
        ("gz1-sk-2", "gz1", "460103", "second_segment", "active", 2, "", None, 18000, 0),
        ("gz1-jq", "gz1", "460305", "ordinary", "active", 3, senior, None, 18000, 100_000),
        ("gz1-jq-5", "gz1", "460305", "five_year", "candidate", 5, junior, None, 17000, 0),
        ("bk1-sk", "bk1", "260102", "ordinary", "active", 4, senior, None, 22000, 0),
        ("bk1-sk-top", "bk1", "260102", "top_up", "active", 2, "", None, 22000, 0),
    )
    numbers = {
        "zz1-sk": (50, 45),
        "zz1-sk-32": (40, 40),
        "zz1-jq": (40, 38),
        "zz1-kj": (80, 72),
        "gz1-sk": (80, 76),
        "gz1-sk-2": (32, 32),
        "gz1-jq": (50, 50),
        "bk1-sk": (40, 40),
        "bk1-sk-top": (30, 24),
    }
    durations = {o["offering"]: o["duration"] for o in offerings}
    history = [
        {"offering": o, "year": y, "plan": plan, "registered": came}
        for o, (plan, came) in numbers.items()
        for y in (2022, 2023, 2024)
    ]
    roll = [
        {"offering": o, "year": 2024, "grade": g, "persons": came - 2 * (g - 1)}
        for o, (_, came) in numbers.items()
        for g in range(1, durations[o] + 1)
    ]
    return {"offerings": offerings, "intake_history": history, "roll": roll}


def _pathways() -> dict[str, Rows]:
    entrants = [
        {"origin": origin, "entrant_group": group, "year": y, "persons": persons - 20 * (y - FIRST_YEAR)}
        for origin, group, persons in (
            ("city", "junior_high", 220),
            ("province", "junior_high", 60),
            ("city", "senior_high", 180),
            ("province", "senior_high", 150),
        )
        for y in (2025, 2026, 2027)
    ]
    return {
        "pathways": rows(
            "pathway from_offering to_offering kind min_share max_share seats",
            ("p1", "zz1-sk-32", "gz1-sk-2", "agreed", 0.8, 0.95, None),
            ("p2", "zz1-jq", "gz1-jq", "examination", 0.0, 0.5, 20),
            ("p3", "gz1-sk", "bk1-sk-top", "examination", 0.0, 0.3, 30),
        ),
        "entrants": entrants,
        "catchments": rows("school origin", ("zz1", "city")),
        "retention": rows(
            "level grade stay",
            *((lv, g, 0.97) for lv, years in (("secondary", 3), ("higher_vocational", 5), ("undergraduate", 4))
              for g in range(1, years + 1)),
        ),
        "destinations": rows(
            "level progression_outside local_retention",
            ("secondary", 0.3, 0.8),
            ("higher_vocational", 0.1, 0.6),
            ("undergraduate", 0.05, 0.4),
        ),
        "investments": rows(
            "investment name_zh adds school offering amount cost units_max lead life",
            ("new-hall", "新教学楼", "school_places", "zz1", "", 100, 1_500_000, 1, 1, 20),
        ),
    }  # fmt: skip


def _industries() -> dict[str, Rows]:
    history = {"34": (5000, 60), "35": (3000, 120), "51": (4000, -50)}
    return {
        "industries": rows(
            "industry name_zh name_en section pillar",
            ("34", "通用设备制造业", "general machinery", "C", True),
            ("35", "专用设备制造业", "special machinery", "C", True),
            ("51", "批发业", "wholesale", "F", False),
        ),
        "employment": [
            {"industry": i, "year": 2017 + k, "persons": start + step * k}
            for i, (start, step) in history.items()
            for k in range(8)
        ],
        "drivers": rows(
            "driver name_zh industry year persons ramp_years probability",
            ("plant", "新机床工厂", "34", 2026, 300, 2, 0.5),
        ),
    }


def _work() -> dict[str, Rows]:
    return {
        "occupations": rows(
            "occupation name_zh name_en exit_rate transfer_rate",
            ("6-18-01-01", "车工", "turner", 0.03, 0.02),
            ("6-31-01-10", "机器人运维员", "robot technician", 0.02, 0.02),
            ("2-06-03-00", "会计专业人员", "accountant", 0.02, 0.03),
            ("2-02-07-01", "机械设计工程师", "mechanical engineer", 0.02, 0.01),
        ),
        "staffing": rows(
            "industry occupation share",
            ("34", "6-18-01-01", 0.20),
            ("34", "2-02-07-01", 0.05),
            ("35", "6-18-01-01", 0.10),
            ("35", "6-31-01-10", 0.12),
            ("51", "2-06-03-00", 0.06),
        ),
        "education_mix": rows(
            "occupation level share graduate_share",
            ("6-18-01-01", "secondary", 0.6, 0.7),
            ("6-18-01-01", "higher_vocational", 0.4, 0.8),
            ("6-31-01-10", "secondary", 0.3, 0.8),
            ("6-31-01-10", "higher_vocational", 0.7, 0.9),
            ("2-06-03-00", "secondary", 0.5, 0.5),
            ("2-06-03-00", "higher_vocational", 0.5, 0.5),
            ("2-02-07-01", "undergraduate", 1.0, 0.9),
        ),
        "external_supply": rows("occupation level year persons", ("6-18-01-01", "secondary", 0, 10)),
        "crosswalk": rows(
            "program occupation relevance",
            ("660103", "6-18-01-01", 1.0),
            ("660303", "6-31-01-10", 1.0),
            ("660303", "6-18-01-01", 0.6),
            ("730301", "2-06-03-00", 1.0),
            ("460103", "6-18-01-01", 1.0),
            ("460305", "6-31-01-10", 1.0),
            ("260102", "2-02-07-01", 1.0),
        ),
    }
