"""The way from a text into the space of the pictures, by the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.names import NameBook
from ai.vectors import BadVector, unit_rows
from ai.vocabulary import Vocabulary, Word

Embed = Callable[[Sequence[str]], Iterable[np.ndarray]]


class Lexicon:
    """For an encoder that understands nothing but the words of its vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Raise BadVector where the leaves of a word cancel out and leave it without a direction."""
        self._names = NameBook(vocabulary.words)
        meanings = list(self._names.meanings())
        means = np.array([mean_of(vocabulary, words) for words in meanings]).reshape(-1, vocabulary.dimension)
        self._vectors = dict(zip(meanings, unit_rows(means, vocabulary.dimension), strict=True))

    def vector(self, text: str) -> np.ndarray | None:
        """Return the (dimension,) float32 unit vector of `text`, or None where we know nothing of it.

        The unit vectors of the words found are added and the sum is normalised.
        """
        found = [self._vectors[named.words] for named in self._names.read(text) if named.words]
        return _sum(found) if found else None


@dataclass(frozen=True, eq=False)
class _Reading:
    """A text for an encoder that takes any: what it is given to read, and directions that are added."""

    texts: tuple[str, ...]
    directions: tuple[np.ndarray, ...] = ()


class Glossary:
    """For an encoder that understands any text, but not what this library calls things, nor every language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = NameBook(vocabulary.words)

    def vectors(self, texts: Sequence[str], embed: Embed) -> list[np.ndarray | None]:
        """Return for each text its (dimension,) float32 unit vector.

        A text with names that the encoder need not know is read twice, as it stands and with the English words for
        them; learned words count by their directions.
        """
        readings = [self._reading(text) for text in texts]
        embedded = iter(embed([text for reading in readings for text in reading.texts]))
        return [_sum([*(next(embedded) for _ in reading.texts), *reading.directions]) for reading in readings]

    def _reading(self, text: str) -> _Reading:
        said = list(self._names.read(text))
        learned = [word.probe.direction for named in said for word in named.words if word.probe is not None]
        if not learned and not any(named.alias for named in said):
            return _Reading((text,))
        english = " ".join(word for named in said for word in _in_english(named.words, named.alias, named.tokens))
        as_it_stands = () if learned else (text,)
        return _Reading((*as_it_stands, *filter(None, [english])), tuple(learned))


def _in_english(words: Sequence[Word], alias: bool, tokens: Sequence[str]) -> Sequence[str]:
    if any(word.probe is not None for word in words):
        return ()
    return [word.word for word in words] if alias else tokens


def _sum(vectors: Sequence[np.ndarray]) -> np.ndarray | None:
    if len(vectors) == 1:
        return vectors[0]
    try:
        return unit_rows(np.sum(vectors, axis=0, keepdims=True), len(vectors[0]))[0]
    except BadVector:  # words that say the exact opposite of each other say nothing together
        return None


def mean_of(vocabulary: Vocabulary, words: Sequence[Word]) -> np.ndarray:
    """Return the mean of the words' leaves, each once, and of the directions of those that are learned."""
    leaves = sorted({leaf for word in words for leaf in word.leaves})
    learned = [word.probe.direction for word in words if word.probe is not None]
    return np.array([*vocabulary.leaves[leaves], *learned]).mean(axis=0)
