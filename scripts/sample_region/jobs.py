"""Occupations, staffing patterns and education mix, sized against what the group yields.

All rates, shares and patterns are illustrative: they are chosen so that openings stand to the local completers who
could fill them in a stated proportion, occupation by occupation (`tension` in typed/occupations.csv). That proportion,
and where the occupations work (DENSITY), is all that is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_region.facts import facts, typed

__all__ = ["Region", "external_supply", "occupations", "size_jobs"]

Table = list[dict[str, object]]

LEVELS = ("secondary", "higher_vocational", "undergraduate", "master")
ALL_RATIO = 1.36  # openings for graduates over local completers, all occupations together
UNTAUGHT = 14.0  # openings for graduates a year in an occupation no enrolling line prepares for, persons
GRADUATE_SHARE = {"secondary": 0.45, "higher_vocational": 0.55, "undergraduate": 0.65, "master": 0.75}

# where the occupations of a cluster work: relative density by industry
DENSITY: dict[str, dict[str, float]] = {
    "mech": {
        "342": 3,
        "344": 3,
        "345": 3.5,
        "35": 3,
        "33": 2,
        "343": 2,
        "367": 1.5,
        "371": 1.5,
        "373": 0.8,
        "43": 1,
        "40": 0.5,
    },
    "forming": {"373": 3, "33": 3.5, "371": 1.5, "35": 2, "343": 2, "344": 1, "361": 1, "367": 1, "43": 1},
    "automation": {
        "361": 1.5,
        "367": 2,
        "39": 2.5,
        "342": 1.5,
        "345": 1.5,
        "384": 2.5,
        "35": 1.5,
        "382": 1,
        "40": 1.5,
        "344": 1,
        "43": 1,
        "371": 0.7,
    },
    "electric": {"382": 4, "384": 1.5, "39": 2, "371": 1, "373": 1.2, "43": 1, "35": 1, "344": 0.7, "343": 1},
    "ship": {"373": 10, "43": 0.4},
    "vehicle": {"361": 4, "367": 3, "43": 1},
    "energy": {"344": 1, "35": 2, "382": 1, "384": 1, "43": 1, "33": 0.5},
}
SPECIAL_DENSITY: dict[str, dict[str, float]] = {
    "6-20-01-03": {"345": 4, "342": 1.5, "367": 1},
    "6-20-03-01": {"342": 6, "43": 1, "345": 1},
    "6-21-01-02": {"343": 3, "35": 3},
    "6-26-01-01": {"40": 6, "39": 2, "382": 1},
    "6-24-01-00": {"382": 4, "344": 1, "384": 0.5},
    "6-18-03-03": {"373": 3, "361": 3, "33": 2, "371": 1},
    "6-18-04-01": {"33": 3, "367": 2, "39": 1.5},
    "6-28-01-12": {"382": 1, "43": 1},
    "4-12-01-01": {"43": 2, "361": 1, "367": 0.5},
    "4-08-05-05": {"43": 1.5, "361": 1.5, "367": 0.5},
}
NO_DIPLOMA = {"6-1": 0.28, "6-2": 0.24, "6-3": 0.20, "4-0": 0.12, "4-1": 0.30, "2-0": 0.0}
EXTERNAL = {
    ("6-18-01-01", "secondary"): 18,
    ("6-18-02-04", "secondary"): 30,
    ("6-31-01-03", "secondary"): 22,
    ("4-12-01-01", "secondary"): 20,
    ("6-20-01-01", "secondary"): 16,
}
URGENT = {"6-18-01-07", "6-18-02-04", "6-23-02-01", "6-31-07-01"}
MARK: dict[str, object] = {"basis": "illustrative", "source": "示例"}


@dataclass(frozen=True, slots=True)
class Region:
    """What openings are sized against.

    local: persons a year who seek work in the region, by program; level: by program; links: rows of the crosswalk;
    rates: rows of the occupations table; employed, growth: persons and growth a year, by industry.
    """

    local: dict[str, float]
    level: dict[str, str]
    links: Table
    rates: Table
    employed: dict[str, int]
    growth: dict[str, float]


def occupations(rng: np.random.Generator) -> Table:
    """Rows of the occupations table: facts with illustrative rates; priority for what the region calls urgent."""
    found: Table = []
    for row in facts("occupations"):
        worker = row["occupation"].startswith("6")
        found.append(
            {
                "occupation": row["occupation"],
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "exit_rate": round(float(rng.normal(0.032 if worker else 0.024, 0.004)), 3),
                "transfer_rate": round(float(rng.normal(0.034 if worker else 0.026, 0.005)), 3),
                "priority": 1.2 if row["occupation"] in URGENT else 1.0,
                "basis": "illustrative",
                "source": f"代码与名称：{row['source']}；退出率、转岗率为示例",
            }
        )
    return found


def external_supply() -> Table:
    """Rows of the external_supply table: what the excluded technician college yields."""
    return [
        {"occupation": occupation, "level": level, "year": 0, "persons": persons, **MARK}
        for (occupation, level), persons in EXTERNAL.items()
    ]


def size_jobs(region: Region) -> dict[str, Table]:
    """The tables staffing and education_mix from which the wanted openings follow.

    Openings at level l = target / graduate_share; employment = openings / (exit + transfer + growth), spread over
    industries by density.
    """
    leaving = {
        str(row["occupation"]): float(str(row["exit_rate"])) + float(str(row["transfer_rate"])) for row in region.rates
    }
    targets = _targets(region)
    staffing: Table = []
    mix: Table = []
    for row in facts("occupations"):
        occupation = row["occupation"]
        density = SPECIAL_DENSITY.get(occupation, DENSITY[row["cluster"]])
        spread = {industry: weight * region.employed[industry] for industry, weight in density.items()}
        total = sum(spread.values())
        growth = sum(part / total * region.growth[industry] for industry, part in spread.items())
        gross = {
            name: (targets.get((occupation, name), 0.0) + EXTERNAL.get((occupation, name), 0)) / GRADUATE_SHARE[name]
            for name in LEVELS
        }
        none = NO_DIPLOMA[occupation[:3]]
        openings = sum(gross.values()) / (1 - none)
        shares = _rounded({"none": none, **{name: part / openings for name, part in gross.items()}})
        mix += [
            {"occupation": occupation, "level": name, "share": share, "graduate_share": GRADUATE_SHARE.get(name, 0.0)}
            | MARK
            for name, share in shares.items()
            if share > 0
        ]
        persons = openings / max(0.02, leaving[occupation] + growth)
        staffing += [
            {"industry": industry, "occupation": occupation, "year": 0}
            | {"share": round(persons * part / total / region.employed[industry], 5)}
            | MARK
            for industry, part in spread.items()
        ]
    return {"staffing": staffing, "education_mix": mix}


def _targets(region: Region) -> dict[tuple[str, str], float]:
    """Wanted openings for graduates by occupation and level, persons a year."""
    wish = {row["occupation"]: row for row in typed("occupations")}
    reach: dict[tuple[str, str], float] = {}
    for program, persons in region.local.items():
        options = [
            ((occupation, name), weight * part * float(wish[occupation]["size"]))
            for occupation, weight in (
                (str(link["occupation"]), float(str(link["relevance"])) ** 3)
                for link in region.links
                if link["program"] == program
            )
            for name, part in _jobs_taken(region.level[program], engineer=occupation.startswith("2")).items()
        ]
        total = sum(weight for _, weight in options)
        for key, weight in options:
            reach[key] = reach.get(key, 0.0) + persons * weight / total
    wanted = {key: reach[key] * float(wish[key[0]]["tension"]) for key in sorted(reach)}
    scale = ALL_RATIO * sum(region.local.values()) / sum(wanted.values())
    targets = {key: max(1.0, persons * scale) for key, persons in wanted.items()}
    for occupation in wish:  # nobody is taught for it today: a small demand all the same
        if not any((occupation, name) in targets for name in LEVELS):
            targets[occupation, "higher_vocational" if occupation.startswith("2") else "secondary"] = UNTAUGHT
    return targets


def _jobs_taken(level: str, *, engineer: bool) -> dict[str, float]:
    """How completers of a level spread over the levels of jobs in an occupation they are taught for."""
    if level == "secondary":
        return {} if engineer else {"secondary": 1.0}
    if level == "higher_vocational":
        return {"higher_vocational": 0.7} if engineer else {"higher_vocational": 1.0, "secondary": 0.2}
    if level == "undergraduate":
        return {"undergraduate": 1.0, "higher_vocational": 0.3} if engineer else {"higher_vocational": 0.3}
    return {"master": 1.0, "undergraduate": 0.2} if engineer else {}


def _rounded(shares: dict[str, float]) -> dict[str, float]:
    """Shares rounded to hundredths that still sum to 1."""
    hundredths = {name: int(share * 100) for name, share in shares.items()}
    missing = 100 - sum(hundredths.values())
    rest = sorted(shares, key=lambda name: (hundredths[name] - shares[name] * 100, name))
    for name in rest[:missing]:
        hundredths[name] += 1
    return {name: count / 100 for name, count in hundredths.items()}
