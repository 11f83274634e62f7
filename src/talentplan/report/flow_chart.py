"""The Sankey diagram of completers, as plain data; assets/report.js draws it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from talentplan.report import outcome_tables
from talentplan.report.tables import Published

__all__ = ["flow_chart"]

Chart = dict[str, Any]


def flow_chart(source: Published) -> Chart:
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


def _folded(source: Published, frame: pd.DataFrame) -> pd.DataFrame:
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
