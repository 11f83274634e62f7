"""report.html: one self-contained page in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from talentplan.plan.plan import Plan
from talentplan.report import basis, intake_tables, means_tables, outcome_tables, summary
from talentplan.report.charts import charts
from talentplan.report.page import heading, page, tinted
from talentplan.report.tables import Source, View
from talentplan.report.words import LANGUAGES, Lang
from talentplan.workspace.case import Case

__all__ = ["html_text", "write_html"]

SECTIONS = ("input", "compare", "totals", "changes", "gaps", "pathways", "enrolment", "money", "limits", "basis")
CHANGE_COLUMNS = (
    "school_name",
    "program_name",
    "level",
    "verdict",
    "last_plan",
    "plan",
    "change",
    "because",
    "limited",
)
TOP = 3
EACH = 3
MOST = 30


def write_html(plan: Plan, case: Case, path: Path, lang: Lang = "zh") -> None:
    """Write the report; `lang` is the language shown first, both are in the file."""
    Path(path).write_text(html_text(plan, case, lang), encoding="utf-8", newline="\n")


def html_text(plan: Plan, case: Case, lang: Lang = "zh") -> str:
    """The report as text; the same plan and case give the same text (timings are left out)."""
    return page([_face(Source(plan, case, each)) for each in LANGUAGES], "face", "report", lang)


def _face(source: Source) -> dict[str, Any]:
    """Everything one language of the page shows."""
    words, case = source.words, source.case
    gaps, occupations = outcome_tables.gaps(source)
    important = intake_tables.changes(source)
    return {
        "lang": source.lang,
        "w": words,
        "source": source,
        "sections": SECTIONS,
        **heading(case, words),
        "cards": summary.cards(source),
        "sentences": summary.sentences(source),
        "notices": summary.notices(source),
        "limited": summary.limit_kinds(source),
        "reconciled": summary.reconciled(source),
        "views": _views(source),
        "gaps": gaps,
        "occupations": occupations,
        "tint": _tint(gaps),
        "changes": important.to_dict("records"),
        "top": TOP,
        "undecided": [item.zh if source.lang == "zh" else item.en for item in case.settings.excluded],
        "defaulted": [item.zh if source.lang == "zh" else item.en for item in case.defaulted],
        "limits": {flag: _foremost(_brief(source, flag)) for flag in ("binding", "broken_before")},
        "each": EACH,
        "investments": _some(means_tables.investments(source)),
        "orders": _some(intake_tables.orders(source)),
        "would_break": means_tables.would_break(source),
        "flows": outcome_tables.flows(source),
        "charts": charts(source),
    }


def _views(source: Source) -> dict[str, View]:
    found = [
        intake_tables.reconciliation(source), outcome_tables.indicators(source), outcome_tables.by_year(source),
        intake_tables.authorities(source), intake_tables.levels(source), intake_tables.schools(source),
        intake_tables.controls(source), intake_tables.mergers(source), outcome_tables.destinations(source), outcome_tables.enrolment(source),
        means_tables.recurrent(source), means_tables.capital(source),
        means_tables.payers(source), means_tables.hiring(source), means_tables.sharing(source), means_tables.families(source), means_tables.rules(source),
        basis.data_basis(source), basis.facts(source),
    ]  # fmt: skip
    every = intake_tables.layout(source)
    shape = tuple(column for column in every.columns if column.key in CHANGE_COLUMNS)
    title = source.words("sheet", "layout")
    return {view.name: view for view in found} | {
        "top_surplus": outcome_tables.surplus(source),
        "all_changes": View("all_changes", title, shape, intake_tables.changes(source)),
    }


def _brief(source: Source, flag: str) -> View:
    """The limits in words; the workbook has their figures."""
    view = means_tables.limits(source, flag)
    shape = {column.key: column for column in view.columns}
    return View(
        flag, source.words("head", flag), tuple(shape[key] for key in ("family", "sentence", "reached")), view.frame
    )


def _some(view: View) -> tuple[View, int]:
    """The first rows of a long table, and how many there are in all."""
    return replace(view, frame=view.frame.head(MOST)), len(view.frame)


def _foremost(view: View) -> tuple[View, int]:
    """The first limits of every kind, and how many there are in all."""
    return replace(view, frame=view.frame.groupby("family", sort=False).head(EACH)), len(view.frame)


def _tint(view: View) -> Callable[[float], int]:
    keys = [column.key for column in view.columns if column.kind == "persons"]
    return tinted(float(view.frame[keys].to_numpy().max(initial=0.0)))
