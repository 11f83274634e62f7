"""How long the longest way through the offerings takes."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["longest_route"]


def longest_route(offerings: pd.DataFrame, pathways: pd.DataFrame) -> int:
    """Years that the longest chain of offerings takes, each entered through a pathway from the one before.

    offerings: columns offering, duration (years). pathways: columns from_offering, to_offering.
    Raises ValueError where the pathways run in a circle.

    >>> lines = pd.DataFrame({"offering": ["a", "b", "c"], "duration": [3, 2, 4]})
    >>> longest_route(lines, pd.DataFrame({"from_offering": ["a"], "to_offering": ["b"]}))
    5
    """
    if offerings.empty:
        return 0
    duration = offerings["duration"].to_numpy(np.int64)
    rows = pd.Index(offerings["offering"])
    before = rows.get_indexer(pd.Index(pathways["from_offering"]))
    after = rows.get_indexer(pd.Index(pathways["to_offering"]))
    known = (before >= 0) & (after >= 0)
    before, after = before[known], after[known]
    longest = duration.copy()
    for _ in range(len(duration)):
        reached = duration.copy()
        np.maximum.at(reached, after, longest[before] + duration[after])
        if np.array_equal(reached, longest):
            return int(longest.max())
        longest = reached
    raise ValueError("the pathways run in a circle")
