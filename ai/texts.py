from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ai.vectors import BadVector, unit_rows
from ai.vocabulary import Vocabulary

LONGEST_RUN = 3

_LETTERS = re.compile(r"[^\W\d_]+")
_IRREGULAR = {"children": "child", "feet": "foot", "men": "man", "mice": "mouse", "teeth": "tooth", "women": "woman"}


def tokens(text: str) -> list[str]:
    """Return the runs of letters in `text`, lower case and without accents."""
    letters = unicodedata.normalize("NFKD", text).lower()
    return _LETTERS.findall("".join(letter for letter in letters if not unicodedata.combining(letter)))


def readings(token: str) -> Iterator[str]:
    """Yield `token` and then every singular it may be the plural of; the vocabulary decides which of them exists."""
    yield token
    if token in _IRREGULAR:
        yield _IRREGULAR[token]
    if token.endswith("s"):
        yield token[:-1]
    if token.endswith("es"):
        yield token[:-2]
    if token.endswith("ies"):
        yield f"{token[:-3]}y"
    if token.endswith("ves"):
        yield f"{token[:-3]}f"
        yield f"{token[:-3]}fe"


class Lexicon:
    """The way from a text into the space of the pictures, by the words and synonyms of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Raise BadVector where the leaves of a word cancel out and leave it without a direction."""
        leaves = _leaves_by_name(vocabulary)
        means = np.array([vocabulary.leaves[sorted(rows)].mean(axis=0) for rows in leaves.values()])
        self._vectors = dict(zip(leaves, unit_rows(means, vocabulary.dimension), strict=True))

    def vector(self, text: str) -> np.ndarray | None:
        """Return the (dimension,) float32 unit vector of `text`, or None where we know nothing of it.

        The unit vectors of the words found are added and the sum is normalised.
        """
        found = list(self._found(tokens(text)))
        if not found:
            return None
        try:
            return unit_rows(np.sum(found, axis=0, keepdims=True), len(found[0]))[0]
        except BadVector:  # words that say the exact opposite of each other say nothing together
            return None

    def _found(self, words: Sequence[str]) -> Iterator[np.ndarray]:
        """Yield the vector of each known run of words, from the left, the longest first; skip what is unknown."""
        at = 0
        while at < len(words):
            runs = (words[at : at + length] for length in range(LONGEST_RUN, 0, -1))
            name = next(filter(None, map(self._name, runs)), None)
            if name:
                yield self._vectors[name]
            at += len(name) if name else 1

    def _name(self, run: Sequence[str]) -> tuple[str, ...] | None:
        candidates = itertools.product(*map(readings, run))
        return next((name for name in candidates if name in self._vectors), None)


def _leaves_by_name(vocabulary: Vocabulary) -> dict[tuple[str, ...], frozenset[int]]:
    """Map what a text may say, as tokens, to leaves.

    A synonym of several words means all of them ("citrus" is lemon and orange); a word of its own means itself only.
    """
    leaves: defaultdict[tuple[str, ...], frozenset[int]] = defaultdict(frozenset)
    for word in vocabulary.words:
        for synonym in word.synonyms:
            leaves[tuple(tokens(synonym))] |= frozenset(word.leaves)
    leaves.update({tuple(tokens(word.word)): frozenset(word.leaves) for word in vocabulary.words})
    return dict(leaves)
