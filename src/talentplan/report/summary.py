"""The first page in words: what changes, what is left unfilled, what it rests on, whether it was checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from talentplan.report import basis, intake_tables, means_tables
from talentplan.report.tables import Published, Source, spans

__all__ = ["Card", "cards", "limit_kinds", "notices", "reconciled", "sentences"]

LIMIT_KINDS = 8

VERDICTS = ("add", "resume", "expand", "reduce", "suspend", "close")


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the first page with its unit and what to compare it with."""

    title: str
    value: str
    unit: str
    note: str


def _sum(way: Published, table: str, value: str) -> float:
    return float(way.table(table)[value].sum())


def change_of(source: Source, number: float) -> str:
    """A change of persons in words."""
    words = source.words
    whole = round(number)
    if whole == 0:
        return words("sentence", "same")
    return words("sentence", "up" if whole > 0 else "down", n=words.persons(abs(number)))


def cards(source: Source) -> list[Card]:
    """The five numbers a council asks for first."""
    words, intake = source.words, source.next_intake()
    persons = words("unit", "persons")
    plan, last = float(intake["plan"].sum()), float(intake["last_plan"].sum())
    found = [
        Card(
            words("card", "next", year=source.first),
            words.persons(plan),
            persons,
            words("card", "next_note", last=words.persons(last), change=change_of(source, plan - last)),
        )
    ]
    for key, table, value in (
        ("shortage", "balance", "shortage"),
        ("surplus", "surplus", "surplus"),
        ("broken", "progression", "broken"),
    ):
        nothing = words.persons(_sum(source.nothing, table, value))
        note = words("card", "nothing_note", value=nothing)
        amount = words.persons(_sum(source, table, value))
        found.append(Card(words("card", key), amount, words("unit", "person-years"), note))
    budget = source.table("budget")
    spent = budget.groupby("kind")["spent"].sum()
    recurrent = f"{words.money(float(spent.get('recurrent', 0.0)))} {words('general', 'money')}"
    before = source.nothing.table("budget")
    nothing = words.money(float(before.loc[before["kind"] == "recurrent", "spent"].sum()))
    found.append(
        Card(
            words("card", "money"),
            words.money(float(spent.get("investment", 0.0))),
            words("general", "money"),
            words("card", "money_note", value=recurrent, nothing=nothing),
        )
    )
    return found


def sentences(source: Source) -> list[str]:
    """What the plan does and what it leaves, in three or four sentences."""
    words = source.words
    intake, layout = source.next_intake(), source.plan.table("layout")
    plan, last = float(intake["plan"].sum()), float(intake["last_plan"].sum())
    own = pd.MultiIndex.from_frame(layout[["school", "program"]]).isin(intake_tables.moved_seats(source).index)
    moved = own & (layout["change"] != 0)  # a suspended point that stays so is no change
    counts = layout[moved]["verdict"].value_counts()
    listed = [_counted(source, layout[moved], verdict) for verdict in VERDICTS if counts.get(verdict, 0)]
    found = [
        words(
            "sentence",
            "summary" if listed else "summary_none",
            region=source.region,
            year=source.first,
            plan=words.persons(plan),
            change=change_of(source, plan - last),
            points=sum(int(counts.get(verdict, 0)) for verdict in VERDICTS),
            list=words.list_comma.join(listed),
        ),
        _gap_sentence(source),
    ]
    settled = _sum(source, "balance", "settled")
    if settled >= 0.5:
        found.append(words("sentence", "settled", settled=words.persons(settled)))
    control = intake.groupby("control")["plan"].sum()
    each = {code: words.persons(float(control.get(code, 0.0))) for code in ("decide", "propose", "given")}
    found.append(words("sentence", "controls", year=source.first, **each))
    return found


def _counted(source: Source, moved: pd.DataFrame, verdict: str) -> str:
    """How many points have the verdict, and how many of them merge or move away."""
    words, own = source.words, moved[moved["verdict"] == verdict]
    marks = own["mark"].value_counts()
    said = [f"{words('mark', mark)} {marks[mark]}" for mark in words.codes("mark") if marks.get(mark, 0)]
    name, n = words("verdict", verdict), len(own)
    return words("sentence", "by_mark", verdict=name, n=n, marks=words.list_comma.join(said)) if said else f"{name} {n}"


def _gap_sentence(source: Source) -> str:
    words = source.words
    plan, nothing = _sum(source, "balance", "shortage"), _sum(source.nothing, "balance", "shortage")
    less = round(nothing) - round(plan)  # of what is shown
    share = words.share(abs(less) / nothing if nothing else 0.0)
    code = "equal" if less == 0 else "less" if less > 0 else "more"
    return words(
        "sentence",
        "gap",
        first=source.years[0],
        last=source.years[-1],
        plan=words.persons(plan),
        nothing=words.persons(nothing),
        less=words("sentence", code, n=words.persons(abs(less)), share=share),
    )


def notices(source: Source) -> list[tuple[str, str]]:
    """What the first page must own up to: (tone, sentence); tone warn or plain."""
    words, case = source.words, source.case
    made_up = basis.illustrative(source)
    found: list[tuple[str, str]] = []
    if made_up.rows:
        counts = {"tables": made_up.tables, "rows": f"{made_up.rows:,}", "all": f"{made_up.all_rows:,}"}
        text = words("sentence", "illustrative", **counts)
        if not math.isnan(made_up.weighted):
            text += (" " if source.lang == "en" else "") + words(
                "sentence", "weighted", share=words.share(made_up.weighted)
            )
        found.append(("warn", text))
    elif case.settings.illustrative:
        found.append(("warn", words("sentence", "model_illustrative")))
    if case.settings.excluded:
        names = [item.zh if source.lang == "zh" else item.en for item in case.settings.excluded]
        listed = ("；" if source.lang == "zh" else "; ").join(name.rstrip("。.") for name in names)
        found.append(("plain", words("sentence", "not_decided", list=listed)))
    if case.defaulted:
        found.append(("plain", words("sentence", "defaulted", n=len(case.defaulted))))
    audit = source.plan.audit
    code = "audit_ok" if audit.ok else "audit_bad"
    said = [words("sentence", code, value=words.tiny(audit.max_violation)), *_solved(source)]
    found.append(("plain" if audit.ok else "warn", (" " if source.lang == "en" else "").join(said)))
    return found


def _solved(source: Source) -> list[str]:
    """How much better another plan could be, and in which years classes are whole."""
    words, facts = source.words, source.plan.facts
    found = [words("sentence", "stopped")] if facts.status == "limit" else []
    gap = f"{100 * facts.gap:.2f}%"
    if not math.isfinite(facts.gap):
        found.append(words("sentence", "unproven"))
    elif gap == "0.00%":
        found.append(words("sentence", "best"))
    else:
        whole, part = words.persons(facts.objective), words.persons(facts.gap * abs(facts.objective))
        found.append(words("sentence", "within", gap=gap, n=part, objective=whole))
    years = source.years[: source.case.settings.solving.whole_class_years]
    if not years:
        found.append(words("sentence", "loose"))
    elif len(years) < len(source.years):
        found.append(words("sentence", "whole", years=spans(years)))
    return found


def limit_kinds(source: Source, flag: str = "binding") -> str:
    """Kinds of limits that bind (or that `flag` marks) within the plan years, with the number of things held, most first."""
    words, limits = source.words, source.table("limits")
    limits = limits[means_tables.flagged(limits, flag)]
    kinds = limits.assign(kind=[words("family", code) for code in limits["family"]])
    counts = kinds.drop_duplicates(["kind", "scope"])["kind"].value_counts()
    order = sorted(counts.index, key=lambda kind: (-int(counts[kind]), kind))
    listed = [f"{kind} {counts[kind]}" for kind in order[:LIMIT_KINDS]]
    return words.list_comma.join(listed) + (" …" if len(order) > LIMIT_KINDS else "")


def reconciled(source: Source) -> str:
    """Whether last year's totals agree with the input, in a sentence."""
    words = source.words
    frame = intake_tables.reconciliation(source).frame
    totals = frame[(frame["level_code"] == "") & (frame["difference"].abs() >= 0.5)]
    if not len(totals):
        return words("sentence", "reconciled")
    listed = [
        words("sentence", "difference", measure=measure, n=words.signed(value))
        for measure, value in zip(totals["measure"], totals["difference"], strict=True)
    ]
    return words("sentence", "not_reconciled", list=words.list_comma.join(listed))
