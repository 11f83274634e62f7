"""Entrant pools projected from births and school rolls, against numbers worked by hand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.case_files import read_yaml, rows

from talentplan.errors import InputError
from talentplan.plan import do_nothing, solve_plan
from talentplan.supply import EntrantPools, entrant_pools, pool_table
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

JUNIOR = {"entrant_group": "junior", "age": 15, "later": 0.0}
Rows = list[dict[str, Any]]


def make(years: int = 3, **tables: Any) -> Case:
    base = read_yaml("_base")
    model = base["settings"] | {"horizon": {"first_year": 2025, "years": years}}
    whole = {name: rows(text) for name, text in base["tables"].items()}
    return build_case(model, {**whole, **tables})


def births(origin: str, first: int, *persons: float) -> Rows:
    return [{"origin": origin, "year": first + k, "persons": p} for k, p in enumerate(persons)]


def entrants(origin: str, first: int, *persons: float, group: str = "junior", take_up: float = 1.0) -> Rows:
    return [
        {"origin": origin, "entrant_group": group, "year": first + k, "persons": p, "take_up": take_up}
        for k, p in enumerate(persons)
    ]


def rolls(origin: str, grade: int, first: int, *persons: float) -> Rows:
    return [{"origin": origin, "grade": grade, "year": first + k, "persons": p} for k, p in enumerate(persons)]


def of(found: EntrantPools, origin: str, group: str = "junior") -> np.ndarray:
    [row] = np.flatnonzero((found.pools["origin"] == origin) & (found.pools["entrant_group"] == group))
    return found.persons[row]


# -- without the new tables ---------------------------------------------------------------------------------------------


def test_without_births_the_nearest_known_year_holds() -> None:
    found = entrant_pools(
        make(entrants=[*entrants("town", 2026, 80.0, 90.0, take_up=0.5), *entrants("far", 2020, 7.0)])
    )
    assert found.years.tolist() == [2025, 2026, 2027, 2028]
    assert of(found, "town").tolist() == [80, 80, 90, 90]
    assert of(found, "far").tolist() == [7, 7, 7, 7]
    assert found.size[1].tolist() == [40, 40, 45, 45]
    assert found.held.tolist() == [[True] * 4, [True, False, False, True]]
    assert not found.projected.any()


def test_a_year_far_ahead_holds_for_all_years_before_it() -> None:
    assert of(entrant_pools(make(entrants=entrants("town", 2050, 11.0))), "town").tolist() == [11] * 4


def test_no_rows_no_pools() -> None:
    found = entrant_pools(make())
    assert len(found) == 0
    assert found.size.shape == (0, 4)
    assert pool_table(make()).empty


# -- births -------------------------------------------------------------------------------------------------------------


def test_births_times_the_ratio_of_the_years_that_overlap() -> None:
    # born 2009: 100 -> 45 entered in 2024; born 2010: 120 -> 51 in 2025. Ratio 96 / 220, take-up of the last row goes on.
    found = entrant_pools(
        make(
            entrants=[*entrants("town", 2024, 45.0, take_up=0.9), *entrants("town", 2025, 51.0, take_up=0.8)],
            births=births("town", 2009, 100.0, 120.0, 110.0, 66.0),
            feeders=[JUNIOR],
        )
    )
    assert of(found, "town") == pytest.approx([51, 110 * 96 / 220, 66 * 96 / 220, 66 * 96 / 220])
    assert found.size[0] == pytest.approx(0.8 * of(found, "town"))
    assert found.projected.tolist() == [[False, True, True, False]]
    assert found.held.tolist() == [[False, False, False, True]]  # nobody born in 2013 is known: 2027 holds in 2028
    assert found.cohort[0, 1:3].tolist() == [110, 66]


def test_a_third_of_a_year_enters_a_year_later() -> None:
    # entering 2026: two thirds of those born in 2011, a third of those of 2010
    feeder = {"entrant_group": "junior", "age": 15, "later": 1 / 3, "share": 0.5}
    found = entrant_pools(make(births=births("town", 2010, 90.0, 60.0, 120.0), feeders=[feeder]))
    assert of(found, "town")[:3] == pytest.approx([45, 0.5 * (40 + 30), 0.5 * (80 + 20)])


def test_only_the_latest_five_cohorts_tell_the_ratio() -> None:
    case = make(
        entrants=[*entrants("town", 2019, 1000.0), *entrants("town", 2020, 50.0, 50.0, 50.0, 50.0, 50.0)],
        births=births("town", 2004, *[100.0] * 8),
        feeders=[JUNIOR],
    )
    assert of(entrant_pools(case), "town")[:2] == pytest.approx([50, 50])


def test_without_overlap_survival_and_share_as_stated_then_one_with_a_note() -> None:
    stated = JUNIOR | {"survival": 1.2, "share": 0.25, "take_up": 0.5}
    case = make(births=births("town", 2010, 100.0, 100.0, 100.0, 100.0), feeders=[stated])
    found = entrant_pools(case)
    assert of(found, "town") == pytest.approx([30] * 4)
    assert found.size[0] == pytest.approx([15] * 4)
    assert "as stated" in pool_table(case)["note_en"][0]
    case = make(births=births("town", 2010, 100.0), feeders=[JUNIOR])
    assert of(entrant_pools(case), "town") == pytest.approx([100] * 4)
    first = pool_table(case).iloc[0]
    assert first["note_en"] == (
        "projected from 100 persons born in 2010 x 1.000 (no years to compare and no ratio stated: taken as 1)"
    )
    assert first["note_zh"] == "由2010 年出生 100 人 × 1.000 推算（没有可比年份也未填比值，按 1 计）"
    assert (first["basis"], first["method"]) == ("estimated", "projected")


def test_an_origin_without_overlap_takes_the_ratio_of_all() -> None:
    case = make(
        entrants=[*entrants("a", 2024, 30.0), *entrants("b", 2020, 5.0)],
        births=[*births("a", 2009, 100.0, 100.0), *births("b", 2010, 200.0)],
        feeders=[JUNIOR],
    )
    found = entrant_pools(case)
    assert of(found, "b")[0] == pytest.approx(60)
    assert "ratio of all origins" in pool_table(case).query("origin == 'b' and year == 2025")["note_en"].item()


def test_short_histories_are_drawn_towards_all_origins_as_far_as_those_are_alike() -> None:
    # three origins, two cohorts of 100 each: ratios .4/.6, .5/.7, .6/.8, own .5 .6 .7, all .6.
    # years: each .1 off twice, 6 x .01 / 3 degrees = .02, over 2 cohorts .01. Origins: variance .01 - .01 = 0: all .6.
    came = {"a": (40.0, 60.0), "b": (50.0, 70.0), "c": (60.0, 80.0)}
    tables = {
        "entrants": [r for o, two in came.items() for r in entrants(o, 2023, *two)],
        "births": [r for o in came for r in births(o, 2008, 100.0, 100.0, 100.0)],
        "feeders": [JUNIOR],
    }
    found = entrant_pools(make(**tables))
    assert [of(found, o)[0] for o in "abc"] == pytest.approx([60, 60, 60])
    # ratios .1, .6, 1.1: variance .25, less .01 = .24; weight of the own ratio .24 / .25
    came = {"a": (0.0, 20.0), "b": (50.0, 70.0), "c": (100.0, 120.0)}
    tables["entrants"] = [r for o, two in came.items() for r in entrants(o, 2023, *two)]
    found = entrant_pools(make(**tables))
    assert [of(found, o)[0] for o in "abc"] == pytest.approx([60 - 50 * 0.96, 60, 60 + 50 * 0.96])


# -- school rolls -------------------------------------------------------------------------------------------------------


def test_a_year_of_school_is_followed_to_its_last_year_and_out() -> None:
    # autumn 2023 -> 2024: 100 of year 8 become 96 of year 9. Year 9 of 2023 (80) -> 60 entrants in 2024.
    case = make(
        entrants=entrants("town", 2024, 60.0),
        school_rolls=[*rolls("town", 8, 2023, 100.0, 110.0), *rolls("town", 9, 2023, 80.0, 96.0)],
        feeders=[{"entrant_group": "junior", "grade": 9}],
    )
    found = entrant_pools(case)
    # 2025: year 9 of 2024 x .75; 2026: year 8 of 2024 x .96 x .75; then that holds
    assert of(found, "town") == pytest.approx([72, 110 * 0.96 * 0.75, 79.2, 79.2])
    assert found.stage[0].tolist() == [9, 8, -1, -1]
    note = pool_table(case).iloc[1]
    assert note["note_en"].startswith("projected from 110 persons in year 8 of school in autumn 2024 x 0.720")
    assert note["note_zh"].startswith("由2024 年秋季 8 年级 110 人 × 0.720 推算")


def test_the_latest_count_of_a_cohort_beats_its_births() -> None:
    case = make(
        births=births("town", 2010, 100.0, 200.0, 300.0),
        school_rolls=rolls("town", 9, 2024, 50.0),
        feeders=[JUNIOR | {"grade": 9, "share": 0.5}],
    )
    found = entrant_pools(case)
    # born 2010: 50 of 100 are in year 9 of 2024, so half of those born later too; half of them belong to the group
    assert of(found, "town")[:3] == pytest.approx([25, 50, 75])
    assert found.stage[0, :3].tolist() == [9, 0, 0]


def test_persons_are_conserved_when_shares_sum_to_one() -> None:
    feeders = [{"entrant_group": g, "grade": 9, "share": s} for g, s in (("junior", 0.3), ("joined", 0.7))]
    found = entrant_pools(make(school_rolls=rolls("town", 9, 2024, 40.0, 50.0, 60.0), feeders=feeders))
    assert found.persons.sum(axis=0)[:3] == pytest.approx([40, 50, 60])


# -- properties ---------------------------------------------------------------------------------------------------------


def _random(dice: random.Random) -> dict[str, Rows]:
    origins = ["a", "b", "c", "d"][: dice.randint(1, 4)]
    return {
        "entrants": [r for o in origins for r in entrants(o, dice.randint(2019, 2024), dice.uniform(20, 60), dice.uniform(20, 60))],
        "births": [r for o in origins for r in births(o, 2004, *(dice.uniform(50, 150) for _ in range(9)))],
        "school_rolls": [r for o in origins[:2] for g in (7, 9) for r in rolls(o, g, 2020, *(dice.uniform(40, 90) for _ in range(4)))],
        "feeders": [JUNIOR | {"grade": dice.choice([0, 9])}],
    }  # fmt: skip


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_rows_given_always_win_and_row_order_never_counts(dice: random.Random) -> None:
    tables = _random(dice)
    found = entrant_pools(make(**tables))
    for row in tables["entrants"]:
        if row["year"] >= 2025:
            assert of(found, row["origin"])[row["year"] - 2025] == row["persons"]
    again = {name: dice.sample(table, len(table)) for name, table in tables.items()}
    other = entrant_pools(make(**again))
    pd.testing.assert_frame_equal(found.pools, other.pools)
    np.testing.assert_array_equal(found.persons, other.persons)
    assert (found.persons >= 0).all()
    assert not (found.projected & found.held).any()


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_more_births_never_mean_fewer_entrants(dice: random.Random) -> None:
    tables = _random(dice)
    found = entrant_pools(make(**tables))
    seen = [r["year"] for r in tables["entrants"]] + [r["year"] + 9 - r["grade"] + 1 for r in tables["school_rolls"]]
    ahead = max(seen) - 15  # nobody born later has been counted again: those births tell no ratio
    more = [r | {"persons": r["persons"] * 1.3} if r["year"] > ahead else r for r in tables["births"]]
    other = entrant_pools(make(**(tables | {"births": more})))
    assert (other.persons >= found.persons - 1e-9).all()


# -- who reads the pools ------------------------------------------------------------------------------------------------


def test_plan_do_nothing_and_audit_see_the_projected_pools() -> None:
    # 12 entered in 2025 of 30 born in 2010; 25 born in 2011: 10 in 2026, below what 60 openings a year would ask for
    openings = [{"occupation": "J", "level": "secondary", "year": y, "persons": 60.0} for y in range(2025, 2030)]
    projected = make(
        2, entrants=entrants("town", 2025, 12.0), births=births("town", 2010, 30.0, 25.0, 25.0), feeders=[JUNIOR],
        openings=openings,
    )  # fmt: skip
    plan = solve_plan(projected)
    assert plan.audit.ok
    assert plan.table("intake")["plan"].tolist() == pytest.approx([12, 10], abs=1e-4)
    assert plan.do_nothing["intake"]["plan"].tolist() == pytest.approx([12, 10], abs=1e-4)
    limits = plan.table("limits").query("family == 'entrants'")
    assert limits["limit"].tolist() == pytest.approx([12, 10])
    written = make(2, entrants=entrants("town", 2025, 12.0, 10.0, 10.0), openings=openings)
    for name, frame in do_nothing(written).items():
        pd.testing.assert_frame_equal(frame, plan.do_nothing[name])
    shown = plan.table("entrant_pools")
    assert shown["method"].tolist() == ["given", "projected"]
    assert shown["size"].tolist() == pytest.approx([12, 10])


# -- bad input ----------------------------------------------------------------------------------------------------------

BAD = [
    ([{"entrant_group": "junior"}], "age", "必须填写入学年龄或末年级", "an age at entry or a last year of school must be given"),
    ([{"entrant_group": "junior", "age": 9, "grade": 9}], "grade", "末年级必须小于入学年龄", "must be below the age"),
    ([{"entrant_group": g, "grade": 9, "share": 0.6} for g in ("junior", "joined")], "share", "合计不得大于 1", "sum to at most 1"),
    ([JUNIOR, JUNIOR], "entrant_group", "不得重复", "no two rows"),
]  # fmt: skip


@pytest.mark.parametrize(("feeders", "column", "zh", "en"), BAD, ids=[b[3][:20] for b in BAD])
def test_feeders_that_cannot_be_are_named(feeders: Rows, column: str, zh: str, en: str) -> None:
    with pytest.raises(InputError) as caught:
        make(feeders=feeders)
    [problem] = caught.value.problems
    assert (problem.table, problem.column) == ("feeders", column)
    assert zh in problem.rule_zh
    assert en in problem.rule_en


def test_the_default_share_of_two_groups_is_no_statement() -> None:
    make(feeders=[{"entrant_group": g, "grade": 9} for g in ("junior", "joined")])


def test_a_negative_birth_is_named() -> None:
    with pytest.raises(InputError) as caught:
        make(births=births("town", 2010, -1.0), feeders=[JUNIOR])
    assert [(p.table, p.column) for p in caught.value.problems] == [("births", "persons")]


def test_page_one_says_what_is_not_used() -> None:
    said = {(d.table, d.en) for d in make(entrants=entrants("town", 2025, 12.0), births=births("twon", 2010, 9.0), feeders=[JUNIOR]).defaulted}  # fmt: skip
    assert ("births", "no entrant pool that is projected has the origin twon: these rows are not used") in said
    said = {d.table: d.en for d in make(births=births("town", 2010, 9.0), feeders=[JUNIOR]).defaulted}
    assert "entrants" not in said
    said = {d.table: d.en for d in make(feeders=[JUNIOR]).defaulted}
    assert said["feeders"] == "there are no births or school rolls for junior: their pools are not projected"
    assert "entrants are not limited" in said["entrants"]
