"""The vectors of photos. Nothing else reads their column, so that more than one model can be kept later.

Everywhere a `model` is the key of an encoder (`ai.encoders.base.model_key`), ids are int64 in ascending order and
vectors unit rows of float32.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from photos.models import Photo
from photos.models.queryset import PhotoQuerySet

CHUNK = 4096


def vectors_of(model: str, ids: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids among these that a search may find, shape (n,), and their vectors, shape (n, d)."""
    wanted = sorted(set(ids))
    parts = [
        _read(Photo.objects.searchable(model).filter(pk__in=wanted[start : start + CHUNK]))
        for start in range(0, len(wanted), CHUNK)
    ]
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def all_vectors(model: str, chunk: int = CHUNK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of every photo a search may find, at most `chunk` at a time."""
    last = 0
    while True:
        ids, vectors = _read(Photo.objects.searchable(model).filter(pk__gt=last), chunk)
        if not len(ids):
            return
        yield ids, vectors
        last = int(ids[-1])


def count_vectors(model: str) -> int:
    return Photo.objects.searchable(model).count()


def vector_of(photo_id: int, model: str) -> np.ndarray | None:
    """Return the photo's vector by this model, shape (d,), or None while it has none."""
    own = Photo.objects.filter(pk=photo_id, embedding_model=model, embedding__isnull=False)
    return own.values_list("embedding", flat=True).first()


def latest_vectors(ids: Collection[int]) -> dict[int, np.ndarray]:
    """Return by id the vectors these photos have, whichever model made them."""
    own = Photo.objects.filter(pk__in=ids, embedding__isnull=False)
    return {pk: vector for pk, vector in own.values_list("pk", "embedding") if vector is not None}


def put_vector(photo: Photo, vector: np.ndarray, model: str) -> set[str]:
    """Set the photo's vector, shape (d,); return the names of the fields to save."""
    photo.embedding, photo.embedding_model = vector, model
    return {"embedding", "embedding_model"}


def _read(photos: PhotoQuerySet, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    rows = photos.order_by("pk").values_list("pk", "embedding")[:limit]
    pairs = [(pk, vector) for pk, vector in rows if vector is not None]
    ids = np.fromiter((pk for pk, _ in pairs), dtype=np.int64, count=len(pairs))
    return ids, np.stack([vector for _, vector in pairs]) if pairs else np.empty((0, 0), dtype=np.float32)
