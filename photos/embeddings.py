"""The vectors of photos, one by each model at most. Nothing else reads or writes their table.

Everywhere a `model` is the key of an encoder (`ai.encoders.base.model_key`), ids are int64 in ascending order and
vectors unit rows of float32.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from photos.events import vectors_changed
from photos.models import ActiveModel, Embedding, Photo
from photos.models.generation import EmbeddingQuerySet
from photos.oneof import OneOf

CHUNK = 4096

Vectors = tuple[np.ndarray, np.ndarray]  # ids of photos, shape (n,), and their vectors, shape (n, d); (0, 0) for none
_NOTHING: Vectors = (np.empty(0, np.int64), np.empty((0, 0), np.float32))


def vectors_of(model: str, ids: Collection[int]) -> Vectors:
    """Return those among these photos that a search may find and that have a vector."""
    return _among(_by(model).searchable(), ids)


def any_vectors_of(model: str, ids: Collection[int]) -> Vectors:
    """Return those among these photos that have a vector, found by searches or not."""
    return _among(_by(model), ids)


def all_vectors(model: str, chunk: int = CHUNK) -> Iterator[Vectors]:
    """Yield every photo a search may find, at most `chunk` at a time."""
    return _chunks(_by(model).searchable(), chunk)


def every_vector(model: str, chunk: int = CHUNK) -> Iterator[Vectors]:
    """Yield every photo, also those no search may find, at most `chunk` at a time."""
    return _chunks(_by(model), chunk)


def count_vectors(model: str) -> int:
    """Return how many vectors of this model a search may find."""
    # All but those of hidden photos, which are few: to look up every photo would take as long as to read them.
    return _by(model).exclude(photo__in=Photo.objects.hidden()).count()


def count_embedded(model: str) -> int:
    """Return how many photos have a vector of this model, found by searches or not."""
    return _by(model).count()


def is_embedded() -> bool:
    """Tell whether any photo has a vector of any model."""
    return Embedding.objects.exists()


def vector_of(photo_id: int, model: str) -> np.ndarray | None:
    """Return the photo's vector by this model, shape (d,), or None while it has none."""
    return _by(model).filter(photo=photo_id).values_list("vector", flat=True).first()


def latest_vectors(ids: Collection[int]) -> dict[int, np.ndarray]:
    """Return by id the vectors these photos have by the model the library is read with, else by whichever."""
    active = ActiveModel.current()
    vectors = _by(active.key) if active else Embedding.objects.order_by("pk")
    return dict(vectors.filter(photo__in=ids).values_list("photo_id", "vector"))


def models_with_vectors() -> set[str]:
    """Return every model that some photo has a vector of."""
    found = [""]
    # From one to the next along the index: they are few, and the rows are many.
    while following := _names().filter(model__gt=found[-1]).first():
        found.append(following)
    return set(found[1:])


def models_of(photo_id: int) -> list[str]:
    """Return the models that this photo has a vector of."""
    return list(_names().filter(photo=photo_id))


def put_vector(photo: Photo, vector: np.ndarray, model: str) -> None:
    """Give the photo this vector, shape (d,); nothing happens where it was deleted meanwhile."""
    put_vectors(model, {photo.pk: vector})


def put_vectors(model: str, vectors: Mapping[int, np.ndarray]) -> None:
    """Give photos, by their ids, these vectors; photos deleted meanwhile are passed over."""
    with transaction.atomic():
        held = Photo.objects.select_for_update().filter(pk__in=list(vectors)).order_by("pk")
        there = list(held.values_list("pk", flat=True))
        Embedding.objects.bulk_create(
            [Embedding(photo_id=pk, model=model, vector=vectors[pk]) for pk in there],
            update_conflicts=True,
            unique_fields=["model", "photo"],
            update_fields=["vector"],
        )
        _tell(model, there)


def drop_some(model: str, kept: str, limit: int) -> int:
    """Delete up to so many vectors of a model, of photos that have one of `kept` too; return how many."""
    with transaction.atomic():
        replaced = Exists(_by(kept).filter(photo=OuterRef("photo")))
        dropped = list(_by(model).filter(replaced).values_list("photo_id", flat=True)[:limit])
        _by(model).filter(photo__in=dropped).delete()
        _tell(model, dropped)
    return len(dropped)


def _by(model: str) -> EmbeddingQuerySet:
    return Embedding.objects.filter(model=model).order_by("photo_id")


def _names() -> QuerySet[Embedding, str]:
    return Embedding.objects.order_by("model").values_list("model", flat=True)


def _tell(model: str, photo_ids: list[int]) -> None:
    """Let who listens know which vectors are other ones now."""
    if photo_ids:
        vectors_changed.send(sender=Embedding, model=model, photo_ids=photo_ids)


def _among(embeddings: EmbeddingQuerySet, ids: Collection[int]) -> Vectors:
    wanted = sorted(set(ids))
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    parts = [part for chunk in chunks if len((part := _read(embeddings.filter(photo__in=OneOf(chunk))))[0])]
    if not parts:
        return _NOTHING
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _chunks(embeddings: EmbeddingQuerySet, chunk: int) -> Iterator[Vectors]:
    last = 0
    while True:
        ids, vectors = _read(embeddings.filter(photo__gt=last)[:chunk])
        if not len(ids):
            return
        yield ids, vectors
        last = int(ids[-1])


def _read(embeddings: EmbeddingQuerySet) -> Vectors:
    try:
        sql, params = embeddings.values_list("photo_id", "vector").query.sql_with_params()
    except EmptyResultSet:
        return _NOTHING
    # The bytes of all of them at once: to make an array of each takes three times as long.
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        pairs = cursor.fetchall()
    if not pairs:
        return _NOTHING
    ids = np.array([pk for pk, _ in pairs], dtype=np.int64)
    return ids, np.frombuffer(b"".join(vector for _, vector in pairs), dtype="<f4").reshape(len(pairs), -1)
