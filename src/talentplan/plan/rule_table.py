"""What every rule did to the plan: the table `rules`, and points whose opening calls for a review by experts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation.rules import counted_lines, rule_limits
from talentplan.plan.outputs import output_columns
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case, Rule

__all__ = ["reviews", "rules_table", "with_reviews"]

Mask = NDArray[np.bool_]
Words = tuple[str, str]


def _next_plan(case: Case, cohorts: Cohorts, intake: pd.DataFrame) -> NDArray[np.float64]:
    soon = intake[intake["year"] == case.first_year].set_index("offering")["plan"]
    return cohorts.offerings["offering"].map(soon).to_numpy(dtype=np.float64)


def _under_review(case: Case, cohorts: Cohorts, plan: NDArray[np.float64], rule: Rule) -> Mask:
    """bool[offering]: lines that open next year at a school where so many new programs open that all are reviewed."""
    lines = cohorts.offerings
    opening = counted_lines(case, cohorts, rule) & (plan > 1e-6)
    programs = lines["program"].where(opening).groupby(lines["school"]).transform("nunique")
    return np.asarray(opening & (programs >= float(rule.parameters["count"])).to_numpy(dtype=bool))


def reviews(case: Case, cohorts: Cohorts, intake: pd.DataFrame) -> dict[tuple[str, str], Words]:
    """(school, program) of every new point that a rule `expert_review` calls for, with the words of the rule, zh and en."""
    plan = _next_plan(case, cohorts, intake)
    found: dict[tuple[str, str], Words] = {}
    for rule in case.rules:
        if rule.kind == "expert_review":
            due = cohorts.offerings[_under_review(case, cohorts, plan, rule)]
            keys = due[["school", "program"]].drop_duplicates().itertuples(index=False, name=None)
            found |= {(str(s), str(p)): (f"须评审：{rule.text_zh}", f"to be reviewed: {rule.text_en}") for s, p in keys}
    return found


def with_reviews(
    points: Sequence[tuple[str, str]], limited: Sequence[Words], due: dict[tuple[str, str], Words]
) -> list[Words]:
    """The limits named for every point, with the review it needs, if any, first."""
    found = []
    for point, words in zip(points, limited, strict=True):
        both = [due.get(point, ("", "")), words]
        found.append(("；".join(zh for zh, _ in both if zh), "; ".join(en for _, en in both if en)))
    return found


def rules_table(case: Case, cohorts: Cohorts, intake: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """The table `rules`: lines touched and bound next year by every rule that is on.

    A bound holds a line that stands at it. A count holds the lines of a school at its count, a share all its lines where it
    is just met; a review the lines under review.
    """
    plan, lines = _next_plan(case, cohorts, intake), cohorts.offerings
    bounded = {r.rule.id: r for r in rule_limits(case, cohorts)}
    tight = set(
        limits.loc[limits["binding"] & (limits["family"] == "rules") & (limits["year"] == case.first_year), "scope"]
    )
    rows = []
    for rule in case.rules:
        counted = counted_lines(case, cohorts, rule)
        if rule.kind == "expert_review":
            held = _under_review(case, cohorts, plan, rule)
        else:
            full = (lines["school"] + "/" + rule.id).isin(tight).to_numpy(dtype=bool)
            held = counted & (full | (f"{rule.id}/least" in tight))
        touched = counted
        if rule.id in bounded:
            limit = bounded[rule.id]
            touched, held = touched | limit.lines, held | (limit.lines & (plan >= limit.upper - 1e-6))
        rows.append({"rule": rule.id, "kind": rule.kind, "touched": int(touched.sum()), "binding": int(held.sum()),
                     "borrowed": rule.borrowed, "text_zh": rule.text_zh, "text_en": rule.text_en,
                     "source": f"{rule.source} {rule.date}".strip()})  # fmt: skip
    return pd.DataFrame(rows, columns=output_columns("rules"))
