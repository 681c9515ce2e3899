from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np

from photos.embeddings import all_vectors, count_vectors, vectors_of
from search.engines.base import FLOAT_ERROR, Candidates, all_reaching, best, unlike
from search.engines.rows import Chunk
from search.engines.selecting import NOBODY
from search.idlists import among


@dataclass(frozen=True, eq=False)
class StreamedRows:
    """All vectors of a model, read from the database for each search anew: seconds, but no memory.

    For libraries too large to be held by every process, until the snapshot is there. Where ids are given, only those
    are read.
    """

    kind: ClassVar[str] = "rows"
    error: ClassVar[float] = FLOAT_ERROR

    model: str
    passed_by: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))  # ascending

    @property
    def count(self) -> int:
        return count_vectors(self.model) - len(vectors_of(self.model, self.passed_by.tolist())[0])

    @property
    def found_ids(self) -> np.ndarray:
        ids = [np.empty(0, np.int64), *(ids for ids, _ in all_vectors(self.model))]
        return np.setdiff1d(np.concatenate(ids), self.passed_by)

    def without(self, ids: np.ndarray) -> Self:
        return replace(self, passed_by=np.union1d(self.passed_by, ids))

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        found = NOBODY
        for ids, vectors in self._read(allowed):
            both = np.concatenate([found.ids, ids]), np.concatenate([found.scores, vectors @ vector])
            found = best(*both, keep=~among(self.passed_by, both[0]), k=k)
        return found

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        parts = [NOBODY]
        for ids, vectors in self._read(allowed):
            parts.append(all_reaching(ids, vectors @ vector, ~among(self.passed_by, ids), score))
        return Candidates(np.concatenate([part.ids for part in parts]), np.concatenate([part.scores for part in parts]))

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        have, stored = vectors_of(self.model, np.setdiff1d(ids, self.passed_by).tolist())
        return unlike(have, stored.reshape(len(have), vectors.shape[1]), ids, vectors)

    def _read(self, allowed: np.ndarray | None) -> Iterable[Chunk]:
        if allowed is None:
            return all_vectors(self.model)
        found = vectors_of(self.model, allowed.tolist())
        return [found] if len(found[0]) else []
