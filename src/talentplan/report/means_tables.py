"""Tables of means and limits: money, investment, teachers hired, limits, rules."""

from __future__ import annotations

import pandas as pd

from talentplan.report.tables import Source, View, columns, totalled

__all__ = ["budget", "capital", "families", "hiring", "investments", "limits", "recurrent", "rules"]


def budget(source: Source) -> View:
    """Money spent beside money available, by kind, earmark and calendar year; nan where it is not limited.

    net: what grants leave to pay; left: available less net (nan for earmarks, which general money may help out).
    """
    words, case = source.words, source.case
    frame = source.table("budget").sort_values(["kind", "earmark", "year"], kind="stable").reset_index(drop=True)
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
    frame = frame[frame["units"] > 0].sort_values(["year", "school", "investment"], kind="stable")
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


def hiring(source: Source) -> View:
    """Teachers hired by school, cluster and year."""
    words, names = source.words, source.names
    frame = source.table("hiring")
    frame = frame[frame["hired"] > 0.05].reset_index(drop=True)
    shown = frame.assign(
        school=frame["school"].map(lambda code: names.school.get(code, code)),
        cluster=frame["cluster"].map(lambda code: names.cluster.get(code, code)),
    )
    shape = columns(words, school="text", cluster="text", year="year", hired="number")
    return View("hiring", words("head", "hiring"), shape, shown)


def families(source: Source) -> View:
    """How many limits of each kind there are, bind, and were broken before."""
    words = source.words
    frame = source.table("limits").assign(number=1)
    flags = frame[["binding", "broken_before"]].astype(int)
    sums = (
        flags.assign(number=1, family=frame["family"]).groupby("family")[["number", "binding", "broken_before"]].sum()
    )
    shown = sums.reset_index()
    shown["family"] = [words("family", code) for code in shown["family"]]
    shown = shown.groupby("family", sort=False)[["number", "binding", "broken_before"]].sum().reset_index()
    shape = columns(words, family="text", number="whole", binding="whole", broken_before="whole")
    view = View("families", words("head", "families"), shape, shown)
    return totalled(view, "number", "binding", "broken_before")


def limits(source: Source, *, flag: str = "") -> View:
    """Limits that bind (`flag` binding), were broken before (broken_before), or either (no flag), by year.

    `state` says which, in words.
    """
    words, names = source.words, source.names
    frame = source.table("limits")
    chosen = frame[flag] if flag else frame["binding"] | frame["broken_before"]
    frame = frame[chosen.astype(bool)].sort_values(["year", "family", "scope"], kind="stable").reset_index(drop=True)
    state = [
        words.list_comma.join(words("column", key) for key in ("binding", "broken_before") if row[key])
        for row in frame[["binding", "broken_before"]].to_dict("records")
    ]
    shown = pd.DataFrame(
        {
            "family": [words("family", code) for code in frame["family"]],
            "scope": [names.scope(codes) for codes in frame["scope"]],
            "year": frame["year"],
            "state": state,
            "used": frame["used"],
            "limit": frame["limit"],
            "stated": frame["stated"],
            "sentence": frame[f"sentence_{source.lang}"],
            "family_code": frame["family"],
        }
    )
    shape = columns(
        words, year="year", family="text", scope="text", state="text", used="number", limit="number",
        stated="number", sentence="text",
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
