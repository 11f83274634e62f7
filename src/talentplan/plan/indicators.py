"""Indicators of a plan beside doing nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.plan.outputs import output_columns
from talentplan.workspace.case import Case

__all__ = ["indicators"]

Tables = Mapping[str, pd.DataFrame]
LABELS = {
    "openings": ("persons", "对毕业生的岗位需求", "openings for graduates"),
    "placed": ("persons", "匹配到岗位", "placed"),
    "shortage": ("persons", "岗位缺口", "shortage"),
    "settled_shortage": ("persons", "其中已成定局的缺口", "shortage already settled"),
    "local_supply": ("persons", "本地求职毕业生", "completers who seek local work"),
    "surplus": ("persons", "供给富余", "surplus"),
    "shortage_share": ("share", "缺口占岗位需求比例", "share of openings unfilled"),
    "surplus_share": ("share", "富余占本地求职比例", "share of local supply in surplus"),
    "intake_plan": ("persons", "招生计划", "enrolment plan"),
    "registered": ("persons", "预计报到", "expected to register"),
    "enrolled": ("persons", "在校生", "students on roll"),
    "completions": ("persons", "毕业生", "completers"),
    "passed": ("persons", "内部升学", "passed on inside"),
    "broken_promises": ("persons", "落空的升学承诺", "broken promises"),
    "recurrent_cost": ("CNY", "经常性支出", "recurrent spending"),
    "investment": ("CNY", "投资支出", "investment"),
}
YEARLY = ("openings", "placed", "shortage", "settled_shortage", "local_supply", "surplus", "broken_promises")
"""Persons of a year whose sum over the years counts person-years: who lacks an opening in two years is counted twice."""


def indicators(case: Case, plan: Tables, idle: Tables) -> pd.DataFrame:
    """One row per indicator and plan year; year 0 sums the years (shares of the sums; on-roll numbers of the last year).

    Openings, shortage and the like are persons in a year and person-years in their sum. `idle` are the do-nothing tables.
    """
    years = case.plan_years
    frame = pd.concat([_values(plan, years), _values(idle, years)], axis=1, keys=["plan", "do_nothing"])
    frame = frame.reset_index().rename(columns={"level_0": "indicator", "level_1": "year"})
    frame.columns = ["indicator", "year", "plan", "do_nothing"]
    summed = frame["indicator"].isin(YEARLY) & (frame["year"] == 0)
    frame["unit"] = frame["indicator"].map(lambda name: LABELS[name][0]).mask(summed, "person-years")
    frame["zh"] = frame["indicator"].map(lambda name: LABELS[name][1])
    frame["en"] = frame["indicator"].map(lambda name: LABELS[name][2])
    order = {name: k for k, name in enumerate(LABELS)}
    frame = frame.sort_values(["indicator", "year"], key=lambda s: s.map(order) if s.name == "indicator" else s)
    return frame[output_columns("indicators")].reset_index(drop=True)


def _values(tables: Tables, years: NDArray[np.int64]) -> pd.Series:
    """Values by (indicator, year), year 0 for all plan years."""

    def by_year(name: str, column: str) -> pd.Series:
        table = tables.get(name)
        if table is None:
            return pd.Series(float("nan"), index=pd.Index(years))
        return table.groupby("year")[column].sum().reindex(pd.Index(years), fill_value=0.0)

    budget = tables.get("budget")
    kinds = {} if budget is None else dict(iter(budget.groupby("kind")))
    found = {
        "openings": by_year("balance", "openings"), "placed": by_year("balance", "placed"),
        "shortage": by_year("balance", "shortage"), "settled_shortage": by_year("balance", "settled"),
        "local_supply": by_year("surplus", "local"), "surplus": by_year("surplus", "surplus"),
        "intake_plan": by_year("intake", "plan"), "registered": by_year("intake", "registered"),
        "enrolled": by_year("enrolment", "enrolled"), "completions": by_year("completions", "completions"),
        "passed": by_year("progression", "passed"), "broken_promises": by_year("progression", "broken"),
    }  # fmt: skip
    for name, kind in (("recurrent_cost", "recurrent"), ("investment", "investment")):
        part = kinds.get(kind)
        if part is None:
            found[name] = pd.Series(float("nan") if budget is None else 0.0, index=pd.Index(years))
        else:
            found[name] = part.groupby("year")["spent"].sum().reindex(pd.Index(years), fill_value=0.0)
    totals = {name: values.sum(skipna=False) for name, values in found.items()}
    totals["enrolled"] = found["enrolled"].iloc[-1]
    series = {(name, y): v for name, values in found.items() for y, v in zip(years.tolist(), values, strict=True)}
    series |= {(name, 0): value for name, value in totals.items()}
    for name, upper, whole in (
        ("shortage_share", "shortage", "openings"),
        ("surplus_share", "surplus", "local_supply"),
    ):
        for year in [0, *years.tolist()]:
            base = series[whole, year]
            series[name, year] = series[upper, year] / base if base else 0.0
    return pd.Series(series)
