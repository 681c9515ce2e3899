from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.local import local_owner
from photos import storage
from photos.models import Photo, PhotoFile
from photos.tests.factories import at
from photos.tests.test_versions import CAMERAS, EDITED, RAW
from photos.tests.together import at_once
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at("2024-06-01 12:00")


def take(data: bytes, name: str) -> None:
    accept_upload(ContentFile(data, name=name), local_owner(), NOW)


def test_versions_that_come_at_once_are_one_photo() -> None:
    local_owner()

    raised = at_once(
        lambda: take(RAW, "IMG_1234.DNG"),
        lambda: take(CAMERAS, "IMG_1234.JPG"),
        lambda: take(EDITED, "IMG_E1234.JPG"),
    )

    [photo] = Photo.objects.all()
    assert raised == []
    assert photo.original_name == "IMG_E1234.JPG"
    assert sorted(photo.files.values_list("name", flat=True)) == ["IMG_1234.DNG", "IMG_1234.JPG"]


def test_the_same_version_twice_at_once_is_kept_once(media: Path) -> None:
    take(CAMERAS, "IMG_1234.JPG")

    raised = at_once(*[lambda: take(RAW, "IMG_1234.DNG")] * 3)

    assert raised == []
    assert PhotoFile.objects.count() == Photo.objects.count() == 1
    kept = [path for path in (media / storage.ORIGINALS).rglob("*.dng") if path.read_bytes() == RAW]
    assert [path.name for path in kept] == [PhotoFile.objects.get().stored.rpartition("/")[2]]
