from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import PngImagePlugin
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from photos.images import BrokenImage
from photos.metadata import Circumstances, DateSource, Face, Facts, Metadata, read_metadata
from photos.tests import pictures
from photos.tests.heif import heic
from photos.tests.iptc import in_jpeg, record
from photos.tests.xmp import bag, packet, regions

pytestmark = pictures.corrupt_tags_allowed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AROUND = Circumstances("photo.jpg", NOW)


def read(folder: Path, data: bytes, *sidecars: bytes) -> Metadata:
    return read_metadata(pictures.on_disk(folder, data), AROUND, sidecars)


def test_a_photo_tells_its_camera_exposure_and_place(tmp_path: Path) -> None:
    block = pictures.exif(
        {
            Base.Make: "Canon",
            Base.Model: "Canon EOS R5",
            Base.ImageDescription: "A falcon",
            Base.Software: "Firmware 1.5",
            Base.Artist: "Anna",
            Base.Copyright: "CC BY",
        },
        {
            Base.LensModel: "RF100-500mm F4.5-7.1 L IS USM",
            Base.FNumber: 7.1,
            Base.ExposureTime: IFDRational(1, 4000),
            Base.ISOSpeedRatings: 1000,
            Base.FocalLength: 500.0,
            Base.FocalLengthIn35mmFilm: 500,
            Base.Flash: 1,
        },
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (36.0, 29.0, 24.0),
            GPS.GPSLongitudeRef: "W",
            GPS.GPSLongitude: (121.0, 12.0, 0.0),
            GPS.GPSAltitude: 400.0,
            GPS.GPSImgDirection: 206.0,
        },
    )

    assert read(tmp_path, pictures.jpeg(exif=block)).facts == Facts(
        camera_make="Canon",
        camera_model="Canon EOS R5",
        lens="RF100-500mm F4.5-7.1 L IS USM",
        aperture=7.1,
        shutter=0.00025,
        iso=1000,
        focal_length=500.0,
        focal_length_35mm=500.0,
        flash=True,
        software="Firmware 1.5",
        latitude=36.49,
        longitude=-121.2,
        altitude=400.0,
        direction=206.0,
        artist="Anna",
        copyright="CC BY",
        description="A falcon",
    )


def test_a_photo_without_notes_tells_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, pictures.png()).facts == Facts()


def test_what_is_no_image_is_said_to_be_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenImage):
        read(tmp_path, b"\xff\xd8\xff rubbish")


TITLED = packet(bag("dc:title", "Пляж", kind="Alt"))


def png_with_packet() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", TITLED.decode())
    return pictures.png(size=(8, 6), pnginfo=notes)


@pytest.mark.parametrize(
    "data",
    [
        pictures.jpeg(size=(8, 6), xmp=TITLED),
        pictures.encoded(pictures.plain((8, 6)), "WEBP", xmp=TITLED),
        pictures.encoded(pictures.plain((8, 6)), "AVIF", xmp=TITLED),
        pictures.encoded(pictures.plain((8, 6)), "TIFF", tiffinfo={700: TITLED}),
        png_with_packet(),
    ],
    ids=["jpeg", "webp", "avif", "tiff", "png"],
)
def test_the_packet_in_a_file_of_any_type_is_read(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).facts.title == "Пляж"


def test_of_what_people_write_the_newer_standard_wins_and_a_file_beside_it_over_all(tmp_path: Path) -> None:
    exif = pictures.exif({Base.XPTitle: "of Windows".encode("utf-16-le"), Base.Artist: "Exif", Base.Copyright: "Exif"})
    embedded = packet(bag("dc:title", "of XMP", kind="Alt") + bag("dc:creator", "Xmp", kind="Seq"))
    iptc = record(5, "of IPTC") + record(25, "iptc")
    beside = packet(bag("dc:title", "beside", kind="Alt"), xmp__Rating="5")
    data = pictures.jpeg(size=(8, 6), exif=exif)

    only_exif = read(tmp_path, data).facts
    with_iptc = read(tmp_path, in_jpeg(data, iptc)).facts
    with_xmp = read(tmp_path, in_jpeg(pictures.jpeg(size=(8, 6), exif=exif, xmp=embedded), iptc)).facts
    with_all = read(tmp_path, in_jpeg(pictures.jpeg(size=(8, 6), exif=exif, xmp=embedded), iptc), beside).facts

    assert [found.title for found in (only_exif, with_iptc, with_xmp, with_all)] == [
        "of Windows", "of IPTC", "of XMP", "beside",
    ]  # fmt: skip
    assert (with_all.artist, with_all.copyright, with_all.keywords, with_all.rating) == ("Xmp", "Exif", ("iptc",), 5)


def test_of_what_cameras_write_their_own_notes_win_but_for_a_file_beside(tmp_path: Path) -> None:
    data = pictures.jpeg(
        size=(8, 6),
        exif=pictures.exif({Base.Make: "Canon", Base.Model: "R5"}, {Base.FNumber: 4.0}),
        xmp=packet(tiff__Make="Nikon", tiff__Model="D750", exif__FNumber="8/1", aux__Lens="50 mm"),
    )

    alone = read(tmp_path, data).facts
    beside = read(tmp_path, data, packet(exif__FNumber="11/1")).facts

    assert (alone.camera_make, alone.camera_model, alone.aperture, alone.lens) == ("Canon", "R5", 4.0, "50 mm")
    assert (beside.camera_model, beside.aperture) == ("R5", 11.0)


def test_a_position_comes_from_one_source_as_a_whole(tmp_path: Path) -> None:
    gps: dict[int, object] = {
        GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: 48.0, GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: 2.0,
    }  # fmt: skip
    embedded = packet(exif__GPSLatitude="10,0N", exif__GPSLongitude="20,0E", exif__GPSAltitude="900/1")

    found = read(tmp_path, pictures.jpeg(exif=pictures.exif(gps=gps), xmp=embedded)).facts

    assert (found.latitude, found.longitude, found.altitude) == (48.0, 2.0, None)


def test_keywords_of_files_beside_come_to_those_of_the_file(tmp_path: Path) -> None:
    data = in_jpeg(pictures.jpeg(size=(8, 6), xmp=packet(bag("dc:subject", "xmp", "Beach"))), record(25, "iptc"))

    found = read(tmp_path, data, packet(bag("dc:subject", "Anna", "beach")), packet(bag("dc:subject", "Ben")))

    assert found.facts.keywords == ("Anna", "beach", "Ben", "xmp")


def test_a_damaged_file_beside_a_photo_harms_nothing(tmp_path: Path) -> None:
    data = pictures.jpeg(exif=pictures.exif({Base.Model: "R5"}))

    found = read(tmp_path, data, b"{}", packet(xmp__Rating="3"))

    assert (found.facts.camera_model, found.facts.rating) == ("R5", 3)
    assert read(tmp_path, data, b"<?xml").facts.camera_model == "R5"


def test_the_date_beside_a_photo_wins_and_says_so(tmp_path: Path) -> None:
    data = pictures.jpeg(exif=pictures.exif(photo={Base.DateTimeOriginal: "2022:02:02 02:00:00"}))

    found = read(tmp_path, data, packet(exif__DateTimeOriginal="2021-01-01T01:00:00+01:00"))

    taken = found.taken(None, NOW)
    assert (taken.wall, taken.offset, taken.source) == (datetime(2021, 1, 1, 1), 60, DateSource.SIDECAR)


def test_faces_are_marked_on_the_upright_picture(tmp_path: Path) -> None:
    marked = packet(regions(("Anna", 0.2, 0.4, 0.2, 0.4), size=(60, 40)))
    turned = pictures.encoded(pictures.corners(), "JPEG", exif=pictures.oriented(6), xmp=marked)

    assert read(tmp_path, turned).facts.faces == (Face("Anna", 0.4, 0.1, 0.4, 0.2),)
    assert read(tmp_path, heic(), marked).facts.faces == (Face("Anna", 0.1, 0.2, 0.2, 0.4),)
