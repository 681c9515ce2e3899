from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from photos import integrity, storage
from photos.arrival import Arrival, Sidecar
from photos.errors import ChecksumMismatch, EmptyFile, FileTooLarge
from photos.image_types import UnsupportedType
from photos.images import TruncatedImage
from photos.models import Photo, PhotoFile, Stage
from photos.tests.factories import at, make_user
from photos.tests.pictures import encoded, jpeg, noise, oriented, truncated
from photos.tests.requesting import files_below
from photos.uploads import Accepted, accept_upload, decode_upload

NOW = at("2023-10-23 12:00")


def named(data: bytes, name: str = "photo.jpg") -> ContentFile:
    return ContentFile(data, name=name)


def test_an_accepted_photo_has_a_row_its_bytes_and_stages_that_wait(owner: User, media: Path) -> None:
    data = jpeg((80, 60), exif=oriented(6))

    accepted = accept_upload(named(data, "a red picture.jpg"), owner, NOW)

    photo = Photo.objects.get()
    assert (accepted.photo, accepted.created, accepted.restored) == (photo, True, False)
    assert files_below(media) == [storage.path_of(photo.original)]
    assert storage.path_of(photo.original).read_bytes() == data
    assert (photo.filename, photo.original_name) == ("a_red_picture_20231023_120000.jpg", "a red picture.jpg")
    assert (photo.width, photo.height) == (60, 80)
    assert (photo.created_at, photo.taken_at, photo.taken_at_source) == (NOW, NOW, "upload")
    assert photo.status == Photo.Status.QUEUED
    assert [stage.name for stage in photo.stages.all()] == Stage.QUICK


def test_the_decoded_picture_is_handed_on_at_most_as_large_as_thumbnails_need(owner: User) -> None:
    accepted = accept_upload(named(jpeg((2000, 1000), exif=oriented(6))), owner, NOW)

    assert accepted.picture is not None
    assert accepted.picture.size == (800, 1600)


def test_a_temporary_file_is_moved_and_not_copied(owner: User, media: Path) -> None:
    storage.prepare()
    file = TemporaryUploadedFile("photo.jpg", "image/jpeg", 0, None)
    file.write(jpeg())
    file.size = file.tell()
    inode = Path(file.temporary_file_path()).stat().st_ino

    photo = accept_upload(file, owner, NOW).photo
    file.close()

    assert storage.path_of(photo.original).stat().st_ino == inode
    assert len(files_below(media)) == 1


def test_two_of_one_name_in_one_second_are_told_apart(owner: User) -> None:
    photos = [accept_upload(named(jpeg(comment=f"{n}")), owner, NOW).photo for n in range(3)]

    names = [photo.filename for photo in photos]
    assert names[0] == "photo_20231023_120000.jpg"
    assert len(set(names)) == 3
    assert all(name.startswith("photo_20231023_120000") and name.endswith(".jpg") for name in names)


def test_the_same_bytes_are_known_whatever_their_name(owner: User, media: Path) -> None:
    first = accept_upload(named(jpeg()), owner, NOW)

    second = accept_upload(named(jpeg(), "other.jpg"), owner, NOW)

    assert (second.photo, second.created, second.picture) == (first.photo, False, None)
    assert len(files_below(media)) == 1


def test_the_same_bytes_in_the_trash_are_restored(owner: User) -> None:
    accept_upload(named(jpeg()), owner, NOW).photo.trash(NOW)

    again = accept_upload(named(jpeg()), owner, NOW)

    assert (again.created, again.restored) == (False, True)
    assert Photo.objects.get().trashed_at is None


def test_each_owner_has_a_photo_of_the_same_bytes(owner: User) -> None:
    mine = accept_upload(named(jpeg()), owner, NOW)

    hers = accept_upload(named(jpeg()), make_user("berta"), NOW)

    assert hers.created
    assert hers.photo.original != mine.photo.original


@pytest.mark.parametrize(
    ("data", "checksum", "error"),
    [
        (b"", "", EmptyFile),
        (b"<html>", "", UnsupportedType),
        (truncated(encoded(noise(), "JPEG"), 0.9), "", TruncatedImage),
        (jpeg(), "0" * 64, ChecksumMismatch),
        (bytes(2**20 + 1), "", FileTooLarge),
    ],
)
def test_what_is_refused_leaves_nothing(
    owner: User, media: Path, settings: Settings, data: bytes, checksum: str, error: type[Exception]
) -> None:
    settings.CLOUDZY_MAX_UPLOAD_MB = 1

    with pytest.raises(error):
        accept_upload(named(data), owner, NOW, checksum)

    assert files_below(media) == []
    assert not Photo.objects.exists()


@pytest.mark.parametrize(("data", "error"), [(b"", EmptyFile), (bytes(2**20 + 1), FileTooLarge)])
def test_a_stream_that_does_not_tell_its_size_is_bounded_too(
    owner: User, media: Path, settings: Settings, data: bytes, error: type[Exception]
) -> None:
    settings.CLOUDZY_MAX_UPLOAD_MB = 1
    stream = File(BytesIO(data), name="photo.jpg")
    stream.size = None  # type: ignore[assignment]

    with pytest.raises(error):
        accept_upload(stream, owner, NOW)

    assert files_below(media) == []


@pytest.mark.django_db
def test_an_image_that_is_only_looked_at_is_not_kept(media: Path) -> None:
    decoded = decode_upload(named(jpeg((80, 60))))

    assert decoded.image.size == (80, 60)
    assert files_below(media) == []


@pytest.mark.django_db(transaction=True)
def test_uploads_of_the_same_bytes_at_the_same_time_are_one_photo(owner: User, media: Path) -> None:
    data = jpeg((400, 300))
    results = at_once(lambda: accept_upload(named(data), owner, timezone.now()), times=4)

    assert len(results) == 4
    assert [accepted.created for accepted in results].count(True) == 1
    assert {accepted.photo.pk for accepted in results} == {Photo.objects.get().pk}
    assert files_below(media) == [storage.path_of(Photo.objects.get().original)]
    assert Stage.objects.count() == len(Stage.QUICK)


@pytest.mark.django_db(transaction=True)
def test_uploads_of_one_name_at_the_same_time_all_come_in(owner: User) -> None:
    pictures = [jpeg(comment=f"{number}") for number in range(4)]

    results = at_once(lambda: accept_upload(named(pictures.pop()), owner, NOW), times=4)

    assert all(accepted.created for accepted in results)
    assert len(set(Photo.objects.values_list("filename", flat=True))) == 4


def at_once(work: Callable[[], Accepted], times: int) -> list[Accepted]:
    """Do the work in so many threads that start together, each with a database connection of its own."""
    start = threading.Barrier(times)
    results: list[Accepted] = []

    def run() -> None:
        start.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_bytes_again_take_the_place_of_a_lost_original(owner: User) -> None:
    data = jpeg()
    first = accept_upload(ContentFile(data, name="a.jpg"), owner, timezone.now()).photo
    storage.discard(first.original)

    again = accept_upload(ContentFile(data, name="a.jpg"), owner, timezone.now())

    assert (again.created, again.photo) == (False, first)
    assert storage.path_of(first.original).read_bytes() == data


def test_what_came_with_a_file_is_kept_with_its_photo(owner: User) -> None:
    sidecar = Sidecar("photo.jpg.xmp", b"<x:xmpmeta/>")
    arrival = Arrival(at("2019-05-21 10:45"), "/2019\\Lisbon\u202e/./", (sidecar,))

    photo = accept_upload(named(jpeg()), owner, NOW, arrival=arrival).photo

    file = photo.files.get()
    assert (photo.file_modified_at, photo.folder) == (at("2019-05-21 10:45"), "2019/Lisbon")
    assert (file.kind, file.name, file.bytes) == (PhotoFile.Kind.SIDECAR, "photo.jpg.xmp", 12)
    assert storage.path_of(file.stored).read_bytes() == sidecar.data
    assert list(integrity.faults(NOW, hashes=True)) == []


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_photo_go_with_it(owner: User, media: Path) -> None:
    arrival = Arrival(sidecars=(Sidecar("photo.xmp", b"<x:xmpmeta/>"),))
    photo = accept_upload(named(jpeg()), owner, NOW, arrival=arrival).photo

    photo.delete()

    assert files_below(media) == []


def test_the_files_of_an_upload_that_was_there_already_are_not_left_behind(owner: User, media: Path) -> None:
    accept_upload(named(jpeg()), owner, NOW)

    again = accept_upload(named(jpeg()), owner, NOW, arrival=Arrival(sidecars=(Sidecar("a.xmp", b"<x/>"),)))

    assert (again.created, len(files_below(media)), PhotoFile.objects.count()) == (False, 1, 0)
