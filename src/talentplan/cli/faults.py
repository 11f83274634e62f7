"""Errors as sentences, and the exit code that goes with each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from talentplan.cli.console import note, table
from talentplan.errors import AuditError, ImpossibleError, InputError, Problem, SolverError, TalentPlanError

__all__ = ["DEFECT", "INTERRUPTED", "explain_error", "problem_tables", "usage_words"]

DEFECT = 70
INTERRUPTED = 130
SHOWN = 100
LONG = 40

HEADING = {
    "zh": ("文件", "行", "列", "现值", "要求", "改法"),
    "en": ("file", "row", "column", "value", "must", "repair"),
}


def explain_error(error: Exception, lang: str) -> int:
    """Say on stderr what went wrong and what to do about it; the exit code."""
    if isinstance(error, InputError):
        note(problem_tables(error.problems, lang))
        return error.exit_code
    if isinstance(error, ImpossibleError):
        note(_impossible(error, lang))
        return error.exit_code
    if isinstance(error, TalentPlanError):
        note(_other(error, lang))
        return error.exit_code
    name = f"{type(error).__name__}: {error}".strip().rstrip(":")
    note(
        f"talentplan 自身出错（{name}）。这是程序缺陷，请报告：加上 --debug 重新运行，把命令和显示的内容一并发来。"
        if lang == "zh"
        else f"talentplan itself failed ({name}). This is a defect, please report it: run the command again with "
        "--debug and send the command and all that it shows."
    )
    return DEFECT


def problem_tables(problems: Sequence[Problem], lang: str) -> str:
    """Every problem, grouped by table: file, row, column, value, what must hold, how to mend it."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.table, []).append(problem)
    parts = []
    if not (len(problems) == 1 and not problems[0].table):
        n = len(problems)
        parts.append(f"输入有 {n} 处问题：" if lang == "zh" else f"The input has {n} problem{'s' if n > 1 else ''}:")
    for name, found in groups.items():
        if not name:
            parts.append("\n".join(p.sentence(lang) for p in found))
            continue
        rows = _filled([HEADING[lang], *(_cells(p, lang) for p in found[:SHOWN])])
        more = len(found) - SHOWN
        rest = "" if more <= 0 else f"\n  … 另有 {more} 处" if lang == "zh" else f"\n  … and {more} more"
        parts.append(f"{_table_label(name, lang)}\n{table(rows)}{rest}")
    return "\n\n".join(parts)


def _cells(problem: Problem, lang: str) -> tuple[str, ...]:
    place = problem.file if problem.sheet is None else f"{problem.file} [{problem.sheet}]"
    rule, repair = (problem.rule_en, problem.repair_en) if lang == "en" else (problem.rule_zh, problem.repair_zh)
    texts = (place, str(problem.row or ""), problem.column or "", problem.value[:LONG], rule, repair)
    return tuple(" ".join(text.split()) for text in texts)


def _filled(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without the columns in which only the heading says something."""
    keep = [k for k in range(len(rows[0])) if any(row[k] for row in rows[1:])]
    return [tuple(row[k] for k in keep) for row in rows]


def _table_label(name: str, lang: str) -> str:
    from talentplan.workspace.dictionary import load_dictionary  # noqa: PLC0415 - only where there is something wrong

    dictionary = load_dictionary()
    known = dictionary.tables.get(name) or dictionary.forms.get(name)
    if known is None:
        words = {
            "model": ("规划模型", "planning model"), "scenario": ("情景", "scenario"), "rules": ("规则", "rules"),
            "workbook": ("工作簿", "workbook"),
        }  # fmt: skip
        zh, en = words.get(name, (name, name))
        return zh if lang == "zh" else en
    return f"{known.zh}（{name}）" if lang == "zh" else f"{known.en} ({name})"


def _impossible(error: ImpossibleError, lang: str) -> str:
    at = 0 if lang == "zh" else 1
    says = (
        ("没有任何方案能同时满足以下各条：", "No plan can satisfy all of these at once:"),
        ("此外，以下各条也不能同时满足：", "Nor, apart from that, all of these:"),
        ("此外可能还有其他相互冲突的要求。", "There may be more conflicts beside these."),
        (
            "任选一种改法即可得到方案（均已试算，代价小的在前）：",
            "Each of these repairs makes a plan possible (all were tried; cheapest first):",
        ),
    )
    lines: list[str] = []
    for k, conflict in enumerate(error.diagnosis.conflicts):
        lines += [says[min(k, 1)][at], *(f"  {n}. {s.words[at]}" for n, s in enumerate(conflict.statements, 1))]
    if not error.diagnosis.complete:
        lines.append(says[2][at])
    if error.repairs:
        lines += [says[3][at], *(f"  {n}) {words[at]}" for n, words in enumerate(error.repairs, 1))]
    return "\n".join(lines)


def _other(error: TalentPlanError, lang: str) -> str:
    begin = {
        SolverError: ("求解未得到方案", "No plan was found"),
        AuditError: ("独立核对与线性规划不一致，没有写出结果", "Audit and program disagree; nothing was written"),
    }.get(type(error), ("无法继续", "This cannot go on"))  # fmt: skip
    return f"{begin[0]}：{error}" if lang == "zh" else f"{begin[1]}: {error}"


def usage_words(error: click.ClickException, lang: str) -> str:
    """A usage error with where to find help."""
    text = error.format_message()
    context = getattr(error, "ctx", None)
    hint = context.command_path if context is not None else "talentplan"
    if lang != "zh":
        return f"{text}\nHelp: {hint} --help"
    return f"命令用法有误：{_usage_zh(error, text)}\n用法说明：{hint} --help"


def _usage_zh(error: click.ClickException, text: str) -> str:
    parameter = getattr(error, "param", None)
    name = (
        " / ".join(parameter.opts)
        if isinstance(parameter, click.Option)
        else getattr(parameter, "human_readable_name", "")
    )
    if isinstance(error, click.NoSuchOption):
        near = f"，是否指 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {name or text}"
    if isinstance(error, click.BadParameter):
        kind = getattr(parameter, "type", None)
        if isinstance(kind, click.Choice):
            return f"{name} 须为 {'、'.join(map(str, kind.choices))} 之一"
        if isinstance(kind, click.IntRange):
            return f"{name} 须为不小于 {kind.min} 的整数"
        if isinstance(kind, click.FloatRange):
            return f"{name} 须为大于 {kind.min:g} 的数"
        return f"{name or error.param_hint} 的值不可用：{error.message}"
    if (match := re.match(r"No such command '(.*?)'", text)) is not None:
        return f"没有命令 {match[1]}"
    return text
