"""One patch of a scenario: what it selects and what it changes. The grammar stands in scenario.py."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.cells import Cells, Records, Say
from talentplan.workspace.dictionary import ColumnSpec, TableSpec, load_dictionary
from talentplan.workspace.headings import unknown_columns
from talentplan.workspace.model import Document, validate
from talentplan.workspace.records import empty_records, to_records
from talentplan.workspace.settings import Settings
from talentplan.workspace.values import convert

__all__ = ["Patch", "patch_rules", "patch_setting", "patch_table"]

Mask = NDArray[np.bool_]
KEYS = {
    ("set", "table"): ("table", "where", "column", "value"),
    ("scale", "table"): ("table", "where", "column", "by"),
    ("add", "table"): ("table", "rows"),
    ("drop", "table"): ("table", "where"),
    ("set", "setting"): ("setting", "where", "value"),
    ("scale", "setting"): ("setting", "where", "by"),
    ("set", "rules"): ("rules", "on"),
}
MATCHES_NOTHING = Say("补丁必须至少改动一处", "a patch must match something")
ADJUST = Say("更正选择条件", "correct what it selects")


class PatchError(Exception):
    """A patch that cannot be applied; carries its problems."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        super().__init__()


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch and the place where it is written."""

    verb: str
    body: Mapping[str, Any]
    document: Document
    at: tuple[str | int, ...]

    def error(self, key: str | None, value: Any, rule: Say, repair: Say = ADJUST) -> PatchError:
        """What is wrong with one key of the patch."""
        path = self.at if key is None else (*self.at, *key.split("/"))
        return PatchError(self.document.problem("scenario", path, value, rule, repair))

    def check_keys(self, kind: str) -> None:
        """Every key is known, and those that are needed are there."""
        known = KEYS.get((self.verb, kind))
        if known is None:
            rule = Say(f"{self.verb} 不能用于 {kind}", f"{self.verb} cannot change a {kind}")
            raise self.error(None, self.verb, rule, Say("改用 set", "use set"))
        for key in self.body:
            if key not in known:
                rule = Say("没有这个键", "there is no such key")
                raise self.error(
                    str(key), key, rule, Say("可用：" + "、".join(known), "the keys are " + ", ".join(known))
                )
        needed = set(known) - ({"where"} if self.verb != "drop" else set())
        for key in known:
            if key in needed and key not in self.body:
                rule = Say(f"必须写明 {key}", f"{key} must be given")
                raise self.error(None, None, rule, Say("补上", "add it"))

    def where(self) -> dict[str, Any]:
        """The conditions of what is selected."""
        where = self.body.get("where") or {}
        if not isinstance(where, dict):
            repair = Say("写成 {列: 值}", "write it as {column: value}")
            raise self.error("where", where, Say("where 必须是键值对", "where must be a mapping"), repair)
        return dict(where)

    def factor(self) -> float:
        """The number to scale by."""
        by = self.body["by"]
        if isinstance(by, bool) or not isinstance(by, int | float) or not np.isfinite(by):
            raise self.error(
                "by", by, Say("必须是数字", "must be a number"), Say("填数字，如 0.9", "write a number such as 0.9")
            )
        return float(by)


def patch_table(patch: Patch, tables: Mapping[str, Records]) -> tuple[Mapping[str, Records], int, list[Problem]]:
    """The tables after one patch, and how many rows it touched."""
    try:
        patch.check_keys("table")
        name = str(patch.body["table"])
        dictionary = load_dictionary().tables
        if name not in dictionary:
            near = get_close_matches(name, list(dictionary), n=1)
            repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ADJUST
            raise patch.error("table", name, Say("没有这张表", "there is no such table"), repair)
        records = tables.get(name) or empty_records(dictionary[name])
        if patch.verb == "add":
            changed, count, problems = _add(patch, records)
        else:
            mask = _select(patch, records, tables)
            if not mask.any():
                raise _nothing_matches(patch, records, tables)
            changed = records.kept(~mask) if patch.verb == "drop" else _change(patch, records, mask)
            if patch.verb == "scale":  # an empty cell stays empty
                mask &= records.data[str(patch.body["column"])].notna().to_numpy(dtype=bool)
            count, problems = int(mask.sum()), []
    except PatchError as error:
        return tables, 0, error.problems
    return {**tables, name: changed}, count, problems


def _nothing_matches(patch: Patch, records: Records, tables: Mapping[str, Records]) -> PatchError:
    """Which condition no row meets, with the value that is perhaps meant; all of them where each has some row."""
    for name, wanted in patch.where().items():
        column, values = _follow(patch, records, str(name), tables)
        if not _matches(patch, f"where/{name}", column, values, wanted).any():
            known = [] if column.numeric else sorted({str(v) for v in values.dropna()})[:5000]
            near = get_close_matches(str(wanted), known, n=1)
            repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ADJUST
            return patch.error(f"where/{name}", wanted, MATCHES_NOTHING, repair)
    return patch.error("where" if "where" in patch.body else None, patch.body.get("where"), MATCHES_NOTHING)


def _add(patch: Patch, records: Records) -> tuple[Records, int, list[Problem]]:
    rows = patch.body["rows"]
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        rule = Say("rows 必须是行的列表", "rows must be a list of rows")
        raise patch.error("rows", None, rule, Say("写成 [{列: 值}]", "write it as [{column: value}]"))
    spec, place = records.spec, patch.document.place((*patch.at, "rows"))
    frame = pd.DataFrame(rows, dtype=object)
    unknown = unknown_columns(spec, place, None, None, [str(c) for c in frame.columns])
    new, problems = to_records(spec, Cells(spec.name, place, None, frame, np.zeros(len(rows), dtype=np.int64)))
    count = len(records.data)
    doubt = {
        c: np.concatenate([a.doubt.get(c, np.zeros(len(a.data), dtype=bool)) for a in (records, new)])
        for c in {*records.doubt, *new.doubt}
    }
    data = new.data if not count else pd.concat([records.data, new.data], ignore_index=True)
    origin = new.origin if not count else pd.concat([records.origin, new.origin], ignore_index=True)
    return replace(records, data=data, origin=origin, doubt=doubt), len(rows), unknown + problems


def _change(patch: Patch, records: Records, mask: Mask) -> Records:
    """Sets or scales one column of the selected rows, with the limits of the dictionary."""
    column = _column(patch, records.spec, str(patch.body["column"]), "column")
    old = records.data.loc[mask, column.name]
    if patch.verb == "scale":
        if column.type not in {"number", "share"}:
            raise patch.error("column", column.name, Say("只能缩放数量列", "only a quantity can be scaled"))
        if old.isna().all():
            raise patch.error("column", column.name, Say("所选单元格都是空的", "all selected cells are empty"))
        cells = old * patch.factor()
    else:
        cells = pd.Series([patch.body["value"]] * int(mask.sum()), dtype=object)
    new, faults = convert(column, cells.reset_index(drop=True))
    if faults:
        f = faults[0]
        if patch.verb == "scale":
            raise patch.error("by", f.value, f.rule, Say("换一个倍数", "choose another factor"))
        raise patch.error("value", f.value, f.rule, f.repair)
    data, origin = records.data.copy(), records.origin.copy()
    data.loc[mask, column.name] = new
    origin.loc[mask, "file"] = origin.loc[mask, "file"].astype(str) + " + " + patch.document.file
    doubt = dict(records.doubt)
    if column.name in doubt:
        doubt[column.name] = doubt[column.name] & ~mask
    return replace(records, data=data.astype({column.name: column.dtype}), origin=origin, doubt=doubt)


def _column(patch: Patch, spec: TableSpec, name: str, key: str) -> ColumnSpec:
    if name in spec.names:
        return spec.column(name)
    near = get_close_matches(name, spec.names, n=1)
    repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ADJUST
    raise patch.error(key, name, Say(f"{spec.name} 没有这一列", f"{spec.name} has no such column"), repair)


def _select(patch: Patch, records: Records, tables: Mapping[str, Records]) -> Mask:
    """bool[row]: rows that match every condition of `where`."""
    mask = np.ones(len(records.data), dtype=bool)
    for name, wanted in patch.where().items():
        column, values = _follow(patch, records, str(name), tables)
        mask &= _matches(patch, f"where/{name}", column, values, wanted)
    return mask


def _follow(
    patch: Patch, records: Records, name: str, tables: Mapping[str, Records]
) -> tuple[ColumnSpec, pd.Series[Any]]:
    """The column that a dotted name means, row by row: `program.level` is the level of the row's program."""
    first, *rest = name.split(".")
    column = _column(patch, records.spec, first, f"where/{name}")
    values: pd.Series[Any] = records.data[first]
    for part in rest:
        target = tables.get(column.ref or "")
        if target is None:
            raise patch.error(
                f"where/{name}", name, Say(f"{column.name} 不指向其他表", f"{column.name} refers to no table")
            )
        frame = target.data.drop_duplicates(target.spec.key[0]).set_index(target.spec.key[0], drop=False)
        column = _column(patch, target.spec, part, f"where/{name}")
        values = values.map(frame[part])
    return column, values


def _matches(patch: Patch, key: str, column: ColumnSpec, values: pd.Series[Any], wanted: Any) -> Mask:
    if isinstance(wanted, dict):
        if not column.numeric or not wanted or set(wanted) - {"from", "to"}:
            rule = Say("范围只写 from 和 to，只用于数字列", "a range has from and to, and only for numbers")
            raise patch.error(key, None, rule, Say("写成 {from: 2026, to: 2030}", "write it as {from: 2026, to: 2030}"))
        low, high = (_bound(patch, key, wanted.get(k), d) for k, d in (("from", -np.inf), ("to", np.inf)))
        if low > high:
            rule = Say("from 不得大于 to", "from must be <= to")
            raise patch.error(f"{key}/from", f"{low:g}", rule, Say("对调两数", "exchange the two"))
        return ((values >= low) & (values <= high)).to_numpy(dtype=bool)
    cells = wanted if isinstance(wanted, list) else [wanted]
    asked, faults = convert(replace(column, required=False), pd.Series(cells, dtype=object))
    if faults:
        f = faults[0]
        raise patch.error(key, f.value, f.rule, f.repair)
    return values.isin(list(asked)).to_numpy(dtype=bool)


def _bound(patch: Patch, key: str, value: Any, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise patch.error(key, value, Say("必须是数字", "must be a number"))
    return float(value)


def patch_setting(patch: Patch, settings: Settings) -> tuple[Settings, int, list[Problem]]:
    """The settings after one patch, and how many values it touched."""
    try:
        patch.check_keys("setting")
        raw = settings.model_dump(mode="json")
        path = str(patch.body["setting"])
        touched = 0
        steps, where = path.split("."), patch.where()
        if steps[0] == "budget" and len(steps) == 2 and steps[1] in {"recurrent", "investment"}:
            steps, where = ["budget", "amount"], {"kind": steps[1], **where}
        for holder, key in _holders(patch, raw, steps, where):
            holder[key] = _new_value(patch, holder[key])
            touched += 1
        if not touched:
            raise patch.error("setting", path, MATCHES_NOTHING)
        new, problems = validate(Settings, Document(patch.document.place(patch.at), raw, {}), "scenario")
    except PatchError as error:
        return settings, 0, error.problems
    return new or settings, touched, [replace(p, file=patch.document.place(patch.at)) for p in problems]


def _new_value(patch: Patch, old: Any) -> Any:
    if patch.verb == "set":
        return copy.deepcopy(patch.body["value"])
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise patch.error("setting", patch.body["setting"], Say("只能缩放数字", "only a number can be scaled"))
    return old * patch.factor()


def _holders(
    patch: Patch, node: Any, path: list[str], where: Mapping[str, Any]
) -> Iterable[tuple[dict[str, Any], str]]:
    """The mappings that hold the last key of the path; of the list on it, those of the items that match `where`."""
    if isinstance(node, list):
        for item in node:
            if not isinstance(item, dict):
                raise patch.error("setting", patch.body["setting"], Say("路径走不通", "the path leads nowhere"))
            for name in where:
                if name not in item:
                    near = get_close_matches(str(name), list(item), n=1)
                    repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ADJUST
                    raise patch.error(f"where/{name}", name, Say("没有这个键", "there is no such key"), repair)
            if all(item.get(k) in (v if isinstance(v, list) else [v]) for k, v in where.items()):
                yield from _holders(patch, item, path, {})
    elif not isinstance(node, dict) or path[0] not in node:
        near = get_close_matches(path[0], list(node) if isinstance(node, dict) else [], n=1)
        repair = Say(f"是否指 {near[0]}", f"did you mean {near[0]}") if near else ADJUST
        raise patch.error("setting", patch.body["setting"], Say("没有这一项设置", "there is no such setting"), repair)
    elif len(path) == 1:
        if where:
            rule = Say("这项设置没有可供选择的列表", "this setting has no list to select from")
            raise patch.error("where", where, rule, Say("删去 where", "leave out where"))
        yield node, path[0]
    else:
        yield from _holders(patch, node[path[0]], path[1:], where)


def patch_rules(patch: Patch, settings: Settings) -> tuple[Settings, int, list[Problem]]:
    """The settings with one rule pack switched on or off."""
    try:
        patch.check_keys("rules")
        pack, on = str(patch.body["rules"]), patch.body["on"]
        if not isinstance(on, bool):
            must = Say("必须是 true 或 false", "must be true or false")
            raise patch.error("on", on, must, Say("写 true 或 false，不加引号", "write true or false, without quotes"))
        raw = settings.model_dump(mode="json")
        if not on and pack not in {r["pack"] for r in raw["rules"]}:
            raise patch.error("rules", pack, MATCHES_NOTHING)
        raw["rules"] = [r for r in raw["rules"] if r["pack"] != pack] + [{"pack": pack, "on": on}]
    except PatchError as error:
        return settings, 0, error.problems
    return Settings.model_validate(raw), 1, []
