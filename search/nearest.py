"""The index proposes, the database disposes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accounts.models import User
from photos.embeddings import vectors_of
from photos.models import Photo
from search.distances import distances
from search.live import live_index
from search.spaces import Space

_LEAST_PROPOSAL = 64
_WIDER = 8

# Engines sum in float32: what they tell apart by less than this may be equal.
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Near:
    photo_id: int
    distance: float


def nearest(vector: np.ndarray, space: Space, user: User, k: int, passing_by: int | None = None) -> list[Near]:
    """Return the k photos nearest to a unit vector that the user may see and lists show, by distance and then id.

    `passing_by` is a photo that must not be among them. Every process gives the same list: the index only chooses
    candidates, and each distance is computed anew from the stored vector.
    """
    state = live_index(space).current()
    for wanted, allowed in _proposals(max(4 * k, _LEAST_PROPOSAL), user):
        proposed = state.search(vector, wanted, allowed)
        seen = proposed.ids if allowed is not None else _visible(user, among=proposed.ids)
        near = _measured(seen[seen != passing_by], vector, space)
        if len(proposed) < wanted or _settled(near, k, float(proposed.scores[-1])):
            break
    return near[:k]


def _proposals(wanted: int, user: User) -> Iterator[tuple[int, np.ndarray | None]]:
    """Yield how many to propose and from which ids, None for all: ever more, at last only of the user's own."""
    yield wanted, None
    yield wanted * _WIDER, None
    allowed = _visible(user)
    while True:
        wanted *= _WIDER
        yield wanted, allowed


def _visible(user: User, among: np.ndarray | None = None) -> np.ndarray:
    """Return the ids, among these or of all, that the user may see and lists show: int64, ascending."""
    photos = Photo.objects.visible_to(user).listed()
    if among is not None:
        photos = photos.filter(pk__in=among.tolist())
    return np.fromiter(photos.order_by("pk").values_list("pk", flat=True), dtype=np.int64)


def _measured(ids: np.ndarray, vector: np.ndarray, space: Space) -> list[Near]:
    found, vectors = vectors_of(space.model, ids.tolist())
    if not len(found):
        return []
    measured = distances(vector, vectors)
    order = np.lexsort((found, measured))
    return [Near(int(found[row]), float(measured[row])) for row in order]


def _settled(near: list[Near], k: int, last_score: float) -> bool:
    """Tell whether nothing beyond the last proposed can still belong to the first k."""
    return len(near) >= k and near[k - 1].distance < 2 - 2 * last_score - _TOLERANCE
