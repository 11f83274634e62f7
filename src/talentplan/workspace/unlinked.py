"""Programs and occupations that the crosswalk leaves alone."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from talentplan.workspace.settings import Settings

__all__ = ["UNLINKED_COLUMNS", "unlinked"]

UNLINKED_COLUMNS = ["kind", "code", "name_zh", "name_en"]


def unlinked(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Programs that are offered and occupations that have openings, without any link in the crosswalk.

    An occupation has openings where it is in a staffing pattern (unless all openings are given) or has given openings
    that are read. No fault of the input: a program of general education may lead to no occupation, and others may be
    trained elsewhere. But its completers all count as surplus, or its openings as shortage, so it is always named.

    Returns:
        kind ("program" or "occupation"), code, name_zh, name_en; programs first, sorted by code.
    """
    links, wanted = tables["crosswalk"], settings.forecast.openings
    offered = set(tables["offerings"]["program"])
    jobs: set[str] = set()
    if wanted != "given":
        jobs |= set(tables["staffing"].loc[tables["staffing"]["share"] > 0, "occupation"])
    if wanted != "forecast":
        jobs |= set(tables["openings"].loc[tables["openings"]["persons"] > 0, "occupation"])
    parts = []
    for kind, used in (("program", offered), ("occupation", jobs)):
        frame = tables[f"{kind}s"]
        alone = frame[frame[kind].isin(used - set(links[kind]))].sort_values(kind)
        parts.append(alone.rename(columns={kind: "code"}).assign(kind=kind)[UNLINKED_COLUMNS])
    return pd.concat(parts, ignore_index=True)
