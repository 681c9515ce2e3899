from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ai.vectors import unit_rows

MAX_TAGS = 12

# Beyond this a probability is as good as certain, and its logit still finite.
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Probe:
    """A word learned from examples: a unit vector shows it with probability sigmoid(weights . vector + bias).

    `weights` is (dimension,) float32 and not zero.
    """

    weights: np.ndarray
    bias: float

    @property
    def direction(self) -> np.ndarray:
        """What the word means in a text search: a (dimension,) float32 unit vector."""
        return unit_rows(self.weights[None], len(self.weights))[0]


@dataclass(frozen=True)
class Alias:
    """A name that only this library gives a word, or its name in another language ("de")."""

    name: str
    language: str = ""


@dataclass(frozen=True)
class Correction:
    """What measuring has shown of a word's probabilities: their logits are to be scaled and shifted so."""

    slope: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Word:
    """One thing that can be said of a picture; `threshold` is None where it serves search and is never a tag.

    A word with a `probe` has no leaves and takes no share from the others.
    """

    word: str
    leaves: tuple[int, ...]
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    threshold: float | None = None
    probe: Probe | None = None
    aliases: tuple[Alias, ...] = ()
    correction: Correction | None = None


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

        Of a word with a probe it is what the probe says; what measuring has shown corrects it. `vectors` is
        (n, dimension); raise BadVector for anything else.
        """
        rows = unit_rows(vectors, self.dimension).astype(np.float64)
        # By word and then by vector: so the shares of a leaf lie side by side.
        probabilities = np.empty((len(self.words), len(rows)))
        shares = self._shares(rows)
        probabilities[self._narrow] = shares[[self.words[at].leaves[0] for at in self._narrow]]
        probabilities[self._broad] = np.minimum(self._membership @ shares, 1.0)
        probabilities[self._probed] = sigmoid(self._weights @ rows.T + self._biases)
        if self._corrected:
            logits = logit(probabilities[self._corrected])
            probabilities[self._corrected] = sigmoid(self._slopes * logits + self._offsets)
        return probabilities.T

    def tag(self, vectors: np.ndarray) -> list[list[TagScore]]:
        """Return for each row of `vectors` the words that reach their threshold, surest first, at most MAX_TAGS.

        Such a word brings along the tags above it: what shows a dog shows an animal, at least as surely.
        """
        probabilities = self.probabilities(vectors)
        reached = np.ascontiguousarray(probabilities >= self._thresholds)
        found: list[list[int]] = [[] for _ in probabilities]
        for row, at in np.argwhere(reached).tolist():
            found[row].append(at)
        return [self._surest(row, places) for row, places in zip(probabilities, found, strict=True)]

    @cached_property
    def learned(self) -> frozenset[str]:
        """The words a person taught by examples."""
        return frozenset(word.word for word in self.words if word.probe is not None)

    @cached_property
    def common(self) -> frozenset[str]:
        """All other words: what anybody would call what is in a picture."""
        return frozenset(word.word for word in self.words if word.probe is None)

    @cached_property
    def broader(self) -> Mapping[str, frozenset[str]]:
        """For each word, the words it implies: its parents, and every top word that covers its leaves and more."""
        covers = {top.word: frozenset(top.leaves) for top in self.words if not top.parents}
        return {
            word.word: frozenset(word.parents) | {top for top in covers if self._covers(covers[top], word)}
            for word in self.words
        }

    @staticmethod
    def _covers(leaves: frozenset[int], word: Word) -> bool:
        return bool(word.leaves) and leaves > frozenset(word.leaves)

    def _shares(self, rows: np.ndarray) -> np.ndarray:
        """Return (leaves, n) float64: the softmax over the leaves."""
        logits = self._exact_leaves @ rows.T
        logits *= self.temperature
        # The largest exponent becomes zero, so that no temperature can overflow.
        logits -= logits.max(axis=0, keepdims=True, initial=-np.inf)
        shares = np.exp(logits, out=logits)
        shares /= shares.sum(axis=0, keepdims=True)
        return shares

    def _surest(self, probabilities: np.ndarray, reached: Sequence[int]) -> list[TagScore]:
        scores = {at: float(probabilities[at]) for at in reached}
        for at in reached:
            for above in self._above[at]:
                scores[above] = max(scores.get(above, float(probabilities[above])), float(probabilities[at]))
        # By place where they are equally probable: the order of the vocabulary.
        order = sorted(scores, key=lambda at: (-scores[at], at))
        return [TagScore(self.words[at].word, scores[at]) for at in order[:MAX_TAGS]]

    @cached_property
    def _exact_leaves(self) -> np.ndarray:
        return self.leaves.astype(np.float64)

    @cached_property
    def _narrow(self) -> list[int]:
        return [at for at, word in enumerate(self.words) if word.probe is None and len(word.leaves) == 1]

    @cached_property
    def _broad(self) -> list[int]:
        return [at for at, word in enumerate(self.words) if word.probe is None and len(word.leaves) != 1]

    @cached_property
    def _membership(self) -> np.ndarray:
        """(broad words, leaves): 1 where the leaf belongs to the word, so that one product sums every word's leaves."""
        membership = np.zeros((len(self._broad), len(self.leaves)))
        for row, at in enumerate(self._broad):
            membership[row, list(self.words[at].leaves)] = 1.0
        return membership

    @cached_property
    def _probed(self) -> list[int]:
        return [at for at, word in enumerate(self.words) if word.probe is not None]

    @cached_property
    def _weights(self) -> np.ndarray:
        """(probed words, dimension)"""
        weights = [word.probe.weights for word in self.words if word.probe is not None]
        return np.array(weights, dtype=np.float64).reshape(-1, self.dimension)

    @cached_property
    def _biases(self) -> np.ndarray:
        return np.array([[word.probe.bias] for word in self.words if word.probe is not None]).reshape(-1, 1)

    @cached_property
    def _corrected(self) -> list[int]:
        return [at for at, word in enumerate(self.words) if word.correction is not None]

    @cached_property
    def _slopes(self) -> np.ndarray:
        return np.array([[word.correction.slope] for word in self.words if word.correction is not None])

    @cached_property
    def _offsets(self) -> np.ndarray:
        return np.array([[word.correction.offset] for word in self.words if word.correction is not None])

    @cached_property
    def _thresholds(self) -> np.ndarray:
        return np.array([np.inf if word.threshold is None else word.threshold for word in self.words])

    @cached_property
    def _above(self) -> list[list[int]]:
        """For each word the places of the tags above it, however the parents may go round in circles."""
        places = {word.word: at for at, word in enumerate(self.words)}
        return [
            [place for name in _ancestors(word, self.words, places) if self.words[place := places[name]].threshold]
            for word in self.words
        ]


def _ancestors(word: Word, words: tuple[Word, ...], places: Mapping[str, int]) -> Iterator[str]:
    """Yield each known word above this one once, and never the word itself."""
    seen, waiting = {word.word}, list(word.parents)
    while waiting:
        name = waiting.pop()
        if name not in seen and name in places:
            seen.add(name)
            waiting.extend(words[places[name]].parents)
            yield name


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of `logits`, which may be of any size."""
    return 1 / (1 + np.exp(-np.clip(logits, np.log(_LEAST), -np.log(_LEAST))))


def logit(probabilities: np.ndarray) -> np.ndarray:
    """Return finite logits, also of what is certain."""
    bounded = np.clip(probabilities, _LEAST, 1 - _LEAST)
    return np.log(bounded) - np.log1p(-bounded)
