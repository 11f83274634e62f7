"""Plan -> a run folder, all at once or not at all; and back."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from talentplan.errors import InputError, Problem
from talentplan.plan.outputs import output_columns, outputs
from talentplan.plan.plan import Plan
from talentplan.workspace.case import Case

__all__ = [
    "PROVENANCE",
    "Run",
    "UnwritableFolder",
    "read_run",
    "write_file",
    "write_folder",
    "write_notes",
    "write_plan",
    "write_table",
]

PROVENANCE = "provenance.yaml"
DO_NOTHING = "do_nothing"
TEXT_UNITS = {"code", "codes", "word", "text"}
PACKAGES = ("numpy", "pandas", "scipy", "highspy")

Frames = Mapping[str, pd.DataFrame]


class UnwritableFolder(InputError):
    """Results cannot be put where they were asked for; nothing was written there."""

    def __init__(self, folder: Path, because: tuple[str, str], repair: tuple[str, str]) -> None:
        super().__init__((
            Problem("", str(folder), None, None, "", f"结果无法写入此文件夹（{because[0]}）",
                    f"the results cannot be written to this folder ({because[1]})", *repair),
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder as it was written: the tables of plan/outputs.yaml and what is known of how they came about."""

    folder: Path
    name: str
    scenario: str
    fingerprint: str
    provenance: Mapping[str, Any]
    tables: Frames
    do_nothing: Frames

    def table(self, name: str) -> pd.DataFrame:
        """One published table by its name in plan/outputs.yaml."""
        return self.tables[name]


def write_plan(plan: Plan, case: Case, folder: Path, report: Callable[[Path], None] | None = None) -> Path:
    """Write every table of a plan, the do-nothing tables and provenance.yaml; returns the folder.

    `report` is called with the folder in the making and may add files to it, so that all appear at once. An earlier
    run in `folder` is replaced only when everything is written. Raises UnwritableFolder.
    """

    def fill(place: Path) -> None:
        began = time.perf_counter()
        for name in outputs():
            write_table(plan.tables[name], name, place)
        (place / DO_NOTHING).mkdir()
        for name in outputs():
            if name in plan.do_nothing:
                write_table(plan.do_nothing[name], name, place / DO_NOTHING)
        if report is not None:
            report(place)
        found = _provenance(plan, case, {**plan.timings, "write": time.perf_counter() - began})
        write_notes(place, found)

    return write_folder(folder, fill)


def write_folder(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Let `fill` write into a hidden folder beside `folder`, then put that in its place in one step.

    Whatever goes wrong, Ctrl-C included, an earlier run stays as it was and nothing half-written remains. A folder that
    is not empty and holds no provenance.yaml is not ours and is never replaced: `fill` must write that file.
    """
    folder = Path(folder).resolve()  # the folder itself is replaced, not a link to it
    _refuse_foreign(folder)
    place = folder.with_name(f".{folder.name}.tmp-{os.getpid()}")
    try:
        shutil.rmtree(place, ignore_errors=True)  # of a killed process that had our number
        place.mkdir(parents=True)
        fill(place)
        _swap(place, folder)
    except Exception as error:  # the writer of workbooks wraps the system's error in one of its own
        system = next((cause for cause in (error, *error.args) if isinstance(cause, OSError)), None)
        if system is None or (system.filename is not None and folder.parent not in Path(system.filename).parents):
            raise  # a defect, or a file that was to be read
        raise _unwritable(folder, system) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return folder


def write_file(path: Path, fill: Callable[[Path], None], *, replace: bool = False) -> Path:
    """Let `fill` write a file of that name into a hidden folder beside it, then put it in place in one step.

    A file that is there is replaced only where that is asked for. Raises UnwritableFolder; nothing half-written remains.
    """
    path = Path(path).resolve()
    if path.exists() and not (replace and path.is_file()):
        why = (f"已有 {path.name}，不会覆盖", f"it holds {path.name}, which is not overwritten")
        raise UnwritableFolder(path.parent, why, ("用 --out 另起名字", "choose another name with --out"))
    place = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        fill(place / path.name)
        (place / path.name).replace(path)
    except Exception as error:  # as in write_folder
        system = next((cause for cause in (error, *error.args) if isinstance(cause, OSError)), None)
        if system is None or (system.filename is not None and path.parent not in Path(system.filename).parents):
            raise
        raise _unwritable(path.parent, system) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return path


def _refuse_foreign(folder: Path) -> None:
    try:
        if folder.is_dir() and not (folder / PROVENANCE).is_file() and any(folder.iterdir()):
            why = ("其中已有别的文件", "it holds files that are no run of talentplan")
            raise UnwritableFolder(folder, why, ("另选一个文件夹", "choose another folder"))
        if folder.exists() and not folder.is_dir():
            why = ("这是一个文件，不是文件夹", "it is a file, not a folder")
            raise UnwritableFolder(folder, why, ("另选一个文件夹", "choose another folder"))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> UnwritableFolder:
    why = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    repair = (
        "关闭正在使用其中文件的程序（如 Excel），检查写入权限和磁盘空间，或用 --out 另选文件夹",
        "close programs that hold its files open, such as Excel, check permission and disk space, or use another --out",
    )
    return UnwritableFolder(folder, (why, why), repair)


def _swap(place: Path, folder: Path) -> None:
    """Move `place` to `folder`; no system replaces a folder in one step, so the old one steps aside first."""
    aside = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    if not folder.exists():
        place.rename(folder)
        return
    try:
        folder.rename(aside)
        place.rename(folder)
    finally:
        if aside.exists() and not folder.exists():
            aside.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)


def write_table(frame: pd.DataFrame, name: str, folder: Path, columns: list[str] | None = None) -> Path:
    """One table as <name>.csv: utf-8 with a mark that Excel knows, Unix line ends, shortest numbers.

    `columns` are those of plan/outputs.yaml where none are given.
    """
    path = folder / f"{name}.csv"
    shown = frame[output_columns(name) if columns is None else columns]
    logical = shown.select_dtypes("bool").columns
    shown = shown.assign(**{str(c): np.where(shown[c], "true", "false") for c in logical})
    shown.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", float_format=_shortest)
    return path


def _shortest(value: Any) -> str:
    """The shortest text that reads back as the same number.

    >>> _shortest(40.0), _shortest(0.1), _shortest(-0.0), _shortest(1e22)
    ('40', '0.1', '0', '1e+22')
    """
    return repr(float(value) + 0.0).removesuffix(".0")


def write_notes(folder: Path, found: Mapping[str, Any]) -> None:
    """Write provenance.yaml, which marks a folder as ours."""
    text = yaml.safe_dump(_plain(found), allow_unicode=True, sort_keys=False, width=120)
    (folder / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")


def _provenance(plan: Plan, case: Case, timings: Mapping[str, float]) -> dict[str, Any]:
    """What made this plan; everything but the last key is the same whenever the same case is planned the same way."""
    settings, facts, audit = case.settings, plan.facts, plan.audit
    return {
        "name": plan.name,
        "title": {"zh": settings.title.zh, "en": settings.title.en},
        "region": {"zh": settings.region.zh, "en": settings.region.en},
        "scenario": plan.scenario,
        "scenario_title": {"zh": case.scenario_title[0], "en": case.scenario_title[1]},
        "applied": list(case.applied),
        "rules": [rule.id for rule in case.rules],
        "first_year": case.first_year,
        "years": settings.horizon.years,
        "tail_years": case.tail_years,
        "fingerprint": plan.fingerprint,
        "files": dict(sorted(case.files.items())),
        "defaulted": [{"table": d.table, "zh": d.zh, "en": d.en} for d in case.defaulted],
        "versions": {
            "talentplan": metadata.version("talentplan"), "python": platform.python_version(), "solver": facts.solver,
            **{package: metadata.version(package) for package in PACKAGES},
        },
        **{key: value for key, value in asdict(facts).items() if key != "solver"},
        "audit": {
            "ok": audit.ok, "max_violation": audit.max_violation, "objective": audit.objective,
            "violations": len(audit.violations),
        },
        "timings": {step: round(float(seconds), 3) for step, seconds in timings.items()},
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Numbers of numpy as numbers of Python, all the way down."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def read_run(folder: Path) -> Run:
    """A run folder with its tables as they were published. Raises InputError where the folder is no run."""
    folder = Path(folder)
    try:
        provenance = yaml.load((folder / PROVENANCE).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        tables = {name: _read(folder / f"{name}.csv", name) for name in outputs()}
        nothing = {
            name: _read(path, name) for name in outputs() if (path := folder / DO_NOTHING / f"{name}.csv").is_file()
        }
        return Run(
            folder, provenance["name"], provenance["scenario"], provenance["fingerprint"], provenance, tables, nothing
        )
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise InputError((_no_run(folder, error),)) from error


def _no_run(folder: Path, error: Exception) -> Problem:
    said = str(error).splitlines()
    value = "" if isinstance(error, FileNotFoundError) else said[0] if said else type(error).__name__
    at = Path(error.filename) if isinstance(error, OSError) and error.filename else folder
    if at.parent == folder:
        at = folder / at.name
    return Problem(
        "", str(at), None, None, value, "必须是 talentplan plan 写出的完整结果文件夹",
        "must be part of a complete run folder that talentplan plan has written",
        "给出含 provenance.yaml 的文件夹，例如 runs/<方案>/<情景>",
        "name a folder that holds provenance.yaml, for instance runs/<case>/<scenario>",
    )  # fmt: skip


def _read(path: Path, name: str) -> pd.DataFrame:
    units = {column: about["unit"] for column, about in outputs()[name]["columns"].items()}
    kinds = {column: "str" for column, unit in units.items() if unit in TEXT_UNITS or unit == "yes/no"}
    frame = pd.read_csv(
        path, encoding="utf-8-sig", dtype=kinds, keep_default_na=False, float_precision="round_trip",
        na_values={column: [""] for column in units if column not in kinds},
    )  # fmt: skip
    flags = {column: frame[column] == "true" for column, unit in units.items() if unit == "yes/no"}
    whole = {"calendar year", "classes", "lines"}
    numbers = {
        column: frame[column].astype("int64" if unit in whole else "float64")
        for column, unit in units.items()
        if column not in kinds
    }
    return frame.assign(**flags, **numbers)[list(units)]
