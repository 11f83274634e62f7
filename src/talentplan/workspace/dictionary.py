"""The data dictionary as frozen dataclasses: what `tables.yaml` declares, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

__all__ = ["ColumnSpec", "Dictionary", "TableSpec", "load_dictionary"]

Scalar = str | float | int | bool | None

DTYPES: Mapping[str, str] = MappingProxyType(
    {
        "code": "object",
        "text": "object",
        "enum": "object",
        "int": "int64",
        "year": "int64",
        "number": "float64",
        "share": "float64",
        "bool": "bool",
    }
)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: its type, unit, labels, limits and what an empty cell means.

    `required` columns must be filled in every row; the others take `default` (None: the cell stays empty).
    `ref` names the table whose single key column must hold the value, `at_most` a column of the same row that it
    may not exceed, `also` further headings under which it is known.
    """

    name: str
    type: str
    unit: str
    zh: str
    en: str
    doc: str
    doc_zh: str
    required: bool
    default: Scalar
    least: float | None
    most: float | None
    above: float | None
    values: tuple[str, ...]
    values_zh: tuple[str, ...]
    ref: str | None
    at_most: str | None
    also: tuple[str, ...]

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column in a Case."""
        return DTYPES[self.type]

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers (years included)."""
        return self.type in {"int", "year", "number", "share"}

    def label(self, lang: str) -> str:
        """The heading in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: where it lies, who brings it, what an absent row means, and its columns in order.

    `if_empty_*` is the sentence printed on page one when a table that matters has no row ("" where it does not).
    """

    name: str
    folder: str
    tier: str
    missing: str
    zh: str
    en: str
    row: str
    row_zh: str
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    basis: bool
    columns: tuple[ColumnSpec, ...]
    if_empty_zh: str
    if_empty_en: str

    @property
    def names(self) -> list[str]:
        """The column names in declared order."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> ColumnSpec:
        """One column by its name."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(name)

    def label(self, lang: str) -> str:
        """The label of the table in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every table by name, in declared order, the Chinese words of the units, and the forms.

    forms: files beside a workspace that talentplan writes, a person edits and that are read back, shaped like tables.
    """

    tables: Mapping[str, TableSpec]
    units_zh: Mapping[str, str]
    forms: Mapping[str, TableSpec]

    def __getitem__(self, name: str) -> TableSpec:
        return self.tables[name] if name in self.tables else self.forms[name]

    def unit(self, column: ColumnSpec, lang: str) -> str:
        """The unit of a column in one language."""
        return self.units_zh.get(column.unit, column.unit) if lang == "zh" else column.unit


def _column(name: str, raw: Mapping[str, Any]) -> ColumnSpec:
    share = raw["type"] == "share"
    return ColumnSpec(
        name=name,
        type=raw["type"],
        unit=raw["unit"],
        zh=raw["zh"],
        en=raw["en"],
        doc=raw["doc"],
        doc_zh=raw.get("doc_zh", ""),
        required="default" not in raw,
        default=raw.get("default"),
        least=raw.get("min", 0 if share else None),
        most=raw.get("max", 1 if share else None),
        above=raw.get("above"),
        values=tuple(raw.get("values", ())),
        values_zh=tuple(raw.get("values_zh", ())),
        ref=raw.get("ref"),
        at_most=raw.get("at_most"),
        also=tuple(raw.get("also", ())),
    )


def _table(name: str, raw: Mapping[str, Any], columns: Mapping[str, Any], shared: Mapping[str, Any]) -> TableSpec:
    declared = {**columns, **(shared if raw["basis"] else {})}
    if_empty = raw.get("if_empty", {})
    return TableSpec(
        name=name,
        folder=raw["folder"],
        tier=raw["tier"],
        missing=raw["missing"],
        zh=raw["zh"],
        en=raw["en"],
        row=raw["row"],
        row_zh=raw.get("row_zh", ""),
        key=tuple(raw["key"]),
        unique=tuple(tuple(u) for u in raw.get("unique", ())),
        basis=raw["basis"],
        columns=tuple(_column(c, d) for c, d in declared.items()),
        if_empty_zh=if_empty.get("zh", ""),
        if_empty_en=if_empty.get("en", ""),
    )


@cache
def load_dictionary() -> Dictionary:
    """The data dictionary that ships with the product, read once."""
    text = files("talentplan.workspace").joinpath("tables.yaml").read_text("utf-8")
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    shared = raw["shared_columns"]
    tables = {n: _table(n, t, raw["columns"][n], shared) for n, t in raw["tables"].items()}
    form = {"folder": "", "tier": "survey", "missing": "zero", "basis": False}
    forms = {n: _table(n, {**form, **f}, raw["form_columns"][n], shared) for n, f in raw["forms"].items()}
    units = MappingProxyType(dict(raw.get("units_zh", {})))
    return Dictionary(MappingProxyType(tables), units, MappingProxyType(forms))
