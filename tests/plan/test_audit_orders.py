"""Completers of order classes who are placed elsewhere than ordered: the audit must refuse it, and ask for no more than there is."""

import dataclasses

import pandas as pd
import pytest
from tests.case_files import merged, read_known_case, read_yaml, rows
from tests.solved import Solved, hold, solve
from tests.textbook import textbook_optimum

from talentplan.workspace import build_case
from talentplan.workspace.case import Case


def moved(solved: Solved, program: str, occupation: str, elsewhere: str, year: int, persons: float) -> pd.DataFrame:
    """The placement with so many persons moved from one occupation to another."""
    placement = solved.tables["placement"].copy()
    here = (placement["program"] == program) & (placement["year"] == year)
    for job, more in ((occupation, -persons), (elsewhere, persons)):
        at = here & (placement["occupation"] == job)
        assert at.sum() == 1
        placement.loc[at, "persons"] += more
    return placement


def broken(solved: Solved, placement: pd.DataFrame) -> dict[tuple[str, int], float]:
    """Persons missing by scope and year in the family `orders`."""
    verdict, _ = solved.audited(tables={**solved.tables, "placement": placement}, objective=None)
    found = verdict.violations[verdict.violations["family"] == "orders"]
    return {(v["scope"], v["year"]): v["used"] for v in found.to_dict("records")}


@pytest.mark.parametrize(
    ("name", "program", "elsewhere"), [("orders", "P", "J"), ("orders", "R", "M"), ("orders_passed", "P", "J")]
)
def test_completers_of_an_order_class_placed_elsewhere_are_refused(name, program, elsewhere):
    solved = solve(read_known_case(name).case)
    found = broken(solved, moved(solved, program, "K", elsewhere, 2026, 3.0))
    assert found == {(f"{program}/K/least", 2026): pytest.approx(3.0, abs=1e-4)}


def test_what_binds_is_said_in_words():
    _, limits = solve(read_known_case("orders").case).audited()
    own = limits[(limits["family"] == "orders") & limits["binding"]]
    assert own["scope"].tolist() == ["P/K/least", "R/K/least"]
    assert own["sentence_zh"].iloc[0] == "机械 · 装配工 2026 年订单班毕业生就业恰在下限"
    assert own["sentence_en"].iloc[0] == "机械 · 装配工, 2026: completers of order classes placed just at the floor"


def test_an_empty_column_leaves_everything_as_it_was():
    case = read_known_case("orders").case
    table = case.table("reserved_seats").assign(occupation="")
    solved = solve(dataclasses.replace(case, tables={**case.tables, "reserved_seats": table}))
    assert solved.solution.objective == pytest.approx(32.0, abs=1e-4)
    assert not {"orders", "orders_passed_share", "orders_passed_among"} & set(solved.solution.program.rows)
    assert "ordered_passed" not in solved.solution.program.columns


def test_doing_nothing_shows_the_orders_it_lacks():
    solved = hold(read_known_case("orders").case, {})
    verdict, limits = solved.audited(strict=False, objective=None)
    own = limits[limits["family"] == "orders"].set_index(["scope", "year"])["used"]
    assert verdict.ok
    assert own["P/K/least", 2026] + own["R/K/least", 2026] == pytest.approx(20.0, abs=1e-4)


def small(reserved: str, **tables: str) -> Case:
    base = read_yaml("_base")
    found = {**base["tables"], "occupations": "occupation name_zh priority\nJ 钳工 2\nK 装配工 1",
             "crosswalk": "program occupation\nP J\nP K",
             "openings": "occupation level year persons\nJ secondary 2025 30\nJ secondary 2026 100\nK secondary 2026 100",
             "reserved_seats": reserved, **tables}  # fmt: skip
    settings = {"policy": {"change": {"max_open": 1, "max_close": 0}}}
    return build_case(merged(base["settings"], settings), {k: rows(v) for k, v in found.items()})


def persons(solved: Solved, occupation: str) -> float:
    table = solved.tables["placement"]
    return float(table[(table["occupation"] == occupation) & (table["year"] == 2026)]["persons"].sum())


def agreed(case: Case) -> Solved:
    """The plan, after the audit and the textbook agree with it."""
    solved = solve(case)
    assert solved.audited()[0].ok
    expected = textbook_optimum(case, solved.openings, solved.cohorts)
    assert solved.solution.objective == pytest.approx(expected.objective, rel=2e-6)
    return solved


@pytest.mark.parametrize(
    ("offerings", "seats", "staying", "expected"),
    [
        # given at 30, order of 40: all 30; with 10 earmarked seats beside it 30 are 40/50 and 10/50 of the line
        ("offering school program duration entrant_group control\nA S P 1 junior given", [("K", 40)], 1.0, 30.0),
        (
            "offering school program duration entrant_group control\nA S P 1 junior given",
            [("K", 40), ("-", 10)],
            1.0,
            24.0,
        ),
        # decided, at most 20: a half of what is reserved is for K
        (
            "offering school program duration entrant_group max_plan\nA S P 1 junior 20",
            [("K", 10), ("J", 10)],
            1.0,
            10.0,
        ),
        # 12 seats, of whose completers half stay in the region
        ("offering school program duration entrant_group max_plan\nA S P 1 junior 30", [("K", 12)], 0.5, 6.0),
    ],
)
def test_seats_of_an_order_are_those_the_line_can_hold(offerings, seats, staying, expected):
    reserved = "\n".join(
        ["reservation offering seats occupation", *(f"r{n} A {s} {j}" for n, (j, s) in enumerate(seats))]
    )
    stays = f"level local_retention\nsecondary {staying}"
    assert persons(agreed(small(reserved, offerings=offerings, destinations=stays)), "K") == pytest.approx(
        expected, abs=1e-3
    )


def test_a_line_that_opens_with_its_order_class_places_it():
    # N opens because J is short; its order class of 15 goes to K all the same
    offerings = "offering school program duration entrant_group status max_plan\nN S P 1 junior candidate 40"
    solved = agreed(
        small(
            "reservation offering seats occupation\nr N 15 K",
            offerings=offerings,
            intake_history="offering year plan registered",
        )
    )
    assert persons(solved, "K") == pytest.approx(15.0, abs=1e-3)
    assert persons(solved, "J") > 0


def test_an_occupation_without_openings_asks_for_nobody():
    openings = "occupation level year persons\nJ secondary 2025 30\nJ secondary 2026 100"
    solved = agreed(small("reservation offering seats occupation\nr A 20 K", openings=openings))
    assert persons(solved, "K") == 0.0
    assert "orders" not in solved.solution.program.rows
