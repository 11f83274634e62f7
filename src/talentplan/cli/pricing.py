"""What `prices` prints and writes: what limits, rules, sharing and money are worth, and what the weights decide."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from talentplan.cli.console import interruptible, language, out, pick, step, table
from talentplan.cli.planning import run_folder
from talentplan.cli.summary import stamp, titled
from talentplan.insight import Prices, prices_of
from talentplan.plan import solve_plan
from talentplan.plan.write import write_folder, write_notes, write_table
from talentplan.report.basis import made_up
from talentplan.report.words import Words
from talentplan.workspace import Case, code_names, read_case

__all__ = ["show_prices"]

TOP = 10
KINDS = {
    "limit": ("放宽哪条约束最值（折算人）", "What more would help most (person-equivalents)"),
    "agreement": ("资源共享值多少（折算人）", "What sharing is worth (person-equivalents)"),
    "fairness": ("公平的代价（折算人）", "What fairness costs (person-equivalents)"),
    "rule": ("规则的代价（折算人）", "What a rule costs (person-equivalents)"),
}
HEADS = {
    "limit": (("约束", "放宽"), ("limit", "with more of it"), ("减少", "saved")),
    "agreement": (("协议",), ("agreement",), ("失去它时增加", "lost without it")),
    "fairness": (("要求",), ("aim",), ("取消它时减少", "saved without it")),
    "rule": (("规则",), ("rule",), ("取消它时减少", "saved without it")),
}  # what is priced, zh and en; the value

TERMS = {
    "": ("现行权重", "as weighed"),
    "shortage": ("岗位缺口", "shortage"),
    "unplaced": ("未对口就业", "unplaced"),
    "over_qualified": ("高学历低就", "over-qualified"),
    "mismatch": ("专业不对口", "mismatch"),
    "broken_promise": ("落空的升学学位", "broken promise"),
    "moved_seat": ("名额变动", "moved seat"),
    "unfairness": ("不公平", "unfairness"),
    "money": ("经费", "money"),
}


def show_prices(model: Path, scenario: str | None, root: Path) -> None:
    """Solve, solve again with each thing changed, write the tables and say what is worth most."""
    with step(pick("正在读取和检查数据", "reading and checking the input")):
        case = interruptible(lambda: read_case(model, scenario))
    with step(pick("正在求各项价值（可能需要几分钟）", "pricing (this may take minutes)")):
        prices = interruptible(lambda: prices_of(case, solve_plan(case).table("intake")))
    tables = {
        "prices": prices.prices,
        "classes": prices.classes,
        "weights": prices.weights,
        "money": prices.money,
        "next_money": prices.next_money,
    }

    def fill(place: Path) -> None:
        for name, frame in tables.items():
            write_table(frame, name, place, list(frame.columns))
        write_notes(place, {"name": case.name, "scenario": case.scenario, "applied": list(case.applied),
                            "fingerprint": case.fingerprint, "illustrative": made_up(case), "objective": prices.objective})  # fmt: skip

    plan = run_folder(root, case)
    folder = plan.with_name(f"{plan.name}.prices")
    write_folder(folder, fill)
    out(_text(case, prices))
    out(pick(f"\n数据表：{folder}", f"\nTables: {folder}"))


def _text(case: Case, prices: Prices) -> str:
    parts = [titled(case, language()), *stamp(made_up(case))]
    parts += [pick("连续线性规划（班级可拆分）的最优值之差；折算人，按年折现。",
                  "Differences of optima of the continuous program (classes may be split); person-equivalents, discounted.")]  # fmt: skip
    for kind, title in KINDS.items():
        rows = prices.prices[prices.prices["kind"] == kind]
        if len(rows):
            parts += ["\n" + pick(*title), _listed(rows, kind)]
    if len(prices.classes):
        parts += ["\n" + pick("下一年多开或少开一个班（计划数、班额为人；其余为减少的折算人，负数表示方案变差）",
                              "One class more or fewer next year (plan and class in persons, saved in person-equivalents; negative: worse)"),
                  _classes(case, prices.classes)]  # fmt: skip
    parts += [pick("\n目标权重减半或加倍时（规划期合计，缺口、未对口和落空学位为人年，变动名额为人；末列为下一年计划数随之改变的计划行数）",
                   "\nWith a weight of the objective halved or doubled (sums over the plan years; last: lines whose number next year moves)"),
              _weights(prices.weights)]  # fmt: skip
    if len(prices.money):
        parts += [
            pick("\n投资经费的价值", "\nWhat investment money is worth"),
            _money(prices.money),
            _next(case, prices),
        ]
    return "\n".join(parts)


def _listed(rows: pd.DataFrame, kind: str) -> str:
    text, by = f"text_{language()}", f"step_{language()}"
    shown = rows[(rows["value"] > 0) | ~rows["possible"]].head(TOP)
    if shown.empty:
        return pick("  都不值什么", "  none of them anything")
    impossible = pick("没有它就没有可行方案", "no plan without it")
    body = [
        [
            str(row[text]),
            *([str(row[by])] if kind == "limit" else []),
            f"{row['value']:,.1f}" if row["possible"] else impossible,
        ]
        for row in shown.to_dict("records")
    ]
    zh, en, value = HEADS[kind]
    head = [*(zh if language() == "zh" else en), pick(*value)]
    return table([head, *body], right=[len(head) - 1])


def _signed(value: float, places: int = 1) -> str:
    """A change with its sign."""
    size = f"{abs(value):,.{places}f}"
    return size if float(size.replace(",", "")) == 0 else f"{'+' if value > 0 else '−'}{size}"


def _classes(case: Case, classes: pd.DataFrame) -> str:
    """The lines of which another number would save most, or cost least."""
    names = code_names(case, language())
    best = classes[["more", "less"]].max(axis=1)
    order = best.sort_values(ascending=False, kind="stable").index
    shown = classes.loc[order].dropna(subset=["more", "less"], how="all").head(TOP)
    head = [pick("计划行", "line"), pick("计划数", "plan"), pick("一个班", "a class"),
            pick("多一个班", "one more"), pick("少一个班", "one fewer")]  # fmt: skip
    body = [
        [names.get(row["offering"], row["offering"]), f"{row['plan']:,.0f}", f"{row['step']:,.0f}",
         *(_signed(row[k]) if pd.notna(row[k]) else pick("不可行", "not possible") for k in ("more", "less"))]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    return table([head, *body], right=[1, 2, 3, 4])


def _weights(weights: pd.DataFrame) -> str:
    head = [pick("权重", "weight"), pick("倍数", "times"), pick("缺口", "unfilled"), pick("未对口", "unplaced"),
            pick("落空学位", "seats not there"), pick("变动名额", "seats moved"), pick("计划行", "lines")]  # fmt: skip
    body = [
        [pick(*TERMS[row["term"]]), f"{row['factor']:g}",
         *(f"{row[k]:,.0f}" for k in ("shortage", "unplaced", "broken", "moved", "lines"))]
        for row in weights.to_dict("records")
    ]  # fmt: skip
    return table([head, *body], right=[1, 2, 3, 4, 5, 6])


def _money(money: pd.DataFrame) -> str:
    words = Words(language())
    head = [
        pick("预算（万元）", "budget (million CNY)"),
        pick("节省（折算人）", "saved (person-equivalents)"),
        pick("每百万元（折算人）", "by each million more"),
    ]
    body = [
        [words.money(row["budget"]), f"{row['value']:,.1f}", f"{row['value_per_million']:,.3f}"]
        for row in money.to_dict("records")
    ]
    return table([head, *body], right=[0, 1, 2])


def _next(case: Case, prices: Prices) -> str:
    words, added = Words(language()), prices.money["added"]
    size = words.number(float(added[added > 0].min()) / words.money_scale)
    if prices.next_money.empty:
        return pick(f"再增加 {size} 万元投资经费，方案不会更好：限制它的不是钱。",
                    f"The next {size} million CNY would not improve the plan: money is not what limits it.")  # fmt: skip
    names = code_names(case, language())
    head = [pick("院校", "school"), pick("投资", "investment"), pick("年份", "year"), pick("万元", "million CNY")]
    body = [
        [*(names.get(row[k], row[k]) for k in ("school", "investment")), str(row["year"]), words.difference(row["cost"], "money")]
        for row in prices.next_money.to_dict("records")
    ]  # fmt: skip
    title = pick(f"再增加 {size} 万元用在：", f"The next {size} million CNY would go to:")
    return f"{title}\n{table([head, *body], right=[2, 3])}"
