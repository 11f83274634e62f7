"""Faults that real tables have: each is repaired to the exact value, or reported at its cell. None does anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.workspace.disk import Disk, as_cell, write_book
from tests.workspace.spoiled import (
    CSV,
    circle,
    dated_code,
    empty_sheet,
    error_cell,
    hidden_sheet,
    loan,
    logical_number,
    merged_heading,
    merged_keys,
    shares,
    transfer,
    twice_the_same,
    uncomputed_cell,
    unknown_sheet,
    workbook_called_text,
    workshop,
)

from talentplan.errors import InputError
from talentplan.workspace import Case

Spoil = Callable[[Disk], Any]


@dataclass(frozen=True)
class Reported:
    """The place that must be named, and words the repair or the rule must hold."""

    file: str
    row: int | None
    column: str | None
    words: str = ""
    sheet: str | None = None


def cell(case: Case, table: str, column: str, **key: Any) -> Any:
    frame = case.table(table)
    for k, v in key.items():
        frame = frame[frame[k] == v]
    [value] = frame[column]
    return value


def encoded(encoding: str) -> Spoil:
    return lambda d: d.text("industries", lambda t: t, encoding)


def delimited(mark: str) -> Spoil:
    return lambda d: d.text("employment", lambda t: t.replace(",", mark))


def two_row_heading(d: Disk) -> None:
    rows = d.rows("intake_history")
    top = ["offering", "year", "招生", ""]
    d.book("intake_history", [top, ["", "", "计划数", "报到数"], *[[as_cell(v) for v in r] for r in rows[1:]]],
           merged=("A1:A2", "B1:B2", "C1:D1"))  # fmt: skip


def one_workbook(d: Disk) -> None:
    sheets = {"offerings": "招生计划行", "employment": "employment by industry"}
    for table, sheet in sheets.items():
        rows = [[as_cell(v) for v in row] for row in d.rows(table)]
        d.path(table).unlink()
        write_book(d.folder / "data" / f"{table}-2025.xlsx", {sheet: rows, "说明": [["谁填、何时填"]]})


EMPLOYED = ("employment", "persons", {"industry": "34", "year": 2017})

REPAIRED: list[tuple[str, Spoil, tuple[str, str, dict[str, Any]], Any]] = [
    ("gb18030 file", encoded("gb18030"), ("industries", "name_zh", {"industry": "34"}), "通用设备制造业"),
    ("byte-order mark", encoded("utf-8-sig"), ("industries", "name_zh", {"industry": "34"}), "通用设备制造业"),
    ("utf-16 file", encoded("utf-16"), ("industries", "name_zh", {"industry": "34"}), "通用设备制造业"),
    ("semicolons", delimited(";"), EMPLOYED, 5000.0),
    ("tabs", delimited("\t"), EMPLOYED, 5000.0),
    ("thousands separator", lambda d: d.put("employment", 2, "persons", "5,234"), EMPLOYED, 5234.0),
    ("full-width digits", lambda d: d.put("employment", 2, "persons", "５１２３．５"), EMPLOYED, 5123.5),
    ("full-width thousands", lambda d: d.put("employment", 2, "persons", "１，２３４"), EMPLOYED, 1234.0),
    ("blanks around", lambda d: d.put("employment", 2, "persons", "　5001 "), EMPLOYED, 5001.0),
    ("blanks as thousands", lambda d: d.put("employment", 2, "persons", "5 002"), EMPLOYED, 5002.0),
    (
        "per cent",
        lambda d: d.put("drivers", 2, "probability", "12%"),
        ("drivers", "probability", {"driver": "plant"}),
        0.12,
    ),
    (
        "year with its word",
        lambda d: d.put("drivers", 2, "year", "2026年"),
        ("drivers", "year", {"driver": "plant"}),
        2026,
    ),
    (
        "code with a point",
        lambda d: d.put("programs", 2, "program", "660103.0"),
        ("programs", "name_en", {"program": "660103"}),
        "CNC machining (sec.)",
    ),
    (
        "codes as numbers of a workbook",
        lambda d: d.book("programs"),
        ("programs", "name_en", {"program": "660103"}),
        "CNC machining (sec.)",
    ),
    (
        "leading zeros",
        lambda d: d.add("units", unit="007", name_zh="协会", kind="association"),
        ("units", "name_zh", {"unit": "007"}),
        "协会",
    ),
    (
        "blanks around a code",
        lambda d: d.put("offerings", 2, "school", " zz1　"),
        ("offerings", "school", {"offering": "zz1-sk"}),
        "zz1",
    ),
    (
        "blank within a word of a list",
        lambda d: d.put("offerings", 3, "track", "衔 接 前 段"),
        ("offerings", "track", {"offering": "zz1-sk-32"}),
        "first_segment",
    ),
    ("yes in Chinese", lambda d: d.put("industries", 4, "pillar", "是"), ("industries", "pillar", {"industry": "51"}), True),
    ("no as 0", lambda d: d.put("industries", 2, "pillar", "0"), ("industries", "pillar", {"industry": "34"}), False),
    (
        "word of a list in Chinese",
        lambda d: d.put("offerings", 3, "track", "衔接前段"),
        ("offerings", "track", {"offering": "zz1-sk-32"}),
        "first_segment",
    ),
    (
        "word of a list in capitals",
        lambda d: d.put("offerings", 3, "track", "First Segment"),
        ("offerings", "track", {"offering": "zz1-sk-32"}),
        "first_segment",
    ),
    ("Chinese headings", lambda d: d.head("employment", industry="行业代码", year="年 份", persons="就业人数"), EMPLOYED, 5000.0),
    ("unit in the heading", lambda d: d.head("employment", persons="就业人数（人）"), EMPLOYED, 5000.0),
    ("heading in capitals", lambda d: d.head("employment", persons="Persons Employed (persons)"), EMPLOYED, 5000.0),
    ("starred heading", lambda d: d.head("employment", persons="＊就业人数"), EMPLOYED, 5000.0),
    ("title above the heading", lambda d: d.insert("employment", 1, "2024 年就业人数", "", ""), EMPLOYED, 5000.0),
    ("heading in two rows", two_row_heading, ("intake_history", "plan", {"offering": "zz1-sk", "year": 2024}), 50.0),
    ("remarks", lambda d: d.column("employment", "备注", lambda i: f"第 {i} 行"), EMPLOYED, 5000.0),
    ("column for people only", lambda d: d.column("employment", "#checked by", lambda _: "Li"), EMPLOYED, 5000.0),
    ("workbooks named otherwise", one_workbook, EMPLOYED, 5000.0),
    ("Windows line ends", lambda d: d.text("employment", lambda t: t.replace("\n", "\r\n")), EMPLOYED, 5000.0),
    ("code as a formula", lambda d: d.put("employment", 2, "industry", '="34"'), EMPLOYED, 5000.0),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "where", "value"), [r[1:] for r in REPAIRED], ids=[r[0] for r in REPAIRED])
def test_repaired(disk: Disk, spoil: Spoil, where: tuple[str, str, dict[str, Any]], value: Any) -> None:
    spoil(disk)
    case = disk.read()
    found = cell(case, where[0], where[1], **where[2])
    assert found == value
    assert type(found) is type(value) or isinstance(found, type(value)) or found.dtype == type(value)


LEFT_OUT: list[tuple[str, Spoil]] = [
    ("total row", lambda d: d.add("employment", industry="合 计", persons=99999)),
    ("subtotal in the middle", lambda d: d.insert("employment", 9, "小计：", "", "41680")),
    ("English total", lambda d: d.add("employment", industry="Total", year=2024, persons=99999)),
    ("blank rows", lambda d: d.insert("employment", 5, "", "　", "")),
    ("footnote", lambda d: d.add("employment", industry="注：数据来自年鉴，不含个体户")),
    ("repeated heading", lambda d: d.insert("employment", 10, "industry", "year", "persons")),
    ("units below the heading", lambda d: d.insert("employment", 2, "", "年", "（人）")),
    ("signatures", lambda d: d.add("employment", industry="填表人：张三", persons="审核人：李四")),
    ("date of a form", lambda d: d.add("employment", persons="2026年3月1日")),
    ("seal", lambda d: d.add("employment", industry="填报单位（盖章）：")),
]


@pytest.mark.parametrize("spoil", [f[1] for f in LEFT_OUT], ids=[f[0] for f in LEFT_OUT])
def test_what_is_no_data_is_left_out(disk: Disk, spoil: Spoil) -> None:
    plain = disk.read().fingerprint
    spoil(disk)
    assert disk.read().fingerprint == plain


# --- reported ------------------------------------------------------------------------------------------------------


PATHWAYS = "programs/pathways.csv"
OPTIONS = "programs/investments.csv"
LOANS = "programs/teacher_agreements.csv"
TRANSFERS = "programs/transfers.csv"
OFFERINGS = "programs/offerings.csv"
HISTORY = "programs/intake_history.csv"
EMPLOYMENT = CSV["employment"]

REPORTED: list[tuple[str, Spoil, Reported]] = [
    ("duplicate key", lambda d: d.add("industries", industry="35", name_zh="又一个"), Reported(CSV["industries"], 5, "industry", "row 3")),
    ("duplicate key of two columns", lambda d: d.put("employment", 3, "year", 2017), Reported(EMPLOYMENT, 3, "year", "row 2")),
    ("the same line twice", lambda d: d.put("offerings", 3, "track", "ordinary"), Reported(OFFERINGS, 3, "entrant_group", "row 2")),
    ("unknown code", lambda d: d.put("offerings", 2, "program", "66103"), Reported(OFFERINGS, 2, "program", "660103")),
    ("lost leading zeros", lambda d: (d.add("units", unit="0071", name_zh="协会", kind="association"), d.put("schools", 2, "school", "71")), Reported("programs/schools.csv", 2, "school", "0071")),
    ("negative number", lambda d: d.put("schools", 3, "places", -5), Reported("programs/schools.csv", 3, "places", ">= 0 persons")),
    ("share over 1", lambda d: d.put("drivers", 2, "probability", 85), Reported(CSV["drivers"], 2, "probability", "0.85")),
    ("shares of an industry over 1", lambda d: d.put("staffing", 3, "share", 0.9), Reported(CSV["staffing"], 3, "share", "1.1")),
    ("education mix below 1", lambda d: d.put("education_mix", 5, "share", 0.6), Reported(CSV["education_mix"], 5, "share", "0.9")),
    ("missing year", lambda d: d.put("employment", 4, "year", ""), Reported(EMPLOYMENT, 4, "year", "filled in")),
    ("year gap", lambda d: d.text("employment", lambda t: t.replace("34,2020,5180\n", "")), Reported(EMPLOYMENT, 5, "year", "add the year 2020")),
    ("year of two digits", lambda d: d.put("employment", 2, "year", "17"), Reported(EMPLOYMENT, 2, "year", "four digits")),
    ("renamed column", lambda d: d.head("employment", persons="person"), Reported(EMPLOYMENT, 1, "person", "did you mean persons")),
    ("renamed column in Chinese", lambda d: d.head("employment", persons="就业数"), Reported(EMPLOYMENT, 1, "就业数", "persons")),
    ("unknown column", lambda d: d.column("employment", "colour", lambda _: "red"), Reported(EMPLOYMENT, 1, "colour", "no such column")),
    ("missing column", lambda d: d.grid("employment", [r[:2] for r in d.rows("employment")]), Reported(EMPLOYMENT, 1, "persons", "missing")),
    ("the same column twice", lambda d: d.column("employment", "就业人数", lambda _: 1), Reported(EMPLOYMENT, 1, "persons", "C and D")),
    ("text in a number", lambda d: d.put("employment", 2, "persons", "many"), Reported(EMPLOYMENT, 2, "persons", "a number")),
    ("doubtful comma", lambda d: d.put("employment", 2, "persons", "12,34"), Reported(EMPLOYMENT, 2, "persons", "a number")),
    ("unit in ten thousands", lambda d: d.put("employment", 2, "persons", "1.2万"), Reported(EMPLOYMENT, 2, "persons", "12000")),
    ("unit behind the number", lambda d: d.put("employment", 2, "persons", "500人"), Reported(EMPLOYMENT, 2, "persons", "500")),
    ("unit of the column in ten thousands", lambda d: d.head("offerings", cost="生均成本（万元）"), Reported(OFFERINGS, 1, "生均成本（万元）", "CNY/student/year")),
    ("dash for nothing", lambda d: d.put("schools", 2, "places", "—"), Reported("programs/schools.csv", 2, "places", "0 where it is zero")),
    ("not a number", lambda d: d.put("employment", 2, "persons", "1e999"), Reported(EMPLOYMENT, 2, "persons", "a number")),
    ("more persons than any region has", lambda d: d.put("intake_history", 2, "plan", "1e12"), Reported(HISTORY, 2, "plan", "must be <= 1000000000 persons/year")),
    ("more money than any region has", lambda d: d.put("offerings", 2, "cost", "1e300"), Reported(OFFERINGS, 2, "cost", "must be <= 10000000000000 CNY/student/year")),
    ("jobs lost beyond any region", lambda d: d.put("drivers", 2, "persons", "-1e10"), Reported(CSV["drivers"], 2, "persons", "zeros too many")),
    ("fraction of a year", lambda d: d.put("offerings", 2, "duration", "2.5"), Reported(OFFERINGS, 2, "duration", "whole number")),
    ("unknown word", lambda d: d.put("offerings", 2, "track", "ordinry"), Reported(OFFERINGS, 2, "track", "five_year")),
    ("neither yes nor no", lambda d: d.put("industries", 2, "pillar", "maybe"), Reported(CSV["industries"], 2, "pillar", "yes or no")),
    ("date in a code of a workbook", dated_code, Reported("reference/occupations.xlsx", 3, "occupation", "not a date", "职业")),
    ("date in a code of a text file", lambda d: d.put("occupations", 3, "occupation", "2006/3/1"), Reported("reference/occupations.csv", 3, "occupation", "not a date")),
    ("scientific notation in a code", lambda d: d.put("programs", 2, "program", "6.60E+05"), Reported("programs/programs.csv", 2, "program", "digits")),
    ("error cell of a workbook", error_cell, Reported("programs/schools.xlsx", 2, "places", "a number", "schools")),
    ("formula that was never computed", uncomputed_cell, Reported("programs/schools.xlsx", 2, "places", "the formula has no result", "schools")),
    ("hidden sheet", hidden_sheet, Reported("programs/roll.xlsx", None, None, "unhide it", "在校生")),
    ("merged codes", merged_keys, Reported("programs/intake_history.xlsx", 3, "offering", "split merged cells", "历年招生")),
    ("workbook called a text", workbook_called_text, Reported("programs/roll.csv", None, None, "ends in .xlsx")),
    ("code in another case", lambda d: d.put("offerings", 2, "school", "ZZ1"), Reported(OFFERINGS, 2, "school", "did you mean zz1")),
    ("blank within a code", lambda d: d.put("offerings", 2, "school", "zz 1"), Reported(OFFERINGS, 2, "school", "did you mean zz1")),
    ("long strokes in a code", lambda d: d.put("crosswalk", 2, "occupation", "6—18—01—01"), Reported(CSV["crosswalk"], 2, "occupation", "did you mean 6-18-01-01")),
    ("full-width strokes in a code", lambda d: d.put("crosswalk", 2, "occupation", "6–18–01–01"), Reported(CSV["crosswalk"], 2, "occupation", "did you mean 6-18-01-01")),
    ("code as an uncomputed formula", lambda d: d.put("offerings", 2, "school", "=A1"), Reported(OFFERINGS, 2, "school", "the formula has no result")),
    ("a column for each year", lambda d: d.head("employment", persons="2024年"), Reported(EMPLOYMENT, 1, "2024年", "one row for each year")),
    ("a school year", lambda d: d.put("employment", 2, "year", "2017-2018学年"), Reported(EMPLOYMENT, 2, "year", "such as 2017")),
    ("a school year in short", lambda d: d.put("employment", 2, "year", "2017/18"), Reported(EMPLOYMENT, 2, "year", "such as 2017")),
    ("negative in brackets", lambda d: d.put("drivers", 2, "persons", "(1,500)"), Reported(CSV["drivers"], 2, "persons", "write -1500")),
    ("another unit below the heading", lambda d: d.insert("employment", 2, "", "年", "万人"), Reported(EMPLOYMENT, 2, "persons", "a number")),
    ("nothing in words", lambda d: d.put("schools", 2, "places", "暂无"), Reported("programs/schools.csv", 2, "places", "0 where it is zero")),
    ("nothing in letters", lambda d: d.put("schools", 2, "places", "N.A."), Reported("programs/schools.csv", 2, "places", "0 where it is zero")),
    ("no limit in words", lambda d: d.put("schools", 2, "places", "不限"), Reported("programs/schools.csv", 2, "places", "empty where it is not limited")),
    ("sign of money", lambda d: d.put("offerings", 2, "cost", "￥17,000"), Reported(OFFERINGS, 2, "cost", "the number alone, such as 17000")),
    ("about so many", lambda d: d.put("schools", 2, "places", "约700人"), Reported("programs/schools.csv", 2, "places", "the number alone, such as 700")),
    ("comma for a point", lambda d: d.put("levels", 3, "students_per_teacher", "18,5"), Reported("programs/levels.csv", 3, "students_per_teacher", "write 18.5")),
    ("full stop for a point", lambda d: d.put("levels", 3, "students_per_teacher", "18。5"), Reported("programs/levels.csv", 3, "students_per_teacher", "write 18.5")),
    ("more registered than admitted", lambda d: d.column("intake_history", "admitted", lambda i: 44 if i == 2 else ""), Reported(HISTORY, 2, "registered", "admitted is 44")),
    ("logical value in a number", logical_number, Reported("programs/schools.xlsx", 2, "places", "a number", "schools")),
    ("merged heading", merged_heading, Reported("programs/intake_history.xlsx", 1, "D", "heading of its own", "历年招生")),
    ("no heading", lambda d: d.grid("employment", d.rows("employment")[1:]), Reported(EMPLOYMENT, 1, None, "industry, year, persons")),
    ("empty sheet", empty_sheet, Reported("programs/programs.xlsx", None, None, "must be given and have rows", "programs")),
    ("empty file", lambda d: d.path("programs").write_bytes(b""), Reported("programs/programs.csv", None, None, "must be given and have rows")),
    ("heading alone", lambda d: d.grid("programs", d.rows("programs")[:1]), Reported("programs/programs.csv", None, None, "must be given and have rows")),
    ("missing file", lambda d: d.path("programs").unlink(), Reported("programs", None, None, "must be given and have rows")),
    ("misspelt file", lambda d: d.path("roll").rename(d.path("roll").with_name("rol.csv")), Reported("programs/rol.csv", None, None, "did you mean roll")),
    ("misspelt sheet", unknown_sheet, Reported("survey.xlsx", None, None, "did you mean offerings", "offerngs")),
    ("the same table twice", twice_the_same, Reported("survey.xlsx", None, None, "only once", "units")),
    ("broken workbook", lambda d: d.path("needs", ".xlsx").write_bytes(b"PK\x03\x04 no zip"), Reported("programs/needs.xlsx", None, None, "readable")),
    ("no text at all", lambda d: d.path("roll").write_bytes(bytes(range(256)) * 4), Reported("programs/roll.csv", None, None, "UTF-8")),
    ("unpaired quote", lambda d: d.text("employment", lambda t: t.replace("34,2018", '"34,2018')), Reported(EMPLOYMENT, 3, None, "quotes")),
    ("a cell too many", lambda d: d.text("employment", lambda t: t.replace("34,2018,", "34,2018,5,")), Reported(EMPLOYMENT, 3, None, "more cells")),
    ("pathway to a lower level", lambda d: d.put("pathways", 3, "to_offering", "zz1-sk"), Reported(PATHWAYS, 3, "to_offering", "higher level")),
    ("pathway to the same level", lambda d: d.put("pathways", 3, "from_offering", "gz1-sk"), Reported(PATHWAYS, 3, "to_offering", "higher level")),
    ("circular pathway", circle, Reported(PATHWAYS, 2, "from_offering", "circle")),
    ("pathway into a first segment", lambda d: d.put("pathways", 3, "to_offering", "gz1-jq-5"), Reported(PATHWAYS, 3, "to_offering", "second_segment")),
    ("promises over 1", lambda d: d.add("pathways", pathway="p9", from_offering="zz1-sk-32", to_offering="gz1-jq", min_share=0.3), Reported(PATHWAYS, 5, "min_share", "sum to at most 1")),
    ("promise above the ceiling", lambda d: d.put("pathways", 2, "max_share", 0.5), Reported(PATHWAYS, 2, "min_share", "max_share is 0.5")),
    ("smallest class above the largest", lambda d: d.put("programs", 3, "class_min", 60), Reported("programs/programs.csv", 3, "class_min", "class_max is 50")),
    ("own smallest class above the program's largest", lambda d: d.column("offerings", "class_min", lambda i: 55 if i == 4 else ""), Reported(OFFERINGS, 4, "class_min", "the program's")),
    ("least plan above the greatest", lambda d: (d.column("offerings", "min_plan", lambda i: 90 if i == 4 else ""), d.column("offerings", "max_plan", lambda i: 80 if i == 4 else "")), Reported(OFFERINGS, 4, "min_plan", "max_plan is 80")),
    ("rank twice", lambda d: d.put("levels", 4, "rank", 1), Reported("programs/levels.csv", 4, "rank", "row 3")),
    ("arrivals far above the plan", lambda d: d.put("intake_history", 2, "registered", 450), Reported(HISTORY, 2, "registered", "1.5 times")),
    ("year of study beyond the duration", lambda d: d.put("roll", 4, "grade", 4), Reported("programs/roll.csv", 4, "grade", "duration")),
    ("more go on and repeat than there are", lambda d: d.column("retention", "repeat", lambda i: 0.04 if i == 3 else ""), Reported("reference/retention.csv", 3, "repeat", "at most 1")),
    ("transfer to itself", lambda d: transfer(d, "zz1-sk", "zz1-sk"), Reported(TRANSFERS, 2, "to_offering", "another offering of the same level")),
    ("transfer to another level", lambda d: transfer(d, "zz1-sk", "gz1-sk"), Reported(TRANSFERS, 2, "to_offering", "same level")),
    ("transfer out of the last year of study", lambda d: transfer(d, "zz1-sk", "zz1-jq", grade=3), Reported(TRANSFERS, 2, "grade", "the duration of both")),
    ("transfer beyond the shorter line", lambda d: transfer(d, "gz1-sk", "gz1-sk-2", grade=2), Reported(TRANSFERS, 2, "grade", "the duration of both")),
    ("transfers over 1", lambda d: (transfer(d, "zz1-sk", "zz1-jq", share=0.6), d.add("transfers", from_offering="zz1-sk", to_offering="zz1-kj", grade=1, share=0.5)), Reported(TRANSFERS, 3, "share", "at most 1")),
    ("teachers lent to their own school", lambda d: loan(d, "gz1", "gz1"), Reported(LOANS, 2, "to_school", "another school")),
    ("specialists lent that nobody counted", lambda d: loan(d, "gz1", "zz1", "automation"), Reported(LOANS, 2, "cluster", "specialists")),
    ("payers of half a hall", lambda d: shares(d, "investment_payers", "unit", ["zz1", 0.5]), Reported("programs/investment_payers.csv", 2, "share", "sum to 1")),
    ("a fund for own money", lambda d: shares(d, "investment_payers", "unit", ["qy1", 1, "robots", "yes"]), Reported("programs/investment_payers.csv", 2, "earmark", "own money")),
    ("users of places", lambda d: shares(d, "investment_users", "school", ["zz1", 1]), Reported("programs/investment_users.csv", 2, "investment", "add hours")),
    ("places for no line", lambda d: d.put("investments", 2, "adds", "offering_places"), Reported(OPTIONS, 2, "offering", "must name the plan line")),
    ("places for a line elsewhere", lambda d: (d.put("investments", 2, "adds", "offering_places"), d.put("investments", 2, "offering", "gz1-sk")), Reported(OPTIONS, 2, "offering", "one of the school")),
    ("a line that an option does not read", lambda d: d.put("investments", 2, "offering", "zz1-sk"), Reported(OPTIONS, 2, "offering", "only an option that adds offering_places")),
    ("hours of no kind", lambda d: d.put("investments", 2, "adds", "hours"), Reported(OPTIONS, 2, "kind", "must name the kind")),
    ("a kind that an option does not read", lambda d: d.column("investments", "kind", lambda i: "lathe"), Reported(OPTIONS, 2, "kind", "only an option that adds hours")),
    ("hours borrowed from oneself", lambda d: workshop(d, borrower="gz1"), Reported("programs/agreements.csv", 2, "school", "must not own the resource")),
    ("a kind of hours that nobody has", lambda d: workshop(d, need="lahte"), Reported("programs/needs.csv", 2, "kind", "did you mean lathe")),
    ("a kind of hours like no other", lambda d: workshop(d, need="weld"), Reported("programs/needs.csv", 2, "kind", "the kinds are lathe")),
    ("a first unit cheaper than the others", lambda d: d.column("investments", "cost_first", lambda i: 1_000_000), Reported(OPTIONS, 2, "cost", "cost_first is 1000000")),
    ("more dual-qualified than specialists", lambda d: d.column("schools", "teachers_dual", lambda i: 31 if i == 3 else ""), Reported("programs/schools.csv", 3, "teachers_dual", "teachers_specialist is 30")),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "where"), [r[1:] for r in REPORTED], ids=[r[0] for r in REPORTED])
def test_reported(disk: Disk, spoil: Spoil, where: Reported) -> None:
    spoil(disk)
    with pytest.raises(InputError) as caught:
        disk.read()
    places = [(p.file, p.row, p.column, p.sheet) for p in caught.value.problems]
    assert (where.file, where.row, where.column, where.sheet) in places, str(caught.value)
    p = caught.value.problems[places.index((where.file, where.row, where.column, where.sheet))]
    assert where.words in p.sentence("en")
    assert all((p.rule_zh, p.rule_en, p.repair_zh, p.repair_en) for p in caught.value.problems)


def test_hours_may_be_bought_of_a_kind_that_nobody_has_yet(disk: Disk) -> None:
    workshop(disk, need="weld")
    disk.put("investments", 2, "adds", "hours")
    disk.column("investments", "kind", lambda _: "weld")
    assert disk.read().table("needs")["kind"].tolist() == ["weld"]


def test_a_need_of_a_program_that_nobody_offers_may_be_of_any_kind(disk: Disk) -> None:
    workshop(disk, need="weld")
    disk.add("programs", program="660106", name_zh="焊接技术应用", level="secondary")
    disk.put("needs", 2, "program", "660106")
    assert len(disk.read().table("needs")) == 1


def test_there_are_at_least_forty_faults() -> None:
    names = [f[0] for f in (*REPAIRED, *LEFT_OUT, *REPORTED)]
    assert len(names) == len(set(names)) >= 40
