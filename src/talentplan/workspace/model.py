"""The planning model and its companions: YAML with line and column of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from talentplan.errors import Problem
from talentplan.workspace.cells import Say
from talentplan.workspace.settings import Settings
from talentplan.workspace.values import NUMBER, number_repair

__all__ = ["Document", "read_settings", "read_yaml", "validate"]

Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]
Mark = tuple[int, int]


class _Loader(yaml.CSafeLoader):
    """YAML as people mean it: only true and false are logical values, so that `no`, `on`, 012 and 12:30 stay text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):  # fmt: skip
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its value and the line and column (from 1) of every key path."""

    file: str
    value: Any
    marks: Mapping[KeyPath, Mark]

    def place(self, path: Sequence[str | int]) -> str:
        """`file:line:column` of a key path, or of the nearest path above it."""
        path = tuple(path)
        while path and path not in self.marks:
            named = (*path[:-1], str(path[-1]))  # a number as a key is marked as the text that stands there
            path = named if named in self.marks else path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return f"{self.file}:{line}:{column}"

    def problem(self, table: str, path: Sequence[str | int], value: Any, rule: Say, repair: Say) -> Problem:
        """A problem at one key path; `column` names the path."""
        return Problem(
            table=table,
            file=self.place(path),
            row=None,
            column=".".join(str(p) for p in path) or None,
            value="" if value is None else str(value),
            rule_zh=rule.zh,
            rule_en=rule.en,
            repair_zh=repair.zh,
            repair_en=repair.en,
        )


def read_yaml(path: Path, table: str) -> tuple[Document, list[Problem]]:
    """Reads one YAML file; a file that cannot be read is an empty document and a problem."""
    empty = Document(path.name, None, {})
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        rule = Say("找不到文件，或无法读取", "the file must exist and be readable")
        return empty, [
            empty.problem(table, (), str(path.name), rule, Say("检查文件名和位置", "check its name and place"))
        ]
    except UnicodeDecodeError:
        rule = Say("YAML 文件必须是 UTF-8 编码", "a YAML file must be UTF-8")
        return empty, [empty.problem(table, (), "", rule, Say("用 UTF-8 编码另存", "save it as UTF-8"))]
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return empty, []
        marks: dict[KeyPath, Mark] = {}
        twice = list(_walk(node, (), marks))
        document = Document(path.name, loader.construct_document(node), marks)
    except yaml.MarkedYAMLError as error:
        return empty, [_syntax(path.name, table, text, error)]
    except (yaml.YAMLError, ValueError, TypeError) as error:
        rule = Say("YAML 文件必须能解析", "the YAML file must be readable")
        return empty, [empty.problem(table, (), str(error).splitlines()[0], rule, Say("更正写法", "correct the text"))]
    finally:
        loader.dispose()
    rule = Say("同一个键只能出现一次", "a key may stand only once")
    repair = Say("删去其中一个", "delete one of them")
    return document, [Document(path.name, None, {p: mark}).problem(table, p, p[-1], rule, repair) for p, mark in twice]


def _syntax(file: str, table: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """Where the text stops being YAML, with the line that is probably to blame."""
    mark = error.problem_mark or error.context_mark
    begun = error.context_mark if re.search("flow|quoted", str(error.context)) else None
    at: dict[KeyPath, Mark] = {} if mark is None else {(): (mark.line + 1, mark.column + 1)}
    lines = text.splitlines()
    last = len(lines) if mark is None else min(mark.line + 1, len(lines))
    near = lines[min(max(last - 2, 0) if begun is None else begun.line, last) : last][::-1]
    rule = Say("YAML 语法有误", "the YAML must be well formed")
    tabbed = [line for line in near if "\t" in line[: len(line) - len(line.lstrip())]]
    wide = [line for line in near if WIDE.search(line.partition(" #")[0]) and not line.lstrip().startswith("#")]
    blamed = (tabbed or wide or near or [""])[0].strip()
    if tabbed:
        repair = Say("缩进用空格，不用制表符（Tab）", "indent with blanks, not with tabs")
    elif wide:
        repair = Say("冒号、逗号、括号和引号用半角的", "write colons, commas, brackets and quotes in half width")
    elif begun is not None and mark is not None and begun.line < mark.line:
        repair = Say(
            f"检查缩进、冒号、引号和括号；有误的部分从第 {begun.line + 1} 行开始",
            f"check indentation, colons, quotes and brackets; what is wrong begins in line {begun.line + 1}",
        )
    else:
        repair = Say("检查缩进、冒号、引号和括号", "check indentation, colons, quotes and brackets")
    return Document(file, None, at).problem(table, (), blamed, rule, repair)


def _walk(node: yaml.Node, path: KeyPath, marks: dict[KeyPath, Mark]) -> Iterator[tuple[KeyPath, Mark]]:
    """Fills `marks` and yields keys that stand twice."""
    marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            mark = (key.start_mark.line + 1, key.start_mark.column + 1)
            if name in seen:
                yield (*path, name), mark
            seen.add(name)
            marks[(*path, name)] = mark
            yield from _walk(value, (*path, name), marks)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from _walk(value, (*path, i), marks)


WIDE = re.compile("[：，；｛｝［］＂＃－“”]")
WORDS = {
    "missing": Say("必须填写此项", "this key must be given"),
    "extra_forbidden": Say("没有这一项设置", "there is no such setting"),
    "bool_type": Say("必须是 true 或 false", "must be true or false"),
    "int_type": Say("必须是整数", "must be a whole number"),
    "int_from_float": Say("必须是整数", "must be a whole number"),
    "float_type": Say("必须是数字", "must be a number"),
    "string_type": Say("必须是文本", "must be text"),
    "invalid_key": Say("键必须是文本", "a key must be text"),
    "list_type": Say("必须是列表", "must be a list"),
    "dict_type": Say("必须是键值对", "must be a mapping"),
    "model_type": Say("必须是键值对", "must be a mapping"),
    "tuple_type": Say("必须是列表", "must be a list"),
    "finite_number": Say("必须是有限的数字", "must be a finite number"),
    "greater_than_equal": Say("不得小于 {ge}", "must be >= {ge}"),
    "less_than_equal": Say("不得大于 {le}", "must be <= {le}"),
    "literal_error": Say("必须是规定的词：{expected}", "must be one of {expected}"),
    "string_pattern_mismatch": Say("只能用英文字母、数字、_、- 和规定的符号（{pattern}）", "must match {pattern}"),
    "too_short": Say("不得少于 {min_length} 项", "must have at least {min_length} item"),
    "too_long": Say("不得多于 {max_length} 项", "must have at most {max_length} items"),
    "ranked_once": Say(
        "每一级至少写一项，每项只能写一次", "each rank must name at least one term, and each term may stand only once"
    ),
    "steps_rise": Say(
        "各档的比例和系数必须递增，最后一档的比例为 1", "the steps must rise in share and factor and end at share 1.0"
    ),
    "compared_once": Say(
        "district、school、entrant_group 各只能写一次", "district, school and entrant_group may each stand only once"
    ),
}
REPAIRS = {
    "missing": Say("补上此项", "add it"),
    "bool_type": Say("写 true 或 false（不写 yes、no、on、off）", "write true or false (not yes, no, on or off)"),
    "string_type": Say("给文本加引号", "put the text in quotes"),
    "invalid_key": Say("给代码加引号；数字中不写千分位逗号", "put a code in quotes; write numbers without commas"),
    "list_type": Say("每项前写“- ”，或用方括号 [ ]", 'begin each item with "- ", or use brackets [ ]'),
    "dict_type": Say("写成“键: 值”", "write it as key: value"),
    "model_type": Say("写成“键: 值”", "write it as key: value"),
    "string_pattern_mismatch": Say("改用英文字母、数字、_ 和 -", "use letters, digits, _ and -"),
    "literal_error": Say("从中选一个", "choose one of them"),
    **dict.fromkeys(
        ("greater_than_equal", "less_than_equal", "finite_number", "int_from_float"),
        Say("更正数值", "correct the number"),
    ),
}


def read_settings(path: Path) -> tuple[Settings | None, Document, list[Problem]]:
    """The planning model of one YAML file; None where it is wrong, with every problem at its line and column."""
    document, problems = read_yaml(path, "model")
    if problems and document.value is None:
        return None, document, problems
    settings, more = validate(Settings, document, "model")
    return (None if problems else settings), document, problems + more


def validate(model: type[Model], document: Document, table: str) -> tuple[Model | None, list[Problem]]:
    """Checks a document against a pydantic model; every error becomes a Problem at its key path."""
    try:
        return model.model_validate({} if document.value is None else document.value), []
    except ValidationError as error:
        return None, [_problem(model, document, table, dict(e)) for e in error.errors()]


def _problem(model: type[BaseModel], document: Document, table: str, error: Mapping[str, Any]) -> Problem:
    """One pydantic error in both languages."""
    kind, path = error["type"], tuple(error["loc"])
    given = None if kind == "missing" else error["input"]
    rule = _rule(kind, error)
    repair = REPAIRS.get(kind, Say("按说明更正（见 docs/settings.md）", "correct it (see docs/settings.md)"))
    if kind == "model_type" and error["ctx"]["class_name"] in {"Label", "Excluded"}:
        repair = Say("写成 {zh: 中文, en: English}", "write it as {zh: 中文, en: English}")
    if kind in {"float_type", "int_type"}:
        repair = _as_number(str(given))
    if kind == "extra_forbidden":
        given = path[-1]
        near = get_close_matches(str(given), _keys_at(model, path[:-1]), n=1, cutoff=0.6)
        repair = Say("删去此项（可用的设置见 docs/settings.md）", "delete it (docs/settings.md lists the settings)")
        if near:
            repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}")
    return document.problem(table, path, given, rule, repair)


def _as_number(text: str) -> Say:
    """How to write what stands in the place of a number."""
    if NUMBER.fullmatch(text):
        return Say(f"去掉引号，写 {text}", f"take the quotes away, write {text}")
    share = NUMBER.fullmatch(text.removesuffix("%").strip())
    if text.endswith("%") and share:
        n = f"{float(share[0]) / 100:.10g}"
        return Say(f"写成小数 {n}", f"write it as {n}")
    return number_repair(text, "the unit of docs/settings.md")


def _rule(kind: str, error: Mapping[str, Any]) -> Say:
    """What must hold, in both languages; in the words of pydantic where we have none."""
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    words = WORDS.get(kind)
    if words is None:
        return Say(f"取值不合规定（{message}）", message[:1].lower() + message[1:])
    told = {k: f"{v:.15g}" if isinstance(v, float) else v for k, v in error.get("ctx", {}).items()}
    if kind == "literal_error":
        codes = re.findall(r"'([^']*)'", str(told["expected"]))
        return Say(words.zh.format(expected="、".join(codes)), words.en.format(expected=", ".join(codes)))
    return Say(words.zh.format(**told), words.en.format(**told))


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that a model knows below one key path."""
    schema = model.model_json_schema()

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        for option in node.get("anyOf", []):
            if "$ref" in option or "items" in option:
                node = option
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return node

    node = schema
    for part in path:
        node = resolve(node)
        node = node.get("items", {}) if isinstance(part, int) else node.get("properties", {}).get(part, {})
    return list(resolve(node).get("properties", {}))
