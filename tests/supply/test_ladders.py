"""Every ladder as tables: who is admitted in autumn t reaches work in which summer, and what those who fail the transfer do."""

from itertools import pairwise

import pytest
from tests.solved import Solved, solve

from talentplan.workspace import build_case

LAST = 2026  # the only intake before the plan; given lines repeat it every autumn
ENTER, PASS = 40.0, 0.85
LEVELS = ("secondary", "higher", "undergraduate", "master")
SETTINGS = {
    "name": "ladder", "title": {"zh": "学制", "en": "Ladder"}, "region": {"zh": "某市", "en": "Town"}, "tables": ".",
    "horizon": {"first_year": LAST + 1, "years": 1}, "forecast": {"openings": "given"},
    "solving": {"whole_class_years": 0},
}  # fmt: skip

# name: segments (level, track, years), summers after admission in which those who climb it reach work
LADDERS = {
    "secondary": ([("secondary", "ordinary", 3)], 3),
    "higher vocational": ([("higher", "ordinary", 3)], 3),
    "undergraduate": ([("undergraduate", "ordinary", 4)], 4),
    "joint undergraduate 4+0": ([("undergraduate", "joint", 4)], 4),
    "joint undergraduate 2+2": ([("higher", "first_segment", 2), ("undergraduate", "second_segment", 2)], 4),
    "secondary to higher 3+2": ([("secondary", "first_segment", 3), ("higher", "second_segment", 2)], 5),
    "secondary to higher 3+3": ([("secondary", "first_segment", 3), ("higher", "second_segment", 3)], 6),
    "five-year, one line": ([("higher", "five_year", 5)], 5),
    "five-year, two lines": ([("secondary", "five_year", 3), ("higher", "second_segment", 2)], 5),
    "secondary to undergraduate 3+4": ([("secondary", "first_segment", 3), ("undergraduate", "second_segment", 4)], 7),
    "higher to undergraduate 3+2": ([("higher", "first_segment", 3), ("undergraduate", "second_segment", 2)], 5),
    "top-up": ([("higher", "ordinary", 3), ("undergraduate", "top_up", 2)], 5),
    "by examination": ([("secondary", "ordinary", 3), ("higher", "ordinary", 3)], 6),
    "master's": ([("undergraduate", "ordinary", 4), ("master", "ordinary", 3)], 7),
    "secondary to master's": (
        [("secondary", "first_segment", 3), ("higher", "second_segment", 2), ("undergraduate", "top_up", 2),
         ("master", "ordinary", 2)], 9),
    "part-time": ([("higher", "part_time", 2)], 2),
}  # fmt: skip


def climbed(name: str) -> Solved:
    """The solved case of one ladder: all of the first line's numbers are given, every passage takes 85 % of the completers."""
    segments, _ = LADDERS[name]
    lines = [f"L{n}" for n in range(len(segments))]
    levels = sorted({s[0] for s in segments}, key=LEVELS.index)
    return solve(build_case(SETTINGS, {
        "levels": [{"level": v, "rank": LEVELS.index(v), "name_zh": v, "name_en": v} for v in levels],
        "programs": [{"program": f"P{n}", "name_zh": f"P{n}", "level": s[0]} for n, s in enumerate(segments)],
        "units": [{"unit": "S", "name_zh": "甲校", "kind": "school"}], "schools": [{"school": "S"}],
        "offerings": [
            {"offering": o, "school": "S", "program": f"P{n}", "track": track, "duration": years,
             "entrant_group": "" if n else "junior", "control": "decide" if n else "given"}
            for n, (o, (_, track, years)) in enumerate(zip(lines, segments, strict=True))
        ],
        "intake_history": [{"offering": "L0", "year": LAST, "plan": ENTER, "registered": ENTER}],
        "pathways": [
            {"pathway": a + b, "from_offering": a, "to_offering": b, "min_share": PASS, "max_share": PASS}
            for a, b in pairwise(lines)
        ],
        "occupations": [{"occupation": "J", "name_zh": "车工"}],
        "openings": [{"occupation": "J", "level": levels[-1], "year": LAST + 1, "persons": 10.0}],
        "crosswalk": [{"program": "P0", "occupation": "J"}],
    }))  # fmt: skip


@pytest.mark.parametrize("name", LADDERS)
def test_the_admitted_of_an_autumn_reach_work(name):
    segments, lag = LADDERS[name]
    solved = climbed(name)
    assert solved.audited()[0].ok
    work = solved.tables["completions"].pivot_table(index="offering", columns="year", values="local")
    passed, after = ENTER, LAST
    for n, (_, _, years) in enumerate(segments):
        after += years
        last = n == len(segments) - 1
        seeking = passed if last else (1 - PASS) * passed  # those who fail the transfer complete here and look for work
        row = work.loc[f"L{n}"]
        assert row[row.index < after].tolist() == pytest.approx([0.0] * (after - LAST - 1)), name
        assert row[row.index >= after].to_numpy() == pytest.approx(seeking), name
        assert after in row.index, "the tail is too short to see it"
        passed *= PASS
    assert after == LAST + lag
    assert sum(work[after]) == pytest.approx(
        ENTER
    )  # everybody admitted in a year is at work by then, at one level or another


def test_the_places_above_are_asked_for_when_the_first_segment_completes():
    solved = climbed("secondary to undergraduate 3+4")
    passed = solved.tables["progression"].set_index("year")["passed"]
    assert passed[LAST + 2] == 0.0
    assert passed[LAST + 3] == pytest.approx(PASS * ENTER)
