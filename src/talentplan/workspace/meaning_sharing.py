"""What the tables of sharing and joint investment must mean together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say

__all__ = ["check_lent_specialists", "check_teachers_leave"]

Tables = Mapping[str, Records]


def check_teachers_leave(tables: Tables) -> list[Problem]:
    """Teachers are lent to another school."""
    records = tables["teacher_agreements"]
    same = (records.data["from_school"] == records.data["to_school"]).to_numpy()
    rule = Say("接收院校不得是派出院校本身", "teachers must be lent to another school")
    repair = Say("更正其中一所院校", "correct one of the two schools")
    broken = np.flatnonzero(same & records.sound("from_school", "to_school"))
    return records.problems(broken, "to_school", rule, repair)


def check_lent_specialists(tables: Tables) -> list[Problem]:
    """A school lends specialist teachers of a cluster only where the specialists table says how many it has."""
    records, known = tables["teacher_agreements"], tables["specialists"]
    pairs = pd.MultiIndex.from_frame(known.data[["school", "cluster"]])
    own = pd.MultiIndex.from_frame(records.data[["from_school", "cluster"]]).isin(pairs)
    broken = ~own & (records.data["cluster"] != "").to_numpy() & records.sound("from_school", "cluster")
    if not known.sound("school", "cluster").all():
        return []  # the row it means may be the one that is reported
    rule = Say(
        "派出院校须在“专业教师”表中有该专业群的教师数",
        "the lending school must have a row for the cluster in the table specialists",
    )
    repair = Say(
        "在“专业教师”表中补上该行，或将专业群留空（公共课教师）",
        "add the row to specialists, or leave the cluster empty (teachers of general courses)",
    )
    return records.problems(np.flatnonzero(broken), "cluster", rule, repair)
