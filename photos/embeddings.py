"""The vectors of photos. Nothing else knows where they are: by the settled model on the photo, by others beside it.

Everywhere a `model` is the key of an encoder (`ai.encoders.base.model_key`), ids are int64 in ascending order and
vectors unit rows of float32. A photo has at most one vector by a model. Both places are read in one statement, so that
a vector that moves from one to the other is seen exactly once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from photos.events import vectors_changed
from photos.models import ActiveModel, Photo, StoredEmbedding
from photos.models.generation import StoredEmbeddingQuerySet
from photos.models.queryset import PhotoQuerySet

CHUNK = 4096


def vectors_of(model: str, ids: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids among these that a search may find, shape (n,), and their vectors, shape (n, d)."""
    return _among(Photo.objects.searchable(model), StoredEmbedding.objects.searchable(model), ids)


def any_vectors_of(model: str, ids: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids among these that have a vector, found by searches or not, and their vectors, as vectors_of()."""
    return _among(*_everywhere(model), ids)


def all_vectors(model: str, chunk: int = CHUNK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of every photo a search may find, at most `chunk` at a time."""
    return _chunks(Photo.objects.searchable(model), StoredEmbedding.objects.searchable(model), chunk)


def every_vector(model: str, chunk: int = CHUNK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of every photo, also of those no search may find, at most `chunk` at a time."""
    return _chunks(*_everywhere(model), chunk)


def count_vectors(model: str) -> int:
    """Return how many vectors of this model a search may find."""
    return _count(Photo.objects.searchable(model), StoredEmbedding.objects.searchable(model))


def count_embedded(model: str) -> int:
    """Return how many photos have a vector of this model, found by searches or not."""
    return _count(*_everywhere(model))


def is_embedded() -> bool:
    """Tell whether any photo has a vector of any model."""
    return Photo.objects.exclude(embedding_model="").exists() or StoredEmbedding.objects.exists()


def vector_of(photo_id: int, model: str) -> np.ndarray | None:
    """Return the photo's vector by this model, shape (d,), or None while it has none."""
    return _by_id(model, [photo_id]).get(photo_id)


def latest_vectors(ids: Collection[int]) -> dict[int, np.ndarray]:
    """Return by id the vectors these photos have by the model the library is read with."""
    active = ActiveModel.current()
    if active:
        return _by_id(active.key, ids)
    own = Photo.objects.filter(pk__in=ids, embedding__isnull=False)
    return {pk: vector for pk, vector in own.values_list("pk", "embedding") if vector is not None}


def models_with_vectors() -> set[str]:
    """Return every model that some photo has a vector of."""
    kept = Photo.objects.exclude(embedding_model="").order_by().values_list("embedding_model", flat=True).distinct()
    return {*kept, *StoredEmbedding.objects.values_list("model", flat=True).distinct()}


def put_vector(photo: Photo, vector: np.ndarray, model: str) -> set[str]:
    """Give the photo this vector, shape (d,); return the names of the fields to save. Part of a transaction.

    A photo that is not saved yet can only take a vector of the settled model.
    """
    if not _belongs_on(photo, model, ActiveModel.current()):
        _store(model, {photo.pk: vector})
        return set()
    StoredEmbedding.objects.filter(photo=photo.pk, model=model).delete()
    photo.embedding, photo.embedding_model = vector, model
    return {"embedding", "embedding_model"}


def put_vectors(model: str, vectors: Mapping[int, np.ndarray]) -> None:
    """Give photos, by their ids, these vectors; photos deleted meanwhile are passed over."""
    with transaction.atomic():
        active = ActiveModel.current()
        photos = Photo.objects.select_for_update().defer("embedding").filter(pk__in=list(vectors)).order_by("pk")
        elsewhere = {}
        for photo in photos:
            if _belongs_on(photo, model, active):
                photo.save(update_fields=put_vector(photo, vectors[photo.pk], model))
            else:
                elsewhere[photo.pk] = vectors[photo.pk]
        _store(model, elsewhere)


def settle_some(model: str, limit: int) -> int:
    """Move up to so many vectors of this model onto their photos, over those that lie there; return how many."""
    with transaction.atomic():
        stored = list(StoredEmbedding.objects.filter(model=model).order_by("photo_id")[:limit])
        photos = Photo.objects.select_for_update().filter(pk__in=[row.photo_id for row in stored])
        replaced = list(photos.exclude(embedding_model="").values_list("embedding_model", "pk"))
        for row in stored:
            Photo.objects.filter(pk=row.photo_id).update(embedding=row.vector, embedding_model=model)
        StoredEmbedding.objects.filter(pk__in=[row.pk for row in stored]).delete()
        _tell(replaced)
    return len(stored)


def drop_some(model: str, limit: int) -> int:
    """Delete up to so many vectors by other models of photos that have this one's on them; return how many."""
    with transaction.atomic():
        others = StoredEmbedding.objects.exclude(model=model).filter(photo__embedding_model=model)
        dropped = list(others.order_by("pk").values_list("pk", "model", "photo_id")[:limit])
        StoredEmbedding.objects.filter(pk__in=[pk for pk, _, _ in dropped]).delete()
        _tell([(name, photo_id) for _, name, photo_id in dropped])
    return len(dropped)


def _belongs_on(photo: Photo, model: str, active: ActiveModel | None) -> bool:
    """Tell whether the photo itself keeps its vector of this model."""
    return active is None or model in {active.settled, photo.embedding_model}


def _store(model: str, vectors: Mapping[int, np.ndarray]) -> None:
    StoredEmbedding.objects.bulk_create(
        [StoredEmbedding(photo_id=pk, model=model, vector=vector) for pk, vector in vectors.items()],
        update_conflicts=True,
        unique_fields=["model", "photo"],
        update_fields=["vector"],
    )
    _tell([(model, pk) for pk in vectors])


def _tell(changed: Collection[tuple[str, int]]) -> None:
    """Let who listens know which vectors, by model and photo, are other ones now."""
    for model in sorted({model for model, _ in changed}):
        photo_ids = sorted(pk for name, pk in changed if name == model)
        vectors_changed.send(sender=StoredEmbedding, model=model, photo_ids=photo_ids)


def _among(kept: PhotoQuerySet, stored: StoredEmbeddingQuerySet, ids: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    wanted = sorted(set(ids))
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    parts = [_arrays(_united(kept.filter(pk__in=chunk), stored.filter(photo__in=chunk))) for chunk in chunks]
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _by_id(model: str, ids: Collection[int]) -> dict[int, np.ndarray]:
    kept, stored = _everywhere(model)
    return dict(_united(kept.filter(pk__in=ids), stored.filter(photo__in=ids)))


def _everywhere(model: str) -> tuple[PhotoQuerySet, StoredEmbeddingQuerySet]:
    kept = Photo.objects.filter(embedding_model=model, embedding__isnull=False)
    return kept, StoredEmbedding.objects.filter(model=model)


def _count(kept: PhotoQuerySet, stored: StoredEmbeddingQuerySet) -> int:
    return kept.order_by().values_list("pk").union(stored.values_list("photo_id"), all=True).count()


def _chunks(
    kept: PhotoQuerySet, stored: StoredEmbeddingQuerySet, chunk: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    last = 0
    while True:
        ids, vectors = _arrays(_united(kept.filter(pk__gt=last), stored.filter(photo__gt=last))[:chunk])
        if not len(ids):
            return
        yield ids, vectors
        last = int(ids[-1])


def _united(kept: PhotoQuerySet, stored: StoredEmbeddingQuerySet) -> QuerySet[Any, Any]:
    """Return the pairs of id and vector in both places, by id, for one statement."""
    pairs = kept.order_by().values_list("pk", "embedding")
    return pairs.union(stored.values_list("photo_id", "vector"), all=True).order_by("pk")


def _arrays(rows: QuerySet[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    pairs = list(rows)
    ids = np.fromiter((pk for pk, _ in pairs), dtype=np.int64, count=len(pairs))
    return ids, np.stack([vector for _, vector in pairs]) if pairs else np.empty((0, 0), dtype=np.float32)
