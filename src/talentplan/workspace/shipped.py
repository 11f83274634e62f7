"""Reference tables that ship with the product, for a model that does not bring its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from talentplan.workspace.case import Defaulted
from talentplan.workspace.cells import Records
from talentplan.workspace.code_changes import newest_codes
from talentplan.workspace.dictionary import load_dictionary
from talentplan.workspace.records import to_records
from talentplan.workspace.sources import read_tables

__all__ = ["with_reference_tables"]

SHIPPED = ("occupations", "staffing", "education_mix", "crosswalk", "retention", "destinations")


def with_reference_tables(records: Mapping[str, Records]) -> tuple[dict[str, Records], list[Defaulted]]:
    """The tables and, for every reference table the model lacks, the shipped one cut to the model's own codes.

    A shipped row under an old code belongs to the model if the new code does (the table `code_changes`).
    Only a table that is not there at all is replaced; an empty one stays empty. Education mixes are shared out anew over the
    levels the model has. What was taken is said on page one.
    """
    whole, said = dict(records), []
    missing = [name for name in SHIPPED if name not in whole]
    folder = _folder()
    if not missing or folder is None:
        return whole, []
    tables, _ = read_tables(folder)
    dictionary, newest = load_dictionary(), newest_codes(whole)
    for name in missing:
        if name not in tables:
            continue
        spec = dictionary[name]
        shipped, _ = to_records(spec, tables[name])
        keep = np.ones(len(shipped.data), dtype=bool)
        for column in spec.columns:
            if column.ref and column.ref in whole:
                now = newest.get(column.ref, {})
                own = {now.get(code, code) for code in whole[column.ref].data.iloc[:, 0]}
                own |= {old for old, new in now.items() if new in own}
                keep &= shipped.data[column.name].isin(own).to_numpy()
        data = shipped.data[keep].reset_index(drop=True)
        if name == "education_mix" and len(data):
            data["share"] = data["share"] / data.groupby(["occupation", "year"])["share"].transform("sum")
        origin = shipped.origin[keep].reset_index(drop=True)
        whole[name] = dataclasses.replace(shipped, data=data, origin=origin, doubt={})
        said.append(
            Defaulted(
                name,
                f"未提供“{spec.zh}”，采用随产品提供的参考数据（{len(data)} 行，示例或估计）",
                f"no table of {spec.en}: the reference data shipped with the product stands in ({len(data)} rows, illustrative or estimated)",
            )
        )
    return whole, said


def _folder() -> Path | None:
    """In the wheel under sample/data/reference, in a clone beside src/."""
    package = Path(__file__).resolve().parents[1]
    places = (package / "sample" / "data" / "reference", package.parents[1] / "data" / "reference")
    return next((place for place in places if place.is_dir()), None)
