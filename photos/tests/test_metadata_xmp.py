from __future__ import annotations

from datetime import datetime

import pytest

from photos.metadata.faces import Stored
from photos.metadata.facts import Dates, Face, Facts, Moment
from photos.metadata.from_xmp import facts_of_xmp
from photos.tests.xmp import bag, microsoft, packet, regions

STORED = Stored(400, 300)


def of(inner: str = "", **attributes: str) -> Facts:
    return facts_of_xmp(packet(inner, **attributes), STORED)


def test_a_packet_tells_all_that_a_photographer_expects() -> None:
    inner = (
        bag("dc:title", "Falcon", kind="Alt")
        + bag("dc:description", "Leaving\nits nest", kind="Alt")
        + bag("dc:creator", "Anna", "Ben", kind="Seq")
        + bag("dc:rights", "All rights reserved", kind="Alt")
        + bag("dc:subject", "Bird", "nest", "bird")
        + bag("exif:ISOSpeedRatings", "1000", kind="Seq")
        + '<exif:Flash exif:Fired="False"/>'
    )

    found = of(
        inner,
        exif__DateTimeOriginal="2022-03-31T11:31:56.18-07:00",
        xmp__CreateDate="2022-03-31T11:31:56",
        xmp__ModifyDate="2022-07-11T16:00:55-04:00",
        tiff__Make="Canon",
        tiff__Model="Canon EOS R5",
        aux__Lens="RF100-500mm",
        exif__FNumber="71/10",
        exif__ExposureTime="1/4000",
        exif__FocalLength="500/1",
        exif__FocalLengthIn35mmFilm="500",
        exif__GPSLatitude="36,29.4N",
        exif__GPSLongitude="121,12,0W",
        exif__GPSAltitude="14839/10",
        exif__GPSImgDirection="206/1",
        exif__GPSTimeStamp="2022-03-31T18:31:50Z",
        photoshop__City="Soledad",
        photoshop__State="California",
        photoshop__Country="USA",
        xmp__CreatorTool="Lightroom",
        xmp__Rating="4",
    )

    assert found == Facts(
        dates=Dates(
            original=Moment(datetime(2022, 3, 31, 11, 31, 56, 180_000), -420),
            digitised=Moment(datetime(2022, 3, 31, 11, 31, 56)),
            by_satellite=datetime(2022, 3, 31, 18, 31, 50),
        ),
        camera_make="Canon",
        camera_model="Canon EOS R5",
        lens="RF100-500mm",
        aperture=7.1,
        shutter=0.00025,
        iso=1000,
        focal_length=500.0,
        focal_length_35mm=500.0,
        flash=False,
        software="Lightroom",
        latitude=36.49,
        longitude=-121.2,
        altitude=1483.9,
        direction=206.0,
        city="Soledad",
        region="California",
        country="USA",
        artist="Anna, Ben",
        copyright="All rights reserved",
        rating=4,
        title="Falcon",
        description="Leaving\nits nest",
        keywords=("Bird", "nest"),
    )


@pytest.mark.parametrize("damaged", [b"", "", b"rubbish", packet()[:-50], b"<!DOCTYPE x>" + packet()])
def test_a_damaged_packet_tells_nothing(damaged: bytes | str) -> None:
    assert facts_of_xmp(damaged, STORED) == Facts()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_by_satellite_at_an_end_of_the_calendar_is_none(moment: str) -> None:
    assert of(exif__GPSTimeStamp=moment).dates.by_satellite is None


@pytest.mark.parametrize(
    ("written", "wall"),
    [
        ("1965-07-30", datetime(1965, 7, 30)),
        ("1965-07", datetime(1965, 7, 1)),
        ("1965", datetime(1965, 1, 1)),
        ("1965-07-30T10:20", datetime(1965, 7, 30, 10, 20)),
        ("1965-13", None),
        ("0001-01-01", None),
        ("9999-12-31T23:59", None),
        ("T10:20:30", None),
        ("", None),
    ],
)
def test_what_scans_say_of_their_day_month_or_year_counts(written: str, wall: datetime | None) -> None:
    found = of(photoshop__DateCreated=written).dates.original

    assert (found and found.wall) == wall


@pytest.mark.parametrize(
    ("latitude", "longitude", "position"),
    [
        ("39,6.9N", "108,24.05810W", (39.115, -108.400968)),
        ("39,6,54N", "108,24,3.486W", (39.115, -108.400968)),
        ("-39.115", "108.4", (-39.115, 108.4)),
        ("39,6.9S", "180,0E", (-39.115, 180.0)),
        ("39,6.9N", "", (None, None)),
        ("39,6.9E", "108,24W", (None, None)),
        ("91,0N", "108,24W", (None, None)),
        ("0,0N", "0,0E", (None, None)),
        ("1/0", "1/0", (None, None)),
    ],
)
def test_a_position_is_whole_and_credible_or_left_out(
    latitude: str, longitude: str, position: tuple[float | None, float | None]
) -> None:
    found = of(exif__GPSLatitude=latitude, exif__GPSLongitude=longitude)

    assert (found.latitude, found.longitude) == position


def test_below_the_sea_is_below_nought() -> None:
    found = of(
        exif__GPSLatitude="31,30N", exif__GPSLongitude="35,30E", exif__GPSAltitude="430/1", exif__GPSAltitudeRef="1"
    )

    assert found.altitude == -430


@pytest.mark.parametrize(
    ("attributes", "rating"),
    [
        ({"xmp__Rating": "5"}, 5),
        ({"xmp__Rating": "3.0"}, 3),
        ({"xmp__Rating": "0"}, None),
        ({"xmp__Rating": "-1"}, None),
        ({"xmp__Rating": "99"}, None),
        ({"MicrosoftPhoto__Rating": "75"}, 4),
        ({"xmp__Rating": "2", "MicrosoftPhoto__Rating": "99"}, 2),
    ],
)
def test_stars_are_read_and_a_rejection_is_none(attributes: dict[str, str], rating: int | None) -> None:
    assert of(**attributes).rating == rating


def test_a_plain_list_of_keywords_is_the_whole_of_them() -> None:
    inner = bag("dc:subject", "falcon") + bag("lr:hierarchicalSubject", "animals|birds|falcon", "Other|2022")

    assert of(inner).keywords == ("falcon",)


@pytest.mark.parametrize(
    "tree",
    [
        bag("lr:hierarchicalSubject", "Animals|Birds|falcon", "Animals|Birds"),
        bag("digiKam:TagsList", "Animals/Birds/falcon", kind="Seq"),
        bag("MicrosoftPhoto:LastKeywordXMP", "Animals/Birds/falcon"),
    ],
)
def test_without_a_list_every_word_on_the_way_through_the_tree_is_a_keyword(tree: str) -> None:
    assert of(tree).keywords == ("Animals", "Birds", "falcon")


# Faces


@pytest.mark.parametrize(
    ("orientation", "face"),
    [
        (1, Face("Anna", 0.1, 0.2, 0.2, 0.4)),
        (2, Face("Anna", 0.7, 0.2, 0.2, 0.4)),
        (3, Face("Anna", 0.7, 0.4, 0.2, 0.4)),
        (4, Face("Anna", 0.1, 0.4, 0.2, 0.4)),
        (5, Face("Anna", 0.2, 0.1, 0.4, 0.2)),
        (6, Face("Anna", 0.4, 0.1, 0.4, 0.2)),
        (7, Face("Anna", 0.4, 0.7, 0.4, 0.2)),
        (8, Face("Anna", 0.2, 0.7, 0.4, 0.2)),
    ],
)
def test_a_face_is_turned_as_the_picture_is(orientation: int, face: Face) -> None:
    found = facts_of_xmp(packet(regions(("Anna", 0.2, 0.4, 0.2, 0.4))), Stored(400, 300, orientation))

    assert found.faces == (face,)


def test_a_face_marked_on_the_upright_picture_is_not_turned_again() -> None:
    marked = packet(regions(("Anna", 0.2, 0.4, 0.2, 0.4), size=(300, 400)))

    assert facts_of_xmp(marked, Stored(400, 300, 6)).faces == (Face("Anna", 0.1, 0.2, 0.2, 0.4),)


def test_microsofts_faces_are_read_and_one_that_both_mark_is_one() -> None:
    both = regions(("", 0.2, 0.4, 0.2, 0.4)) + microsoft(("Anna", "0.1, 0.2, 0.2, 0.4"), ("", "0.5, 0.5, 0.1, 0.1"))

    assert of(both).faces == (Face("Anna", 0.1, 0.2, 0.2, 0.4), Face("", 0.5, 0.5, 0.1, 0.1))


@pytest.mark.parametrize(
    "inner",
    [
        regions(("Anna", 0.2, 0.4, 0, 0)),
        regions(("Anna", 2, 2, 0.1, 0.1)),
        regions(("code", 0.2, 0.4, 0.2, 0.4), kind="BarCode"),
        microsoft(("Anna", "0.1, 0.2")),
        microsoft(("Anna", "a, b, c, d")),
        microsoft(("Anna", "1/0, 0, 1, 1")),
        "<mwg-rs:Regions/>",
    ],
)
def test_what_is_no_face_in_the_picture_is_left_out(inner: str) -> None:
    assert of(inner).faces == ()


def test_a_face_at_the_edge_is_cut_to_the_picture() -> None:
    assert of(regions(("Anna", 0.0, 0.5, 0.2, 0.2))).faces == (Face("Anna", 0.0, 0.4, 0.1, 0.2),)


def test_only_so_many_faces_are_kept() -> None:
    crowd = [("", 0.001 * at, 0.5, 0.001, 0.1 + at / 1000) for at in range(1, 500)]

    assert len(of(regions(*crowd)).faces) <= 200
