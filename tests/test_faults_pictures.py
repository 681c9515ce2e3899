"""Faults 15 to 19: photos that are let in, whatever their name and insides are like."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from photos.models import Photo
from photos.tests.pictures import (
    CORNERS,
    corner_colours,
    corners,
    corrupt_tags_allowed,
    encoded,
    exif,
    jpeg,
    motion_photo,
    mpo,
    oriented,
    same_colours,
)
from photos.tests.requesting import post_photo, read

pytestmark = [pytest.mark.django_db, corrupt_tags_allowed]

SCRIPT = b"<script>alert(1)</script>"


def photo_after(client: Client, data: bytes, name: str = "photo.jpg") -> dict[str, Any]:
    """Upload what must be let in; return the photo as a client then reads it."""
    response = post_photo(client, data, name)
    assert response.status_code == 201, response.content
    photo: dict[str, Any] = client.get(f"/photo/{response.json()['id']}").json()
    assert photo["status"] == "ready", photo["error"]
    return photo


def thumbnail_of(client: Client, photo: dict[str, Any]) -> bytes:
    return read(client.get(f"/photo/{photo['id']}/thumbnail"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\\..\\b.jpg", "b.jpg"),
        ("x" * 400 + ".jpg", "x" * 251 + ".jpg"),
        ("CON.jpg", "CON.jpg"),
        ("-rf.jpg", "-rf.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b.jpg", "ab.jpg"),
    ],
)
def test_15_hostile_names_are_cleaned_and_never_used_as_paths(client: Client, name: str, shown: str) -> None:
    photo = photo_after(client, jpeg(), name)

    stored = Photo.objects.get().original
    assert photo["original_name"] == shown
    assert stored.startswith("originals/")
    assert len(stored) == len("originals/ab/.jpg") + 32
    assert photo["filename"].isascii()
    assert not photo["filename"].startswith(("-", "."))
    assert len(photo["filename"]) <= 255


@pytest.mark.parametrize("tail", [SCRIPT, b"PK\x03\x04" + SCRIPT], ids=["script", "zip"])
def test_16_what_hangs_behind_a_photo_goes_out_only_as_a_download(client: Client, tail: bytes) -> None:
    data = jpeg() + tail
    photo = photo_after(client, data)

    response = client.get(f"/photo/{photo['id']}/file")

    assert read(response) == data
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "image/jpeg"
    assert SCRIPT not in thumbnail_of(client, photo)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (10.0, 0.0, 0.0), 3: "E", 4: (200.0, 0.0, 0.0)},
        {1: "N", 2: (IFDRational(1, 0),) * 3, 3: "E", 4: (IFDRational(0, 0),) * 3},
        {1: "?", 2: (91.0, 0.0, 0.0), 3: "", 4: (1.0, 2.0, 3.0)},
        {1: "N", 2: (1.0,)},
    ],
)
def test_17_a_place_that_is_none_is_null_and_the_rest_is_kept(client: Client, gps: dict[int, object]) -> None:
    photo = photo_after(client, jpeg(exif=exif({ExifTags.Base.Model: "D750"}, gps=gps)))

    assert (photo["location"], photo["camera"]) == (None, "D750")


@pytest.mark.parametrize("date", ["0000:00:00 00:00:00", "2019:02:30 10:00:00", "yesterday", "    :  :     :  :  "])
def test_17_a_date_that_is_none_is_that_of_the_upload(client: Client, date: str) -> None:
    photo = photo_after(client, jpeg(exif=exif(photo={ExifTags.Base.DateTimeOriginal: date})))

    assert photo["taken_at_source"] == "upload"


def test_17_an_orientation_that_is_none_is_upright(client: Client) -> None:
    photo = photo_after(client, encoded(corners(), "JPEG", exif=oriented(99)))

    assert (photo["width"], photo["height"]) == (60, 40)


@pytest.mark.parametrize(
    "block", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_17_a_corrupt_block_is_no_metadata(client: Client, block: bytes) -> None:
    photo = photo_after(client, jpeg(exif=block))

    assert (photo["camera"], photo["location"], photo["taken_at_source"]) == ("", None, "upload")


def test_18_a_maker_of_fifty_kilobytes_is_cut_and_cleaned(client: Client) -> None:
    make = "a\0b" + SCRIPT.decode() + "x" * 50_000

    photo = photo_after(client, jpeg(exif=exif({ExifTags.Base.Make: make})))

    assert "\0" not in photo["camera"]
    assert len(Photo.objects.get().camera_make) <= 255


def test_18_what_a_file_says_is_escaped_on_every_page(client: Client) -> None:
    said = SCRIPT.decode()
    block = exif({ExifTags.Base.Make: said, ExifTags.Base.ImageDescription: said})
    pk = photo_after(client, jpeg(exif=block), f"{said}.jpg")["id"]

    addresses = ["/gallery/", f"/gallery/{pk}/", "/admin/photos/photo/", f"/admin/photos/photo/{pk}/change/"]
    pages = [client.get(address) for address in addresses]

    assert [page.status_code for page in pages] == [200] * 4
    assert not any(SCRIPT in page.content for page in pages)


@pytest.mark.parametrize(
    "data",
    [
        encoded(corners().convert("CMYK"), "JPEG", quality=95),
        encoded(corners().convert("P"), "PNG"),
        encoded(corners().convert("RGBA").convert("P", palette=Image.Palette.ADAPTIVE), "PNG", transparency=9),
        encoded(corners().convert("RGBA"), "TIFF"),
        mpo(),
        motion_photo(),
    ],
    ids=["CMYK", "palette", "palette with alpha", "TIFF with alpha", "MPO", "motion photo"],
)
def test_19_every_kind_of_photo_is_shown_in_its_colours(client: Client, data: bytes) -> None:
    photo = photo_after(client, data)

    image = Image.open(BytesIO(thumbnail_of(client, photo)))
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (60, 40))
    assert same_colours(corner_colours(image), list(CORNERS), tolerance=30)


@pytest.mark.parametrize("mode", ["1", "L", "I;16"])
def test_19_photos_without_colour_are_let_in_too(client: Client, mode: str) -> None:
    photo = photo_after(client, encoded(Image.new(mode, (60, 40)), "PNG"))

    assert Image.open(BytesIO(thumbnail_of(client, photo))).size == (60, 40)


def test_19_a_photo_on_its_side_is_shown_upright(client: Client) -> None:
    photo = photo_after(client, encoded(corners((60, 40)), "JPEG", quality=95, exif=oriented(6)))

    image = Image.open(BytesIO(thumbnail_of(client, photo)))
    assert (photo["width"], photo["height"]) == image.size == (40, 60)
    bottom_left_first = [CORNERS[2], CORNERS[0], CORNERS[3], CORNERS[1]]
    assert same_colours(corner_colours(image), bottom_left_first, tolerance=40)
