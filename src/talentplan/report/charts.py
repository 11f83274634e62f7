"""What the charts show, as plain data; assets/report.js draws it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from talentplan.report import means_tables, outcome_tables
from talentplan.report.flow_chart import flow_chart
from talentplan.report.tables import Source

__all__ = ["charts"]

Chart = dict[str, Any]
EARMARK_TONES = (0, 2, 3, 4)


def charts(source: Source) -> dict[str, Chart]:
    """Every chart by the id of its place on the page."""
    found = {
        "shortage": _pair(source, "shortage"),
        "surplus": _pair(source, "surplus"),
        "enrolment": _enrolment(source),
    }
    found["flow"] = flow_chart(source)
    for kind in ("recurrent", "investment"):
        chart = _money(source, kind)
        if chart is not None:
            found[kind] = chart
    return found


def _numbers(values: pd.Series, scale: float = 1.0, places: int = 1) -> list[float | None]:
    return [None if math.isnan(value) else round(float(value) / scale, places) + 0.0 for value in values]


def _pair(source: Source, what: str) -> Chart:
    words, frame = source.words, outcome_tables.by_year(source).frame
    return {
        "type": "bars",
        "unit": words("unit", "persons"),
        "categories": [str(year) for year in frame["year"]],
        "series": [
            {"name": words("general", "do_nothing"), "tone": "quiet", "data": _numbers(frame[f"{what}_nothing"])},
            {"name": words("general", "plan"), "tone": "main", "data": _numbers(frame[f"{what}_plan"])},
        ],
    }


def _enrolment(source: Source) -> Chart:
    words, frame = source.words, outcome_tables.enrolment(source).frame
    series: list[Chart] = [
        {
            "name": source.names.level.get(code, code),
            "tone": f"level{k}",
            "stack": "plan",
            "data": _numbers(frame[code], places=0),
        }
        for k, code in enumerate(source.levels())
    ]
    name = words("general", "do_nothing")
    series.append({"name": name, "tone": "quiet", "line": True, "data": _numbers(frame["n_total"], places=0)})
    return {
        "type": "bars",
        "unit": words("unit", "persons"),
        "categories": [str(year) for year in frame["year"]],
        "series": series,
    }


def _money(source: Source, kind: str) -> Chart | None:
    words, frame = source.words, means_tables.budget(source).frame
    frame = frame[frame["kind_code"] == kind]
    if not len(frame) or not frame["spent"].any():
        return None
    years = sorted(set(frame["year"]))
    value = "net" if kind == "recurrent" else "spent"
    series: list[Chart] = []
    for k, (code, part) in enumerate(frame.groupby("earmark_code", sort=True)):
        label = words("column", value) if kind == "recurrent" else part["earmark"].iloc[0]
        series.append(
            {
                "name": label,
                "tone": "main" if code == "" else f"level{EARMARK_TONES[k % len(EARMARK_TONES)]}",
                "stack": "spent",
                "data": _numbers(part.set_index("year")[value].reindex(years).fillna(0.0), words.money_scale, 2),
            }
        )
    available = frame.groupby("year")["available"].sum(min_count=1).reindex(years)
    if available.notna().any():
        data = _numbers(available, words.money_scale, 2)
        series.append({"name": words("column", "available"), "tone": "limit", "line": True, "data": data})
    return {
        "type": "bars",
        "unit": words("general", "money"),
        "categories": [str(year) for year in years],
        "series": series,
    }
