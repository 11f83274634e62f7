"""Rules that add rows instead of bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.allocation.space import Space
from talentplan.program import Terms

__all__ = ["rule_rows"]


def rule_rows(space: Space) -> None:
    """`max_new_per_school`: sum of a[o,t] over a school's new lines <= count, every decision year."""
    opens = space.block("opens")
    for rule in space.case.rules:
        if rule.kind != "max_new_per_school" or opens is None:
            continue
        school = space.offerings.set_index("offering")["school"]
        frame = opens.index.assign(school=opens.index["offering"].map(school).to_numpy(), column=opens.positions)
        frame = frame[~frame["school"].isin(rule.exempt) & ~frame["offering"].isin(rule.exempt)]
        groups = frame[["school", "year"]].drop_duplicates(ignore_index=True)
        key = pd.MultiIndex.from_frame(groups).get_indexer(pd.MultiIndex.from_frame(frame[["school", "year"]]))
        space.builder.add_rows(
            f"rule:{rule.id}", groups, Terms(key, frame["column"].to_numpy(dtype=np.int64), np.ones(len(frame))),
            upper=float(rule.parameters["count"]),
            sentence=(f"{{school}} {{year}} 年：{rule.text_zh}", f"{{school}} in {{year}}: {rule.text_en}"),
        )  # fmt: skip
