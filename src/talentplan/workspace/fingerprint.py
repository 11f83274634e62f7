"""One number for everything a run reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from talentplan.workspace.case import Rule
from talentplan.workspace.settings import Settings

__all__ = ["fingerprint"]

PATHS = {"tables", "scenarios"}
"""Settings that say where files lie: moving a workspace does not make it another case."""


def fingerprint(settings: Settings, rules: Iterable[Rule], tables: Mapping[str, pd.DataFrame]) -> str:
    """Sha256 of settings (after patches), rules and canonical tables; file paths and row order never change it."""
    digest = hashlib.sha256()
    model = settings.model_dump(mode="json", exclude=PATHS)
    digest.update(_json(model))
    digest.update(_json([_plain(asdict(r)) for r in sorted(rules, key=lambda r: r.id)]))
    for name in sorted(tables):
        frame = tables[name]
        digest.update(_json([name, list(frame.columns), len(frame)]))
        for column in frame.columns:
            digest.update("\x1f".join(_texts(frame[column])).encode("utf-8"))
            digest.update(b"\x1e")
    return digest.hexdigest()


def _texts(column: pd.Series[Any]) -> Iterable[str]:
    if column.dtype == np.float64:
        distinct, where = np.unique(column.to_numpy() + 0.0, return_inverse=True)
        return [str(t) for t in np.char.mod("%.12g", distinct)[where]]
    return list(column.astype(str))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value
