"""Entrant pools: who can be recruited, as given, or projected from births and school rolls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.case import Case
from talentplan.workspace.keys import grouped

__all__ = ["EntrantPools", "entrant_pools", "pool_table"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RECENT = 5  # cohorts from which a ratio is taken, the latest ones
RATIO_BASIS = ("own", "pooled", "stated", "one")  # from the firmest to the weakest
RATIO_WORDS = {
    "own": ("比值取自本生源地可比年份", "ratio of its own years"),
    "pooled": ("本生源地没有可比年份，取各生源地合计的比值", "no years of its own to compare: ratio of all origins"),
    "stated": ("没有可比年份，取生源测算参数中的比值", "no years to compare: ratio as stated"),
    "one": ("没有可比年份也未填比值，按 1 计", "no years to compare and no ratio stated: taken as 1"),
}


@dataclass(frozen=True, slots=True)
class EntrantPools:
    """Persons of one group and origin who could enrol; arrays are float[pool, year].

    pools: columns origin, entrant_group, sorted; years: plan years and tail; persons: persons/year;
    take_up: share of them that the modelled offerings can win at most.
    projected: bool[pool, year], worked out from births or rolls; held: bool[pool, year], the last known year before it repeated, or the first one.
    cohort: persons of the birth year or roll that a projected pool was worked out from, NaN elsewhere;
    stage: int[pool, year], 0 births, else the year of school of that roll, -1 where nothing was projected.
    delay: int[pool, year], years from that count to the entry.
    weakest: int[pool, year], place in RATIO_BASIS of the weakest ratio used, -1 where nothing was projected.
    """

    pools: pd.DataFrame
    years: Ints
    persons: Floats
    take_up: Floats
    projected: NDArray[np.bool_]
    held: NDArray[np.bool_]
    cohort: Floats
    stage: Ints
    delay: Ints
    weakest: Ints

    @property
    def size(self) -> Floats:
        """float[pool, year]: persons who can be won."""
        return self.persons * self.take_up

    def __len__(self) -> int:
        return len(self.pools)


@dataclass(frozen=True, slots=True)
class _Projection:
    """Pools of one group; arrays over [origin, year of entry], NaN or -1 where nothing is known of the cohort."""

    persons: Floats
    cohort: Floats
    stage: Ints
    delay: Ints
    weakest: Ints


def entrant_pools(case: Case) -> EntrantPools:
    """Every pool of the case in its plan years and tail; the one place from which allocation, audit and do-nothing read.

    Rows of `entrants` always win. Between them the last one before holds, before them the first. After the last one of a pool the
    pool is projected where its group stands in `feeders` and its origin has births or rolls, and held at the last known
    year otherwise; the last given take-up goes on. A group without any row has a pool at every origin with births or rolls.

    Projection is the cohort-survival (grade-progression) method of enrolment statistics: a birth year or a year of school
    is followed to the autumn of entry, each step multiplied by the ratio of the same cohorts seen at both ends of it
    (UNESCO manual of Thonstad 1980; Shryock & Siegel, The Methods and Materials of Demography, 1976). The latest count of a
    cohort is the one that is followed. `_ratios` says how a ratio is found where few years overlap.
    """
    given, feeders = case.table("entrants"), case.table("feeders")
    counts = {group: list(_counts(case, row)) for group, row in feeders.set_index("entrant_group").iterrows()}
    new = [
        (origin, group)
        for group, counted in counts.items()
        if not (given["entrant_group"] == group).any()
        for origin in {o for _, _, frame in counted for o in frame.index}
    ]
    rows = [np.append(given[name], [pool[n] for pool in new]) for n, name in enumerate(("origin", "entrant_group"))]
    first, pool = grouped(rows)
    pools = pd.DataFrame({"origin": rows[0][first], "entrant_group": rows[1][first]})
    span = [*given["year"], case.first_year, case.all_years[-1]]
    years = np.arange(min(span), max(span) + 1, dtype=np.int64)
    cell = pool[: len(given)], given["year"].to_numpy() - years[0]
    persons, take_up = (_wide(given[name], cell, (len(pools), len(years))) for name in ("persons", "take_up"))
    last = np.where(~np.isnan(persons), years, -1).max(axis=1, initial=-1)
    filled = _Projection(persons, *_nothing(persons.shape))
    for group, counted in counts.items():
        own = np.flatnonzero((pools["entrant_group"] == group).to_numpy())
        if counted and len(own):
            stated = feeders[feeders["entrant_group"] == group].iloc[0]
            _fill(
                filled,
                own,
                _project(pools["origin"].iloc[own], counted, stated, persons[own], years),
                years > last[own, None],
            )
            take_up[own] = np.where((last[own] < 0)[:, None], float(stated["take_up"]), take_up[own])
    unknown = np.isnan(filled.persons)
    some = np.flatnonzero(~unknown.all(axis=1))  # a pool of which no year is known limits nobody
    wanted = np.ix_(some, np.isin(years, case.all_years))
    return EntrantPools(
        pools=pools.iloc[some].reset_index(drop=True), years=case.all_years,
        persons=_hold(filled.persons)[wanted], take_up=_hold(take_up)[wanted],
        projected=filled.stage[wanted] >= 0, held=unknown[wanted], cohort=filled.cohort[wanted],
        stage=filled.stage[wanted], delay=filled.delay[wanted], weakest=filled.weakest[wanted],
    )  # fmt: skip


def pool_table(case: Case) -> pd.DataFrame:
    """Every pool and year with how it came about: one row per origin, entrant group and year.

    persons, take_up, size; method (given, projected, held); basis (of the row given, estimated where projected or held);
    cohort and ratio (the count followed and persons / cohort, 0 where not projected); note_zh, note_en.
    """
    found = entrant_pools(case)
    row = np.repeat(np.arange(len(found)), len(found.years))
    table = found.pools.iloc[row].assign(
        year=np.tile(found.years, len(found)), persons=found.persons.ravel(), take_up=found.take_up.ravel(),
        size=found.size.ravel(), cohort=np.nan_to_num(found.cohort.ravel()),
        method=np.where(found.projected, "projected", np.where(found.held, "held", "given")).ravel(),
    ).reset_index(drop=True)  # fmt: skip
    cohort = table["cohort"].to_numpy(dtype=np.float64)
    table["ratio"] = np.divide(table["persons"], cohort, out=np.zeros(len(table)), where=cohort > 0)
    key = ["origin", "entrant_group", "year"]
    basis = case.table("entrants").set_index(key)["basis"].reindex(pd.MultiIndex.from_frame(table[key]))
    table["basis"] = basis.fillna("estimated").to_numpy()
    notes = [
        _note(*cell)
        for cell in zip(
            table["method"], found.stage.ravel().tolist(), (table["year"] - found.delay.ravel()).tolist(),
            cohort.tolist(), table["ratio"].tolist(), found.weakest.ravel().tolist(), strict=True,
        )
    ]  # fmt: skip
    table["note_zh"], table["note_en"] = [zh for zh, _ in notes], [en for _, en in notes]
    return table


def _note(method: str, stage: int, year: int, cohort: float, ratio: float, weakest: int) -> tuple[str, str]:
    """How a figure that was not given came about, in both languages; empty where it was given."""
    if method == "given":
        return "", ""
    if method == "held":
        return (
            "没有本年数据，沿用此前最近年份，此前没有时取最早年份",
            "no figure for this year: the last known year before it holds, or the first one",
        )
    zh, en = RATIO_WORDS[RATIO_BASIS[weakest]]
    who = (f"{year} 年出生", f"born in {year}") if stage == 0 else (f"{year} 年秋季 {stage} 年级", f"in year {stage} of school in autumn {year}")  # fmt: skip
    return (
        f"由{who[0]} {cohort:,.0f} 人 × {ratio:.3f} 推算（{zh}）",
        f"projected from {cohort:,.0f} persons {who[1]} x {ratio:.3f} ({en})",
    )


def _nothing(shape: tuple[int, ...]) -> tuple[Floats, Ints, Ints, Ints]:
    none = np.full(shape, -1, dtype=np.int64)
    return np.full(shape, np.nan), none, none.copy(), none.copy()


def _wide(given: pd.Series, cell: tuple[Ints, Ints], shape: tuple[int, int]) -> Floats:
    wide = np.full(shape, np.nan)
    wide[cell] = given.to_numpy(dtype=np.float64)
    return wide


def _hold(values: Floats) -> Floats:
    """The last known year of a row holds on; before the first known one, that one."""
    frame = pd.DataFrame(values)
    return np.asarray(frame.ffill(axis=1).bfill(axis=1).to_numpy(dtype=np.float64))


def _fill(filled: _Projection, own: Ints, found: _Projection, later: NDArray[np.bool_]) -> None:
    """Write the projection of one group into the years after its last given row."""
    use = later & ~np.isnan(found.persons)
    for name in ("persons", "cohort", "stage", "delay", "weakest"):
        target, source = getattr(filled, name), getattr(found, name)
        target[own] = np.where(use, source, target[own])


def _counts(case: Case, feeder: pd.Series) -> Iterator[tuple[int, int, pd.DataFrame]]:
    """(stage, delay, persons by origin x year of entry) of every count that tells of a group, the earliest first.

    The pupils of year g in autumn y leave the last year in summer y + (last - g) + 1 and enter in the autumn of that year.
    """
    births, rolls = case.table("births"), case.table("school_rolls")
    age, last, later = int(feeder["age"]), int(feeder["grade"]), float(feeder["later"])
    if age and len(births):
        born = births.pivot(index="origin", columns="year", values="persons")
        born = born.reindex(columns=range(births["year"].min(), births["year"].max() + 1))
        before = born.shift(1, axis=1)
        # the first year with births has no year before it: it stands for both
        entering = (1.0 - later) * born + later * before.where(before.notna(), born)
        yield 0, age, _entering(entering, age)
    for grade in np.unique(rolls.loc[rolls["grade"] <= last, "grade"]).tolist():
        pupils = rolls[rolls["grade"] == grade].pivot(index="origin", columns="year", values="persons")
        yield grade, last - grade + 1, _entering(pupils, last - grade + 1)


def _entering(counted: pd.DataFrame, delay: int) -> pd.DataFrame:
    """Persons by the year in which they enter instead of the year in which they were counted."""
    return counted.set_axis(counted.columns.to_numpy(dtype=np.int64) + delay, axis=1)


def _project(
    origins: pd.Series, counted: list[tuple[int, int, pd.DataFrame]], stated: pd.Series, entrants: Floats, years: Ints
) -> _Projection:
    """Follow every cohort from its latest count to the entry.

    entrants: float[origin, year], the given pools, NaN where none; they tell the last ratio.
    """
    span = np.union1d(np.concatenate([frame.columns.to_numpy(np.int64) for *_, frame in counted]), years)
    seen = [frame.reindex(index=origins, columns=span).to_numpy(dtype=np.float64) for *_, frame in counted]
    entering = np.full(seen[0].shape, np.nan)
    entering[:, np.searchsorted(span, years)] = entrants
    persons = seen[0]
    cohort, stage, delay, weakest = _nothing(persons.shape)
    known = ~np.isnan(persons)
    cohort, stage, delay = (
        np.where(known, persons, cohort),
        np.where(known, counted[0][0], stage),
        np.where(known, counted[0][1], delay),
    )
    for step, (origin_stage, *_) in enumerate(counted):
        final = step == len(counted) - 1
        after = entering if final else seen[step + 1]
        # what nobody could observe: survival from birth on, the share of the group at the end
        said = (float(stated["survival"]) if origin_stage == 0 else 1.0) * (float(stated["share"]) if final else 1.0)
        ratio, basis = _ratios(persons, after, said)
        persons = persons * ratio[:, None]
        weakest = np.where(np.isnan(persons), -1, np.maximum(weakest, basis[:, None]))
        if not final:
            known = ~np.isnan(after)
            persons, cohort = np.where(known, after, persons), np.where(known, after, cohort)
            stage, delay = np.where(known, counted[step + 1][0], stage), np.where(known, counted[step + 1][1], delay)
            weakest = np.where(known, -1, weakest)
    at = np.searchsorted(span, years)
    return _Projection(persons[:, at], cohort[:, at], stage[:, at], delay[:, at], weakest[:, at])


def _ratios(before: Floats, after: Floats, stated: float) -> tuple[Floats, Ints]:
    """float[origin]: persons after per person before, and the place of its basis in RATIO_BASIS.

    before, after: float[origin, cohort], NaN where not counted. The sums of the latest RECENT cohorts counted at both
    ends; where three origins and more are compared, drawn towards the ratio of all of them as far as the origins differ
    no more than their own years do: weight of the own ratio = b / (b + w / n), with b the variance between origins, w
    that between the years of one origin, n its cohorts (empirical Bayes; DerSimonian & Laird 1986). An origin without
    such cohorts takes the ratio of all; where none has any, the stated one, and 1 where nothing is stated.
    """
    both = ~np.isnan(before) & ~np.isnan(after) & (before > 0)
    latest = both[:, ::-1].cumsum(axis=1)[:, ::-1] <= RECENT
    both &= latest
    start, end = np.where(both, before, 0.0), np.where(both, after, 0.0)
    cohorts, base = both.sum(axis=1), start.sum(axis=1)
    some = cohorts > 0
    if not some.any():
        basis = RATIO_BASIS.index("one" if stated == 1.0 else "stated")
        return np.full(len(before), stated), np.full(len(before), basis, dtype=np.int64)
    whole = float(end.sum() / base.sum())
    own = np.divide(end.sum(axis=1), base, out=np.full(len(before), whole), where=some)
    if some.sum() >= 3 and (cohorts > 1).any():
        yearly = np.divide(end, start, out=np.zeros_like(end), where=both)
        missed = np.where(both, (yearly - own[:, None]) ** 2, 0.0).sum()
        noise = missed / (cohorts[some] - 1).sum() / np.maximum(cohorts, 1)
        between = max(0.0, float(own[some].var(ddof=1) - noise[some].mean()))
        weight = np.divide(between, between + noise, out=np.ones_like(noise), where=between + noise > 0)
        own = np.where(some, weight * own + (1.0 - weight) * whole, own)
    return own, np.where(some, RATIO_BASIS.index("own"), RATIO_BASIS.index("pooled"))
