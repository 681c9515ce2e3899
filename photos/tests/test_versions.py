from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL.ExifTags import Base

from accounts.models import DestructiveAct, User
from photos import integrity, pipeline, storage, trash, versions
from photos.arrival import Arrival, Sidecar
from photos.curation import purge
from photos.models import Photo, PhotoFile, Stage
from photos.tests import pictures, raw_files
from photos.tests.factories import at, make_user, make_version
from photos.tests.pictures import jpeg
from photos.uploads import Accepted, accept_upload

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]
NOW = at("2024-06-01 12:00")
RAW = raw_files.dng()  # of the camera and the second of taken()


def taken(moment: str = "2024:05:01 12:30:45", model: str = "Model 1", colour: str = "red", **options: object) -> bytes:
    """Make a JPEG of this camera and second."""
    block = pictures.exif({Base.Make: "Maker", Base.Model: model}, {Base.DateTimeOriginal: moment})
    return jpeg((60, 40), colour, exif=block, **options)


CAMERAS = taken()
EDITED = taken(colour="blue")


def take(owner: User, data: bytes, name: str, folder: str = "", now: datetime = NOW) -> Accepted:
    accepted = accept_upload(ContentFile(data, name=name), owner, now, arrival=Arrival(folder=folder))
    pipeline.analyse(accepted.photo, now, picture=accepted.picture)
    return accepted


def shown(owner: User) -> list[str]:
    return list(Photo.objects.filter(owner=owner).order_by("pk").values_list("original_name", flat=True))


def kept(photo: Photo) -> dict[str, str]:
    return dict(photo.files.order_by("pk").values_list("kind", "name"))


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_raw_camera_and_edited_files_are_one_photo_in_whatever_order_they_come(
    owner: User, order: Sequence[int]
) -> None:
    files = [(RAW, "IMG_1234.DNG"), (CAMERAS, "IMG_1234.JPG"), (EDITED, "IMG_E1234.JPG")]

    for place in order:
        take(owner, *files[place])

    [photo] = Photo.objects.all()
    assert photo.original_name == "IMG_E1234.JPG"
    assert dict(sorted(kept(photo).items())) == {"original": "IMG_1234.JPG", "raw": "IMG_1234.DNG"}
    assert storage.path_of(photo.original).read_bytes() == EDITED
    assert {storage.path_of(file.stored).read_bytes() for file in photo.files.all()} == {RAW, CAMERAS}
    assert photo.status == Photo.Status.READY
    assert photo.tag_names == ["blue"]
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_a_version_answers_with_the_photo_it_joins(owner: User) -> None:
    first = take(owner, CAMERAS, "IMG_1234.JPG")

    raw = take(owner, RAW, "IMG_1234.DNG")

    assert (raw.photo, raw.created, raw.joined, raw.picture) == (first.photo, True, "raw", None)


@pytest.mark.parametrize(
    ("data", "name", "folder"),
    [
        (taken("2024:05:01 12:30:50"), "IMG_1234-edited.JPG", ""),
        (taken(model="Model 2"), "IMG_1234-edited.JPG", ""),
        (taken(colour="blue"), "IMG_1235-edited.JPG", ""),
        (taken(colour="blue"), "IMG_1234-edited.JPG", "another folder"),
        (taken(colour="blue"), "IMG_1234.PNG", ""),
        (taken(colour="blue"), "IMG_1234.JPG", ""),
        (jpeg(colour="blue"), "IMG_1234-edited.JPG", ""),
        (taken("0000:00:00 00:00:00"), "IMG_1234-edited.JPG", ""),
        (taken(model=""), "IMG_1234-edited.JPG", ""),
        (raw_files.nef(raw_files.preview_of((1500, 1000))), "IMG_1234.NEF", ""),
    ],
)
def test_no_photo_is_hidden_by_a_namesake(owner: User, data: bytes, name: str, folder: str) -> None:
    take(owner, CAMERAS, "IMG_1234.JPG")

    accepted = take(owner, data, name, folder)

    assert (accepted.created, accepted.joined) == (True, "")
    assert Photo.objects.count() == 2
    assert not PhotoFile.objects.exists()


@pytest.mark.parametrize("first", [0, 1])
def test_a_raw_file_and_its_jpeg_find_one_another_days_later_and_from_two_folders(owner: User, first: int) -> None:
    files = [(RAW, "IMG_1234.DNG", "RAW"), (CAMERAS, "IMG_1234.JPG", "JPG")]

    take(owner, *files[first])
    accepted = take(owner, *files[1 - first], now=NOW + timedelta(days=3))

    [photo] = Photo.objects.all()
    assert (accepted.photo, accepted.joined) == (photo, ["original", "raw"][first])
    assert (photo.original_name, kept(photo)) == ("IMG_1234.JPG", {"raw": "IMG_1234.DNG"})


@pytest.mark.parametrize(
    ("data", "name"),
    [(taken("2024:05:01 12:30:50"), "IMG_1234.JPG"), (CAMERAS, "IMG_1235.JPG"), (taken(model="B"), "IMG_1234.JPG")],
)
def test_in_another_folder_too_no_raw_file_hides_a_namesake(owner: User, data: bytes, name: str) -> None:
    take(owner, RAW, "IMG_1234.DNG", "RAW")

    assert take(owner, data, name, "JPG").joined == ""


def test_a_namesake_of_another_person_or_in_the_trash_is_none(owner: User) -> None:
    take(make_user("berta"), CAMERAS, "IMG_1234.JPG")
    take(owner, taken(comment=b"other bytes"), "IMG_1234.JPG").photo.trash(NOW)

    assert take(owner, EDITED, "IMG_E1234.JPG").joined == ""


def test_a_second_of_distance_is_allowed(owner: User) -> None:
    take(owner, CAMERAS, "IMG_1234.JPG")

    assert take(owner, taken("2024:05:01 12:30:46"), "IMG_1234~2.JPG").joined == "edited"


def test_of_several_edited_ones_the_newest_is_shown(owner: User) -> None:
    for number in (1, 3, 2):
        take(owner, taken(comment=b"%d" % number), f"DSC_1-Edit-{number}.JPG")

    [photo] = Photo.objects.all()
    assert photo.original_name == "DSC_1-Edit-3.JPG"


def test_the_same_bytes_again_are_known_whichever_version_they_are(owner: User) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (EDITED, "IMG_E1234.JPG")):
        take(owner, data, name)

    again = [take(owner, data, "any name.jpg") for data in (CAMERAS, EDITED)]

    [photo] = Photo.objects.all()
    assert [(accepted.photo, accepted.created) for accepted in again] == [(photo, False)] * 2
    assert photo.files.count() == 1


def test_a_lost_version_comes_back_with_its_bytes(owner: User) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (EDITED, "IMG_E1234.JPG")):
        take(owner, data, name)
    file = PhotoFile.objects.get()
    storage.path_of(file.stored).unlink()

    take(owner, CAMERAS, "IMG_1234.JPG")

    assert storage.path_of(file.stored).read_bytes() == CAMERAS


def test_a_sidecar_comes_along_to_the_photo_that_is_joined(owner: User) -> None:
    photo = take(owner, CAMERAS, "IMG_1234.JPG").photo
    arrival = Arrival(sidecars=(Sidecar("IMG_1234.xmp", b"<x:xmpmeta/>"),))

    accept_upload(ContentFile(RAW, name="IMG_1234.DNG"), owner, NOW, arrival=arrival)

    assert kept(photo) == {"raw": "IMG_1234.DNG", "sidecar": "IMG_1234.xmp"}


# What a person decides


def test_a_person_has_the_original_shown_and_later_versions_leave_it_at_that(owner: User) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (EDITED, "IMG_E1234.JPG")):
        photo = take(owner, data, name).photo

    versions.show(photo, photo.files.get().pk)
    pipeline.analyse(photo, NOW)
    take(owner, taken(colour="green"), "IMG_1234~5.JPG")

    photo.refresh_from_db()
    assert (photo.original_name, photo.tag_names, photo.sha256) == (
        "IMG_1234.JPG",
        ["red"],
        storage.sha256_of(storage.path_of(photo.original)),
    )
    assert sorted(photo.files.values_list("kind", "name")) == [
        ("edited", "IMG_1234~5.JPG"),
        ("edited", "IMG_E1234.JPG"),
    ]


def test_a_version_becomes_a_photo_of_its_own_again(owner: User) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (EDITED, "IMG_E1234.JPG")):
        photo = take(owner, data, name).photo

    own = pipeline.analyse(versions.separate(photo, photo.files.get().pk, NOW), NOW)

    assert shown(owner) == ["IMG_E1234.JPG", "IMG_1234.JPG"]
    assert (own.tag_names, own.taken_at, own.filename) == (["red"], at("2024-05-01 12:30:45"), own.filename)
    assert storage.path_of(own.original).read_bytes() == CAMERAS
    assert not PhotoFile.objects.exists()
    assert not DestructiveAct.objects.exists()
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_a_file_that_is_no_version_of_the_photo_is_neither_shown_nor_separated(make_photo: MakePhoto) -> None:
    photo = make_photo()
    sidecar, elsewhere = make_version(photo, PhotoFile.Kind.SIDECAR), make_version(make_photo())

    for file in (sidecar, elsewhere):
        with pytest.raises(PhotoFile.DoesNotExist):
            versions.show(photo, file.pk)
        with pytest.raises(PhotoFile.DoesNotExist):
            versions.separate(photo, file.pk, NOW)


def test_what_a_worker_found_of_the_version_before_is_not_written(make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["before"])
    photo.request([Stage.Name.EMBEDDING])
    [claimed] = Stage.objects.claim(photo.pk, [Stage.Name.EMBEDDING], NOW)

    versions.show(photo, make_version(photo).pk)

    assert not claimed.finish(NOW)
    assert photo.stages.get(name=Stage.Name.EMBEDDING).status == Stage.Status.QUEUED
    assert photo.stages.get(name=Stage.Name.METADATA).status == Stage.Status.DONE


# Their end


@pytest.mark.django_db(transaction=True)
def test_all_files_of_a_photo_go_with_it_and_each_is_recorded(owner: User, media: Path) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (RAW, "IMG_1234.DNG")):
        photo = take(owner, data, name).photo

    purge(photo)

    assert [path for path in (media / storage.ORIGINALS).rglob("*") if path.is_file()] == []
    assert set(DestructiveAct.objects.values_list("name", flat=True)) == {"IMG_1234.JPG", "IMG_1234.DNG"}


def test_a_photo_stays_in_the_trash_while_one_of_its_files_is_not_the_one_that_came(
    owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    for data, name in ((CAMERAS, "IMG_1234.JPG"), (RAW, "IMG_1234.DNG")):
        photo = take(owner, data, name).photo
    photo.trash(NOW)
    storage.path_of(photo.files.get().stored).write_bytes(b"something else")

    assert trash.purge_expired(NOW + timedelta(days=100)) == 0
    assert "not the one that was uploaded" in caplog.text
