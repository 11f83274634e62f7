"""Programs and occupations without a link are named, and stop nothing."""

from typing import Any

import pytest
from tests.tiny import tiny_tables

from talentplan.workspace import Case, build_case, unlinked


def codes(case: Case) -> list[tuple[str, str]]:
    return list(unlinked(case.settings, case.tables)[["kind", "code"]].itertuples(index=False, name=None))


def without(*programs: str) -> dict[str, Any]:
    tables = tiny_tables()[1]
    tables["crosswalk"] = [row for row in tables["crosswalk"] if row["program"] not in programs]
    return tables


def test_nothing_is_named_where_everything_has_a_link() -> None:
    assert codes(build_case(*tiny_tables())) == []


def test_an_offered_program_and_a_staffed_occupation_are_named_on_page_one() -> None:
    case = build_case(tiny_tables()[0], without("730301", "460305"))  # the accountant loses its only program
    assert codes(case) == [("program", "460305"), ("program", "730301"), ("occupation", "2-06-03-00")]
    said = [d for d in case.defaulted if d.table == "crosswalk"]
    programs, jobs = [d.en for d in said]
    assert programs.startswith("the programs 460305 robotics, 730301 accounting (sec.) have no occupation: ")
    assert jobs == "the occupations 2-06-03-00 accountant have no program: all their openings count as shortage"
    assert "460305 工业机器人技术、730301 会计事务" in said[0].zh
    assert "2-06-03-00 会计专业人员" in said[1].zh


def test_a_program_nobody_offers_and_a_job_nobody_holds_are_not_named() -> None:
    tables = tiny_tables()[1]
    tables["programs"].append({"program": "999999", "name_zh": "无", "level": "secondary"})
    tables["occupations"].append({"occupation": "9-99", "name_zh": "无"})
    tables["staffing"].append({"industry": "34", "occupation": "9-99", "share": 0.0})
    assert codes(build_case(tiny_tables()[0], tables)) == []


@pytest.mark.parametrize(
    ("openings", "named"), [("forecast", {"2-06-03-00"}), ("given", {"9-99"}), ("both", {"2-06-03-00", "9-99"})]
)
def test_openings_count_where_they_are_read(openings: str, named: set[str]) -> None:
    model, tables = tiny_tables()[0], without("730301")
    model["forecast"]["openings"] = openings
    tables["occupations"].append({"occupation": "9-99", "name_zh": "新职业"})
    tables["openings"] = [{"occupation": "9-99", "level": "secondary", "year": 2025, "persons": 3}]
    found = {code for kind, code in codes(build_case(model, tables)) if kind == "occupation"}
    assert found == named
