"""What `init` writes: an empty workspace."""

from __future__ import annotations

from pathlib import Path

from talentplan.cli.console import language, out, pick
from talentplan.plan.write import UnwritableFolder
from talentplan.workspace import write_templates

__all__ = ["start"]


def start(folder: Path, name: str) -> None:
    """Write <name>.yaml and <name>.xlsx, never over files that are there, and say what comes next."""
    there = [path for path in (folder / f"{name}.yaml", folder / f"{name}.xlsx") if path.exists()]
    if there:
        why = (f"已有 {there[0].name}，不会覆盖", f"it holds {there[0].name}, which is not overwritten")
        repair = ("另选文件夹，或用 --name 另起名字", "choose another folder, or another name with --name")
        raise UnwritableFolder(folder, why, repair)
    try:
        book, model = write_templates(folder, language(), name)
    except Exception as error:  # the writer of workbooks wraps the system's error in one of its own
        system = next((cause for cause in (error, *error.args) if isinstance(cause, OSError)), None)
        if system is None:
            raise
        said = str(system.strerror or system)
        repair = ("检查文件夹能否写入", "check that the folder may be written to")
        raise UnwritableFolder(folder, (said, said), repair) from error
    out(pick(f"规划模型：{model}\n数据表：{book}", f"Planning model: {model}\nTables: {book}"))
    command = f"talentplan validate {model}"
    out(pick(f"填好数据表后检查：{command}", f"Fill in the tables, then: {command}"))
