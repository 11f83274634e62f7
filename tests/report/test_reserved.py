"""Order classes and earmarked seats in the enrolment sheet."""

import dataclasses

import pandas as pd
from python_calamine import CalamineWorkbook
from tests.report.page import Page

from talentplan.report import intake_tables, write_workbook
from talentplan.report.html import html_text
from talentplan.report.tables import Source


def ordered(case):
    """Two order classes and an earmark: 160 seats of line L02, which enrols 45, and 30 of L05, which enrols 240."""
    rows = [
        ("a", "L02", "order_class", "=电机厂", 0, 60.0, "6-18-01-01"),
        ("b", "L02", "earmarked", "", 2027, 100.0, ""),
        ("c", "L05", "order_class", "阀门厂", 2027, 30.0, ""),
    ]
    table = pd.DataFrame(rows, columns=["reservation", "offering", "kind", "partner", "year", "seats", "occupation"])
    return dataclasses.replace(case, tables={**case.tables, "reserved_seats": table})


def test_reserved_seats_of_the_first_year_stand_beside_the_plan(case, plan):
    table = case.table("reserved_seats")
    added = pd.DataFrame(
        {
            "reservation": ["a", "b", "c"],
            "offering": ["L02", "L02", "L05"],
            "year": [0, 2026, 2027],
            "seats": [20.0, 15.0, 30.0],
        }
    ).reindex(columns=table.columns, fill_value="")
    held = dataclasses.replace(case, tables={**case.tables, "reserved_seats": added})
    for lang in ("zh", "en"):
        view = intake_tables.lines(Source(plan, held, lang))
        shown = dict(zip(view.frame["program_code"], view.frame["reserved"], strict=True))
        assert shown["660102"] == 35.0  # every year 20, in 2026 another 15
        assert shown["460101"] == 0.0  # only a year later
        assert view.columns[-1].key == "reserved"


def test_without_reserved_seats_there_is_no_such_column(case, plan):
    assert "reserved" not in [c.key for c in intake_tables.lines(Source(plan, case, "zh")).columns]


def test_orders_are_listed_by_partner_with_what_the_plan_holds_of_them(case, plan):
    view = intake_tables.orders(Source(plan, ordered(case), "en"))
    keys = ["partner", "kind", "in_years", "ordered", "held", "filled", "works_as"]
    # L02 enrols 45, of which 90 % register: alone the 60 seats of `a` hold all 45; in 2027 they share them with the 100 of
    # `b`, 60 x 45 / 160 = 16.875 and 28.125. L05 enrols more than the 30 that `c` reserves, of whom 27 register.
    assert view.frame[keys].to_dict("split")["data"] == [
        ["b", "earmarked", "2027", 100.0, 28.125, 25.312, "any"],
        ["=电机厂", "order class", "2026, 2028–2030", 60.0, 45.0, 40.5, "occupation 1"],
        ["=电机厂", "order class", "2027", 60.0, 16.875, 15.188, "occupation 1"],
        ["阀门厂", "order class", "2027", 30.0, 30.0, 27.0, "any"],
    ]
    assert view.frame["line"].iloc[0] == "School ZZ1 · program 102"


def test_orders_stand_on_page_and_in_the_workbook_only_where_there_are_any(case, plan, tmp_path):
    for each, sheets in ((case, 0), (ordered(case), 1)):
        page = Page(html_text(plan, each))
        write_workbook(plan, each, tmp_path / "plan.xlsx", "zh")
        book = CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
        for found in (
            [t for t in page.tables if t.caption.startswith("订单班与专项")],
            [t for t in page.tables if t.caption.startswith("Order classes and earmarks")],
            [name for name in book.sheet_names if name == "订单班与专项"],
        ):
            assert len(found) == sheets
    head, *rows = (row for row in book.get_sheet_by_name("订单班与专项").to_python() if row[4] != "")
    assert head[:5] == ["合作单位或专项", "类别", "计划行", "年份", "预留名额"]
    assert rows[1][0] == "'=电机厂"
