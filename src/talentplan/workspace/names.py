"""Codes in words: the names of everything a table or a limit may refer to."""

from __future__ import annotations

from collections.abc import Mapping

from talentplan.workspace.case import Case
from talentplan.workspace.dictionary import load_dictionary

__all__ = ["code_names"]

HYPHENED = ("five_year", "top_up", "part_time")  # tracks that English writes with a hyphen


def code_names(case: Case, lang: str) -> dict[str, str]:
    """code -> name over everything a scope may hold.

    An offering is named by its school, program and track, and by its entrant group too where another one has the same three;
    pathways and agreements by their two ends; an investment with its school where another one has the same name.
    """
    found = _named(case, "occupations", "occupation", lang)
    found |= {code: case.settings.label(code, lang) for code in case.settings.labels}
    keys = {"levels": "level", "clusters": "cluster", "investments": "investment", "resources": "resource",
            "programs": "program", "units": "unit"}  # fmt: skip
    for table, key in keys.items():
        found |= _named(case, table, key, lang)
    bought = case.table("investments")
    label, place = bought["investment"].map(found), bought["school"].map(found)
    named = label.where(~label.duplicated(keep=False) | place.isna(), place + " · " + label)
    found |= dict(zip(bought["investment"], named, strict=True))
    lines = case.table("offerings")
    place = lines["school"].map(found) + " · " + lines["program"].map(found)
    name = place + lines["track"].map(_tracks(lang))
    group = " · " + lines["entrant_group"].map(lambda code: case.settings.label(code, lang))
    shared = name.duplicated(keep=False) & (lines["entrant_group"] != "")
    found |= dict(zip(lines["offering"], name + group.where(shared, ""), strict=True))
    paths = case.table("pathways")
    ends = paths["from_offering"].map(found) + " → " + paths["to_offering"].map(found)
    found |= dict(zip(paths["pathway"], ends, strict=True))
    found = _agreements(case, found) | found
    return found | {rule.id: rule.text_zh if lang == "zh" else rule.text_en for rule in case.rules}


def _named(case: Case, table: str, key: str, lang: str) -> dict[str, str]:
    """Code -> name of one table: in the other language where it has none in this one, else the code."""
    frame, other = case.table(table), "name_en" if lang == "zh" else "name_zh"
    name = frame[f"name_{lang}"].where(frame[f"name_{lang}"] != "", frame[other])
    return dict(zip(frame[key], name.where(name != "", frame[key]), strict=True))


def _agreements(case: Case, names: Mapping[str, str]) -> dict[str, str]:
    """Agreement -> who lends to whom."""
    hours = case.table("agreements").merge(case.table("resources")[["resource", "unit"]], on="resource")
    lent = hours[["agreement", "unit", "school"]].itertuples(index=False, name=None)
    taught = case.table("teacher_agreements")[["agreement", "from_school", "to_school"]].itertuples(
        index=False, name=None
    )
    return {code: f"{names.get(a, a)} → {names.get(b, b)}" for code, a, b in (*lent, *taught)}


def _tracks(lang: str) -> dict[str, str]:
    """Track -> its word in brackets; nothing for the ordinary one."""
    column = load_dictionary()["offerings"].column("track")
    words = (
        column.values_zh
        if lang == "zh"
        else [code.replace("_", "-" if code in HYPHENED else " ") for code in column.values]
    )
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    found = {code: f"{left}{word}{right}" for code, word in zip(column.values, words, strict=True)}
    return found | {"ordinary": ""}
