"""Where relevance ends: how near a photo must be to what is wanted to be shown as an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

import numpy as np

from search.ranking.background import Background
from search.ranking.meaning import Meaning
from search.ranking.twogroups import Edge


class Relevance(StrEnum):
    """Whether a result is an answer, or only what comes nearest to one."""

    STRONG = "strong"
    WEAK = "weak"

    def reaches(self, least: Relevance) -> bool:
        return self is Relevance.STRONG or least is Relevance.WEAK


class Kind(Enum):
    """What a direction was made of: cosines of two kinds must not be compared."""

    TEXT = auto()
    PHOTO = auto()
    SUM = auto()


@dataclass(frozen=True)
class Split:
    """The squared distance up to which photos are strong by meaning; below zero none is.

    `mean` and `deviation` are those of the cosines of photos that do not fit.
    """

    distance: float
    mean: float = 0.0
    deviation: float = 1.0

    def holds(self, distance: float) -> bool:
        return distance <= self.distance

    def scores(self, cosines: np.ndarray) -> np.ndarray:
        """Return the standard scores of cosines: how unusual each is, which can be compared between directions."""
        return (cosines.astype(np.float64) - self.mean) / self.deviation


NOTHING_STRONG = Split(-1.0)

_UNSEEN = Split(1.2)  # cosine 0.4, where there are no photos yet to learn from
_SAME = 0.06  # what is no further away is the same picture, whatever else there is: cosine 0.97
_FAR = 1.999  # cosine 0: what points elsewhere is never strong
_DIGITS = 3  # sums of floats may differ by less in another process


def split_of(vector: np.ndarray | None, kind: Kind, meaning: Meaning) -> Split:
    """Return where the relevance of photos to a direction ends, among all photos that lists show to the user.

    It depends on the direction and the library alone: not on filters, the mode, or how far a ranking is read.
    """
    if vector is None or meaning.background is None:
        return NOTHING_STRONG
    if not len(meaning.background.sample.ids):
        return _UNSEEN
    found = edge(vector, kind, meaning.background)
    distance = max(round(min(2 - 2 * found.cosine, _FAR), _DIGITS), NOTHING_STRONG.distance)
    return Split(distance, round(found.mean, _DIGITS), max(round(found.deviation, _DIGITS), 10**-_DIGITS))


def edge(vector: np.ndarray, kind: Kind, background: Background) -> Edge:
    """Return from which cosine to a direction on photos are strong."""
    cosines = background.sample.vectors @ vector
    if kind is Kind.TEXT and background.texts:
        return background.texts.edge(cosines)
    if kind is Kind.PHOTO:
        others = cosines[2 - 2 * cosines > _SAME]
        found = background.photos.edge(others)
        return replace(found, cosine=min(found.cosine, 1 - _SAME / 2))
    return background.photos.around(cosines).edge(cosines)
