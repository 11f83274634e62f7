import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
NAME = re.compile(r"[A-Za-z0-9._-]+")


def canonical(requirement: str) -> str:
    """The package that a requirement names, as pip compares names."""
    match = NAME.match(requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def locked() -> list[str]:
    lines = LOCK.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_lock_names_every_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    required = {canonical(requirement) for group in groups for requirement in group}
    missing = required - {canonical(line) for line in locked()} - {"talentplan"}
    assert not missing, f"not in {LOCK.name}: {sorted(missing)}. Repair: make lock"


def test_lock_holds_nothing_but_names_and_versions() -> None:
    wrong = [line for line in locked() if not re.fullmatch(r"[a-z0-9-]+==[0-9][A-Za-z0-9.+!]*", line)]
    assert not wrong


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command that knows nothing of the repository or of this process's environment."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    environment = {key: value for key, value in os.environ.items() if key not in foreign}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("talentplan-*.whl"))


@pytest.mark.slow
def test_wheel_ships_the_sample_region_and_all_package_data(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", "src/talentplan", "data", "models", cwd=ROOT).splitlines()
    sample = ("data/industries/", "data/programs/", "data/reference/", "data/stakeholders/", "models/")
    expected = {name.removeprefix("src/") for name in tracked if name.startswith("src/")}
    expected |= {f"talentplan/sample/{name}" for name in tracked if name.startswith(sample)}
    assert sorted(expected - shipped) == []


@pytest.mark.slow
def test_demo_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = python_of(environment)
    run(python, "-m", "pip", "install", "--quiet", "--constraint", LOCK, wheel, cwd=tmp_path)
    out = tmp_path / "out"
    run(python.with_name("talentplan"), "demo", "--out", out, cwd=tmp_path)
    assert list(out.rglob("intake.csv"))
