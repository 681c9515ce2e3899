from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import pytest
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from photos.exif import ExifBlock
from photos.metadata.facts import Facts, Moment
from photos.metadata.from_exif import facts_of_exif
from photos.tests import pictures

pytestmark = pictures.corrupt_tags_allowed


def of_image(**tags: object) -> Facts:
    return facts_of_exif(ExifBlock(image={Base[name]: value for name, value in tags.items()}))


def of_photo(**tags: object) -> Facts:
    return facts_of_exif(ExifBlock(photo={Base[name]: value for name, value in tags.items()}))


def of_gps(**tags: object) -> Facts:
    return facts_of_exif(ExifBlock(gps={GPS[name]: value for name, value in tags.items()}))


# Dates


@pytest.mark.parametrize(
    ("text", "original"),
    [
        ("2023:02:02 02:00:00", datetime(2023, 2, 2, 2)),
        ("2023:02:02 02:00:00\0", datetime(2023, 2, 2, 2)),
        ("2023-02-02T02:00:00.250", datetime(2023, 2, 2, 2, 0, 0, 250_000)),
        ("1899:12:31 23:59:59", datetime(1899, 12, 31, 23, 59, 59)),
        ("0000:00:00 00:00:00", None),
        ("2023:02:30 02:00:00", None),
        ("2023:02:02 02:00:60", None),
        ("2023:02:02", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_date_is_read_or_left_out(text: object, original: datetime | None) -> None:
    found = of_photo(DateTimeOriginal=text).dates.original

    assert (found and found.wall) == original


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [("348", 348_000), ("18\0", 180_000), ("023460", 23_460), ("1234567", 123_456), ("", 0), ("x", 0), (5, 0)],
)
def test_a_fraction_of_the_second_is_kept(fraction: object, microseconds: int) -> None:
    found = of_photo(DateTimeOriginal="2023:02:02 02:00:00", SubsecTimeOriginal=fraction).dates.original

    assert found == Moment(datetime(2023, 2, 2, 2, 0, 0, microseconds))


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [
        ("+05:45", 345),
        ("-0330", -210),
        ("+14:00", 840),
        ("Z", 0),
        ("+15:00", None),
        ("+01:75", None),
        ("   :  ", None),
        (5, None),
    ],
)
def test_an_offset_is_credible_or_left_out_alone(offset: object, minutes: int | None) -> None:
    found = of_photo(DateTimeOriginal="2023:02:02 02:00:00", OffsetTimeOriginal=offset).dates.original

    assert found == Moment(datetime(2023, 2, 2, 2), minutes)


def test_an_offset_written_behind_the_date_counts() -> None:
    found = of_image(DateTime="2023-09-27T14:35:33+02:00", Model="X100").dates.changed

    assert found == Moment(datetime(2023, 9, 27, 14, 35, 33), 120)


def test_the_last_change_is_a_date_only_where_a_camera_wrote() -> None:
    assert of_image(DateTime="2023:09:27 14:35:33").dates.changed is None


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [
        ("2019:03:21", (16, 4, IFDRational(2101, 100)), datetime(2019, 3, 21, 16, 4, 21)),
        ("2019:03:21", (16, 4), None),
        ("2019:03:21", (24, 0, 0), None),
        ("2019:03:21", (IFDRational(1, 0), 0, 0), None),
        ("", (16, 4, 21), None),
        ("2019:03:21", None, None),
    ],
)
def test_the_time_of_satellites_needs_its_day_and_its_hour(day: str, time: object, moment: datetime | None) -> None:
    assert of_gps(GPSDateStamp=day, GPSTimeStamp=time).dates.by_satellite == moment


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
        ({"FocalLengthIn35mmFilm": 28}, "focal_length_35mm", 28.0),
        ({"FocalLengthIn35mmFilm": 0}, "focal_length_35mm", None),
        ({"Flash": 16}, "flash", False),
        ({"Flash": 25}, "flash", True),
        ({"Flash": "yes"}, "flash", None),
        ({"LensModel": "----"}, "lens", ""),
    ],
)
def test_exposure_is_credible_or_left_out(tags: dict[str, object], field: str, value: object) -> None:
    assert getattr(of_photo(**tags), field) == value


@pytest.mark.parametrize(("degrees", "read"), [(320.6, 320.6), (360, 360.0), (400, None), (IFDRational(1, 0), None)])
def test_where_the_camera_looked_is_credible_or_left_out(degrees: object, read: float | None) -> None:
    assert of_gps(GPSImgDirection=degrees).direction == read


# Texts


def test_a_hostile_make_is_stripped_and_capped() -> None:
    hostile = "\0\x1b<script>alert(1)</script>\u202e" + "A" * 50_000

    found = of_image(Make=hostile, Model="X100")

    assert found.camera_make == ("<script>alert(1)</script>" + "A" * 300)[:255]
    assert found.camera_model == "X100"


def test_a_description_keeps_its_lines_up_to_a_limit() -> None:
    assert of_image(ImageDescription="one\r\ntwo\0").description == "one\ntwo"
    assert len(of_image(ImageDescription="x" * 60_000).description) == 10_000


@pytest.mark.parametrize(
    ("comment", "description"),
    [
        (b"ASCII\0\0\0On the beach\0\0", "On the beach"),
        (b"UNICODE\0" + "Пляж".encode("utf-16-le"), "Пляж"),
        (b"\0" * 40, ""),
        (b"JIS\0\0\0\0\0x", ""),
        (b"", ""),
        (7, ""),
    ],
)
def test_the_comment_of_a_person_is_the_description_of_last_resort(comment: object, description: str) -> None:
    assert of_photo(UserComment=comment).description == description


def test_what_windows_writes_is_read() -> None:
    def written(text: str) -> bytes:
        return f"{text}\0".encode("utf-16-le")

    found = of_image(
        XPTitle=written("Пляж ночью"),
        XPKeywords=written("beach;night; Beach ;;"),
        XPComment=written("Late"),
        XPAuthor=written("Anna"),
    )

    assert (found.title, found.keywords, found.description, found.artist) == (
        "Пляж ночью",
        ("beach", "night"),
        "Late",
        "Anna",
    )


@pytest.mark.parametrize(
    ("stars", "percent", "rating"),
    [(4, None, 4), (0, None, None), (9, None, None), (None, 1, 1), (None, 50, 3), (None, 99, 5), (None, 0, None)],
)
def test_stars_are_read_and_none_are_no_rating(stars: int | None, percent: int | None, rating: int | None) -> None:
    found = facts_of_exif(ExifBlock(image={0x4746: stars, 0x4749: percent}))

    assert found.rating == rating


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

    found = facts_of_exif(block)

    assert found == Facts(camera_model="Good", iso=400)
    json.dumps(asdict(found), allow_nan=False)
