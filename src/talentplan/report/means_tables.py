"""Tables of means and limits: money, investment, teachers hired, limits, rules."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from talentplan.plan.audit_words import from_below
from talentplan.report.tables import Column, Source, View, columns, records, spans, totalled

__all__ = [
    "budget", "capital", "families", "flagged", "hiring", "investments", "limits", "payers", "recurrent",
    "rules", "sharing", "would_break",
]  # fmt: skip

MONEY = ("recurrent_budget", "investment_budget")  # limits in CNY


def budget(source: Source) -> View:
    """Money spent beside money available, by kind, earmark and calendar year; nan where it is not limited.

    net: what grants leave to pay; left: available less net (nan for earmarks, which general money may help out).
    """
    words, case = source.words, source.case
    frame = (
        source.table("budget")
        .sort_values(["kind", "earmark", "year"], ascending=[False, True, True], kind="stable")
        .reset_index(drop=True)
    )
    available = frame["available"].where(frame["available"] >= 0)
    net = frame["spent"] - frame["grants"]
    shown = pd.DataFrame(
        {
            "kind_code": frame["kind"],
            "earmark_code": frame["earmark"],
            "kind": [words("money_kind", code) for code in frame["kind"]],
            "earmark": [
                _earmark(source, code, kind) for code, kind in zip(frame["earmark"], frame["kind"], strict=True)
            ],
            "year": frame["year"],
            "spent": frame["spent"],
            "grants": frame["grants"],
            "net": net,
            "available": available,
            "left": (available - net).where(frame["kind"] == "recurrent"),
        }
    )
    shape = columns(
        words, kind="text", earmark="text", year="year", spent="money", grants="money", net="money",
        available="money", left="money",
    )  # fmt: skip
    unlimited = case.settings.budget == []
    return View(
        "budget", words("head", "budget"), tuple(c for c in shape if not (unlimited and c.key == "left")), shown
    )


def recurrent(source: Source) -> View:
    """The recurrent part of `budget`, one row a year."""
    view = budget(source)
    frame = view.frame[view.frame["kind_code"] == "recurrent"].reset_index(drop=True)
    shape = tuple(column for column in view.columns if column.key not in {"kind", "earmark"})
    return View("recurrent", source.words("head", "recurrent"), shape, frame)


def capital(source: Source) -> View:
    """Investment money by earmark over the plan years."""
    view = budget(source)
    frame = view.frame[view.frame["kind_code"] == "investment"]
    sums = frame.groupby(["earmark_code", "earmark"])[["spent", "available"]].sum(min_count=1).reset_index()
    shape = columns(source.words, earmark="text", spent="money", available="money")
    return totalled(View("capital", source.words("head", "capital"), shape, sums), "spent", "available")


def _earmark(source: Source, code: str, kind: str) -> str:
    if code == "":
        return source.words("general", "general_money") if kind == "investment" else ""
    return source.case.settings.label(code, source.lang)


def investments(source: Source) -> View:
    """What is bought, when, for whom and for how long."""
    words, names = source.words, source.names
    frame = source.table("investment")
    frame = frame[(frame["units"] > 0) | (frame["cost"] > 0)].sort_values(
        ["year", "school", "investment"], kind="stable"
    )
    frame = frame.reset_index(drop=True)
    earmarks = [_earmark(source, code, "investment") for code in frame["earmark"]]
    shown = frame.assign(
        investment=frame["investment"].map(lambda code: names.investment.get(code, code)),
        school=frame["school"].map(lambda code: names.school.get(code, code)),
        years=[f"{a}–{b}" for a, b in zip(frame["first_use"], frame["last_use"], strict=True)],
        earmark=earmarks,
    )
    shape = columns(
        words, investment="text", school="text", year="year", units="number", cost="money", years="text", earmark="text"
    )  # fmt: skip
    return totalled(View("investment", words("head", "investment"), shape, shown), "cost")


def payers(source: Source) -> View:
    """Who pays how much for investments that several pay for, over the plan years."""
    words, names = source.words, source.names
    frame = source.table("payers")
    keys = ["unit", "investment", "earmark", "own_money"]
    sums = frame[frame["unit"] != ""].groupby(keys, sort=True)["cost"].sum().reset_index()
    shown = sums.assign(
        payer=sums["unit"].map(lambda code: names.school.get(code, code)),
        investment=sums["investment"].map(lambda code: names.investment.get(code, code)),
        earmark=[
            "" if own else _earmark(source, code, "investment")
            for code, own in zip(sums["earmark"], sums["own_money"], strict=True)
        ],
        own_money=[words.yes(bool(own)) for own in sums["own_money"]],
    )
    shape = columns(words, payer="text", investment="text", earmark="text", own_money="text", cost="money")
    return totalled(View("payers", words("head", "payers"), shape, shown), "cost")


def hiring(source: Source) -> View:
    """Teachers hired by school, a column a year."""
    words, names = source.words, source.names
    frame = source.table("hiring")
    wide = frame.pivot_table(index="school", columns="year", values="hired", aggfunc="sum", sort=True)
    wide = wide.reindex(columns=source.years).fillna(0.0)
    wide.columns = [str(year) for year in wide.columns]
    wide = wide[wide.sum(axis=1) > 0.05]
    shown = wide.assign(total=wide.sum(axis=1)).reset_index()
    shown["school"] = [names.school.get(code, code) for code in shown["school"]]
    years = tuple(Column(str(year), str(year), "tenths") for year in source.years)
    total = Column("total", words("general", "total"), "tenths")
    shape = (*columns(words, school="text"), *years, total)
    view = View("hiring", words("head", "hiring"), shape, shown, unit="teachers")
    return totalled(view, *(column.key for column in shape[1:]))


def sharing(source: Source) -> View:
    """Who lends what to whom, hours and cost summed over the plan years, workplaces and teachers in the fullest of them.

    Several agreements between the same two on the same count together. nan for workplaces and hours where teachers are lent, and
    for teachers where hours are.
    """
    words, names = source.words, source.names
    keys = ["kind", "owner", "resource", "cluster", "school"]
    yearly = (
        source.table("sharing").groupby([*keys, "year"])[["workplaces", "hours", "delivered", "teachers", "cost"]].sum()
    )
    found = yearly.reset_index().groupby(keys, sort=True).agg(
        workplaces=("workplaces", "max"), hours=("hours", "sum"), delivered=("delivered", "sum"),
        teachers=("teachers", "max"), cost=("cost", "sum"), years=("year", list),
    )  # fmt: skip
    frame = found.reset_index()
    taught = frame["kind"] == "teachers"
    frame[["workplaces", "hours", "delivered"]] = frame[["workplaces", "hours", "delivered"]].mask(taught)
    frame["teachers"] = frame["teachers"].where(taught)
    people = words("share_kind", "teachers")
    cluster = [people + (f" · {names.cluster.get(code, code)}" if code else "") for code in frame["cluster"]]
    resource = frame["resource"].map(lambda code: names.every.get(code, code))
    shown = frame.assign(
        owner=frame["owner"].map(lambda code: names.school.get(code, code)),
        borrower=frame["school"].map(lambda code: names.school.get(code, code)),
        resource=resource.where(~taught, pd.Series(cluster, dtype=object)),
        used_in=[spans(years) for years in frame["years"]],
    )
    shape = columns(
        words, owner="text", resource="text", borrower="text", workplaces="tenths", hours="whole", delivered="whole",
        teachers="tenths", cost="money", used_in="text",
    )  # fmt: skip
    return totalled(View("sharing", words("head", "sharing"), shape, shown), "hours", "delivered", "cost")


def families(source: Source) -> View:
    """How many limits of each kind there are, bind, and were broken before; the order is that of the words."""
    words = source.words
    frame = source.plan.table("limits")
    flags = pd.DataFrame(
        {
            "number": 1,
            "binding": flagged(frame, "binding").astype(int),
            "broken_before": flagged(frame, "broken_before").astype(int),
        }
    )
    sums = flags.groupby(frame["family"].to_numpy()).sum()
    shown = sums.reindex(_ordered(source, sums.index)).rename_axis("code").reset_index()
    shown["family"] = [words("family", code) for code in shown["code"]]
    shape = columns(words, family="text", number="whole", binding="whole", broken_before="whole")
    view = View("families", words("head", "families"), shape, shown)
    return totalled(view, "number", "binding", "broken_before")


def flagged(frame: pd.DataFrame, flag: str) -> pd.Series:
    """bool[row]: limits that bind or were broken before; one of nothing on nothing binds nobody and is left out."""
    some = (frame["used"].abs() > 1e-9) | (frame["limit"].abs() > 1e-9) | from_below(frame)
    return frame[flag].astype(bool) & some


def _ordered(source: Source, families: Iterable[str]) -> list[str]:
    order = {code: rank for rank, code in enumerate(source.words.codes("family"))}
    return sorted(families, key=lambda code: (order.get(code, len(order)), code))


def would_break(source: Source) -> View:
    """Limits that last year's plan repeated would break, by kind, with the sentence of the worst."""
    words = source.words
    frame = source.plan.do_nothing["limits"]
    over = (frame["used"] - frame["limit"]) / frame["limit"].abs().clip(lower=1.0)
    broken = frame[over > 1e-6].assign(over=over)
    broken = broken.sort_values(["over", "year", "scope"], ascending=[False, True, True], kind="stable")
    found = broken.groupby("family", sort=False).agg(
        number=("over", "size"), worst=(f"sentence_{source.lang}", "first")
    )
    shown = found.reindex(_ordered(source, found.index)).rename_axis("code").reset_index()
    shown["family"] = [words("family", code) for code in shown["code"]]
    shape = columns(words, family="text", number="whole", worst="text")
    return View("would_break", words("head", "would_break"), shape, shown)


def limits(source: Source, *flags: str) -> View:
    """Limits that bind or were broken before (or one of the two), a row each with the years in which they do.

    Kinds in the order of the words, the most frequent first; the figures (money in CNY, else in `unit`) and the sentence are
    those of the first year.
    """
    words, names = source.words, source.names
    flags = flags or ("binding", "broken_before")
    frame = source.plan.table("limits")
    chosen = {flag: flagged(frame, flag) for flag in flags}
    frame = frame.assign(**chosen)[pd.concat(chosen, axis=1).any(axis=1)]
    frame = frame.sort_values(["family", "scope", "year"], kind="stable")
    first = dict.fromkeys(("used", "limit", "stated", f"sentence_{source.lang}"), "first")
    found = frame.groupby(["family", "scope"], sort=False).agg({"year": list, **first, **dict.fromkeys(flags, "any")})
    found = found.rename(columns={f"sentence_{source.lang}": "sentence"}).reset_index()
    order = {code: rank for rank, code in enumerate(_ordered(source, set(found["family"])))}
    found = found.assign(rank=found["family"].map(order), often=[-len(years) for years in found["year"]])
    found = found.sort_values(["rank", "often", "scope"], kind="stable").reset_index(drop=True)
    state = [words.list_comma.join(words("column", flag) for flag in flags if row[flag]) for row in records(found)]
    shown = found.assign(
        reached=[spans(years) for years in found["year"]],
        state=state,
        scope=[
            names.scope(codes, family) or source.region
            for codes, family in zip(found["scope"], found["family"], strict=True)
        ],
        unit=[words("limit_unit", code) for code in found["family"]],
        unit_code=["CNY" if code in MONEY else "" for code in found["family"]],
        family=[words("family", code) for code in found["family"]],
    )
    shape = columns(
        words, family="text", scope="text", state="text", reached="text", used="by_unit", limit="by_unit",
        stated="by_unit", unit="text", sentence="text",
    )  # fmt: skip
    return View("limits", words("sheet", "limits"), shape, shown)


def rules(source: Source) -> View:
    """Every rule that is on, and how many lines it holds."""
    words = source.words
    frame = source.plan.table("rules").reset_index(drop=True)
    shown = frame.assign(
        text=frame[f"text_{source.lang}"],
        bound=frame["binding"],
        borrowed=[words.yes(bool(value)) for value in frame["borrowed"]],
    )
    shape = columns(words, rule="text", text="text", touched="whole", bound="whole", borrowed="text", source="text")
    return View("rules", words("head", "rules"), shape, shown)
