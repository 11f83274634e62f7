"""How alike texts are, from their characters: Chinese needs no word segmenter, English none either."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

__all__ = ["SharedWords", "best_part", "gram_vectors", "phrases", "plain"]

_SEPARATORS = re.compile(r"[|、,，;；。：:/()（）\[\]《》“”\"\n\t]+")
_LATIN = re.compile(r"[^\W\d_\u3400-\u9fff][^\W_\u3400-\u9fff]*|\d+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_EMPTY_WORDS = frozenset({
    "a", "all", "an", "and", "as", "at", "by", "except", "for", "from", "in", "including", "of", "on", "or", "other",
    "others", "the", "to", "with",
})  # fmt: skip
_LONGEST_WORD = 16


def plain(text: str) -> str:
    """The text with full-width letters narrowed and case folded; what is compared and what is quoted.

    Args:
        text: any text.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def phrases(text: str) -> list[str]:
    """The parts of a list in words (aliases, occupation groups, posts), each plain; empty ones left out.

    Args:
        text: parts separated by |, 、, commas, semicolons, colons, full stops of Chinese, slashes, brackets or line breaks.
    """
    return [part.strip() for part in _SEPARATORS.split(plain(text)) if part.strip()]


def _grams(text: str) -> list[str]:
    """Han characters as 1-3-grams; words of other scripts whole and as 4-grams, so that inflected forms meet."""
    found = [
        run[at : at + size] for run in _HAN.findall(text) for size in (1, 2, 3) for at in range(len(run) - size + 1)
    ]
    for word in _LATIN.findall(text):
        if word in _EMPTY_WORDS:
            continue
        found.append(word)
        found += [f"~{word[at : at + 4]}" for at in range(len(word) - 3)]
    return found


def gram_vectors(*groups: Sequence[str]) -> list[sparse.csr_matrix]:
    """Unit vectors of character grams weighted by how rare they are (TF-IDF), one matrix for each group of texts.

    The weights are those of the distinct texts of all groups together. Texts without any gram give rows of zeros.

    Args:
        groups: plain texts; the columns (grams) are common to all groups.
    """
    distinct = sorted({text for group in groups for text in group})
    vectorizer = TfidfVectorizer(analyzer=_grams, dtype=np.float32)
    if not any(_grams(text) for text in distinct):
        return [sparse.csr_matrix((len(group), 1), dtype=np.float32) for group in groups]
    vectors = vectorizer.fit_transform(distinct)
    place = {text: row for row, text in enumerate(distinct)}
    return [vectors[[place[text] for text in group]] for group in groups]


def best_part(
    parts: sparse.csr_matrix, owner: NDArray[np.int64], others: sparse.csr_matrix, owners: int
) -> NDArray[np.float32]:
    """The likeness of the most alike part of each owner: float[owner, other] in [0, 1], 0 for an owner without parts.

    Args:
        parts: unit vectors of parts.
        owner: int[part], whose part it is, ascending.
        others: unit vectors that the parts are compared with.
        owners: how many owners there are.
    """
    found = np.zeros((owners, others.shape[0]), dtype=np.float32)
    turned = others.T.tocsc()
    for start in range(0, len(owner), 2000):
        rows = owner[start : start + 2000]
        alike = (parts[start : start + 2000] @ turned).toarray()
        first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        found[rows[first]] = np.maximum(found[rows[first]], np.maximum.reduceat(alike, first, axis=0))
    return found


def _words(text: str) -> set[str]:
    """Words of other scripts with three letters or more, and every Han substring of two to sixteen characters."""
    found = {word for word in _LATIN.findall(text) if len(word) > 2 and word not in _EMPTY_WORDS}
    for run in _HAN.findall(text):
        for size in range(2, min(_LONGEST_WORD, len(run)) + 1):
            found.update(run[at : at + size] for at in range(len(run) - size + 1))
    return found


class SharedWords:
    """The words two texts share, told apart by how many of the second kind of texts have them."""

    def __init__(self, texts: Sequence[str], common: float = 0.05) -> None:
        """Count the words of all texts of the second kind.

        Args:
            texts: plain texts (of occupations).
            common: a word in more than this share of the texts (and in more than five) explains nothing and is not shown.
        """
        self._words = [_words(text) for text in texts]
        counts: dict[str, int] = {}
        for words in self._words:
            for word in words:
                counts[word] = counts.get(word, 0) + 1
        self._counts = counts
        self._most = max(5.0, common * len(texts))

    def between(self, text: str, other: int, most: int = 4) -> list[str]:
        """The longest and rarest words of `text` that text number `other` has too, none inside another; best first.

        Args:
            text: a plain text (of a program).
            other: the position of the second text.
            most: how many words at most.
        """
        shared = _words(text) & self._words[other]
        kept: list[str] = []
        for word in sorted(shared, key=lambda w: (-len(w), w)):
            if self._counts[word] <= self._most and not any(word in longer for longer in kept):
                kept.append(word)
        return sorted(kept, key=lambda w: (self._counts[w] / len(w), w))[:most]
