"""What a vocabulary expects of pictures, as the background that a search by meaning is seen against."""

from __future__ import annotations

import numpy as np

from ai.texts import mean_of
from ai.vectors import unit_rows
from ai.vocabulary import Vocabulary

_NARROW = 7  # leaves


def directions_of(vocabulary: Vocabulary) -> np.ndarray:
    """Return (words, dimension) float32 unit rows: where the pictures of each word lie."""
    means = np.array([mean_of(vocabulary, [word]) for word in vocabulary.words])
    return unit_rows(means.reshape(-1, vocabulary.dimension), vocabulary.dimension)


def alike(vocabulary: Vocabulary, vectors: np.ndarray) -> np.ndarray:
    """Return (n, n): how probably each two of the pictures with these unit rows (n, dimension) show the same.

    Two dogs do, also of different breeds; two animals do not.
    """
    narrow = [at for at, word in enumerate(vocabulary.words) if len(word.leaves) <= _NARROW]
    shown = vocabulary.probabilities(vectors)[:, narrow].astype(np.float32)
    return np.minimum(shown @ shown.T, 1.0)
