"""match.html: programs against jobs if nothing changes, and what of it is certain, in both languages."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from talentplan.plan.match import Match
from talentplan.report import match_tables, outcome_tables
from talentplan.report.flow_chart import flow_chart
from talentplan.report.page import heading, page, tinted
from talentplan.report.tables import Published
from talentplan.report.words import LANGUAGES, Lang
from talentplan.workspace.case import Case

__all__ = ["match_html", "write_match_page"]

SECTIONS = ("certain", "surplus_ranges", "pathways", "promised", "layout", "proposed")


def write_match_page(match: Match, case: Case, path: Path, lang: Lang = "zh") -> None:
    """Write the page; `lang` is the language shown first, both are in the file."""
    Path(path).write_text(match_html(match, case, lang), encoding="utf-8", newline="\n")


def match_html(match: Match, case: Case, lang: Lang = "zh") -> str:
    """The page as text; the same match and case give the same text."""
    faces = [_face(Published(match.tables, case, each), match) for each in LANGUAGES]
    return page(faces, "match", "match_report", lang)


def _face(source: Published, match: Match) -> dict[str, Any]:
    words = source.words
    heat, occupations = match_tables.certain_heat(source)
    greatest = max(
        (cell["least"] for row in heat.rows for key, cell in row.items() if key != "occupation" and cell), default=0.0
    )
    views = [
        match_tables.shortages(source), match_tables.by_level(source), match_tables.surpluses(source),
        match_tables.by_cluster(source), match_tables.promises(source), match_tables.dead_ends(source),
        match_tables.missing_links(source), match_tables.duplicates(source), match_tables.blanks(source),
        match_tables.clusters(source), match_tables.unlinked(source),
    ]  # fmt: skip
    return {
        "lang": source.lang,
        "w": words,
        "source": source,
        "sections": SECTIONS,
        **heading(source.case, words),
        "sentences": _sentences(source, match),
        "notices": _notices(source),
        "heat": heat,
        "occupations": occupations,
        "tint": tinted(greatest),
        "views": {view.name: view for view in views} | match_tables.layout(source),
        "flows": outcome_tables.flows(source),
        "compared": _compared(source, match),
        "links": len(source.table("missing_links")),
        "charts": {"flow": flow_chart(source)},
    }


def _sentences(source: Published, match: Match) -> list[str]:
    words = source.words
    balance, surplus = source.table("balance"), source.table("surplus")
    found = [
        words(
            "match_page", "lead", first=source.years[0], last=source.years[-1],
            openings=words.persons(balance["openings"].sum()), local=words.persons(surplus["local"].sum()),
            placed=words.persons(balance["placed"].sum()), shortage=words.persons(balance["shortage"].sum()),
            surplus=words.persons(surplus["surplus"].sum()),
        )
    ]  # fmt: skip
    said, uncertain = match_tables.uncertain_cases(source)
    if said and not math.isnan(match.uncertain_share):
        found.append(
            words("match_page", "uncertain", n=f"{said:,}", m=f"{uncertain:,}", share=words.share(uncertain / said))
        )
    table = source.table("certain_shortages")
    verdicts = table.groupby("occupation")["verdict"]
    found.append(
        words(
            "match_page", "sure", all=table["occupation"].nunique(),
            gap=int(verdicts.agg(lambda v: (v == "gap").any()).sum()),
            filled=int(verdicts.agg(lambda v: (v == "filled").all()).sum()),
        )
    )  # fmt: skip
    return found


def _notices(source: Published) -> list[str]:
    words, found = source.words, []
    short = match_tables.promises(source).frame
    if len(short):
        found.append(
            words(
                "match_page", "warn_promises", lines=len(short), n=words.persons(short["short"].sum()),
                first=int(short["first_short"].min()),
            )
        )  # fmt: skip
    if len(source.table("unlinked")):
        found.append(words("match_page", "warn_unlinked", n=len(source.table("unlinked"))))
    return found


def _compared(source: Published, match: Match) -> str:
    found, words = match.comparison, source.words
    if found.compared < 2 or math.isnan(found.ari):
        return words("match_page", "compared_none", clusters=found.clusters)
    return words(
        "match_page", "compared", clusters=found.clusters, stability=words.number(found.stability),
        ari=words.number(found.ari), kept=found.kept, split=found.split, joined=found.joined,
    )  # fmt: skip
