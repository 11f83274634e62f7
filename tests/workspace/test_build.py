import pickle
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiny import tiny_tables

from talentplan.errors import InputError, Problem
from talentplan.workspace import Case, build_case, load_dictionary, longest_route


def tiny(**changes: Any) -> Case:
    model, tables = tiny_tables()
    return build_case(model | changes, tables)


def problems_of(model: dict[str, Any], tables: dict[str, Any]) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        build_case(model, tables)
    return list(caught.value.problems)


def test_every_table_is_there_with_declared_columns_in_declared_types_and_order() -> None:
    case = tiny()
    for spec in load_dictionary().tables.values():
        frame = case.table(spec.name)
        assert list(frame.columns) == spec.names
        assert frame.index.equals(pd.RangeIndex(len(frame)))
        for c in spec.columns:
            assert frame[c.name].dtype == c.dtype, (spec.name, c.name)
            assert c.dtype != "object" or all(type(v) is str for v in frame[c.name]), (spec.name, c.name)
        assert list(map(tuple, frame[list(spec.key)].to_numpy())) == sorted(
            map(tuple, frame[list(spec.key)].to_numpy())
        )


def test_partial_rows_take_the_defaults() -> None:
    row = tiny().table("offerings").set_index("offering").loc["zz1-sk"]
    assert row["control"] == "decide"
    assert row["min_plan"] == 0
    assert np.isnan(row["max_plan"])
    assert row["basis"] == "reported"
    assert row["source"] == ""


def test_years() -> None:
    case = tiny()
    assert case.plan_years.tolist() == [2025, 2026, 2027, 2028, 2029]
    assert case.tail_years == 6  # zz1-jq 3 years -> gz1-jq 3 years
    assert case.all_years.tolist() == list(range(2025, 2036))


def test_longest_route_adds_up_every_chain() -> None:
    lines = pd.DataFrame({"offering": list("abcd"), "duration": [3, 3, 2, 5]})
    ways = pd.DataFrame({"from_offering": ["a", "b", "a"], "to_offering": ["b", "c", "c"]})
    assert longest_route(lines, ways) == 8
    assert longest_route(lines, ways.head(0)) == 5
    assert longest_route(lines.head(0), ways.head(0)) == 0
    with pytest.raises(ValueError, match="circle"):
        longest_route(lines, pd.DataFrame({"from_offering": ["a", "b"], "to_offering": ["b", "a"]}))


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_row_order_never_changes_the_case(shuffler: random.Random) -> None:
    model, tables = tiny_tables()
    for rows in tables.values():
        shuffler.shuffle(rows)
    case, plain = build_case(model, tables), tiny()
    assert case.fingerprint == plain.fingerprint
    for name, frame in plain.tables.items():
        pd.testing.assert_frame_equal(case.table(name), frame)


def test_everything_that_counts_changes_the_fingerprint() -> None:
    plain = tiny().fingerprint
    assert tiny(tables="elsewhere").fingerprint == plain
    assert tiny(policy={"discount_rate": 0.031}).fingerprint != plain
    model, tables = tiny_tables()
    tables["roll"][0]["persons"] += 1
    assert build_case(model, tables).fingerprint != plain
    model, tables = tiny_tables()
    tables["drivers"][0]["name_zh"] = "另一个工厂"
    assert build_case(model, tables).fingerprint != plain


def test_frames_and_lists_give_the_same_case() -> None:
    model, tables = tiny_tables()
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    assert build_case(model, frames).fingerprint == tiny().fingerprint


def test_a_case_can_be_sent_to_another_process() -> None:
    case = tiny()
    again = pickle.loads(pickle.dumps(case))
    assert again.fingerprint == case.fingerprint
    pd.testing.assert_frame_equal(again.table("offerings"), case.table("offerings"))


def test_a_full_bureau_brings_nothing_to_page_one() -> None:
    model, tables = tiny_tables()
    tables["outcomes"] = [{"school": "zz1", "program": "660103", "year": 2024, "graduates": 40}]
    tables["resources"] = [{"resource": "r", "name_zh": "车间", "unit": "zz1", "kind": "lathe", "workplaces": 40}]
    tables["needs"] = [{"program": "660103", "kind": "lathe", "hours": 100}]
    assert build_case(model, tables).defaulted == ()


def _without(tables: Any, line: str, year: int) -> None:
    """Take the roll of a line and one year of its history away."""
    tables["roll"] = [r for r in tables["roll"] if r["offering"] != line]
    tables["intake_history"] = [r for r in tables["intake_history"] if (r["offering"], r["year"]) != (line, year)]


DEFAULTED = [
    ("entrants", lambda t: t.update(entrants=[]), "entrants are not limited"),
    ("entrants", lambda t: t["entrants"].__delitem__(slice(6, None)), "given for senior_high"),
    ("retention", lambda t: t["retention"].pop(0), "secondary 1"),
    ("intake_history", lambda t: t.update(intake_history=t["intake_history"][:2]), "in 2023"),
    ("roll", lambda t: t.update(roll=[r | {"year": 2023} for r in t["roll"]]), "in 2023"),
    ("intake_history", lambda t: t.update(roll=[]), "bk1-sk have no roll"),  # four years, a history of three
    ("intake_history", lambda t: _without(t, "zz1-kj", 2023), "zz1-kj have no roll"),
    ("offerings", lambda t: t.update(pathways=t["pathways"][1:]), "gz1-sk-2"),
    ("offerings", lambda t: t["offerings"][3].update(track="part_time"), "zz1-kj do not say who seeks work"),
    ("offerings", lambda t: [o.update(cost=0, fixed_cost=0) for o in t["offerings"]], "no costs"),
    ("pathways", lambda t: t.update(pathways=[]), "no pathways"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "change", "words"), DEFAULTED, ids=[d[2] for d in DEFAULTED])
def test_page_one_says_what_was_taken_instead(table: str, change: Any, words: str) -> None:
    model, tables = tiny_tables()
    change(tables)
    said = [d for d in build_case(model, tables).defaulted if d.table == table and words in d.en]
    assert said
    assert all(d.zh for d in said)


def test_a_line_that_began_later_or_has_stopped_lacks_no_year() -> None:
    """zz1-kj without a roll began in 2023; without the row of 2024 it does not enrol any more."""
    for year in (2022, 2024):
        model, tables = tiny_tables()
        _without(tables, "zz1-kj", year)
        assert not [d for d in build_case(model, tables).defaulted if "on roll" in d.en]


def test_page_one_names_agreements_beyond_the_travel_limit() -> None:
    model, tables = tiny_tables()
    model["policy"] = {"travel_limit": 30.0}
    tables["resources"] = [{"resource": "r", "name_zh": "车间", "unit": "qy1", "kind": "lathe", "workplaces": 40}]
    agreement = {"resource": "r", "school": "zz1", "hours_max": 100}
    tables["agreements"] = [
        {"agreement": a, "minutes": m, **agreement} for a, m in (("near", 30), ("far", 31), ("x", None))
    ]
    [said] = [d for d in build_case(model, tables).defaulted if d.table == "agreements"]
    assert "the way of agreements far is longer than 30 minutes" in said.en
    assert "far 的单程时间超过 30 分钟" in said.zh


def test_page_one_names_money_that_nothing_can_use() -> None:
    model, tables = tiny_tables()
    model["budget"].append({"kind": "investment", "amount": 5.0, "earmark": "robots"})
    [said] = [d for d in build_case(model, tables).defaulted if d.table == "investments"]
    assert "robots" in said.en
    assert "robots" in said.zh


def test_a_plan_runs_on_the_tables_that_must_be_given() -> None:
    model, tables = tiny_tables()
    for program in tables["programs"]:
        del program["cluster"]
    needed = {n for n, t in load_dictionary().tables.items() if t.missing == "error"}
    case = build_case(model, {n: rows for n, rows in tables.items() if n in needed})
    assert {d.table for d in case.defaulted} >= {"roll", "entrants", "intake_history", "staffing"}


def test_given_openings_need_no_employment() -> None:
    model, tables = tiny_tables()
    for name in ("industries", "employment", "drivers", "staffing", "education_mix"):
        del tables[name]
    model["forecast"] = {"openings": "given"}
    assert [p.table for p in problems_of(model, tables)] == ["openings"]
    tables["openings"] = [{"occupation": "6-18-01-01", "level": "secondary", "year": 2025, "persons": 30}]
    assert build_case(model, tables).table("openings")["persons"].tolist() == [30.0]


def test_all_problems_of_all_tables_come_at_once_in_both_languages() -> None:
    model, tables = tiny_tables()
    tables["offerings"][0]["duration"] = 9
    tables["roll"][3]["persons"] = -1
    tables["employment"].pop(2)
    tables["nonsense"] = []
    tables["levels"][0]["colour"] = "red"
    found = problems_of(model, tables)
    assert {(p.table, p.row, p.column) for p in found} >= {
        ("offerings", 1, "duration"), ("roll", 4, "persons"), ("employment", 3, "year"), ("nonsense", None, None),
        ("levels", None, "colour"),
    }  # fmt: skip
    for p in found:
        assert "改法" in p.sentence("zh")
        assert "Repair" in p.sentence("en")


def test_a_long_list_of_one_fault_is_cut_and_counted() -> None:
    model, tables = tiny_tables()
    tables["entrants"] = [
        {"origin": f"o{i}", "entrant_group": "junior_high", "year": 2025, "persons": -1 - i} for i in range(120)
    ]
    found = [p for p in problems_of(model, tables) if p.table == "entrants"]
    assert len(found) == 51
    assert "70 more" in found[-1].rule_en
    assert "70" in found[-1].rule_zh
    assert found[-1].row is None


def test_a_reported_code_does_not_set_off_an_avalanche() -> None:
    model, tables = tiny_tables()
    tables["units"][0]["unit"] = ""
    assert [(p.table, p.column) for p in problems_of(model, tables)] == [("units", "unit")]


def test_wrong_settings_in_memory_are_problems() -> None:
    model, tables = tiny_tables()
    [found] = problems_of(model | {"horizon": {"first_year": 2025, "years": 0}}, tables)
    assert found.column == "horizon.years"
