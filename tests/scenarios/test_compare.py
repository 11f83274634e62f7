"""Plans side by side, on frames small enough to compare by eye."""

from pathlib import Path

import pandas as pd
import pytest

from talentplan.errors import InputError
from talentplan.plan.write import Run
from talentplan.scenarios import compare_plans


def run(scenario: str, plans: dict[str, float], verdicts: dict[str, str], *, name: str = "r", year: int = 2025) -> Run:
    """A run of lines a, b ... of one school each, with last year's plan 40."""
    intake = [
        {"offering": o, "school": f"s{o}", "program": "p", "level": "l", "track": "ordinary", "year": y,
         "last_plan": 40.0, "plan": plan + (y - year) * 100}
        for o, plan in plans.items() for y in (year, year + 1)
    ]  # fmt: skip
    layout = [{"school": f"s{o}", "program": "p", "level": "l", "verdict": v} for o, v in verdicts.items()]
    indicators = [
        {
            "indicator": "shortage",
            "year": 0,
            "unit": "persons",
            "zh": "缺口",
            "en": "shortage",
            "plan": sum(plans.values()),
        }
    ]
    tables = {"intake": pd.DataFrame(intake), "layout": pd.DataFrame(layout), "indicators": pd.DataFrame(indicators)}
    facts = {"status": "optimal", "gap": 0.0, "objective": 1.0}
    return Run(Path("runs", name, scenario), name, scenario, f"print of {scenario}", facts, tables, {})


def test_only_what_differs_next_autumn_is_listed() -> None:
    one = run("one", {"a": 40, "b": 80, "c": 40}, {"a": "keep", "b": "expand", "c": "keep"})
    two = run("two", {"a": 40, "b": 40, "c": 40.4}, {"a": "keep", "b": "keep", "c": "keep"})
    found = compare_plans([one, two])
    assert found.labels == ("one", "two")
    assert found.intake.to_dict("records") == [
        {"offering": "b", "school": "sb", "program": "p", "level": "l", "track": "ordinary", "year": 2025,
         "last_plan": 40.0, "one": 80.0, "two": 40.0}
    ]  # fmt: skip
    assert found.verdicts.to_dict("records") == [
        {"school": "sb", "program": "p", "level": "l", "one": "expand", "two": "keep"}
    ]
    assert found.indicators[["one", "two"]].to_numpy().tolist() == [[160.0, 120.4]]
    assert found.runs["fingerprint"].tolist() == ["print of one", "print of two"]


def test_a_line_that_one_plan_does_not_know_is_never_dropped() -> None:
    one = run("one", {"a": 40}, {"a": "keep"})
    two = run("two", {"a": 40, "z": 30}, {"a": "keep", "z": "add"})
    found = compare_plans([one, two])
    assert found.intake["offering"].tolist() == ["z"]
    assert pd.isna(found.intake.loc[0, "one"])
    assert found.intake.loc[0, "two"] == 30
    assert found.verdicts[["one", "two"]].to_numpy().tolist() == [["", "add"]]


def test_a_scenario_given_twice_keeps_both_columns() -> None:
    runs = [
        run("one", {"a": 40}, {"a": "keep"}),
        run("one", {"a": 80}, {"a": "expand"}),
        run("two", {"a": 40}, {"a": "keep"}),
    ]
    found = compare_plans(runs)
    assert found.labels == ("one", "one #2", "two")
    assert found.intake[["one", "one #2", "two"]].to_numpy().tolist() == [[40.0, 80.0, 40.0]]


def test_plans_of_different_regions_or_years_are_refused_all_at_once() -> None:
    first = run("one", {"a": 40}, {"a": "keep"})
    other = run("two", {"a": 40}, {"a": "keep"}, name="q")
    later = run("three", {"a": 40}, {"a": "keep"}, year=2026)
    with pytest.raises(InputError) as caught:
        compare_plans([first, other, later])
    assert [problem.value for problem in caught.value.problems] == ["q", "2026"]
    assert "同属 r" in caught.value.problems[0].sentence("zh")


@pytest.mark.parametrize("count", [0, 1])
def test_one_plan_alone_cannot_be_compared(count: int) -> None:
    with pytest.raises(InputError, match="two plans or more"):
        compare_plans([run("one", {"a": 40}, {"a": "keep"})] * count)
