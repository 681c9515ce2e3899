from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from photos.exif import ExifBlock, number, numbers, orientation_of, read_exif, text_of
from photos.tests import pictures
from photos.tests.heif import heic

pytestmark = pictures.corrupt_tags_allowed

BLOCK = pictures.exif({Base.Make: "Canon", Base.Orientation: 6}, {Base.FNumber: 2.8}, {GPS.GPSLatitudeRef: "N"})


def block_of(folder: Path, data: bytes) -> ExifBlock:
    with Image.open(pictures.on_disk(folder, data)) as image:
        return read_exif(image)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_three_directories_are_read_in_every_type(tmp_path: Path, image_format: str) -> None:
    block = block_of(tmp_path, pictures.encoded(pictures.plain((60, 40)), image_format, exif=BLOCK))

    assert block.image[Base.Make] == "Canon"
    assert block.photo[Base.FNumber] == pytest.approx(2.8)
    assert block.gps[GPS.GPSLatitudeRef] == "N"


def test_the_block_of_a_heic_is_read(tmp_path: Path) -> None:
    assert block_of(tmp_path, heic(exif=BLOCK)).image[Base.Make] == "Canon"


@pytest.mark.parametrize("data", [pictures.jpeg(), pictures.png(), pictures.gif(), heic()])
def test_an_image_without_a_block_has_empty_directories(tmp_path: Path, data: bytes) -> None:
    assert block_of(tmp_path, data) == ExifBlock()


def test_reading_the_block_decodes_no_pixels(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.png_claiming(1_000_000, 1_000_000))

    with Image.open(path) as image:
        assert read_exif(image) == ExifBlock()


@pytest.mark.parametrize(
    "data", [b"Exif\0\0", b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", BLOCK[:20], BLOCK[:40]]
)
def test_a_corrupt_block_is_read_as_far_as_it_goes(tmp_path: Path, data: bytes) -> None:
    assert block_of(tmp_path, pictures.jpeg(exif=data)).gps == {}


def test_no_flipped_byte_of_a_block_raises() -> None:
    chance = random.Random(2)
    image = pictures.plain((8, 8))
    for _ in range(2000):
        data = bytearray(BLOCK)
        for _ in range(chance.choice([1, 2, 8])):
            data[chance.randrange(6, len(data))] = chance.choice([0, 1, 255, chance.randrange(256)])
        image.info["exif"] = bytes(data)

        assert isinstance(read_exif(image), ExifBlock)
        assert orientation_of(image) in range(1, 9)


def test_the_orientation_is_told() -> None:
    image = pictures.plain((8, 8))
    image.info["exif"] = BLOCK

    assert orientation_of(image) == 6


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (5, 5.0),
        (IFDRational(1, 4), 0.25),
        ((7, 8), 7.0),
        (IFDRational(1, 0), None),
        (IFDRational(0, 0), None),
        (float("inf"), None),
        (float("nan"), None),
        (10**400, None),
        (-1, None),
        (101, None),
        ("5", None),
        (b"5", None),
        ((), None),
        (None, None),
    ],
)
def test_a_number_is_finite_and_within_its_bounds(value: object, read: float | None) -> None:
    assert number(value, 0, 100) == read


def test_of_several_numbers_each_is_read_on_its_own() -> None:
    assert numbers((IFDRational(1, 2), IFDRational(1, 0), "x")) == [0.5, None, None]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Canon", "Canon"),
        ("Zürich".encode().decode("latin-1"), "Zürich"),
        ("Z\xfcrich", "Zürich"),
        ("Zürich ✓", "Zürich ✓"),
        (b"Canon", "Canon"),
        ("Zürich".encode(), "Zürich"),
        (b"\xff\xfe\xfd", "\ufffd\ufffd\ufffd"),
        (5, ""),
        (None, ""),
    ],
)
def test_a_text_is_read_in_the_encoding_it_has(value: object, read: str) -> None:
    assert text_of(value) == read
