"""Wrong words on the command line, errors of the program, interruptions: a sentence and an exit code."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from talentplan.cli import console, planning
from talentplan.errors import AuditError

Tell = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["plan"], "缺少 MODEL", "Missing argument 'MODEL'"),
        (["plann"], "没有命令 plann", "No such command 'plann'"),
        (["plan", "m.yaml", "--scenari", "x"], "没有选项 --scenari，是否指 --scenario", "No such option '--scenari'"),
        (["plan", "m.yaml", "--time-limit", "0"], "--time-limit 须为大于 0 的数", "0.0 is not in the range"),
        (["plan", "m.yaml", "--write-program", "x.txt"], "须以 .lp 或 .mps 结尾", "it must end in .lp or .mps"),
        (["init", "--name", "a/b"], "只能用英文字母", "letters, digits"),
        (["compare"], "缺少", "Missing argument"),
    ],
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(tell: Tell, words: list[str], zh: str, en: str) -> None:
    for lang, says in (("zh", zh), ("en", en)):
        done = tell(*words, "--lang", lang)
        assert done.exit_code == 2
        assert says in done.stderr
        assert "--help" in done.stderr
        assert not done.stdout


def test_language_comes_from_the_environment(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENTPLAN_LANG", "en")
    assert "Usage: " in tell("--help").stdout
    assert "用法" in tell("--help", "--lang", "zh").stdout
    monkeypatch.setenv("TALENTPLAN_LANG", "fr")
    done = tell("doctor")
    assert done.exit_code == 2
    assert "zh、en" in done.stderr


@pytest.mark.parametrize("where", ["missing.yaml", "."])
def test_a_model_that_cannot_be_read_is_bad_input(tell: Tell, where: str) -> None:
    done = tell("plan", where)
    assert done.exit_code == 2
    assert "找不到文件，或无法读取" in done.stderr


def test_defects_ask_to_be_reported_and_show_their_traceback_on_demand_only(
    tell: Tell, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(planning, "attempt", broken)
    done = tell("plan", tiny_model, "--lang", "en")
    assert done.exit_code == 70
    assert "please report it" in done.stderr
    assert "ZeroDivisionError: a defect" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(ZeroDivisionError):
        tell("plan", tiny_model, "--debug")


def test_ctrl_c_is_a_sentence_and_130(tell: Tell, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(planning, "write_report", interrupted)
    done = tell("plan", tiny_model, "--out", "runs")
    assert done.exit_code == 130
    assert "已中断" in done.stderr
    assert list(Path("runs/tiny").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to one process there")
def test_ctrl_c_answers_while_the_solver_runs(tiny_model: Path, tmp_path: Path) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background would ignore it\n"
        "from talentplan.cli import planning\n"
        "def attempt(*_, **__):\n"
        "    print('solving', flush=True)\n"
        "    time.sleep(60)\n"
        "planning.attempt = attempt\n"
        "from talentplan.cli.main import main\n"
        f"sys.argv = ['talentplan', 'plan', {str(tiny_model)!r}]\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"solving\n"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - began < 20
    assert "已中断" in said.decode("utf-8")
    assert not (tmp_path / "runs").exists()


def test_a_plan_that_the_audit_refuses_is_not_published(
    tell: Tell, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AuditError("largest violation 1")

    monkeypatch.setattr("talentplan.scenarios.run.solve_plan", refused)
    done = tell("plan", tiny_model)
    assert done.exit_code == 3
    assert "核对" in done.stderr
    assert not Path("runs").exists()


@pytest.mark.parametrize("encoding", ["ascii", "gb18030", "utf-8", "cp1252"])
def test_chinese_passes_whatever_the_encoding_of_the_pipe(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "talentplan", "--help"], capture_output=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert "招生计划" in done.stdout.decode("gb18030" if encoding == "gb18030" else "utf-8")


def test_long_steps_are_told_on_stderr_and_short_ones_are_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "PATIENCE", 0.05)
    with console.step("short"):
        pass
    with console.step("long"):
        time.sleep(0.3)
    said = capsys.readouterr()
    assert not said.out
    assert "short" not in said.err
    assert said.err.startswith("long …\nlong  0.")


def test_a_terminal_gets_a_spinner_that_wipes_itself_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(console, "PATIENCE", 0.05)
    with console.step("求解"):
        time.sleep(0.7)
    frames = screen.getvalue().split("\r")
    assert frames[1].startswith("| 求解 0 s")
    assert frames[-1] == ""
    assert frames[-2] == " " * console.width(frames[-3])
    assert "\x1b" not in screen.getvalue()


def test_doctor_finds_the_solver_and_the_sample(tell: Tell) -> None:
    done = tell("doctor", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "solved a trial correctly" in done.stdout
    assert "dalian.yaml" in done.stdout
    assert "All is well." in done.stdout


def test_doctor_without_a_solver_says_so(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise ImportError("no module named highspy")

    monkeypatch.setattr("talentplan.program.Session", gone)
    done = tell("doctor", "--lang", "en")
    assert done.exit_code == 3
    assert any("solver" in line and "problem" in line and "highspy" in line for line in done.stdout.splitlines())
