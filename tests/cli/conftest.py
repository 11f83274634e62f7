from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result
from tests.tiny import tiny_tables

from talentplan.cli import planning
from talentplan.cli.main import app
from talentplan.workspace import load_dictionary


def write_model(folder: Path, settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> Path:
    """A planning model on disk: tiny.yaml and one CSV per table."""
    for name, rows in tables.items():
        place = folder / settings["tables"] / load_dictionary()[name].folder
        place.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(rows).to_csv(place / f"{name}.csv", index=False, encoding="utf-8-sig")
    model = folder / f"{settings['name']}.yaml"
    model.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return model


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    settings, tables = tiny_tables()
    return write_model(tmp_path / "tiny", settings, tables)


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs talentplan with these words, in an empty folder, in Chinese unless the words say otherwise, as piped."""
    for name in ("TALENTPLAN_LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return run


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out page and workbook, which take longer than the plan of a tiny region and have tests of their own."""
    monkeypatch.setattr(planning, "write_report", lambda *_: None)
