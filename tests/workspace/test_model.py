from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.tiny import tiny_tables
from tests.workspace.disk import Disk

from talentplan.errors import InputError
from talentplan.workspace import build_case, load_dictionary, read_case, scenario_names, write_tables, write_templates

HEAD = """\
name: tiny
title: {zh: 小例, en: Tiny}
region: {zh: 小城, en: Smalltown}
tables: data
"""


def found(disk: Disk, text: str) -> list[tuple[str, str | None, str]]:
    disk.model.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        disk.read()
    assert all(p.rule_zh and p.repair_zh for p in caught.value.problems)
    return [(p.file, p.column, p.sentence("en")) for p in caught.value.problems]


FAULTS: list[tuple[str, str, str, str | None, str]] = [
    ("unknown key", HEAD + "horizon: {first_year: 2025}\npolicy:\n  discont_rate: 0.03\n",
     "tiny.yaml:7:3", "policy.discont_rate", "did you mean discount_rate"),
    ("text for a number", HEAD + "horizon:\n  first_year: soon\n",
     "tiny.yaml:6:3", "horizon.first_year", "whole number"),
    ("missing key", HEAD + "horizon:\n  years: 5\n", "tiny.yaml:5:1", "horizon.first_year", "must be given"),
    ("no for false", HEAD + "horizon: {first_year: 2025}\nillustrative: no\n",
     "tiny.yaml:6:1", "illustrative", "write true or false"),
    ("out of range", HEAD + "horizon: {first_year: 2025, years: 99}\n", "tiny.yaml:5:29", "horizon.years", "30"),
    ("key twice", HEAD + "horizon: {first_year: 2025}\nname: again\n", "tiny.yaml:6:1", "name", "only once"),
    ("steps that fall", HEAD + "horizon: {first_year: 2025}\nobjective:\n  shortage_steps: [[0.5, 2], [1, 1]]\n",
     "tiny.yaml:7:3", "objective.shortage_steps", "must rise"),
    ("a term ranked twice", HEAD + "horizon: {first_year: 2025}\nobjective:\n  priorities: [[shortage], [shortage]]\n",
     "tiny.yaml:7:3", "objective.priorities", "each term may stand only once"),
    ("a term that there is not", HEAD + "horizon: {first_year: 2025}\nobjective:\n  priorities: [[shortag]]\n",
     "tiny.yaml:7:17", "objective.priorities.0.0", "must be one of shortage, unplaced"),
    ("compared twice", HEAD + "horizon: {first_year: 2025}\nfairness: [{by: school}, {by: school}]\n",
     "tiny.yaml:6:1", "fairness", "may each stand only once"),
    ("a floor above one", HEAD + "horizon: {first_year: 2025}\nfairness: [{by: school, floor: 1.5}]\n",
     "tiny.yaml:6:25", "fairness.0.floor", "must be <= 1"),
    ("endless money", HEAD + "horizon: {first_year: 2025}\nbudget: [{kind: recurrent, amount: .inf}]\n",
     "tiny.yaml:6:28", "budget.0.amount", "must be a finite number"),
    ("money in astronomical figures", HEAD + "horizon: {first_year: 2025}\npolicy: {teacher_cost: 1e300}\n",
     "tiny.yaml:6:10", "policy.teacher_cost", "must be <= 10000000000000"),
    ("a weight beside which nothing counts", HEAD + "horizon: {first_year: 2025}\nobjective: {shortage: 1e25}\n",
     "tiny.yaml:6:13", "objective.shortage", "must be <= 1000000"),
    ("more nodes than can be counted", HEAD + "horizon: {first_year: 2025}\nsolving: {nodes: 10000000000}\n",
     "tiny.yaml:6:11", "solving.nodes", "must be <= 1000000000"),
    ("classes without end", HEAD + "horizon: {first_year: 2025}\npolicy: {change: {classes_per_offering: 100000}}\n",
     "tiny.yaml:6:19", "policy.change.classes_per_offering", "must be <= 1000"),
    ("no method of forecasting", HEAD + "horizon: {first_year: 2025}\nforecast: {methods: []}\n",
     "tiny.yaml:6:12", "forecast.methods", "at least 1 item"),
    ("a tab", HEAD + "horizon:\n\tfirst_year: 2025\n", "tiny.yaml:6:1", None, "with blanks, not with tabs"),
    ("a colon in full width", "name：tiny\n" + HEAD.partition("\n")[2], "tiny.yaml:2:6", None, "Got name：tiny. Repair: write colons"),
    ("a comma in full width", HEAD + "horizon: {first_year: 2025，years: 3}\n", "tiny.yaml:5:33", None, "in half width"),
    ("a bracket that stays open", HEAD + "horizon: {first_year: 2025\npolicy: {teach_out: true}\n", "tiny.yaml:6:7", None, "begins in line 5"),
    ("a share in per cent", HEAD + "horizon: {first_year: 2025}\npolicy: {discount_rate: 3%}\n",
     "tiny.yaml:6:10", "policy.discount_rate", "write it as 0.03"),
    ("money in ten thousands", HEAD + "horizon: {first_year: 2025}\nbudget: [{kind: recurrent, amount: 21950万}]\n",
     "tiny.yaml:6:28", "budget.0.amount", "such as 219500000"),
    ("money with commas", HEAD + "horizon: {first_year: 2025}\nbudget: [{kind: recurrent, amount: 219,500}]\n",
     "tiny.yaml:6:40", "budget.0.500", "write numbers without commas"),
    ("a number in quotes", HEAD + 'horizon: {first_year: "2025"}\n', "tiny.yaml:5:11", "horizon.first_year", "take the quotes away, write 2025"),
    ("a code as a key", HEAD + "horizon: {first_year: 2025}\nlabels:\n  210211: {zh: 甘井子区, en: Ganjingzi}\n",
     "tiny.yaml:7:3", "labels.210211.[key]", "quotes"),
    ("one thing for a list", HEAD + "horizon: {first_year: 2025}\nbudget: {kind: recurrent, amount: 5}\n",
     "tiny.yaml:6:1", "budget", 'begin each item with "- "'),
    ("a label in one language", HEAD + "horizon: {first_year: 2025}\nlabels: {north: 北区}\n",
     "tiny.yaml:6:10", "labels.north", "write it as {zh: 中文, en: English}"),
    ("a word for a group of settings", HEAD + "horizon: 2025\n", "tiny.yaml:5:1", "horizon", "write it as key: value"),
    ("a folder of scenarios that is not there", HEAD + "horizon: {first_year: 2025}\nscenarios: scenaros\n",
     "tiny.yaml:6:1", "scenarios", "must exist"),
    ("a name in Chinese", "name: 小例\n" + HEAD.partition("\n")[2] + "horizon: {first_year: 2025}\n",
     "tiny.yaml:1:1", "name", "use letters, digits, _ and -"),
    ("broken syntax", HEAD + "horizon: {first_year: 2025\npolicy: [\n", "tiny.yaml:6:7", None, "well formed"),
    ("number for a text", HEAD + "horizon: {first_year: 2025}\ntotals:\n  - {level: 12, least: 5}\n",
     "tiny.yaml:7:6", "totals.0.level", "quotes"),
    ("a list for a mapping", "- a\n- b\n", "tiny.yaml:1:1", None, "mapping"),
    ("an empty file", "", "tiny.yaml:1:1", "horizon", "must be given"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "file", "column", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_settings_are_reported_at_line_and_column(
    disk: Disk, text: str, file: str, column: str | None, words: str
) -> None:
    problems = found(disk, text)
    assert any(f == file and c == column and words in said for f, c, said in problems), problems


@pytest.mark.parametrize("text", [f[1] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_what_settings_must_be_is_said_in_chinese(disk: Disk, text: str) -> None:
    disk.model.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        disk.read()
    ours = [p for p in caught.value.problems if p.table == "model"]
    assert ours
    assert not [p.rule_zh for p in ours if "取值不合规定" in p.rule_zh]


DISAGREEMENTS: list[tuple[str, str, str, str]] = [
    ("unknown level", "totals: [{level: secundary, greatest: 9}]", "totals.0.level", "secondary"),
    (
        "nothing in common",
        "totals: [{level: secondary, school: gz1, greatest: 9}]",
        "totals.0",
        "at least one offering",
    ),
    ("year that is over", "totals: [{year: 2024, greatest: 9}]", "totals.0.year", "starts in 2025"),
    ("year after the plan", "totals: [{year: 2035, greatest: 9}]", "totals.0.year", "ends in 2034"),
    ("no bound", "totals: [{level: secondary, by_school: true}]", "totals.0", "write least, greatest or relative"),
    ("bounds that cross", "totals: [{least: 9, greatest: 8}]", "totals.0.least", "<= greatest"),
    ("money twice", "budget: [{kind: recurrent, amount: 1}, {kind: recurrent, amount: 2}]", "budget.1", "only once"),
    ("earmark of salaries", "budget: [{kind: recurrent, amount: 1, earmark: x}]", "budget.0.earmark", "has no earmark"),
]


@pytest.mark.parametrize(("line", "column", "words"), [d[1:] for d in DISAGREEMENTS], ids=[d[0] for d in DISAGREEMENTS])
def test_settings_must_agree_with_the_tables(disk: Disk, line: str, column: str, words: str) -> None:
    [(file, where, said)] = found(disk, HEAD + "horizon: {first_year: 2025}\n" + line + "\n")
    assert file.startswith("tiny.yaml:6:")
    assert where == column
    assert words in said


def test_settings_and_tables_are_reported_together(disk: Disk) -> None:
    disk.put("roll", 2, "persons", -3)
    problems = found(disk, HEAD + "horizon: {first_year: 2025, yeers: 3}\n")
    assert {f for f, _, _ in problems} == {"tiny.yaml:5:29", "programs/roll.csv"}


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must exist"):
        read_case(tmp_path / "nowhere.yaml")


def test_tables_that_are_not_there(disk: Disk) -> None:
    problems = found(disk, HEAD.replace("data", "dta") + "horizon: {first_year: 2025}\n")
    assert any(file == "dta" and "must exist" in said for file, _, said in problems)


def test_yaml_says_what_people_mean(disk: Disk) -> None:
    text = disk.model.read_text("utf-8")
    disk.model.write_text(
        text + "policy: {discount_rate: 0}\nobjective: {shortage_steps: [[0.2, 1], [1, 2]]}\n"
        "labels:\n  no: {zh: 无, en: none}\n  012: {zh: 十二, en: twelve}\n",
        "utf-8",
    )
    read = disk.read().settings
    assert read.policy.discount_rate == 0
    assert read.objective.shortage_steps == [(0.2, 1.0), (1.0, 2.0)]
    assert sorted(read.labels) == ["012", "no"]


def test_files_and_memory_give_the_same_case(disk: Disk) -> None:
    case = disk.read()
    model, tables = tiny_tables()
    assert case.fingerprint == build_case(model, tables).fingerprint
    assert case.files["offerings"] == "programs/offerings.csv"
    assert (case.scenario, case.applied, scenario_names(disk.model)) == ("baseline", (), ["baseline"])


def test_row_numbers_count_lines_even_after_a_quoted_line_break(disk: Disk) -> None:
    disk.put("industries", 2, "name_zh", "通用设备\n制造业")
    disk.put("industries", 3, "pillar", "perhaps")
    with pytest.raises(InputError) as caught:
        disk.read()
    assert [p.row for p in caught.value.problems] == [4]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_filled_template_reads_back_as_the_same_case(disk: Disk, lang: str) -> None:
    case = disk.read()
    write_tables(case, disk.folder / "filled.xlsx", lang)
    raw = yaml.safe_load(disk.model.read_text("utf-8")) | {"tables": "filled.xlsx"}
    disk.model.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    again = disk.read()
    assert again.fingerprint == case.fingerprint
    assert again.files["offerings"] == "filled.xlsx"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_template_asks_for_the_tables_that_must_be_given(tmp_path: Path, lang: str) -> None:
    book, model = write_templates(tmp_path / "new", lang, "my-region")
    assert (book.name, model.name) == ("my-region.xlsx", "my-region.yaml")
    with pytest.raises(InputError) as caught:
        read_case(model)
    needed = [n for n, t in load_dictionary().tables.items() if t.missing == "error"]
    assert [p.table for p in caught.value.problems] == needed
    assert {p.sheet for p in caught.value.problems} == set(needed)


def test_a_template_has_one_sheet_per_table_with_drop_downs_and_comments(tmp_path: Path) -> None:
    openpyxl: Any = pytest.importorskip("openpyxl")
    path, _ = write_templates(tmp_path, "zh", "x")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["contents", *load_dictionary().tables]
    sheet = book["offerings"]
    heads = [c.value for c in sheet[1]]
    assert heads[:4] == ["计划行代码*", "院校代码*", "专业代码*", "招生类型"]
    assert sheet.freeze_panes == "B2"
    assert "单位：人" in sheet.cell(1, heads.index("办学容量") + 1).comment.text
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert "五年一贯制" in lists["D2:D5001"]


def test_the_settings_shown_in_a_starter_model_are_valid(tmp_path: Path) -> None:
    heading = {"zh": 1, "en": 2}
    for lang in heading:
        _, model = write_templates(tmp_path, lang, "x")
        text = "\n".join(
            line.removeprefix("# ") if line.startswith(("# ", "#   ")) and (":" in line or "- {" in line) else line
            for line in model.read_text("utf-8").splitlines()[heading[lang] :]
        )
        assert {"name", "budget", "totals", "policy", "rules", "labels"} <= set(yaml.safe_load(text))
        (tmp_path / "y.yaml").write_text(text, "utf-8")
        with pytest.raises(InputError) as caught:
            read_case(tmp_path / "y.yaml")
        assert not [p for p in caught.value.problems if p.table == "model"]
