"""The whole national catalogue as one workspace: every program, every link to an occupation and to a next program.

    python -m benchmarks.catalogue [--json] [--reference DIR]

Reads the reference data (TALENTPLAN_REFERENCE_DATA, else ../shared/data beside the repository), builds a valid case of
it, accounts for every row of the two tables of links, and lists dead ends and blanks of the equipment-manufacturing
classes (66, 46, 26), which one made-up school offers in full. docs/catalogue.md says what is in the tables and what to
think of the lists.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from benchmarks.crosswalk import GREEN_DIGITAL, reference_folder
from talentplan.matching import layout_indices, placement_arcs
from talentplan.plan import do_nothing
from talentplan.supply import dead_ends, missing_links
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

Frames = Mapping[str, pd.DataFrame]
SOURCES = ("moe_vocational_catalogue", "program_continuation", "program_occupation_map", "program_briefs_flat",
           "csco_2022_occupations")  # fmt: skip
FIRST_YEAR = 2026
LEVELS = ("secondary", "higher_vocational", "undergraduate", "master")
# kind of program, as the tables word it -> level, start of the codes given to programs that have none
KINDS = {
    "中职": ("secondary", "secondary"), "高职专科": ("higher_vocational", "higher"),
    "职教本科": ("undergraduate", "vocational"), "普通本科": ("undergraduate", "ordinary"),
    "硕士专业学位领域": ("master", "field"), "硕士二级学科": ("master", "discipline"),
}  # fmt: skip
YEARS = {"中职": 3, "高职专科": 3, "职教本科": 4}
VOCATIONAL = tuple(YEARS)
TARGET = {"higher_vocational": "高职专科", "vocational_bachelor": "职教本科", "bachelor": "普通本科",
          "master_field": "硕士专业学位领域", "master_discipline": "硕士二级学科"}  # fmt: skip
SAME_WORD = {"高职专业": "高职专科"}
NOTHING = ("暂无", "无")
# two headings that ran together: the last name under the first, the next heading, the first name under it
RUN_TOGETHER = r"^(.+?)[接持]续(普通本科专业|高职本科专业|硕士学位二级学科)举例：(.+)$"
HEADING = {"普通本科专业": "普通本科", "高职本科专业": "职教本科", "硕士学位二级学科": "硕士二级学科"}
# names cut at a comma inside them; 081404 and 085402 of the list of postgraduate disciplines
CUT = {"供": "供热、供燃气、通风及空调工程", "通信工程（含宽带网络": "通信工程（含宽带网络、移动通信等）",
       "移动通信等）": "通信工程（含宽带网络、移动通信等）"}  # fmt: skip
MOVED = "code absent from the 2022 list, read as the listed occupation of the same name"
ABSENT = "occupation absent from the 2022 list"
RENAMED = "the 2022 list has another name under the code"
EQUIPMENT = ("66", "46", "26")
# groups of the 2022 list whose occupations make, design or repair machinery (GB/T 4754: C33-C38, C40, C43)
GROUPS = (
    "2-02-07", "2-02-08", "2-02-11", "6-18", "6-19", "6-20", "6-21", "6-22", "6-23", "6-24", "6-26",
    "6-31-01", "6-31-02", "6-31-07",
)  # fmt: skip
SCHOOL = "E"
CLASS = 40.0
OFFICIAL = {"basis": "official", "source": "职业教育专业目录、专业简介（2022年修订）、职业分类大典（2022年版）"}
MADE_UP = {"basis": "illustrative", "source": "made up: one class a program, one opening an occupation"}


def read_sources(folder: Path) -> dict[str, pd.DataFrame]:
    """The five tables as they are, all text."""
    return {n: pd.read_csv(folder / "cn" / f"{n}.csv", dtype=str, keep_default_na=False) for n in SOURCES}


def known_programs(sources: Frames) -> pd.DataFrame:
    """Programs that have a code: program, name, kind, catalogue, duration, occupation_groups, posts, note; sorted.

    The catalogue first; what it lacks (state-controlled programs) from the briefs, then from the occupation map, which
    alone has the ordinary undergraduate programs. The map writes state-controlled vocational codes with a K, the
    briefs and the continuation links without: one program.
    """
    catalogue, briefs = sources["moe_vocational_catalogue"], sources["program_briefs_flat"]
    links = _map(sources).drop_duplicates("program")
    listed = pd.concat([
        catalogue[["code", "name", "level", "note"]].set_axis(["program", "name", "kind", "note"], axis=1).assign(
            catalogue="职业教育专业目录"),
        briefs[["code", "name", "level"]].set_axis(["program", "name", "kind"], axis=1).assign(catalogue="专业简介"),
        links[["program", "name", "kind"]].assign(
            catalogue=np.where(links["kind"] == "普通本科", "普通高等学校本科专业目录", "专业职业对照表")),
    ], ignore_index=True)  # fmt: skip
    found = listed.drop_duplicates("program").fillna({"note": ""}).sort_values("program", ignore_index=True)
    told = briefs.drop_duplicates("code").set_index("code")
    years = told["duration"].str.extract("([三四])年$")[0].map({"三": 3, "四": 4})
    found["duration"] = found["program"].map(years).fillna(found["kind"].map(YEARS)).fillna(4).astype("int64")
    for name in ("occupation_groups", "posts"):
        found[name] = found["program"].map(told[name]).fillna("")
    return found


def _map(sources: Frames) -> pd.DataFrame:
    """program, name, kind, occupation, occupation_name: the rows of the occupation map in the words of the catalogue."""
    rows = sources["program_occupation_map"]
    kind = rows["level"].replace(SAME_WORD)
    plain = rows["code"].where(kind == "普通本科", rows["code"].str.removesuffix("K"))
    return pd.DataFrame({"program": plain, "name": rows["name"], "kind": kind, "occupation": rows["occupation_code"],
                         "occupation_name": rows["occupation"]})  # fmt: skip


def read_targets(rows: pd.DataFrame) -> pd.DataFrame:
    """What each continuation row names: row, from_program, kind, name, code ("" where none), how; two for a run-together row.

    how: plain; empty (the brief says there is none yet); cut, spaced (the name is repaired); joined (two headings ran together);
    under (behind such a row and up to the last row without a code: it belongs under the second heading, also where
    a code was looked up under the first); behind (has a code and stands last: left as it is, though doubtful).
    """
    keys = [rows["from_code"], rows["to_level"]]
    close = rows["to_name"].str.replace(r"\s+", "", regex=True)
    name = close.replace(CUT)
    parts = name.str.extract(RUN_TOGETHER)
    joined, empty = parts[1].notna(), name.isin(NOTHING)
    behind = (joined.groupby(keys).cumsum() > 0) & ~joined
    loose = (rows["to_code"] == "") & ~empty & ~joined
    under = behind & (loose[::-1].groupby([k[::-1] for k in keys]).cumsum()[::-1] > 0)
    heading = parts[1].map(HEADING)
    how = np.select(
        [empty, joined, under, behind, name != close, close != rows["to_name"]],
        ["empty", "joined", "under", "behind", "cut", "spaced"], "plain",
    )  # fmt: skip
    first = pd.DataFrame({
        "row": np.arange(len(rows)), "from_program": rows["from_code"].to_numpy(),
        "kind": heading.groupby(keys).ffill().where(under, rows["to_level"].map(TARGET)).to_numpy(),
        "name": parts[0].where(joined, name).to_numpy(),
        "code": rows["to_code"].where(~under, "").to_numpy(), "how": how,
    })  # fmt: skip
    second = first[joined.to_numpy()].assign(
        kind=heading[joined].to_numpy(), name=parts.loc[joined, 2].to_numpy(), code=""
    )
    return pd.concat([first, second]).sort_values("row", kind="stable", ignore_index=True)


def continuations(sources: Frames, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """The links (from_program, to_program), the programs that needed a code of their own, and the account of the rows."""
    rows = sources["program_continuation"]
    every = read_targets(rows)
    lost = ~every["from_program"].isin(known["program"]) | ~every["code"].isin([*known["program"], ""])
    named = every[(every["how"] != "empty") & ~lost]
    said = pd.MultiIndex.from_frame(named[["kind", "name"]])
    by_name = known.drop_duplicates(["kind", "name"]).set_index(["kind", "name"])["program"]
    found = by_name.reindex(said).to_numpy(dtype=object)
    way = np.where(named["code"] != "", "code", np.where(pd.isna(found), "own", "name"))
    own = named.loc[way == "own", ["kind", "name"]].drop_duplicates().sort_values(["kind", "name"], ignore_index=True)
    number = "-" + (own.groupby("kind").cumcount() + 1).astype(str).str.zfill(3)
    own["program"] = own["kind"].map({k: start for k, (_, start) in KINDS.items()}) + number
    mine = own.set_index(["kind", "name"])["program"].reindex(said).to_numpy()
    named = named.assign(way=way, to_program=np.select([way == "code", way == "name"], [named["code"], found], mine))
    links = named.drop_duplicates(["from_program", "to_program"])
    loaded, exceptions = set(links["row"]), set(every.loc[every["how"] == "empty", "row"])
    lost_rows = set(every.loc[lost, "row"]) - loaded - exceptions
    merged = set(named["row"]) - loaded
    ways = named.groupby(["way", "kind"]).size()
    return links[["from_program", "to_program"]], own, {
        "rows": len(rows), "loaded": len(loaded), "merged": len(merged),
        "exceptions": {"no continuation named yet": len(exceptions), "code in no table": len(lost_rows)},
        "repeated_exactly": int(rows.duplicated().sum()),
        "links": len(links), "targets": len(named),
        "resolved": {w: {k: int(n) for k, n in ways[w].items()} for w in ways.index.unique("way")},
        "own_codes": _counts(own["kind"]),
        "rows_by_reading": _counts(every.drop_duplicates("row")["how"]), "starts": _starts(rows, known),
    }  # fmt: skip


def _starts(rows: pd.DataFrame, known: pd.DataFrame) -> dict[str, int]:
    """Vocational programs without a row, and how often they stand behind a code that repeats rows of its own.

    The briefs of some programs are missing from the tables; the links printed in them stand under the code before.
    """
    vocational = known[known["kind"].isin(VOCATIONAL)]
    linked = vocational["program"].isin(rows["from_code"])
    repeats = vocational["program"].isin(rows.loc[rows.duplicated(), "from_code"])
    before_gap = linked & ~linked.shift(-1, fill_value=True)
    return {
        "programs": len(vocational), "without_rows": int((~linked).sum()),
        "without_rows_new": int((~linked & (vocational["note"] != "")).sum()),
        "with_rows": int(linked.sum()), "with_rows_before_a_gap": int(before_gap.sum()),
        "repeating": int(repeats.sum()), "repeating_before_a_gap": int((repeats & before_gap).sum()),
    }  # fmt: skip


def listed_occupations(sources: Frames) -> pd.DataFrame:
    """Occupations of the 2022 list once each, without marks behind the name: occupation, name_zh, aliases, group.

    The list repeats rows, and one group stands among the occupations (a code that ends in 00 beside others of its group).
    """
    every = sources["csco_2022_occupations"].drop_duplicates(["level", "code"])
    jobs = every[every["level"] == "4"]
    alone = jobs.groupby(jobs["code"].str[:7])["code"].transform("size") == 1
    jobs = jobs[alone | ~jobs["code"].str.endswith("-00")]
    groups = every[every["level"] == "3"].set_index("code")["name"]
    return pd.DataFrame({
        "occupation": jobs["code"], "name_zh": jobs["name"].str.replace(GREEN_DIGITAL, "", regex=True),
        "aliases": jobs["alias"], "group": (jobs["code"].str[:7] + "-00").map(groups).fillna(""),
    })  # fmt: skip


def crosswalk(sources: Frames) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """The links (program, occupation, evidence), all occupations, and the account of the rows.

    Nothing is an exception. A code that the list lacks is read as the listed occupation of the same name, if there is one; else the occupation
    is added. Both, and names that differ under one code, are said in the evidence of the link.
    """
    jobs = listed_occupations(sources)
    rows = _map(sources)
    here = rows["occupation"].isin(jobs["occupation"])
    twin = rows["occupation_name"].map(jobs.drop_duplicates("name_zh").set_index("name_zh")["occupation"])
    name = rows["occupation"].map(jobs.set_index("occupation")["name_zh"])
    other = here & (name != rows["occupation_name"])
    note = np.select([~here & twin.notna(), ~here, other], [MOVED, ABSENT, RENAMED], "")
    rows = rows.assign(
        given=rows["occupation"], occupation=rows["occupation"].where(here | twin.isna(), twin), note=note
    )
    added = rows[rows["note"] == ABSENT].drop_duplicates("occupation")
    added = pd.DataFrame(
        {"occupation": added["occupation"], "name_zh": added["occupation_name"], "aliases": "", "group": ""}
    )
    links = rows.drop_duplicates(["program", "occupation"])
    noted = rows[rows["note"] != ""].groupby(["note", "given", "occupation_name"]).size()
    return links[["program", "occupation"]].assign(evidence=links["note"]), pd.concat([jobs, added]), {
        "rows": len(rows), "loaded": len(links), "merged": len(rows) - len(links), "exceptions": {},
        "by_kind": _counts(rows["kind"]),
        "loaded_with_a_note": {n: {f"{c} {o}": int(k) for (c, o), k in noted[n].items()}
                               for n in noted.index.unique("note")},
    }  # fmt: skip


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(k): int(n) for k, n in values.value_counts().sort_index().items()}


def tables(sources: Frames) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The workspace tables and the accounts of the two tables of links."""
    known = known_programs(sources)
    links, own, told = continuations(sources, known)
    arcs, occupations, mapped = crosswalk(sources)
    classes = (
        sources["moe_vocational_catalogue"].assign(cluster=lambda f: f["code"].str[1:4]).drop_duplicates("cluster")
    )
    vocational = known["kind"].isin(VOCATIONAL)
    cluster = known["program"].str[1:4].where(vocational & known["program"].str[1:4].isin(classes["cluster"]), "")
    programs = pd.concat([known.assign(cluster=cluster), own.assign(catalogue="表中无代码")], ignore_index=True)
    programs["level"] = programs["kind"].map({k: level for k, (level, _) in KINDS.items()})
    columns = ["program", "name", "catalogue", "level", "cluster", "occupation_groups", "posts"]
    lines = known[vocational & known["program"].str[:2].isin(EQUIPMENT)]
    offering = dict(zip(lines["program"], SCHOOL + "-" + lines["program"], strict=True))
    paths = links[links["from_program"].isin(offering) & links["to_program"].isin(offering)]
    wanted = occupations["occupation"][occupations["occupation"].str.startswith(GROUPS)]
    return {
        "levels": pd.DataFrame({"level": LEVELS, "rank": range(1, 5), "name_zh": ["中职", "高职专科", "本科", "硕士"],
                                "name_en": LEVELS}),
        "clusters": pd.DataFrame({"cluster": classes["cluster"], "name_zh": classes["class"]}),
        "programs": programs[columns].rename(columns={"name": "name_zh"}).fillna(""),
        "occupations": occupations.assign(**OFFICIAL),
        "crosswalk": arcs.assign(version="2022", **OFFICIAL),
        "continuations": links.assign(**OFFICIAL),
        "units": pd.DataFrame({"unit": [SCHOOL], "name_zh": ["装备制造示例学校"], "kind": ["school"]}),
        "schools": pd.DataFrame({"school": [SCHOOL], **MADE_UP}),
        "offerings": pd.DataFrame({"offering": lines["program"].map(offering), "school": SCHOOL,
                                   "program": lines["program"], "duration": lines["duration"],
                                   "entrant_group": "students", **MADE_UP}),
        "intake_history": pd.DataFrame({"offering": lines["program"].map(offering), "year": FIRST_YEAR - 1,
                                        "plan": CLASS, "registered": CLASS, **MADE_UP}),
        "pathways": pd.DataFrame({
            "pathway": paths["from_program"] + "~" + paths["to_program"],
            "from_offering": paths["from_program"].map(offering), "to_offering": paths["to_program"].map(offering),
            "kind": "examination", **MADE_UP}),
        # at the lowest level, with stepping down allowed: links do not say the level of a job
        "openings": pd.DataFrame({"occupation": wanted, "level": LEVELS[0], "year": FIRST_YEAR, "persons": 1.0,
                                  **MADE_UP}),
    }, {"continuations": told, "crosswalk": mapped}  # fmt: skip


def settings() -> dict[str, Any]:
    """One year, openings given, any completer may step down to any linked job."""
    name = {"zh": "全国专业目录", "en": "National catalogue"}
    return {
        "name": "catalogue", "title": name, "region": name, "tables": ".",
        "horizon": {"first_year": FIRST_YEAR, "years": 1}, "forecast": {"openings": "given"},
        "policy": {"over_qualified_steps": len(LEVELS)}, "solving": {"whole_class_years": 0},
    }  # fmt: skip


def list_dead_ends(case: Case, sources: Frames) -> dict[str, list[dict[str, str]]]:
    """Programs of the equipment classes that lead nowhere in them, by level and by what the catalogue says of the next.

    new: added to the catalogue after the briefs; no_brief: the tables hold neither brief nor links; not_named: a brief
    without links; ordinary_only: ordinary undergraduate programs alone; other_classes: vocational programs of other
    classes. An undergraduate program, the top that is offered, is an end if no master's is named at all. `after`: the
    code before one without a brief, where that repeats links (`_starts`).
    """
    rows, briefs = sources["program_continuation"], set(sources["program_briefs_flat"]["code"])
    catalogue = sources["moe_vocational_catalogue"].set_index("code")
    repeats = set(rows.loc[rows.duplicated(), "from_code"])
    linked = np.sort(rows["from_code"].unique())
    names = case.table("programs").set_index("program")["name_zh"]
    starts = set(case.table("continuations")["from_program"])
    top = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program")
    top = top[(top["level"] == "undergraduate") & ~top["program"].isin(starts)]
    ends = pd.concat([dead_ends(case), top.assign(absent="")])
    found: dict[str, list[dict[str, str]]] = {}
    for program, level, absent in ends[["program", "level", "absent"]].itertuples(index=False):
        next_codes = absent.split("/") if absent else []
        before = linked[np.searchsorted(linked, program) - 1] if not next_codes else ""
        if briefs.union(catalogue.index).intersection(next_codes):
            why = "other_classes"
        elif next_codes:
            why = "ordinary_only"
        elif catalogue["note"].get(program, "") != "":
            why = "new"
        else:
            why = "not_named" if program in briefs else "no_brief"
        found.setdefault(f"{level}: {why}", []).append({
            "program": program, "name": str(names[program]),
            "after": str(before) if why == "no_brief" and before in repeats else "",
            "next": "/".join(f"{c} {names[c]}" for c in next_codes),
        })  # fmt: skip
    return dict(sorted(found.items()))


def list_blanks(case: Case) -> dict[str, Any]:
    """Occupations of the equipment groups no program of the equipment classes prepares for, by group, and who does."""
    arcs = placement_arcs(case)
    blanks = layout_indices(case, do_nothing(case), arcs).blanks
    blanks = blanks[(blanks["kind"] == "occupation") & (blanks["district"] == "")]
    occupations = case.table("occupations").set_index("occupation")["name_zh"]
    programs = case.table("programs").set_index("program")["name_zh"]
    wanted = case.table("openings")["occupation"]
    linked = case.table("crosswalk").sort_values(["occupation", "program"])
    others = linked.assign(said=linked["program"] + " " + linked["program"].map(programs))
    others = others.groupby("occupation")["said"].agg(lambda s: "/".join(s.head(3)))
    group = wanted.map(lambda code: next(g for g in GROUPS if code.startswith(g)))
    by_group = pd.DataFrame({"group": group, "occupation": wanted, "blank": wanted.isin(blanks["code"])})
    by_group["nobody"] = wanted.isin(blanks.loc[~blanks["catalogue"], "code"])
    counts = by_group.groupby("group").agg(occupations=("occupation", "size"), blanks=("blank", "sum"),
                                           nobody=("nobody", "sum"))  # fmt: skip
    return {
        "occupations": len(wanted), "blanks": len(blanks), "nobody": int((~blanks["catalogue"]).sum()),
        "by_group": {str(g): {k: int(v) for k, v in row.items()} for g, row in counts.to_dict("index").items()},
        "listed": [{"occupation": c, "name": str(occupations[c]), "others": others.get(c, "")} for c in blanks["code"]],
    }  # fmt: skip


def run(folder: Path) -> dict[str, Any]:
    """Read, check, match; one JSON-ready object. Times are seconds."""
    marks = [time.perf_counter()]
    sources = read_sources(folder)
    made, account = tables(sources)
    marks.append(time.perf_counter())
    case = build_case(settings(), made)
    marks.append(time.perf_counter())
    ends = list_dead_ends(case, sources)
    open_rungs = len(missing_links(case))
    blanks = list_blanks(case)
    marks.append(time.perf_counter())
    size = ("programs", "occupations", "crosswalk", "continuations", "clusters", "offerings", "pathways")
    return {
        "tables": {name: len(case.table(name)) for name in size}, "account": account, "dead_ends": ends,
        "rungs": {"inside_the_classes": len(case.table("pathways")), "without_a_pathway": open_rungs}, "blanks": blanks,
        "seconds": dict(zip(("read", "check", "match"), np.diff(marks).round(2).tolist(), strict=True)),
    }  # fmt: skip


def _said(found: dict[str, Any]) -> str:
    lines = [f"{key}: {found[key]}" for key in ("tables", "rungs", "seconds")]
    for name, told in found["account"].items():
        named = sum(told["exceptions"].values())
        lines.append(
            f"\n{name}: {told['loaded']} loaded + {told['merged']} merged + {named} exceptions = {told['rows']}"
        )
        lines += [f"  {key}: {value}" for key, value in told.items() if key not in ("rows", "loaded", "merged")]
    for why, ends in found["dead_ends"].items():
        lines.append(f"\ndead ends, {why}: {len(ends)}")
        lines += ["  " + " ".join(v for v in end.values() if v) for end in ends]
    blanks = found["blanks"]
    lines.append(f"\nblanks: {blanks['blanks']} of {blanks['occupations']}, {blanks['nobody']} in no program at all")
    lines += [f"  {group}: {counts}" for group, counts in blanks["by_group"].items()]
    lines += [f"  {b['occupation']} {b['name']}: {b['others'] or 'nobody'}" for b in blanks["listed"]]
    return "\n".join(lines)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--reference", type=click.Path(path_type=Path), default=None, help="Folder of the reference data.")
def main(as_json: bool, reference: Path | None) -> None:
    """Load the national catalogue; account for every link; list dead ends and blanks of equipment manufacturing."""
    folder = reference or reference_folder()
    if not (folder / "cn").is_dir():
        raise click.ClickException(f"no folder {folder / 'cn'} (set TALENTPLAN_REFERENCE_DATA)")
    found = run(folder)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else _said(found))


if __name__ == "__main__":
    main()
