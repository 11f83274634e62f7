"""A real region: 668 institutions of California planned for five years from tables nobody here wrote.

    python -m benchmarks.california [--json]

Reads the reference data (TALENTPLAN_REFERENCE_DATA, else ../shared/data beside the repository) and builds a workspace in memory:
docs/california.md says how, and what of the result makes sense. Prints one JSON object with --json, a summary otherwise.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from talentplan.plan import Plan, solve_plan
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

FIRST_YEAR = 2025
YEARS = 5
HISTORY = ("2022", "2023", "2024")
# award level -> (ladder level, years to completion); docs/california.md says why
AWARDS = {
    "1": ("certificate", 1), "20": ("certificate", 1), "21": ("certificate", 1), "2": ("certificate", 1),
    "4": ("certificate", 3), "3": ("associate", 2), "5": ("bachelor", 4), "6": ("bachelor", 1), "7": ("master", 2),
    "8": ("master", 1), "17": ("doctorate", 5), "18": ("doctorate", 3), "19": ("doctorate", 3),
}  # fmt: skip
ENTRY = {
    "No formal educational credential": "none", "High school diploma or equivalent": "high_school",
    "Some college, no degree": "certificate", "Postsecondary non-degree award": "certificate",
    "Associate's degree": "associate", "Bachelor's degree": "bachelor", "Master's degree": "master",
    "Doctoral or professional degree": "doctorate",
}  # fmt: skip
LEVELS = ["none", "high_school", "certificate", "associate", "bachelor", "master", "doctorate"]
FILLED_BY_OTHERS = ("none", "high_school")


def reference_folder() -> Path:
    """Where the reference data lies."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("TALENTPLAN_REFERENCE_DATA", default)) / "us_california"


def tables(folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The workspace tables and what could not be matched."""
    lines = _lines(folder)
    jobs = _jobs(folder)
    crosswalk, held = _crosswalk(folder, lines, jobs)
    lines["control"] = np.where(lines["program"].isin(held["programs"]), "given", "decide")
    programs = lines[["program", "title", "level"]].drop_duplicates("program")
    units = lines[["school", "institution", "county"]].drop_duplicates("school")
    longest = int(lines["duration"].max())
    years = np.arange(FIRST_YEAR - longest, FIRST_YEAR)
    row = np.repeat(np.arange(len(lines)), len(years))
    history = pd.DataFrame({"offering": lines["offering"].to_numpy()[row], "year": np.tile(years, len(lines))})
    history["plan"] = history["registered"] = lines["persons"].to_numpy()[row]
    horizon = np.arange(FIRST_YEAR, FIRST_YEAR + YEARS + longest)
    row = np.repeat(np.arange(len(jobs)), len(horizon))
    openings = jobs[["occupation", "level", "persons"]].iloc[row].assign(year=np.tile(horizon, len(jobs)))
    official = {
        "basis": "official",
        "source": "IPEDS completions 2022-24; California EDD projections 2023-33; NCES CIP-SOC",
    }
    found = {
        "levels": pd.DataFrame({"level": LEVELS, "rank": range(len(LEVELS)), "name_zh": LEVELS, "name_en": LEVELS,
                                "shortage_weight": [0.0 if v in FILLED_BY_OTHERS else 1.0 for v in LEVELS]}),
        "programs": programs.rename(columns={"title": "name_en"}).assign(name_zh=lambda f: f["name_en"], catalogue="CIP 2020"),
        "units": units.set_axis(["unit", "name_en", "district"], axis=1).assign(name_zh=lambda f: f["name_en"], kind="school"),
        "schools": units[["school"]].assign(**official),
        "offerings": lines[["offering", "school", "program", "duration", "control"]].assign(
            entrant_group="students", authority="province", **official),
        "intake_history": history.assign(**official),
        "occupations": jobs[["occupation", "name"]].drop_duplicates("occupation").set_axis(["occupation", "name_en"], axis=1)
        .assign(name_zh=lambda f: f["name_en"], **official),
        "openings": openings.assign(**official),
        "crosswalk": crosswalk.assign(evidence="CIP 2020 - SOC 2018 crosswalk", **official),
    }  # fmt: skip
    return found, held


def _lines(folder: Path) -> pd.DataFrame:
    """One row per institution x CIP 4-digit x award level: persons, mean completions of 2022-24."""
    done = pd.read_csv(folder / "completions_2020_2024.csv.gz", dtype=str)
    done = done[(done["MAJORNUM"] == "1") & done["year"].isin(HISTORY) & done["AWLEVEL"].isin(AWARDS)]
    done = done.assign(cip4=done["CIPCODE"].str[:5], persons=pd.to_numeric(done["CTOTALT"]))
    sums = done.groupby(["UNITID", "cip4", "AWLEVEL"], as_index=False)["persons"].sum()
    sums["persons"] /= len(HISTORY)
    sums = sums[sums["persons"] > 0].reset_index(drop=True)
    sums["level"] = sums["AWLEVEL"].map(lambda a: AWARDS[a][0])
    sums["duration"] = sums["AWLEVEL"].map(lambda a: AWARDS[a][1])
    sums["school"] = "I" + sums["UNITID"]
    sums["program"] = sums["cip4"] + "-" + sums["AWLEVEL"].str.zfill(2)
    sums["offering"] = sums["school"] + "-" + sums["program"]
    places = pd.read_csv(folder / "institutions.csv", dtype=str).set_index("UNITID")
    sums["institution"] = sums["UNITID"].map(places["INSTNM"]).fillna(sums["UNITID"])
    sums["county"] = sums["UNITID"].map(places["COUNTYNM"]).fillna("")
    titles = pd.read_csv(folder / "cip_soc.csv", dtype=str).assign(cip4=lambda f: f["CIP2020Code"].str[:5])
    title = titles.sort_values("CIP2020Code").drop_duplicates("cip4").set_index("cip4")["CIP2020Title"].str.rstrip(".")
    sums["title"] = sums["cip4"].map(title).fillna("CIP " + sums["cip4"]) + ", " + sums["level"]
    return sums


def _jobs(folder: Path) -> pd.DataFrame:
    """Detailed occupations with their official ten-year openings / 10, by entry education."""
    table = pd.read_csv(folder / "occupation_projections_2023_2033.csv", dtype=str)
    table.columns = [" ".join(c.split()).split(" [")[0].split("[")[0] for c in table.columns]
    table = table[(table["SOC Level"] == "4") & table["Entry Level Education"].isin(ENTRY)]
    return pd.DataFrame({
        "occupation": table["SOC Code"], "name": table["Occupational Title"], "level": table["Entry Level Education"].map(ENTRY),
        "persons": pd.to_numeric(table["Total Job Openings"]) / 10,
    }).drop_duplicates("occupation").reset_index(drop=True)  # fmt: skip


def _crosswalk(folder: Path, lines: pd.DataFrame, jobs: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Program -> occupation links; programs without any link to an occupation that has openings are held and reported."""
    links = pd.read_csv(folder / "cip_soc.csv", dtype=str).assign(cip4=lambda f: f["CIP2020Code"].str[:5])
    links = links[["cip4", "SOC2018Code"]].drop_duplicates().rename(columns={"SOC2018Code": "occupation"})
    known = links[links["occupation"].isin(jobs["occupation"])]
    programs = lines[["program", "cip4"]].drop_duplicates()
    crosswalk = programs.merge(known, on="cip4")[["program", "occupation"]]
    held = sorted(set(programs["program"]) - set(crosswalk["program"]))
    mine = lines["program"].isin(held)
    return crosswalk, {
        "programs": held,
        "lines": int(mine.sum()),
        "completions": float(lines.loc[mine, "persons"].sum()),
    }


def settings() -> dict[str, Any]:
    """The planning model: +/- 20 % a line (10 persons at least), +/- 2 % an institution, the state's total fixed."""
    name = {"zh": "加利福尼亚州", "en": "California"}
    return {
        "name": "california", "title": name, "region": name, "tables": ".",
        "horizon": {"first_year": FIRST_YEAR, "years": YEARS},
        "forecast": {"openings": "given"},
        "policy": {"relative_change": 0.2, "relative_floor": 10.0, "change": {"max_open": 0, "max_close": 0, "points_share": None}},
        "totals": [
            {"name": {"zh": "各校总量", "en": "institution total"}, "relative": 0.02, "by_school": True},
            {"name": {"zh": "全州总量", "en": "state total"}, "relative": 0.0},
        ],
        "solving": {"whole_class_years": 0},
    }  # fmt: skip


def reallocations(case: Case, plan: Plan, count: int = 10) -> list[str]:
    """The largest changes by program over the plan years, in words, with where its completers go."""
    intake = plan.table("intake")
    last = intake[intake["year"] == FIRST_YEAR].groupby("program")["last_plan"].sum()
    mean = intake.groupby("program")["plan"].sum() / YEARS
    change = (mean - last).sort_values(key=lambda s: -s.abs(), kind="stable").head(count)
    names = case.table("programs").set_index("program")["name_en"]
    jobs = case.table("occupations").set_index("occupation")["name_en"]
    balance = plan.do_nothing["balance"].groupby("occupation")["shortage"].sum() / YEARS
    surplus = plan.do_nothing["surplus"].groupby("program")["surplus"].sum() / YEARS
    links = case.table("crosswalk")
    found = []
    for program, moved in change.items():
        related = links.loc[links["program"] == program, "occupation"]
        short = balance.reindex(related).fillna(0.0).sort_values(ascending=False)
        idle = float(surplus.get(program, 0.0))
        if moved > 0 and len(short):
            reason = f"at constant intake {jobs[short.index[0]]} lacks {short.iloc[0]:,.0f} a year"
        elif idle >= 1:
            reason = f"at constant intake {idle:,.0f} of its completers a year find no opening"
        else:
            reason = "completers of other programs without openings of their own can fill its occupations"
        found.append(
            f"{names[program]} ({program}): {last[program]:,.0f} -> {mean[program]:,.0f} entrants a year ({moved:+,.0f}); {reason}"
        )
    return found


def run() -> dict[str, Any]:
    """Build, plan, audit; one JSON-ready object."""
    started = time.perf_counter()
    found, held = tables(reference_folder())
    case = build_case(settings(), found)
    read = time.perf_counter() - started
    plan = solve_plan(case)
    total = plan.table("indicators").query("year == 0").set_index("indicator")
    counted = case.table("levels").set_index("level")["shortage_weight"] > 0
    priced = {
        side: float(frame[frame["level"].map(counted)]["shortage"].sum())
        for side, frame in (("before", plan.do_nothing["balance"]), ("after", plan.table("balance")))
    }
    facts = plan.facts
    return {
        "status": facts.status, "audit": {"ok": plan.audit.ok, "max_violation": plan.audit.max_violation},
        "offerings": len(case.table("offerings")), "institutions": len(case.table("schools")),
        "columns": facts.columns, "rows": facts.rows, "nonzeros": facts.nonzeros, "objective": facts.objective,
        "timings": {"read": read, **plan.timings},
        "shortage": priced,
        "surplus": {"before": float(total.loc["surplus", "do_nothing"]), "after": float(total.loc["surplus", "plan"])},
        "held": {"programs": len(held["programs"]), "lines": held["lines"], "completions": held["completions"]},
        "reallocations": reallocations(case, plan),
    }  # fmt: skip


def main() -> None:
    """Entry point."""
    result = run()
    if "--json" in sys.argv[1:]:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for key, value in result.items():
        print(f"{key}: " + ("\n  " + "\n  ".join(value) if isinstance(value, list) else f"{value}"))


if __name__ == "__main__":
    main()
