"""Random regions of any size for benchmarks: whole workspaces, checked like a bureau's own. Their numbers mean nothing.

Schools of three levels, programs in families of kin, two or three lines a program and school, joined pathways between
levels, teachers, places, training rooms, entrants by group, budgets, an occupation's openings given. Fixed seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from talentplan.workspace import build_case
from talentplan.workspace.case import Case

__all__ = ["SIZES", "Size", "region"]

Size = str | tuple[int, int, int, int]  # a name of SIZES, or schools, programs, occupations, plan years

FIRST, LAST = 2027, 2026
# schools, programs, occupations, plan years
SIZES = {
    "city": (9, 33, 32, 8),
    "group": (40, 120, 100, 10),
    "province": (205, 400, 300, 12),
    "nation": (3200, 1500, 800, 12),
}
LEVELS = ("secondary", "higher", "undergraduate")
DURATION = (3, 3, 4)
LINES_A_SCHOOL = 9
KINDS = 6


def region(size: Size, seed: int = 2031, *, whole_class_years: int = 1) -> Case:
    """A random region of a named size, or of so many schools, programs, occupations and plan years."""
    schools, programs, occupations, years = SIZES[size] if isinstance(size, str) else size
    dice = np.random.default_rng(seed)
    level_of_program = np.arange(programs) % 3
    level_of_school = np.resize([0, 0, 1, 1, 2], schools)
    kin = max(2, programs // 12)
    family = (np.arange(programs) // 3) % kin
    program = np.array([f"P{n:04}" for n in range(programs)])
    school = np.array([f"S{n:04}" for n in range(schools)])
    job = np.array([f"J{n:04}" for n in range(occupations)])
    lines = _lines(dice, level_of_school, level_of_program, family)
    lines["duration"] = np.array(DURATION)[lines["level"]]
    lines["offering"] = [f"{school[s]}-{program[p]}" for s, p in zip(lines["s"], lines["p"], strict=True)]
    lines["last"] = dice.integers(1, 5, len(lines)) * 40.0
    pathways = _pathways(dice, lines)
    tables = {
        "levels": pd.DataFrame({"level": LEVELS, "rank": range(3), "name_zh": LEVELS, "name_en": LEVELS, "students_per_teacher": [20.0, 18.0, 18.0]}),
        "clusters": pd.DataFrame({"cluster": [f"C{n:03}" for n in range(kin)], "name_zh": "群", "students_per_specialist": 45.0}),
        "programs": pd.DataFrame({"program": program, "name_zh": program, "level": np.array(LEVELS)[level_of_program],
                                  "cluster": [f"C{n:03}" for n in family], "class_min": 30.0, "class_max": 50.0}),
        "units": pd.DataFrame({"unit": school, "name_zh": school, "kind": "school", "district": [f"D{n % 8}" for n in range(schools)]}),
        "offerings": pd.DataFrame({
            "offering": lines["offering"], "school": school[lines["s"]], "program": program[lines["p"]],
            "duration": lines["duration"], "entrant_group": np.array(["junior", "senior", "degree"])[lines["level"]],
            "authority": np.where(lines["level"] == 0, "city", "province"), "places": np.ceil(lines["last"] * lines["duration"] * 1.3),
            "cost": 15000.0, "fixed_cost": 200000.0, "grant": 11000.0,
        }),
        "intake_history": pd.DataFrame({"offering": lines["offering"], "year": LAST, "plan": lines["last"],
                                        "registered": np.round(lines["last"] * dice.uniform(0.7, 1.0, len(lines)))}),
        "pathways": pathways, "occupations": pd.DataFrame({"occupation": job, "name_zh": job}),
        "crosswalk": _crosswalk(dice, program, job, family), "openings": _openings(dice, job, lines, years),
        **_means(dice, school, level_of_school, program, lines, years),
    }  # fmt: skip
    amount = float((lines["last"] * lines["duration"]).sum() * 4000.0 + len(lines) * 2e5) * 1.05
    settings: dict[str, Any] = {
        "name": "random", "title": {"zh": "随机区域", "en": "A random region"}, "region": {"zh": "某地", "en": "Somewhere"},
        "tables": ".", "illustrative": True, "horizon": {"first_year": FIRST, "years": years}, "forecast": {"openings": "given"},
        "policy": {"teacher_cost": 130000.0, "change": {"points_share": 0.25, "max_close": 4}},
        "budget": [{"kind": "recurrent", "amount": amount}, {"kind": "investment", "amount": 1e6 * schools}],
        "solving": {"whole_class_years": whole_class_years},
    }  # fmt: skip
    return build_case(settings, tables)


def _lines(dice: np.random.Generator, school: np.ndarray, program: np.ndarray, family: np.ndarray) -> pd.DataFrame:
    """s, p, level: the programs each school offers, most of them of a few families."""
    found = []
    for s, level in enumerate(school.tolist()):
        own = np.flatnonzero(program == level)
        weight = 1.0 + 6.0 * (family[own] % 5 == s % 5)
        chosen = dice.choice(own, min(LINES_A_SCHOOL, len(own)), replace=False, p=weight / weight.sum())
        found += [(s, int(p), level) for p in np.sort(chosen)]
    return pd.DataFrame(found, columns=["s", "p", "level"])


def _pathways(dice: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Every third line below the top leads into a line one level up."""
    rows = []
    upper = {level: lines.index[lines["level"] == level].to_numpy() for level in (1, 2)}
    for n in lines.index[(lines["level"] < 2) & (np.arange(len(lines)) % 3 == 0)]:
        above = upper[int(lines.at[n, "level"]) + 1]  # noqa: PD008
        if len(above):
            rows.append((f"A{n:05}", lines.at[n, "offering"], lines.at[int(dice.choice(above)), "offering"]))  # noqa: PD008
    found = pd.DataFrame(rows, columns=["pathway", "from_offering", "to_offering"])
    return found.assign(min_share=0.0, max_share=0.6)


def _crosswalk(dice: np.random.Generator, program: np.ndarray, job: np.ndarray, family: np.ndarray) -> pd.DataFrame:
    rows = []
    for p, code in enumerate(program):
        near = (family[p] * 7 + dice.integers(0, 9, 4)) % len(job)
        rows += [
            (code, job[j], round(float(dice.uniform(0.6, 1.0)), 2))
            for j in np.unique(np.append(near, dice.integers(0, len(job))))
        ]
    return pd.DataFrame(rows, columns=["program", "occupation", "relevance"])


def _openings(dice: np.random.Generator, job: np.ndarray, lines: pd.DataFrame, years: int) -> pd.DataFrame:
    span = np.arange(FIRST, FIRST + years + 20)
    size = dice.lognormal(0.0, 0.8, (len(job), 3)) * np.array([1.0, 1.1, 0.5])
    size *= 0.75 * lines["last"].sum() / size.sum()
    trend = 1.0 + 0.02 * dice.normal(size=(len(job), 3, 1)) * np.arange(len(span))
    persons = (size[:, :, None] * trend.clip(0.2)).round(1)
    j, lv, t = (grid.ravel() for grid in np.indices(persons.shape))
    return pd.DataFrame(
        {"occupation": job[j], "level": np.array(LEVELS)[lv], "year": span[t], "persons": persons.ravel()}
    )


def _means(
    dice: np.random.Generator,
    school: np.ndarray,
    level: np.ndarray,
    program: np.ndarray,
    lines: pd.DataFrame,
    years: int,
) -> dict[str, pd.DataFrame]:
    """Teachers, places, training rooms, entrants and options to invest."""
    roll = (
        (lines["last"] * lines["duration"])
        .groupby(lines["s"])
        .sum()
        .reindex(range(len(school)), fill_value=0.0)
        .to_numpy()
    )
    kinds = [f"K{n}" for n in range(KINDS)]
    need = pd.DataFrame(
        {
            "program": np.repeat(program, 2),
            "kind": [kinds[(n + k * 2) % KINDS] for n in range(len(program)) for k in (0, 1)],
            "hours": 60.0,
        }
    )
    owned = pd.DataFrame({"unit": np.repeat(school, KINDS), "kind": np.tile(kinds, len(school))})
    owned["resource"] = owned["unit"] + "-" + owned["kind"]
    owned["workplaces"], owned["hours"] = (
        np.ceil(np.repeat(roll, KINDS) * 120.0 / KINDS / 1400.0 * dice.uniform(1.0, 2.2, len(owned))),
        1400.0,
    )
    span = np.arange(FIRST, FIRST + years)
    pool = lines.groupby("level")["last"].sum().reindex(range(3), fill_value=0.0).to_numpy() * 1.15
    groups = np.array(["junior", "senior", "degree"])
    return {
        "schools": pd.DataFrame({"school": school, "places": np.ceil(roll * 1.2), "teachers_general": np.ceil(roll / 18 * 0.6),
                                 "teachers_specialist": np.ceil(roll / 18 * 0.5), "hire_max": np.ceil(roll / 400), "leave_rate": 0.02}),
        "needs": need, "resources": owned.assign(name_zh=owned["resource"]),
        "entrants": pd.DataFrame({"origin": "region", "entrant_group": np.repeat(groups, years), "year": np.tile(span, 3),
                                  "persons": np.repeat(pool, years) * np.tile(0.985 ** np.arange(years), 3)}),
        "investments": pd.DataFrame({"investment": [f"I{n:05}" for n in range(len(school))], "name_zh": "实训室", "adds": "hours",
                                     "school": school, "kind": [kinds[n % KINDS] for n in range(len(school))],
                                     "amount": 56000.0, "cost": 4e6, "units_max": 2, "lump": True, "lead": 1, "life": 10}),
    }  # fmt: skip
