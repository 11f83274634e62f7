"""Every rule of every pack of models/rules: complete, read by the kinds, priced on a small town, and never below zero."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml
from tests.case_files import merged, read_yaml, rows

from talentplan.allocation import linear_program
from talentplan.allocation.rules import counted_lines, rule_limits
from talentplan.demand import forecast_openings
from talentplan.insight import Sweep, price_rules
from talentplan.supply import cohorts
from talentplan.workspace import RULE_KINDS, build_case, read_case
from talentplan.workspace.case import Case, Rule

FOLDER = Path(__file__).resolve().parents[2] / "models" / "rules"
PACKS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
LINES = {line["id"]: line for pack in PACKS.values() for line in pack["rules"]}
LEVELS = ("secondary", "higher_vocational", "undergraduate")
# line: (school, level, number of the program, plan and registered of 2023, 2024, 2025; a candidate has none)
TOWN = {
    "a": ("A", 0, 1, (40, 40)), "b": ("B", 0, 1, (40, 40)), "c": ("C", 0, 1, None), "d": ("C", 0, 2, (60, 60)),
    "e": ("A", 0, 2, (50, 0)), "f": ("B", 0, 2, (100, 20)),
    "g": ("H", 1, 1, (200, 190)), "h": ("H", 1, 2, (60, 60)), "i": ("I", 1, 1, (80, 80)), "j": ("I", 1, 2, None),
    "k": ("I", 1, 3, None), "l": ("I", 1, 4, None), "m": ("I", 1, 5, None), "n": ("K", 1, 1, None), "o": ("K", 1, 2, (90, 90)),
    "p": ("U", 2, 1, (90, 45)), "q": ("V", 2, 1, (90, 90)),
}  # fmt: skip


def _rule(line: dict) -> Rule:
    return Rule(line["id"], line["kind"], line["text"]["zh"], line["text"]["en"], line["source"], str(line["date"]),
                line["parameters"], (), bool(line.get("borrowed")))  # fmt: skip


@pytest.fixture(scope="module")
def town() -> Case:
    """Three schools, three colleges and two universities on which every rule of the packs has something to hold."""
    programs = sorted({(level, n) for _, level, n, _ in TOWN.values()})
    code = {key: f"{key[0]}{key[1]}" for key in programs}
    rates = {"A": 80.0, "B": 30.0, "C": 70.0, "H": 85.0, "I": 40.0, "K": 90.0, "U": 80.0, "V": 90.0}
    return build_case(
        {"name": "town", "title": {"zh": "小城", "en": "Town"}, "region": {"zh": "小城", "en": "Town"}, "tables": ".",
         "horizon": {"first_year": 2026, "years": 2}, "forecast": {"openings": "given"},
         "policy": {"change": {"classes_per_offering": 2, "max_open": None, "max_close": None}}},
        {
            "levels": [{"level": n, "rank": r, "name_zh": n, "name_en": n} for r, n in enumerate(LEVELS)],
            "programs": [{"program": code[k], "name_zh": code[k], "level": LEVELS[k[0]], "points_elsewhere": 30 * (k == (1, 1))}
                         for k in programs],
            "units": [{"unit": s, "name_zh": s, "kind": "school"} for s in rates],
            # H: 250 students, 10 teachers: yellow; K: two conditions below: red; V: yellow for the third year
            "schools": [{"school": s} for s in "ABCI"]
            + [{"school": "H", "teachers_specialist": 10.0, "teaching_area": 9000.0},
               {"school": "K", "teachers_specialist": 2.0, "teaching_area": 300.0},
               {"school": "U", "teachers_specialist": 2.0, "equipment": 1e6},
               {"school": "V", "teaching_area": 200.0, "yellow_years": 2}],
            "offerings": [{"offering": o, "school": s, "program": code[level, n], "duration": 1, "entrant_group": LEVELS[level],
                           "status": "active" if h else "candidate", "max_plan": None if h else 60.0}
                          for o, (s, level, n, h) in TOWN.items()],
            "intake_history": [{"offering": o, "year": y, "plan": float(h[0]), "registered": float(h[1])}
                               for o, (_, _, _, h) in TOWN.items() if h for y in (2023, 2024, 2025)],
            # every school has been training for the secondary programs: 16 points, of which the lowest tenth is B with program 1
            "outcomes": [{"school": s, "program": code[k], "year": y, "graduates": 100.0, "further_study": 0.0,
                          "employed": rates[s] + k[1]} for s in rates for k in programs if k[0] == 0 for y in (2024, 2025)],
            "occupations": [{"occupation": code[k], "name_zh": code[k]} for k in programs],
            "crosswalk": [{"program": code[k], "occupation": code[k]} for k in programs],
            "openings": [{"occupation": code[k], "level": LEVELS[k[0]], "year": y, "persons": 400.0}
                         for k in programs for y in (2027, 2028)],
        },
        [_rule(line) for line in LINES.values()],
    )  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_what_whence_and_when(name):
    pack = PACKS[name]
    assert pack["pack"] == name
    assert all(pack["title"].get(lang) for lang in ("zh", "en"))
    national = name == "moe_2004"
    assert bool(pack.get("borrowed_outside")) is not national
    for line in pack["rules"]:
        assert line["kind"] in RULE_KINDS
        assert all(line["text"].get(lang) for lang in ("zh", "en"))
        assert line["source"]
        assert str(line["date"])[:4] == name.rsplit("_", 1)[1]
        assert bool(line.get("borrowed")) is not national


def test_the_sample_names_every_pack_and_leaves_it_off():
    settings = read_case(FOLDER.parent / "dalian.yaml").settings
    assert {rule.pack: rule.on for rule in settings.rules} == dict.fromkeys(PACKS, False)


@pytest.mark.parametrize("rule", LINES)
def test_every_rule_of_the_packs_has_something_to_say_in_the_town(town, rule):
    inherited = cohorts(town)
    (line,) = (r for r in town.rules if r.id == rule)
    bounded = {limit.rule.id: limit.lines for limit in rule_limits(town, inherited)}
    assert counted_lines(town, inherited, line).any() or bounded[rule].any()


@pytest.mark.parametrize("rule", LINES)
def test_every_rule_of_the_packs_is_priced_alone_and_never_below_zero(town, rule):
    alone = dataclasses.replace(town, rules=tuple(r for r in town.rules if r.id == rule))
    openings, inherited = forecast_openings(alone), cohorts(alone)
    found = price_rules(alone, openings, inherited, Sweep(linear_program(alone, openings, inherited)))
    assert found["code"].tolist() == [rule]
    assert found["possible"].all()
    assert (found["value"] >= 0).all()
    free = LINES[rule]["kind"] in (
        "expert_review",
        "adjust_share",
    )  # no limit; free of charge where classes may be split
    assert bool(found["value"].iloc[0] > 1e-6) is not free


def test_all_rules_of_the_packs_together_are_priced_and_never_below_zero(town):
    openings, inherited = forecast_openings(town), cohorts(town)
    found = price_rules(town, openings, inherited, Sweep(linear_program(town, openings, inherited)))
    assert set(found["code"]) == set(LINES)
    assert (found["value"] >= 0).all()


def test_a_rule_that_releases_a_fall_from_the_change_policy_is_not_priced_below_zero():
    # Lines A and B of 70 each; all changes together may use 0.3 x 2 = 0.6 of a limit of 50, that is 30 persons. Without a rule B
    # takes them: A 70 of whom 50 find nothing (30), B 100 of 120 (20): 50. With the rule A must lose a class and its fall is
    # not counted: A 20, B 100: 20. Dropping the rule would thus cost 30; waived, its release stays and A falls all the same.
    base = read_yaml("_base")
    tables = {
        "programs": "program level name_zh\nP secondary P\nR secondary R",
        "offerings": "offering school program duration entrant_group\nA S P 1 junior\nB S R 1 junior",
        "intake_history": "offering year plan registered\nA 2024 70 70\nB 2024 70 70",
        "outcomes": "school program year graduates employed\nS P 2024 50 20\nS R 2024 50 40",
        "occupations": "occupation name_zh\nJ J\nK K",
        "crosswalk": "program occupation\nP J\nR K",
        "openings": "occupation level year persons\nJ secondary 2025 70\nK secondary 2025 70\nJ secondary 2026 20\nK secondary 2026 120",
    }
    change = {"policy": {"change": {"classes_per_offering": 1, "points_share": 0.3, "max_close": 0}}}
    rule = Rule(
        "low", "reduce_lowest", "low", "low", "by hand", "2025", {"share": 0.5, "years": 1, "indicator": "employed"}
    )
    written = {name: rows(text) for name, text in {**base["tables"], **tables}.items()}
    case = build_case(merged(base["settings"], change), written, [rule])
    openings, inherited = forecast_openings(case), cohorts(case)
    sweep = Sweep(linear_program(case, openings, inherited))
    dropped = Sweep(linear_program(dataclasses.replace(case, rules=()), openings, inherited))
    assert sweep.base.objective == pytest.approx(20.0)
    assert dropped.base.objective == pytest.approx(50.0)
    assert price_rules(case, openings, inherited, sweep)["value"].tolist() == pytest.approx([0.0], abs=1e-6)
