from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos.forms import MAX_SELECTED
from photos.models import Photo
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def select(client: Client, action: str, *photos: Photo, **fields: str) -> Any:
    data = {"action": action, "photo": [photo.pk for photo in photos], **fields}
    return client.post(reverse("photos:selection"), data)


def undo_address(page: str) -> str:
    found = re.search(r'action="([^"]+action=[^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_delete_moves_to_the_trash_and_undo_brings_back(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    select(client, "trash", photo)
    page = client.get(reverse("photos:gallery")).content.decode()
    photo.refresh_from_db()
    trashed = photo.trashed_at
    client.post(undo_address(page))

    photo.refresh_from_db()
    assert trashed is not None
    assert photo.trashed_at is None


def test_many_are_moved_at_once_and_undone_at_once(client: Client, make_photo: MakePhoto) -> None:
    photos = [make_photo() for _ in range(5)]
    other = make_photo()

    select(client, "trash", *photos)
    page = client.get(reverse("photos:gallery")).content.decode()
    gone = Photo.objects.filter(trashed_at__isnull=False).count()
    client.post(undo_address(page))

    assert "5 photos" in page
    assert (gone, Photo.objects.filter(trashed_at=None).count()) == (5, 6)
    assert other.trashed_at is None


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("favorite", {}, {"favorite": True}),
        ("archive", {}, {"archived": True}),
        ("unarchive", {"archived": True}, {"archived": False}),
    ],
)
def test_a_selection_is_curated(
    client: Client, make_photo: MakePhoto, action: str, before: dict[str, bool], after: dict[str, bool]
) -> None:
    photos = [make_photo(**before) for _ in range(2)]

    select(client, action, *photos)

    assert Photo.objects.filter(**after).count() == 2


def test_a_selection_leaves_the_photos_of_others_alone(client: Client, make_photo: MakePhoto) -> None:
    theirs = make_photo(owner=make_user("stranger"))

    select(client, "trash", theirs)

    theirs.refresh_from_db()
    assert theirs.trashed_at is None


def test_undo_of_a_stranger_s_trash_does_nothing(client: Client, make_photo: MakePhoto) -> None:
    theirs = make_photo(owner=make_user("stranger"), trashed=True)

    client.post(f"{reverse('photos:selection')}?action=restore&photo={theirs.pk}")

    theirs.refresh_from_db()
    assert theirs.trashed_at is not None


@pytest.mark.parametrize(
    "data",
    [
        {"action": "trash"},
        {"action": "explode", "photo": "1"},
        {"action": "trash", "photo": ["1"] * (MAX_SELECTED + 1)},
        {"action": "trash", "photo": ["x", "-1", "9" * 40, "²"]},
    ],
)
def test_a_senseless_selection_changes_nothing(
    client: Client, make_photo: MakePhoto, data: dict[str, str | list[str]]
) -> None:
    make_photo()

    answer = client.post(reverse("photos:selection"), data)

    assert answer.status_code == 302
    assert Photo.objects.filter(trashed_at=None).count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(client: Client, make_photo: MakePhoto, target: str) -> None:
    answer = select(client, "favorite", make_photo(), next=target)

    assert answer.headers["Location"] == reverse("photos:gallery")


def test_deleting_for_ever_asks_first_and_then_leaves_nothing(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(trashed=True)
    url = reverse("photos:delete", args=[photo.pk])

    question = client.get(url).content.decode()
    asked = Photo.objects.count()
    client.post(url)

    assert "cannot be undone" in question
    assert (asked, Photo.objects.count()) == (1, 0)


def test_the_file_goes_with_the_row(
    client: Client, make_photo: MakePhoto, django_capture_on_commit_callbacks: Any
) -> None:
    photo = make_photo(trashed=True)
    original = Path(settings.MEDIA_ROOT) / str(photo.original)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("photos:delete", args=[photo.pk]))

    assert not original.exists()


def test_a_photo_outside_the_trash_cannot_be_deleted_for_ever(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()

    answer = client.post(reverse("photos:delete", args=[photo.pk]))

    assert (answer.status_code, Photo.objects.count()) == (404, 1)


def test_emptying_the_trash_takes_only_what_lies_in_it(client: Client, make_photo: MakePhoto, owner: User) -> None:
    for _ in range(2):
        make_photo(trashed=True)
    kept = [make_photo(), make_photo(owner=make_user("stranger"), trashed=True)]

    question = client.get(reverse("photos:empty_trash")).content.decode()
    client.post(reverse("photos:empty_trash"))

    assert "Delete 2 photos for ever" in question
    assert set(Photo.objects.all()) == set(kept)
    assert not Photo.objects.in_trash_of(owner).exists()


def test_the_trash_shows_pictures_that_are_found_nowhere_else(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(trashed=True)

    in_trash = client.get(reverse("photos:trashed_thumbnail", args=[photo.pk]))
    elsewhere = client.get(f"/photo/{photo.pk}/thumbnail?size=512")

    assert in_trash.getvalue()[8:12] == b"WEBP"
    assert elsewhere.status_code == 404
