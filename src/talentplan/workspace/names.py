"""Codes in words: the names of everything a table or a limit may refer to."""

from __future__ import annotations

from talentplan.workspace.case import Case
from talentplan.workspace.dictionary import load_dictionary

__all__ = ["code_names"]


def code_names(case: Case, lang: str) -> dict[str, str]:
    """code -> name over everything a scope may hold; offerings by school and program."""
    found = {code: case.settings.label(code, lang) for code in case.settings.labels}
    other = "name_en" if lang == "zh" else "name_zh"
    keys = {"levels": "level", "clusters": "cluster", "investments": "investment", "resources": "resource",
            "programs": "program", "units": "unit"}  # fmt: skip
    for table, key in keys.items():
        frame = case.table(table)
        name = frame[f"name_{lang}"].where(frame[f"name_{lang}"] != "", frame[other])
        found |= dict(zip(frame[key], name.where(name != "", frame[key]), strict=True))
    lines = case.table("offerings")
    place = lines["school"].map(found) + " · " + lines["program"].map(found)
    track = lines["track"].map(_tracks(lang))
    found |= dict(zip(lines["offering"], place + track, strict=True))
    paths = case.table("pathways")
    ends = paths["from_offering"].map(found) + " → " + paths["to_offering"].map(found)
    found |= dict(zip(paths["pathway"], ends, strict=True))
    return found | {rule.id: rule.text_zh if lang == "zh" else rule.text_en for rule in case.rules}


def _tracks(lang: str) -> dict[str, str]:
    """Track -> its word in brackets; nothing for the ordinary one."""
    column = load_dictionary()["offerings"].column("track")
    words = column.values_zh if lang == "zh" else [code.replace("_", " ") for code in column.values]
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    found = {code: f"{left}{word}{right}" for code, word in zip(column.values, words, strict=True)}
    return found | {"ordinary": ""}
