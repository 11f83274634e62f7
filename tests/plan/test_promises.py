"""Promised against existing seats, worked by hand; sums that must agree; words in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.random_cases import random_case

from talentplan.plan import do_nothing, solve_plan
from talentplan.plan.promises import promises, worst_promises
from talentplan.workspace import build_case
from talentplan.workspace.case import Case

# Two lines A and C of 40 and 60 completers a year promise 0.5 (20 and 30) into B, which had 25 seats; of C's only 15 are
# agreed. D (its own school) gets nobody's promise but may take from A.
LADDER = {
    "programs": """
        program  level      name_zh   name_en
        P        secondary  机械      mechanics
        H        higher     机械制造  -
        """,
    "units": """
        unit  kind    name_zh
        S     school  甲校
        T     school  乙校
        """,
    "schools": """
        school  places
        S       -
        T       70
        """,
    "offerings": """
        offering  school  program  track           duration  entrant_group  control  places  max_plan
        A         S       P        first_segment   1         junior         given    -       -
        C         S       P        ordinary        1         junior         given    -       -
        B         T       H        second_segment  2         -              decide   60      -
        D         T       H        top_up          1         -              decide   -       9
        """,
    "intake_history": """
        offering  year  plan  registered
        A         2024  40    40
        C         2024  60    60
        B         2024  25    25
        D         2024  5     5
        """,
    "pathways": """
        pathway  from_offering  to_offering  min_share  seats
        AB       A              B            0.5        -
        CB       C              B            0.5        15
        AD       A              D            0.0        -
        """,
}  # fmt: skip


def make(**changes: str) -> Case:
    base = read_yaml("_base")
    model = merged(base["settings"], {"horizon": {"years": 3}})
    return build_case(model, {name: rows(text) for name, text in (base["tables"] | LADDER | changes).items()})


def of(found: pd.DataFrame, scope: str, code: str, column: str) -> list[Any]:
    return found[(found["scope"] == scope) & (found["code"] == code)].sort_values("year")[column].tolist()


@pytest.fixture(scope="module")
def idle() -> tuple[Case, pd.DataFrame]:
    case = make()
    tables = do_nothing(case)
    return case, promises(case, tables, tables)


def test_history_against_promises_by_hand(idle: tuple[Case, pd.DataFrame]) -> None:
    _, found = idle
    # 20 and 30 promised; within reach 20 and 15; 25 seats shared 20 : 15
    assert of(found, "pathway", "AB", "promised_idle") == pytest.approx([20, 20, 20])
    assert of(found, "pathway", "AB", "seats_idle") == pytest.approx([25 * 20 / 35] * 3)
    assert of(found, "pathway", "AB", "short_idle") == pytest.approx([20 - 25 * 20 / 35] * 3)
    assert of(found, "pathway", "CB", "seats_idle") == pytest.approx([25 * 15 / 35] * 3)
    assert of(found, "pathway", "CB", "short_idle") == pytest.approx([30 - 25 * 15 / 35] * 3)
    assert of(found, "offering", "B", "promised_idle") == pytest.approx([50] * 3)
    assert of(found, "offering", "B", "seats_idle") == pytest.approx([25] * 3)
    assert of(found, "offering", "B", "short_idle") == pytest.approx([25] * 3)
    assert of(found, "offering", "B", "passed_idle") == pytest.approx([25] * 3)
    assert of(found, "pathway", "AD", "short_idle") == pytest.approx([0] * 3)
    assert of(found, "pathway", "AD", "seats_idle") == pytest.approx([5] * 3)
    assert of(found, "offering", "B", "first_short_idle") == [2025] * 3
    assert of(found, "offering", "D", "first_short_idle") == [0] * 3


def test_only_students_on_roll_are_promised_for_good(idle: tuple[Case, pd.DataFrame]) -> None:
    # the lines last a year: those of autumn 2024 complete in 2025, later completers have not entered yet
    assert of(idle[1], "pathway", "CB", "promised_inside") == pytest.approx([30, 0, 0])
    assert of(idle[1], "offering", "B", "promised_inside") == pytest.approx([50, 0, 0])


def test_room_is_what_line_and_school_have_left(idle: tuple[Case, pd.DataFrame]) -> None:
    found = idle[1]
    # B holds 60, 25 of the autumn before are still there; the school holds 70: less 25 and the 5 that enter D
    assert of(found, "offering", "B", "room_idle") == pytest.approx([35] * 3)
    assert of(found, "offering", "D", "room_idle") == pytest.approx([9] * 3)  # max_plan
    assert of(found, "school", "T", "room_idle") == pytest.approx([44] * 3)
    unlimited = make(schools="school\nS\nT", offerings=LADDER["offerings"].replace("60      -", "-       -"))
    tables = do_nothing(unlimited)
    assert of(promises(unlimited, tables, tables), "school", "T", "room_idle") == [-1] * 3


def test_room_counts_every_seat_of_others_as_the_limits_do() -> None:
    """T holds 70: 25 of B's second year and 20 seats of X, though 16 come, leave 25 to B; nobody enters D."""
    case = make(
        offerings=LADDER["offerings"] + "X  T  H  ordinary  1  senior  given  -  -\n",
        intake_history=LADDER["intake_history"] + "X  2024  20  16\n",
    )
    tables = do_nothing(case)
    found = promises(case, tables, tables)
    assert of(found, "offering", "B", "room_idle") == pytest.approx([25] * 3)
    places = tables["limits"].query("family == 'school_places' and scope == 'T'")
    entering = tables["intake"].query("offering == 'B'")["plan"].to_numpy()
    assert (places["limit"] - places["used"]).to_numpy() + entering == pytest.approx([25] * 3)


def test_own_seats_are_short_even_where_the_line_has_room() -> None:
    case = make(intake_history=LADDER["intake_history"].replace("25    25", "50    50"))
    found = promises(case, do_nothing(case), do_nothing(case))
    assert of(found, "pathway", "AB", "short_idle") == pytest.approx([0] * 3)
    assert of(found, "pathway", "CB", "short_idle") == pytest.approx([15] * 3)
    assert of(found, "pathway", "CB", "seats_idle") == pytest.approx([15] * 3)
    assert of(found, "offering", "B", "short_idle") == pytest.approx([15] * 3)


def test_nothing_is_promised_before_the_first_year() -> None:
    later = LADDER["pathways"].replace("min_share  seats", "min_share  seats  first_year")
    later = later.replace("0.5        -", "0.5  -  2026").replace("0.5        15", "0.5  15  2027")
    case = make(pathways=later.replace("0.0        -", "0.0  -  0"))
    found = promises(case, do_nothing(case), do_nothing(case))
    assert of(found, "offering", "B", "promised_idle") == pytest.approx([0, 20, 50])
    assert of(found, "offering", "B", "promised_inside") == pytest.approx([0, 0, 0])
    assert of(found, "offering", "B", "short_idle") == pytest.approx([0, 0, 25])
    assert of(found, "offering", "B", "first_short_idle") == [2027] * 3


def test_the_plan_stands_beside_history() -> None:
    # tests/cases/broken_promise.yaml: 20 promised, 20 seats last year, but the line holds ten
    case = read_known_case("broken_promise").case
    plan = solve_plan(case)
    found = plan.table("promises")
    assert of(found, "offering", "B", "short_idle") == pytest.approx([0])
    assert of(found, "offering", "B", "room_idle") == pytest.approx([10])
    assert of(found, "offering", "B", "seats_plan") == pytest.approx([10], abs=1e-3)
    assert of(found, "offering", "B", "short_plan") == pytest.approx([10], abs=1e-3)
    assert of(found, "offering", "B", "first_short_plan") == [2025]
    assert of(found, "offering", "B", "first_short_idle") == [0]


def test_places_bought_make_room() -> None:
    # the line holds 60 and from 2026 on 67, 25 of the autumn before are still there; the school with 65 has 40 left
    alone = {name: "\n".join(r for r in LADDER[name].split("\n") if " D " not in r) for name in LADDER}
    alone["schools"] = LADDER["schools"].replace("70", "65")
    case = make(**alone)
    tables = do_nothing(case)
    bought = make(**alone, investments="""
        investment  name_zh  adds             school  offering  amount  cost  lead  life
        X           扩建     offering_places  T       B         7       1     1     9
        """)  # fmt: skip
    purchase = pd.DataFrame({"investment": ["X"], "year": [2025], "units": [1.0]})
    found = promises(bought, {**tables, "investment": purchase}, tables)
    assert of(found, "offering", "B", "room_plan") == pytest.approx([35, 40, 40])
    assert of(found, "offering", "B", "room_idle") == pytest.approx([35] * 3)


def test_a_region_without_pathways_has_no_rows() -> None:
    case = make(pathways="pathway  from_offering  to_offering")
    tables = do_nothing(case)
    assert promises(case, tables, tables).empty
    assert worst_promises(case, promises(case, tables, tables)) == []


def test_row_order_never_counts(idle: tuple[Case, pd.DataFrame]) -> None:
    case, found = idle
    turned = {
        k: "\n".join([v.strip("\n").split("\n")[0], *v.strip("\n").split("\n")[:0:-1]]) for k, v in LADDER.items()
    }
    other = make(**turned)
    assert other.fingerprint == case.fingerprint
    pd.testing.assert_frame_equal(promises(other, do_nothing(other), do_nothing(other)), found)


def test_the_worst_in_words(idle: tuple[Case, pd.DataFrame]) -> None:
    [(zh, en)] = worst_promises(*idle)
    assert zh == (
        "乙校 · 机械制造（衔接后段）：2025 年起承诺的升学名额不足，计划期内维持现状共缺 75 个；最多为 2025 年，"
        "承诺 50 人，名额 25 个，缺 25 个。按方案共缺 75 个。"
    )
    assert en == (
        "乙校 · 机械制造 (second segment): from 2025 on, more seats are promised than there are; if nothing changes 75 are missing "
        "over the plan years, most in 2025 (50 promised, 25 seats, 25 missing). Under the plan 75 are missing."
    )
    assert worst_promises(*idle, count=0) == []


@pytest.mark.parametrize("seed", range(12))
def test_sums_agree_and_no_promise_breaks_for_less(seed: int) -> None:
    case = random_case(seed)
    tables = do_nothing(case)
    found = promises(case, tables, tables)
    sums = found.groupby(["scope", "year"])[["promised_idle", "short_idle", "passed_idle", "promised_inside"]].sum()
    for column in sums:
        wide = sums[column].unstack("scope")
        if not wide.empty:
            np.testing.assert_allclose(wide["pathway"], wide["offering"], atol=1e-6)
            np.testing.assert_allclose(wide["offering"], wide["school"], atol=1e-6)
    ways = found[found["scope"] == "pathway"].groupby(["to_offering", "year"])["seats_idle"].sum()
    lines = found[found["scope"] == "offering"].set_index(["code", "year"])
    assert (ways <= lines["seats_idle"].reindex(ways.index) + 1e-6).all()
    broken = tables["progression"].groupby(["to_offering", "year"])["broken"].sum().reindex(lines.index)
    assert (lines["short_idle"] <= broken + 1e-5).all()  # a seat that is not there breaks a promise
    assert (found["promised_inside"] <= found["promised_idle"] + 1e-5).all()
