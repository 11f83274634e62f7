"""Renamed, merged and split codes, by hand on the tiny region."""

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiny import tiny_tables
from tests.workspace.disk import Disk

from talentplan.errors import InputError, Problem
from talentplan.workspace import Case, build_case

Tables = dict[str, list[dict[str, Any]]]


def change(kind: str, old: str, new: str, year: int = 0) -> dict[str, Any]:
    return {"kind": kind, "old_code": old, "new_code": new, "year": year}


def read(tables: Tables, *changes: dict[str, Any]) -> Case:
    return build_case(tiny_tables()[0], {**tables, "code_changes": list(changes)})


def refused(tables: Tables, *changes: dict[str, Any]) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(tables, *changes)
    return list(caught.value.problems)


def old_program(tables: Tables, old: str = "053000", new: str = "660103") -> Tables:
    """Every table but `programs` bears the old code."""
    for name, rows in tables.items():
        if name != "programs":
            for row in rows:
                if row.get("program") == new:
                    row["program"] = old
    return tables


def said(case: Case, table: str) -> str:
    return " | ".join(d.en for d in case.defaulted if d.table == table)


def test_a_renamed_program_is_read_under_its_new_code_everywhere_and_it_is_said() -> None:
    plain = build_case(*tiny_tables())
    case = read(old_program(tiny_tables()[1]), change("program", "053000", "660103", 2021))
    for name, frame in plain.tables.items():
        if name != "code_changes":
            pd.testing.assert_frame_equal(case.table(name), frame)
    assert "2 old codes read under the new one: 053000 → 660103 (2021)" in said(case, "offerings")
    assert "1 old code read" in said(case, "crosswalk")
    assert any("2 处旧代码按新代码读取：053000 → 660103 (2021)" in d.zh for d in case.defaulted)


def test_a_definition_under_the_old_code_becomes_the_new_one() -> None:
    tables = old_program(tiny_tables()[1])
    next(p for p in tables["programs"] if p["program"] == "660103")["program"] = "053000"
    case = read(tables, change("program", "053000", "660103"))
    assert set(case.table("programs")["program"]) == set(build_case(*tiny_tables()).table("programs")["program"])


def test_a_definition_under_the_old_code_gives_way_to_the_row_of_the_new_one() -> None:
    tables = old_program(tiny_tables()[1])
    tables["programs"].append({"program": "053000", "name_zh": "旧名", "level": "secondary"})
    case = read(tables, change("program", "053000", "660103"))
    pd.testing.assert_frame_equal(case.table("programs"), build_case(*tiny_tables()).table("programs"))


def test_a_chain_is_followed_to_its_end_in_any_order_of_rows() -> None:
    steps = [
        change("program", "a1", "a2", 2010),
        change("program", "a2", "a3"),
        change("program", "a3", "660103", 2021),
    ]
    for order in (steps, steps[::-1], [steps[1], steps[0], steps[2]]):
        case = read(old_program(tiny_tables()[1], "a1"), *order)
        assert "a1 → 660103 (2021)" in said(case, "offerings")


def test_a_code_split_and_merged_again_is_certain() -> None:
    ways = [change("program", "a", b) for b in ("b", "c")] + [change("program", b, "660103") for b in ("b", "c")]
    assert "a → 660103" in said(read(old_program(tiny_tables()[1], "a"), *ways), "offerings")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_circles_are_refused(length: int) -> None:
    codes = ["a", "b", "c"][:length]
    ring = [change("program", c, codes[(k + 1) % length]) for k, c in enumerate(codes)]
    found = refused(tiny_tables()[1], change("program", "x", "a"), *ring)
    assert [(p.table, p.row, p.column) for p in found] == [
        ("code_changes", k + 2, "old_code") for k in range(length)
    ]  # the row that leads into the circle is none of it
    assert "circle" in found[0].rule_en
    assert "成环" in found[0].rule_zh


def test_the_same_letters_of_another_kind_are_no_circle() -> None:
    case = read(tiny_tables()[1], change("program", "a", "b"), change("occupation", "b", "a"))
    assert case.defaulted == build_case(*tiny_tables()).defaulted


def test_a_split_code_is_reported_at_every_row_that_bears_it_and_nowhere_else() -> None:
    tables = tiny_tables()[1]
    splits = [change("program", "660100", "660103"), change("program", "660100", "660303")]
    assert read(tables, *splits).fingerprint  # nobody bears it: no harm
    tables["crosswalk"][0]["program"] = "660100"
    [found] = refused(tables, *splits)
    assert (found.table, found.row, found.column, found.value) == ("crosswalk", 1, "program", "660100")
    assert found.repair_en == "write one of 660103, 660303"
    assert "660103、660303" in found.repair_zh


def test_a_new_code_that_nothing_defines_is_reported_at_the_row_under_the_code_it_shows() -> None:
    tables = tiny_tables()[1]
    tables["crosswalk"][0]["occupation"] = "6-18-01-99"
    [found] = refused(tables, change("occupation", "6-18-01-99", "6-18-01-77"))
    assert (found.row, found.column, found.value) == (1, "occupation", "6-18-01-99")
    assert "6-18-01-77" in found.repair_en
    assert "6-18-01-77" in found.repair_zh


def merged_jobs() -> tuple[Tables, list[dict[str, Any]]]:
    """Turner and robot technician become "T", which has a row of its own."""
    tables = tiny_tables()[1]
    tables["occupations"].append({"occupation": "T", "name_zh": "智能车工"})
    tables["crosswalk"][1]["under_qualified_ok"] = True
    for row, words in zip(tables["crosswalk"], ["a", "b", "c"], strict=False):
        row["evidence"] = words
    return tables, [change("occupation", "6-18-01-01", "T"), change("occupation", "6-31-01-10", "T")]


def test_merged_links_keep_the_greatest_relevance_with_its_evidence() -> None:
    tables, changes = merged_jobs()
    case = read(tables, *changes)
    links = case.table("crosswalk").set_index(["program", "occupation"])
    link = links.loc[("660303", "T")]  # robot technician 1.0 ("b"), turner 0.6 ("c")
    assert (link["relevance"], link["evidence"], link["under_qualified_ok"]) == (1.0, "b", True)
    assert len(links) == 6
    assert "rows that became the same were joined, 1 fewer" in said(case, "crosswalk")


def test_merged_shares_of_employment_add_up_and_education_mixes_are_averaged() -> None:
    tables, changes = merged_jobs()
    case = read(tables, *changes)
    staffing = case.table("staffing").set_index(["industry", "occupation"])["share"]
    assert staffing[("35", "T")] == pytest.approx(0.10 + 0.12)
    assert staffing[("34", "T")] == pytest.approx(0.20)
    mix = case.table("education_mix").set_index(["occupation", "level"])
    # turner .6 / .4, technician .3 / .7; graduate shares .7 and .8, .8 and .9, weighted by these
    assert mix.loc[("T", "secondary"), "share"] == pytest.approx(0.45)
    assert mix.loc[("T", "higher_vocational"), "share"] == pytest.approx(0.55)
    assert mix.loc[("T", "secondary"), "graduate_share"] == pytest.approx((0.6 * 0.7 + 0.3 * 0.8) / 0.9)
    assert mix.loc[("T", "higher_vocational"), "graduate_share"] == pytest.approx((0.4 * 0.8 + 0.7 * 0.9) / 1.1)


def test_a_level_that_one_of_the_merged_never_asked_for_counts_as_none() -> None:
    tables, changes = merged_jobs()
    tables["education_mix"] = [
        {"occupation": "6-18-01-01", "level": "secondary", "share": 1.0},
        {"occupation": "6-31-01-10", "level": "secondary", "share": 0.3},
        {"occupation": "6-31-01-10", "level": "higher_vocational", "share": 0.7},
    ]
    mix = read(tables, *changes).table("education_mix")
    assert mix.set_index("level")["share"].to_dict() == pytest.approx({"secondary": 0.65, "higher_vocational": 0.35})


def test_the_new_codes_own_education_mix_stands() -> None:
    tables, changes = merged_jobs()
    tables["education_mix"].append({"occupation": "T", "level": "undergraduate", "share": 1.0})
    mix = read(tables, *changes).table("education_mix").set_index("occupation")
    assert mix.loc[["T"], "level"].tolist() == ["undergraduate"]


@pytest.mark.parametrize("table", ["education_mix", "external_supply"])
def test_a_merger_of_every_year_and_one_year_is_refused(table: str) -> None:
    tables, changes = merged_jobs()
    if table == "education_mix":
        for row in tables[table][:2]:
            row["year"] = 2026
    else:
        tables[table].append({"occupation": "6-31-01-10", "level": "secondary", "year": 2026, "persons": 5})
    [found] = refused(tables, *changes)
    assert (found.table, found.column) == (table, "year")
    assert "T" in found.repair_en
    tables[table] = [row | {"year": 2026} for row in tables[table]]
    assert len(read(tables, *changes).table(table))


def test_external_supply_openings_and_vacancies_add_up() -> None:
    tables, changes = merged_jobs()
    tables["external_supply"].append({"occupation": "6-31-01-10", "level": "secondary", "year": 0, "persons": 5})
    tables["vacancies"] = [
        {"occupation": o, "year": 2024, "wanted": w, "hired": h, "basis": b, "source": s}
        for o, w, h, b, s in (("6-18-01-01", 30, 20, "official", "B"), ("6-31-01-10", 8, 7, "estimated", "A"))
    ]
    tables["openings"] = [
        {"occupation": o, "level": "secondary", "year": 2025, "persons": n} for o, n in (("T", 1), ("6-18-01-01", 2))
    ]
    case = read(tables, *changes)
    assert case.table("external_supply")["persons"].tolist() == [15.0]
    assert case.table("openings")["persons"].tolist() == [3.0]
    [row] = case.table("vacancies").to_dict("records")
    assert (row["wanted"], row["hired"], row["basis"], row["source"]) == (38.0, 27.0, "estimated", "A；B")


def test_wages_of_merged_occupations_are_averaged_unless_the_new_one_has_its_own() -> None:
    tables, changes = merged_jobs()
    tables["wages"] = [
        {"occupation": o, "year": y, "wage": w}
        for o, y, w in (
            ("6-18-01-01", 2023, 60_000),
            ("6-31-01-10", 2023, 80_000),
            ("6-18-01-01", 2024, 1),
            ("T", 2024, 9),
        )
    ]
    assert read(tables, *changes).table("wages")["wage"].tolist() == [70_000.0, 9.0]


def merged_programs() -> tuple[Tables, list[dict[str, Any]]]:
    """Secondary machining and robotics become 660199; at zz1 their ordinary lines become one, zz1-sk."""
    tables = tiny_tables()[1]
    tables["programs"].append(
        {"program": "660199", "name_zh": "智能加工", "level": "secondary", "cluster": "machining"}
    )
    tables["outcomes"] = [
        {"school": "zz1", "program": p, "year": 2024, "graduates": g, "employed": e, "local": loc, "wage": w}
        for p, g, e, loc, w in (("660103", 80, 60, 40, 4000), ("660303", 40, 30, None, 4600))
    ]
    return tables, [
        change("program", "660103", "660199"), change("program", "660303", "660199"),
        change("offering", "zz1-jq", "zz1-sk"),
    ]  # fmt: skip


def test_history_roll_and_outcomes_of_merged_lines_add_up() -> None:
    tables, changes = merged_programs()
    case = read(tables, *changes)
    lines = case.table("offerings")
    assert "zz1-jq" not in set(lines["offering"])
    assert set(lines.loc[lines["school"] == "zz1", "program"]) == {"660199", "730301"}
    intake = case.table("intake_history").set_index(["offering", "year"])
    assert intake.loc[("zz1-sk", 2024), ["plan", "registered"]].tolist() == [50 + 40, 45 + 38]
    assert np.isnan(intake.loc[("zz1-sk", 2024), "admitted"])
    roll = case.table("roll").set_index(["offering", "year", "grade"])["persons"]
    assert [roll[("zz1-sk", 2024, g)] for g in (1, 2, 3)] == [45 + 38, 43 + 36, 41 + 34]
    [row] = case.table("outcomes").to_dict("records")
    assert (row["program"], row["graduates"], row["employed"]) == ("660199", 120.0, 90.0)
    assert np.isnan(row["local"])  # one part is not known
    assert row["wage"] == pytest.approx((80 * 4000 + 40 * 4600) / 120)
    assert set(case.table("pathways")["from_offering"]) == {"zz1-sk-32", "zz1-sk", "gz1-sk"}


def test_lines_that_a_merger_makes_the_same_are_reported_with_the_row_that_helps() -> None:
    tables, changes = merged_programs()
    [found] = refused(tables, *changes[:2])
    assert (found.table, found.row, found.column, found.value) == ("offerings", 3, "program", "660303")
    assert "offering, zz1-jq, zz1-sk" in found.repair_en
    assert "zz1-jq → zz1-sk" in found.repair_zh


def test_hours_of_merged_programs_are_averaged() -> None:
    tables, changes = merged_programs()
    tables["needs"] = [
        {"program": p, "kind": k, "hours": h}
        for p, k, h in (("660103", "lathe", 100), ("660303", "lathe", 40), ("660303", "robot", 60))
    ]
    needs = read(tables, *changes).table("needs").set_index("kind")["hours"]
    assert needs.to_dict() == {"lathe": 70.0, "robot": 30.0}


def test_a_merger_into_a_code_without_a_row_is_reported() -> None:
    tables, changes = merged_programs()
    tables["programs"] = [p for p in tables["programs"] if p["program"] != "660199"]
    found = [p for p in refused(tables, *changes) if p.table == "programs"]
    assert [(p.row, p.value) for p in found] == [(1, "660103"), (2, "660303")]
    assert "660199" in found[0].repair_en


def test_rows_that_were_twice_in_the_file_stay_a_problem() -> None:
    tables, changes = merged_jobs()
    tables["crosswalk"].append(dict(tables["crosswalk"][0]))
    [found] = refused(tables, *changes)
    assert (found.table, found.row) == ("crosswalk", 8)
    assert "no two rows" in found.rule_en


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_row_order_never_matters(shuffler: random.Random) -> None:
    tables, changes = merged_jobs()
    more, programs = merged_programs()
    tables |= {name: more[name] for name in ("programs", "outcomes")}
    changes += programs
    plain = read(tables, *changes)
    for rows in (*tables.values(), changes):
        shuffler.shuffle(rows)
    case = read(tables, *changes)
    assert case.fingerprint == plain.fingerprint
    assert case.defaulted == plain.defaulted


def test_files_under_old_codes_are_read_and_rows_of_a_scenario_too(disk: Disk) -> None:
    disk.grid("code_changes", [["类别", "旧代码", "新代码"], ["职业", "6-99", "6-18-01-01"]])
    disk.head("code_changes", 类别="代码类别")
    disk.put("crosswalk", 2, "occupation", "6-99")
    disk.put("staffing", 2, "occupation", "6-99")
    folder = disk.folder / "scenarios"
    folder.mkdir()
    (folder / "more.yaml").write_text(
        "title: {zh: 加, en: more}\npatches:\n"
        '  - add: {table: crosswalk, rows: [{program: "460305", occupation: 6-99, relevance: 0.5}]}\n'
        "  - scale: {table: staffing, where: {occupation: 6-18-01-01}, column: share, by: 0.5}\n",
        "utf-8",
    )
    case = disk.read("more")
    assert "6-99" not in set(case.table("crosswalk")["occupation"])
    assert ("460305", "6-18-01-01") in set(
        case.table("crosswalk")[["program", "occupation"]].itertuples(index=False, name=None)
    )
    assert case.table("staffing").set_index(["industry", "occupation"]).loc[("34", "6-18-01-01"), "share"] == 0.1
    assert len([d for d in case.defaulted if d.table == "crosswalk"]) == 2


def test_a_broken_model_still_reads_old_codes(disk: Disk) -> None:
    disk.grid("code_changes", [["kind", "old_code", "new_code"], ["occupation", "6-99", "6-18-01-01"]])
    disk.put("crosswalk", 2, "occupation", "6-99")
    disk.model.write_text(disk.model.read_text("utf-8").replace("years: 5", "years: 0"), "utf-8")
    with pytest.raises(InputError) as caught:
        disk.read()
    assert [p.table for p in caught.value.problems] == ["model"]
