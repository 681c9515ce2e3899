from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ai.vectors import unit_rows

MAX_TAGS = 12


@dataclass(frozen=True)
class Word:
    """One thing that can be said of a picture; `threshold` is None where it serves search and is never a tag."""

    word: str
    leaves: tuple[int, ...]
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    threshold: float | None = None


@dataclass(frozen=True)
class TagScore:
    word: str
    probability: float


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of an encoder over its `leaves`: (leaves, dimension) float32 unit rows in the space of its pictures.

    A leaf is one thing the encoder was taught. Leaves without a word take their share of probability all the same,
    and so keep wrong words away.
    """

    words: tuple[Word, ...]
    leaves: np.ndarray
    temperature: float

    @property
    def dimension(self) -> int:
        return int(self.leaves.shape[1])

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Return (n, words) float64: each word's share of `softmax(temperature * leaves @ vector)` over its leaves.

        `vectors` is (n, dimension); raise BadVector for anything else.
        """
        cosines = unit_rows(vectors, self.dimension).astype(np.float64) @ self.leaves.T.astype(np.float64)
        logits = self.temperature * cosines
        # The largest exponent becomes zero, so that no temperature can overflow.
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.minimum(shares @ self._membership, 1.0)

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        """Return for each row of `vectors` the words that reach their threshold, surest first, at most MAX_TAGS."""
        return [self._surest(row) for row in self.probabilities(vectors)]

    @cached_property
    def broader(self) -> Mapping[str, frozenset[str]]:
        """For each word, the words it implies: its parents, and every top word that covers its leaves and more."""
        covers = {top.word: frozenset(top.leaves) for top in self.words if not top.parents}
        return {
            word.word: frozenset(word.parents) | {top for top in covers if covers[top] > frozenset(word.leaves)}
            for word in self.words
        }

    def _surest(self, probabilities: np.ndarray) -> list[TagScore]:
        reached = np.flatnonzero(probabilities >= self._thresholds)
        # Stable, so that equally probable words keep the order of the vocabulary.
        order = reached[np.argsort(-probabilities[reached], kind="stable")]
        return [TagScore(self.words[at].word, float(probabilities[at])) for at in order[:MAX_TAGS]]

    @cached_property
    def _membership(self) -> np.ndarray:
        """(leaves, words): 1 where the leaf belongs to the word, so that one product sums every word's leaves."""
        membership = np.zeros((len(self.leaves), len(self.words)))
        for column, word in enumerate(self.words):
            membership[list(word.leaves), column] = 1.0
        return membership

    @cached_property
    def _thresholds(self) -> np.ndarray:
        return np.array([np.inf if word.threshold is None else word.threshold for word in self.words])
