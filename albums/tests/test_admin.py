from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from albums.models import Album
from photos.models import Photo
from photos.tests.factories import make_user


@pytest.fixture
def album(owner: User, make_photo: Callable[..., Photo]) -> Album:
    album = Album.objects.named(owner, '0;url=https://evil" http-equiv="refresh')
    album.add([make_photo().pk, make_photo().pk])
    return album


def test_staff_sees_albums_with_their_numbers_of_photos(client: Client, album: Album) -> None:
    page = client.get(reverse("admin:albums_album_changelist"))

    assert page.status_code == 200
    assert album.title not in page.content.decode()  # escaped
    assert '<td class="field-photo_count">2</td>' in page.content.decode()


def test_staff_cannot_put_somebody_elses_photo_into_an_album(
    client: Client, album: Album, make_photo: Callable[..., Photo]
) -> None:
    theirs = make_photo(owner=make_user("bob"))
    form = {
        "owner": album.owner_id, "title": "Trees", "places-TOTAL_FORMS": 1, "places-INITIAL_FORMS": 0,
        "places-0-album": album.pk, "places-0-photo": theirs.pk, "places-0-position": 3,
    }  # fmt: skip

    page = client.post(reverse("admin:albums_album_change", args=[album.pk]), form)

    assert "no such photo" in page.content.decode()
    assert not album.places.filter(photo=theirs).exists()
