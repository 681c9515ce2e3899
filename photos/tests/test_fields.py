from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.core import serializers
from django.db import connection

from photos.fields import VectorField
from photos.models import Photo


def stored(photo: Photo) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT embedding FROM photo WHERE id = %s", [photo.pk])
        return bytes(cursor.fetchone()[0])


def test_a_vector_is_kept_as_little_endian_float32(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.embedding = np.array([0.5, -2, 3], dtype=">f8")
    photo.save()

    assert stored(photo) == np.array([0.5, -2, 3], dtype="<f4").tobytes()


def test_a_vector_comes_back_as_the_array_it_was(make_photo: Callable[..., Photo]) -> None:
    vector = np.array([0.25, -0.5, 3e-20], dtype=np.float32)
    photo = make_photo()
    photo.embedding = vector
    photo.save()

    photo.refresh_from_db()

    assert photo.embedding is not None
    assert photo.embedding.dtype == np.float32
    assert np.array_equal(photo.embedding, vector)


def test_no_vector_is_none(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.refresh_from_db()

    assert photo.embedding is None


@pytest.mark.parametrize(
    "vector",
    [[1, np.nan], [np.inf, 1], [[1, 2], [3, 4]], 7, [1e39, 1]],
    ids=["nan", "infinite", "two rows", "a number", "too large for float32"],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_what_would_poison_a_search_is_never_written(make_photo: Callable[..., Photo], vector: object) -> None:
    photo = make_photo()
    photo.embedding = vector

    with pytest.raises(ValueError, match="not a finite vector"):
        photo.save()

    photo.refresh_from_db()
    assert photo.embedding is None


def test_rows_can_be_asked_for_by_vector(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(embedding=np.ones(4))
    make_photo(embedding=np.arange(1, 5))

    found = Photo.objects.get(embedding=np.full(4, 0.5))

    assert found == photo


def test_a_dump_of_the_rows_holds_the_vector_as_text(make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.array([1.0, 0.0]))

    dumped = serializers.serialize("json", Photo.objects.all())

    assert f'"embedding": "{np.array([1.0, 0.0], dtype="<f4").tobytes().hex()}"' in dumped


def test_a_dump_can_be_loaded_again(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(embedding=np.array([0.6, 0.8]))
    dumped = serializers.serialize("json", Photo.objects.all())
    Photo.objects.all().delete()

    for row in serializers.deserialize("json", dumped):
        row.save()

    embedding = Photo.objects.get(pk=photo.pk).embedding
    assert embedding is not None
    assert np.allclose(embedding, [0.6, 0.8])


def test_the_field_knows_what_it_is() -> None:
    assert VectorField().description == "A vector of float32"
