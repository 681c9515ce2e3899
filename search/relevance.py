"""Where relevance ends: how near a photo must be to what is wanted to be shown as an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from accounts.models import User
from search.spaces import Space

_CLOSE = 1.2  # squared distance of unit vectors: cosine 0.4


class Relevance(StrEnum):
    """Whether a result is an answer, or only what comes nearest to one."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True)
class Split:
    """The squared distance up to which photos are strong by meaning; below zero none is."""

    distance: float

    def holds(self, distance: float) -> bool:
        return distance <= self.distance


NOTHING_STRONG = Split(-1.0)


def split_of(vector: np.ndarray | None, space: Space | None, user: User) -> Split:  # noqa: ARG001
    """Return where the relevance of photos to a direction ends, among all photos the user sees.

    It depends on the vector and the library alone: not on filters, the mode, or how far a ranking is read.
    """
    return NOTHING_STRONG if vector is None or space is None else Split(_CLOSE)
