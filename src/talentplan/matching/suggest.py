"""Suggestions for the crosswalk: what a new program may prepare for, with the words and the neighbours that say so.

A program is judged by texts and by the links of other programs. No such vote reaches an occupation that no program is
linked to, so it is judged by texts and by the links of similar occupations: the same evidence and learning, turned round.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.matching.evidence import Evidence, Flags, Floats, gather_evidence, turn_evidence
from talentplan.matching.likeness import SharedWords, plain
from talentplan.matching.ranker import Hidden, hide, learn_ranker, score_pairs

__all__ = ["SUGGESTION_COLUMNS", "suggest_links", "suggest_programs"]

SUGGESTION_COLUMNS = ["program", "occupation", "rank", "score", "words", "reasons"]
_NEIGHBOURS = 3
_LEAST_KINSHIP = 0.1


def suggest_links(
    programs: pd.DataFrame,
    occupations: pd.DataFrame,
    links: pd.DataFrame,
    wanted: Iterable[str] | None = None,
    top: int = 10,
    continuation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """For each program the occupations it most likely prepares for and is not linked to yet.

    The score comes from texts and from the links that other programs carry ; it says how likely a
    planner would accept the link. Nothing is applied. The same tables in any order of rows give the same frame.

    Args:
        programs: program (code), name, level, text (aliases, occupation groups, posts, separated by |; may be empty);
            class and major where they do not follow from the code.
        occupations: occupation (code), name, text (aliases, separated by |; may be empty); group, the name of the group
            of occupations, where there is one.
        links: program, occupation: what is known; may be empty.
        wanted: codes of the programs to suggest for, without it those that have no link.
        top: how many occupations for each program at most; those with a score of 0 are left out.
        continuation: from, to: what a program leads on to, where known; a code, or the name of what has no code.

    Returns:
        program, occupation, rank (1 is best), score in [0, 1], words (parts of words that both texts share, joined by
        、), reasons (code and name of up to three similar programs that carry the link, joined by 、). Sorted by
        program and rank.
    """
    evidence = gather_evidence(programs, occupations, continuation)
    known = evidence.link_matrix(links)
    rows = _wanted(evidence.programs["program"], known, wanted)
    scores = _scores(evidence, known, rows)
    scores[known[rows] > 0] = 0.0
    at, column, rank = _best(scores, top)
    row = rows[at]
    found = _frame(evidence, row, column).assign(rank=rank, score=scores[at, column])
    found["reasons"] = _reasons(evidence, known, row, column)
    return found.sort_values(["program", "rank"], ignore_index=True)[SUGGESTION_COLUMNS]


def suggest_programs(
    programs: pd.DataFrame,
    occupations: pd.DataFrame,
    links: pd.DataFrame,
    wanted: Iterable[str] | None = None,
    top: int = 10,
    continuation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """For each occupation the programs that most likely prepare for it and are not linked to it yet.

    The scores of an occupation that has links are those of `suggest_links`. An occupation without any is judged by the
    links of similar occupations, and its reasons name up to three of those that are linked to the program.

    Args:
        programs: as for `suggest_links`.
        occupations: as for `suggest_links`.
        links: as for `suggest_links`.
        wanted: codes of the occupations to suggest for, without it those that have no link.
        top: how many programs for each occupation at most; those with a score of 0 are left out.
        continuation: as for `suggest_links`.

    Returns:
        occupation, program, rank, score, words, reasons as `suggest_links`. Sorted by occupation and rank.
    """
    evidence = gather_evidence(programs, occupations, continuation)
    known = evidence.link_matrix(links)
    columns = _wanted(evidence.occupations["occupation"], known.T, wanted)
    linked = known[:, columns].sum(axis=0) > 0
    turned, turned_links = turn_evidence(evidence), np.ascontiguousarray(known.T)
    scores = np.zeros((len(columns), len(known)))
    if linked.any():
        scores[linked] = _scores(evidence, known, np.arange(len(known)))[:, columns[linked]].T
    scores[~linked] = _scores(turned, turned_links, columns[~linked])
    scores[turned_links[columns] > 0] = 0.0
    at, row, rank = _best(scores, top)
    column, own = columns[at], linked[at]
    reasons = np.empty(len(row), dtype=object)
    reasons[own] = _reasons(evidence, known, row[own], column[own])
    reasons[~own] = _reasons(turned, turned_links, column[~own], row[~own])
    found = _frame(evidence, row, column).assign(rank=rank, score=scores[at, row], reasons=reasons)
    return found.sort_values(["occupation", "rank"], ignore_index=True)[
        ["occupation", "program", *SUGGESTION_COLUMNS[2:]]
    ]


def _wanted(codes: pd.Series, links: Floats, wanted: Iterable[str] | None) -> NDArray[np.int64]:
    """Positions of the wanted codes, without them of the rows that have no link."""
    return np.flatnonzero(links.sum(axis=1) == 0 if wanted is None else codes.isin(set(wanted)))


def _scores(evidence: Evidence, links: Floats, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """By the weights for a class with known links where another program of the class has some, else for a new class."""
    found = np.zeros((len(rows), links.shape[1]))
    if not found.size:
        return found
    linked = links.sum(axis=1) > 0
    siblings = hide(evidence, rows, "program") & ~hide(evidence, rows, "class") & linked
    known = siblings.sum(axis=1) > 0
    kinds: tuple[tuple[Hidden, Flags], ...] = (("program", known), ("class", ~known))
    for hidden, chosen in kinds:
        if chosen.any():
            ranker = learn_ranker(evidence, links, hidden)
            part = rows[chosen]
            found[chosen] = score_pairs(evidence, links, ranker, part, hide(evidence, part, "program"))
    return found


def _best(scores: NDArray[np.float64], top: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row, column and rank of the greatest scores above 0 of every row, ties by column."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    row = np.repeat(np.arange(len(scores)), order.shape[1])
    rank = np.tile(np.arange(1, order.shape[1] + 1), len(scores))
    kept = scores[row, order.ravel()] > 0
    return row[kept], order.ravel()[kept], rank[kept]


def _frame(evidence: Evidence, row: NDArray[np.int64], column: NDArray[np.int64]) -> pd.DataFrame:
    """The pairs with the words that both texts share."""
    programs, occupations = evidence.programs, evidence.occupations
    texts, shared = _texts(programs), SharedWords(_texts(occupations))
    return pd.DataFrame({
        "program": programs["program"].to_numpy(dtype=object)[row],
        "occupation": occupations["occupation"].to_numpy(dtype=object)[column],
        "words": ["、".join(shared.between(texts[p], o)) for p, o in zip(row, column, strict=True)],
    })  # fmt: skip


def _texts(frame: pd.DataFrame) -> list[str]:
    return [plain(f"{name}|{text}") for name, text in zip(frame["name"], frame["text"], strict=True)]


def _reasons(evidence: Evidence, links: Floats, row: NDArray[np.int64], column: NDArray[np.int64]) -> list[str]:
    """Code and name of the most similar other programs that carry the link, of the same class first if equally alike."""
    kin = evidence.kinship()
    named = (evidence.programs["program"] + " " + evidence.programs["name"]).tolist()
    found = []
    for program, occupation in zip(row, column, strict=True):
        carriers = np.flatnonzero(links[:, occupation] > 0)
        carriers = carriers[carriers != program]
        alike = kin[program, carriers] + 0.2 * (evidence.class_[carriers] == evidence.class_[program])
        best = np.argsort(-alike.round(6), kind="stable")[:_NEIGHBOURS]
        found.append("、".join(named[q] for q in carriers[best[alike[best] >= _LEAST_KINSHIP]]))
    return found
