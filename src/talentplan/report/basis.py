"""What a plan rests on: how much is illustrative, what was defaulted, who decides, audit and solver facts."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from talentplan.report.tables import Column, Source, View, columns
from talentplan.workspace.case import Case
from talentplan.workspace.dictionary import load_dictionary

__all__ = ["Illustrative", "data_basis", "facts", "illustrative", "made_up"]

BASES = ("official", "reported", "estimated", "illustrative")


@dataclass(frozen=True, slots=True)
class Illustrative:
    """How much of a case is made up.

    tables: tables with an illustrative row; rows, all_rows: illustrative rows and all rows that carry a basis;
    weighted: illustrative share of the openings behind the changes, weighted by the persons each change moves (nan
    where nothing changes).
    """

    tables: int
    rows: int
    all_rows: int
    weighted: float


def made_up(case: Case) -> bool:
    """Whether the model calls itself illustrative, or a row does: every page must say so at its top."""
    return case.settings.illustrative or bool(_basis_counts(case)["illustrative"].sum())


def illustrative(source: Source) -> Illustrative:
    """How much of the plan's support is made up."""
    counts = _basis_counts(source.case)
    layout = source.plan.table("layout")
    moved = layout["change"].abs().to_numpy(dtype=float)
    share = layout["illustrative"].fillna(0.0).to_numpy(dtype=float)
    weighted = float(moved @ share / moved.sum()) if moved.sum() > 0 else np.nan
    return Illustrative(
        tables=int((counts["illustrative"] > 0).sum()),
        rows=int(counts["illustrative"].sum()),
        all_rows=int(counts["rows"].sum()),
        weighted=weighted,
    )


def _basis_counts(case: Case) -> pd.DataFrame:
    rows = []
    for name in sorted(case.tables):
        table = case.table(name)
        if "basis" in table.columns and len(table):
            counts = table["basis"].value_counts()
            rows.append((name, len(table), *(int(counts.get(basis, 0)) for basis in BASES)))
    return pd.DataFrame(rows, columns=["table", "rows", *BASES])


def data_basis(source: Source) -> View:
    """Rows of every input table by basis."""
    words = source.words
    frame = _basis_counts(source.case)
    frame["share"] = frame["illustrative"] / frame["rows"]
    dictionary = load_dictionary()
    frame["table"] = [dictionary[name].label(source.lang) for name in frame["table"]]
    bases = tuple(Column(basis, words("basis", basis), "whole") for basis in BASES)
    share = Column("share", words("column", "illustrative"), "share")
    shape = (*columns(words, table="text", rows="whole"), *bases, share)
    totals = {key: float(frame[key].sum()) for key in ("rows", *BASES)}
    totals["share"] = totals["illustrative"] / totals["rows"] if totals["rows"] else np.nan
    return View("basis", words("head", "basis"), shape, frame, totals)


def facts(source: Source) -> View:
    """Audit, solver and the prices of the objective."""
    words, plan, settings = source.words, source.plan, source.case.settings
    found, audit = plan.facts, plan.audit
    number = words.number
    rows: list[tuple[str, Any]] = [
        ("status", words("status", found.status)),
        ("gap", f"{100 * found.gap:.2f}%"),
        ("objective", number(found.objective)),
        ("audit_objective", number(audit.objective)),
        ("lp_objective", number(found.lp_objective)),
        ("bound", number(found.bound)),
        ("violation", words.tiny(audit.max_violation)),
        ("size", f"{found.columns:,} × {found.rows:,}, {found.nonzeros:,}"),
        ("solver", found.solver),
        ("version", f"talentplan {metadata.version('talentplan')}"),
        ("seed", str(found.seed)),
        ("whole", str(settings.solving.whole_class_years)),
        ("discount", words.share(settings.policy.discount_rate)),
        ("shortage", number(settings.objective.shortage)),
        ("unplaced", number(settings.objective.unplaced)),
    ]
    frame = pd.DataFrame([(words("fact", key), value) for key, value in rows], columns=["fact", "value"])
    return View("facts", words("head", "facts"), columns(words, fact="text", value="text"), frame)
