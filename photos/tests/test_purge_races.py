"""Deleting for good against everything else that reads and writes the files of a photo, all at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.test import RequestFactory
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import curation, downloads, pipeline, storage, thumbnails
from photos.models import Photo
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below
from photos.tests.together import at_once
from photos.uploads import Accepted, accept_upload

pytestmark = pytest.mark.django_db(transaction=True)

NOW = at("2024-05-01 12:00")
ROUNDS = 12
WHEN_GONE = (APIException, Photo.DoesNotExist)  # what a client is told as 404


def upload(data: bytes, owner: User) -> Accepted:
    accepted = accept_upload(ContentFile(data, name="photo.jpg"), owner, NOW)
    pipeline.analyse(accepted.photo, NOW, picture=accepted.picture)
    return accepted


def look_at(photo: Photo) -> None:
    downloads.thumbnail(RequestFactory().get("/"), photo, 512).close()


def stray_files() -> set[str]:
    """Return the files that belong to no photo, and the originals that are missing."""
    known = {photo.original for photo in Photo.objects.all()}
    root = storage.media_root()
    found = {path.relative_to(root).as_posix() for path in files_below(root)}
    kept = {name for name in found if name.startswith(storage.ORIGINALS)}
    stems = {name.rpartition("/")[2].partition(".")[0] for name in known}
    return (known ^ kept) | {name for name in found if name.rpartition("/")[2].partition(".")[0] not in stems}


@pytest.mark.usefixtures("media")
def test_an_upload_of_bytes_that_are_just_deleted_comes_in(owner: User) -> None:
    for number in range(ROUNDS):
        data = jpeg(comment=f"{number}")
        photo = upload(data, owner).photo
        if number % 2:
            photo.trash(NOW)
        acts: list[Callable[[], object]] = [partial(curation.purge, photo), *[partial(upload, data, owner)] * 3]
        random.shuffle(acts)

        assert at_once(*acts) == []

    assert stray_files() == set()


@pytest.mark.usefixtures("media")
def test_a_thumbnail_asked_for_while_its_photo_is_deleted_leaves_nothing(owner: User) -> None:
    for number in range(ROUNDS):
        photo = upload(jpeg((900, 600), comment=f"{number}"), owner).photo
        thumbnails.remove(storage.media_root(), photo.original)

        raised = at_once(partial(look_at, photo), partial(look_at, photo), partial(curation.purge, photo))

        assert [exc for exc in raised if not isinstance(exc, WHEN_GONE)] == []

    assert files_below(storage.media_root()) == []


@pytest.mark.usefixtures("media")
def test_every_change_to_a_photo_that_is_deleted_meets_a_photo_or_none(owner: User) -> None:
    for number in range(ROUNDS):
        photo = upload(jpeg(comment=f"{number}"), owner).photo
        copies = [Photo.objects.get(pk=photo.pk) for _ in range(4)]
        acts: list[Callable[[], object]] = [
            partial(curation.purge, copies[0]),
            partial(curation.edit_photo, copies[1], {"tags": ["boat"], "title": "Boat"}, NOW),
            partial(pipeline.repeat, copies[2], NOW, ["thumbnails", "embedding"]),
            partial(copies[3].trash, NOW),
        ]
        random.shuffle(acts)

        raised = at_once(*acts)

        assert [exc for exc in raised if not isinstance(exc, WHEN_GONE)] == []

    assert files_below(storage.media_root()) == []
