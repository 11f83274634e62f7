"""Names of what tables and limits refer to, on the tiny region."""

from __future__ import annotations

from tests.tiny import tiny_tables

from talentplan.workspace import build_case, code_names


def test_lines_that_share_school_program_and_track_are_told_apart_by_their_entrants():
    settings, tables = tiny_tables()
    settings["labels"] = {"junior_high": {"zh": "初中毕业生", "en": "junior-high leavers"},
                          "adults": {"zh": "社会人员", "en": "adults"}}  # fmt: skip
    lines = tables["offerings"]
    one = next(line for line in lines if line["offering"] == "zz1-sk")
    twin = {**one, "offering": "zz1-sk-2", "entrant_group": "adults"}
    alone = code_names(build_case(settings, tables), "en")["zz1-sk"]
    tables["offerings"] = [*lines, twin]
    for lang, words in (("zh", ("初中毕业生", "社会人员")), ("en", ("junior-high leavers", "adults"))):
        names = code_names(build_case(settings, tables), lang)
        assert [names[code].rsplit(" · ", 1)[1] for code in ("zz1-sk", "zz1-sk-2")] == list(words)
    assert not alone.endswith("junior-high leavers")  # where nothing else has its name it stays short
    assert names["zz1-sk"] == f"{alone} · junior-high leavers"


def test_every_line_and_pathway_of_the_tiny_region_has_a_name_of_its_own():
    case = build_case(*tiny_tables())
    for lang in ("zh", "en"):
        names = code_names(case, lang)
        for table, key in (("offerings", "offering"), ("pathways", "pathway")):
            codes = case.table(table)[key]
            assert len({names[code] for code in codes}) == len(codes)


def test_investments_of_one_name_are_told_apart_by_their_schools():
    settings, tables = tiny_tables()
    first, second = sorted(row["unit"] for row in tables["units"] if row["kind"] == "school")[:2]
    one = {**tables["investments"][0], "investment": "one", "school": first, "name_en": "Teachers"}
    tables["investments"] = [
        one,
        {**one, "investment": "two", "school": second},
        {**one, "investment": "room", "name_en": "Room"},
    ]
    names = code_names(build_case(settings, tables), "en")
    assert names["one"] == f"{names[first]} · Teachers"
    assert names["two"] == f"{names[second]} · Teachers"
    assert names["room"] == "Room"


def test_agreements_are_named_by_who_lends_to_whom():
    settings, tables = tiny_tables()
    units = {row["unit"]: row["name_en"] for row in tables["units"]}
    lender, borrower = sorted(row["unit"] for row in tables["units"] if row["kind"] == "school")[:2]
    tables["teacher_agreements"] = [
        {"agreement": "lend", "from_school": lender, "to_school": borrower, "teachers_max": 2}
    ]
    assert code_names(build_case(settings, tables), "en")["lend"] == f"{units[lender]} → {units[borrower]}"
