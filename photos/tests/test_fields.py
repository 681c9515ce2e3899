from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.core import serializers
from django.db import connection, transaction

from photos.fields import VectorField
from photos.models import Embedding, Photo


@pytest.fixture
def row(make_photo: Callable[..., Photo]) -> Embedding:
    """A row that is not saved yet."""
    return Embedding(photo=make_photo(), model="m@1-3d")


def stored(row: Embedding) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT vector FROM embedding WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def test_a_vector_is_kept_as_little_endian_float32(row: Embedding) -> None:
    row.vector = np.array([0.5, -2, 3], dtype=">f8")
    row.save()

    assert stored(row) == np.array([0.5, -2, 3], dtype="<f4").tobytes()


def test_a_vector_comes_back_as_the_array_it_was(row: Embedding) -> None:
    row.vector = vector = np.array([0.25, -0.5, 3e-20], dtype=np.float32)
    row.save()

    row.refresh_from_db()

    assert row.vector.dtype == np.float32
    assert np.array_equal(row.vector, vector)


def test_no_vector_is_none() -> None:
    field = VectorField(null=True)

    assert (field.from_db_value(None), field.get_prep_value(None)) == (None, None)


@pytest.mark.parametrize(
    "vector",
    [[1, np.nan], [np.inf, 1], [[1, 2], [3, 4]], 7, [1e39, 1]],
    ids=["nan", "infinite", "two rows", "a number", "too large for float32"],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_what_would_poison_a_search_is_never_written(row: Embedding, vector: object) -> None:
    row.vector = vector

    with transaction.atomic(), pytest.raises(ValueError, match="not a finite vector"):
        row.save()

    assert not Embedding.objects.exists()


def test_rows_can_be_asked_for_by_vector(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(embedding=np.ones(4))
    make_photo(embedding=np.arange(1, 5))

    found = Embedding.objects.get(vector=np.full(4, 0.5))

    assert found.photo == photo


def test_a_dump_of_the_rows_holds_the_vector_as_text(make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.array([1.0, 0.0]))

    dumped = serializers.serialize("json", Embedding.objects.all())

    assert f'"vector": "{np.array([1.0, 0.0], dtype="<f4").tobytes().hex()}"' in dumped


def test_a_dump_can_be_loaded_again(make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.array([0.6, 0.8]))
    dumped = serializers.serialize("json", Embedding.objects.all())
    Embedding.objects.all().delete()

    for row in serializers.deserialize("json", dumped):
        row.save()

    assert np.allclose(Embedding.objects.get().vector, [0.6, 0.8])


def test_the_field_knows_what_it_is() -> None:
    assert VectorField().description == "A vector of float32"
