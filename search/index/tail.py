from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from search.engines.base import FLOAT_ERROR, Candidates, all_reaching, best, unlike
from search.idlists import among

_LEAST_ROOM = 256


@dataclass(frozen=True, eq=False)
class Tail:
    """The vectors of photos that changed since the snapshot, in memory.

    A successor shares the arrays of its predecessor and writes behind its `length`, which no reader of the
    predecessor looks at; room is doubled when it runs out, so that n changes copy O(n) rows. Only the newest tail of
    a line may have a successor.
    """

    error: ClassVar[float] = FLOAT_ERROR

    ids: np.ndarray  # (room,) int64, in order of arrival
    matrix: np.ndarray  # (room, dimension) float32
    length: int
    alive: np.ndarray  # (length,) bool; False for rows a later one replaced

    @classmethod
    def empty(cls, dimension: int) -> Self:
        return cls(np.empty(0, np.int64), np.empty((0, dimension), np.float32), 0, np.empty(0, bool))

    @property
    def count(self) -> int:
        return int(self.alive.sum())

    @property
    def found_ids(self) -> np.ndarray:
        return self.ids[: self.length][self.alive]

    def replaced(self, changed: np.ndarray, ids: np.ndarray, vectors: np.ndarray) -> Tail:
        """Return a tail without the changed ids (ascending) but with these of them, shape (n,), and their vectors."""
        kept = self.alive & ~among(changed, self.ids[: self.length])
        if not len(ids):
            return Tail(self.ids, self.matrix, self.length, kept)
        length = self.length + len(ids)
        all_ids, matrix = self._with_room_for(length)
        all_ids[self.length : length] = ids
        matrix[self.length : length] = vectors
        return Tail(all_ids, matrix, length, np.concatenate([kept, np.ones(len(ids), bool)]))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        """Return the k nearest to a unit vector, among the allowed ids (ascending) where they are given."""
        ids = self.ids[: self.length]
        keep = self.alive if allowed is None else self.alive & among(allowed, ids)
        return best(ids, self.matrix[: self.length] @ vector, keep, k)

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        """Return every one whose score is at least this, in order of arrival."""
        ids = self.ids[: self.length]
        keep = self.alive if allowed is None else self.alive & among(allowed, ids)
        return all_reaching(ids, self.matrix[: self.length] @ vector, keep, score)

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return those of these ids (ascending) that are here, and for each whether its vector is not the one given."""
        rows = np.flatnonzero(self.alive & among(ids, self.ids[: self.length]))
        return unlike(self.ids[rows], self.matrix[rows], ids, vectors)

    def _with_room_for(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        if length <= len(self.ids):
            return self.ids, self.matrix
        room = max(length, 2 * len(self.ids), _LEAST_ROOM)
        ids = np.empty(room, np.int64)
        matrix = np.empty((room, self.matrix.shape[1]), np.float32)
        ids[: self.length] = self.ids[: self.length]
        matrix[: self.length] = self.matrix[: self.length]
        return ids, matrix
