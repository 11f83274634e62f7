"""What `doctor` looks at. Whatever may be missing is imported where it is tried."""
# ruff: noqa: PLC0415

from __future__ import annotations

import platform
import re
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from talentplan.cli.console import language, out, pick, step, table
from talentplan.cli.sample import sample_model
from talentplan.errors import InputError

__all__ = ["examine"]

NO_SOLVER = 3
BAD_PLACE = 2
Check = tuple[str, bool, str, int]
"""What was looked at, whether it works, what there is to say, and the exit code where it does not."""


def examine() -> int:
    """Every check as a line; the highest exit code of those that fail."""
    checks: list[Callable[[], Check]] = [_python, _packages, _solver, _others, _encoding, _writing, _sample]
    with step(pick("正在检查", "checking")):
        found = [check() for check in checks]
    marks = {True: pick("正常", "ok"), False: pick("有问题", "problem")}
    out(table([[what, marks[good], says] for what, good, says, _ in found], indent=""))
    codes = [code for _, good, _, code in found if not good]
    out(pick("请先解决上面标出的问题。", "Mend what is marked above.") if codes else pick("一切正常。", "All is well."))
    return max(codes, default=0)


def _python() -> Check:
    good = sys.version_info >= (3, 11)
    says = f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    return "Python", good, says if good else f"{says} ({pick('需要 3.11 或更新', 'needs 3.11 or newer')})", BAD_PLACE


def _packages() -> Check:
    found, missing = [], []
    for requirement in metadata.requires("talentplan") or []:
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        if match is None or "extra ==" in requirement:
            continue
        try:
            found.append(f"{match[0]} {metadata.version(match[0])}")
        except metadata.PackageNotFoundError:
            missing.append(match[0])
    says = ", ".join(found)
    if missing:
        says = pick(
            f"缺少 {'、'.join(missing)}：重新安装 talentplan", f"missing {', '.join(missing)}: install talentplan again"
        )
    return pick("依赖包", "packages"), not missing, f"talentplan {metadata.version('talentplan')}, {says}", NO_SOLVER


def _solver() -> Check:
    """Minimise x + y subject to x + 2 y >= 3, x >= 1: the optimum is 2, at x = y = 1."""
    name = pick("求解器", "solver")
    try:
        import numpy as np
        import scipy.sparse as sp

        from talentplan.program import LinearProgram, Session, solver_version

        program = LinearProgram(
            cost=np.ones(2), lower=np.array([1.0, 0.0]), upper=np.full(2, np.inf), integer=np.zeros(2, bool),
            row_lower=np.array([3.0]), row_upper=np.array([np.inf]), matrix=sp.csc_array(np.array([[1.0, 2.0]])),
            columns={}, rows={},
        )  # fmt: skip
        objective = Session(program).solve().objective
    except Exception as error:  # whatever keeps the solver from working is what doctor is asked to find
        return name, False, f"{type(error).__name__}: {error}", NO_SOLVER
    good = abs(objective - 2.0) < 1e-9
    says = (
        pick("试算正确", "solved a trial correctly")
        if good
        else pick(f"试算得 {objective}，应为 2", f"trial gave {objective}, not 2")
    )
    return name, good, f"{solver_version()}, {says}", NO_SOLVER


def _others() -> Check:
    name = pick("其他求解器", "other solvers")
    try:
        from talentplan.program import available_solvers

        return name, True, ", ".join(available_solvers()) or pick("无（不需要）", "none (none is needed)"), 0
    except Exception as error:  # the same
        return name, False, f"{type(error).__name__}: {error}", NO_SOLVER


def _encoding() -> Check:
    encoding = sys.stdout.encoding or "ascii"
    try:
        "招生计划".encode(encoding)
        good, more = True, ""
    except (UnicodeEncodeError, LookupError):
        good, more = False, pick("；设 PYTHONUTF8=1", "; set PYTHONUTF8=1")
    return pick("编码", "encoding"), good, f"{encoding}, {sys.getfilesystemencoding()}{more}", BAD_PLACE


def _writing() -> Check:
    name = pick("写入权限", "write access")
    try:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
            (Path(place) / "招生.txt").write_text("招生", encoding="utf-8")
    except OSError as error:
        return (
            name,
            False,
            pick(f"当前文件夹不可写（{error.strerror}）", f"this folder cannot be written to ({error.strerror})"),
            BAD_PLACE,
        )
    return name, True, str(Path.cwd()), BAD_PLACE


def _sample() -> Check:
    name = pick("示例区域", "sample region")
    try:
        return name, True, str(sample_model()), BAD_PLACE
    except InputError as error:
        return name, False, error.problems[0].sentence(language()), BAD_PLACE
