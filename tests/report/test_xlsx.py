import dataclasses
import re
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from tests.report import synthetic

from talentplan.report import write_report, write_workbook

SHEETS = {
    "zh": ["招生计划表", "布点调整", "供需平衡", "供给富余", "升学衔接", "经费与投资", "约束", "规则", "指标", "说明"],
    "en": ["Enrolment plan", "Layout", "Balance", "Surplus", "Pathways", "Money and investment", "Limits", "Rules", "Indicators", "Notes"],
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


def test_text_is_never_a_formula(book):
    lang, path = book
    investment = "投资项目" if lang == "zh" else "investment"
    found = next(below(rows(path, SHEETS[lang][5]), investment, "院校" if lang == "zh" else "school"))
    assert found[investment] == ("'=数控实训室" if lang == "zh" else "CNC room")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")]
    formulas = [f for sheet in sheets for f in re.findall(r"<f>(.*?)</f>", sheet)]
    assert not any("数控" in f for f in formulas)


def test_money_is_in_the_unit_of_the_language(book):
    lang, path = book
    cells = rows(path, SHEETS[lang][5])
    kind, spent = ("类别", "支出 (万元)") if lang == "zh" else ("kind", "spent (million CNY)")
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
    cells = rows(path, SHEETS[lang][6])
    used = "使用量" if lang == "zh" else "used"
    limits = list(below(cells, "约束类别" if lang == "zh" else "kind of limit"))
    assert sorted(row[used] for row in limits) == [1900.0, 3000.0]
    assert "共 1 条" in cells[1][0] or "1 limits" in cells[1][0]


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
