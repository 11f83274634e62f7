"""A plan on one screen, in the words of the report."""

from __future__ import annotations

from pathlib import Path

from talentplan.cli.console import pick, table
from talentplan.plan import Plan
from talentplan.report.intake_tables import changes
from talentplan.report.summary import limit_kinds, notices, sentences
from talentplan.report.tables import Source
from talentplan.report.words import Lang
from talentplan.workspace import Case

__all__ = ["heading", "stamp", "summary", "titled"]

TOP = 5


def heading(title: str) -> str:
    """A title that stands out without colour."""
    return f"\n{title}"


def titled(case: Case, lang: Lang) -> str:
    """The title of the model with its scenario."""
    title = case.settings.title
    if lang == "zh":
        return f"{title.zh}（情景：{case.scenario_title[0]}）"
    return f"{title.en} (scenario: {case.scenario_title[1]})"


def stamp(illustrative: bool) -> list[str]:
    """One line where figures are made up, else none: nothing is printed from them without it."""
    said = pick(
        "示例数据：结果仅供演示，不能作为决策依据。", "Illustrative data: a demonstration and no ground for decisions."
    )
    return [said] if illustrative else []


def summary(plan: Plan, case: Case, folder: Path, lang: str) -> str:
    """What changes, what it brings beside doing nothing, why, what stops it, what it rests on, where it lies."""
    language: Lang = "en" if lang == "en" else "zh"
    source = Source(plan, case, language)
    parts = [
        titled(case, language),
        *sentences(source),
        heading("招生计划（人）" if language == "zh" else "Enrolment plan (persons)"),
        _totals(source),
        heading(_beside_title(source)),
        _beside(source),
        heading(f"最重要的 {TOP} 项调整" if language == "zh" else f"The {TOP} most important changes"),
        _changes(source),
        heading(source.words("label", "limits")),
        _limits(source),
        heading("依据" if language == "zh" else "What this rests on"),
        *(f"  {text}" for _, text in notices(source)),
        f"  {_size(source)}",
        "",
        _paths(folder, language),
    ]
    return "\n".join(parts)


def _totals(source: Source) -> str:
    words, intake = source.words, source.next_intake()
    by_level = intake.groupby("level")[["last_plan", "plan"]].sum()
    rows = [[words("column", key) for key in ("level", "last_plan", "plan", "change")]]
    rows[0][1:3] = [str(source.first - 1), str(source.first)]
    for level in source.levels():
        if level in by_level.index:
            last, following = (float(by_level[key][level]) for key in ("last_plan", "plan"))
            rows.append([source.names.level.get(level, level), *_line(source, last, following)])
    rows.append(
        [words("general", "total"), *_line(source, float(intake["last_plan"].sum()), float(intake["plan"].sum()))]
    )
    return table(rows, right=[1, 2, 3])


def _line(source: Source, last: float, following: float) -> list[str]:
    words = source.words
    return [words.persons(last), words.persons(following), words.signed(round(following) - round(last))]


def _beside_title(source: Source) -> str:
    first, last = source.years[0], source.years[-1]
    if source.lang == "zh":
        return f"方案与维持现状（{first}–{last} 年合计，人年）"
    return f"The plan beside doing nothing ({first} to {last}, person-years)"


def _beside(source: Source) -> str:
    words = source.words
    rows = [["", words("general", "plan"), words("general", "do_nothing"), words("general", "difference")]]
    for key, frame in (("shortage", "balance"), ("surplus", "surplus"), ("broken", "progression")):
        plan = float(source.table(frame)[key].sum())
        nothing = float(source.nothing.table(frame)[key].sum())
        without, within, difference = _line(source, nothing, plan)
        rows.append([words("card", key), within, without, difference])
    return table(rows, right=[1, 2, 3])


def _changes(source: Source) -> str:
    words, found = source.words, changes(source)
    if found.empty:
        return f"  {words('sentence', 'no_change')}"
    colon = "：" if source.lang == "zh" else ": "
    lines = []
    for k, row in enumerate(found.head(TOP).to_dict("records"), 1):
        numbers = words("sentence", "from_to", last=words.persons(row["last_plan"]), plan=words.persons(row["plan"]),
                        change=words.signed(row["change"]))  # fmt: skip
        lines.append(f"  {k}. {row['school_name']} · {row['program_name']}  {numbers}  {row['verdict']}")
        if row["because"]:
            lines.append(f"     {words('label', 'because')}{colon}{row['because']}")
        if row["limited"]:
            lines.append(f"     {words('label', 'limited')}{colon}{_first(row['limited'], source.lang)}")
    return "\n".join(lines)


def _first(limits: str, lang: Lang) -> str:
    """The first limit that stands in the way; the report lists them all."""
    first, *others = limits.split("；" if lang == "zh" else "; ")
    if not others:
        return first
    return f"{first}（另有 {len(others)} 项）" if lang == "zh" else f"{first} (and {len(others)} more)"


def _limits(source: Source) -> str:
    held, broken = limit_kinds(source), limit_kinds(source, "broken_before")
    lines = [f"  {held or source.words('sentence', 'no_binding')}"]
    if broken:
        zh = f"既有在校生已超出原定上限（照列，不予修正）：{broken}"
        lines.append("  " + (zh if source.lang == "zh" else f"already broken by those on roll: {broken}"))
    return "\n".join(lines)


def _size(source: Source) -> str:
    facts = source.plan.facts
    if source.lang == "zh":
        return f"求解：{facts.columns:,} 列 × {facts.rows:,} 行，{facts.solver}。"
    return f"Solved: {facts.columns:,} columns x {facts.rows:,} rows, {facts.solver}."


def _paths(folder: Path, lang: Lang) -> str:
    report, book = folder / "report.html", folder / "plan.xlsx"
    if lang == "zh":
        return f"报告（用浏览器打开）：{report}\n招生计划表（Excel）：{book}\n全部数据表：{folder}"
    return f"Report (open in a browser): {report}\nEnrolment plan (Excel): {book}\nAll tables: {folder}"
