"""What speaks for a link between a program and an occupation: texts, and the links that other programs carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from talentplan.matching.likeness import best_part, gram_vectors, phrases, plain

__all__ = ["Evidence", "class_of", "gather_evidence", "major_of", "turn_evidence"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_VOCATIONAL = re.compile(r"[2-7]\d{5}")
_NEIGHBOURS = 30


def class_of(code: str) -> str:
    """The class of a program code, the same on all levels.

    Six digits of the national vocational catalogue: the first digit is the level (6/7, 4/5, 2/3), so the class is digits
    2-4 and whether the first is even. Any other code: its first four letters and digits.

    Args:
        code: a program code.
    """
    if _VOCATIONAL.fullmatch(code):
        return f"{'ab'[int(code[0]) % 2]}{code[1:4]}"
    return re.sub(r"[\W_]", "", code)[:4]


def major_of(code: str) -> str:
    """The major class of a program code: digit 2 and whether the first is even, or the first two letters and digits.

    Args:
        code: a program code.
    """
    return class_of(code)[:2]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about programs and occupations that does not depend on the links between them.

    programs and occupations: frames sorted by code, with text columns filled; class_, major, level, name: int[program],
    equal numbers for equal values; group, top: int[occupation], likewise for the group of occupations and the first part
    of the code; texts: name of a feature -> float[program, occupation] in [0, 1]; kin: kind of likeness (name, text,
    continuation) -> float[program, program] in [0, 1].
    """

    programs: pd.DataFrame
    occupations: pd.DataFrame
    class_: NDArray[np.int64]
    major: NDArray[np.int64]
    level: NDArray[np.int64]
    name: NDArray[np.int64]
    group: NDArray[np.int64]
    top: NDArray[np.int64]
    texts: dict[str, Floats]
    kin: dict[str, Floats]

    def link_matrix(self, links: pd.DataFrame) -> Floats:
        """float[program, occupation]: 1 where a link is known; links of other programs or occupations are left out.

        Args:
            links: program, occupation.
        """
        row = pd.Index(self.programs["program"]).get_indexer(links["program"])
        column = pd.Index(self.occupations["occupation"]).get_indexer(links["occupation"])
        known = (row >= 0) & (column >= 0)
        found = np.zeros((len(self.programs), len(self.occupations)), dtype=np.float32)
        found[row[known], column[known]] = 1.0
        return found

    def kinship(self) -> Floats:
        """float[program, program] in [0, 1]: the mean of all kinds of likeness."""
        return np.asarray(sum(self.kin.values()) / len(self.kin), dtype=np.float32)

    def features(self, links: Floats, rows: NDArray[np.int64], allowed: Flags) -> Iterator[tuple[str, Floats]]:
        """The features of every pair, one after the other: name, float[row, occupation].

        A feature with "/" in its name is the one before it relative to the greatest of its row.

        Args:
            links: float[program, occupation], the known links.
            rows: int[row], the programs looked at.
            allowed: bool[row, program], whose links may be looked at for this row.
        """
        for name, values in self._absolute(links, rows, allowed):
            yield name, values
            if name not in _AS_THEY_ARE:
                yield f"{name}/", values / (values.max(axis=1, keepdims=True) + np.float32(1e-6))

    def _absolute(self, links: Floats, rows: NDArray[np.int64], allowed: Flags) -> Iterator[tuple[str, Floats]]:
        for name, texts in self.texts.items():
            yield name, texts[rows]
        speak = (allowed & (links.sum(axis=1) > 0)).astype(np.float32)
        carried = sparse.csr_matrix(links)
        weight, order = _nearest(self.kinship()[rows] * speak, _NEIGHBOURS)
        votes = _spread(weight, order, len(links)) @ carried / (weight.sum(axis=1, keepdims=True) + np.float32(0.1))
        yield "votes", votes
        yield "votes_group", _over(votes, self.group)
        yield "nearest", _most(weight, order, links)
        for kind, alike in self.kin.items():
            weight, order = _nearest(alike[rows] * speak, 2 * _NEIGHBOURS)
            yield f"votes_{kind}", np.log1p((_spread(weight, order, len(links)) ** 2) @ carried)
        for name, numbers in (("same_name", self.name), ("class", self.class_), ("major", self.major)):
            same = speak * (numbers[rows][:, None] == numbers[None, :])
            share = same @ carried / (same.sum(axis=1, keepdims=True) + (0.1 if name == "same_name" else 1.0))
            yield name, share.astype(np.float32)
            if name != "same_name":
                yield f"{name}_group", _over(share.astype(np.float32), self.group)
        yield "popularity", np.log1p(speak @ carried)
        yield "level", self._level(links, rows, speak)

    def _level(self, links: Floats, rows: NDArray[np.int64], speak: Floats) -> Floats:
        """Log of the share that the top group of the occupation has in the links of programs of the same level."""
        tops = np.eye(self.top.max(initial=0) + 1, dtype=np.float32)[self.top]
        same = speak * (self.level[rows][:, None] == self.level[None, :])
        counts = same @ (links @ tops) + np.float32(1.0)
        return np.asarray(np.log(counts / counts.sum(axis=1, keepdims=True))[:, self.top], dtype=np.float32)


_AS_THEY_ARE = frozenset({"popularity", "level"})


def gather_evidence(
    programs: pd.DataFrame, occupations: pd.DataFrame, continuation: pd.DataFrame | None = None
) -> Evidence:
    """Compare every program with every occupation and every other program.

    Args:
        programs: program, name, level, text; class and major where they do not follow from the code. One row a program.
        occupations: occupation, name, text; group where it does not follow from the code. One row an occupation.
        continuation: from, to: codes of programs or any other word for what a program leads on to.
    """
    programs = _filled(programs, "program")
    occupations = _filled(occupations, "occupation")
    names, jobs = programs["name"].map(plain).tolist(), occupations["name"].map(plain).tolist()
    parts = [phrases(text) for text in programs["text"]]
    aliases = [phrases(text) or [job] for text, job in zip(occupations["text"], jobs, strict=True)]
    whole = [" | ".join([name, *found]) for name, found in zip(names, parts, strict=True)]
    whole_jobs = [" | ".join(dict.fromkeys([job, *found])) for job, found in zip(jobs, aliases, strict=True)]
    groups = occupations["group"].map(plain).tolist() if "group" in occupations else [""] * len(jobs)
    vectors = gram_vectors(names, jobs, _flat(parts), _flat(aliases), whole, whole_jobs, groups)
    name_v, job_v, part_v, alias_v, whole_v, whole_job_v, group_v = vectors
    both = sparse.vstack([name_v, part_v]).tocsr()
    owner = np.concatenate([np.arange(len(names)), _owner(parts)])
    order = np.argsort(owner, kind="stable")
    texts = {
        "name": (name_v @ job_v.T).toarray(),
        "text": (whole_v @ whole_job_v.T).toarray(),
        "phrase": best_part(part_v, _owner(parts), job_v, len(names)),
        "alias": best_part(alias_v, _owner(aliases), whole_v, len(jobs)).T,
        "group": best_part(both[order], owner[order], group_v, len(names)),
    }
    group = pd.factorize(
        np.array([g or _head(code) for g, code in zip(groups, occupations["occupation"], strict=True)])
    )[0]
    texts["sibling"] = _group_best(texts["name"] + texts["text"] + texts["phrase"], group) / np.float32(3.0)
    kin = {"name": (name_v @ name_v.T).toarray(), "text": (whole_v @ whole_v.T).toarray()}
    if continuation is not None and len(continuation):
        kin["continuation"] = _continuation(programs["program"], continuation)
    code = programs["program"]
    return Evidence(
        programs, occupations,
        class_=_numbers(programs.get("class", code.map(class_of))), major=_numbers(programs.get("major", code.map(major_of))),
        level=_numbers(programs["level"]), name=_numbers(programs["name"].map(plain)),
        group=group, top=_numbers(occupations["occupation"].map(lambda c: re.split(r"[\W_]", c)[0])), texts=texts, kin=kin,
    )  # fmt: skip


def turn_evidence(evidence: Evidence) -> Evidence:
    """The same evidence asked the other way round: occupations stand for programs and programs for occupations.

    What speaks for a program are then the links of similar occupations, of the same group (class), of the same division
    (major; the code without its last two parts) and of the same first part of the code (level). Texts stay as they are.

    Args:
        evidence: of programs.
    """
    jobs, codes = evidence.occupations, evidence.occupations["occupation"]
    names = jobs["name"].map(plain).tolist()
    whole = [" | ".join([name, *phrases(text)]) for name, text in zip(names, jobs["text"], strict=True)]
    name_v, whole_v = gram_vectors(names, whole)
    return Evidence(
        jobs.rename(columns={"occupation": "program"}), evidence.programs.rename(columns={"program": "occupation"}),
        class_=evidence.group, major=_numbers(codes.map(_head).map(_head)), level=evidence.top,
        name=_numbers(jobs["name"].map(plain)), group=evidence.class_, top=evidence.level,
        texts={name: np.ascontiguousarray(values.T) for name, values in evidence.texts.items()},
        kin={"name": (name_v @ name_v.T).toarray(), "text": (whole_v @ whole_v.T).toarray()},
    )  # fmt: skip


def _filled(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Text without gaps, one row a code, sorted by code."""
    frame = frame.assign(**{c: frame[c].fillna("").astype(str) for c in frame.columns})
    return frame.sort_values(list(frame.columns)).drop_duplicates(key).sort_values(key, ignore_index=True)


def _numbers(values: pd.Series) -> NDArray[np.int64]:
    return np.asarray(pd.factorize(values)[0], dtype=np.int64)


def _flat(lists: list[list[str]]) -> list[str]:
    return [text for texts in lists for text in texts]


def _owner(lists: list[list[str]]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(lists)), [len(texts) for texts in lists])


def _head(code: str) -> str:
    """The code of an occupation without its last part, the whole code where it has only one."""
    return re.sub(r"[\W_][^\W_]+$", "", code)


def _nearest(weight: Floats, count: int) -> tuple[Floats, NDArray[np.int64]]:
    """The `count` greatest weights of every row and where they stand, ties by position."""
    order = np.argsort(-weight, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(weight, order, axis=1), order


def _spread(weight: Floats, order: NDArray[np.int64], size: int) -> Floats:
    found = np.zeros((len(weight), size), dtype=np.float32)
    np.put_along_axis(found, order, weight, axis=1)
    return found


def _most(weight: Floats, order: NDArray[np.int64], links: Floats) -> Floats:
    """The greatest weight among the neighbours that carry the link: float[row, occupation]."""
    found = np.zeros((len(weight), links.shape[1]), dtype=np.float32)
    for rank in range(weight.shape[1]):
        np.maximum(found, weight[:, rank, None] * links[order[:, rank]], out=found)
    return found


def _over(values: Floats, group: NDArray[np.int64]) -> Floats:
    """The sum over all occupations of the group, given to each of them."""
    member = sparse.csr_matrix((np.ones(len(group), dtype=np.float32), (np.arange(len(group)), group)))
    return np.asarray((values @ member)[:, group], dtype=np.float32)


def _group_best(values: Floats, group: NDArray[np.int64]) -> Floats:
    """The greatest value of the group, given to each of its occupations."""
    order = np.argsort(group, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(group[order]) > 0]) if len(group) else np.array([], dtype=np.int64)
    if not len(first):
        return values
    return np.maximum.reduceat(values[:, order], first, axis=1)[:, group]


def _continuation(codes: pd.Series, continuation: pd.DataFrame) -> Floats:
    """Programs are alike that lead to the same programs, lead into one another or are led into by the same."""
    nodes = pd.Index(codes).append(pd.Index(sorted(set(continuation["to"]) | set(continuation["from"])))).unique()
    one, other = nodes.get_indexer(continuation["from"]), nodes.get_indexer(continuation["to"])
    rows, columns = np.r_[one, other, np.arange(len(nodes))], np.r_[other, one, np.arange(len(nodes))]
    joined = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(nodes), len(nodes)))
    joined = (joined[: len(codes)] > 0).astype(np.float32)
    rare = np.log1p(len(codes) / np.maximum(1.0, np.asarray(joined.sum(axis=0)).ravel()))
    vectors = normalize(joined @ sparse.diags(rare.astype(np.float32)))
    return np.asarray((vectors @ vectors.T).toarray(), dtype=np.float32)
