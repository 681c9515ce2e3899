"""How many of the right answers searches give, measured on photos of the library itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photos.embeddings import vectors_of
from search.engines import Told, untold
from search.index.live import live_index
from search.index.rebuild import rows_of
from search.index.spaces import Space
from search.ranking.nearest import nearest
from search.ranking.scope import Scope

_SEED = 2026
_QUERIES = 200
_DEPTH = 10

# Cosines of float32 that differ by less are equal.
_EQUAL = 1e-6


@dataclass(frozen=True)
class Recall:
    """The share of the nearest `depth` that searches found, the mean over so many queries; 1 where there are none."""

    share: float
    queries: int
    depth: int = _DEPTH

    def __str__(self) -> str:
        return f"recall@{self.depth} {self.share:.4f} over {self.queries} photos as queries"


def recall_of(space: Space, told: Told = untold) -> Recall:
    """Compare searches for the photos most like some, always the same ones of a library, with every row there is."""
    ids, vectors = _queries(space)
    least = _highest_cosines(space, ids, vectors, told)
    everything = Scope.of_everybody()
    shares = []
    for photo_id, vector, cosines in zip(ids.tolist(), vectors, least, strict=True):
        right = cosines[np.isfinite(cosines)]
        if not len(right):
            continue
        near = nearest(vector, space, everything, _DEPTH, {photo_id})
        found = sum(1 - hit.distance / 2 >= right.min() - _EQUAL for hit in near)
        shares.append(min(1.0, found / len(right)))
    return Recall(float(np.mean(shares)) if shares else 1.0, len(shares))


def _queries(space: Space) -> tuple[np.ndarray, np.ndarray]:
    found = np.sort(live_index(space).current().found_ids)
    chosen = np.random.default_rng(_SEED).choice(found, min(_QUERIES, len(found)), replace=False)
    return vectors_of(space.model, chosen.tolist())


def _highest_cosines(space: Space, ids: np.ndarray, vectors: np.ndarray, told: Told) -> np.ndarray:
    """Return the highest cosines of each query to other photos, shape (n, depth); -inf where there are fewer."""
    highest = np.full((len(ids), _DEPTH), -np.inf, np.float32)
    if not len(ids):
        return highest
    for chunk_ids, chunk in rows_of(space, told).chunks("comparing"):
        cosines = vectors @ chunk.T
        cosines[ids[:, np.newaxis] == chunk_ids] = -np.inf
        both = np.concatenate([highest, cosines], axis=1)
        highest = -np.partition(-both, _DEPTH - 1, axis=1)[:, :_DEPTH]
    return highest
