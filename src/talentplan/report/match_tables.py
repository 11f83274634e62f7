"""Tables of the matching page: what is certain of gaps and surpluses, promises, ladders, layout, proposed clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from talentplan.matching import GRADES
from talentplan.report.tables import Column, Kind, Published, View, totalled
from talentplan.report.words import Words

__all__ = [
    "blanks", "by_cluster", "by_level", "certain_heat", "clusters", "dead_ends", "duplicates", "layout", "missing_links",
    "promises", "shortages", "surpluses", "uncertain_cases", "unlinked",
]  # fmt: skip

HALF = 0.5
HEAT = 30
LISTED = 20


def _columns(words: Words, **kinds: Kind) -> tuple[Column, ...]:
    own = set(words.codes("match_column"))
    return tuple(
        Column(key, words("match_column" if key in own else "column", key), kind) for key, kind in kinds.items()
    )


def _view(source: Published, name: str, frame: pd.DataFrame, /, **kinds: Kind) -> View:
    shown = frame.reset_index(drop=True)
    return View(name, source.words("match_head", name), _columns(source.words, **kinds), shown)


def _named(frame: pd.DataFrame, column: str, names: Mapping[str, str]) -> list[str]:
    return [names.get(code, code) for code in frame[column]]


def certain_heat(source: Published) -> tuple[View, int]:
    """Certain ranges by occupation and year (`r<year>`: least, greatest, verdict), the surest gaps first, and how many there are.

    Years share nothing, so that the sums of both ends over the years are the ends of the sum.
    """
    table = source.table("certain_shortages")
    sums = table.groupby("occupation")[["least", "greatest"]].sum().reset_index()
    sums = sums.sort_values(["least", "greatest", "occupation"], ascending=[False, False, True], kind="stable")
    every, sums = len(sums), sums.head(HEAT)
    cells = {
        (job, year): {"least": least, "greatest": greatest, "verdict": verdict}
        for job, year, least, greatest, verdict in table[
            ["occupation", "year", "least", "greatest", "verdict"]
        ].itertuples(index=False, name=None)
    }
    frame = pd.DataFrame({"occupation": _named(sums, "occupation", source.names.occupation)})
    for year in source.years:
        frame[f"r{year}"] = pd.Series([cells.get((job, year)) for job in sums["occupation"]], dtype=object)
    return _view(source, "certain_heat", frame, occupation="text"), every


def shortages(source: Published) -> View:
    """Every occupation over the plan years: openings, the point gap, the certain range, in how many years each verdict holds."""
    table = source.table("certain_shortages")
    frame = table.groupby("occupation")[["openings", "point", "least", "greatest"]].sum()
    for verdict in ("gap", "filled", "no_verdict"):
        frame[f"years_{verdict}"] = (table["verdict"] == verdict).groupby(table["occupation"]).sum()
    frame = frame.reset_index().sort_values(
        ["least", "greatest", "occupation"], ascending=[False, False, True], kind="stable"
    )
    frame["occupation"] = _named(frame, "occupation", source.names.occupation)
    view = _view(
        source, "shortages", frame, occupation="text", openings="persons", point="change", least="persons",
        greatest="persons", years_gap="whole", years_filled="whole", years_no_verdict="whole",
    )  # fmt: skip
    return totalled(view, "openings")


def by_level(source: Published) -> View:
    """Openings of each level over the plan years and who fills them: each opening once."""
    kinds = ["openings", "own_level", "over_qualified", "under_qualified", "shortage", "external"]
    sums = source.table("balance").groupby("level")[kinds].sum()
    sums = sums.reindex(
        [code for code in source.case.table("levels").sort_values("rank")["level"] if code in sums.index]
    )
    frame = sums[sums.sum(axis=1) > 0].reset_index()
    frame["level"] = _named(frame, "level", source.names.level)
    shape: dict[str, Kind] = dict.fromkeys(kinds, "persons")
    return totalled(_view(source, "by_level", frame, level="text", **shape), *kinds)


def surpluses(source: Published) -> View:
    """Programs of which some may find no opening: local supply, certain range and years of a definite surplus."""
    frame = _ranges(source, "certain_surpluses", "program")
    level = source.case.table("programs").set_index("program")["level"]
    frame["level"] = [source.names.level.get(level[code], level[code]) for code in frame["program"]]
    frame["program"] = _named(frame, "program", source.names.program)
    return _view(
        source, "surpluses", frame[frame["greatest"] > HALF], program="text", level="text", local="persons",
        least="persons", greatest="persons", years_surplus="whole", years_no_verdict="whole",
    )  # fmt: skip


def by_cluster(source: Published) -> View:
    """The certain surplus of every official cluster."""
    frame = _ranges(source, "certain_clusters", "cluster")
    frame["cluster"] = _named(frame, "cluster", source.names.cluster)
    return _view(
        source, "by_cluster", frame, cluster="text", local="persons", least="persons", greatest="persons",
        years_surplus="whole", years_no_verdict="whole",
    )  # fmt: skip


def _ranges(source: Published, name: str, key: str) -> pd.DataFrame:
    table = source.table(name)
    frame = table.groupby(key)[["local", "least", "greatest"]].sum()
    for verdict in ("surplus", "no_verdict"):
        frame[f"years_{verdict}"] = (table["verdict"] == verdict).groupby(table[key]).sum()
    return frame.reset_index().sort_values(["least", "greatest", key], ascending=[False, False, True], kind="stable")


def promises(source: Published) -> View:
    """Receiving lines that lack half a seat or more in some year if nothing changes, the worst first."""
    table = source.table("promises")
    table = table[table["scope"] == "offering"]
    frame = table.groupby("code").agg(
        promised=("promised", "sum"), inside=("promised_inside", "sum"), seats=("seats", "sum"), short=("short", "sum"),
        first_short=("first_short", "max"),
    ).reset_index()  # fmt: skip
    frame = frame[frame["first_short"] > 0].sort_values(["short", "code"], ascending=[False, True], kind="stable")
    frame["to_line"] = _named(frame, "code", source.names.line)
    return _view(
        source, "promises", frame, to_line="text", promised="persons", inside="persons", seats="persons",
        short="persons", first_short="year",
    )  # fmt: skip


def dead_ends(source: Published) -> View:
    """Programs none of whose lines leads on: lines, and the continuations of the national catalogue."""
    table = source.table("dead_ends")
    table = table[table["whole_program"] & (table["status"] != "candidate")]
    frame = (
        table.groupby(["program", "level", "offered", "absent"], sort=True)["offering"].size().reset_index(name="lines")
    )
    comma = source.words.list_comma

    def listed(codes: str, most: int = 4) -> str:
        every = [code for code in codes.split("/") if code]
        named = comma.join(source.names.program.get(code, code) for code in every[:most])
        return f"{named} …" if len(every) > most else named

    frame["offered"], frame["absent"] = frame["offered"].map(listed), frame["absent"].map(listed)
    frame["level"] = _named(frame, "level", source.names.level)
    frame["program"] = _named(frame, "program", source.names.program)
    return _view(source, "dead_ends", frame, program="text", level="text", lines="whole", offered="text", absent="text")


def missing_links(source: Published) -> View:
    """Continuations of the national catalogue between two programs of the group that no pathway uses."""
    frame = source.table("missing_links").copy()
    for column in ("from_program", "to_program"):
        frame[column] = _named(frame, column, source.names.program)
    return _view(
        source, "missing_links", frame.head(LISTED), from_program="text", to_program="text", from_lines="whole",
        to_lines="whole",
    )  # fmt: skip


def layout(source: Published) -> dict[str, View]:
    """The indices of the region, its districts and its clusters, all plan years together."""
    words = source.words
    at = 0 if source.lang == "zh" else 1

    def whole(name: str) -> pd.DataFrame:
        frame = source.tables[f"layout_{name}"]
        frame = frame[frame["year"] == 0]
        graded = [GRADES[code][at] if code in GRADES else "–" for code in frame["grade"]]
        return frame.assign(grade=graded)

    shape: dict[str, Kind] = {
        "supply": "persons", "openings": "persons", "docking": "hundredths", "dissimilarity": "hundredths", "coverage": "share",
        "supply_used": "share", "demand_met": "share", "coordination": "hundredths", "grade": "text",
    }  # fmt: skip
    region = whole("region").assign(district=words("match_page", "whole_region"))
    labels = {**source.names.every, "": words("match_page", "no_district")}
    districts = whole("districts")
    districts = districts.assign(district=_named(districts, "district", labels))
    both = pd.concat([region, districts], ignore_index=True)
    parts = whole("clusters")
    parts = parts.assign(
        cluster=_named(parts, "cluster", {**source.names.cluster, "": words("match_page", "no_cluster")})
    )
    own: dict[str, Kind] = {
        "supply": "persons", "openings": "persons", "supply_share": "share", "demand_share": "share",
        "deviation": "hundredths", "supply_used": "share", "demand_met": "share", "coordination": "hundredths", "grade": "text",
    }  # fmt: skip
    return {
        "layout_districts": _view(source, "layout_districts", both, district="text", **shape),
        "layout_clusters": _view(source, "layout_clusters", parts, cluster="text", **own),
    }


def duplicates(source: Published) -> View:
    """Programs that several schools of one district offer, the most first."""
    table = source.table("layout_duplicates")
    if table.empty:
        return _view(source, "duplicates", pd.DataFrame(columns=["district", "program", "schools", "persons", "small"]))
    names = source.names
    school = pd.Series(_named(table, "school", names.school), index=table.index)
    frame = table.assign(school=school).groupby(["district", "program"], as_index=False).agg(
        schools=("school", source.words.list_comma.join), number=("school", "size"), persons=("persons", "sum"),
        small=("below_class", "sum"),
    )  # fmt: skip
    frame = frame.sort_values(["number", "district", "program"], ascending=[False, True, True], kind="stable")
    frame["district"], frame["program"] = (
        _named(frame, "district", names.every),
        _named(frame, "program", names.program),
    )
    return _view(
        source, "duplicates", frame, district="text", program="text", schools="text", persons="persons", small="whole"
    )


def blanks(source: Published) -> View:
    """Openings in the whole region that nothing on offer prepares for."""
    table = source.table("layout_blanks")
    frame = table[(table["district"] == "") & (table["kind"] == "occupation") & (table["openings"] > HALF)].copy()
    frame = frame.sort_values(["openings", "code", "level"], ascending=[False, True, True], kind="stable")
    frame["occupation"] = _named(frame, "code", source.names.occupation)
    frame["level"] = _named(frame, "level", source.names.level)
    frame["in_catalogue"] = [source.words.yes(bool(known)) for known in frame["catalogue"]]
    return _view(
        source, "blanks", frame.head(LISTED), occupation="text", level="text", openings="persons", in_catalogue="text"
    )


def clusters(source: Published) -> View:
    """Proposed clusters: lead program and school, size, stability, the official cluster most members have."""
    table = source.table("proposed_clusters")
    members = source.table("proposed_members")
    listed = {
        code: source.words.list_comma.join(_named(part, "program", source.names.program))
        for code, part in members.sort_values(["centrality", "program"], ascending=[False, True]).groupby("cluster")
    }
    frame = table.assign(
        lead_program=_named(table, "lead_program", source.names.program),
        lead_school=_named(table, "lead_school", {**source.names.school, "": "–"}),
        official=_named(table, "official", {**source.names.cluster, "": "–"}),
        members=[listed.get(code, "") for code in table["cluster"]],
    )
    return _view(
        source, "clusters", frame, lead_program="text", lead_school="text", programs="whole", enrolment="persons",
        stability="hundredths", official="text", official_share="share", members="text",
    )  # fmt: skip


def unlinked(source: Published) -> View:
    """Programs and occupations that the crosswalk leaves without a link."""
    table = source.table("unlinked")
    kinds = {"program": source.words("column", "program"), "occupation": source.words("column", "occupation")}
    names: dict[str, Any] = {"program": source.names.program, "occupation": source.names.occupation}
    frame = table.assign(
        what=_named(table, "kind", kinds),
        name=[names[kind].get(code, code) for kind, code in zip(table["kind"], table["code"], strict=True)],
    )
    return _view(source, "unlinked", frame, what="text", code="text", name="text")


def uncertain_cases(source: Published) -> tuple[int, int]:
    """How many point verdicts (gap or too many) there are, and of how many the certain ranges say nothing of the kind."""
    table = source.table("certain_shortages")
    said = table[table["point_verdict"] != "even"]
    holds = np.where(said["point_verdict"] == "gap", said["verdict"] == "gap", said["verdict"] == "filled")
    return len(said), int((~holds).sum())
