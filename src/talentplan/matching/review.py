"""Suggested links as a form that a person decides, and the crosswalk with what was confirmed. Nothing is applied unasked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.matching.suggest import SUGGESTION_COLUMNS, suggest_links, suggest_programs
from talentplan.workspace import Case, load_dictionary
from talentplan.workspace.cells import Records, Say

__all__ = ["REVIEW", "Reviewed", "propose_links", "reviewed_links", "with_links"]

REVIEW = "crosswalk_review"
"""The form's name in the data dictionary."""
PAIR = ["program", "occupation"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person decided in one form.

    confirmed, rejected: rows of the form, sorted by program and occupation; undecided: how many rows have no decision.
    """

    confirmed: pd.DataFrame
    rejected: pd.DataFrame
    undecided: int


def propose_links(
    case: Case,
    programs: Iterable[str],
    occupations: Iterable[str],
    top: int = 10,
    rejected: pd.DataFrame | None = None,
    lang: str = "zh",
) -> pd.DataFrame:
    """The form of suggested links, best first, with every decision empty.

    Args:
        case: programs, occupations and the known links; known links are never suggested.
        programs: codes to suggest occupations for.
        occupations: codes to suggest programs for.
        top: how many suggestions for each code at most.
        rejected: program, occupation: pairs that are not offered again; others move up.
        lang: zh or en, for names and the evidence that is filled in.

    Returns:
        The declared columns of the form: first every program with its suggestions by rank, then every occupation. A pair
        that both sides suggest stands once, with the program. relevance is NaN: an empty cell means 1.
    """
    names = load_dictionary()[REVIEW].names
    no = set() if rejected is None else set(rejected[PAIR].itertuples(index=False, name=None))
    parts = [pd.DataFrame(columns=SUGGESTION_COLUMNS)]
    for key, codes, ask in (("program", programs, suggest_links), ("occupation", occupations, suggest_programs)):
        wanted, at = sorted(set(codes)), PAIR.index(key)
        if not wanted:
            continue
        spare = max((sum(pair[at] == code for pair in no) for code in wanted), default=0)
        found = ask(*_texts(case), case.table("crosswalk")[PAIR], wanted, top + spare)
        found = found[[pair not in no for pair in found[PAIR].itertuples(index=False, name=None)]]
        found = found.assign(rank=found.groupby(key).cumcount() + 1)
        parts.append(found[found["rank"] <= top][SUGGESTION_COLUMNS])
    frame = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True).drop_duplicates(PAIR)
    frame["score"] = frame["score"].astype(float).round(4)
    for key in PAIR:
        frame[f"{key}_name"] = frame[key].map(_names(case, key, lang)).astype(object)
    evidence = [_evidence(words, kin, lang) for words, kin in zip(frame["words"], frame["reasons"], strict=True)]
    return frame.assign(decision="", relevance=np.nan, evidence=evidence)[names].reset_index(drop=True)


def _texts(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Programs and occupations as the suggestions read them."""
    programs, occupations = case.table("programs"), case.table("occupations")
    parts = programs[["aliases", "occupation_groups", "posts"]]
    text = [" | ".join(t for t in texts if t) for texts in parts.itertuples(index=False, name=None)]
    return (
        programs[["program", "level"]].assign(name=programs["name_zh"], text=text),
        occupations[["occupation", "group"]].assign(name=occupations["name_zh"], text=occupations["aliases"]),
    )


def _names(case: Case, key: str, lang: str) -> dict[str, str]:
    frame = case.table(f"{key}s")
    labels = frame[f"name_{lang}"]
    return dict(zip(frame[key], labels.where(labels != "", frame["name_zh"]), strict=True))


def _evidence(words: str, kin: str, lang: str) -> str:
    """Why the link was suggested, as evidence that a person confirms or writes anew."""
    zh = [f"相同字词 {words}"] * bool(words) + [f"相近专业或职业 {kin} 已有此对应"] * bool(kin)
    en = [f"shared words {words}"] * bool(words) + [f"similar programs or occupations have it: {kin}"] * bool(kin)
    if lang == "zh":
        return "系统建议：" + "；".join(zh or ["只凭结构相近"])
    return "suggested: " + "; ".join(en or ["likeness of structure alone"])


def reviewed_links(review: Records) -> Reviewed:
    """The decisions of a form that was read without problems."""
    rows = review.data.sort_values(PAIR, ignore_index=True)
    decided = {word: rows[rows["decision"] == word].reset_index(drop=True) for word in ("confirm", "reject")}
    return Reviewed(decided["confirm"], decided["reject"], int((rows["decision"] == "").sum()))


def with_links(
    tables: Mapping[str, Records], review: Records, version: str, source: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """The crosswalk with the confirmed links, sorted by its key, and confirmed links that it has already.

    Args:
        tables: every table of the model, as `read_records` gives them.
        review: the form, read without problems.
        version: what `version` says of each new link.
        source: what `source` says of each new link; its `basis` is reported: a person has decided.
    """
    crosswalk = tables["crosswalk"]
    known = pd.MultiIndex.from_frame(crosswalk.data[PAIR])
    confirmed = review.data["decision"] == "confirm"
    again = confirmed & pd.MultiIndex.from_frame(review.data[PAIR]).isin(known)
    rule = Say("确认的对应关系不得已在专业职业对照中", "a confirmed link must not be in the crosswalk already")
    repair = Say("清空该行的意见，或删去该行", "clear the decision of the row, or delete the row")
    problems = review.problems(np.flatnonzero(again), "occupation", rule, repair)
    links = review.data.loc[confirmed, [*PAIR, "relevance", "evidence"]]
    links = links.assign(version=version, under_qualified_ok=False, basis="reported", source=source)
    whole = pd.concat([crosswalk.data, links[crosswalk.spec.names]], ignore_index=True)
    return whole.sort_values(PAIR, kind="stable", ignore_index=True), problems
