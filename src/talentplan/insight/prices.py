"""What limits, rules, lending and money are worth: each price is the difference of two optima, never a dual value alone.

All optima are those of the continuous linear program (classes may be split), since only there a difference is exact and no price
can be negative. Prices are in person-equivalents of the objective, discounted, over all years.
"""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.allocation import linear_program, relieved
from talentplan.allocation.constraints.investment import premium
from talentplan.demand import Openings, forecast_openings
from talentplan.insight.classes import CLASS_COLUMNS, class_values
from talentplan.insight.sweep import Sweep, saved
from talentplan.insight.weights import weight_sensitivity
from talentplan.supply import Cohorts, cohorts
from talentplan.workspace import code_names
from talentplan.workspace.case import Case, Rule

__all__ = ["Prices", "price_fairness", "price_limits", "price_rules", "prices_of", "value_of_money", "value_of_sharing"]

MILLION = 1e6
PRICE_COLUMNS = ["kind", "code", "year", "text_zh", "text_en", "step_zh", "step_en", "value", "possible"]
SHARES = np.array(
    [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0]
)  # of the investment budget, points of the curve of money
BEYOND = 3  # further points, a step each above it
# families of limits that more of something would loosen: by how much they are loosened, and what that is
STEPS = {
    "offering_places": (40.0, "40 个学位", "40 places"),
    "school_places": (40.0, "40 个学位", "40 places"),
    "school_teachers": (20.0, "20 名学生的教师（约 1 名）", "teachers for 20 students (about one)"),
    "cluster_teachers": (30.0, "30 名学生的专业教师（约 1 名）", "specialists for 30 students (about one)"),
    "training_hours": (1400.0, "1400 实训学时（约 1 个工位）", "1,400 training hours (about one workplace)"),
    "lending": (1400.0, "1400 出借学时", "1,400 hours to lend"),
    "entrants": (40.0, "40 名生源", "40 entrants"),
    "recurrent_budget": (1.0, "100 万元经常性经费", "a million CNY of recurrent money"),
    "investment_budget": (1.0, "100 万元投资经费", "a million CNY of investment money"),
    "earmarked_money": (1.0, "100 万元专项经费", "a million CNY of earmarked money"),
    "total": (40.0, "40 个计划数", "40 plan numbers"),
}  # fmt: skip
LOWER_FLOOR = ("下限低 40 个计划数", "a floor lower by 40 plan numbers")  # what loosens a total that holds from below

FAIR_WORDS = {
    "district": ("区县之间的公平", "fairness between districts"),
    "school": ("院校之间的公平", "fairness between schools"),
    "entrant_group": ("招生对象之间的公平", "fairness between entrant groups"),
}


@dataclass(frozen=True, slots=True)
class Prices:
    """What is worth how much, in person-equivalents.

    objective: the optimum of the linear program as it stands.
    prices: kind, code, year (0: all), text_zh, text_en, step_zh, step_en, value, possible. Of a `limit` (code: its family)
        by how much the objective falls with a step more of it; of a `rule` that is on by how much it falls without the
        rule; of `fairness` (code: what is compared) by how much it falls without it, its own weight not counted; of an `agreement` ("" for all of them) by how much it rises without the lending. possible is false where no
        plan exists without it; value is NaN then. Sorted by kind, then the greatest first.
    money: share (of the investment budget as stated), added (CNY beyond it, over all plan years), budget (CNY, both),
        objective, value (against no investment money), value_per_million (of the step that leads there).
    next_money: investment, school, year, cost (CNY more or less than now): where the first step beyond the budget goes.
    classes: what a class more or fewer of each line is worth (`class_values`); empty where no plan was given.
    weights: the plan with every weight of the objective halved and doubled (`weight_sensitivity`).
    """

    objective: float
    prices: pd.DataFrame
    money: pd.DataFrame
    next_money: pd.DataFrame
    classes: pd.DataFrame
    weights: pd.DataFrame


def prices_of(case: Case, intake: pd.DataFrame | None = None, *, each: int = 3, step: float = 10.0 * MILLION) -> Prices:
    """Every price of a case.

    Args:
        case: the case.
        intake: offering, year, plan, classes of its plan (`Plan.table("intake")`), whose classes are then valued.
        each: how many limits of a family are priced, those of the largest dual values.
        step: CNY between two points of the curve of money beyond the budget.

    Raises ImpossibleError where the case has no plan, SolverError where the solver stops.
    """
    openings, inherited = forecast_openings(case), cohorts(case)
    sweep = Sweep(
        linear_program(case, openings, inherited), (code_names(case, "zh"), code_names(case, "en")),
        lambda changes: linear_program(case, openings, inherited, changes=changes),
    )  # fmt: skip
    parts = [
        price_limits(case, sweep, each),
        price_rules(case, openings, inherited, sweep),
        price_fairness(case, openings, inherited, sweep),
        value_of_sharing(case, sweep),
    ]
    found = pd.concat(parts, ignore_index=True)
    order = ["kind", "value", "code", "year", "text_en"]
    found = found.sort_values(order, ascending=[True, False, True, True, True], na_position="first", ignore_index=True)
    classes = pd.DataFrame(columns=CLASS_COLUMNS) if intake is None else class_values(case, inherited, sweep, intake)
    weights = weight_sensitivity(case, openings, inherited, sweep)
    return Prices(sweep.base.objective, found, *value_of_money(case, sweep, step=step), classes, weights)


def _price_rows(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=PRICE_COLUMNS).astype({"year": "int64", "value": "float64", "possible": "bool"})


def price_limits(case: Case, sweep: Sweep, each: int = 3) -> pd.DataFrame:
    """The limits of a family of which more would help most by their dual values, each solved again with a step more of it.

    A total that holds from below (its dual value is positive) is lowered by the step instead.

    Args:
        case: the names of what is limited.
        sweep: its program.
        each: how many of a family.
    """
    program, dual, beside = sweep.program, np.abs(sweep.base.dual), relieved(sweep.program)
    np.add.at(dual, beside.parents, dual[beside.rows])  # a limit that those on roll break stands in two rows
    names = {lang: code_names(case, lang) for lang in ("zh", "en")}
    rows: list[tuple[object, ...]] = []
    for family, (amount, zh, en) in STEPS.items():
        block = program.rows.get(family)
        if block is None:
            continue
        named = block.positions
        if family == "earmarked_money":  # the row without an earmark only adds up what general money pays
            named = named[block.labels["earmark"] != ""]
        order = named[np.argsort(-dual[named], kind="stable")][:each]
        for row in order[dual[order] > 1e-9]:
            at, floor = np.append(row, beside.of(np.array([row]))), sweep.base.dual[row] > 0
            low, high = (amount, 0.0) if floor else (0.0, amount)
            more = sweep.with_rows(at, program.row_lower[at] - low, program.row_upper[at] + high)
            year = int(block.index.iloc[row - block.start].get("year", 0))
            value = float(saved(sweep.base.objective, more.objective))
            words = [block.label(int(row), lang, names[lang]) for lang in ("zh", "en")]
            step = LOWER_FLOOR if floor else (zh, en)
            rows.append(("limit", family, year, *words, *step, value, True))
    return _price_rows(rows)


def price_rules(case: Case, openings: Openings, inherited: Cohorts, sweep: Sweep) -> pd.DataFrame:
    """Each rule that is on: the optimum with it less the optimum with it waived, all others as they are; never below 0.

    What a rule takes down is released from the change policy. Both optima grant that release, or a rule might seem to help.

    Args:
        case: its rules.
        openings: what its program was made of.
        inherited: what its program was made of.
        sweep: its program.
    """

    def price(rule: Rule) -> tuple[object, ...]:
        other = Sweep(linear_program(case, openings, inherited, waived=rule.id)).base.objective
        return ("rule", rule.id, 0, rule.text_zh, rule.text_en, "取消这条规则", "without the rule",
                float(saved(sweep.base.objective, other)), True)  # fmt: skip

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the solver works outside the interpreter's lock
        return _price_rows(list(pool.map(price, case.rules)))


def price_fairness(case: Case, openings: Openings, inherited: Cohorts, sweep: Sweep) -> pd.DataFrame:
    """What each comparison of the fairness settings costs: the optimum with it, its own weight left out, less that without it.

    The price of fairness of Bertsimas, Farias and Trichakis (Operations Research 59, 2011), in person-equivalents.

    Args:
        case: its fairness settings.
        openings: what its program was made of.
        inherited: what its program was made of.
        sweep: its program.
    """
    rows: list[tuple[object, ...]] = []
    every = case.settings.fairness
    for number, compared in enumerate(every):
        rest = [other for other in every if other.by != compared.by]
        without = dataclasses.replace(case, settings=case.settings.model_copy(update={"fairness": rest}))
        block = sweep.program.columns.get(f"behind:{number}")
        weighed = 0.0 if block is None else float(sweep.program.cost[block.positions] @ sweep.base.x[block.positions])
        other = Sweep(linear_program(without, openings, inherited)).base.objective
        words = FAIR_WORDS[compared.by]
        rows.append(("fairness", compared.by, 0, *words, "取消这项公平要求", "without this fairness",
                     max(0.0, float(saved(sweep.base.objective - weighed, other))), True))  # fmt: skip
    return _price_rows(rows)


def value_of_sharing(case: Case, sweep: Sweep) -> pd.DataFrame:
    """All lending of hours and teachers closed, and each agreement for itself: how much worse the optimum is.

    Plan with sharing less plan without. Values of agreements do not add up.

    Args:
        case: its agreements and names.
        sweep: its program.
    """
    blocks = [b for name in ("lent", "teachers_lent") if (b := sweep.program.columns.get(name)) is not None and len(b)]
    if not blocks:
        return _price_rows([])
    every = np.concatenate([block.positions for block in blocks])
    rows = [_closed(sweep, "", every, ("全部资源共享", "all sharing"))]
    for block in blocks:
        agreement = block.index["agreement"].to_numpy()
        used = sweep.base.x[block.positions] > 1e-6
        for code, words in _agreements_in_words(case, block.name).items():
            mine = agreement == code
            if used[mine].any():
                rows.append(_closed(sweep, code, block.positions[mine], words))
            else:
                rows.append(("agreement", code, 0, *words, "关闭", "without it", 0.0, True))
    return _price_rows(rows)


def _agreements_in_words(case: Case, block: str) -> dict[str, tuple[str, str]]:
    """Agreement -> who lends what to whom, zh and en: of hours (block `lent`) or of teachers."""
    if block == "lent":
        table = case.table("agreements").merge(case.table("resources")[["resource", "kind"]], on="resource")
        kind, plain = "kind", ("", "")
    else:
        table, kind, plain = case.table("teacher_agreements"), "cluster", ("教师", "teachers")
    zh, en = code_names(case, "zh"), code_names(case, "en")
    found = {}
    for code, what in table[["agreement", kind]].itertuples(index=False, name=None):
        lent_zh, lent_en = (
            " · ".join(w for w in (word, of.get(what, what)) if w) for word, of in zip(plain, (zh, en), strict=True)
        )
        found[code] = (f"{zh[code]}（{lent_zh}）", f"{en[code]} ({lent_en})")
    return found


def _closed(sweep: Sweep, code: str, columns: NDArray[np.int64], words: tuple[str, ...]) -> tuple[object, ...]:
    none = np.zeros(len(columns))
    outcome = sweep.with_columns(columns, none, none)
    possible = outcome.status == "optimal"
    value = float(saved(outcome.objective, sweep.base.objective)) if possible else np.nan
    return ("agreement", code, 0, *words, "关闭", "without it", value, possible)


def value_of_money(case: Case, sweep: Sweep, *, step: float = 10.0 * MILLION) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The curve of investment money from none to all of the budget and beyond, and where the first step beyond goes.

    Up to the budget all of it is scaled, earmarked or not, and returns fall. Beyond it the money is general: it may be worth more
    than the last of the budget, where that was tied to what is not needed.

    Args:
        case: investments are read.
        sweep: the case's program.
        step: CNY between two points beyond the budget, spread evenly over the plan years.
    """
    program = sweep.program
    general, marked = program.rows.get("investment_budget"), program.rows.get("earmarked_money")
    if general is None or marked is None:
        return (
            pd.DataFrame(columns=["share", "added", "budget", "objective", "value", "value_per_million"]),
            pd.DataFrame(columns=["investment", "school", "year", "cost"]),
        )
    rows = np.concatenate([general.positions, marked.positions])
    lower, upper = program.row_lower[rows], program.row_upper[rows]  # money rows count in million CNY
    yearly = np.append(np.ones(len(general)), np.zeros(len(marked))) / len(general)
    points = [(share, 0.0) for share in SHARES] + [(1.0, k * step / MILLION) for k in range(1, BEYOND + 1)]
    found = [
        sweep.base if (share, added) == (1.0, 0.0) else sweep.with_rows(rows, lower, share * upper + added * yearly)
        for share, added in points
    ]
    curve = pd.DataFrame(points, columns=["share", "added"])
    curve["budget"] = (curve["share"] * upper.sum() + curve["added"]) * MILLION
    curve["added"] *= MILLION
    curve["objective"] = [outcome.objective for outcome in found]
    curve["value"] = saved(found[0].objective, curve["objective"].to_numpy())
    million = curve["budget"].diff() / MILLION
    curve["value_per_million"] = (curve["value"].diff() / million.where(million > 0)).fillna(0.0).clip(lower=0.0)
    return curve, _bought_more(case, sweep, found[len(SHARES)].x)


def _bought_more(case: Case, sweep: Sweep, x: NDArray[np.float64]) -> pd.DataFrame:
    """What is bought more, or less, where money is worth anything at all; equal optima differ in nothing."""
    block = sweep.program.columns["bought"]
    more = x - sweep.base.x
    frame = block.index.assign(units=more[block.positions], begun=0.0)
    begun = sweep.program.columns.get("begun")
    if begun is not None:
        first = pd.Series(more[begun.positions], index=pd.MultiIndex.from_frame(begun.index[["investment", "year"]]))
        keys = pd.MultiIndex.from_frame(frame[["investment", "year"]])
        frame["begun"] = first.reindex(keys).fillna(0.0).to_numpy()
    gained = saved(sweep.base.objective, float(sweep.program.cost @ x) + sweep.program.offset) > 0
    frame = frame[(frame["units"].abs() > 1e-6) & gained]
    options = case.table("investments").set_index("investment")
    school, price = (frame["investment"].map(options[name]) for name in ("school", "cost"))
    cost = frame["units"] * price + frame["begun"] * frame["investment"].map(premium(case))
    return pd.DataFrame(frame.assign(school=school, cost=cost)[["investment", "school", "year", "cost"]])
