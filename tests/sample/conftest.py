import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))


@pytest.fixture(scope="session")
def sample() -> SimpleNamespace:
    """The committed tables as text-typed frames, numbers where a column holds only numbers."""
    frames = {}
    for path in sorted((ROOT / "data").glob("*/*.csv")):
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
        for column in frame.columns:
            if column not in CODES:
                frame[column] = _numbers(frame[column])
        frames[path.stem] = frame
    return SimpleNamespace(**frames)


CODES = {"industry", "program", "occupation", "level", "cluster", "school", "offering", "unit", "district"}


def _numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column.where(column != ""), errors="coerce")
    return numbers if numbers.notna().sum() == (column != "").sum() and (column != "").any() else column
