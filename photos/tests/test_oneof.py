from __future__ import annotations

from collections.abc import Callable

import pytest

from photos.models import Photo, PhotoTag
from photos.oneof import OneOf

pytestmark = pytest.mark.django_db


def test_listed_ids_choose_rows_of_photos_and_of_what_points_at_them(make_photo: Callable[..., Photo]) -> None:
    first, second, _ = (make_photo(tags=["boat"]) for _ in range(3))

    ids = OneOf([second.pk, first.pk, first.pk, 10**12])

    assert set(Photo.objects.filter(pk__in=ids)) == {first, second}
    assert set(PhotoTag.objects.filter(photo__in=ids).values_list("photo_id", flat=True)) == {first.pk, second.pk}
    assert not Photo.objects.filter(pk__in=OneOf([])).exists()


def test_more_ids_than_a_statement_has_parameters_are_one(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    assert list(Photo.objects.filter(pk__in=OneOf(range(400_000)))) == [photo]
