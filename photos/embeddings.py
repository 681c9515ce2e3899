"""The vectors of photos. Nothing else knows where they are: by the settled model on the photo, by others beside it.

Everywhere a `model` is the key of an encoder (`ai.encoders.base.model_key`), ids are int64 in ascending order and
vectors unit rows of float32. A photo has at most one vector by a model. Both places are read in one statement, so that
a vector that moves from one to the other is seen exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from photos.events import vectors_changed
from photos.models import ActiveModel, Photo, StoredEmbedding

CHUNK = 4096


def vectors_of(model: str, ids: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids among these that a search may find, shape (n,), and their vectors, shape (n, d)."""
    wanted = sorted(set(ids))
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    parts = [_arrays(_findable(model, **{"in": chunk})) for chunk in chunks]
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def all_vectors(model: str, chunk: int = CHUNK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of every photo a search may find, at most `chunk` at a time."""
    return _chunks(partial(_findable, model), chunk)


def every_vector(model: str, chunk: int = CHUNK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of every photo, also of those no search may find, at most `chunk` at a time."""
    return _chunks(partial(_kept, model), chunk)


def count_vectors(model: str) -> int:
    """Return how many vectors of this model a search may find."""
    kept = Photo.objects.searchable(model).order_by().values_list("pk")
    return kept.union(StoredEmbedding.objects.searchable(model).values_list("photo_id"), all=True).count()


def count_embedded(model: str) -> int:
    """Return how many photos have a vector of this model, found by searches or not."""
    kept = Photo.objects.filter(embedding_model=model).order_by().values_list("pk")
    return kept.union(StoredEmbedding.objects.filter(model=model).values_list("photo_id"), all=True).count()


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


def _by_id(model: str, ids: Collection[int]) -> dict[int, np.ndarray]:
    kept = Photo.objects.filter(pk__in=ids, embedding_model=model, embedding__isnull=False)
    stored = StoredEmbedding.objects.filter(photo__in=ids, model=model)
    return dict(_united(kept, stored))


def _chunks(rows: Callable[..., QuerySet[Any, Any]], chunk: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    last = 0
    while True:
        ids, vectors = _arrays(rows(gt=last)[:chunk])
        if not len(ids):
            return
        yield ids, vectors
        last = int(ids[-1])


def _findable(model: str, **ids: Any) -> QuerySet[Any, Any]:
    """Return the rows of vectors a search may find, by photo; `ids` are lookups of the photo's id, `gt=5`."""
    return _looked_up(Photo.objects.searchable(model), StoredEmbedding.objects.searchable(model), ids)


def _kept(model: str, **ids: Any) -> QuerySet[Any, Any]:
    """Return the rows of all vectors, by photo."""
    own = Photo.objects.filter(embedding__isnull=False, embedding_model=model)
    return _looked_up(own, StoredEmbedding.objects.filter(model=model), ids)


def _looked_up(kept: QuerySet[Photo], stored: QuerySet[StoredEmbedding], ids: Mapping[str, Any]) -> QuerySet[Any, Any]:
    kept = kept.filter(**{f"pk__{lookup}": value for lookup, value in ids.items()})
    stored = stored.filter(**{f"photo_id__{lookup}": value for lookup, value in ids.items()})
    return _united(kept, stored).order_by("pk")


def _united(kept: QuerySet[Photo], stored: QuerySet[StoredEmbedding]) -> QuerySet[Any, Any]:
    return kept.order_by().values_list("pk", "embedding").union(stored.values_list("photo_id", "vector"), all=True)


def _arrays(rows: QuerySet[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    pairs = list(rows)
    ids = np.fromiter((pk for pk, _ in pairs), dtype=np.int64, count=len(pairs))
    return ids, np.stack([vector for _, vector in pairs]) if pairs else np.empty((0, 0), dtype=np.float32)
