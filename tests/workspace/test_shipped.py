"""A model with bureau tables alone stands on the shipped reference tables, and says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from talentplan.workspace import read_case
from talentplan.workspace.case import Case

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {"occupations", "staffing", "education_mix", "crosswalk", "retention", "destinations"}


def _model(folder: Path, *bring: str) -> Path:
    """The sample without its reference tables but `bring`."""
    shutil.copytree(ROOT / "models", folder / "models")
    for part in ("industries", "programs"):
        shutil.copytree(ROOT / "data" / part, folder / "data" / part)
    (folder / "data" / "reference").mkdir()
    for name in bring:
        shutil.copy(ROOT / "data" / "reference" / f"{name}.csv", folder / "data" / "reference")
    return folder / "models" / "dalian.yaml"


def _stand_ins(case: Case) -> set[str]:
    return {d.table for d in case.defaulted if "shipped with the product" in d.en}


def test_bureau_tables_are_enough(tmp_path: Path) -> None:
    case = read_case(_model(tmp_path))
    assert _stand_ins(case) == SHIPPED
    whole = read_case(ROOT / "models" / "dalian.yaml")
    for name in SHIPPED:
        assert len(case.table(name)) == len(whole.table(name))


def test_a_table_of_the_model_beats_the_shipped_one(tmp_path: Path) -> None:
    model = _model(tmp_path, "retention")
    path = tmp_path / "data" / "reference" / "retention.csv"
    path.write_text("level,grade,stay,basis,source\nsecondary,1,0.5,reported,mine\n", encoding="utf-8")
    case = read_case(model)
    assert _stand_ins(case) == SHIPPED - {"retention"}
    assert case.table("retention")["stay"].tolist() == [0.5]


def test_shipped_rows_are_those_of_the_model_under_its_new_codes(tmp_path: Path) -> None:
    model = _model(tmp_path)
    programs = tmp_path / "data" / "programs"
    for path in programs.glob("*.csv"):
        path.write_text(path.read_text("utf-8-sig").replace("460305", "990001"), "utf-8-sig")
    changes = "kind,old_code,new_code,year\nprogram,460305,990001,2026\nprogram,111111,222222,2026\n"
    (programs.parent / "reference" / "code_changes.csv").write_text(changes, "utf-8")
    case = read_case(model)
    shipped = read_case(ROOT / "models" / "dalian.yaml").table("crosswalk")
    links = case.table("crosswalk")
    jobs = set(shipped.loc[shipped["program"] == "460305", "occupation"])
    assert jobs
    assert set(links.loc[links["program"] == "990001", "occupation"]) == jobs
    assert len(links) == len(shipped)
    assert any("460305 → 990001 (2026)" in d.zh for d in case.defaulted if d.table == "crosswalk")


def test_the_shipped_tables_are_cut_to_the_codes_of_the_model(tmp_path: Path) -> None:
    model = _model(tmp_path)
    path = tmp_path / "data" / "industries" / "employment.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    industry = lines[1].split(",")[0]
    for name in ("industries", "employment", "drivers"):
        file = tmp_path / "data" / "industries" / f"{name}.csv"
        head, *rows = file.read_text(encoding="utf-8-sig").splitlines()
        at = head.split(",").index("industry")
        file.write_text("\n".join([head, *(r for r in rows if r.split(",")[at] == industry)]), encoding="utf-8")
    case = read_case(model)
    assert set(case.table("staffing")["industry"]) == {industry}
    mix = case.table("education_mix").groupby("occupation")["share"].sum()
    assert mix.to_numpy() == pytest.approx(1.0)
