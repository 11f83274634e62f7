"""A small made-up region and a made-up plan for it: nothing is solved, only the shapes and the sums are right.

Three schools, ten lines, six occupations, five years. The quantities follow simple patterns, so that every total that
the report prints can be added up again from the tables.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from talentplan.plan.outputs import empty_table
from talentplan.plan.plan import Audit, Plan, SolveFacts
from talentplan.plan.promises import promises
from talentplan.supply import dead_ends, missing_links, pool_table
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

YEARS = list(range(2026, 2031))
LINES = [
    # offering, school, program, track, entrant group, control, authority, status, duration, last plan, next plan
    ("L01", "ZZ1", "660101", "ordinary", "junior", "decide", "city", "active", 3, 120, 160),
    ("L02", "ZZ1", "660102", "ordinary", "junior", "decide", "city", "active", 3, 90, 45),
    ("L03", "ZZ1", "660103", "first_segment", "junior", "propose", "province", "active", 3, 80, 80),
    ("L04", "ZZ1", "660104", "ordinary", "junior", "decide", "city", "candidate", 3, 0, 40),
    ("L05", "GZ1", "460101", "ordinary", "senior", "propose", "province", "active", 3, 200, 240),
    ("L06", "GZ1", "460103", "second_segment", "", "propose", "province", "active", 2, 60, 62),
    ("L07", "GZ1", "460105", "ordinary", "senior", "propose", "province", "active", 3, 150, 0),
    ("L08", "GZ1", "460106", "ordinary", "senior", "propose", "province", "suspended", 3, 0, 50),
    ("L09", "BK1", "260101", "ordinary", "senior", "given", "ministry", "active", 4, 100, 100),
    ("L10", "BK1", "260101", "top_up", "", "propose", "province", "active", 2, 40, 45),
]
FEEDS = [("P1", "L03", "L06", 0.75), ("P2", "L05", "L10", 0.2)]
LEVELS = {"66": "secondary", "46": "higher_vocational", "26": "undergraduate"}
OCCUPATIONS = ["6-18-01-01", "6-20-03-02", "6-31-01-03", "2-02-07-04", "2-02-10-05", "6-18-04-06"]
VERDICTS = {"660101": "expand", "660102": "reduce", "660103": "keep", "660104": "add", "460101": "expand",
            "460103": "keep", "460105": "close", "460106": "resume", "260101": "keep"}  # fmt: skip


def case(*, basis: str = "illustrative", title: str = "某市装备制造职教集团（试验数据）", **settings: object) -> Case:
    """The made-up region; every quantity carries this basis."""
    model = {
        "name": "made_up",
        "title": {"zh": title, "en": "A made-up group"},
        "region": {"zh": "某市", "en": "Somewhere"},
        "tables": ".",
        "illustrative": basis == "illustrative",
        "horizon": {"first_year": YEARS[0], "years": len(YEARS)},
        "forecast": {"openings": "given"},
        "excluded": [{"zh": "技工院校由人社部门管理，未纳入", "en": "technician schools, run by another bureau"}],
        "labels": {"junior": {"zh": "初中毕业生", "en": "junior-high leavers"}, "senior": {"zh": "高中毕业生", "en": "senior-high leavers"},
                   "ring": {"zh": "产教融合专项", "en": "industry fund"}},
        **settings,
    }  # fmt: skip
    return build_case(model, _tables(basis))


def _tables(basis: str) -> dict[str, list[dict[str, object]]]:
    names = {"ZZ1": "第一职校", "GZ1": "第一高职", "BK1": "第一本科"}
    programs = sorted({line[2] for line in LINES})
    mark = {"basis": basis, "source": "made up"}
    roll = [(line[0], grade, 0.95 ** (grade - 1) * line[9]) for line in LINES for grade in range(1, line[8] + 1)]
    return {
        "levels": [
            {"level": "secondary", "rank": 1, "name_zh": "中职", "name_en": "secondary"},
            {"level": "higher_vocational", "rank": 2, "name_zh": "高职专科", "name_en": "higher vocational"},
            {"level": "undergraduate", "rank": 3, "name_zh": "本科", "name_en": "undergraduate"},
        ],
        "programs": [
            {"program": code, "name_zh": f"专业{code[-3:]}", "name_en": f"program {code[-3:]}", "level": LEVELS[code[:2]]}
            for code in programs
        ],
        "units": [{"unit": code, "name_zh": name, "name_en": f"School {code}", "kind": "school"} for code, name in names.items()],
        "schools": [{"school": code, "places": 3000, **mark} for code in names],
        "offerings": [
            {"offering": o, "school": s, "program": p, "track": t, "entrant_group": g, "control": c, "authority": a,
             "status": st, "duration": d, "cost": 18000, **mark}
            for o, s, p, t, g, c, a, st, d, _, _ in LINES
        ],
        "intake_history": [
            {"offering": line[0], "year": year, "plan": line[9], "registered": round(0.9 * line[9]), **mark}
            for line in LINES if line[9] for year in (2023, 2024, 2025)
        ],
        "roll": [
            {"offering": o, "year": 2025, "grade": g, "persons": round(0.9 * n), **mark} for o, g, n in roll if n
        ],
        "pathways": [
            {"pathway": p, "from_offering": a, "to_offering": b, "min_share": share, **mark} for p, a, b, share in FEEDS
        ],
        "occupations": [
            {"occupation": code, "name_zh": f"职业{k}", "name_en": f"occupation {k}", **mark} for k, code in enumerate(OCCUPATIONS, 1)
        ],
        "openings": [
            {"occupation": code, "level": level, "year": year, "persons": 30.0 + 5 * k, **mark}
            for k, code in enumerate(OCCUPATIONS) for level in LEVELS.values() for year in YEARS
        ],
        "crosswalk": [
            {"program": code, "occupation": OCCUPATIONS[k % 6], **mark} for k, code in enumerate(programs)
        ],
        "investments": [
            {"investment": "I1", "name_zh": "=数控实训室", "name_en": "CNC room", "adds": "hours", "school": "GZ1", "kind": "cnc",
             "amount": 1000, "cost": 4_200_000, **mark}
        ],
    }  # fmt: skip


def plan(case: Case) -> Plan:
    """A made-up plan for the case; persons are conserved, nothing is optimal."""
    frames = _frames(case, boost=1.0)
    frames |= _means(case)
    idle = _frames(case, boost=0.0)
    idle["budget"] = frames["budget"].assign(spent=0.9 * frames["budget"]["spent"])
    frames["indicators"] = _indicators(frames, idle)
    frames["promises"] = promises(case, frames, {**idle, "investment": frames["investment"].head(0)})
    frames |= {"dead_ends": dead_ends(case), "missing_links": missing_links(case), "entrant_pools": pool_table(case)}
    return Plan(
        name=case.name, scenario=case.scenario, fingerprint=case.fingerprint,
        tables={name: frame[_columns(name)] for name, frame in frames.items()},
        do_nothing={name: frame[_columns(name)] for name, frame in idle.items()},
        audit=Audit(ok=True, max_violation=2.5e-9, objective=1234.5, violations=pd.DataFrame()),
        facts=SolveFacts("optimal", 0.0021, 1234.5, 1231.9, 1230.0, 900, 700, 4000, "made up 1.0"),
        timings={"solve": 1.23},
    )  # fmt: skip


def _columns(name: str) -> list[str]:
    path = Path(__file__).resolve().parents[2] / "src" / "talentplan" / "plan" / "outputs.yaml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))[name]["columns"])


def _frames(case: Case, boost: float) -> dict[str, pd.DataFrame]:
    """The flow tables; `boost` 1 follows the plan, 0 repeats last year."""
    lines = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program")
    facts = {line[0]: line for line in LINES}
    rows = [
        (o, year, facts[o][9] if year == YEARS[0] else facts[o][9] + boost * (facts[o][10] - facts[o][9]),
         facts[o][9] + boost * (facts[o][10] - facts[o][9]))
        for o in lines["offering"] for year in YEARS
    ]  # fmt: skip
    intake = pd.DataFrame(rows, columns=["offering", "year", "last_plan", "plan"]).merge(lines, on="offering")
    intake["registered"] = 0.9 * intake["plan"]
    intake["classes"] = np.where(intake["year"] == YEARS[0], np.ceil(intake["plan"] / 50), -1).astype(int)
    enrolment = intake[["offering", "year"]].assign(enrolled=2.6 * intake["registered"])
    done = intake[["offering", "year", "program", "level"]].assign(completions=0.8 * intake["registered"])
    share = {a: (p, b, s) for p, a, b, s in FEEDS}
    paths = done[done["offering"].isin(share)].copy()
    paths["pathway"] = paths["offering"].map(lambda o: share[o][0])
    paths["to_offering"] = paths["offering"].map(lambda o: share[o][1])
    paths["promised"] = paths["completions"] * paths["offering"].map(lambda o: share[o][2])
    paths["broken"] = np.where(paths["pathway"] == "P1", 0.1 * paths["promised"], 0.0)
    paths["taught_out"] = 0.0
    paths["passed"] = paths["promised"] - paths["broken"]
    paths = paths.rename(columns={"offering": "from_offering", "completions": "completers"})
    gone = paths.set_index(["from_offering", "year"])["passed"]
    done["passed"] = gone.reindex(pd.MultiIndex.from_frame(done[["offering", "year"]])).fillna(0.0).to_numpy()
    rest = done["completions"] - done["passed"]
    done["outside"], done["in_job"], done["away"], done["local"] = 0.1 * rest, 0.0, 0.3 * rest, 0.6 * rest
    return {
        "intake": intake,
        "enrolment": enrolment,
        "completions": done,
        "progression": paths,
        **_market(case, done, boost),
    }


def _market(case: Case, done: pd.DataFrame, boost: float) -> dict[str, pd.DataFrame]:
    supply = done.groupby(["program", "level", "year"], as_index=False)["local"].sum()
    supply["placed"] = (0.7 + 0.2 * boost) * supply["local"]
    supply["surplus"] = supply["local"] - supply["placed"]
    openings = case.table("openings").rename(columns={"persons": "openings"})
    placed = supply.groupby(["level", "year"])["placed"].sum() / len(OCCUPATIONS)
    balance = openings[["occupation", "level", "year", "openings"]].copy()
    balance["placed"] = placed.reindex(pd.MultiIndex.from_frame(balance[["level", "year"]])).to_numpy()
    balance["placed"] = balance[["placed", "openings"]].min(axis=1)
    balance["own_level"], balance["over_qualified"], balance["under_qualified"] = balance["placed"], 0.0, 0.0
    balance["external"] = 2.0
    balance["shortage"] = balance["openings"] - balance["placed"]
    balance["settled"] = np.where(balance["year"] < YEARS[2], balance["shortage"], 0.0)
    placement = supply.assign(occupation=OCCUPATIONS[0], persons=supply["placed"])
    limits = pd.DataFrame(
        [("school_places", "ZZ1", 2026, 3000.0, 3000.0, 3000.0, True, False, "第一职校办学容量 3000 人", "School ZZ1 holds 3000"),
         ("school_teachers", "GZ1", 2026, 1900.0, 1900.0, 1800.0, True, True, "第一高职生师比 18", "School GZ1 18 students a teacher"),
         ("change", "L01", 2026, 40.0, 100.0, 100.0, False, False, "L01 每年增减不超过两班", "L01 two classes a year")],
        columns=_columns("limits"),
    )  # fmt: skip
    return {"surplus": supply, "balance": balance, "placement": placement, "limits": limits}


def _means(case: Case) -> dict[str, pd.DataFrame]:
    points = pd.DataFrame(
        LINES, columns=["o", "school", "program", "t", "g", "control", "a", "st", "d", "last_plan", "next_plan"]
    )
    layout = points.groupby(["school", "program"], as_index=False).agg(
        control=("control", "first"), last_plan=("last_plan", "sum"), next_plan=("next_plan", "sum")
    )
    layout["level"] = layout["program"].str[:2].map(LEVELS)
    layout["change"] = layout["next_plan"] - layout["last_plan"]
    layout["verdict"] = layout["program"].map(VERDICTS)
    layout["mark"] = np.where(layout["program"] == "460105", "merge", "")
    layout["list"] = np.where(layout["verdict"] == "expand", "priority_shortage", "")
    layout["because_zh"], layout["because_en"] = (
        "对口职业 2029 年起每年缺 31 人",
        "its occupations lack 31 persons a year from 2029 on",
    )
    layout["limited_zh"], layout["limited_en"] = "第一职校办学容量 3000 人", "School ZZ1 holds 3000"
    layout["illustrative"] = np.where((case.table("openings")["basis"] == "illustrative").any(), 0.25, 0.0)
    budget = pd.DataFrame(
        [("recurrent", "", y, 5.0e7, 3.0e7, 2.5e7) for y in YEARS]
        + [("investment", "", y, 4.2e6 if y == 2027 else 0.0, 0.0, 6.0e6) for y in YEARS]
        + [("investment", "ring", y, 0.0, 0.0, -1.0) for y in YEARS],
        columns=_columns("budget"),
    )
    investment = pd.DataFrame([("I1", "GZ1", 2027, 1.0, 0.0, 4.2e6, 2028, 2037, "")], columns=_columns("investment"))
    rules = pd.DataFrame(
        [("small_class", "floor", 8, 1, True, "小班停招", "no intake below a class", "某省 2013")],
        columns=_columns("rules"),
    )
    hiring = pd.DataFrame([("GZ1", "", 2026, 3.5)], columns=_columns("hiring"))
    payers = pd.DataFrame(
        [("I1", "GZ1", "", False, 2027, 3.0e6), ("I1", "E1", "", True, 2027, 1.2e6)], columns=_columns("payers")
    )
    lent = [
        ("hours", "g", "R1", "", "E1", "厂", "plant", "GZ1", "校", "college", y, 4.0, 800.0, 720.0, 0.0, 8.0e3)
        for y in YEARS
    ]
    people = ("teachers", "t", "", "", "ZZ1", "校", "school", "GZ1", "校", "college", YEARS[0], 0.0, 0.0, 0.0, 1.5, 0.0)
    sharing = pd.DataFrame([*lent, people], columns=_columns("sharing"))
    return {
        "layout": layout,
        "mergers": empty_table("mergers"),
        "budget": budget,
        "investment": investment,
        "rules": rules,
        "hiring": hiring,
        "sharing": sharing,
        "payers": payers,
    }


def _indicators(frames: dict[str, pd.DataFrame], idle: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for name, table, column, zh, en in (
        ("shortage", "balance", "shortage", "岗位缺口", "shortage"),
        ("surplus", "surplus", "surplus", "供给富余", "surplus"),
    ):
        sums = [f[table].groupby("year")[column].sum() for f in (frames, idle)]
        rows.append((name, 0, "persons", sums[0].sum(), sums[1].sum(), zh, en))
        rows += [(name, year, "persons", sums[0][year], sums[1][year], zh, en) for year in YEARS]
    rows.append(("investment", 0, "CNY", 4.2e6, np.nan, "投资支出", "investment"))
    rows.append(("shortage_share", 0, "share", 0.25, 0.3125, "缺口占比", "share unfilled"))
    return pd.DataFrame(rows, columns=["indicator", "year", "unit", "plan", "do_nothing", "zh", "en"])
