"""How much each piece of evidence counts: learned from the known links, or fixed where few are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from talentplan.matching.evidence import Evidence, Flags, Floats

__all__ = ["Hidden", "Ranker", "hide", "learn_ranker", "score_pairs"]

Hidden = Literal["class", "program"]

_FEWEST_PROGRAMS = 100
_FEWEST_CLASSES = 10
_CANDIDATES = 60
_CANDIDATES_BY = ("votes", "nearest", "major", "name", "text", "phrase", "alias")
_PENALTY = 0.1
_ROWS = 400


@dataclass(frozen=True, slots=True)
class Ranker:
    """A logistic score: sigmoid(intercept + sum of weight x feature), by name of the feature."""

    weights: dict[str, float]
    intercept: float


def hide(evidence: Evidence, rows: NDArray[np.int64], hidden: Hidden) -> Flags:
    """Whose links a program may be judged by: bool[row, program].

    Args:
        evidence: the programs.
        rows: int[row], the programs judged.
        hidden: "program" hides only its own links, "class" those of its whole class.
    """
    own = np.arange(len(evidence.programs)) if hidden == "program" else evidence.class_
    return np.asarray(own[rows][:, None] != own[None, :])


def learn_ranker(evidence: Evidence, links: Floats, hidden: Hidden) -> Ranker | None:
    """Learn the weights from the known links as if each program, or each class, had none; None where too few are known.

    A logistic regression (ridge penalty; every program counts the same) on the pairs that some feature ranks high.
    Needs 100 programs with links, of 10 classes.

    Args:
        evidence: the programs and occupations.
        links: float[program, occupation], the known links.
        hidden: what is hidden from a program while learning; the same as when the weights are used.
    """
    linked = np.flatnonzero(links.sum(axis=1) > 0)
    if len(linked) < _FEWEST_PROGRAMS or len(np.unique(evidence.class_[linked])) < _FEWEST_CLASSES:
        return None
    names: list[str] = []
    blocks, hits, counts = [], [], []
    for start in range(0, len(linked), _ROWS):
        rows = linked[start : start + _ROWS]
        found = dict(evidence.features(links, rows, hide(evidence, rows, hidden)))
        names = list(found)
        chosen = np.zeros((len(rows), links.shape[1]), dtype=bool)
        for name in _CANDIDATES_BY:
            chosen |= found[name] >= _least_of_best(found[name], _CANDIDATES)
        blocks.append(np.stack([found[name][chosen] for name in names], axis=1))
        hits.append(links[rows][chosen] > 0)
        counts.append(np.repeat(1.0 / links[rows].sum(axis=1), chosen.sum(axis=1)))
    x, y, weight = np.concatenate(blocks), np.concatenate(hits), np.concatenate(counts)
    scale = x.std(axis=0, dtype=np.float64)
    scale = np.where(scale > 1e-9, scale, np.inf)
    model = LogisticRegression(C=_PENALTY, solver="newton-cholesky", max_iter=50)
    with threadpool_limits(1):  # several threads wait for one another where something else runs too
        model.fit(x / scale, y, sample_weight=weight / weight.mean())
    return Ranker(dict(zip(names, (model.coef_[0] / scale).tolist(), strict=True)), float(model.intercept_[0]))


def score_pairs(
    evidence: Evidence, links: Floats, ranker: Ranker | None, rows: NDArray[np.int64], allowed: Flags
) -> NDArray[np.float64]:
    """The score of every occupation for the given programs: float[row, occupation] in [0, 1].

    Without a ranker the weights are fixed: with t = 0.5 name + 0.3 best phrase or alias + 0.2 whole text and
    v = the most of 0.9 same name, 0.7 nearest neighbour, 0.5 votes, 0.4 class, 0.2 major class, the score is
    1 - (1 - t)(1 - v).

    Args:
        evidence: the programs and occupations.
        links: float[program, occupation], the known links.
        ranker: the weights, or None for the fixed ones.
        rows: int[row], the programs to be scored.
        allowed: bool[row, program], whose links may be looked at.
    """
    found = np.zeros((len(rows), links.shape[1]))
    for start in range(0, len(rows), _ROWS):
        part = slice(start, start + _ROWS)
        features = evidence.features(links, rows[part], allowed[part])
        found[part] = _fixed(dict(features)) if ranker is None else _learned(ranker, features)
    return found.round(6)


def _least_of_best(values: Floats, count: int) -> Floats:
    """The value of rank `count` in every row, at least a little above 0: float[row, 1]."""
    place = max(0, values.shape[1] - count)
    return np.maximum(np.partition(values, place, axis=1)[:, place, None], np.float32(1e-6))


def _learned(ranker: Ranker, features: Iterator[tuple[str, Floats]]) -> NDArray[np.float64]:
    total = sum((ranker.weights[name] * values.astype(np.float64) for name, values in features), np.float64(0.0))
    return np.asarray(expit(ranker.intercept + total), dtype=np.float64)


def _fixed(found: dict[str, Floats]) -> NDArray[np.float64]:
    text = 0.5 * found["name"] + 0.3 * np.maximum(found["phrase"], found["alias"]) + 0.2 * found["text"]
    votes = np.max(
        [
            0.9 * found["same_name"],
            0.7 * found["nearest"],
            0.5 * found["votes"],
            0.4 * found["class"],
            0.2 * found["major"],
        ],
        axis=0,
    )
    return np.asarray(np.clip(1.0 - (1.0 - text) * (1.0 - votes), 0.0, 1.0), dtype=np.float64)
