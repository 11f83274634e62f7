"""Names instead of codes, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from talentplan.plan.audit_words import UNNAMED
from talentplan.report.words import Lang, Words
from talentplan.workspace import code_names
from talentplan.workspace.case import Case

__all__ = ["Names", "names_of"]

_NAMED = {
    "units": "unit", "programs": "program", "occupations": "occupation", "levels": "level", "clusters": "cluster",
    "investments": "investment", "resources": "resource", "industries": "industry",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """code -> name, one mapping per kind of thing.

    `rank` has the words of tracks, authorities and controls; `every` all of them, for codes whose kind is not known.
    """

    school: Mapping[str, str]
    program: Mapping[str, str]
    occupation: Mapping[str, str]
    level: Mapping[str, str]
    cluster: Mapping[str, str]
    investment: Mapping[str, str]
    line: Mapping[str, str]
    every: Mapping[str, str]
    rank: Mapping[str, str]

    def scope(self, codes: str, family: str = "") -> str:
        """The names of codes joined by `/`; in a total an authority is meant where a district has the same code."""
        first = self.rank if family == "total" else {}
        named = [
            first.get(code) or self.every.get(code, code) for code in codes.split("/") if code and code not in UNNAMED
        ]
        return " · ".join(named)


def names_of(case: Case, lang: Lang) -> Names:
    """Names of everything in the case; where a name is missing in one language the other stands in, then the code."""
    words = Words(lang)
    found = {table: _names(case.table(table), key, lang) for table, key in _NAMED.items()}
    named = code_names(case, lang)
    line = {code: named[code] for code in case.table("offerings")["offering"]}
    every: dict[str, str] = {code: case.settings.label(code, lang) for code in case.settings.labels}
    for table in reversed(_NAMED):
        every |= found[table]
    rank = {code: words(group, code) for group in ("track", "authority", "control") for code in words.codes(group)}
    return Names(
        school=found["units"],
        program=found["programs"],
        occupation=found["occupations"],
        level=found["levels"],
        cluster=found["clusters"],
        investment=found["investments"],
        line=line,
        every=rank | named | every | line,
        rank=rank,
    )


def _names(table: pd.DataFrame, key: str, lang: Lang) -> dict[str, str]:
    other = "en" if lang == "zh" else "zh"
    first, second = table[f"name_{lang}"], table[f"name_{other}"]
    chosen = first.where(first != "", second).where((first != "") | (second != ""), table[key])
    return dict(zip(table[key], chosen, strict=True))
