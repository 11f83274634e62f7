"""How alike two programs are: shared occupations, continuation, workshops and the class of the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from talentplan.workspace.case import Case

__all__ = ["WEIGHTS", "Features", "code_classes", "program_features", "similarity"]

Floats = NDArray[np.float64]

WEIGHTS: Mapping[str, float] = {"occupations": 0.5, "continuation": 0.2, "workshops": 0.2, "code": 0.1}
"""Weight of each sign of kinship. Judgement: what programs prepare for says most, their code least."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of the programs, rows in the order of `programs`.

    programs: codes, sorted; occupations: float[program, occupation], relevance, columns as in occupation_codes; links:
    int[link, 2], the programs that a pathway or continuation joins, lower row first, each pair once; kinds:
    float[program, kind], workplace hours per student and year, columns as in kind_codes; code: 1 for the class and for
    the major class of the code, float[program, class or major class]; scheme: int[program], numbering scheme of the
    code, -1 where it follows none.
    """

    programs: NDArray[np.object_]
    occupations: sparse.csr_matrix
    occupation_codes: NDArray[np.object_]
    links: NDArray[np.int64]
    kinds: sparse.csr_matrix
    kind_codes: NDArray[np.object_]
    code: sparse.csr_matrix
    scheme: NDArray[np.int64]

    def known(self, weights: Mapping[str, float]) -> NDArray[np.bool_]:
        """bool[program]: a sign with a weight above 0 is known of it."""
        found = np.zeros(len(self.programs), dtype=np.bool_)
        for name, matrix in _signs(self, None).items():
            if weights.get(name, 0.0) > 0:
                found |= np.diff(matrix.indptr) > 0
        return found

    def some(self, rows: NDArray[np.bool_]) -> Features:
        """The features of some programs; links to others are dropped."""
        place = np.cumsum(rows) - 1
        inside = self.links[rows[self.links].all(axis=1)]
        return Features(
            self.programs[rows], self.occupations[rows], self.occupation_codes, place[inside].astype(np.int64),
            self.kinds[rows], self.kind_codes, self.code[rows], self.scheme[rows],
        )  # fmt: skip


def program_features(case: Case, continuations: pd.DataFrame | None = None) -> Features:
    """What the case knows of its programs.

    Args:
        case: programs, crosswalk, needs, pathways and offerings are read.
        continuations: further links between programs, columns from_program and to_program; rows that name a program
            outside the case are left out.
    """
    programs = np.sort(case.table("programs")["program"].to_numpy(dtype=object))
    index = pd.Index(programs)
    scheme, classes = code_classes(programs)
    shown = pd.DataFrame(
        {"program": programs, "class": classes, "major": scheme + pd.Series(classes).str[:2], "one": 1.0}
    )
    shown = shown[scheme != ""].melt(["program", "one"], ["class", "major"])
    return Features(
        programs,
        *_incidence(case.table("crosswalk"), index, "occupation", "relevance"),
        _links(case, index, continuations),
        *_incidence(case.table("needs"), index, "kind", "hours"),
        _incidence(shown, index, "value", "one")[0],
        np.where(scheme == "", -1, np.unique(scheme, return_inverse=True)[1]),
    )


def code_classes(codes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """The numbering scheme of program codes and the class they show.

    `vocational`: six digits, the first 2 to 7 (catalogue of 2021). The first digit tells the level (6 and 7 secondary,
    4 and 5 higher vocational, 2 and 3 undergraduate) and, even or odd, half of the major class: agriculture is 61, 41,
    21, electronics 71, 51, 31. The class is written as at secondary level, so that 460101 and 660102 are of 6601 and
    560101 is of 7601; without the parity, two major classes would fall into one. `undergraduate`: six digits beginning
    with 0 or 1 (ordinary undergraduate catalogue), the first four. Letters may follow. Codes of different schemes are
    not comparable. The first two digits of the class are the major class.

    Returns:
        scheme, class: object[code], "" where the code follows neither.

    >>> [list(part) for part in code_classes(np.array(["460101", "560101", "080213T", "51.3801"], dtype=object))]
    [['vocational', 'vocational', 'undergraduate', ''], ['6601', '7601', '0802', '']]
    """
    text = pd.Series(codes, dtype=object)
    vocational, ordinary = text.str.fullmatch(r"[2-7]\d{5}[A-Z]*"), text.str.fullmatch(r"[01]\d{5}[A-Z]*")
    half = text.str[:1].map(dict(zip("234567", "676767", strict=True)))
    scheme = np.where(vocational, "vocational", np.where(ordinary, "undergraduate", "")).astype(object)
    classes = np.where(vocational, half + text.str[1:4], np.where(ordinary, text.str[:4], "")).astype(object)
    return scheme, classes


def similarity(
    features: Features, weights: Mapping[str, float] = WEIGHTS, draw: np.random.Generator | None = None
) -> Floats:
    """Likeness of every two programs: the weighted mean of the signs that exist for both.

    occupations: cosine of their relevances over occupations. continuation: cosine of their neighbourhoods (itself and
    the programs a link joins it to), 1 for two programs joined to each other alone. workshops: cosine of their hours
    over kinds. code: cosine over class and major class: 1 for the same class, 0.5 for the same major class, else 0. A sign exists for a pair where both
    programs have something in it (for the code: one scheme); the weights of the others are spread over those that do.

    Args:
        features: of the programs.
        weights: weight >= 0 of occupations, continuation, workshops and code; a sign not named has none.
        draw: resample occupations, links and kinds with replacement (the bootstrap); None takes each once.

    Returns:
        float[program, program] in [0, 1], symmetric, 1 on the diagonal; 0 where no sign exists for the pair.
    """
    count = len(features.programs)
    found = np.eye(count)
    used = [
        (weights[name], name, m) for name, m in _signs(features, draw).items() if weights.get(name, 0.0) > 0 and m.nnz
    ]
    if not used:
        return found
    alike = sparse.coo_matrix(sum(weight * _cosines(matrix) for weight, _, matrix in used))
    row, column = alike.row, alike.col
    whole = np.zeros(alike.nnz)
    for weight, name, matrix in used:
        there = np.diff(matrix.indptr) > 0
        both = there[row] & there[column]
        if name == "code":
            both &= features.scheme[row] == features.scheme[column]
        whole += weight * both
    found[row, column] = np.minimum(alike.data / whole, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def _signs(features: Features, draw: np.random.Generator | None) -> dict[str, sparse.csr_matrix]:
    """float[program, feature] by sign, resampled; a row is empty where nothing is known of the program."""
    return {
        "occupations": features.occupations[:, _drawn(features.occupations.shape[1], draw)],
        "continuation": _neighbourhoods(features.links[_drawn(len(features.links), draw)], len(features.programs)),
        "workshops": features.kinds[:, _drawn(features.kinds.shape[1], draw)],
        "code": features.code,
    }


def _cosines(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    unit = sparse.diags(1.0 / np.where(length > 0, length, 1.0)) @ matrix
    return unit @ unit.T


def _drawn(count: int, draw: np.random.Generator | None) -> NDArray[np.int64]:
    everything = np.arange(count, dtype=np.int64)
    return everything if draw is None or not count else np.sort(draw.integers(count, size=count))


def _neighbourhoods(links: NDArray[np.int64], count: int) -> sparse.csr_matrix:
    """float[program, program]: times a link joins them, 1 for itself where it has any link; without links empty rows."""
    ends = np.concatenate([links, links[:, ::-1]])
    joined = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    # itself as often as its most repeated link, so that two programs joined to each other alone stay at 1
    itself = np.asarray(joined.max(axis=1).toarray()).ravel() if count else np.zeros(0)
    return sparse.csr_matrix(joined + sparse.diags(itself))


def _incidence(
    table: pd.DataFrame, programs: pd.Index, column: str, value: str
) -> tuple[sparse.csr_matrix, NDArray[np.object_]]:
    columns = pd.Index(table[column].unique()).sort_values()
    row, place = programs.get_indexer(pd.Index(table["program"])), columns.get_indexer(pd.Index(table[column]))
    amount = table[value].to_numpy(dtype=np.float64)
    keep = (row >= 0) & (amount > 0)
    matrix = sparse.csr_matrix((amount[keep], (row[keep], place[keep])), shape=(len(programs), len(columns)))
    return matrix, columns.to_numpy(dtype=object)


def _links(case: Case, programs: pd.Index, continuations: pd.DataFrame | None) -> NDArray[np.int64]:
    of_line = case.table("offerings").set_index("offering")["program"]
    paths = case.table("pathways")
    pairs = [pd.DataFrame({"a": paths["from_offering"].map(of_line), "b": paths["to_offering"].map(of_line)})]
    if continuations is not None:
        pairs.append(continuations[["from_program", "to_program"]].set_axis(["a", "b"], axis=1))
    found = pd.concat(pairs)
    ends = np.stack([programs.get_indexer(pd.Index(found[c])) for c in ("a", "b")], axis=1)
    ends = np.sort(ends[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])], axis=1)
    return np.unique(ends, axis=0).astype(np.int64)
