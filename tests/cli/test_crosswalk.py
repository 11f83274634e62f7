"""Upkeep of the crosswalk from the command line: suggest, edit, apply, validate."""

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import Result
from tests.cli.conftest import write_model
from tests.tiny import tiny_tables

from talentplan.workspace import load_dictionary, read_case

Tell = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[2]
FORM = "crosswalk_review.csv"


def crosswalk_of(model: Path) -> Path:
    return model.parent / "data" / "reference" / "crosswalk.csv"


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The tiny region without the links of robotics (460305) and accounting (730301, the accountant's only one)."""
    settings, tables = tiny_tables()
    tables["crosswalk"] = [r for r in tables["crosswalk"] if r["program"] not in {"460305", "730301"}]
    return write_model(tmp_path / "tiny", settings, tables)


def form(path: str = FORM) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(rows: list[dict[str, Any]], path: str = FORM) -> None:
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_validate_and_match_name_what_has_no_link(tell: Tell, alone: Path) -> None:
    done = tell("validate", alone)
    assert done.exit_code == 0
    assert re.search(r"专业 +460305 +工业机器人技术 +求职毕业生全部计为富余", done.stdout)
    assert re.search(r"职业 +2-06-03-00 +会计专业人员 +岗位全部计为缺口", done.stdout)
    assert "talentplan crosswalk suggest" in done.stdout
    done = tell("match", alone, "--lang", "en")
    assert done.exit_code == 0
    assert "Without a link in the crosswalk (3):" in done.stdout
    assert "Programs that lead to no job" not in done.stdout
    assert "Versions of the crosswalk: not stated 5" in done.stdout
    named = pd.read_csv("runs/tiny/baseline.match/unlinked.csv", dtype=str, encoding="utf-8-sig")
    assert named["code"].tolist() == ["460305", "730301", "2-06-03-00"]


def test_a_whole_crosswalk_names_nothing(tell: Tell, tiny_model: Path) -> None:
    assert "crosswalk suggest" not in tell("validate", tiny_model).stdout
    done = tell("crosswalk", "suggest", tiny_model, "--lang", "en")
    assert done.exit_code == 0
    assert "--for" in done.stdout
    assert not Path(FORM).exists()


def test_suggest_writes_a_form_in_the_language_and_nothing_else(tell: Tell, alone: Path) -> None:
    before = crosswalk_of(alone).read_bytes()
    assert tell("crosswalk", "suggest", alone).exit_code == 0
    columns = load_dictionary()["crosswalk_review"].columns
    assert list(form()[0]) == [c.zh for c in columns]
    assert {row["意见"] for row in form()} == {""}
    assert {row["专业代码"] for row in form() if row["专业代码"] in {"460305", "730301"}} == {"460305", "730301"}
    assert form()[0]["依据"].startswith("系统建议：")
    done = tell("crosswalk", "suggest", alone, "--lang", "en", "--out", "en.csv")
    assert "talentplan crosswalk apply" in done.stdout
    assert list(form("en.csv")[0]) == [c.en for c in columns]
    assert form("en.csv")[0]["evidence"].startswith("suggested: ")
    assert form("en.csv")[0]["program name"] == "robotics"
    assert crosswalk_of(alone).read_bytes() == before


def test_suggest_never_overwrites_a_form(tell: Tell, alone: Path) -> None:
    Path(FORM).write_text("my decisions", "utf-8")
    done = tell("crosswalk", "suggest", alone)
    assert done.exit_code == 2
    assert "不会覆盖" in done.stderr
    assert Path(FORM).read_text("utf-8") == "my decisions"
    assert sorted(p.name for p in Path().iterdir()) == [FORM, "tiny"]


def test_codes_can_be_named(tell: Tell, alone: Path) -> None:
    tell("crosswalk", "suggest", alone, "--for", "660303", "--for", "2-06-03-00", "--top", "2", "--lang", "en")
    assert [r["rank"] for r in form() if r["program"] == "660303"][:2] == ["1", "2"]
    assert sum(r["occupation"] == "2-06-03-00" for r in form()) >= 2
    done = tell("crosswalk", "suggest", alone, "--for", "460306", "--out", "x.csv")
    assert done.exit_code == 2
    assert "460305" in done.stderr
    assert not Path("x.csv").exists()


@pytest.mark.parametrize("words", [["--top", "0"], ["--out", "form.txt"]])
def test_usage_is_checked(tell: Tell, alone: Path, words: list[str]) -> None:
    done = tell("crosswalk", "suggest", alone, *words)
    assert done.exit_code == 2
    assert words[0] in done.stderr


def decide(tell: Tell, model: Path, **words: str) -> list[dict[str, str]]:
    """Suggests for robotics and decides by occupation."""
    assert tell("crosswalk", "suggest", model, "--for", "460305", "--lang", "en").exit_code == 0
    rows = form()
    for row in rows:
        row["decision"] = words.get(row["occupation"].replace("-", "_"), "")
    write(rows)
    return rows


TECHNICIAN, TURNER = "6_31_01_10", "6_18_01_01"


def test_only_confirmed_links_are_applied_and_the_input_stays(tell: Tell, alone: Path) -> None:
    rows = decide(tell, alone, **{f"x{TECHNICIAN}": "", TECHNICIAN: "confirm"})
    before = crosswalk_of(alone).read_bytes()
    done = tell("crosswalk", "apply", alone, FORM, "--version", "2026-09", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert f"1 confirmed, 0 rejected, {len(rows) - 1} undecided." in done.stdout
    assert crosswalk_of(alone).read_bytes() == before
    links = pd.read_csv("crosswalk.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    assert list(links.columns) == load_dictionary()["crosswalk"].names
    assert len(links) == 5 + 1
    [new] = links[links["program"] == "460305"].to_dict("records")
    assert (new["occupation"], new["relevance"], new["version"], new["basis"]) == (
        "6-31-01-10",
        "1",
        "2026-09",
        "reported",
    )
    assert new["evidence"].startswith("suggested: shared words")
    assert FORM in new["source"]


def test_in_place_keeps_the_file_as_it_was_beside_it(tell: Tell, alone: Path) -> None:
    decide(tell, alone, **{TECHNICIAN: "确认"})
    path = crosswalk_of(alone)
    path.write_text(path.read_text("utf-8-sig").replace("program,", "专业代码,").replace("460103", "460103.0"), "utf-8")
    before = path.read_bytes()
    done = tell("crosswalk", "apply", alone, FORM, "--in-place")
    assert done.exit_code == 0, done.stderr
    assert path.with_name("crosswalk.csv.bak").read_bytes() == before
    assert path.read_text("utf-8-sig").startswith("专业代码,occupation,")
    assert not Path("crosswalk.csv").exists()
    links = read_case(alone).table("crosswalk")
    assert ("460305", "6-31-01-10") in set(links[["program", "occupation"]].itertuples(index=False, name=None))
    again = tell("crosswalk", "apply", alone, FORM, "--in-place")
    assert again.exit_code == 2
    assert "不得已在专业职业对照中" in again.stderr


def test_a_shipped_or_booked_crosswalk_is_not_updated_in_place(tell: Tell, alone: Path) -> None:
    decide(tell, alone, **{TECHNICIAN: "confirm"})
    path = crosswalk_of(alone)
    pd.read_csv(path, dtype=str).to_excel(path.with_suffix(".xlsx"), index=False)
    path.unlink()
    done = tell("crosswalk", "apply", alone, FORM, "--in-place", "--lang", "en")
    assert done.exit_code == 2
    assert "leave --in-place out" in done.stderr
    done = tell("crosswalk", "apply", alone, FORM, "--out", "new.xlsx")
    assert done.exit_code == 0
    sheet = openpyxl.load_workbook("new.xlsx")["crosswalk"]
    assert sheet.max_row == 1 + 6


def test_out_and_in_place_exclude_each_other(tell: Tell, alone: Path) -> None:
    done = tell("crosswalk", "apply", alone, FORM, "--in-place", "--out", "x.csv")
    assert done.exit_code == 2
    assert "只能用一个" in done.stderr


def test_without_a_decision_nothing_is_written(tell: Tell, alone: Path) -> None:
    rows = decide(tell, alone)
    done = tell("crosswalk", "apply", alone, FORM)
    assert done.exit_code == 0
    assert f"未定 {len(rows)} 条" in done.stdout
    assert not Path("crosswalk.csv").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_faults_of_the_form_are_problems_and_nothing_is_written(tell: Tell, alone: Path, lang: str) -> None:
    rows = decide(tell, alone, **{TECHNICIAN: "confirm"})
    rows[1]["decision"] = "perhaps"
    write([*rows, {**rows[0], "program": "460306"}, rows[0]])
    done = tell("crosswalk", "apply", alone, FORM, "--lang", lang)
    assert done.exit_code == 2
    said = [line for line in done.stderr.splitlines() if "…" not in line and not line.endswith(" s")]  # no progress
    assert "3" in said[0]
    assert ("对照建议（crosswalk_review）" if lang == "zh" else "suggested links (crosswalk_review)") in done.stderr
    cells = [line.split() for line in done.stderr.splitlines() if line.strip().startswith(FORM)]
    assert [c[1] for c in cells] == ["3", str(len(rows) + 3), str(len(rows) + 2)]
    assert "Traceback" not in done.output
    assert not Path("crosswalk.csv").exists()


def test_an_existing_file_is_never_overwritten(tell: Tell, alone: Path) -> None:
    decide(tell, alone, **{TECHNICIAN: "confirm"})
    Path("crosswalk.csv").write_text("mine", "utf-8")
    assert tell("crosswalk", "apply", alone, FORM).exit_code == 2
    assert Path("crosswalk.csv").read_text("utf-8") == "mine"


def test_rejected_pairs_are_not_offered_again(tell: Tell, alone: Path) -> None:
    first = decide(tell, alone, **{TECHNICIAN: "reject"})
    assert first[0]["occupation"] == "6-31-01-10"
    done = tell(
        "crosswalk", "suggest", alone, "--for", "460305", "--reviewed", FORM, "--out", "next.csv", "--lang", "en"
    )
    assert done.exit_code == 0
    assert [r["occupation"] for r in form("next.csv")] == [r["occupation"] for r in first[1:]]
    assert [r["rank"] for r in form("next.csv")] == [str(k + 1) for k in range(len(first) - 1)]
    assert tell("crosswalk", "suggest", alone, "--reviewed", "none.csv", "--out", "y.csv").exit_code == 2


def test_the_order_of_rows_changes_no_byte(tell: Tell, alone: Path) -> None:
    rows = decide(tell, alone, **{TECHNICIAN: "confirm", TURNER: "confirm"})
    assert tell("crosswalk", "apply", alone, FORM, "--version", "v", "--out", "a.csv").exit_code == 0
    write(rows[::-1])
    links = crosswalk_of(alone)
    head, *lines = links.read_text("utf-8-sig").splitlines()
    links.write_text("\n".join([head, *lines[::-1]]), "utf-8-sig")
    assert tell("crosswalk", "apply", alone, FORM, "--version", "v", "--out", "b.csv").exit_code == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    assert tell("crosswalk", "suggest", alone, "--for", "460305", "--lang", "en", "--out", "c.csv").exit_code == 0
    assert [r["occupation"] for r in form("c.csv")] == [r["occupation"] for r in rows]


@pytest.mark.parametrize(
    ("lang", "confirm", "ending"), [("zh", "确认", "csv"), ("en", "confirm", "csv"), ("zh", "确认", "xlsx")]
)
def test_round_trip_on_the_sample(tell: Tell, tmp_path: Path, lang: str, confirm: str, ending: str) -> None:
    for part in ("models", "data"):
        shutil.copytree(ROOT / part, tmp_path / part)
    model, path = tmp_path / "models" / "dalian.yaml", tmp_path / "data" / "reference" / "crosswalk.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("460305,")), "utf-8-sig")
    assert "460305" in tell("validate", model, "--lang", lang).stdout
    book = f"form.{ending}"
    assert tell("crosswalk", "suggest", model, "--out", book, "--lang", lang).exit_code == 0
    if ending == "xlsx":
        workbook = openpyxl.load_workbook(book)
        sheet = workbook["crosswalk_review"]
        assert any('"确认,否决"' in str(v.formula1) for v in sheet.data_validations.dataValidation)
        sheet["A2"] = confirm
        occupation = sheet["D2"].value
        workbook.save(book)
    else:
        rows = form(book)
        rows[0][next(iter(rows[0]))] = confirm
        occupation = list(rows[0].values())[3]
        write(rows, book)
    assert occupation.startswith("6-31-07")  # industrial robots: what its secondary program leads to as well
    done = tell("crosswalk", "apply", model, book, "--in-place", "--lang", lang)
    assert done.exit_code == 0, done.stderr
    done = tell("validate", model, "--lang", lang)
    assert done.exit_code == 0, done.stderr
    assert "crosswalk suggest" not in done.stdout
    links = read_case(model).table("crosswalk")
    assert links.loc[links["program"] == "460305", "occupation"].tolist() == [occupation]
