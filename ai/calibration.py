"""Whether probabilities mean what they say, and what makes them do so.

The temperature is the one under which the truth is likeliest (Guo et al., On Calibration of Modern Neural Networks,
2017); then each word's logit is scaled and shifted (Platt, 1999), the less the fewer pictures there are to go by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ai.vocabulary import Correction, Vocabulary, logit, sigmoid

UNKNOWN = -1

# Temperatures are tried from a sixth to six times the present one.
_TEMPERATURES = 2.0 ** (np.arange(-13, 14) / 5)
# What is expected of a word before anything is seen: a slope of 1 and an offset of 0, with these deviations.
_SLOPE_DEVIATION, _OFFSET_DEVIATION = 0.5, 1.5
_LEAST_SLOPE = 0.2
_STEPS = 30
_FOLDS = 5
_BINS = 15


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of pictures: their unit rows (n, d), and for some words (n, words) int8 of 1, 0 or UNKNOWN."""

    vectors: np.ndarray
    words: tuple[str, ...]
    labels: np.ndarray

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the labels that are known."""
        rows, columns = np.nonzero(self.labels != UNKNOWN)
        return rows, columns


@dataclass(frozen=True)
class Figures:
    """How good tags are: the expected calibration error, and precision and recall at the thresholds (NaN: of none)."""

    error: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Measured:
    """What was found; `after` is of pictures that were left out when the rest was measured, in turns."""

    temperature: float
    corrections: Mapping[str, Correction]
    before: Figures
    after: Figures


def measure(vocabulary: Vocabulary, truth: Truth) -> Measured:
    """Return the temperature and the corrections that make the probabilities of the words in `truth` true.

    `before` is of the vocabulary as it is, with the corrections it has. Raise ValueError where nothing is known, or
    always the same.
    """
    rows, columns = truth.pairs
    labels = truth.labels[rows, columns].astype(np.float64)
    if not 0 < labels.sum() < len(labels):
        raise ValueError("To measure, pictures are needed that show a word, and others that do not.")
    known = _only(vocabulary, truth.words)
    plain = replace(known, words=tuple(replace(word, correction=None) for word in known.words))
    temperatures = vocabulary.temperature * _TEMPERATURES
    tried = np.stack([_logits(plain, temperature, truth.vectors)[rows, columns] for temperature in temperatures])
    fitted = [_fit(tried, labels, columns, np.flatnonzero(rows % _FOLDS != fold)) for fold in range(_FOLDS)]
    held_out = np.array([fitted[row % _FOLDS].logit(tried, at, columns[at]) for at, row in enumerate(rows)])
    final = _fit(tried, labels, columns, np.arange(len(labels)))
    thresholds = np.array([np.inf if word.threshold is None else word.threshold for word in known.words])[columns]
    before = known.probabilities(truth.vectors)[rows, columns]
    return Measured(
        float(temperatures[final.at]),
        {truth.words[column]: correction for column, correction in final.corrections.items()},
        figures(before, labels, thresholds),
        figures(sigmoid(held_out), labels, thresholds),
    )


def figures(probabilities: np.ndarray, labels: np.ndarray, thresholds: np.ndarray) -> Figures:
    """Return the figures of (n,) probabilities against the truth; the error is over bins of equal width."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    said, true = (np.bincount(bins, values, _BINS) for values in (probabilities, labels))
    error = float(np.abs(said - true).sum() / len(labels))
    tagged = probabilities >= thresholds
    right = float(labels[tagged].sum())
    precision = right / tagged.sum() if tagged.any() else np.nan
    possible = labels[np.isfinite(thresholds)].sum()
    return Figures(error, float(precision), right / possible if possible else np.nan)


@dataclass(frozen=True)
class _Fit:
    """Which of the temperatures that were tried, and the correction of each column."""

    at: int
    corrections: dict[int, Correction]

    def logit(self, tried: np.ndarray, pair: int, column: int) -> float:
        correction = self.corrections.get(column, Correction())
        return float(correction.slope * tried[self.at, pair] + correction.offset)


def _fit(tried: np.ndarray, labels: np.ndarray, columns: np.ndarray, pairs: np.ndarray) -> _Fit:
    at = int(np.argmin([_loss(logits[pairs], labels[pairs]) for logits in tried]))
    by_column = {int(column): pairs[columns[pairs] == column] for column in np.unique(columns[pairs])}
    return _Fit(at, {column: _platt(tried[at, own], labels[own]) for column, own in by_column.items()})


def _loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the negative log likelihood."""
    return float(np.logaddexp(0, np.where(labels > 0, -logits, logits)).sum())


def _platt(logits: np.ndarray, labels: np.ndarray) -> Correction:
    """Return the likeliest correction, expected to be none, by Newton's method: the loss is convex."""
    features = np.stack([logits, np.ones_like(logits)], axis=1)
    trust = np.diag([_SLOPE_DEVIATION**-2, _OFFSET_DEVIATION**-2])
    expected = np.array([1.0, 0.0])
    found = expected.copy()
    for _ in range(_STEPS):
        probabilities = sigmoid(features @ found)
        gradient = features.T @ (probabilities - labels) + trust @ (found - expected)
        curvature = (features * (probabilities * (1 - probabilities))[:, None]).T @ features + trust
        # Half steps: far from the solution a whole one can overshoot.
        step = np.linalg.solve(curvature, gradient)
        found -= step if np.abs(step).max() < 1 else step / np.abs(step).max()
    return Correction(max(_LEAST_SLOPE, float(found[0])), float(found[1]))


def _only(vocabulary: Vocabulary, words: Sequence[str]) -> Vocabulary:
    """Return the vocabulary with these words alone, over all its leaves."""
    by_name = {word.word: word for word in vocabulary.words}
    return replace(vocabulary, words=tuple(by_name[name] for name in words))


def _logits(vocabulary: Vocabulary, temperature: float, vectors: np.ndarray) -> np.ndarray:
    return logit(replace(vocabulary, temperature=temperature).probabilities(vectors))
