"""Every command on the tiny region, from files to files."""

import dataclasses
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from click.testing import Result
from tests.cli.conftest import write_model
from tests.tiny import tiny_tables

from talentplan.cli import looking, planning
from talentplan.cli.console import width
from talentplan.cli.sample import sample_model
from talentplan.matching import Comparison
from talentplan.plan import Match
from talentplan.plan.outputs import outputs
from talentplan.scenarios import Attempt, attempt

Tell = Callable[..., Result]
KEYS = {"name", "scenario", "status", "gap", "audit", "openings", "shortage", "surplus", "cost", "intake_next_year",
        "timings", "run"}  # fmt: skip
STEPS = {"read", "forecast", "build", "handover", "solve", "audit", "write"}


def scenario(model: Path, name: str, *patches: dict[str, Any]) -> None:
    folder = model.parent / "scenarios"
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump({"title": {"zh": f"情景{name}", "en": name}, "patches": list(patches)}, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_init_writes_a_model_and_a_workbook_that_validate_reads(tell: Tell) -> None:
    done = tell("init", "new", "--name", "harbour")
    assert done.exit_code == 0
    assert sorted(path.name for path in Path("new").iterdir()) == ["harbour.xlsx", "harbour.yaml"]
    assert "offerings" in openpyxl.load_workbook("new/harbour.xlsx").sheetnames
    empty = tell("validate", "new/harbour.yaml")
    assert empty.exit_code == 2
    assert "offerings" in empty.stderr
    assert "Traceback" not in empty.output


def test_init_never_overwrites(tell: Tell) -> None:
    assert tell("init", ".").exit_code == 0
    Path("region.yaml").write_text("name: filled_in\n", encoding="utf-8")
    again = tell("init", ".")
    assert again.exit_code == 2
    assert "不会覆盖" in again.stderr
    assert Path("region.yaml").read_text(encoding="utf-8") == "name: filled_in\n"
    Path("file").write_text("", encoding="utf-8")
    assert tell("init", "file/folder").exit_code == 2


def test_validate_says_what_there_is_and_what_was_defaulted(tell: Tell, tiny_model: Path) -> None:
    done = tell("validate", tiny_model)
    assert done.exit_code == 0
    assert "数据没有问题" in done.stdout
    assert "由默认值代替" in done.stdout
    assert any(line.split()[:3] == ["招生计划行", "offerings", "10"] for line in done.stdout.splitlines())


def test_validate_lists_every_problem_of_every_table(tell: Tell, tmp_path: Path) -> None:
    settings, tables = tiny_tables()
    tables["offerings"][3]["cost"] = -5
    tables["offerings"][5]["program"] = "999999"
    tables["employment"][2]["persons"] = "many"
    done = tell("validate", write_model(tmp_path / "bad", settings, tables), "--lang", "en")
    assert done.exit_code == 2
    assert not done.stdout
    rows = [line.split() for line in done.stderr.splitlines()]
    assert "The input has 3 problems:" in done.stderr
    assert "enrolment plan lines (offerings)" in done.stderr or "(offerings)" in done.stderr
    assert any(row[1:4] == ["5", "cost", "-5"] for row in rows)
    assert any(row[1:4] == ["7", "program", "999999"] for row in rows)
    assert any(row[1:4] == ["4", "persons", "many"] for row in rows)


@pytest.mark.parametrize("command", ["validate", "forecast", "match"])
def test_nothing_is_printed_from_made_up_figures_without_their_mark(tell: Tell, tmp_path: Path, command: str) -> None:
    settings, tables = tiny_tables()
    for illustrative in (True, False):
        model = write_model(tmp_path / f"tiny-{illustrative}", {**settings, "illustrative": illustrative}, tables)
        for lang, mark in (("zh", "示例数据："), ("en", "Illustrative data:")):
            assert (mark in tell(command, model, "--lang", lang).stdout) == illustrative


def test_forecast_writes_openings(tell: Tell, tiny_model: Path) -> None:
    done = tell("forecast", tiny_model, "--out", "out", "--lang", "en")
    assert done.exit_code == 0
    folder = Path("out/tiny/baseline.forecast")
    written = {path.stem for path in folder.glob("*.csv")}
    assert written == {
        "openings", "employment", "occupation_employment", "backtest", "choices", "methods", "track_record", "signals",
    }  # fmt: skip
    assert "</html>" in (folder / "forecast.html").read_text(encoding="utf-8")
    openings = pd.read_csv(folder / "openings.csv", encoding="utf-8-sig")
    total = openings.loc[openings["year"].between(2025, 2029), "openings"].sum()
    last = next(line for line in done.stdout.splitlines() if "all occupations" in line)
    assert float(last.split()[-1]) == round(total)
    assert "general machinery" in done.stdout


def test_prices_says_what_is_worth_what(tell: Tell, tiny_model: Path) -> None:
    done = tell("prices", tiny_model)
    assert done.exit_code == 0
    assert "投资经费的价值" in done.stdout
    folder = Path("runs/tiny/baseline.prices")
    found = pd.read_csv(folder / "prices.csv", keep_default_na=False)
    assert set(found["kind"]) <= {"limit", "rule", "fairness", "agreement"}
    assert (pd.to_numeric(found.loc[found["possible"], "value"]) >= 0).all()
    assert len(pd.read_csv(folder / "money.csv")) >= 10
    classes = pd.read_csv(folder / "classes.csv", encoding="utf-8-sig")
    assert classes["more"].notna().any()
    assert "多开或少开一个班" in done.stdout
    assert done.stdout.startswith("小例（情景：基准）")
    assert "示例数据" not in done.stdout


def test_prices_on_a_narrow_terminal_in_english_with_made_up_data(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    settings, tables = tiny_tables()
    model = write_model(tmp_path / "shown", {**settings, "illustrative": True}, tables)
    done = tell("prices", model, "--lang", "en")
    title, stamp, *rest = done.stdout.splitlines()
    assert title.startswith("Tiny region (scenario: ")
    assert stamp.startswith("Illustrative data")
    assert "What investment money is worth" in rest
    assert max(width(line) for line in rest if line.startswith("  ")) <= 80
    assert yaml.safe_load(Path("runs/tiny/baseline.prices/provenance.yaml").read_text("utf-8"))["illustrative"] is True


def test_match_names_jobs_that_no_program_leads_to(tell: Tell, tiny_model: Path) -> None:
    done = tell("match", tiny_model, "--lang", "en")
    assert done.exit_code == 0
    # accounting is taught at secondary level only, and half of its openings ask for a college
    assert "Jobs that no program leads to (at one level at least): accountant" in done.stdout
    folder = Path("runs/tiny/baseline.match")
    programs = pd.read_csv(folder / "programs.csv", dtype=str, encoding="utf-8-sig").set_index("program")
    assert programs["occupations"].to_dict()["660303"] == "6-18-01-01;6-31-01-10"
    balance = pd.read_csv(folder / "balance.csv", encoding="utf-8-sig")
    short = balance.groupby("occupation")["shortage"].sum()
    assert short.idxmax() == "2-06-03-00"
    assert (folder / "arcs.csv").is_file()


def test_plan_prints_a_summary_and_leaves_a_complete_run(tell: Tell, tiny_model: Path) -> None:
    done = tell("plan", tiny_model)
    assert done.exit_code == 0
    folder = Path("runs/tiny/baseline")
    wanted = {f"{name}.csv" for name in outputs()} | {"do_nothing", "provenance.yaml", "report.html", "plan.xlsx"}
    assert {path.name for path in folder.iterdir()} == wanted
    intake = pd.read_csv(folder / "intake.csv", encoding="utf-8-sig")
    following = intake[intake["year"] == 2025]
    total = next(line.split() for line in done.stdout.splitlines() if line.split()[:1] == ["合计"])
    assert total[1:3] == [f"{following['last_plan'].sum():,.0f}", f"{following['plan'].sum():,.0f}"]
    layout = pd.read_csv(folder / "layout.csv", encoding="utf-8-sig")
    changed = layout[(layout["change"].abs() > 0) & layout["because_zh"].notna()]
    assert any(reason in done.stdout for reason in changed["because_zh"])
    for says in ("情景：基准", "维持现状", "最重要的", "达到的上限", "独立核对通过", str(folder / "report.html")):
        assert says in done.stdout


@pytest.mark.usefixtures("no_report")
def test_json_is_one_object_whose_figures_are_those_of_the_tables(tell: Tell, tiny_model: Path) -> None:
    done = tell("plan", tiny_model, "--json", "--lang", "en")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert set(found) == KEYS
    assert set(found["timings"]) == STEPS
    assert (found["name"], found["scenario"]) == ("tiny", "baseline")
    assert found["status"] in ("optimal", "feasible")
    assert 0 <= found["gap"] <= 0.005
    assert found["audit"]["ok"] is True
    assert found["audit"]["max_violation"] <= 1e-6
    folder = Path(found["run"])
    assert folder == Path("runs/tiny/baseline")
    sums = {
        "openings": ("balance", "openings"), "shortage": ("balance", "shortage"), "surplus": ("surplus", "surplus"),
        "cost": ("budget", "spent"),
    }  # fmt: skip
    for key, (table, column) in sums.items():
        total = pd.read_csv(folder / f"{table}.csv", encoding="utf-8-sig")[column].sum()
        assert found[key] == pytest.approx(total, abs=1e-5)
    intake = pd.read_csv(folder / "intake.csv", encoding="utf-8-sig")
    assert isinstance(found["intake_next_year"], int)
    assert found["intake_next_year"] == intake.loc[intake["year"] == 2025, "plan"].sum()
    assert all(seconds >= 0 for seconds in found["timings"].values())


@pytest.mark.usefixtures("no_report")
def test_the_same_input_in_any_order_gives_the_same_bytes(tell: Tell, tmp_path: Path) -> None:
    settings, tables = tiny_tables()
    shuffler = random.Random(7)
    turned = {name: shuffler.sample(rows, len(rows)) for name, rows in reversed(tables.items())}
    contents = []
    for place, these in (("first", tables), ("second", turned)):
        model = write_model(tmp_path / place, settings, these)
        assert tell("plan", model, "--out", place, "--json").exit_code == 0
        folder = Path(place) / "tiny" / "baseline"
        contents.append({str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.csv"))})
    assert len(contents[0]) > len(outputs())
    assert contents[0] == contents[1]


@pytest.mark.usefixtures("no_report")
def test_each_scenario_is_a_run_of_its_own(tell: Tell, tiny_model: Path) -> None:
    scenario(tiny_model, "no_college", {"drop": {"table": "offerings", "where": {"offering": "gz1-jq-5"}}})
    scenario(tiny_model, "dear", {"scale": {"table": "offerings", "column": "cost", "by": 1.5}})
    done = tell("plan", tiny_model, "--scenario", "no_college", "--scenario", "dear", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [run["scenario"] for run in found] == ["no_college", "dear"]
    assert all(Path(run["run"], "intake.csv").is_file() for run in found)
    provenance = yaml.safe_load(Path(found[1]["run"], "provenance.yaml").read_text(encoding="utf-8"))
    assert len(provenance["applied"]) == 1

    compared = tell("compare", found[0]["run"], found[1]["run"], "--out", "side", "--lang", "en")
    assert compared.exit_code == 0
    assert "no_college: no_college; dear: dear" in compared.stdout
    assert re.search(r"recurrent spending +million CNY", compared.stdout)
    assert re.search(r"shortage +person-years", compared.stdout)
    indicators = pd.read_csv("side/indicators.csv", encoding="utf-8-sig").set_index(["indicator", "year"])
    for label, run in zip(("no_college", "dear"), found, strict=True):
        assert indicators.loc[("openings", 0), label] == pytest.approx(run["openings"], abs=1e-5)


def test_an_unknown_scenario_is_refused_before_anything_is_solved(tell: Tell, tiny_model: Path) -> None:
    done = tell("plan", tiny_model, "--scenario", "baseline", "--scenario", "nope")
    assert done.exit_code == 2
    assert "nope" in done.stderr
    assert not Path("runs").exists()


@pytest.mark.usefixtures("no_report")
def test_an_impossible_case_names_what_clashes(tell: Tell, tiny_model: Path) -> None:
    total = [{"level": "secondary", "year": 2025, "least": 5000.0}]
    scenario(tiny_model, "too_many", {"set": {"setting": "totals", "value": total}})
    done = tell("plan", tiny_model, "--scenario", "too_many", "--scenario", "baseline", "--json", "--lang", "en")
    assert done.exit_code == 1
    refused, kept = json.loads(done.stdout)
    assert refused["status"] == "infeasible"
    assert refused["scenario"] == "too_many"
    assert any("5,000" in statement["en"] for statement in refused["statements"])
    assert 2 <= len(refused["statements"]) <= 6
    assert all(set(s) == {"zh", "en", "kind", "conflict", "places"} for s in refused["statements"])
    assert refused["minimal"] == [True]
    assert refused["complete"] is True
    mended = refused["repairs"][0]
    assert [change["kind"] for change in mended["changes"]] == ["total"]
    least = mended["changes"][0]["after"]
    assert mended["changes"][0] == {"kind": "total", "place": {"total": 0, "school": "", "year": 2025},
                                    "side": "least", "before": 5000.0, "after": least}  # fmt: skip
    assert "No plan can satisfy all of these at once:" in done.stderr
    assert f"lower the least from 5,000 to {least:,.0f} persons" in done.stderr
    scenario(tiny_model, "mended", {"set": {"setting": "totals", "value": [{**total[0], "least": least}]}})
    assert tell("plan", tiny_model, "--scenario", "mended", "--json").exit_code == 0
    assert set(kept) == KEYS
    assert not Path("runs/tiny/too_many").exists()


def test_without_a_solver_or_in_no_time_the_exit_code_is_3(tell: Tell, tiny_model: Path) -> None:
    unknown = tell("plan", tiny_model, "--solver", "nosuch")
    assert unknown.exit_code == 3
    assert "nosuch" in unknown.stderr
    hurried = tell("plan", tiny_model, "--time-limit", "0.000001", "--json")
    assert hurried.exit_code == 3
    assert json.loads(hurried.stdout)["status"] == "limit"
    assert not Path("runs").exists()


@pytest.mark.usefixtures("no_report")
def test_the_program_can_be_written_for_an_auditor(tell: Tell, tiny_model: Path) -> None:
    done = tell("plan", tiny_model, "--write-program", "tiny.lp", "--json")
    assert done.exit_code == 0
    assert "tiny.lp" in done.stderr
    text = Path("tiny.lp").read_text(encoding="utf-8")
    assert "Minimize" in text
    assert "Subject To" in text
    nowhere = tell("plan", tiny_model, "--write-program", "no/such/folder/tiny.mps")
    assert nowhere.exit_code == 2
    assert "tiny.mps" in nowhere.stderr


def test_results_that_cannot_be_written_are_a_sentence(tell: Tell, tiny_model: Path) -> None:
    Path("taken").write_text("a file", encoding="utf-8")
    done = tell("plan", tiny_model, "--out", "taken", "--json")
    assert done.exit_code == 2
    assert "无法写入" in done.stderr
    assert Path("taken").read_text(encoding="utf-8") == "a file"


@pytest.mark.usefixtures("no_report")
def test_a_plan_that_stopped_at_a_limit_is_kept_with_its_gap(
    tell: Tell, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*words: Any, **options: Any) -> Attempt:
        tried = attempt(*words, **options)
        facts = dataclasses.replace(tried.plan().facts, status="feasible", gap=0.25)
        timings = {**tried.plan().timings, "solve": 30.0}
        return Attempt(tried.case, dataclasses.replace(tried.plan(), facts=facts, timings=timings))

    monkeypatch.setattr(planning, "attempt", stopped)
    done = tell("plan", tiny_model, "--json", "--lang", "en", "--time-limit", "30")
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    assert (found["status"], found["gap"]) == ("limit", 0.25)
    assert Path(found["run"], "intake.csv").is_file()
    assert "proven within 25.00% of the optimum" in done.stderr
    by_nodes = tell("plan", tiny_model, "--json", "--lang", "en", "--time-limit", "60")
    assert by_nodes.exit_code == 0
    assert json.loads(by_nodes.stdout)["status"] == "feasible"


def test_the_sample_region_is_in_order(tell: Tell) -> None:
    done = tell("validate", sample_model())
    assert done.exit_code == 0, done.stderr
    assert "大连" in done.stdout


@pytest.mark.slow
def test_demo_plans_the_sample_region(tell: Tell) -> None:
    done = tell("demo")
    assert done.exit_code == 0, done.stderr
    assert Path("runs/dalian/baseline/report.html").is_file()
    assert "大连市 2027 年招生计划" in done.stdout


def test_definite_gaps_add_up_over_all_plan_years() -> None:
    """A definite gap in one of two years: the range is that of both together, as on the page."""
    rows = [("J", 2027, 10.0, 12.0, "gap"), ("J", 2028, 0.0, 6.0, "no_verdict"), ("K", 2027, 0.0, 9.0, "no_verdict")]
    found = pd.DataFrame(rows, columns=["occupation", "year", "least", "greatest", "verdict"])
    match = Match("m", "s", "", {"certain_shortages": found}, float("nan"), Comparison(0, 0.0, 0.0, 0, 0, 0, 0, 0.0))
    _, text = looking._certain_text(match, {}, "2027-2028")
    assert text.splitlines()[-1].split() == ["J", "1", "10", "18"]
