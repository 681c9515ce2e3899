from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photos import embeddings
from photos.models import Photo

MODEL = "m@1-4d"


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
