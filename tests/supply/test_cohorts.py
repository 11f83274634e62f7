"""Rates and inherited cohorts against numbers worked by hand and year-by-year stepping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from talentplan.supply import Cohorts, cohorts
from talentplan.workspace import build_case

LEVELS = [{"level": "sv", "rank": 0, "name_zh": "中职", "name_en": "secondary"}]
PROGRAMS = [{"program": p, "name_zh": p, "level": "sv"} for p in ("660103", "660105")]
UNITS = [{"unit": "A", "name_zh": "甲校", "kind": "school"}]
SETTINGS = {
    "name": "hand", "title": {"zh": "手算", "en": "By hand"}, "region": {"zh": "某市", "en": "Town"}, "tables": ".",
    "horizon": {"first_year": 2027, "years": 3}, "forecast": {"openings": "given"},
}  # fmt: skip


def _cohorts(policy: dict[str, Any] | None = None, **tables: Any) -> Cohorts:
    base = {
        "levels": LEVELS, "programs": PROGRAMS, "units": UNITS, "schools": [{"school": "A"}],
        "occupations": [{"occupation": "6-18-01-01", "name_zh": "车工"}],
        "openings": [{"occupation": "6-18-01-01", "level": "sv", "year": 2027, "persons": 1.0}],
        "crosswalk": [{"program": p["program"], "occupation": "6-18-01-01"} for p in PROGRAMS],
        "offerings": [_line("a", "660103"), _line("b", "660105")],
        "retention": [{"level": "sv", "grade": g, "stay": s} for g, s in ((1, 0.9), (2, 0.8), (3, 0.95))],
    }  # fmt: skip
    return cohorts(build_case({**SETTINGS, "policy": policy or {}}, {**base, **tables}))


def _line(offering: str, program: str, **more: Any) -> dict[str, Any]:
    return {"offering": offering, "school": "A", "program": program, "duration": 3, "entrant_group": "junior", **more}


def _intake(offering: str, *years: tuple[int, float, float]) -> list[dict[str, Any]]:
    return [{"offering": offering, "year": y, "plan": p, "registered": r} for y, p, r in years]


def test_retention_and_completion_are_products_of_the_reference_shares() -> None:
    found = _cohorts(intake_history=_intake("a", (2026, 40.0, 40.0)))
    assert found.retention[0] == pytest.approx([1.0, 0.9, 0.72, 0.0])
    assert found.offerings.loc[0, "completion"] == pytest.approx(0.9 * 0.8 * 0.95)


def test_registered_cohorts_are_stepped_forward_by_hand() -> None:
    history = _intake("a", (2024, 50.0, 50.0), (2025, 100.0, 100.0), (2026, 40.0, 40.0))
    found = _cohorts(intake_history=history)
    # autumn 2026: 40 new, 100 x .9 in the second year, 50 x .72 in the third
    assert found.enrolled_before[0] == pytest.approx(40 + 90 + 36)
    # autumn 2027: 40 x .9 + 100 x .72; the 50 of 2024 completed in summer 2027
    assert found.inherited_enrolled[0, :3] == pytest.approx([36 + 72, 40 * 0.72, 0.0])
    assert found.inherited_completions[0, :4] == pytest.approx([50 * 0.684, 100 * 0.684, 40 * 0.684, 0.0])


def test_the_roll_beats_registered_numbers_where_it_is_known() -> None:
    history = _intake("a", (2024, 50.0, 50.0), (2025, 100.0, 100.0), (2026, 40.0, 40.0))
    roll = [{"offering": "a", "year": 2026, "grade": g, "persons": p} for g, p in ((1, 40.0), (2, 81.0), (3, 36.0))]
    found = _cohorts(intake_history=history, roll=roll)
    assert found.enrolled_before[0] == pytest.approx(40 + 81 + 36)
    # the second year has 81 on roll: .8 of them go on, .95 of those complete
    assert found.inherited_enrolled[0, 0] == pytest.approx(40 * 0.9 + 81 * 0.8)
    assert found.inherited_completions[0, :2] == pytest.approx([36 * 0.95, 81 * 0.8 * 0.95])


def test_fill_is_drawn_towards_program_and_level() -> None:
    history = _intake("a", (2024, 100.0, 80.0), (2025, 100.0, 80.0), (2026, 100.0, 80.0))
    found = _cohorts({"fill_weight": 100.0}, intake_history=history)
    level = (240 + 100 * 1.0) / 400  # level drawn towards 1
    program = (240 + 100 * level) / 400
    own = (240 + 100 * program) / 400
    assert found.offerings["fill"].tolist() == pytest.approx([own, level])
    assert found.offerings["fill_basis"].tolist() == ["own", "level"]


def test_only_the_last_three_years_count_for_fill() -> None:
    history = _intake("a", (2023, 1000.0, 0.0), (2024, 50.0, 50.0), (2025, 50.0, 50.0), (2026, 50.0, 50.0))
    found = _cohorts({"fill_weight": 0.0}, intake_history=history)
    assert found.offerings.loc[0, "fill"] == pytest.approx(1.0)


def test_pathway_fed_lines_fill_whole() -> None:
    lines = [_line("a", "660103"), _line("b", "660105", entrant_group="", track="second_segment")]
    found = _cohorts(offerings=lines, intake_history=_intake("b", (2026, 40.0, 20.0)))
    assert found.offerings.loc[1, "fill"] == 1.0
    assert bool(found.offerings.loc[1, "pathway_fed"])


def test_two_autumns_of_roll_give_retention() -> None:
    roll = [
        {"offering": "a", "year": y, "grade": g, "persons": p}
        for y, g, p in ((2025, 1, 100.0), (2025, 2, 50.0), (2026, 1, 60.0), (2026, 2, 70.0), (2026, 3, 45.0))
    ]
    found = _cohorts({"fill_weight": 0.0}, roll=roll)
    assert found.retention[0] == pytest.approx([1.0, 0.7, 0.7 * 0.9, 0.0])
    assert found.offerings.loc[0, "completion"] == pytest.approx(0.7 * 0.9 * 0.95)  # the last year from the reference
    assert found.retention[1] == pytest.approx([1.0, 0.9, 0.72, 0.0])  # another program keeps the reference


def test_destinations_come_from_outcomes_then_the_reference() -> None:
    reference = [{"level": "sv", "progression_outside": 0.2, "local_retention": 0.5}]
    outcomes = [{"school": "A", "program": "660103", "year": 2026, "graduates": 100.0, "further_study": 40.0, "outside": 18.0,
                 "employed": 50.0, "local": 45.0}]  # fmt: skip
    found = _cohorts({"fill_weight": 0.0}, destinations=reference, outcomes=outcomes).offerings
    assert found["progression_outside"].tolist() == pytest.approx([18 / 78, 0.2])  # 22 of 100 passed on inside
    assert found["local_retention"].tolist() == pytest.approx([0.9, 0.5])


def test_stepping_year_by_year_equals_the_lag_coefficients() -> None:
    rng = np.random.default_rng(7)
    registered = rng.uniform(20, 90, 3)
    history = _intake("a", *((2024 + k, 100.0, float(r)) for k, r in enumerate(registered)))
    found = _cohorts(intake_history=history)
    stay = np.array([0.9, 0.8, 0.95])
    on_roll = np.array([registered[2], registered[1] * 0.9, registered[0] * 0.72])  # by year of study, autumn 2026
    for t in range(3):
        done = on_roll[2] * stay[2]
        on_roll = np.array([0.0, on_roll[0] * stay[0], on_roll[1] * stay[1]])
        assert found.inherited_completions[0, t] == pytest.approx(done)
        assert found.inherited_enrolled[0, t] == pytest.approx(on_roll.sum())


REPEATING = [
    {"level": "sv", "grade": g, "stay": s, "repeat": r} for g, s, r in ((1, 0.8, 0.1), (2, 0.7, 0.2), (3, 0.9, 0.0))
]


def test_nobody_repeats_unless_it_is_said() -> None:
    found = _cohorts(intake_history=_intake("a", (2026, 40.0, 40.0)))
    assert found.grades.more_years == 0
    assert found.retention.shape == (2, 4)
    assert found.completing[0] == pytest.approx([0.0, 0.0, 0.0, 0.9 * 0.8 * 0.95])


def test_registered_repeaters_are_stepped_forward_by_hand() -> None:
    found = _cohorts(retention=REPEATING, intake_history=_intake("a", (2025, 100.0, 100.0), (2026, 40.0, 40.0)))
    # autumn 2026: 40 and 10 repeaters in the first year, 80 in the second
    assert found.enrolled_before[0] == pytest.approx(40 + 10 + 80)
    # 2027: first year .1 x 50; second .8 x 50 + .2 x 80; third .7 x 80
    assert found.inherited_enrolled[0, 0] == pytest.approx(5 + 56 + 56)
    # 2028: first .1 x 4 (the one repeater of 2025 has repeated twice); second .8 x 5 + .2 x 56; third .7 x 56
    assert found.inherited_enrolled[0, 1] == pytest.approx(0.4 + 15.2 + 39.2)
    assert found.inherited_completions[0, :3] == pytest.approx([0.0, 0.9 * 56, 0.9 * 39.2])
    assert found.inherited_classes[0, :3].tolist() == [True, True, False]


def test_a_roll_is_stepped_forward_with_its_repeaters() -> None:
    roll = [{"offering": "a", "year": 2026, "grade": g, "persons": p} for g, p in ((1, 50.0), (2, 80.0), (3, 60.0))]
    found = _cohorts(retention=REPEATING, roll=roll)
    assert found.enrolled_before[0] == pytest.approx(190)
    assert found.inherited_enrolled[0, 0] == pytest.approx(0.1 * 50 + 0.8 * 50 + 0.2 * 80 + 0.7 * 80)
    assert found.inherited_completions[0, 0] == pytest.approx(0.9 * 60)


def test_repeaters_on_the_roll_do_not_count_as_having_gone_on() -> None:
    roll = [
        {"offering": "a", "year": y, "grade": g, "persons": p}
        for y, g, p in ((2025, 1, 100.0), (2025, 2, 50.0), (2026, 1, 60.0), (2026, 2, 80.0), (2026, 3, 45.0))
    ]
    found = _cohorts({"fill_weight": 0.0}, retention=REPEATING, roll=roll)
    # 80 in the second year, .2 x 50 of them for the second time: 70 of 100 went on; 45 of 50, but no more than 1 - .2
    assert found.grades.go_on[0] == pytest.approx([0.7, 0.8, 0.9])
    assert found.grades.leave[0] == pytest.approx([0.2, 0.0, 0.1])


def _transfer(share: float, grade: int = 1) -> list[dict[str, Any]]:
    return [{"from_offering": "a", "to_offering": "b", "grade": grade, "share": share}]


def test_those_who_change_lines_are_part_of_those_who_go_on() -> None:
    found = _cohorts(transfers=_transfer(0.3), intake_history=_intake("a", (2025, 100.0, 100.0)))
    assert found.grades.go_on[0] == pytest.approx([0.6, 0.8, 0.95])
    assert found.grades.leave[0] == pytest.approx([0.1, 0.2, 0.05])
    # the intake of 2025: 60 in the second year of a, 30 in that of b
    assert found.enrolled_before == pytest.approx([60, 30])
    assert found.inherited_enrolled[:, 0] == pytest.approx([48, 24])
    assert found.inherited_completions[:, 1] == pytest.approx([48 * 0.95, 24 * 0.95])
    assert found.offerings["completion"].tolist() == pytest.approx([0.9 * 0.8 * 0.95] * 2)


def test_more_cannot_change_lines_than_go_on() -> None:
    found = _cohorts(transfers=_transfer(0.96))
    assert found.grades.moves["share"].tolist() == pytest.approx([0.9])
    assert found.grades.go_on[0, 0] == pytest.approx(0.0)


def test_the_roll_of_a_line_counts_those_who_came_to_it() -> None:
    history = _intake("a", (2025, 100.0, 100.0))
    roll = [{"offering": "b", "year": 2026, "grade": 2, "persons": 33.0}]
    found = _cohorts(transfers=_transfer(0.3), intake_history=history, roll=roll)
    assert found.enrolled_before == pytest.approx([60, 33])
    roll = [{"offering": "a", "year": 2026, "grade": 2, "persons": 55.0}]
    found = _cohorts(transfers=_transfer(0.3), intake_history=history, roll=roll)
    assert found.enrolled_before == pytest.approx([55, 30])


def test_changes_of_line_are_taken_out_of_what_the_roll_tells() -> None:
    roll = [
        {"offering": o, "year": y, "grade": g, "persons": p}
        for o, y, g, p in (("a", 2025, 1, 100.0), ("a", 2026, 2, 60.0), ("b", 2025, 1, 50.0), ("b", 2026, 2, 65.0))
    ]
    found = _cohorts({"fill_weight": 0.0}, transfers=_transfer(0.25), roll=roll)
    # a: 60 + the 25 who left for b of 100; b: 65 - those 25 of 50
    assert (found.grades.go_on + found.grades.moved)[:, 0] == pytest.approx([0.85, 0.8])
    assert found.grades.go_on[:, 0] == pytest.approx([0.6, 0.8])


def test_a_year_of_study_that_the_rates_forbid_still_counts() -> None:
    retention = [{"level": "sv", "grade": 1, "stay": 0.0}, {"level": "sv", "grade": 2, "stay": 0.5}]
    roll = [{"offering": "a", "year": 2026, "grade": 2, "persons": 30.0}]
    found = _cohorts({"fill_weight": 1e9}, retention=retention, roll=roll)
    assert found.enrolled_before[0] == pytest.approx(30)
    assert found.inherited_enrolled[0, 0] == pytest.approx(15)


def test_workers_who_keep_their_job_are_said_by_line() -> None:
    found = _cohorts(offerings=[_line("a", "660103", seeks_work=0.2), _line("b", "660105")]).offerings
    assert found["seeks_work"].tolist() == [0.2, 1.0]
