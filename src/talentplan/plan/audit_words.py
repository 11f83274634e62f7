"""Limits in words: sentences a planner understands, in Chinese and English, with names instead of codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from talentplan.plan.audit_layout import total_scope
from talentplan.workspace import code_names
from talentplan.workspace.case import Case

__all__ = ["FAMILY_WORDS", "UNNAMED", "from_below", "sentences"]

# what is counted (zh, en), its unit (zh, en); money is shown in 万元 and million CNY
FAMILY_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "offering_places": ("满额在校生", "students with every seat taken", "人", "places"),
    "school_places": ("满额在校生", "students with every seat taken", "人", "places"),
    "school_teachers": ("满额折算在校生", "weighted students with every seat taken", "人", "that its teachers allow"),
    "cluster_teachers": ("满额在校生", "students with every seat taken", "人", "that its specialist teachers allow"),
    "hiring": ("新增教师", "teachers hired", "人", "allowed a year"),
    "training_hours": ("所需实训学时", "training hours needed", "学时", "hours at hand"),
    "lending": ("出借学时", "hours lent", "学时", "hours"),
    "teacher_lending": ("外派教师", "teachers lent", "人", "teachers"),
    "entrants": ("预计报到", "entrants expected", "人", "persons who can be won"),
    "recurrent_budget": ("经常性经费净支出", "recurrent money less grants", "万元", "million CNY"),
    "investment_budget": ("投资", "investment", "万元", "million CNY"),
    "units_max": ("规划期购置", "units bought over the plan", "份", "units"),
    "cluster_leaders": ("牵头院校", "schools that lead it", "所", "schools"),
    "change": ("计划数增减", "change of the plan number", "人", "persons a year"),
    "open": ("增设或恢复", "lines that open or resume", "条计划行", "lines"),
    "close": ("停招", "lines that stop enrolling", "条计划行", "lines"),
    "points_changed": ("调整计划数", "lines whose number changes", "条计划行", "lines"),
    "mergers": ("并入的计划数", "seats taken over", "人", "persons that the other line had"),
    "class_count": ("最少班数所需计划数", "plan number for its least number of classes", "人", "persons"),
    "reserved": ("预留名额所需计划数", "plan number for its reserved seats", "人", "persons"),
    "orders": ("订单班毕业生就业", "completers of order classes placed", "人", "persons"),
    "total": ("计划数合计", "sum of plan numbers", "人", "persons"),
    "fairness": ("计划数合计", "sum of plan numbers", "人", "persons"),
    "plan_bounds": ("计划数", "plan number", "人", "persons"),
    "rules": ("受规则所限", "held by a rule", "", "under it"),
    "progression": ("升学", "persons who pass on", "人", "persons"),
}  # fmt: skip
MONEY = ("recurrent_budget", "investment_budget")
COMPARED = ("district", "school", "entrant_group")  # first part of the scope of a fair share
MISSING = ("least", "promise")  # last part of a scope whose figure counts what is missing
# parts of a scope that name nothing: they say which of several limits on the same it is
UNNAMED = frozenset({*COMPARED, *MISSING, "seats", "completers", "entrants", "*"})


def sentences(case: Case, limits: pd.DataFrame) -> pd.DataFrame:
    """The limits table with sentence_zh and sentence_en, one sentence a row."""
    found = limits.copy()
    if limits.empty:
        return found.assign(sentence_zh=pd.Series(dtype=object), sentence_en=pd.Series(dtype=object))
    for lang, column in ((0, "sentence_zh"), (1, "sentence_en")):
        who = _who(case, limits, "zh" if lang == 0 else "en")
        found[column] = _say(limits, who, lang)
    return found


def _say(limits: pd.DataFrame, who: pd.Series, lang: int) -> np.ndarray:
    family, year = limits["family"], limits["year"].astype(str)
    what = family.map({k: v[lang] for k, v in FAMILY_WORDS.items()}).fillna(family)
    unit = family.map({k: v[2 + lang] for k, v in FAMILY_WORDS.items()}).fillna("")
    money = family.isin(MONEY).to_numpy()
    used, limit, stated = (
        _figures(limits[c].to_numpy(dtype=np.float64), money, lang) for c in ("used", "limit", "stated")
    )
    over = limits["used"] > limits["limit"] + 1e-6 * np.maximum(1.0, limits["limit"].abs())
    state = [over, limits["binding"]]
    if lang == 0:
        most = who + " " + year + " 年" + what + " " + used + " " + unit + "，上限 " + limit + " " + unit
        most = most + np.select(state, ["，已超限", "，已用满"], "")
        floor = who + " " + year + " 年" + what
        least = np.select(state, [floor + "比下限少 " + used + " 人", floor + "恰在下限"], floor + "不低于下限")
        before = "（原定 " + stated + " " + unit + "，既有在校生已超出）"
    else:
        most = who + ", " + year + ": " + what + " " + used + ", at most " + limit + " " + unit
        most = most + np.select(state, [" (broken)", " (full)"], "")
        floor = who + ", " + year + ": " + what
        least = np.select(
            state,
            [floor + " " + used + " short of the floor", floor + " just at the floor"],
            floor + " not below the floor",
        )
        before = " (stated " + stated + ", which students already there exceed)"
    return np.asarray(
        np.where(from_below(limits), least, most) + np.where(limits["broken_before"], before, ""), dtype=object
    )


def from_below(limits: pd.DataFrame) -> pd.Series:
    """bool[row]: limits from below, whose `used` counts what is missing and whose `limit` is 0."""
    return limits["scope"].str.split("/").str[-1].isin(MISSING)


def _figures(values: np.ndarray, money: np.ndarray, lang: int) -> pd.Series:
    """Numbers in groups of three digits, without a needless zero: CNY to 0.1 万元 or 0.01 million, others to one decimal.

    money: bool[value]; lang: 0 Chinese, 1 English.
    """
    shown = np.round(values, 1)
    shown[money] = np.round(values[money] / 1e4, 1) if lang == 0 else np.round(values[money] / 1e6, 2)
    each, place = np.unique(shown + 0.0, return_inverse=True)
    return pd.Series(np.array([f"{value:,.10g}" for value in each.tolist()], dtype=object)[place], dtype=object)


def _who(case: Case, limits: pd.DataFrame, lang: str) -> pd.Series:
    """Names of the codes of every scope; an empty scope is the region, a total has a name of its own."""
    names, scope = code_names(case, lang), limits["scope"]
    region = case.settings.region.zh if lang == "zh" else case.settings.region.en

    def named(codes: str) -> str:
        return " · ".join(names.get(p, p) for p in codes.split("/") if p and p not in UNNAMED) or region

    found = scope.map({codes: named(codes) for codes in scope.unique()})
    totals: dict[str, str] = {}
    for total in case.settings.totals:
        if total.name is not None:
            own = total.name.zh if lang == "zh" else total.name.en
            for school in sorted(set(case.table("offerings")["school"])) if total.by_school else [""]:
                whole = f"{own} · {named(school)}" if school else own
                totals |= {total_scope(total, school): whole, f"{total_scope(total, school)}/least": whole}
    special = scope.map(totals).where(limits["family"] == "total")
    return special.fillna(found).reset_index(drop=True)
