"""A labelled sparse program: blocks of columns and rows over index tables, coefficients as arrays.

No Python object per variable or row. A column or row is a position; its label is the row of its block's index table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from talentplan.program.labels import Labels, labels_of, pairs, taken

__all__ = ["Block", "LinearProgram", "ProgramBuilder", "StatedBounds", "Terms"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Labelled:
    """Something with an index table; no slots, so that its frame is kept once it was asked for."""

    labels: Labels

    @cached_property
    def index(self) -> pd.DataFrame:
        """The index table as a frame, made when it is first asked for."""
        return pd.DataFrame(dict(self.labels))


@dataclass(frozen=True)
class Block(_Labelled):
    """Consecutive columns or rows that share a name and an index table (one label row each).

    labels: the index table as arrays. sentence: (zh, en) templates over the index columns, for rows; empty for columns.
    """

    name: str
    start: int
    labels: Labels
    sentence: tuple[str, str] = ("", "")

    def __len__(self) -> int:
        return len(next(iter(self.labels.values())))

    @property
    def positions(self) -> Ints:
        """int[n]: positions in the whole program."""
        return np.arange(self.start, self.start + len(self), dtype=np.int64)

    def at(self, position: int) -> dict[str, Any]:
        """The label row of a position of the program: index column -> value."""
        return {name: values[position - self.start] for name, values in self.labels.items()}

    def label(self, position: int, lang: str, names: Mapping[str, str] | None = None, **instead: object) -> str:
        """The row of this block at a position of the program, in words; with `names` they stand for codes.

        instead: values that stand in place of those of the index, such as `year` for several rows at once.
        """
        known = names or {}
        values = {k: known.get(v, v) if isinstance(v, str) else v for k, v in (self.at(position) | instead).items()}
        template = self.sentence[0 if lang == "zh" else 1]
        text = ", ".join(f"{k} {v}" for k, v in values.items())
        return template.format(**values) if template else f"{self.name} ({text})"


@dataclass(frozen=True)
class StatedBounds(_Labelled):
    """Where bounds of columns come from: one thing somebody stated, a label row for each column it bounds.

    The bounds of a column are the tightest of all that was stated about it; bounds nobody stated belong to its definition.
    columns: int[n], positions; lower, upper: float[n], infinite where nothing was stated on that side.
    sentence: (zh, en) templates over the index columns, for one column; together: the same for all columns of a year.
    """

    name: str
    columns: Ints
    labels: Labels
    lower: Floats
    upper: Floats
    sentence: tuple[str, str]
    together: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Terms:
    """A family of linear expressions: expression `key[n]` contains `coefficient[n]` x column `column[n]`.

    key: int[n]; column: int[n], positions; coefficient: float[n]. Keys number whatever the caller numbers (rows of a
    block, offering x year cells).
    """

    key: Ints
    column: Ints
    coefficient: Floats

    @staticmethod
    def empty() -> Terms:
        """No terms at all."""
        return Terms(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))

    @staticmethod
    def concat(parts: list[Terms]) -> Terms:
        """All terms of several families with the same keys."""
        if not parts:
            return Terms.empty()
        return Terms(
            np.concatenate([p.key for p in parts]),
            np.concatenate([p.column for p in parts]),
            np.concatenate([p.coefficient for p in parts]),
        )

    def scaled(self, factor: Floats) -> Terms:
        """Every expression times factor[key]; terms that become 0 are dropped."""
        coefficient = self.coefficient * factor[self.key]
        keep = coefficient != 0
        return Terms(self.key[keep], self.column[keep], coefficient[keep])

    def mapped(self, target: Ints) -> Terms:
        """The same terms under the keys target[key]; target -1 drops the expression."""
        key = target[self.key]
        keep = key >= 0
        return Terms(key[keep], self.column[keep], self.coefficient[keep])

    def at(self, keys: Ints, factor: Floats) -> Terms:
        """Terms by row: row n is the expression keys[n] times factor[n]; several rows may ask for one expression."""
        row, picked = pairs(self.key, keys)
        return Terms(row, self.column[picked], self.coefficient[picked] * factor[row])


@dataclass(frozen=True, slots=True)
class LinearProgram:
    """minimise cost x subject to row_lower <= matrix x <= row_upper, lower <= x <= upper, x[integer] whole."""

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    matrix: sp.csc_array
    columns: Mapping[str, Block]
    rows: Mapping[str, Block]
    offset: float = 0.0
    stated: Mapping[str, StatedBounds] = field(default_factory=dict)

    def row_block(self, position: int) -> Block:
        """The block that holds a row."""
        for block in self.rows.values():
            if block.start <= position < block.start + len(block):
                return block
        raise IndexError(position)


@dataclass(slots=True)
class ProgramBuilder:
    """Collects blocks and coefficients; `finish` hands over arrays."""

    columns: dict[str, Block] = field(default_factory=dict)
    rows: dict[str, Block] = field(default_factory=dict)
    stated: dict[str, StatedBounds] = field(default_factory=dict)
    offset: float = 0.0
    _column_parts: list[tuple[Floats, Floats, Floats, NDArray[np.bool_]]] = field(default_factory=list)
    _row_parts: list[tuple[Floats, Floats]] = field(default_factory=list)
    _terms: list[Terms] = field(default_factory=list)
    _n: int = 0
    _m: int = 0

    def add_columns(
        self,
        name: str,
        index: Labels | pd.DataFrame,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        integer: ArrayLike = False,
    ) -> Block:
        """A block of columns, one per row of `index`; scalars are spread. Raises ValueError on a second use of a name."""
        if name in self.columns:
            raise ValueError(f"column block {name!r} exists already")
        block = Block(name, self._n, labels_of(index))
        n = len(block)
        spread = [np.broadcast_to(np.asarray(v, dtype=np.float64), (n,)).copy() for v in (lower, upper, cost)]
        whole = np.broadcast_to(np.asarray(integer, dtype=np.bool_), (n,)).copy()
        self._column_parts.append((spread[0], spread[1], spread[2], whole))
        self._n += n
        self.columns[name] = block
        return block

    def add_rows(
        self,
        name: str,
        index: Labels | pd.DataFrame,
        terms: Terms,
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        sentence: tuple[str, str] = ("", ""),
    ) -> Block:
        """A block of rows, one per row of `index`; `terms.key` counts from 0 within the block."""
        if name in self.rows:
            raise ValueError(f"row block {name!r} exists already")
        block = Block(name, self._m, labels_of(index), sentence)
        n = len(block)
        bounds = [np.broadcast_to(np.asarray(v, dtype=np.float64), (n,)).copy() for v in (lower, upper)]
        if len(terms.key) and (terms.key.min() < 0 or terms.key.max() >= n):
            raise ValueError(f"row block {name!r}: a term lies outside the block")
        self._row_parts.append((bounds[0], bounds[1]))
        self._terms.append(Terms(terms.key + self._m, terms.column, terms.coefficient))
        self._m += n
        self.rows[name] = block
        return block

    def state_bounds(
        self,
        name: str,
        block: Block,
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        sentence: tuple[str, str],
        together: tuple[str, str] = ("", ""),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Say where bounds of a block of columns come from; columns without a finite one are left out.

        labels: index columns that are the same for all. The bounds themselves are those of `add_columns`. Raises ValueError on a second use of a name.
        """
        if name in self.stated:
            raise ValueError(f"the bounds {name!r} are stated already")
        low, high = (np.broadcast_to(np.asarray(v, dtype=np.float64), (len(block),)) for v in (lower, upper))
        chosen = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
        if len(chosen):
            known = {k: np.full(len(chosen), v, dtype=object) for k, v in (labels or {}).items()}
            self.stated[name] = StatedBounds(
                name, block.positions[chosen], {**taken(block.labels, chosen), **known}, low[chosen], high[chosen],
                sentence, together,
            )  # fmt: skip

    def upper_bounds(self) -> Floats:
        """float[column]: upper bounds of the columns so far."""
        return np.concatenate([np.zeros(0), *(part[1] for part in self._column_parts)])

    def finish(self) -> LinearProgram:
        """The arrays of the program; coefficients of one row and column are added up."""
        terms = Terms.concat(self._terms)
        matrix = sp.csc_array((terms.coefficient, (terms.key, terms.column)), shape=(self._m, self._n))
        matrix.sum_duplicates()
        lower, upper, cost, integer = (
            np.concatenate([np.zeros(0, bool if k == 3 else float), *(p[k] for p in self._column_parts)])
            for k in range(4)
        )
        row_lower, row_upper = (np.concatenate([np.zeros(0), *(p[k] for p in self._row_parts)]) for k in range(2))
        return LinearProgram(
            cost,
            lower,
            upper,
            integer.astype(bool),
            row_lower,
            row_upper,
            matrix,
            dict(self.columns),
            dict(self.rows),
            self.offset,
            dict(self.stated),
        )
