from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from photos import embeddings
from photos.models import ActiveModel, Photo, StoredEmbedding

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


def test_putting_a_vector_names_what_to_save(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    fields = embeddings.put_vector(photo, unit(1, 2, 3, 4), MODEL)
    photo.save(update_fields=fields)

    assert fields == {"embedding", "embedding_model"}
    assert np.allclose(embeddings.vector_of(photo.pk, MODEL), unit(1, 2, 3, 4))  # type: ignore[arg-type]


@pytest.fixture
def two_models(make_photo: Callable[..., Photo]) -> list[Photo]:
    """Three photos settled in MODEL; the first two have a vector of NEW besides."""
    ActiveModel.adopt("m", MODEL)
    photos = [make_photo(embedding=unit(1, number, 0, 0), model=MODEL) for number in range(3)]
    embeddings.put_vectors(NEW, {photo.pk: unit(0, 1, number) for number, photo in enumerate(photos[:2])})
    return photos


def test_the_vectors_of_another_model_lie_beside_the_photo(two_models: list[Photo]) -> None:
    ids = [photo.pk for photo in two_models]

    assert embeddings.vectors_of(MODEL, ids)[0].tolist() == ids
    found, vectors = embeddings.vectors_of(NEW, ids)
    assert (found.tolist(), vectors.shape) == (ids[:2], (2, 3))
    assert np.allclose(embeddings.vector_of(ids[1], NEW), unit(0, 1, 1))  # type: ignore[arg-type]
    assert set(Photo.objects.values_list("embedding_model", flat=True)) == {MODEL}


def test_vectors_of_both_places_are_read_in_one_statement_and_in_order(two_models: list[Photo]) -> None:
    ActiveModel.objects.update(settled=NEW)
    embeddings.put_vectors(NEW, {two_models[2].pk: unit(0, 1, 2)})
    assert sorted(Photo.objects.values_list("embedding_model", flat=True)) == sorted([MODEL, MODEL, NEW])

    with CaptureQueriesContext(connection) as captured:
        ids, vectors = embeddings.vectors_of(NEW, [photo.pk for photo in two_models])

    assert ids.tolist() == [photo.pk for photo in two_models]
    assert np.allclose(vectors, np.stack([unit(0, 1, number) for number in range(3)]))
    assert len(captured) == 1
    assert [pk for part, _ in embeddings.all_vectors(NEW, 2) for pk in part.tolist()] == ids.tolist()


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


def test_a_vector_put_again_replaces_the_one_there_is_wherever_it_lies(two_models: list[Photo]) -> None:
    photo = two_models[0]

    embeddings.put_vectors(NEW, {photo.pk: unit(5, 5, 5)})
    embeddings.put_vectors(MODEL, {photo.pk: unit(5, 5, 5, 5)})

    assert StoredEmbedding.objects.filter(photo=photo).count() == 1
    assert np.allclose(embeddings.vector_of(photo.pk, NEW), unit(5, 5, 5))  # type: ignore[arg-type]
    assert np.allclose(embeddings.vector_of(photo.pk, MODEL), unit(5, 5, 5, 5))  # type: ignore[arg-type]


def test_a_photo_analysed_while_vectors_move_keeps_only_its_newest(two_models: list[Photo]) -> None:
    ActiveModel.objects.update(settled=NEW)
    photo = two_models[0]

    photo.save(update_fields=embeddings.put_vector(photo, unit(5, 5, 5), NEW))

    assert not StoredEmbedding.objects.filter(photo=photo).exists()
    embeddings.settle_some(NEW, 10)
    assert np.allclose(embeddings.vector_of(photo.pk, NEW), unit(5, 5, 5))  # type: ignore[arg-type]


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

    assert StoredEmbedding.objects.count() == 1
    assert embeddings.models_with_vectors() == {MODEL, NEW}
