"""`adjust_share`: a share of the lines must really change next year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.allocation.constraints.mergers import merger_inflow
from talentplan.allocation.rules.kinds import counted_lines
from talentplan.allocation.space import Space
from talentplan.program import Terms, taken
from talentplan.workspace.case import Rule

__all__ = ["adjust_share"]

Floats = NDArray[np.float64]
GROWTH = 20  # largest classes: no line grows by more in a year while the rule is on, where the policy sets no limit


def adjust_share(space: Space, rule: Rule) -> None:
    """Next year: sum over lines of (u + d) >= share x lines that enrolled last year, rounded down; u + d <= 1.

    u: the number rises by a class or the line opens, p >= (last + class) u. d: it falls by a class or to zero,
    p <= U - (U - last + min(class, last)) d with U the greatest number it can have, what may merge into it included. u and d are yes or no where next year is
    planned in whole classes, else they lie between.
    """
    lines = space.where(counted_lines(space.case, space.cohorts, rule) & space.free)
    if not len(lines):
        return
    table, now = space.offerings, np.zeros(len(lines), dtype=np.int64)
    last, size, largest = (table[c].to_numpy(dtype=np.float64)[lines] for c in ("last_plan", "class_min", "class_max"))
    index = space.labels(lines, now)
    whole = space.case.settings.solving.whole_class_years > 0
    rises = space.builder.add_columns(f"rises:{rule.id}", index, upper=1.0, integer=whole)
    falls = space.builder.add_columns(f"falls:{rule.id}", index, upper=(last > 0).astype(np.float64), integer=whole)
    row, one, plan = np.arange(len(lines)), np.ones(len(lines)), space.plan_column(lines, now)
    space.builder.add_rows(
        f"rises_by_a_class:{rule.id}", index, Terms.concat([Terms(row, plan, one), Terms(row, rises.positions, -(last + size))]),
        lower=0.0,
        sentence=("{offering} 在 {year} 年增加一个班以上才算调增", "{offering} in {year} counts as raised from a class more on"),
    )  # fmt: skip
    most = last + np.minimum(space.limit[lines, 0], GROWTH * largest) + merger_inflow(space)[lines, 0]
    most = np.minimum(space.upper[lines, 0], most)
    most = np.where(last > 0, most, 0.0)
    old = np.flatnonzero(last > 0)
    width = (most - last + np.minimum(size, last))[old]
    place = np.arange(len(old))
    space.builder.add_rows(
        f"falls_by_a_class:{rule.id}", taken(index, old),
        Terms.concat([Terms(place, plan[old], one[old]), Terms(place, falls.positions[old], width)]), upper=most[old],
        sentence=("{offering} 在 {year} 年减少一个班以上才算调减", "{offering} in {year} counts as reduced from a class fewer on"),
    )  # fmt: skip
    both = Terms.concat([Terms(row, rises.positions, one), Terms(row, falls.positions, one)])
    space.builder.add_rows(f"rises_or_falls:{rule.id}", index, both, upper=1.0)
    space.builder.add_rows(
        f"rule:{rule.id}", {"year": index["year"][:1]}, both.mapped(np.zeros(len(lines), dtype=np.int64)),
        lower=np.floor(float(rule.parameters["share"]) * (last > 0).sum() + 1e-9),
        sentence=(f"{{year}} 年：{rule.text_zh}", f"{{year}}: {rule.text_en}"),
    )  # fmt: skip
