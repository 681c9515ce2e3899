from __future__ import annotations

import errno
import os
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client, RequestFactory

from photos import curation, downloads, originals, pipeline, storage, thumbnails
from photos.errors import OriginalMissing, StorageMissing
from photos.models import Photo, Stage
from photos.tests.factories import at, make_user
from photos.tests.interrupted import states, uploaded
from photos.tests.requesting import files_below, post, problem_of

pytestmark = pytest.mark.django_db(transaction=True)
MakePhoto = Callable[..., Photo]

NOW = at("2024-05-01 12:00")


def take_the_disk_away() -> None:
    """Leave what stands where a disk was mounted: an empty folder."""
    storage.media_root().rename(storage.media_root().with_name("disk"))
    storage.media_root().mkdir()


def bring_the_disk_back() -> None:
    storage.media_root().rmdir()
    storage.media_root().with_name("disk").rename(storage.media_root())


@pytest.fixture
def photo(make_photo: MakePhoto, media: object) -> Photo:
    """A photo alone in its folder."""
    assert media
    return make_photo()


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENOTDIR, errno.EISDIR])
def test_an_original_that_is_not_there_is_missing(photo: Photo, number: int) -> None:
    with pytest.raises(OriginalMissing, match="not in the storage"), originals.reading(photo.original):
        raise OSError(number, os.strerror(number), "/a/path")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP])
def test_an_original_that_cannot_be_read_says_why_and_not_where(photo: Photo, number: int) -> None:
    with pytest.raises(OriginalMissing) as told, originals.reading(photo.original):
        raise OSError(number, os.strerror(number), "/a/path")

    assert os.strerror(number) in str(told.value.detail)
    assert "/a/path" not in str(told.value.detail)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EIO])
def test_without_its_disk_no_original_is_missing(photo: Photo, number: int) -> None:
    take_the_disk_away()

    with pytest.raises(StorageMissing), originals.reading(photo.original):
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("address", ["file", "thumbnail"])
def test_a_disk_that_is_away_is_told_as_such(client: Client, photo: Photo, address: str) -> None:
    take_the_disk_away()

    response = client.get(f"/photo/{photo.pk}/{address}")

    assert problem_of(response) == (503, "storage_missing")
    assert int(response["Retry-After"]) > 0
    assert list(storage.media_root().rglob("*")) == []


def test_an_analysis_waits_for_the_disk_to_come_back(client: Client, photo: Photo) -> None:
    take_the_disk_away()
    away = post(client, f"/photo/{photo.pk}/analyze", {"stages": Stage.ORDER}).json()
    waiting = states(photo)
    bring_the_disk_back()

    back = post(client, f"/photo/{photo.pk}/analyze").json()

    assert (away["status"], away["error"], waiting) == ("queued", "", [("queued", 0)] * 4)
    assert back["status"] == "ready"


def test_nothing_is_deleted_for_good_without_its_disk(client: Client, photo: Photo) -> None:
    take_the_disk_away()

    response = client.delete(f"/photo/{photo.pk}?permanent=true")

    assert problem_of(response) == (503, "storage_missing")
    bring_the_disk_back()
    assert Photo.objects.get() == photo
    assert storage.path_of(photo.original).is_file()


def test_the_trash_is_not_emptied_without_the_disk(client: Client, make_photo: MakePhoto, media: object) -> None:
    assert media
    make_photo(trashed=True)
    take_the_disk_away()

    response = client.post("/gallery/trash/empty/")

    assert response.status_code == 503
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("damage", [bytes(500), b"<html>something else", b""])
def test_an_original_overwritten_on_the_disk_is_damaged(client: Client, photo: Photo, damage: bytes) -> None:
    storage.path_of(photo.original).write_bytes(damage)

    response = client.get(f"/photo/{photo.pk}/thumbnail")

    assert problem_of(response) == (422, "broken_image")
    assert "damaged" in response.json()["detail"]


def test_an_analysis_of_an_overwritten_original_fails_with_the_reason() -> None:
    photo = uploaded()
    storage.path_of(photo.original).write_bytes(b"<html>something else")

    photo = pipeline.analyse(photo, NOW)

    assert photo.status == Photo.Status.FAILED
    assert "damaged" in photo.error


def test_a_rendition_made_for_a_photo_deleted_meanwhile_is_removed(photo: Photo) -> None:
    request = RequestFactory().get("/")
    with transaction.atomic():  # who deletes it removes the files after this
        Photo.objects.get().delete()
        with pytest.raises(OriginalMissing):
            downloads.thumbnail(request, photo, 512)

        assert files_below(storage.media_root()) == [storage.path_of(photo.original)]


def test_the_files_go_with_the_row_whoever_deletes_it(make_photo: MakePhoto, media: object) -> None:
    assert media
    berta = make_user("berta")
    for photo in (make_photo(owner=berta), make_photo(owner=berta, trashed=True)):
        downloads.render_again(photo)
    kept = make_photo()

    berta.delete()

    assert files_below(storage.media_root()) == [storage.path_of(kept.original)]


def test_the_files_stay_where_the_deletion_is_undone(photo: Photo) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        photo.delete()
        raise ZeroDivisionError

    assert storage.path_of(Photo.objects.get().original).is_file()


def test_a_file_the_disk_does_not_let_go_is_no_fault_of_the_deletion(photo: Photo) -> None:
    path = storage.path_of(thumbnails.path_for(photo.original, 512))
    path.mkdir(parents=True)  # cannot be removed as a file

    curation.purge(photo)

    assert not Photo.objects.exists()


def test_removing_twice_is_no_error(photo: Photo) -> None:
    downloads.render_again(photo)

    originals.remove(photo.original)
    originals.remove(photo.original)

    assert files_below(storage.media_root()) == []
