"""Suggestions for the crosswalk: what a new program may prepare for, with the words and the neighbours that say so."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.matching.evidence import Evidence, Floats, gather_evidence
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
    table = _Table(programs, occupations, links, continuation)
    rows = table.unlinked(axis=1) if wanted is None else table.rows(wanted)
    scores = table.scores(rows)
    scores[table.links[rows] > 0] = 0.0
    row, column, rank = _best(scores, top)
    return table.frame(rows[row], column, rank, scores[row, column], SUGGESTION_COLUMNS)


def suggest_programs(
    programs: pd.DataFrame,
    occupations: pd.DataFrame,
    links: pd.DataFrame,
    wanted: Iterable[str] | None = None,
    top: int = 10,
    continuation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """For each occupation the programs that most likely prepare for it and are not linked to it yet.

    The scores are those of `suggest_links`.

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
    table = _Table(programs, occupations, links, continuation)
    columns = table.unlinked(axis=0) if wanted is None else table.columns(wanted)
    scores = table.scores(np.arange(len(table.links)))[:, columns]
    scores[table.links[:, columns] > 0] = 0.0
    column, row, rank = _best(scores.T, top)
    order = ["occupation", "program", *SUGGESTION_COLUMNS[2:]]
    return table.frame(row, columns[column], rank, scores[row, column], order)


class _Table:
    """Programs by occupations with what is known of their links."""

    def __init__(
        self, programs: pd.DataFrame, occupations: pd.DataFrame, links: pd.DataFrame, continuation: pd.DataFrame | None
    ) -> None:
        self.evidence: Evidence = gather_evidence(programs, occupations, continuation)
        self.links: Floats = self.evidence.link_matrix(links)

    def rows(self, codes: Iterable[str]) -> NDArray[np.int64]:
        return np.flatnonzero(self.evidence.programs["program"].isin(set(codes)))

    def columns(self, codes: Iterable[str]) -> NDArray[np.int64]:
        return np.flatnonzero(self.evidence.occupations["occupation"].isin(set(codes)))

    def unlinked(self, axis: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.links.sum(axis=axis) == 0)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """By the weights for a class with known links where another program of the class has some, else for a new class."""
        found = np.zeros((len(rows), self.links.shape[1]))
        if not found.size:
            return found
        linked = self.links.sum(axis=1) > 0
        known = (hide(self.evidence, rows, "program") & ~hide(self.evidence, rows, "class") & linked).any(axis=1)
        for hidden, chosen in (("program", known), ("class", ~known)):
            kind: Hidden = "program" if hidden == "program" else "class"
            if chosen.any():
                ranker = learn_ranker(self.evidence, self.links, kind)
                part = rows[chosen]
                allowed = hide(self.evidence, part, "program")
                found[chosen] = score_pairs(self.evidence, self.links, ranker, part, allowed)
        return found

    def frame(
        self,
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        rank: NDArray[np.int64],
        score: NDArray[np.float64],
        order: list[str],
    ) -> pd.DataFrame:
        """The suggestions with their explanations."""
        programs, occupations = self.evidence.programs, self.evidence.occupations
        texts = _texts(programs)
        shared = SharedWords(_texts(occupations))
        kin = self.evidence.kinship()
        named = (programs["program"] + " " + programs["name"]).tolist()
        found = pd.DataFrame({
            "program": programs["program"].to_numpy(dtype=object)[row],
            "occupation": occupations["occupation"].to_numpy(dtype=object)[column],
            "rank": rank, "score": score,
            "words": ["、".join(shared.between(texts[p], o)) for p, o in zip(row, column, strict=True)],
            "reasons": ["、".join(named[q] for q in self._carriers(kin, p, o)) for p, o in zip(row, column, strict=True)],
        })  # fmt: skip
        return found.sort_values([order[0], "rank"], ignore_index=True)[order]

    def _carriers(self, kin: Floats, program: int, occupation: int) -> NDArray[np.int64]:
        """The most similar other programs that carry the link, those of the same class before others equally alike."""
        carriers = np.flatnonzero(self.links[:, occupation] > 0)
        carriers = carriers[carriers != program]
        alike = kin[program, carriers] + 0.2 * (self.evidence.class_[carriers] == self.evidence.class_[program])
        best = np.argsort(-alike.round(6), kind="stable")[:_NEIGHBOURS]
        return np.asarray(carriers[best[alike[best] >= _LEAST_KINSHIP]])


def _texts(frame: pd.DataFrame) -> list[str]:
    return [plain(f"{name}|{text}") for name, text in zip(frame["name"], frame["text"], strict=True)]


def _best(scores: NDArray[np.float64], top: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row, column and rank of the greatest scores above 0 of every row, ties by column."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    row = np.repeat(np.arange(len(scores)), order.shape[1])
    rank = np.tile(np.arange(1, order.shape[1] + 1), len(scores))
    kept = scores[row, order.ravel()] > 0
    return row[kept], order.ravel()[kept], rank[kept]
