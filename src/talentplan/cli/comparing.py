"""What `compare` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from talentplan.cli.console import language, out, pick, step, table
from talentplan.cli.summary import stamp
from talentplan.plan.write import Run, read_run, write_folder, write_notes, write_table
from talentplan.report.tables import kind_of_unit, shown
from talentplan.report.words import Words
from talentplan.scenarios import Comparison, compare_plans

__all__ = ["put_side_by_side"]

ROWS = 20


def put_side_by_side(runs: Sequence[Path], folder: Path | None) -> None:
    """Print the comparison and, where a folder is given, write its tables."""
    with step(pick("正在读取方案", "reading the plans")):
        read = [read_run(run) for run in runs]
        found = compare_plans(read)
    made_up = any(run.table("layout")["illustrative"].gt(0).any() for run in read)
    out("\n".join([*stamp(made_up), _titles(read, found.labels), _text(found)]))
    if folder is not None:
        _write(found, folder)
        out(pick(f"\n比较表：{folder}", f"\nTables: {folder}"))


def _write(found: Comparison, folder: Path) -> None:
    def fill(place: Path) -> None:
        for name in ("runs", "indicators", "intake", "verdicts"):
            frame: pd.DataFrame = getattr(found, name)
            write_table(frame, name, place, list(frame.columns))
        write_notes(place, {"compared": found.runs.to_dict("records")})

    write_folder(folder, fill)


def _titles(runs: Sequence[Run], labels: Sequence[str]) -> str:
    """The columns by their names and the titles of their scenarios."""
    titles = [run.provenance["scenario_title"][language()] for run in runs]
    named = [f"{label}{pick('：', ': ')}{title}" for label, title in zip(labels, titles, strict=True)]
    return pick("；", "; ").join(named) + "\n"


def _text(found: Comparison) -> str:
    lang, words = language(), Words(language())
    labels = list(found.labels)
    sums = found.indicators[found.indicators["year"] == 0]
    rows = [[pick("指标（规划期）", "indicator (all plan years)"), pick("单位", "unit"), *labels]]
    rows += [
        [row[lang], words("unit", row["unit"]), *(_number(row[k], row["unit"]) for k in labels)]
        for row in sums.to_dict("records")
    ]
    right = list(range(2, 2 + len(labels)))
    parts = [table(rows, right=right, indent="")]
    if len(set(found.runs["fingerprint"])) == 1:
        parts.append(pick("各方案的数据指纹相同：输入完全一样。", "All fingerprints agree: the input is the same."))
    parts.append(pick("\n下一年计划不同的计划行", "\nLines whose plan number next year differs"))
    names = [pick("计划行", "line"), pick("上年", "last year")]
    parts.append(_rows(found.intake, ["offering", "last_plan"], names, labels, number=True))
    parts.append(pick("\n调整意见不同的布点", "\nPoints whose verdict differs"))
    names = [pick("院校", "school"), pick("专业", "program")]
    parts.append(_rows(found.verdicts, ["school", "program"], names, labels, number=False))
    return "\n".join(parts)


def _rows(frame: pd.DataFrame, keys: list[str], names: list[str], labels: list[str], *, number: bool) -> str:
    if frame.empty:
        return pick("  无", "  none")
    if number:
        spread = frame[labels].max(axis=1) - frame[labels].min(axis=1)
        frame = frame.loc[spread.sort_values(ascending=False, kind="stable", na_position="first").index]
    rows = [[*names, *labels]]
    for row in frame.head(ROWS).to_dict("records"):
        values = [row[key] if isinstance(row[key], str) else _number(row[key], "persons") for key in [*keys, *labels]]
        rows.append([v if number or k < len(keys) else _verdict(v) for k, v in enumerate(values)])
    more = len(frame) - ROWS
    rest = "" if more <= 0 else pick(f"\n  … 另有 {more} 条", f"\n  … and {more} more")
    right = range(1, len(rows[0])) if number else ()
    return table(rows, right=list(right)) + rest


def _verdict(code: str) -> str:
    return Words(language())("verdict", code) if code else "–"


def _number(value: float, unit: str) -> str:
    return shown(Words(language()), kind_of_unit(unit), value)
