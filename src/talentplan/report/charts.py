"""What the charts show, as plain data; assets/report.js draws it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from talentplan.report import means_tables, outcome_tables
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
    found["flow"] = _flow(source)
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


def _flow(source: Source) -> Chart:
    """One Sankey diagram a plan year: level and kind of line -> where they go; local supply splits once more.

    Kinds of line with under a fiftieth of the year's completers stand together where a level has several of them.
    """
    frame = _folded(source, outcome_tables.flow_frame(source))
    names = source.names.level
    label = [f"{names.get(a, a)} · {b}" for a, b in zip(frame["level"], frame["kind"], strict=True)]
    end = [outcome_tables.flow_end(source, a, b) for a, b in zip(frame["to_code"], frame["to_level"], strict=True)]
    frame = frame.assign(source=label, target=end)
    local = outcome_tables.flow_end(source, "local", "")
    last = source.table("surplus").groupby("year")[["placed", "surplus"]].sum()
    by_year = {}
    for year in source.years:
        rows = frame[frame["year"] == year].groupby(["source", "target"], sort=False)["persons"].sum().round(1)
        ends = zip(rows.index.get_level_values(0), rows.index.get_level_values(1), rows, strict=True)
        links = [{"source": a, "target": b, "value": float(v)} for a, b, v in ends if v > 0]
        for code in ("placed", "surplus"):
            value = round(float(last[code].get(year, 0.0)), 1)
            if value > 0:
                links.append({"source": local, "target": outcome_tables.flow_end(source, code, ""), "value": value})
        by_year[str(year)] = {"nodes": _nodes(links, local), "links": links}
    return {"type": "flow", "unit": source.words("unit", "persons"), "years": by_year}


def _folded(source: Source, frame: pd.DataFrame) -> pd.DataFrame:
    """The flows with `kind`, the word of the track, the small ones of a level as one."""
    words = source.words
    own = frame.groupby(["year", "level", "track"])["persons"].transform("sum")
    small = (own < 0.02 * frame.groupby("year")["persons"].transform("sum")) & (own > 0)
    several = frame["track"].where(small).groupby([frame["year"], frame["level"]]).transform("nunique") > 1
    kind = pd.Series([words("track", code) for code in frame["track"]], index=frame.index)
    return frame.assign(kind=kind.mask(small & several, words("column", "other_tracks")))


def _nodes(links: list[Chart], local: str) -> list[Chart]:
    """Every end of a link once, with its place from left (0) to right."""
    ends: dict[str, int] = {}
    for link in links:
        if link["source"] != local:
            ends.setdefault(link["source"], 0)
    for link in links:
        ends.setdefault(link["target"], 2 if link["source"] == local else 1)
    return [{"name": name, "depth": depth} for name, depth in ends.items()]
