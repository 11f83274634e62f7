"""docs/tables.md and docs/settings.md, written from the data dictionary and the settings.

`python -m talentplan.workspace.reference docs/` writes them again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from talentplan.workspace import scenario
from talentplan.workspace.dictionary import ColumnSpec, Dictionary, TableSpec, load_dictionary
from talentplan.workspace.rules import MUST, RULE_KINDS
from talentplan.workspace.settings import Label, Settings

__all__ = ["dictionary_markdown", "settings_markdown", "write_reference"]

MADE = "<!-- Written by `python -m talentplan.workspace.reference docs/`; edit {source} instead. -->"
TABLES = {
    "zh": (
        "# 数据表",
        (
            "每张表的每一列：含义、单位、限制和留空时的默认。“必填”的列每一行都要填写；“可空”的列可以留空。"
            "金额不得大于 10 万亿，其他数不得大于 10 亿。"
        ),
    ),
    "en": (
        "# The tables",
        (
            "Every column of every table, its unit, its limits, and what an empty cell takes (`empty`: it may stay empty). "
            "No sum of money may exceed 10^13, no other number 10^9."
        ),
    ),
}
FORMS = {
    "zh": "以下不是工作区的数据表，而是由 talentplan 写出、由人填写、再读回的文件。",
    "en": "What follows is no table of a workspace: talentplan writes it, a person edits it, and it is read back.",
}
HEADS = {
    "zh": ("列", "名称", "单位", "规定", "默认", "说明"),
    "en": ("column", "label", "unit", "must be", "default", "description"),
}
FACTS = {
    "zh": {"bureau": "教育局掌握", "survey": "调查取得", "reference": "随产品提供的估计", "error": "必须提供",
           "zero": "没有行即为零", "unlimited": "没有行即不限", "default": "没有行即取默认"},
    "en": {"bureau": "bureau", "survey": "survey", "reference": "reference", "error": "must be given",
           "zero": "no row means zero", "unlimited": "no row means not limited", "default": "no row means a default"},
}  # fmt: skip
TYPES = {
    "zh": {"code": "代码", "text": "文本", "int": "整数", "year": "年份", "number": "数", "share": "比例",
           "bool": "是/否"},
    "en": {"code": "code", "text": "text", "int": "whole number", "year": "year", "number": "number",
           "share": "share",
           "bool": "yes/no"},
}  # fmt: skip


def dictionary_markdown(lang: str) -> str:
    """Every table and column of the data dictionary as one page."""
    dictionary = load_dictionary()
    title, intro = TABLES[lang]
    lines = [title, "", MADE.format(source="src/talentplan/workspace/tables.yaml"), "", intro, ""]
    for spec in dictionary.tables.values():
        lines += _table(dictionary, spec, lang)
    lines += [FORMS[lang], ""]
    for spec in dictionary.forms.values():
        lines += _table(dictionary, spec, lang)
    return "\n".join(lines).rstrip() + "\n"


def _table(dictionary: Dictionary, spec: TableSpec, lang: str) -> list[str]:
    f, place = FACTS[lang], f"data/{spec.folder}/{spec.name}.csv"
    key = ", ".join(f"`{k}`" for k in spec.key)
    if lang == "zh":
        facts = f"一行是{spec.row_zh}。主键：{key}。"
        facts = f"`{place}`。{facts}{f[spec.tier]}；{f[spec.missing]}。" if spec.folder else facts
    else:
        facts = f"One row is {spec.row}. Key: {key}."
        facts = f"`{place}`. {facts} Tier: {f[spec.tier]}; {f[spec.missing]}." if spec.folder else facts
    other = spec.en if lang == "zh" else spec.zh
    lines = [f"## {spec.name}: {spec.label(lang)} ({other})", "", facts, ""]
    lines += ["| " + " | ".join(HEADS[lang]) + " |", "|" + "---|" * len(HEADS[lang])]
    lines += [_column(dictionary, c, lang) for c in spec.columns]
    return [*lines, ""]


def _column(dictionary: Dictionary, c: ColumnSpec, lang: str) -> str:
    doc = c.doc_zh if lang == "zh" else c.doc
    label = c.zh if lang == "zh" else f"{c.zh} / {c.en}"
    cells = (f"`{c.name}`", label, dictionary.unit(c, lang), _must(c, lang), _default(c, lang), doc)
    return "| " + " | ".join(x.replace("|", "\\|") for x in cells) + " |"


def _must(c: ColumnSpec, lang: str) -> str:
    if c.type == "enum":
        pairs = zip(c.values, c.values_zh or c.values, strict=True)
        return ", ".join(f"`{v}` {zh}" if lang == "zh" else f"`{v}`" for v, zh in pairs)
    parts = [TYPES[lang][c.type]]
    if c.type == "share" and c.above is None:
        parts.append("0-1")
    elif c.above is not None:
        parts.append(f"> {c.above:g}" + (f", <= {c.most:g}" if c.most is not None else ""))
    elif c.least is not None:
        parts.append(f">= {c.least:g}" + (f", <= {c.most:g}" if c.most is not None else ""))
    if c.at_most:
        parts.append(f"<= `{c.at_most}`")
    if c.ref:
        parts.append(f"`{c.ref}` 中的代码" if lang == "zh" else f"of `{c.ref}`")
    return ", ".join(parts)


def _default(c: ColumnSpec, lang: str) -> str:
    if c.required:
        return "必填" if lang == "zh" else "required"
    if c.default in (None, ""):
        return "可空" if lang == "zh" else "empty"
    if isinstance(c.default, bool):
        return ("是" if c.default else "否") if lang == "zh" else ("yes" if c.default else "no")
    return f"{c.default:g}" if isinstance(c.default, int | float) else f"`{c.default}`"


SETTINGS = """\
# The settings

{made}

A planning model is one YAML file: what this page lists, and nothing else. Only `true` and `false` are logical values,
so that `no`, `on` and codes such as `012` stay text. Every default is a judgement of the product, to be overridden
where the bureau knows better. A key that is unknown, doubled or of the wrong kind is reported with its line and column.

| setting | kind | default | meaning |
|---|---|---|---|
{rows}

## Scenarios

`scenarios/<name>.yaml` beside the model file holds a title, the scenario it extends if any, and patches:

```yaml
{grammar}
```

{precedence}

## Rules

`rules/<pack>.yaml` beside the model file holds `pack`, `title`, `borrowed_outside` (where the rules bind, if they are
borrowed here) and `rules`, each with `id`, `kind`, `text`, `source`, `date` (a year, a month or a day: 2023,
2023-08, 2023-08-15), `parameters`, and where they apply `borrowed`, `on`, `scope` (what the rule is about, everything where left out) and `exempt` (what it spares): codes of
offerings, schools, programs, clusters or levels. No two rules that are on bear the same id. The rules of a pack bind when
`rules` of the model, or a scenario, switches it on.

| kind | parameters |
|---|---|
{kinds}
"""


def settings_markdown() -> str:
    """Every setting, the grammar of scenarios and the kinds of rules as one page."""
    text = scenario.__doc__ or ""  # where the grammar is written down
    head, _, rest = text.partition("A scenario file:\n\n")
    grammar, _, tail = rest.rpartition("\n\n`where`")
    rows = [f"| `{path}` | {kind} | {default} | {doc} |" for path, kind, default, doc in _fields(Settings, "")]
    kinds = [
        f"| `{kind}` | {'; '.join(f'`{name}` {_must_be(what)}' for name, what in parameters.items())} |"
        for kind, parameters in RULE_KINDS.items()
    ]
    return SETTINGS.format(
        made=MADE.format(source="src/talentplan/workspace/settings.py"),
        rows="\n".join(rows),
        grammar="\n".join(line.removeprefix("    ") for line in grammar.splitlines()),
        precedence=(head.partition("\n\n")[2].strip() + "\n\n`where`" + tail).strip(),
        kinds="\n".join(kinds),
    )


def _must_be(what: str) -> str:
    return MUST[what.rstrip("?")].en + (" (may be left out)" if what.endswith("?") else "")


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    """Path, kind, default and meaning of every setting below a model, in order."""
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        own = (inner.__doc__ or "").strip() if inner not in {None, Label} else ""
        doc = field.description or own
        many = {list: "[]", dict: ".<code>"}.get(get_origin(field.annotation) or str, "")
        if inner is None or inner is Label:
            yield f"{prefix}{name}{many}", _kind(field.annotation, field), _shown(field), doc
        else:
            yield f"{prefix}{name}{many}", "list" if many else "group", "none" if many else "", doc
            yield from _fields(inner, f"{prefix}{name}{many}.")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) for m in [_model_in(a)] if m is not None), None)


KINDS: Mapping[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", Label: "`{zh, en}`", type(None): "none",
}  # fmt: skip


def _kind(annotation: Any, field: FieldInfo | None = None) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in args)
    if origin in {Union, UnionType}:
        return " or ".join(_kind(a) for a in args)
    if origin is list:
        return f"list of {_kind(args[0])}"
    if origin is dict:
        return f"{_kind(args[1])} by code"
    if origin is tuple:
        return "[" + ", ".join(_kind(a) for a in args) + "]"
    if origin is not None and args:
        return _kind(args[0]) + _bounds(args[1:])
    return KINDS.get(annotation, "text") + _bounds(field.metadata if field else ())


def _bounds(metadata: Sequence[Any]) -> str:
    """Limits of a number, such as ` 0-1` or ` >= 0`."""
    limits: dict[str, Any] = {}
    for m in metadata:
        inner = m.metadata if isinstance(m, FieldInfo) else [m]
        limits |= {k: getattr(i, k) for i in inner for k in ("ge", "le") if getattr(i, k, None) is not None}
    if {"ge", "le"} <= set(limits):
        return f" {limits['ge']}-{limits['le']}"
    return "".join(f" {s} {limits[k]}" for k, s in (("ge", ">="), ("le", "<=")) if k in limits)


def _shown(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return str([list(v) if isinstance(v, tuple) else v for v in value]).replace("'", "")
    return f"{value:.4g}" if isinstance(value, float) else str(value) or '""'


def write_reference(folder: Path) -> list[Path]:
    """Writes the pages into a folder and returns their paths."""
    pages = {
        "tables.md": dictionary_markdown("en"),
        "tables.zh.md": dictionary_markdown("zh"),
        "settings.md": settings_markdown(),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in pages]


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))
