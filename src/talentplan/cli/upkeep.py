"""`crosswalk suggest` and `crosswalk apply`: links proposed to a person, and what the person decided put into effect."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from talentplan.cli.console import interruptible, language, out, pick, step
from talentplan.errors import InputError, Problem
from talentplan.matching import REVIEW, propose_links, reviewed_links, with_links
from talentplan.plan.write import write_file, write_table
from talentplan.workspace import Case, load_dictionary, read_case, read_form, read_records, unlinked, write_form
from talentplan.workspace.cells import Records

__all__ = ["apply_review", "suggest"]

CROSSWALK = "crosswalk"


def suggest(
    model: Path, scenario: str | None, wanted: Sequence[str], top: int, target: Path, reviewed: Sequence[Path]
) -> None:
    """Write the form of suggested links, for the codes wanted or else for everything without a link."""
    with step(pick("正在读取和检查数据", "reading and checking the input")):
        case, rejected = interruptible(lambda: (read_case(model, scenario), _rejected(model, reviewed)))
    programs, occupations = _wanted(case, wanted)
    if not programs and not occupations:
        out(pick("每个专业和职业都有对应关系；要补充的用 --for 指明代码。",
                 "Every program and occupation has a link; name those to be extended with --for."))  # fmt: skip
        return
    lang = language()  # asked here: the thread that does the work knows nothing of the command
    with step(pick("正在比对", "comparing")):
        frame = interruptible(lambda: propose_links(case, programs, occupations, top, rejected, lang))
    path = write_file(target, lambda at: _put(frame, REVIEW, at, _labels(REVIEW)))
    out(pick(f"{len(programs)} 个专业、{len(occupations)} 个职业，{len(frame)} 条建议：{path}",
             f"Programs: {len(programs)}, occupations: {len(occupations)}, suggested links: {len(frame)}, in {path}"))  # fmt: skip
    silent = [c for key, codes in (("program", programs), ("occupation", occupations)) for c in codes
              if c not in set(frame[key])]  # fmt: skip
    if silent:
        out(pick(f"没有可建议的：{'、'.join(silent)}", f"Nothing to suggest for {', '.join(silent)}"))
    out(pick(f"在“意见”列逐条填“确认”或“否决”，然后：talentplan crosswalk apply {model} {target}",
             f"Write confirm or reject into the column decision, then: talentplan crosswalk apply {model} {target}"))  # fmt: skip


def apply_review(model: Path, file: Path, target: Path | None, in_place: bool, version: str) -> None:
    """Write a crosswalk with the confirmed links of one form."""
    with step(pick("正在读取和检查数据", "reading and checking the input")):
        case, tables = interruptible(lambda: (read_case(model), read_records(model)))
    review = _form(file, tables)
    found = reviewed_links(review)
    out(pick(f"确认 {len(found.confirmed)} 条，否决 {len(found.rejected)} 条，未定 {found.undecided} 条。",
             f"{len(found.confirmed)} confirmed, {len(found.rejected)} rejected, {found.undecided} undecided."))  # fmt: skip
    if found.confirmed.empty:
        out(pick("没有确认的对应关系，没有写出文件。", "Nothing is confirmed; no file was written."))
        return
    version = version or dt.datetime.now().astimezone().date().isoformat()
    source = pick(f"人工确认的建议（{file.name}）", f"suggestion confirmed by a person ({file.name})")
    links, problems = with_links(tables, review, version, source)
    if problems:
        raise InputError(problems)
    own = model.parent / case.settings.tables / tables[CROSSWALK].file
    if in_place:
        _refuse_in_place(own, tables[CROSSWALK])

        def fill(at: Path) -> None:
            shutil.copy2(own, own.with_name(f"{own.name}.bak"))
            _put(links, CROSSWALK, at, dict(tables[CROSSWALK].headings))

        path = write_file(own, fill, replace=True)
        out(pick(f"已更新 {path}（{len(links):,} 条）；原文件存为 {own.name}.bak",
                 f"Updated {path} ({len(links):,} links); the file as it was is {own.name}.bak"))  # fmt: skip
        return
    path = write_file(target or Path(f"{CROSSWALK}.csv"), lambda at: _put(links, CROSSWALK, at))
    out(pick(f"新的专业职业对照（{len(links):,} 条）：{path}", f"The new crosswalk ({len(links):,} links): {path}"))
    place = own if own.is_file() else model.parent / case.settings.tables
    out(pick(f"核对后放入 {place}，再运行 talentplan validate {model}",
             f"Look it over, put it into {place}, then: talentplan validate {model}"))  # fmt: skip


def _form(file: Path, tables: dict[str, Records]) -> Records:
    review, problems = read_form(file, REVIEW, tables)
    if problems:
        raise InputError(problems)
    return review


def _rejected(model: Path, files: Sequence[Path]) -> pd.DataFrame | None:
    """The pairs that earlier forms reject."""
    if not files:
        return None
    tables = read_records(model)
    return pd.concat([reviewed_links(_form(file, tables)).rejected for file in files], ignore_index=True)


def _wanted(case: Case, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Programs and occupations to suggest for. Raises InputError where a code is neither."""
    if not wanted:
        alone = unlinked(case.settings, case.tables)
        return tuple(list(alone.loc[alone["kind"] == kind, "code"]) for kind in ("program", "occupation"))  # type: ignore[return-value]
    known = {kind: set(case.table(f"{kind}s")[kind]) for kind in ("program", "occupation")}
    both = sorted(known["program"] | known["occupation"])
    problems = []
    for code in wanted:
        if code not in both:
            near = get_close_matches(code, both, n=1)
            repair = (f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ("更正代码", "correct the code")
            problems.append(
                Problem("", "--for", None, None, code, "必须是专业或职业的代码",
                        "must be the code of a program or an occupation", *repair)
            )  # fmt: skip
    if problems:
        raise InputError(problems)
    return [c for c in wanted if c in known["program"]], [c for c in wanted if c in known["occupation"]]


def _labels(name: str) -> dict[str, str]:
    return {column.name: column.label(language()) for column in load_dictionary()[name].columns}


def _put(frame: pd.DataFrame, name: str, path: Path, headings: dict[str, str] | None = None) -> None:
    """One table or form as CSV, or as a workbook with drop-downs where the name ends in .xlsx."""
    if path.suffix.lower() == ".xlsx":
        write_form(path, name, frame, language())
        return
    shown = frame.rename(columns=headings or {})
    write_table(shown, path.stem, path.parent, list(shown.columns))


def _refuse_in_place(own: Path, crosswalk: Records) -> None:
    if own.is_file() and own.suffix.lower() == ".csv" and crosswalk.sheet is None:
        return
    raise InputError([
        Problem(CROSSWALK, crosswalk.file, None, None, "", "只有模型自己的 CSV 文件能直接更新",
                "only a CSV file of the model's own can be updated in place",
                "不用 --in-place，把写出的文件放入模型", "leave --in-place out and put the new file into the model",
                sheet=crosswalk.sheet)
    ])  # fmt: skip
