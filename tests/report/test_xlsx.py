import dataclasses
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from tests.report import synthetic

from talentplan.report import write_report, write_workbook

SHEETS = {
    "zh": ["招生计划表", "布点调整", "供需平衡", "供给富余", "升学衔接", "经费", "投资清单", "投资分担", "教师补充", "资源共享", "约束", "规则", "指标", "数据性质", "说明"],
    "en": ["Enrolment plan", "Layout", "Balance", "Surplus", "Pathways", "Money", "Investments", "Joint investments", "Teachers", "Sharing", "Limits", "Rules", "Indicators", "Data basis", "Notes"],
}  # fmt: skip


@pytest.fixture(scope="module", params=["zh", "en"])
def book(request, plan, case, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(plan, case, path, request.param)
    return request.param, path


def rows(path, sheet):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def below(cells, *first):
    """The rows under the row that begins with `first`, as mappings, up to an empty row."""
    at = next(k for k, row in enumerate(cells) if tuple(row[: len(first)]) == first)
    head = cells[at]
    for row in cells[at + 1 :]:
        if not any(cell != "" for cell in row):
            return
        yield dict(zip(head, row, strict=True))


def test_sheets_are_named_in_the_language(book):
    lang, path = book
    assert CalamineWorkbook.from_path(str(path)).sheet_names == SHEETS[lang]


def test_the_filed_plan_equals_the_plan(book, plan):
    lang, path = book
    code, last, now, change = (
        ("院校代码", "上年计划", "本年计划", "增减")
        if lang == "zh"
        else ("school code", "last year", "this year", "change")
    )
    found = list(below(rows(path, SHEETS[lang][0]), code))
    intake = plan.table("intake")
    intake = intake[intake["year"] == synthetic.YEARS[0]]
    lines = [row for row in found if row[code] in {"ZZ1", "GZ1", "BK1"}]
    assert len(lines) == len(intake)
    for key, column in ((last, "last_plan"), (now, "plan")):
        assert sum(row[key] for row in lines) == intake[column].sum()
        subtotals = [row[key] for row in found if str(row[code]).endswith(("小计", "Subtotal"))]
        assert len(subtotals) == 3
        assert sum(subtotals) == intake[column].sum()
        grand = next(row for row in found if row[code] in {"总计", "Grand total"})
        assert grand[key] == intake[column].sum()
    assert all(row[change] == row[now] - row[last] for row in found)
    by_school = intake.groupby("school")["plan"].sum()
    assert {row[code]: 0 for row in lines}.keys() == set(by_school.index)


def test_every_formula_has_its_value_and_stays_on_its_sheet(book):
    _, path = book
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    count = 0
    for sheet in formulas:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    count += 1
                    assert re.fullmatch(r"=(SUBTOTAL\(9,|SUM\()?[A-Z0-9:\-]+\)?", cell.value), cell.value
                    assert isinstance(values[sheet.title][cell.coordinate].value, int | float)
    assert count > 20


def test_subtotals_are_right_when_calculated_again(book):
    _, path = book
    sheet = openpyxl.load_workbook(path).worksheets[0]
    values = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    nested = {}
    for line in sheet.iter_rows():
        for cell in line:
            found = re.fullmatch(r"=SUBTOTAL\(9,([A-Z]+\d+:[A-Z]+\d+)\)", str(cell.value))
            if found:
                nested[cell.coordinate] = found[1]
    for coordinate, area in nested.items():
        inside = [cell.coordinate for line in sheet[area] for cell in line]
        plain = sum(values[c].value or 0 for c in inside if c not in nested)
        assert values[coordinate].value == pytest.approx(plain)


def test_every_sum_is_right_when_calculated_again(book):
    _, path = book
    values = openpyxl.load_workbook(path, data_only=True)
    checked = 0
    for sheet in openpyxl.load_workbook(path):
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            found = re.fullmatch(r"=SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", str(cell.value))
            if found:
                checked += 1
                above = [each.value or 0 for line in values[sheet.title][found[1]] for each in line]
                assert values[sheet.title][cell.coordinate].value == pytest.approx(sum(above)), (sheet.title, cell)
    assert checked > 20


def test_completers_beside_several_pathways_are_not_added_up(book):
    lang, path = book
    *_, total = below(rows(path, SHEETS[lang][4]), "衔接代码" if lang == "zh" else "pathway")
    assert total["毕业生" if lang == "zh" else "completers"] == ""
    assert total["升学人数" if lang == "zh" else "passed"] > 0


def test_text_is_never_a_formula(book):
    lang, path = book
    investment = "投资项目" if lang == "zh" else "investment"
    found = next(below(rows(path, SHEETS[lang][6]), investment, "院校" if lang == "zh" else "school"))
    assert found[investment] == ("'=数控实训室" if lang == "zh" else "CNC room")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")]
    formulas = [f for sheet in sheets for f in re.findall(r"<f>(.*?)</f>", sheet)]
    assert not any("数控" in f for f in formulas)


def test_money_is_in_the_unit_of_the_language(book):
    lang, path = book
    cells = rows(path, SHEETS[lang][5])
    kind, spent = ("类别", "支出（万元）") if lang == "zh" else ("kind", "spent (million CNY)")
    found = [row[spent] for row in below(cells, kind)]
    assert sum(found) == pytest.approx((5 * 5.0e7 + 4.2e6) / (1e4 if lang == "zh" else 1e6))


def test_balance_and_limits_hold_what_the_plan_publishes(book, plan):
    lang, path = book
    occupation, shortage = ("职业代码", "缺口") if lang == "zh" else ("occupation code", "shortage")
    *found, total = below(rows(path, SHEETS[lang][2]), occupation)
    balance = plan.table("balance")
    assert total[shortage] == pytest.approx(balance["shortage"].sum())
    assert len(found) == len(balance.groupby(["occupation", "level"]))
    assert sum(row[shortage] for row in found) == pytest.approx(balance["shortage"].sum())
    for year in synthetic.YEARS:
        whole = balance.loc[balance["year"] == year, "shortage"].sum()
        assert sum(row[f"{year} {shortage}"] for row in found) == pytest.approx(whole)
    cells = rows(path, SHEETS[lang][10])
    used = "使用量" if lang == "zh" else "used"
    limits = list(below(cells, "约束类别" if lang == "zh" else "kind of limit"))
    assert sorted(row[used] for row in limits) == [1900.0, 3000.0]
    assert "共 1 条" in cells[1][0] or "1 limits" in cells[1][0]


def test_limits_of_money_are_in_the_unit_that_stands_beside_them(plan, case, tmp_path):
    limits = plan.table("limits").assign(scope="")
    limits.loc[0, ["family", "used", "limit", "stated", "binding"]] = ["recurrent_budget", 2.0e7, 2.0e7, 2.0e7, True]
    dear = dataclasses.replace(plan, tables={**plan.tables, "limits": limits})
    for lang, head, used, unit, scope, expected in (
        ("zh", "约束类别", "使用量", "单位", "对象", (2000.0, "万元", "某市")),
        ("en", "kind of limit", "used", "unit", "what it limits", (20.0, "million CNY", "Somewhere")),
    ):
        write_workbook(dear, case, tmp_path / "plan.xlsx", lang)
        found = list(below(rows(tmp_path / "plan.xlsx", SHEETS[lang][10]), head))
        assert expected in [(row[used], row[unit], row[scope]) for row in found]


def test_sharing_leaves_blank_what_is_not_lent(book):
    lang, path = book
    lender, hours, teachers = (
        ("出借单位", "出借学时", "最多共享教师") if lang == "zh" else ("owner", "hours lent", "teachers at most")
    )
    room, people, total = below(rows(path, SHEETS[lang][9]), lender)
    assert (room[hours], room[teachers]) == (800.0 * len(synthetic.YEARS), "")
    assert (people[hours], people[teachers]) == ("", 1.5)
    assert total[hours] == 800.0 * len(synthetic.YEARS)


def test_a_line_that_merges_is_marked_and_listed(plan, case, tmp_path):
    merger = pd.DataFrame(
        [("L07", "L05", "merge", 2026, 90.0)], columns=["from_offering", "to_offering", "kind", "year", "seats"]
    )
    merged = dataclasses.replace(plan, tables={**plan.tables, "mergers": merger})
    for lang, mark, sheet, head, seats in (
        ("zh", "撤销（合并）", "合并与迁移", "来自", "并入计划数"),
        ("en", "close (merger)", "Mergers and moves", "from", "seats taken over"),
    ):
        write_workbook(merged, case, tmp_path / "plan.xlsx", lang)
        points = below(rows(tmp_path / "plan.xlsx", SHEETS[lang][1]), "院校代码" if lang == "zh" else "school code")
        assert [row["调整意见" if lang == "zh" else "verdict"] for row in points].count(mark) == 1
        (listed,) = below(rows(tmp_path / "plan.xlsx", sheet), head)
        assert listed[seats] == 90.0
        assert listed[head].endswith("专业105" if lang == "zh" else "program 105")


def test_who_passes_into_a_line_that_stopped_is_shown_where_there_is_anybody(plan, case, tmp_path):
    progression = plan.table("progression").assign(taught_out=lambda f: f["passed"] / 4)
    taught = dataclasses.replace(plan, tables={**plan.tables, "progression": progression})
    for each, expected in ((plan, False), (taught, True)):
        write_workbook(each, case, tmp_path / "plan.xlsx", "en")
        *_, total = below(rows(tmp_path / "plan.xlsx", "Pathways"), "pathway")
        assert ("of it into lines that stopped" in total) == expected
    assert total["of it into lines that stopped"] == pytest.approx(total["passed"] / 4)


def test_every_head_is_wide_and_high_enough_for_its_words(book):
    _, path = book
    for sheet in openpyxl.load_workbook(path):
        for line in sheet.iter_rows():
            for cell in line:
                if not (cell.font.b and cell.border.top.style and cell.alignment.horizontal == "center"):
                    continue  # no head
                width = sheet.column_dimensions[cell.column_letter].width
                letters = [sum(1.85 if ord(c) > 0x2E80 else 1.0 for c in word) for word in str(cell.value).split()]
                assert max(letters) <= 2 * width, (sheet.title, cell.value)  # Chinese may be broken anywhere, once
                if str(cell.value).isascii():
                    assert max(letters) <= width, (sheet.title, cell.value)
                assert sum(letters) / width * 13 <= sheet.row_dimensions[cell.row].height, (sheet.title, cell.value)


def test_every_sheet_of_a_table_keeps_its_heads_in_sight_and_on_every_page(book):
    lang, path = book
    *sheets, notes = openpyxl.load_workbook(path)
    assert [sheet.title for sheet in sheets] == SHEETS[lang][:-1]
    for sheet in sheets:
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.freeze_panes.endswith("4")
    assert notes.freeze_panes is None


def test_a_sheet_says_what_it_has_none_of(plan, case, tmp_path):
    none = {name: plan.tables[name].head(0) for name in ("payers", "rules")}
    write_workbook(dataclasses.replace(plan, tables={**plan.tables, **none}), case, tmp_path / "plan.xlsx", "en")
    book = CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    assert "Joint investments" not in book.sheet_names
    assert "No rule is on in this scenario." in rows(tmp_path / "plan.xlsx", "Rules")[1][0]


def test_differences_of_persons_bear_their_sign(book):
    lang, path = book
    sheet = openpyxl.load_workbook(path)[SHEETS[lang][-3]]
    head = [cell.value for cell in sheet[3]]
    at = head.index("差值" if lang == "zh" else "difference")
    formats = [
        row[at].number_format for row in sheet.iter_rows(min_row=4, max_row=15) if row[1].value in ("人", "persons")
    ]
    assert set(formats) == {"+#,##0;-#,##0;0"}


def test_a_part_of_an_investment_is_not_shown_as_none(plan, case, tmp_path):
    part = plan.table("investment").assign(units=0.02)
    write_workbook(dataclasses.replace(plan, tables={**plan.tables, "investment": part}), case, tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["投资清单"]
    units = next(cell for cell in sheet[4] if cell.value == 0.02)
    assert units.number_format == "#,##0.0#"


def test_a_planner_can_print_it(book):
    _, path = book
    for sheet in openpyxl.load_workbook(path):
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # 1 is what an absent number means
        assert sheet.page_setup.fitToHeight == 0
    first = openpyxl.load_workbook(path).worksheets[0]
    assert first.print_title_rows == "$3:$3"
    assert first.freeze_panes == "E4"


def test_proposed_and_illustrative_are_marked(book):
    lang, path = book
    cells = rows(path, SHEETS[lang][0])
    mark, key = ("建议", "决定权") if lang == "zh" else ("proposed", "control")
    code = "院校代码" if lang == "zh" else "school code"
    marked = [row for row in below(cells, code) if row[key] == mark]
    assert len(marked) == sum(line[5] == "propose" for line in synthetic.LINES)
    assert ("【示例】" if lang == "zh" else "【Illustrative】") in cells[1][0]


def test_same_bytes_twice(plan, case, tmp_path):
    slower = dataclasses.replace(plan, timings={"solve": 99.0})
    for name, each in (("a", plan), ("b", slower)):
        (tmp_path / name).mkdir()
        write_report(each, case, tmp_path / name)
    for file in ("plan.xlsx", "report.html"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
