from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from photos.exif import ExifBlock
from photos.images import BrokenImage
from photos.metadata import Metadata, display_camera, display_shutter, metadata_of, read_metadata
from photos.tests import pictures

pytestmark = pictures.corrupt_tags_allowed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def of_image(**tags: object) -> Metadata:
    return metadata_of(ExifBlock(image={Base[name]: value for name, value in tags.items()}), NOW)


def of_photo(**tags: object) -> Metadata:
    return metadata_of(ExifBlock(photo={Base[name]: value for name, value in tags.items()}), NOW)


def read(folder: Path, data: bytes) -> Metadata:
    return read_metadata(pictures.on_disk(folder, data), NOW)


def test_a_photo_tells_its_camera_exposure_date_and_place(tmp_path: Path) -> None:
    block = pictures.exif(
        {Base.Make: "Canon", Base.Model: "Canon EOS R5", Base.ImageDescription: "A falcon"},
        {
            Base.DateTimeOriginal: "2022:03:31 11:31:56",
            Base.OffsetTimeOriginal: "-07:00",
            Base.LensModel: "RF100-500mm F4.5-7.1 L IS USM",
            Base.FNumber: 7.1,
            Base.ExposureTime: IFDRational(1, 4000),
            Base.ISOSpeedRatings: 1000,
            Base.FocalLength: 500.0,
        },
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (36.0, 29.0, 24.0),
            GPS.GPSLongitudeRef: "W",
            GPS.GPSLongitude: (121.0, 12.0, 0.0),
            GPS.GPSAltitude: 400.0,
        },
    )

    assert read(tmp_path, pictures.jpeg(exif=block)) == Metadata(
        taken_at=datetime(2022, 3, 31, 11, 31, 56),
        taken_offset=-420,
        camera_make="Canon",
        camera_model="Canon EOS R5",
        lens="RF100-500mm F4.5-7.1 L IS USM",
        aperture=7.1,
        shutter=0.00025,
        iso=1000,
        focal_length=500.0,
        latitude=36.49,
        longitude=-121.2,
        altitude=400.0,
        description="A falcon",
    )


def test_a_photo_without_exif_tells_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, pictures.png()) == Metadata()


def test_what_is_no_image_is_said_to_be_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenImage):
        read(tmp_path, b"\xff\xd8\xff rubbish")


# Dates


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("2023:02:02 02:00:00", datetime(2023, 2, 2, 2)),
        ("2023:02:02 02:00:00\0", datetime(2023, 2, 2, 2)),
        ("2023-02-02T02:00:00.250", datetime(2023, 2, 2, 2)),
        ("1899:12:31 23:59:59", datetime(1899, 12, 31, 23, 59, 59)),
        ("2026:11:23 11:00:00", datetime(2026, 11, 23, 11)),
        ("2026:11:23 13:00:00", None),
        ("2099:01:01 00:00:00", None),
        ("0000:00:00 00:00:00", None),
        ("2023:02:30 02:00:00", None),
        ("2023:02:02 02:00:60", None),
        ("yesterday", None),
        ("0001:01:01 00:00:00", None),
        (None, None),
    ],
)
def test_a_date_is_credible_or_left_out(text: object, taken_at: datetime | None) -> None:
    assert of_photo(DateTimeOriginal=text).taken_at == taken_at


def test_the_truest_date_that_is_credible_wins() -> None:
    changed: dict[int, object] = {Base.DateTime: "2023:03:03 03:00:00"}
    digitised: dict[int, object] = {Base.DateTimeDigitized: "2022:02:02 02:00:00", Base.OffsetTimeDigitized: "+02:00"}
    original: dict[int, object] = {Base.DateTimeOriginal: "2021:01:01 01:00:00", Base.OffsetTimeOriginal: "+01:00"}
    lie: dict[int, object] = {Base.DateTimeOriginal: "2099:01:01 01:00:00"}

    found = [metadata_of(ExifBlock(changed, photo), NOW) for photo in (digitised | original, digitised | lie, lie)]

    assert [(one.taken_at and one.taken_at.year, one.taken_offset) for one in found] == [
        (2021, 60),
        (2022, 120),
        (2023, None),
    ]


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [
        ("+05:45", 345),
        ("-0330", -210),
        ("+14:00", 840),
        ("+15:00", None),
        ("   :  ", None),
        (5, None),
    ],
)
def test_an_offset_is_credible_or_left_out_alone(offset: object, minutes: int | None) -> None:
    found = of_photo(DateTimeOriginal="2023:02:02 02:00:00", OffsetTimeOriginal=offset)

    assert (found.taken_at, found.taken_offset) == (datetime(2023, 2, 2, 2), minutes)


def test_an_offset_written_behind_the_date_counts() -> None:
    found = of_image(DateTime="2023-09-27T14:35:33+02:00")

    assert (found.taken_at, found.taken_offset) == (datetime(2023, 9, 27, 14, 35, 33), 120)


# Exposure


@pytest.mark.parametrize(
    ("tags", "field", "value"),
    [
        ({"FNumber": 1.8}, "aperture", 1.8),
        ({"ApertureValue": IFDRational(5, 1)}, "aperture", 5.7),
        ({"FNumber": IFDRational(1, 0), "ApertureValue": 4}, "aperture", 4.0),
        ({"ExposureTime": IFDRational(1, 887)}, "shutter", 1 / 887),
        ({"ExposureTime": IFDRational(1, 0)}, "shutter", None),
        ({"ShutterSpeedValue": 5}, "shutter", 1 / 32),
        ({"ShutterSpeedValue": -1}, "shutter", 2.0),
        ({"ISOSpeedRatings": (200, 0)}, "iso", 200),
        ({"ISOSpeedRatings": 65535, "ISOSpeed": 102400}, "iso", 102400),
        ({"FocalLength": 3.99}, "focal_length", 3.99),
        ({"LensModel": "----"}, "lens", ""),
    ],
)
def test_exposure_is_credible_or_left_out(tags: dict[str, object], field: str, value: object) -> None:
    assert getattr(of_photo(**tags), field) == value


# Texts


def test_a_hostile_make_is_stripped_and_capped(tmp_path: Path) -> None:
    hostile = "\0\x1b<script>alert(1)</script>\u202e" + "A" * 50_000
    block = pictures.exif({Base.Make: hostile.encode(), Base.Model: "X100"})

    found = read(tmp_path, pictures.jpeg(exif=block))

    assert found.camera_make == ("<script>alert(1)</script>" + "A" * 300)[:255]
    assert found.camera_model == "X100"


def test_a_description_keeps_its_lines_up_to_a_limit() -> None:
    assert of_image(ImageDescription="one\r\ntwo\0").description == "one\ntwo"
    assert len(of_image(ImageDescription="x" * 60_000).description) == 10_000


def test_the_title_that_windows_writes_is_read() -> None:
    assert of_image(XPTitle="Пляж ночью\0".encode("utf-16-le")).title == "Пляж ночью"


def test_one_bad_field_loses_no_other_and_all_goes_into_json() -> None:
    nonsense = IFDRational(1, 0)
    block = ExifBlock(
        image={Base.Make: 7, Base.Model: "Good", Base.Orientation: 99, Base.DateTime: nonsense},
        photo={
            Base.FNumber: nonsense,
            Base.ExposureTime: float("inf"),
            Base.ISOSpeedRatings: 400,
            Base.FocalLength: b"x",
        },
        gps={
            GPS.GPSLatitude: (nonsense,) * 3,
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLongitude: 200,
            GPS.GPSLongitudeRef: "E",
        },
    )

    found = metadata_of(block, NOW)

    assert found == Metadata(camera_model="Good", iso=400)
    json.dumps(asdict(found), allow_nan=False)


# As people read it


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("SONY", "DSLR-A550", "SONY DSLR-A550"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("OLYMPUS IMAGING CORP.", "E-M10", "OLYMPUS E-M10"),
        ("EASTMAN KODAK COMPANY", "KODAK EASYSHARE C813", "KODAK EASYSHARE C813"),
        ("LG Electronics", "LG-H870", "LG-H870"),
        ("motorola", "moto g(9) plus", "motorola moto g(9) plus"),
        ("Apple", "", "Apple"),
        ("", "iPhone 7", "iPhone 7"),
    ],
)
def test_a_camera_is_named_as_people_do(make: str, model: str, shown: str) -> None:
    assert display_camera(make, model) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1 / 160, "1/160"),
        (0.0011273957158962795, "1/887"),
        (0.5, "1/2"),
        (0.4, "0.4"),
        (0.77, "0.8"),
        (0.98, "1"),
        (1.3, "1.3"),
        (2.0, "2"),
        (1e-6, "1/1000000"),
    ],
)
def test_a_shutter_speed_is_written_as_cameras_do(seconds: float, shown: str) -> None:
    assert display_shutter(seconds) == shown
