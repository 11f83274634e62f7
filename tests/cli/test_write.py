"""A run folder appears all at once or not at all."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.tiny import tiny_tables

from talentplan.errors import InputError
from talentplan.plan import Plan, solve_plan
from talentplan.plan.write import UnwritableFolder, read_run, write_folder, write_plan
from talentplan.workspace import Case, build_case


@pytest.fixture(scope="module")
def planned() -> tuple[Plan, Case]:
    case = build_case(*tiny_tables())
    return solve_plan(case), case


def mark(text: str) -> Callable[[Path], None]:
    """Fills a folder with a provenance and one file."""

    def fill(place: Path) -> None:
        (place / "provenance.yaml").write_text("name: x\n", encoding="utf-8")
        (place / "a.txt").write_text(text, encoding="utf-8")

    return fill


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_reads_back_the_same(planned: tuple[Plan, Case], tmp_path: Path) -> None:
    plan, case = planned
    run = read_run(write_plan(plan, case, tmp_path / "run"))
    assert (run.name, run.scenario, run.fingerprint) == (plan.name, plan.scenario, plan.fingerprint)
    for found, wanted in ((run.tables, plan.tables), (run.do_nothing, plan.do_nothing)):
        assert set(found) == set(wanted)
        for name, frame in wanted.items():
            pd.testing.assert_frame_equal(found[name], frame.reset_index(drop=True), check_dtype=len(frame) > 0)


def test_tables_are_plain_csv(planned: tuple[Plan, Case], tmp_path: Path) -> None:
    plan, case = planned
    folder = write_plan(plan, case, tmp_path / "run")
    raw = (folder / "intake.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfoffering,")
    assert b"\r" not in raw
    intake = plan.table("intake")
    first = raw.decode("utf-8-sig").splitlines()[1].split(",")
    row = intake.iloc[0]
    assert first[0] == row["offering"]
    assert float(first[9]) == row["plan"]
    assert not first[9].endswith(".0")
    assert {"true", "false"} >= set(pd.read_csv(folder / "limits.csv", dtype=str)["binding"])


def test_provenance_differs_between_runs_in_its_timings_only(planned: tuple[Plan, Case], tmp_path: Path) -> None:
    plan, case = planned
    later = dataclasses.replace(plan, timings={name: 2 * value for name, value in plan.timings.items()})
    texts = []
    for number, each in enumerate((plan, later)):
        folder = write_plan(each, case, tmp_path / str(number))
        found = yaml.safe_load((folder / "provenance.yaml").read_text(encoding="utf-8"))
        assert list(found)[-1] == "timings"
        texts.append({key: value for key, value in found.items() if key != "timings"})
    assert texts[0] == texts[1]
    assert texts[0]["fingerprint"] == case.fingerprint
    assert texts[0]["audit"]["ok"] is True
    assert texts[0]["columns"] == plan.facts.columns


def test_the_report_lands_with_the_tables(planned: tuple[Plan, Case], tmp_path: Path) -> None:
    plan, case = planned

    def report(place: Path) -> None:
        assert not (tmp_path / "run").exists()
        (place / "report.html").write_text("<html>", encoding="utf-8")

    folder = write_plan(plan, case, tmp_path / "run", report)
    assert (folder / "report.html").is_file()
    assert entries(tmp_path) == ["run"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_earlier_run_and_nothing_else(tmp_path: Path, fault: type[BaseException]) -> None:
    folder = write_folder(tmp_path / "run", mark("old"))

    def fill(place: Path) -> None:
        mark("new")(place)
        raise fault

    with pytest.raises(fault):
        write_folder(folder, fill)
    assert (folder / "a.txt").read_text(encoding="utf-8") == "old"
    assert entries(tmp_path) == ["run"]


def test_a_run_replaces_the_earlier_one_whole(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "run", mark("old"))
    (folder / "left.txt").write_text("left over", encoding="utf-8")
    write_folder(folder, mark("new"))
    assert entries(folder) == ["a.txt", "provenance.yaml"]
    assert (folder / "a.txt").read_text(encoding="utf-8") == "new"
    assert entries(tmp_path) == ["run"]


def test_an_earlier_run_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "run", mark("old"))
    move = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if ".tmp-" in self.name:
            raise PermissionError(13, "in use", str(self))
        return move(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(UnwritableFolder, match="in use"):
        write_folder(folder, mark("new"))
    assert (folder / "a.txt").read_text(encoding="utf-8") == "old"
    assert entries(tmp_path) == ["run"]


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(UnwritableFolder, match="no run of talentplan"):
        write_folder(tmp_path / "mine", mark("new"))
    assert entries(tmp_path / "mine") == ["thesis.docx"]


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file", encoding="utf-8")
    with pytest.raises(UnwritableFolder) as caught:
        write_folder(tmp_path / "runs", mark("new"))
    assert "这是一个文件" in caught.value.problems[0].sentence("zh")
    with pytest.raises(UnwritableFolder):
        write_folder(tmp_path / "runs" / "tiny" / "baseline", mark("new"))
    assert entries(tmp_path) == ["runs"]


def test_a_file_that_cannot_be_read_is_not_said_to_be_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    def fill(_: Path) -> None:
        Path("/nowhere/template.html").read_text(encoding="utf-8")

    with pytest.raises(FileNotFoundError):
        write_folder(tmp_path / "run", fill)


@pytest.mark.parametrize("damage", ["no folder", "no provenance", "no table", "broken yaml", "broken table"])
def test_a_folder_that_is_no_run_is_bad_input(planned: tuple[Plan, Case], tmp_path: Path, damage: str) -> None:
    folder = write_plan(*planned, tmp_path / "run")
    if damage == "no folder":
        folder = tmp_path / "other"
    elif damage == "no provenance":
        (folder / "provenance.yaml").unlink()
    elif damage == "no table":
        (folder / "layout.csv").unlink()
    elif damage == "broken yaml":
        (folder / "provenance.yaml").write_text("name: [", encoding="utf-8")
    else:
        (folder / "intake.csv").write_text("offering,plan\nx,many\n", encoding="utf-8")
    with pytest.raises(InputError, match="complete run folder"):
        read_run(folder)
