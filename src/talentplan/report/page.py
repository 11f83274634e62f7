"""A self-contained page in both languages: style, script and charts inside, nothing fetched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from talentplan.report.basis import made_up
from talentplan.report.tables import Column, View, shown
from talentplan.report.words import Lang, Words
from talentplan.workspace.case import Case

__all__ = ["heading", "page", "tinted"]

TINTS = 7
SPANS = ("years", "reached", "used_in", "in_years")  # columns of years from-to, which stay on one line
WORD_JOINER = "\u2060"


def page(faces: Sequence[dict[str, Any]], template: str, kind: str, lang: Lang) -> str:
    """The page as text.

    Args:
        faces: what each language shows; beside what the template asks for: lang, w, title, sections, charts.
        template: the file of templates/ that shows a face, without its ending.
        kind: the word of the group `general` that says what the page is.
        lang: the language shown first.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            lang=lang,
            faces=faces,
            inner=f"{template}.html.j2",
            kind=kind,
            css=Markup(_asset("assets/report.css")),
            echarts=Markup(_asset("vendor/echarts/echarts.min.js")),
            script=Markup(_asset("assets/report.js")),
            charts={face["lang"]: _json(face["charts"]) for face in faces},
        )
    )


def heading(case: Case, words: Words) -> dict[str, Any]:
    """What every face shows at its top, and how it writes the cells of its tables."""
    settings, at = case.settings, 0 if words.lang == "zh" else 1
    return {
        "title": (settings.title.zh, settings.title.en)[at],
        "region": (settings.region.zh, settings.region.en)[at],
        "scenario": case.scenario_title[at],
        "span": f"{case.plan_years[0]}–{case.plan_years[-1]}",
        "fingerprint": case.fingerprint,
        "stamped": made_up(case),
        "cell": lambda view, column, row: _cell(words, view, column, row),
        "total": lambda view, column: _total(words, view, column),
    }


def tinted(most: float) -> Callable[[float], int]:
    """The tint of a number of persons: 0 (nothing) to 7 (`most`) on a square-root scale, so that small gaps stay visible."""

    def tint(value: float) -> int:
        return 0 if value < 0.5 else min(TINTS, max(1, round(TINTS * (value / (most or 1.0)) ** 0.5)))

    return tint


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("talentplan.report", "templates")
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )


def _json(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # The result holds no markup: every < is written as an escape.
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _cell(words: Words, view: View, column: Column, row: dict[str, Any]) -> str:
    if column.kind in {"money", "share"}:
        return _aligned(words, view, column, row[column.key])
    text = shown(words, column.kind, row[column.key], unit=str(row.get("unit_code", "")))
    return text.replace("–", f"–{WORD_JOINER}") if column.key in SPANS else text


def _total(words: Words, view: View, column: Column) -> str:
    if column.key not in view.totals:
        return ""
    total = view.totals[column.key]
    if column.kind in {"money", "share"}:
        return _aligned(words, view, column, total)
    return shown(words, column.kind, total)


def _aligned(words: Words, view: View, column: Column, value: float) -> str:
    """Money or a share with the decimals that its column needs."""
    values = view.frame[column.key]
    if column.kind == "money":
        return words.money(float(value), words.money_places(values))
    return words.share(float(value), words.share_places(values))
