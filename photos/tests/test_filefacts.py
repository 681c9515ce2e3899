from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL.ExifTags import GPS, Base

from accounts.local import local_owner
from ai.vocabulary import TagScore
from photos import pipeline, storage
from photos.arrival import Arrival, Sidecar
from photos.curation import edit_photo
from photos.metadata import DateSource, Face
from photos.models import Photo, PhotoFace, PhotoTag, Stage
from photos.tests import pictures
from photos.tests.factories import at
from photos.tests.xmp import bag, packet, regions
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PARIS: dict[int, object] = {
    GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: 48.8584, GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: 2.2945,
}  # fmt: skip
BLOCK = pictures.exif(
    {Base.Make: "Canon", Base.Model: "R5", Base.Artist: "Anna"},
    {Base.DateTimeOriginal: "2019:07:01 12:00:00", Base.SubsecTimeOriginal: "25"},
    PARIS,
)
NOTES = packet(
    bag("dc:subject", "Tower", "iron") + bag("dc:title", "Tour", kind="Alt") + regions(("Anna", 0.5, 0.5, 0.2, 0.2)),
    xmp__Rating="4",
)


def taken_in(data: bytes = b"", name: str = "photo.jpg", **arrival: Any) -> Photo:
    """Take a photo in and read it, and nothing else; return it as it is then."""
    file = ContentFile(data or pictures.jpeg(size=(80, 60), exif=BLOCK, xmp=NOTES), name)
    accepted = accept_upload(file, local_owner(), NOW, arrival=Arrival(**arrival))
    return pipeline.analyse(accepted.photo, NOW, [Stage.Name.METADATA])


def read_again(photo: Photo) -> Photo:
    photo.request([Stage.Name.METADATA])
    return pipeline.analyse(photo, NOW, [Stage.Name.METADATA])


def file_tags(photo: Photo) -> list[str]:
    rows = PhotoTag.objects.filter(photo=photo, source=PhotoTag.Source.FILE, rejected=False)
    return sorted(rows.values_list("tag__name", flat=True))


def test_what_a_file_says_is_written_onto_its_photo() -> None:
    photo = taken_in()

    assert (photo.taken_at, photo.taken_offset) == (datetime(2019, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC), 120)
    assert photo.taken_at_source == DateSource.EXIF
    assert (photo.camera, photo.artist, photo.title, photo.rating) == ("Canon R5", "Anna", "Tour", 4)
    assert photo.place == "Paris, Île-de-France, France"
    assert [face.marked for face in photo.faces.all()] == [Face("Anna", 0.4, 0.4, 0.2, 0.2)]
    assert file_tags(photo) == ["iron", "tower"]
    assert photo.edited == []


@pytest.mark.parametrize(
    ("name", "arrival", "taken", "source"),
    [
        ("IMG_20190521_104552.jpg", {}, "2019-05-21 10:45:52", DateSource.FILENAME),
        ("a.jpg", {"folder": "Trips/2019-05-21 Beach"}, "2019-05-21", DateSource.FOLDER),
        ("a.jpg", {"modified_at": at("2018-01-02 03:04")}, "2018-01-02 03:04", DateSource.FILE),
        ("a.jpg", {"modified_at": at("2030-01-02 03:04")}, "2026-11-22 12:00", DateSource.UPLOAD),
        ("a.jpg", {}, "2026-11-22 12:00", DateSource.UPLOAD),
    ],
)
def test_a_photo_without_a_date_has_that_of_its_surroundings(
    name: str, arrival: dict[str, Any], taken: str, source: DateSource
) -> None:
    photo = taken_in(pictures.jpeg(size=(80, 60)), name, **arrival)

    assert (photo.taken_at, photo.taken_at_source) == (datetime.fromisoformat(taken).replace(tzinfo=UTC), source)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_beside_a_photo_tells_more(encoding: str) -> None:
    beside = packet(bag("dc:subject", "beside"), exif__DateTimeOriginal="2001-02-03T04:05:06", xmp__Rating="2")
    sidecar = Sidecar("photo.xmp", beside.decode().encode(encoding))

    photo = taken_in(sidecars=(sidecar,))

    assert (photo.taken_at, photo.taken_at_source) == (datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC), DateSource.SIDECAR)
    assert (file_tags(photo), photo.rating, photo.title) == (["beside", "iron", "tower"], 2, "Tour")


def test_a_lost_file_beside_a_photo_is_said_and_what_it_told_stays() -> None:
    photo = taken_in(sidecars=(Sidecar("photo.xmp", packet(xmp__Rating="2")),))
    storage.path_of(photo.files.get().stored).unlink()

    again = read_again(photo)

    assert (again.status, again.rating) == (Photo.Status.FAILED, 2)
    assert again.error


# A person's word


def test_what_a_person_has_set_survives_another_reading() -> None:
    photo = taken_in()
    changes = {
        "title": "Mine",
        "description": "",
        "taken_at": datetime(1999, 1, 1),
        "location": {"latitude": 52.52, "longitude": 13.4},
        "rating": None,
        "tags": ["mine"],
    }
    edit_photo(photo, changes, NOW)

    again = read_again(photo)

    assert (again.title, again.rating, again.taken_at_source) == ("Mine", None, DateSource.HUMAN)
    assert (again.taken_at.year, again.taken_offset) == (1999, None)
    assert (again.latitude, again.city, again.country) == (52.52, "Berlin", "Germany")
    assert again.tag_names == ["mine"]
    assert (again.camera_model, again.artist) == ("R5", "Anna")


def test_where_a_person_says_it_was_tells_the_offset_and_its_name() -> None:
    photo = taken_in(pictures.jpeg(exif=pictures.exif(photo={Base.DateTimeOriginal: "2019:07:01 12:00:00"})))
    edit_photo(photo, {"location": {"latitude": 35.68, "longitude": 139.69}}, NOW)

    again = read_again(photo)

    assert (again.taken_at.hour, again.taken_offset, again.country) == (12, 540, "Japan")


def test_a_place_that_a_person_clears_has_no_name_any_more() -> None:
    photo = taken_in()

    edit_photo(photo, {"location": None}, NOW)

    assert (photo.latitude, photo.place) == (None, "")
    assert read_again(photo).place == ""


def test_a_word_that_a_person_took_away_stays_away() -> None:
    photo = taken_in()
    photo.remove_tags(["tower"])

    assert read_again(photo).tag_names == ["iron"]


# Tags


def test_a_word_of_the_file_takes_the_place_of_a_machines() -> None:
    photo = taken_in(pictures.jpeg(size=(80, 60)))
    photo.set_machine_tags([TagScore("tower", 0.7), TagScore("sky", 0.6)], "model")

    PhotoTag.objects.put_file_words(photo, ["Tower", "TOWER", " ", "iron"])

    assert file_tags(photo) == ["iron", "tower"]
    assert sorted(photo.tag_names) == ["iron", "sky", "tower"]


def test_a_word_that_the_file_says_no_more_goes() -> None:
    photo = taken_in()
    photo.add_tags(["mine"])

    PhotoTag.objects.put_file_words(photo, ["iron"])

    assert sorted(photo.tag_names) == ["iron", "mine"]


def test_a_photo_has_no_more_tags_of_its_file_than_may_be() -> None:
    photo = taken_in()
    photo.add_tags(f"mine {number}" for number in range(150))

    PhotoTag.objects.put_file_words(photo, [f"word {number}" for number in range(100)])

    assert len(file_tags(photo)) == 50


# Faces


def test_faces_of_another_reading_take_the_place_of_the_former(make_photo: Callable[..., Photo]) -> None:
    photo, other = make_photo(), make_photo()
    anna, ben = Face("Anna", 0.1, 0.1, 0.2, 0.2), Face("Ben", 0.5, 0.1, 0.2, 0.2)
    PhotoFace.objects.put(other, [ben])

    for faces in ([anna, ben], [anna, ben], [ben], []):
        PhotoFace.objects.put(photo, faces)

        assert [face.marked for face in PhotoFace.objects.by_photo([photo.pk]).get(photo.pk, [])] == faces
    assert other.faces.count() == 1
