import dataclasses
import hashlib
import itertools
import json
import re
from importlib import resources

import pandas as pd
import pytest
from tests.report import synthetic
from tests.report.page import Page, number

from talentplan.report import intake_tables, outcome_tables, write_html, write_report
from talentplan.report.html import html_text
from talentplan.report.summary import sentences
from talentplan.report.tables import Source
from talentplan.workspace.case import Defaulted

ECHARTS = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"


@pytest.fixture(scope="module")
def text(plan, case):
    return html_text(plan, case)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def scripts(text, kind):
    return re.findall(rf"<script{kind}>(.*?)</script>", text, flags=re.DOTALL)


def test_both_languages_are_whole(page):
    for lang, title in (("zh-CN", "某市装备制造职教集团（试验数据）"), ("en", "A made-up group")):
        levels = [level for found, level in page.headings if found == lang]
        assert levels.count(1) == 1
        assert levels.count(2) == 10
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
        assert title in "".join(page.text)
    assert len(set(page.ids)) == len(page.ids)
    zh, en = ([t for t in page.tables if t.lang == lang] for lang in ("zh-CN", "en"))
    assert [[len(row) for row in t.rows] for t in zh] == [[len(row) for row in t.rows] for t in en]


def test_every_table_has_a_caption_and_scopes_and_every_chart_a_name(page):
    assert all(t.caption for t in page.tables)
    assert sum(t.cells_without_scope for t in page.tables) == 0
    assert page.unnamed_charts == 0


def test_nothing_is_fetched(text, page):
    assert [ref for ref in page.references if not ref.startswith("#")] == []
    for tag in ("<link", "<img", "<iframe", "@import", "url("):
        assert tag not in text.split("<script>", 1)[0]
    own = scripts(text, "")[-1]
    assert "http" not in own


def test_links_inside_the_page_lead_somewhere(page):
    assert {ref.removeprefix("#") for ref in page.references} <= set(page.ids)


def test_echarts_is_the_published_file(text):
    vendored = resources.files("talentplan.report") / "vendor" / "echarts"
    content = vendored.joinpath("echarts.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == ECHARTS
    assert content.decode("utf-8").strip() in text
    assert "Apache License" in vendored.joinpath("LICENSE").read_text("utf-8")
    assert "Apache Software Foundation" in vendored.joinpath("NOTICE").read_text("utf-8")


@pytest.mark.parametrize("caption", ["按主管部门", "按层次", "按院校", "决定权分布"])
def test_totals_equal_the_plan(page, plan, caption):
    intake = plan.table("intake")
    intake = intake[intake["year"] == synthetic.YEARS[0]]
    table = page.table("zh-CN", caption)
    head, last = table.rows[0], table.rows[-1]
    found = {
        name: number(value) for name, value in zip(head, last, strict=True) if name in ("上年计划", "本年计划", "增减")
    }
    assert found == {
        "上年计划": intake["last_plan"].sum(),
        "本年计划": intake["plan"].sum(),
        "增减": intake["plan"].sum() - intake["last_plan"].sum(),
    }
    parts = [number(row[head.index("本年计划")]) for row in table.rows[1:-1]]
    assert sum(parts) == intake["plan"].sum()


def test_last_year_is_reconciled_with_the_input(page, case):
    table = page.table("zh-CN", "上年计划、报到与在校生核对")
    totals = {row[0]: row[2:] for row in table.rows[1:] if row[1] == "合计"}
    history = case.table("intake_history")
    history = history[history["year"] == synthetic.YEARS[0] - 1]
    for name, value in (
        ("上年计划数", history["plan"]),
        ("上年报到数", history["registered"]),
        ("上年在校生", case.table("roll")["persons"]),
    ):
        assert [number(cell) for cell in totals[name]] == [value.sum(), value.sum(), 0.0]
    assert "各项合计与输入一致。" in "".join(page.text)


def test_a_difference_from_the_input_is_owned_up_to(plan, case):
    intake = plan.table("intake").copy()
    intake.loc[(intake["offering"] == "L01") & (intake["year"] == 2026), "last_plan"] += 7
    wrong = dataclasses.replace(plan, tables={**plan.tables, "intake": intake})
    text = html_text(wrong, case)
    assert "与输入不一致之处：上年计划数差 +7 人" in text
    assert "各项合计与输入一致。" not in text


def test_gaps_and_flows_equal_the_plan(page, plan):
    heat = page.table("en", "Heat map")
    balance = plan.table("balance")
    years = len(synthetic.YEARS)
    names = {f"occupation {k}": code for k, code in enumerate(synthetic.OCCUPATIONS, 1)}
    for row in heat.rows[2:]:
        own = balance[balance["occupation"] == names[row[0]]].groupby("year")["shortage"].sum()
        assert [number(cell) for cell in row[1 + years :]] == pytest.approx(own.to_list(), abs=0.5)
    for year in synthetic.YEARS:
        flow = page.table("en", f"Where the completers of {year} go")
        done = plan.table("completions")
        whole = done.loc[done["year"] == year, "completions"].sum()
        assert number(flow.rows[-1][-1]) == pytest.approx(whole, abs=0.5)


def test_charts_carry_the_figures_of_the_plan(text, plan):
    charts = json.loads(scripts(text, ' type="application/json" id="charts-zh"')[0])
    balance, idle = plan.table("balance"), plan.do_nothing["balance"]
    assert charts["shortage"]["series"][1]["data"] == pytest.approx(
        balance.groupby("year")["shortage"].sum().to_list(), abs=0.06
    )
    assert charts["shortage"]["series"][0]["data"] == pytest.approx(
        idle.groupby("year")["shortage"].sum().to_list(), abs=0.06
    )
    enrolled = [
        sum(values)
        for values in zip(*(s["data"] for s in charts["enrolment"]["series"] if not s.get("line")), strict=True)
    ]
    table = plan.table("enrolment").groupby("year")["enrolled"].sum()
    assert enrolled[1:] == pytest.approx(table.to_list(), abs=2)
    for flow in charts["flow"]["years"].values():
        names = {node["name"] for node in flow["nodes"]}
        assert {link[end] for link in flow["links"] for end in ("source", "target")} <= names


def test_the_ten_changes_follow_the_stated_rule(page, plan):
    text = "".join(page.text)
    order = [
        text.index(f"第一{school} · 专业{code}")
        for school, code in (("高职", "105"), ("高职", "106"), ("职校", "104"), ("职校", "102"))
    ]
    # 150 x 3 x 2 = 900, 50 x 3 x 2 = 300, 40 x 3 x 2 = 240, 45 x 3 = 135
    assert order == sorted(order)


def test_a_point_with_a_given_line_is_among_the_changes_by_its_other_lines(plan, case):
    """BK1 260101: 100 given and kept, 40 + 5 in a line of two years that is not: 10 seat-years."""
    table = plan.table("layout")
    mine = (table["school"] == "BK1") & (table["program"] == "260101")
    told = table.assign(verdict=table["verdict"].mask(mine, "expand"))
    source = Source(dataclasses.replace(plan, tables={**plan.tables, "layout": told}), case, "en")
    assert told.loc[mine, "control"].tolist() == ["given"]
    seats = intake_tables.changes(source).set_index(["school", "program_code"])["seat_years"]
    assert seats["BK1", "260101"] == 5 * 2
    before = Source(plan, case, "en")
    points = [int(re.search(r"changes (\d+) points", sentences(each)[0])[1]) for each in (before, source)]
    assert points[1] == points[0] + 1


def test_a_difference_told_in_words_is_that_of_the_figures_beside_it(plan, case):
    """100.4 of 105.6 are shown as 100 of 106: six fewer, not five."""
    tables = [way["balance"].assign(shortage=0.0) for way in (plan.tables, plan.do_nothing)]
    for table, whole in zip(tables, (100.4, 105.6), strict=True):
        table.loc[table.index[0], "shortage"] = whole
    told = dataclasses.replace(
        plan,
        tables={**plan.tables, "balance": tables[0]},
        do_nothing={**plan.do_nothing, "balance": tables[1]},
    )
    assert "100 person-years, against 106 if nothing changes: 6 fewer" in sentences(Source(told, case, "en"))[1]


def test_same_bytes_twice_and_timings_left_out(plan, case, text, tmp_path):
    slower = dataclasses.replace(plan, timings={"solve": 987.6})
    assert html_text(slower, case) == text
    write_html(plan, case, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == text.encode("utf-8")


def test_the_language_asked_for_comes_first(plan, case, text):
    assert '<html lang="zh-CN">' in text
    assert text.index('class="face face-zh"') < text.index('class="face face-en"')
    english = html_text(plan, case, "en")
    assert '<html lang="en">' in english
    assert english.index('class="face face-en"') < english.index('class="face face-zh"')
    assert re.search(r'id="lang-en" value="en" checked', english)


def test_illustrative_data_is_marked_on_page_one_and_only_then():
    made_up = html_text(synthetic.plan(case := synthetic.case()), case)
    rows = sum(len(t) for t in case.tables.values() if "basis" in t.columns)
    assert f"（{rows:,}/{rows:,} 行）" in made_up
    assert 'class="stamp"' in made_up
    assert "25% 为示例数据" in made_up
    real = synthetic.case(basis="reported")
    text = html_text(synthetic.plan(real), real)
    assert 'class="stamp"' not in text
    assert "不能作为决策依据" not in text


def test_defaults_exclusions_and_a_failed_audit_are_said(plan, case):
    owned = dataclasses.replace(
        case, defaulted=(Defaulted("retention", "留存率取默认值", "retention taken by default"),)
    )
    audit = dataclasses.replace(plan.audit, ok=False, max_violation=0.25)
    text = html_text(dataclasses.replace(plan, audit=audit), owned)
    for said in (
        "留存率取默认值",
        "retention taken by default",
        "技工院校由人社部门管理，未纳入",
        "独立核对未通过",
        "The independent audit disagrees",
    ):
        assert said in text


def test_names_of_the_region_cannot_break_the_page(plan):
    case = synthetic.case(title="</script><script>alert(1)</script>&")
    text = html_text(synthetic.plan(case), case)
    assert "<script>alert(1)" not in text
    Page(text)


def test_a_plan_with_nothing_to_tell_still_has_a_report(plan, case, tmp_path):
    bare = {"progression", "investment", "hiring", "limits", "rules", "surplus", "budget", "balance", "layout"}
    empty = dataclasses.replace(
        plan,
        tables={name: t.head(0) if name in bare else t for name, t in plan.tables.items()},
        do_nothing={name: t.head(0) if name in bare else t for name, t in plan.do_nothing.items()},
    )
    tables = {name: t.head(0) if name in {"roll", "pathways"} else t for name, t in case.tables.items()}
    write_report(empty, dataclasses.replace(case, tables=tables), tmp_path)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    said = "".join(page.text)
    for sentence in (
        "没有布点调整。",
        "没有起作用的约束。",
        "本方案未购置任何投资选项。",
        "没有落空的升学承诺。",
        "维持现状不突破任何约束。",
    ):
        assert sentence in said
    assert (tmp_path / "plan.xlsx").stat().st_size > 0


def test_sums_over_the_years_are_compared_in_the_same_unit(text, plan):
    nothing = round(plan.do_nothing["balance"]["shortage"].sum())
    assert f"维持现状 {nothing:,} 人年" in text


def test_a_difference_of_persons_is_that_of_the_figures_beside_it(page):
    for row in page.table("zh-CN", "指标对照（规划期）").rows[1:]:
        if row[1] == "人":
            nothing, plan, difference = (number(cell) for cell in row[2:5])
            assert difference == plan - nothing, row


def test_students_on_roll_are_those_of_the_last_year_and_said_to_be(plan, case):
    """Of five years of 100 to 500 on roll, 500 stand beside sums over the years: the row names its year."""
    one = {"indicator": "enrolled", "unit": "persons", "zh": "在校生", "en": "students on roll"}
    rows = [{**one, "year": y, "plan": n, "do_nothing": n} for y, n in ((0, 500.0), (synthetic.YEARS[0], 100.0))]
    told = dataclasses.replace(plan, tables={**plan.tables, "indicators": pd.DataFrame(rows)})
    view = outcome_tables.indicators(Source(told, case, "en"), every_year=True)
    assert view.frame["indicator"].tolist() == [f"students on roll ({synthetic.YEARS[-1]})", "students on roll"]


def test_spans_of_years_stay_on_one_line(page):
    rows = page.table("zh-CN", "投资清单").rows
    (span,) = (dict(zip(rows[0], row, strict=True))["使用年份"] for row in rows[1:2])
    assert span == "2028–\u20602037"


def test_a_point_that_merges_away_says_so_behind_its_verdict_and_is_counted_apart(text):
    assert "撤销 1（其中合并 1）" in text
    assert "close 1 (merger 1)" in text
    assert "撤销（合并）" in text
    assert "close (merger)" in text


def test_page_one_says_what_changes_why_and_what_limits(page, plan, case):
    said = "".join(page.text)
    first_page = said[: said.index("先对账：输入与方案起点")]
    # 150 x 3 x 2, 50 x 3 x 2 and 40 x 3 x 2 seat-years, with the reason behind them; the other three follow below
    for says in (
        "专业105 150 → 0 人（−150）：对口职业",
        "专业106 0 → 50 人（+50）",
        "专业104 0 → 40 人（+40）",
        "达到的上限（处）",
    ):
        assert says in re.sub(r"\s+", " ", first_page)
    assert "专业102" not in first_page
    assert "生师比 1、院校容量 1" in first_page
    spent, nothing = (tables["budget"] for tables in (plan.tables, plan.do_nothing))
    each = [round(b.loc[b["kind"] == "recurrent", "spent"].sum() / 1e4) for b in (spent, nothing)]
    assert f"经常性支出 {each[0]:,} 万元，维持现状 {each[1]:,}" in first_page


@pytest.mark.parametrize(
    ("status", "gap", "years", "zh", "en"),
    [
        ("optimal", 1e-7, 1, "已证明没有更好的方案。2026 年计划数为整班", "no plan is better. Classes are whole in 2026;"),
        ("feasible", 0.02, 2, "最多再好 2.00%（按目标权重折算，1,234 人中的 25 人）。2026–2027 年", "2.00% (25 of 1,234 persons, weighted as in the objective). Classes are whole in 2026–2027"),
        ("limit", float("inf"), 0, "而停止。与最好方案相差多少没有得到证明。各年计划数", "limit of time or size. How far it is from the best plan is not proven. Plan"),
        ("optimal", 0.0, 3, "更好的方案。2026–2028 年计划数为整班", "no plan is better. Classes are whole in 2026–2028;"),
    ],
)  # fmt: skip
def test_page_one_says_how_much_better_a_plan_could_be(plan, status, gap, years, zh, en):
    case = synthetic.case(solving={"whole_class_years": years})
    facts = dataclasses.replace(plan.facts, status=status, gap=gap)
    text = html_text(dataclasses.replace(plan, facts=facts), case)
    assert zh in text
    assert en in text


def test_every_kind_of_limit_is_shown_by_its_first_three(plan, case):
    limits = plan.table("limits")
    many = pd.concat([limits.iloc[[0]].assign(scope=f"L{k:02}") for k in range(40)] + [limits.iloc[[1]]])
    page = Page(html_text(dataclasses.replace(plan, tables={**plan.tables, "limits": many}), case))
    shown = [row[0] for row in page.table("zh-CN", "起作用的约束").rows[1:]]
    assert shown == ["生师比", *3 * ["院校容量"]]
    assert "共 41 条" in "".join(page.text)


def test_a_column_of_money_keeps_the_decimals_that_its_least_sum_needs(plan):
    case = synthetic.case(budget=[{"kind": "recurrent", "amount": 2.5e7}])
    budget = plan.table("budget").copy()
    budget.loc[budget["kind"] == "recurrent", "grants"] = [3.0e7, 2.46e7, 3.0e7, 3.0e7, 3.0e7]
    page = Page(html_text(dataclasses.replace(plan, tables={**plan.tables, "budget": budget}), case))
    rows = page.table("en", "Recurrent money").rows
    left, spent = ([row[rows[0].index(name)] for row in rows[1:]] for name in ("left", "spent"))
    # 25.0 available less 50.0 spent, of which grants pay 30.0, or 24.6 in one year: 5.0 and -0.4 million are left
    assert left == ["5.00", "−0.40", "5.00", "5.00", "5.00"]
    assert spent == ["50.0"] * 5
