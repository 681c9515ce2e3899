"""The photos that a direction fits and all others, told apart by nothing but their cosines to it.

The two-groups model of B. Efron, Large-Scale Simultaneous Hypothesis Testing: The Choice of a Null Hypothesis, JASA 99
(2004): cosines are a mixture of those of photos it does not fit, about normal with a mean and a deviation of their own
for each direction (the empirical null), and of those it fits. How the two differ, in deviations from that mean, is
learned from directions of which it is known which photos they fit; how many photos the one at hand fits, and where its
null lies, are found by expectation maximisation. The edge is where fitting becomes likelier than not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

# Standard scores, from far below the mean to where nothing is by chance.
_STEP = 0.1
_SCORES = np.arange(-60, 201) * _STEP
_BLUR = np.exp(-0.5 * (np.arange(-10, 11) * _STEP / 0.25) ** 2)

# What is expected before anything is seen, and as how much evidence that counts: of photos that fit, a score of 4.5
# give or take 1.5; of the others, Student's distribution with 6 degrees of freedom, whose tails are those of cosines.
_FITTING = np.exp(-0.5 * ((_SCORES - 4.5) / 1.5) ** 2)
_NOT_FITTING = (1 + _SCORES**2 / 6) ** -3.5
_EXPECTED = 20.0

# As how many photos the mean and the deviation of all directions count for those of one, and the share for its share.
_TRUST = 25.0
_TRUST_IN_SHARE = 4.0
_FEW = 3.0
_HANDFUL = 10.0
_USUAL = 2.5

_DECILE = 1.2816  # deviations that the lowest tenth of a normal distribution is below its mean
_SPREAD = 3.0  # deviations between directions that one may be away from what is usual
_MOST_FITTING = 0.1  # a photo is to speak for itself, also where most others fit
_OVERLOOKED = 2.0  # photos that fit and of which none may be in a sample
_ROUNDS = 25
_SETTLED = 0.005
_FINE = 16  # steps of a deviation that cosines are counted in


@dataclass(frozen=True, eq=False)
class Groups:
    """What is known of the cosines of photos to directions of one kind."""

    mean: float  # of the cosines of photos that do not fit
    deviation: float
    means: tuple[float, float]  # between which those of single directions lie
    deviations: tuple[float, float]
    null: np.ndarray  # how the standard scores of photos that do not fit are spread, (scores,), sum 1
    ratio: np.ndarray  # how many times likelier a score is of a photo that fits, (scores,), rising
    share: float  # of photos that a direction fits

    def around(self, cosines: np.ndarray) -> Groups:
        """Return the same for a direction of no such kind, whose own cosines must tell where its null lies."""
        low, middle = map(float, np.quantile(cosines, [0.1, 0.5]))
        trust = len(cosines) / (len(cosines) + _TRUST)
        deviation = trust * (middle - low) / _DECILE + (1 - trust) * self.deviation
        bounds = min(deviation, self.deviations[0]), max(deviation, self.deviations[1])
        return replace(self, mean=middle, deviation=deviation, means=(low, middle), deviations=bounds)

    def edge(self, cosines: np.ndarray) -> Edge:
        """Return from where on photos are likelier to fit than not; `cosines` are those of a sample."""
        values, counts = np.unique(np.round((cosines - self.mean) / self.deviation * _FINE), return_counts=True)
        tried = [
            self._fitted(*start, self.mean + values / _FINE * self.deviation, counts) for start in self._starts(cosines)
        ]
        best = max(tried, key=lambda fit: fit.likelihood)
        overlooked = min(self.share, _OVERLOOKED / max(len(cosines), 1))
        share = min(max(best.share, overlooked), _MOST_FITTING)
        enough = np.flatnonzero(self.ratio >= (1 - share) / share)
        score = _SCORES[enough[0]] - _STEP / 2 if len(enough) else np.inf
        return Edge(float(best.mean + score * best.deviation), best.mean, best.deviation)

    def _starts(self, cosines: np.ndarray) -> Iterator[tuple[float, float]]:
        """Yield shares and means to begin with: for what is on few photos, and for what is on most of them."""
        yield self.share, self.mean
        if len(cosines):
            lowest = float(np.quantile(cosines, 0.1)) + _DECILE * self.deviation
            yield 0.5, min(self.mean, max(self.means[0], lowest))

    def _fitted(self, share: float, mean: float, cosines: np.ndarray, counts: np.ndarray) -> _Fit:
        deviation, photos, before = self.deviation, counts.sum(), np.inf
        for _ in range(_ROUNDS):
            if abs(share - before) < _SETTLED * share:
                break
            before = share
            odds = share * self.ratio[_places((cosines - mean) / deviation)]
            fits = odds / (odds + 1 - share)
            share = float((fits @ counts + _TRUST_IN_SHARE * self.share) / (photos + _TRUST_IN_SHARE))
            others = (1 - fits) * counts
            mean, deviation = self._null_of(cosines, others)
        places = _places((cosines - mean) / deviation)
        likely = np.log(self.null[places] / deviation) + np.log1p(share * (self.ratio[places] - 1))
        return _Fit(mean, deviation, share, float(likely @ counts))

    def _null_of(self, cosines: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
        evidence = float(weights.sum())
        trust = evidence / (evidence + _TRUST)
        own = float(weights @ cosines) / max(evidence, 1e-9)
        mean = _between(trust * own + (1 - trust) * self.mean, self.means)
        lower = weights * (cosines < mean)
        evidence = float(lower.sum())
        trust = evidence / (evidence + _TRUST / 2)
        variance = float(lower @ (cosines - mean) ** 2) / max(evidence, 1e-9)
        deviation = math.sqrt(trust * variance + (1 - trust) * self.deviation**2)
        return mean, _between(deviation, self.deviations)


def _between(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


@dataclass(frozen=True)
class Edge:
    """The cosine to a direction from which on photos fit it, with the mean and deviation of those that do not."""

    cosine: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class _Fit:
    mean: float
    deviation: float
    share: float
    likelihood: float


def groups_of(cosines: np.ndarray, fits: np.ndarray, finest: float, expected: float = 0.0) -> Groups:
    """Learn from (photos, directions) cosines and how probably each pair fits, NaN for pairs that do not count.

    Cosines that differ by less than `finest` are the same to whoever made the vectors; a few times that is the
    deviation of a handful of photos taken for. `expected` is what the mean is where there are next to no pairs.
    """
    counted = np.isfinite(fits)
    fitting = np.where(counted, fits, 0.0)
    others = np.where(counted, 1.0 - fitting, 0.0)
    evidence = others.sum(axis=0)
    sums = (others * cosines).sum(axis=0)
    mean = float(sums.sum() + _FEW * expected) / float(evidence.sum() + _FEW)
    means = (sums + _TRUST * mean) / (evidence + _TRUST)
    lower = others * (cosines < means)
    evidence, squares = lower.sum(axis=0), (lower * (cosines - means) ** 2).sum(axis=0)
    trust = len(cosines) / (len(cosines) + _HANDFUL)
    variance = trust * float(squares.sum()) / float(evidence.sum() + _FEW) + (1 - trust) * (_USUAL * finest) ** 2
    deviation = max(finest, math.sqrt(variance))
    deviations = np.sqrt((squares + _TRUST / 2 * deviation**2) / (evidence + _TRUST / 2))
    between = _SPREAD * max(deviation / 10, float(means.std()))
    times = np.exp(_SPREAD * max(0.05, float(np.log(np.maximum(deviations, finest) / deviation).std())))
    means = np.clip(means, mean - between, mean + between)
    deviations = np.clip(deviations, deviation / times, deviation * times)
    null, ratio, share = _spread((cosines - means) / deviations, fitting, others)
    return Groups(
        mean, deviation, (mean - between, mean + between), (deviation / times, deviation * times), null, ratio, share
    )


def _spread(scores: np.ndarray, fitting: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return how the scores of what does not fit are spread, the ratio to it of what fits, and the share of that."""
    places = _places(scores).ravel()
    fit, not_fit = (np.bincount(places, weights.ravel(), len(_SCORES)) for weights in (fitting, others))
    share = (fit.sum() + 0.02) / (fit.sum() + not_fit.sum() + 2)
    fit = _blurred(fit) + _EXPECTED * _FITTING / _FITTING.sum()
    not_fit = _blurred(not_fit) + _EXPECTED * _NOT_FITTING / _NOT_FITTING.sum()
    null = not_fit / not_fit.sum()
    return null, _rising(fit / fit.sum() / null, fit + not_fit), min(float(share), 0.5)


def _places(scores: np.ndarray) -> np.ndarray:
    places: np.ndarray = np.clip(np.rint((scores - _SCORES[0]) / _STEP), 0, len(_SCORES) - 1).astype(np.intp)
    return places


def _blurred(histogram: np.ndarray) -> np.ndarray:
    return np.convolve(histogram, _BLUR / _BLUR.sum(), "same")


def _rising(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the nearest values that never fall, by weighted squares: pool adjacent violators (Ayer et al., 1955)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (later, heavy, many), (earlier, light, few) = pools.pop(), pools.pop()
            pools.append(((later * heavy + earlier * light) / (heavy + light), heavy + light, many + few))
    return np.repeat([value for value, _, _ in pools], [length for _, _, length in pools])
