from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos.models import Photo


def test_photos_are_read_by_their_ids_in_no_order(owner: User, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(owner=owner)

    with CaptureQueriesContext(connection) as asked:
        found = Photo.objects.visible_to(owner).in_bulk([photo.pk])

    assert found == {photo.pk: photo}
    assert "ORDER BY" not in asked[0]["sql"]  # for which SQLite would go through all that the owner has
