"""Limits that students already there may break: what is bought, hired or borrowed first makes good what they lack."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.keys import values_at

__all__ = ["limited"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def limited(
    space: Space,
    name: str,
    index: Labels,
    load: Terms,
    extra: Terms,
    stated: Floats,
    use: Floats,
    sentence: tuple[str, str],
) -> None:
    """Rows: load <= max(stated + extra, use), use being what those on roll before the plan need alone.

    Where use is larger, gap = use - stated: load - extra + gap b <= use and load <= use + (most - gap) b, with most the greatest
    extra there can be and b (`relieved`) yes or no in the whole-class years, in [0, 1] later: nobody new comes before the
    gap is closed. Where most does not close it, nothing is added to use. Of extra only what comes in counts so, not what is lent out.

    index: labels of the rows, `year` among them; stated, use: float[row].
    """
    most, gap = _most(space, extra, len(stated)), use - stated
    broken = gap > 1e-9 * np.maximum(1.0, np.abs(stated))
    closes = broken & (most > gap)
    counts = (extra.coefficient <= 0) | ~(broken & ~closes)[extra.key]
    parts = [load, Terms(extra.key[counts], extra.column[counts], -extra.coefficient[counts])]
    rows = np.flatnonzero(closes)
    if len(rows):
        labels, each = taken(index, rows), np.arange(len(rows))
        whole = labels["year"] - space.years[0] < space.case.settings.solving.whole_class_years
        block = space.builder.add_columns(f"relieved:{name}", labels, upper=1.0, integer=whole)
        parts.append(Terms(rows, block.positions, gap[rows]))
        at = np.full(len(stated), -1, dtype=np.int64)
        at[rows] = each
        space.builder.add_rows(
            f"relieved_if:{name}", labels,
            Terms.concat([load.mapped(at), Terms(each, block.positions, (gap - most)[rows])]), upper=use[rows],
        )  # fmt: skip
    space.builder.add_rows(name, index, Terms.concat(parts), upper=np.maximum(stated, use), sentence=sentence)


def _most(space: Space, extra: Terms, rows: int) -> Floats:
    """float[row]: the greatest sum of the terms that add something; an option counts once, however many years it may be bought in."""
    into = extra.coefficient > 0
    key, column, coefficient = extra.key[into], extra.column[into], extra.coefficient[into]
    if not len(key):
        return np.zeros(rows)
    thing, upper = column.copy(), space.builder.upper_bounds()[column]
    bought, special = space.block("bought"), space.block("hired_specialists")
    if bought is not None:
        mine = (column >= bought.start) & (column < bought.start + len(bought))
        thing[mine] = bought.start + (column[mine] - bought.start) // space.plan_count * space.plan_count
    if special is not None:  # no more than the school hires in all
        mine = (column >= special.start) & (column < special.start + len(special))
        schools = space.case.table("schools")
        upper[mine] = values_at(
            schools["school"], schools["hire_max"], special.labels["school"][column[mine] - special.start]
        )
    pair, of = np.unique(np.stack([key, thing]), axis=1, return_inverse=True)
    each = np.zeros(pair.shape[1])
    np.maximum.at(each, of.ravel(), coefficient * upper)
    return np.bincount(pair[0], weights=each, minlength=rows).astype(np.float64)
