"""Plan -> people: report.html and plan.xlsx; openings -> people: forecast.html; a match -> people: match.html."""

from __future__ import annotations

from pathlib import Path

from talentplan.plan.plan import Plan
from talentplan.report.forecast_page import write_forecast_page
from talentplan.report.html import write_html
from talentplan.report.match_page import write_match_page
from talentplan.report.words import Lang
from talentplan.report.xlsx import write_workbook
from talentplan.workspace.case import Case

__all__ = ["Lang", "write_forecast_page", "write_html", "write_match_page", "write_report", "write_workbook"]


def write_report(plan: Plan, case: Case, folder: Path, lang: Lang = "zh") -> None:
    """Write report.html (both languages, `lang` shown first) and plan.xlsx (in `lang`) into an existing folder."""
    write_html(plan, case, Path(folder) / "report.html", lang)
    write_workbook(plan, case, Path(folder) / "plan.xlsx", lang)
