"""Sets of ids, kept small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from search.idlists import among

_BITS = 8
_SMALL = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class IdSet:
    """Some ids: as numbers, or as one bit for every id up to the largest, whatever takes less room."""

    packed: np.ndarray
    is_bits: bool

    @classmethod
    def of(cls, ids: np.ndarray) -> Self:
        """Keep these ids: int64, ascending, none of them below zero."""
        largest = int(ids[-1]) if len(ids) else 0
        numbers = ids.astype(np.int32) if largest <= _SMALL else ids
        if largest // _BITS >= numbers.nbytes:
            return cls(numbers, is_bits=False)
        there = np.zeros(largest + 1, bool)
        there[ids] = True
        return cls(np.packbits(there), is_bits=True)

    @property
    def nbytes(self) -> int:
        return int(self.packed.nbytes)

    def ids(self) -> np.ndarray:
        """Return them as they came."""
        return np.flatnonzero(np.unpackbits(self.packed)) if self.is_bits else self.packed.astype(np.int64)


def mended(ids: np.ndarray, changed: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Return the ids with those `changed` taken out and those of them that belong there `now` put in; all ascending."""
    left = np.delete(ids, np.searchsorted(ids, changed[among(ids, changed)]))
    return np.insert(left, np.searchsorted(left, now), now)
