"""Writes the tables of the sample region: `python scripts/sample_region/build.py [--seed N] [--out FOLDER]`.

The same seed gives the same bytes. Facts come from `facts/`; everything else is invented here and marked illustrative.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sample_region import capacity, industry, jobs, links, members, options, pools
from sample_region.facts import facts
from sample_region.history import LAST, LEAVING, History, simulate
from sample_region.lines import Line, lines
from sample_region.outcomes import outcomes
from sample_region.paths import pathways
from sample_region.supply import DESTINATIONS, Steady, steady

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261101
Table = list[dict[str, object]]


def tables(seed: int = SEED) -> dict[str, Table]:
    """Every table of the sample, by name."""
    streams = iter(np.random.default_rng(seed).spawn(8))
    info = {row["program"]: row for row in facts("programs")}
    level = {program: row["level"] for program, row in info.items()}
    offered = lines()
    history = simulate(offered, level, next(streams))
    paths = pathways(offered, level)
    flow = steady(offered, level, history, _examination_passes(offered, level, history, paths))
    used = sorted({line.program for line in offered})
    found: dict[str, Table] = {
        "industries": industry.industries(),
        "employment": industry.employment(next(streams)),
        "drivers": industry.drivers(),
        "levels": capacity.LEVEL_ROWS,
        "clusters": [
            {"cluster": code, "name_zh": zh, "name_en": en, "students_per_specialist": capacity.PER_SPECIALIST}
            for code, zh, en in capacity.CLUSTERS
        ],
        "programs": [_program(info[program]) for program in used],
        "units": members.units(),
        "specialists": capacity.specialists(offered, info, flow),
        "pathways": paths,
        "catchments": pools.catchments(),
        "investments": options.investments(),
        "agreements": options.agreements(),
        "needs": capacity.needs(used, info),
        "external_supply": jobs.external_supply(),
        "crosswalk": links.crosswalk(set(used)),
        "continuations": links.continuations(set(used)),
    }
    found["schools"] = capacity.schools(offered, info, flow, found["specialists"])
    found["offerings"] = capacity.offerings(offered, info, flow, next(streams))
    found["resources"] = capacity.resources(offered, flow, found["needs"])
    found["entrants"] = pools.entrants(offered, level, history, next(streams))
    found["outcomes"] = outcomes(offered, level, history, flow, next(streams))
    found["occupations"] = jobs.occupations(next(streams))
    found.update(_openings(found, offered, level, flow))
    found.update(_past(history))
    found.update(_reference())
    return found


def _program(row: dict[str, str]) -> dict[str, object]:
    names = ("program", "catalogue", "name_zh", "name_en", "level", "cluster")
    small = row["level"] == "master"
    return {**{name: row[name] for name in names}, "class_min": 10 if small else 30, "class_max": 50, "class_step": 1}


def _examination_passes(offered: list[Line], level: dict[str, str], history: History, paths: Table) -> dict[str, float]:
    """Persons a year who pass by examination today.

    Two fifths of a college line come from the group, all of a top-up line, a tenth of a master's.
    """
    kind = {line.code: line.kind for line in offered}
    inside: dict[str, float] = {}
    targets = sorted({str(row["to_offering"]) for row in paths if row["kind"] == "examination"})
    for target in targets:
        senders = [str(row["from_offering"]) for row in paths if row["to_offering"] == target]
        ready = {sender: history.completed.get((sender, LAST), 0) for sender in senders}
        came = history.registered.get((target, LAST), 0)
        part = 1.0 if kind[target] == "top" else 0.4 if kind[target] == "exm" else 0.1
        for sender, number in ready.items():
            share = part * came * number / max(1, sum(ready.values()))
            inside[sender] = inside.get(sender, 0.0) + share
    return inside


def _openings(found: dict[str, Table], offered: list[Line], level: dict[str, str], flow: Steady) -> dict[str, Table]:
    local: dict[str, float] = {}
    for line in offered:
        local[line.program] = local.get(line.program, 0.0) + flow.local[line.code]
    employed = {str(row["industry"]): int(str(row["persons"])) for row in found["employment"] if row["year"] == LAST}
    return jobs.size_jobs(
        jobs.Region(
            local={program: persons for program, persons in local.items() if persons > 0},
            level=level,
            links=found["crosswalk"],
            rates=found["occupations"],
            employed=employed,
            growth=industry.future_growth(),
        )
    )


def _past(history: History) -> dict[str, Table]:
    mark: dict[str, object] = {"basis": "illustrative", "source": "示例"}
    intake: Table = [
        {"offering": code, "year": year, "plan": plan, "admitted": history.admitted[code, year],
         "registered": history.registered[code, year], **mark}
        for (code, year), plan in sorted(history.plan.items())
        if year >= LAST - 5
    ]  # fmt: skip
    roll: Table = [
        {"offering": code, "year": year, "grade": grade, "persons": persons, **mark}
        for (code, year, grade), persons in sorted(history.roll.items())
        if year >= LAST - 2 and persons > 0
    ]
    return {"intake_history": intake, "roll": roll}


def _reference() -> dict[str, Table]:
    mark: dict[str, object] = {"basis": "estimated", "source": "产品估计"}
    return {
        "retention": [
            {"level": level, "grade": grade, "stay": stay, **mark}
            for level, stays in LEAVING.items()
            for grade, stay in enumerate(stays, start=1)
        ],
        "destinations": [
            {"level": level, "progression_outside": outside, "local_retention": local, **mark}
            for level, (outside, local) in DESTINATIONS.items()
        ],
    }


def write(found: dict[str, Table], out: Path) -> None:
    """Writes each table, sorted by its key, with the columns of the data dictionary in their order."""
    dictionary = yaml.safe_load((ROOT / "src/talentplan/workspace/tables.yaml").read_text("utf-8"))
    for name, rows in found.items():
        facts_of = dictionary["tables"][name]
        columns = list(dictionary["columns"][name])
        if facts_of["basis"]:
            columns += ["basis", "source"]
        strange = {key for row in rows for key in row} - set(columns)
        if strange:
            raise ValueError(f"{name}: columns unknown to the data dictionary: {sorted(strange)}")
        used = [c for c in columns if any(c in row for row in rows)]
        keys = [key for key in facts_of["key"] if key in used]
        ordered = sorted(rows, key=lambda row: tuple((isinstance(row[k], str), row[k]) for k in keys))
        path = out / facts_of["folder"] / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            sheet = csv.writer(handle, lineterminator="\n")
            sheet.writerow(used)
            sheet.writerows([[_cell(row.get(column)) for column in used] for row in ordered])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def main() -> None:
    """Builds and writes the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=ROOT / "data")
    given = parser.parse_args()
    found = tables(given.seed)
    write(found, given.out)
    print(f"{len(found)} tables, {sum(len(rows) for rows in found.values())} rows, seed {given.seed} -> {given.out}")


if __name__ == "__main__":
    main()
