"""Where relevance ends: how near a photo must be to what is wanted to be shown as an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

import numpy as np

from search.ranking.background import Background
from search.ranking.meaning import Meaning


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
    """The squared distance up to which photos are strong by meaning; below zero none is."""

    distance: float

    def holds(self, distance: float) -> bool:
        return distance <= self.distance


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
    distance = 2 - 2 * edge(vector, kind, meaning.background)
    return Split(max(round(min(distance, _FAR), _DIGITS), NOTHING_STRONG.distance))


def edge(vector: np.ndarray, kind: Kind, background: Background) -> float:
    """Return the cosine to a direction from which on photos are strong."""
    cosines = background.sample.vectors @ vector
    if kind is Kind.TEXT and background.texts:
        return background.texts.edge(cosines)
    if kind is Kind.PHOTO:
        others = cosines[2 - 2 * cosines > _SAME]
        return min(background.photos.edge(others), 1 - _SAME / 2)
    return background.photos.around(cosines).edge(cosines)
