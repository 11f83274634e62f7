"""forecast.html: history, forecast, intervals, every method and the track record, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from talentplan.demand import Openings
from talentplan.report.forecast_charts import ALL, forecast_charts
from talentplan.report.labels import names_of
from talentplan.report.page import heading, page
from talentplan.report.tables import Column, Kind, View
from talentplan.report.words import LANGUAGES, Lang, Words
from talentplan.workspace.case import Case

__all__ = ["forecast_html", "write_forecast_page"]

SECTIONS = ("employment", "industries", "backtest", "record", "openings")
MOST_INDUSTRIES = 60
MOST_OCCUPATIONS = 30
SCORES = ("mase", "rmsse", "wape", "bias", "direction", "wis", "coverage50", "coverage80", "coverage95")
LOW_COVER = 0.7  # of past 80 % intervals, below which the page warns


def write_forecast_page(openings: Openings, case: Case, path: Path, lang: Lang = "zh") -> None:
    """Write the page; `lang` is the language shown first, both are in the file."""
    Path(path).write_text(forecast_html(openings, case, lang), encoding="utf-8", newline="\n")


def forecast_html(openings: Openings, case: Case, lang: Lang = "zh") -> str:
    """The page as text; the same openings and case give the same text."""
    return page([_face(openings, case, each) for each in LANGUAGES], "forecast", "forecast_report", lang)


def _face(openings: Openings, case: Case, lang: Lang) -> dict[str, Any]:
    words = Words(lang)
    names = names_of(case, lang).every
    industries, count = _largest(openings)
    views = [_industries(openings, names, words), *_scores(openings, words), _record(openings, words)]
    return {
        "lang": lang,
        "w": words,
        "sections": SECTIONS,
        **heading(case, words),
        "sentences": _sentences(openings, words),
        "warnings": _warnings(openings, words),
        "choices": [(ALL, words("forecast_page", "all_industries")), *((c, names.get(c, c)) for c in industries)],
        "cut": words("forecast_page", "cut", n=len(industries), all=count) if len(industries) < count else "",
        "views": {view.name: view for view in [*views, _occupations(openings, case, names, words)]},
        "occupations": MOST_OCCUPATIONS,
        "charts": forecast_charts(openings, industries, words),
    }


def _largest(openings: Openings) -> tuple[list[str], int]:
    """Codes of the industries with most employment at the end, in the order of their codes, and how many there are."""
    end = openings.employment.groupby("industry")["persons"].last().sort_values(ascending=False, kind="stable")
    return sorted(end.index[:MOST_INDUSTRIES]), len(end)


def _columns(words: Words, **kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(key, words("fcolumn", key), kind) for key, kind in kinds.items())


def _sentences(openings: Openings, words: Words) -> list[str]:
    table = openings.employment
    history = table[table["method"] == "history"]
    if history.empty:
        return [words("forecast_page", "lead_none")]
    last, end = int(history["year"].max()), int(table["year"].max())
    total = table.groupby("year")["persons"].sum()
    said = {
        "industries": table["industry"].nunique(), "last": last, "now": words.persons(total[last]),
        "end": end, "then": words.persons(total[end]),
    }  # fmt: skip
    if len(openings.employment_paths) > 1:
        at = openings.path_employment_years.index(end)
        low, high = np.quantile(openings.employment_paths[:, :, at].sum(axis=1), [0.1, 0.9])
        found = [words("forecast_page", "lead", **said, low=words.persons(low), high=words.persons(high))]
    else:
        found = [words("forecast_page", "lead_point", **said)]
    inside, cases = _held(openings)
    if cases and np.isfinite(inside):
        found.append(words("forecast_page", "held", share=words.share(round(inside, 2)), n=f"{cases:,}"))
    means = _means(openings)
    if {"ensemble", "excel_linear", "naive"} <= set(means.index[means["mase"] > 0]):
        against = {
            name: _than(words, means["mase"]["ensemble"] / means["mase"][name] - 1)
            for name in ("excel_linear", "naive")
        }
        found.append(words("forecast_page", "better", excel=against["excel_linear"], naive=against["naive"]))
    return found


def _than(words: Words, part: float) -> str:
    return words("forecast_page", "less" if part <= 0 else "more", share=words.share(round(abs(part), 2)))


def _held(openings: Openings) -> tuple[float, int]:
    """Share of past forecasts of the default whose 80 % interval held what came, and their number."""
    record = openings.track_record
    if record.empty:
        return np.nan, 0
    known = record[record["lo80"].notna()]
    return float(known["was"].between(known["lo80"], known["hi80"]).mean()), len(known)


def _warnings(openings: Openings, words: Words) -> list[str]:
    found = []
    inside, cases = _held(openings)
    if cases and inside < LOW_COVER:
        found.append(words("forecast_page", "warn_cover", share=words.share(round(inside, 2))))
    means = _means(openings)
    if "ensemble" in means.index:
        alike = means.loc[means["n"] == means["n"]["ensemble"], "mase"]  # judged on the same cases
        best = str(alike.idxmin())
        if alike.min() < 0.999 * means["mase"]["ensemble"]:
            found.append(words("forecast_page", "warn_better", method=words("method", best)))
    return found


def _means(openings: Openings) -> pd.DataFrame:
    """Scores of every method over all series, each distance ahead counted once; cases summed."""
    table = openings.backtest
    if table.empty:
        return pd.DataFrame(columns=[*SCORES, "n"])
    every = table[table["group"] == ""].groupby("method", sort=False)
    return every[list(SCORES)].mean().join(every["n"].sum())


def _industries(openings: Openings, names: Mapping[str, str], words: Words) -> View:
    """Every industry: last count, end of the forecast with its interval, and how it was forecast."""
    table = openings.employment.sort_values(["industry", "year"])
    end = table.drop_duplicates("industry", keep="last").set_index("industry")
    counted = table[table["method"] == "history"].drop_duplicates("industry", keep="last").set_index("industry")
    last, since = counted["persons"].reindex(end.index), counted["year"].reindex(end.index)
    years = end["year"] - since
    grown = (years > 0) & (last > 0) & (end["persons"] > 0)
    frame = pd.DataFrame(
        {
            "industry": [names.get(str(code), str(code)) for code in end.index],
            "last": last,
            "end": end["persons"],
            "low": end.get("lo80", np.nan),
            "high": end.get("hi80", np.nan),
            "growth": (end["persons"] / last.where(grown)) ** (1 / years.where(grown)) - 1,
            "drivers": end["persons"] - end["baseline"],
        }
    )
    for name in ("method", "reason"):
        each = openings.choices.groupby("industry")[name].agg(["first", "nunique"])
        code = each["first"].where(each["nunique"] == 1, "mixed").reindex(end.index)
        frame[name] = code.map({known: words(name, known) for known in code.dropna()}).fillna("–")
    shape = _columns(
        words, industry="text", last="persons", end="persons", low="persons", high="persons", growth="share",
        drivers="change", method="text", reason="text",
    )  # fmt: skip
    return View("industries", words("section", "industries"), shape, frame.reset_index(drop=True))


def _scores(openings: Openings, words: Words) -> tuple[View, View]:
    """All methods, and the default by years ahead."""
    means = _means(openings).sort_values("mase", kind="stable")
    means = means.assign(method=[words("method", str(name)) for name in means.index])
    kinds: dict[str, Kind] = {
        "mase": "hundredths", "rmsse": "hundredths", "wape": "share", "bias": "share", "direction": "share", "wis": "hundredths",
        "coverage50": "share", "coverage80": "share", "coverage95": "share", "n": "whole",
    }  # fmt: skip
    every = View("scores", words("section", "backtest"), _columns(words, method="text", **kinds), means)
    table = openings.backtest
    own = table[(table["group"] == "") & (table["method"] == "ensemble")] if len(table) else table
    title = f"{words('method', 'ensemble')} · {words('fcolumn', 'horizon')}"
    return every, View("horizons", title, _columns(words, horizon="year", **kinds), own)


def _record(openings: Openings, words: Words) -> View:
    """Every forecast of the last counted year, all industries together."""
    shape = _columns(
        words, made="year", year="year", said="persons", was="persons", off="share", inside="share", n="whole"
    )
    record = openings.track_record
    if record.empty:
        return View("record", words("section", "record"), shape, pd.DataFrame(columns=[c.key for c in shape]))
    own = record[record["year"] == record["year"].max()]
    own = own.assign(inside=own["was"].between(own["lo80"], own["hi80"]).where(own["lo80"].notna()).astype(float), n=1)
    frame = own.groupby(["made", "year"], as_index=False).agg(
        said=("said", "sum"), was=("was", "sum"), inside=("inside", "mean"), n=("n", "sum")
    )
    frame["off"] = frame["said"] / frame["was"].where(frame["was"] > 0) - 1
    return View("record", words("section", "record"), shape, frame)


def _occupations(openings: Openings, case: Case, names: Mapping[str, str], words: Words) -> View:
    """The occupations with most openings over the plan years, with intervals of the last one and their signs."""
    first, last = int(case.plan_years[0]), int(case.plan_years[-1])
    within = openings.table[openings.table["year"].isin(case.plan_years)]
    wide = within.pivot_table(index="occupation", columns="year", values="openings", aggfunc="sum")
    order = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_OCCUPATIONS]
    frame = pd.DataFrame({"occupation": [names.get(code, code) for code in order]})
    frame["first"], frame["final"] = (wide.loc[order, year].to_numpy() for year in (first, last))
    frame["low"], frame["high"] = _ends(openings, list(order), last)
    frame["all"] = wide.loc[order].sum(axis=1).to_numpy()
    signals = openings.signals.set_index("occupation").reindex(order)
    kinds: dict[str, Kind] = {
        "first": "persons", "final": "persons", "low": "persons", "high": "persons", "all": "persons",
    }  # fmt: skip
    for name, kind in (("growth", "share"), ("vacancy_rate", "share"), ("wage_growth", "share"),
                       ("hiring_difficulty", "share"), ("composite", "hundredths")):  # fmt: skip
        if signals[name].notna().any():
            frame[name] = signals[name].to_numpy()
            kinds[name] = kind  # type: ignore[assignment]
    return View("openings", words("section", "openings"), _columns(words, occupation="text", **kinds), frame)


def _ends(openings: Openings, occupations: list[str], year: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 80 % interval of an occupation's openings over all levels; NaN without paths."""
    if len(openings.paths) < 2:
        return np.full(len(occupations), np.nan), np.full(len(occupations), np.nan)
    keys = openings.table.drop_duplicates(["occupation", "level"])["occupation"].to_numpy()
    years = sorted(openings.table["year"].unique())
    paths = openings.paths[:, :, years.index(year)]
    sums = np.stack([paths[:, keys == code].sum(axis=1) for code in occupations])
    low, high = np.quantile(sums, [0.1, 0.9], axis=1)
    return low, high
