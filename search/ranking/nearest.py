"""The index proposes, the database disposes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

import numpy as np

from photos.embeddings import any_vectors_of
from search.engines.base import Candidates
from search.index.distances import distances
from search.index.live import live_index
from search.index.spaces import Space
from search.once import each_once
from search.ranking.scope import Scope

_LEAST_PROPOSAL = 64
_MOST_SPARE = 200
_WIDER = 8
_AT_ONCE = 4096
_FEW = 64  # photos that are read as fast as the index is asked


@dataclass(frozen=True)
class Near:
    photo_id: int
    distance: float


def nearest(
    vector: np.ndarray, space: Space, scope: Scope, k: int, passing_by: Collection[int] = frozenset()
) -> list[Near]:
    """Return the k photos of the scope nearest to a unit vector, by distance and then id.

    `passing_by` are photos that must not be among them. Every process gives the same list: the index only chooses
    candidates, and each distance is computed anew from the stored vector. Archived photos, which no index holds, are
    measured one and all.
    """
    archived = scope.archived_ids()
    passed_by = np.fromiter(passing_by, dtype=np.int64)
    near = _first(measured(np.setdiff1d(archived, passed_by), vector, space), k)
    state = live_index(space).current()
    wanted, allowed = max(min(4 * k, k + _MOST_SPARE), _LEAST_PROPOSAL), scope.ids
    for attempt in count():
        proposed = state.search(vector, wanted, allowed)
        seen = proposed.ids if allowed is not None else scope.among(proposed.ids)
        worth = _worth_measuring(proposed, np.setdiff1d(seen, passed_by), k, state.error)
        found = _first(measured(worth, vector, space), k)
        if len(proposed) < wanted or _settled(found, k, float(proposed.scores[-1]) + state.error):
            break
        if allowed is None and attempt and len(seen) < len(proposed) // 2:
            allowed = scope.every_id()  # other photos take the places
        wanted *= _WIDER
    return _first([*near, *found], k)


def reaching(vector: np.ndarray, space: Space, allowed: np.ndarray | None, least_cosine: float) -> np.ndarray:
    """Return the ids, ascending, of all photos whose cosine with a unit vector is at least this, none left out.

    Among the `allowed` ids (ascending), or all in the index where they are None: what the database no longer allows is
    for the caller to take away. Only those the engine is not sure about are measured from their rows.
    """
    state = live_index(space).current()
    perhaps = state.reaching(vector, least_cosine - state.error, allowed)
    sure = perhaps.scores >= least_cosine + state.error
    near = measured(perhaps.ids[~sure], vector, space)
    close = [found.photo_id for found in near if found.distance <= 2 - 2 * least_cosine]
    return np.union1d(perhaps.ids[sure], np.array(close, dtype=np.int64))


def measured(ids: np.ndarray, vector: np.ndarray, space: Space) -> list[Near]:
    """Return how far those of these photos are that have a vector, by ascending id."""
    near: list[Near] = []
    for start in range(0, len(ids), _AT_ONCE):
        found, vectors = vectors_of(ids[start : start + _AT_ONCE], space)
        if len(found):
            near += map(Near, found.tolist(), distances(vector, vectors).tolist())
    return near


def near_enough(
    vector: np.ndarray | None, space: Space | None, scope: Scope, photo_ids: Collection[int], edge: float
) -> set[int]:
    """Return which of these photos of the scope are no further away than the edge.

    Few are measured one and all; of many only those about which the index is not sure, and archived ones.
    """
    if vector is None or space is None or not photo_ids:
        return set()
    ids = np.array(sorted(photo_ids), dtype=np.int64)
    if len(ids) <= _FEW:
        return {found.photo_id for found in measured(ids, vector, space) if found.distance <= edge}
    archived = np.intersect1d(ids, scope.archived_ids(), assume_unique=True)
    near = {found.photo_id for found in measured(archived, vector, space) if found.distance <= edge}
    return near | set(reaching(vector, space, ids, 1 - edge / 2).tolist())


def distances_from(vector: np.ndarray | None, space: Space | None, photo_ids: Collection[int]) -> dict[int, float]:
    """Return how far those of these photos are that have a vector, where there is something to measure from."""
    if vector is None or space is None or not photo_ids:
        return {}
    ids = np.array(sorted(photo_ids), dtype=np.int64)
    return {found.photo_id: found.distance for found in measured(ids, vector, space)}


def vectors_of(ids: np.ndarray, space: Space) -> tuple[np.ndarray, np.ndarray]:
    """Return those of these photos (ascending) that have a vector, and the vectors."""
    return each_once(("vectors", space.model), ids, lambda new: any_vectors_of(space.model, new.tolist()))


def _first(near: list[Near], k: int) -> list[Near]:
    return sorted(near, key=lambda found: (found.distance, found.photo_id))[:k]


def _worth_measuring(proposed: Candidates, allowed: np.ndarray, k: int, error: float) -> np.ndarray:
    """Return which of the allowed may be among the first k: those, and what the engine cannot tell from the last."""
    keep = np.isin(proposed.ids, allowed)
    ids, scores = proposed.ids[keep], proposed.scores[keep]
    return ids if len(ids) <= k else ids[scores >= scores[k - 1] - 2 * error]


def _settled(near: list[Near], k: int, nearest_beyond: float) -> bool:
    """Tell whether nothing that was not proposed, of at most this cosine, can still belong to the first k."""
    return len(near) >= k and near[k - 1].distance < 2 - 2 * nearest_beyond
