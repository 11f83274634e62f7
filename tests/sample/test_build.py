"""The script writes what is committed: the same seed gives the same bytes."""

import subprocess
import sys
from pathlib import Path

from sample_region.build import tables, write

ROOT = Path(__file__).resolve().parents[2]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("*/*.csv"))}


def test_same_seed_same_bytes_as_committed(tmp_path):
    command = [sys.executable, str(ROOT / "scripts/sample_region/build.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    written = _bytes(tmp_path)
    committed = _bytes(ROOT / "data")
    assert len(written) == 28
    assert written == {name: committed[name] for name in written}


def test_another_seed_changes_quantities_and_no_fact(tmp_path):
    write(tables(7), tmp_path)
    other, committed = _bytes(tmp_path), _bytes(ROOT / "data")
    same = {name.replace("\\", "/") for name in other if other[name] == committed[name]}
    assert {"programs/programs.csv", "industries/industries.csv", "reference/crosswalk.csv"} <= same
    assert not {"industries/employment.csv", "programs/roll.csv", "programs/intake_history.csv"} & same
