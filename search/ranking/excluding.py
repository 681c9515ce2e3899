"""Which photos show what is excluded, told by the cosines to it and to what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search.index.distances import distances
from search.index.live import live_index
from search.index.spaces import Space
from search.ranking.meaning import Meaning
from search.ranking.nearest import vectors_of
from search.ranking.relevance import Kind, Split, split_of

_AT_ONCE = 4096
_EVERY_COSINE = 2.0  # no less than its opposite, with room for errors


@dataclass(frozen=True, eq=False)
class Direction:
    """What photos can be like: a unit vector, and where the relevance of photos to it ends."""

    vector: np.ndarray
    kind: Kind
    meaning: Meaning

    @cached_property
    def split(self) -> Split:
        return split_of(self.vector, self.kind, self.meaning)


def rather(ids: np.ndarray, this: Direction, that: Direction, space: Space) -> np.ndarray:
    """Return which of these ids (ascending) are an answer to this direction, and a better one than to that: ascending.

    How good an answer is, its standard score tells: cosines to two directions cannot be compared, for a broad word lies
    further from everything. Few photos are measured one and all; of many only those about which the index is not sure.
    """
    if this.split.distance < 0:
        return np.empty(0, np.int64)
    if len(ids) <= _AT_ONCE:
        return _measured(ids, this, that, space)
    state, least = live_index(space).current(), 1 - this.split.distance / 2
    every = state.reaching(this.vector, -_EVERY_COSINE, ids)
    reached = every.scores >= least - state.error
    near, to_this = every.ids[reached], every.scores[reached]
    to_that = state.reaching(that.vector, -_EVERY_COSINE, near).scores
    lead = this.split.scores(to_this) - that.split.scores(to_that)
    unsure = np.abs(lead) <= state.error * (1 / this.split.deviation + 1 / that.split.deviation)
    unsure |= to_this <= least + state.error
    doubtful = np.union1d(near[unsure], np.setdiff1d(ids, every.ids, assume_unique=True))
    return np.union1d(near[(lead > 0) & ~unsure], _measured(doubtful, this, that, space))


def _measured(ids: np.ndarray, this: Direction, that: Direction, space: Space) -> np.ndarray:
    found = [np.empty(0, np.int64)]
    for start in range(0, len(ids), _AT_ONCE):
        some, vectors = vectors_of(ids[start : start + _AT_ONCE], space)
        if len(some):
            to_this, to_that = (distances(one.vector, vectors) for one in (this, that))
            better = this.split.scores(1 - to_this / 2) > that.split.scores(1 - to_that / 2)
            found.append(some[(to_this <= this.split.distance) & better])
    return np.concatenate(found)
