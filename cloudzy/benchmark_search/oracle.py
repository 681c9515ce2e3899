"""The right answers, by comparing every vector of the library with every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accounts.local import local_owner
from cloudzy.benchmark_search.words import Asked
from photos.embeddings import all_vectors
from photos.models import Photo

NEAREST = 10
# Photos as near as the last of the first ten, up to the rounding of float32, are as right as it.
_TIE = 1e-6


@dataclass(frozen=True, eq=False)
class Truth:
    """For each query the cosine that belongs to the first ten, and the ids of those that reach it."""

    ids: list[set[int]]

    def recall(self, answers: Sequence[Sequence[int]]) -> float:
        """Return which part of the first ten was found, as the mean over the queries that have an answer."""
        shares = [
            len(right & set(found)) / min(NEAREST, len(right))
            for right, found in zip(self.ids, answers, strict=True)
            if right
        ]
        return sum(min(share, 1.0) for share in shares) / len(shares) if shares else 1.0


def truth(queries: Sequence[Asked], model: str, iso: int | None) -> Truth:
    """Return the nearest of the local owner's photos, of all or of those with this sensitivity."""
    photos = Photo.objects.visible_to(local_owner()).listed()
    if iso is not None:
        photos = photos.filter(iso=iso)
    allowed = np.fromiter(photos.order_by("pk").values_list("pk", flat=True).iterator(), dtype=np.int64)
    wanted = np.stack([query.vector for query in queries])
    ids, scores = np.empty((len(wanted), 0), np.int64), np.empty((len(wanted), 0), np.float32)
    for chunk_ids, vectors in all_vectors(model):
        keep = np.isin(chunk_ids, allowed, assume_unique=True)
        ids = np.hstack([ids, np.broadcast_to(chunk_ids[keep], (len(wanted), int(keep.sum())))])
        scores = np.hstack([scores, wanted @ vectors[keep].T])
        ids, scores = _first(ids, scores, 4 * NEAREST)
    return Truth([_reaching(*pair) for pair in zip(ids, scores, strict=True)])


def _first(ids: np.ndarray, scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    if ids.shape[1] <= count:
        return ids, scores
    best = np.argpartition(-scores, count, axis=1)[:, :count]
    return np.take_along_axis(ids, best, axis=1), np.take_along_axis(scores, best, axis=1)


def _reaching(ids: np.ndarray, scores: np.ndarray) -> set[int]:
    if not len(ids):
        return set()
    last = np.sort(scores)[::-1][:NEAREST][-1]
    return set(ids[scores >= last - _TIE].tolist())
