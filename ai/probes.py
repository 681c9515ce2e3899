"""A word learned from examples: the line between some pictures that show it and others, in the encoder's own space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ai.logistic import Line, Problem, sigmoid
from ai.vocabulary import Probe

# A learned word is a tag from this probability on: rather right than wrong.
THRESHOLD = 0.5
# Fewer examples of either kind say nothing about pictures that come later.
LEAST_FOR_ESTIMATE = 3
FOLDS = 5

# How much the examples count against the wish for a flat line: ten times less does not quite believe ten of them, ten
# times more bends the line to one that was marked by mistake.
TRUST = 100.0
# How far the word's text alone sets pictures apart, where the others spread by one: it decides while examples are few.
PRIOR = 0.3
# How many other pictures count for each example when margins become probabilities: most pictures do not show the word.
OTHERS_FOR_EACH = 4.0
# Another picture with a larger margin than this share of the examples is not taken for a No there.
LIKELY = 0.25

_POSITIVE, _NEGATIVE, _OTHER = 0, 1, 2


class CannotLearn(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """Examples from which no word can be learned."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Unit rows: pictures that show the word (n, d), that do not (m, d), and any others (k, d), taken for weak Noes.

    `prior` (d,) is the direction of the word's text, where the encoder knows one.
    """

    positives: np.ndarray
    negatives: np.ndarray
    others: np.ndarray
    prior: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Fitted:
    """A probe, and how it would do as a tag on examples it has not seen; None while they are too few to tell.

    `precision` is None too where it would be sure of no example.
    """

    probe: Probe
    precision: float | None
    recall: float | None


def fit(examples: Examples) -> Fitted:
    """Learn a word; the same examples give the same probe. Raise CannotLearn where none shows it or all are alike.

    The line is the minimum of an L2-regularised, class-balanced logistic regression

        |w - w0|^2 / 2 + TRUST * sum_i c_i * log(1 + exp(-y_i * (w.x_i + b))),    x = (v - mean) / spread

    where the c_i of the positives add up to 1, and so do those of all others, half of it for the negatives; w0 is the
    prior's direction. Its margins become probabilities by Platt's sigmoid over the margins that cross-validation gives
    ("Probabilistic outputs for support vector machines", 1999).
    """
    if not len(examples.positives):
        raise CannotLearn("A word is learned from at least one picture that shows it.")
    sample = _Sample(examples)
    line = sample.line(np.ones(len(sample.kinds), dtype=bool), Line(sample.centre, 0.0))
    if not line.weights.any():
        raise CannotLearn("Nothing sets the pictures that show it apart from the others.")
    if min(len(examples.positives), len(examples.negatives)) < LEAST_FOR_ESTIMATE:
        return Fitted(sample.probe(line, _SAME), None, None)
    margins = np.empty(len(sample.kinds))
    for held_out in sample.folds():
        margins[held_out] = sample.line(~held_out, line).margins(sample.features[held_out])
    platt = sample.platt(margins)
    tagged = sigmoid(platt.margins(margins[:, None])) >= THRESHOLD
    right, wrong = (int(tagged[sample.kinds == kind].sum()) for kind in (_POSITIVE, _NEGATIVE))
    precision = right / (right + wrong) if right + wrong else None
    return Fitted(sample.probe(line, platt), precision, right / len(examples.positives))


# What leaves a margin as it is.
_SAME = Line(np.ones(1), 0.0)


class _Sample:
    """All pictures in one array: `features` (n, d) around the mean of the Noes with spread one, and their kinds."""

    def __init__(self, examples: Examples) -> None:
        parts = [examples.positives, examples.negatives, examples.others]
        if not len(examples.negatives) + len(examples.others):
            parts[_OTHER] = np.zeros_like(examples.positives[:1])  # the only other thing there is: no picture
        self.kinds = np.repeat([_POSITIVE, _NEGATIVE, _OTHER], [len(part) for part in parts])
        rows = np.concatenate([part for part in parts if len(part)]).astype(np.float64)
        self.mean = rows[self.kinds != _POSITIVE].mean(axis=0)
        self.spread = float(np.sqrt(np.mean(np.sum((rows - self.mean) ** 2, axis=1)))) or 1.0
        self.features = (rows - self.mean) / self.spread
        self.centre = self._centre(examples.prior)

    def line(self, rows: np.ndarray, start: Line) -> Line:
        """Fit the line to the rows of a mask (n,)."""
        noes = [kind for kind in (_NEGATIVE, _OTHER) if (rows & (self.kinds == kind)).any()]
        importance = np.zeros(len(rows))
        for kind, share in ((_POSITIVE, 1.0), *((kind, 1.0 / len(noes)) for kind in noes)):
            chosen = rows & (self.kinds == kind)
            importance[chosen] = TRUST * share / chosen.sum()
        targets = (self.kinds == _POSITIVE).astype(np.float64)
        return Problem(self.features[rows], targets[rows], importance[rows], self.centre).solve(start)

    def folds(self) -> Iterator[np.ndarray]:
        """Yield masks (n,) of what to hold out in turn, with its share of each kind."""
        counts = np.bincount(self.kinds, minlength=_OTHER + 1)
        folds = min(FOLDS, int(counts[_POSITIVE]), int(counts[_NEGATIVE]))
        turns = np.concatenate([np.arange(count) % folds for count in counts])
        return (turns == turn for turn in range(folds))

    def platt(self, margins: np.ndarray) -> Line:
        """Return the line from held-out margins (n,) to log odds, with Platt's cautious targets."""
        positive, other = self.kinds == _POSITIVE, self.kinds == _OTHER
        importance = np.ones(len(margins))
        # Of the others some show it, and nobody has said so: those that look as much like it as most examples do.
        importance[other & (margins >= np.quantile(margins[positive], LIKELY))] = 0.0
        importance[other] *= min(1.0, OTHERS_FOR_EACH * (~other).sum() / max(1, other.sum()))
        yes, no = positive.sum(), importance[~positive].sum()
        targets = np.where(positive, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))
        line = Problem(margins[:, None], targets, importance, np.zeros(1), ridge=1e-6).solve(_SAME)
        # Where held-out examples lie the wrong way round, they say nothing about how sure to be.
        return line if line.weights[0] > 0.0 else _SAME

    def probe(self, line: Line, platt: Line) -> Probe:
        """Return the sigmoid of the line's margin as a probe of vectors as they are stored."""
        slope = float(platt.weights[0])
        weights = slope * line.weights / self.spread
        bias = slope * line.bias + platt.bias - weights @ self.mean
        return Probe(weights.astype(np.float32), float(bias))

    def _centre(self, prior: np.ndarray | None) -> np.ndarray:
        """Return w0: along the prior, as long as gives the margins of the Noes their spread."""
        none = np.zeros(self.features.shape[1])
        if prior is None:
            return none
        spread = float((self.features[self.kinds != _POSITIVE] @ prior).std())
        return PRIOR / spread * prior.astype(np.float64) if spread > 0.0 else none
