from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from photos import embeddings
from photos.models import ActiveModel, Embedding, Photo

MODEL, NEW = "m@1-4d", "n@1-3d"


def unit(*numbers: float) -> np.ndarray:
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def made(make_photo: Callable[..., Photo]) -> list[Photo]:
    """Three photos a search may find, and one of each kind it may not."""
    found = [make_photo(embedding=unit(1, number, 0, 0), model=MODEL) for number in range(3)]
    make_photo(embedding=unit(0, 1, 0), model="other@1-3d")
    make_photo(embedding=unit(0, 0, 1, 0), model=MODEL, archived=True)
    make_photo(embedding=unit(0, 0, 1, 0), model=MODEL, trashed=True)
    make_photo()
    return found


def test_vectors_come_with_their_ids_in_ascending_order(made: list[Photo]) -> None:
    everybody = list(Photo.objects.values_list("pk", flat=True))

    ids, vectors = embeddings.vectors_of(MODEL, everybody[::-1])

    assert ids.dtype == np.int64
    assert ids.tolist() == [photo.pk for photo in made]
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, np.stack([unit(1, number, 0, 0) for number in range(3)]))


def test_more_ids_than_one_statement_takes_are_asked_in_parts(
    made: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "CHUNK", 2)

    ids, vectors = embeddings.vectors_of(MODEL, [photo.pk for photo in made])

    assert (ids.tolist(), vectors.shape) == ([photo.pk for photo in made], (3, 4))


@pytest.mark.django_db
def test_no_vectors_are_empty_arrays() -> None:
    ids, vectors = embeddings.vectors_of(MODEL, [1, 2])

    assert (ids.shape, ids.dtype, vectors.shape) == ((0,), np.int64, (0, 0))


@pytest.mark.parametrize("chunk", [1, 2, 3, 4])
def test_all_vectors_come_in_bounded_pieces(made: list[Photo], chunk: int) -> None:
    pieces = list(embeddings.all_vectors(MODEL, chunk))

    assert [pk for ids, _ in pieces for pk in ids.tolist()] == [photo.pk for photo in made]
    assert all(len(ids) == len(vectors) <= chunk for ids, vectors in pieces)


def test_they_are_counted_as_they_are_listed(made: list[Photo]) -> None:
    assert embeddings.count_vectors(MODEL) == len(made)


def test_one_vector_is_that_of_the_model_or_none(made: list[Photo]) -> None:
    assert np.allclose(embeddings.vector_of(made[0].pk, MODEL), unit(1, 0, 0, 0))  # type: ignore[arg-type]
    assert embeddings.vector_of(made[0].pk, "other@1-3d") is None
    assert embeddings.vector_of(4711, MODEL) is None


def test_the_latest_vectors_are_of_whichever_model(made: list[Photo]) -> None:
    everybody = list(Photo.objects.order_by("pk").values_list("pk", flat=True))

    found = embeddings.latest_vectors(everybody)

    assert sorted(found) == everybody[:-1]
    assert {len(vector) for vector in found.values()} == {3, 4}
    assert made[0].pk in found


def test_a_vector_is_put_once_and_replaced_from_then_on(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    for vector in (unit(4, 3, 2, 1), unit(1, 2, 3, 4)):
        embeddings.put_vector(photo, vector, MODEL)

    assert np.allclose(Embedding.objects.get().vector, unit(1, 2, 3, 4))


def test_a_vector_for_a_photo_that_was_deleted_meanwhile_is_nothing(make_photo: Callable[..., Photo]) -> None:
    gone, there = make_photo(), make_photo()
    late = {photo.pk: unit(1, 2, 3, 4) for photo in (gone, there)}
    gone.delete()

    embeddings.put_vectors(MODEL, late)

    assert Embedding.objects.get().photo == there


@pytest.fixture
def two_models(make_photo: Callable[..., Photo]) -> list[Photo]:
    """Three photos of a library in MODEL; the first two have a vector of NEW besides."""
    ActiveModel.adopt("m", MODEL)
    photos = [make_photo(embedding=unit(1, number, 0, 0), model=MODEL) for number in range(3)]
    embeddings.put_vectors(NEW, {photo.pk: unit(0, 1, number) for number, photo in enumerate(photos[:2])})
    return photos


def test_the_vectors_of_two_models_lie_side_by_side(two_models: list[Photo]) -> None:
    ids = [photo.pk for photo in two_models]

    assert embeddings.vectors_of(MODEL, ids)[0].tolist() == ids
    found, vectors = embeddings.vectors_of(NEW, ids)
    assert (found.tolist(), vectors.shape) == (ids[:2], (2, 3))
    assert np.allclose(embeddings.vector_of(ids[1], NEW), unit(0, 1, 1))  # type: ignore[arg-type]
    assert [embeddings.models_of(pk) for pk in ids] == [[MODEL, NEW], [MODEL, NEW], [MODEL]]
    assert embeddings.models_with_vectors() == {MODEL, NEW}


def test_vectors_are_dropped_in_steps_but_for_those_that_nothing_replaces(two_models: list[Photo]) -> None:
    assert [embeddings.drop_some(MODEL, NEW, 1) for _ in range(3)] == [1, 1, 0]

    assert [embeddings.models_of(photo.pk) for photo in two_models] == [[NEW], [NEW], [MODEL]]


def test_vectors_are_counted_by_indexes_alone(two_models: list[Photo]) -> None:
    """A million look-ups of photos would take seconds at every look at the health page."""
    assert two_models
    with CaptureQueriesContext(connection) as captured:
        embeddings.count_vectors(MODEL)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[-1]['sql']}")
        steps = " / ".join(row[-1] for row in cursor.fetchall())
    assert "SEARCH embedding USING COVERING INDEX" in steps
    assert "photo_hidden" in steps


def test_a_photo_that_may_not_be_found_is_not_found_by_any_model(two_models: list[Photo]) -> None:
    two_models[0].edit({"archived": True})
    two_models[1].trash(timezone.now())

    assert embeddings.count_vectors(NEW) == 0
    assert len(embeddings.vectors_of(NEW, [photo.pk for photo in two_models])[0]) == 0
    assert embeddings.count_embedded(NEW) == 2
    assert [len(ids) for ids, _ in embeddings.every_vector(NEW, 1)] == [1, 1]


def test_the_latest_vector_is_that_of_the_active_model(two_models: list[Photo]) -> None:
    ids = [photo.pk for photo in two_models]
    assert {len(vector) for vector in embeddings.latest_vectors(ids).values()} == {4}

    ActiveModel.objects.update(key=NEW)

    assert {pk: len(vector) for pk, vector in embeddings.latest_vectors(ids).items()} == {ids[0]: 3, ids[1]: 3}


def test_what_other_models_embedded_is_stale_but_not_what_nobody_did(
    two_models: list[Photo], make_photo: Callable[..., Photo]
) -> None:
    trashed = make_photo(embedding=unit(1, 0, 0, 0), model=MODEL)
    trashed.trash(timezone.now())
    waits = make_photo()

    assert list(Photo.objects.stale(NEW).values_list("pk", flat=True)) == [two_models[2].pk]
    assert not Photo.objects.stale(MODEL).exists()
    embeddings.put_vectors(NEW, {waits.pk: unit(1, 1, 1)})
    assert Photo.objects.stale(MODEL).get() == waits


def test_vectors_go_with_their_photo(two_models: list[Photo]) -> None:
    two_models[0].delete()

    assert Embedding.objects.filter(model=MODEL).count() == 2
    assert Embedding.objects.filter(model=NEW).get().photo == two_models[1]
