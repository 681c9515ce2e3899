"""The facts that must come out of real photos, which are no part of the project."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photos import images, thumbnails
from photos.metadata import Circumstances, DateSource, Facts, Metadata, display_camera, display_shutter, read_metadata
from photos.metadata.dates import Taken
from photos.metadata.facts import Face
from photos.places import place_at
from photos.tests import pictures

PROJECT = Path(__file__).resolve().parents[2]
ASSETS = Path(os.environ.get("CLOUDZY_TEST_ASSETS") or PROJECT / "../shared/assets")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not ASSETS.is_dir(), reason="the real photos are not there: name their folder in CLOUDZY_TEST_ASSETS"
)

SIZES = {
    "el_torcal_rocks.jpg": (512, 341),
    "IMG_2682.heic": (4032, 3024),
    "8bit-sRGB.avif": (1617, 1080),
    "density_plot.png": (800, 800),
    "denali.webp": (600, 315),
    "thompson-springs.jpg": (150, 103),
    "empty_gps.jpg": (4640, 3472),
    "date-priority-test.jpg": (100, 100),
    "gps-datetime.jpg": (100, 100),
    "time-created.jpg": (100, 100),
    "picasa.jpg": (100, 75),
    "prairie_falcon.jpg": (800, 533),
    "tanners_ridge.jpg": (800, 534),
    "wood_anemones.jpg": (512, 307),
    "portrait-orientation-6.jpg": (840, 700),
}
# Camera, date, aperture, shutter, ISO, focal length.
EXPOSURES = {
    "el_torcal_rocks.jpg": ("SONY DSLR-A550", "2012-08-05 11:39:59", 11, "1/160", 200, 75),
    "IMG_2682.heic": ("Apple iPhone 7", "2019-03-21 11:04:22", 1.8, "1/887", 20, 3.99),
    "denali.webp": ("Canon EOS 7D", "2010-08-13 21:00:01", 11, "1/400", 200, 60),
    "empty_gps.jpg": ("motorola moto g(9) plus", "2025-06-01 16:59:26", 1.8, "1/40", 234, 5.53),
    "picasa.jpg": ("Canon PowerShot SD1100 IS", "2010-02-13 14:55:31", 4.9, "1/400", 80, 18.6),
    "prairie_falcon.jpg": ("Canon EOS R5", "2022-03-31 11:31:56", 7.1, "1/4000", 1000, 500),
    "tanners_ridge.jpg": ("NIKON D750", "2023-09-25 08:33:30", 22, "1/15", 1000, 35),
}
POSITIONS = {
    "IMG_2682.heic": (41.2203, -96.071625, 351),
    "thompson-springs.jpg": (39.115, -108.400968, 1484),
    "gps-datetime.jpg": (37.7749, -122.4194, None),
}
KEYWORDS = {
    "thompson-springs.jpg": ["carol m. highsmith", "america", "utah", "utah winter scenes", "thompson springs"],
    "picasa.jpg": ["Frost", "Yard"],
    "prairie_falcon.jpg": ["SFAN", "PINN", "raptors", "Events", "birds", "monitoring", "prairie falcons"],
    "tanners_ridge.jpg": ["Big Meadows", "Landscape", "Tanners Ridge Overlook", "Overlook", "Place"],
    "portrait-orientation-6.jpg": ["Marie Curie", "Pierre Curie"],
}
TITLES = {
    "denali.webp": "Denali National Park and Preserve",
    "prairie_falcon.jpg": "Prairie falcon female with eggs",
}
UNDATED = [
    "8bit-sRGB.avif",
    "density_plot.png",
    "time-created.jpg",
    "wood_anemones.jpg",
    "portrait-orientation-6.jpg",
]


def metadata(name: str) -> Metadata:
    return read_metadata(ASSETS / name, Circumstances(name, NOW))


def facts(name: str) -> Facts:
    return metadata(name).facts


def taken(name: str) -> Taken:
    found = metadata(name)
    return found.taken(found.position, NOW)


@pytest.mark.parametrize("name", SIZES)
def test_size_and_thumbnails_come_out(name: str) -> None:
    decoded = images.decode(ASSETS / name, 100_000_000, max(thumbnails.SIZES))
    renditions = thumbnails.render(decoded.image)

    assert (decoded.info.width, decoded.info.height) == SIZES[name]
    assert max(decoded.image.size) == min(1600, max(SIZES[name]))
    assert all(data[8:12] == b"WEBP" for data in renditions.values())


@pytest.mark.parametrize("name", EXPOSURES)
def test_camera_date_and_exposure_come_out(name: str) -> None:
    found = facts(name)

    assert found.shutter is not None
    assert (
        display_camera(found.camera_make, found.camera_model),
        str(taken(name).wall)[:19],
        found.aperture,
        display_shutter(found.shutter),
        found.iso,
        found.focal_length,
    ) == EXPOSURES[name]
    assert taken(name).source == DateSource.EXIF


@pytest.mark.parametrize("name", SIZES)
def test_a_position_comes_out_where_there_is_one(name: str) -> None:
    found = facts(name)

    altitude = None if found.altitude is None else round(found.altitude)
    assert (found.latitude, found.longitude, altitude) == POSITIONS.get(name, (None, None, None))


@pytest.mark.parametrize("name", SIZES)
def test_keywords_and_titles_come_out_where_there_are_some(name: str) -> None:
    found = facts(name)

    assert list(found.keywords) == KEYWORDS.get(name, [])
    assert found.title == TITLES.get(name, "")


def test_the_date_of_the_photo_wins_over_every_other() -> None:
    assert taken("date-priority-test.jpg") == Taken(datetime(2023, 2, 2, 2), None, DateSource.EXIF)


def test_the_time_of_satellites_is_told_by_the_clock_of_the_place() -> None:
    assert taken("gps-datetime.jpg") == Taken(datetime(2023, 11, 15, 4, 30), -480, DateSource.GPS)


def test_the_place_tells_how_far_a_clock_was_from_utc() -> None:
    assert taken("IMG_2682.heic") == Taken(datetime(2019, 3, 21, 11, 4, 22, 348_000), -300, DateSource.EXIF)


@pytest.mark.parametrize("name", UNDATED)
def test_without_a_date_the_upload_is_one_and_says_so(name: str) -> None:
    assert taken(name) == Taken(NOW.replace(tzinfo=None), 0, DateSource.UPLOAD)


def test_the_descriptions_come_out() -> None:
    assert facts("el_torcal_rocks.jpg").description == "SONY DSC"
    assert [facts(name).description for name in ("8bit-sRGB.avif", "density_plot.png")] == ["", ""]


def test_places_are_named_by_their_file_else_by_their_position() -> None:
    found = facts("thompson-springs.jpg")

    assert (found.city, found.region, found.country) == ("Thompson Springs", "Utah", "United States")
    assert place_at(*POSITIONS["IMG_2682.heic"][:2]).region == "Nebraska"


def test_faces_come_out_upright_each_once() -> None:
    assert facts("portrait-orientation-6.jpg").faces == (
        Face("Marie Curie", 0.311904, 0.208571, 0.113095, 0.198571),
        Face("Pierre Curie", 0.639285, 0.118571, 0.096429, 0.241429),
    )


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_real_heic_cut_short_is_found_out_though_libheif_says_nothing(tmp_path: Path, share: float) -> None:
    data = (ASSETS / "IMG_2682.heic").read_bytes()
    path = pictures.on_disk(tmp_path, pictures.truncated(data, share))

    with pytest.raises(images.TruncatedImage):
        images.inspect(path, 100_000_000)


def test_a_wide_gamut_is_brought_to_srgb() -> None:
    path = ASSETS / "IMG_2682.heic"  # Display P3

    srgb = images.open_upright(path, 64)
    with images.opened(path) as (_, image):
        untouched = image.resize(srgb.size)

    assert sum(abs(a - b) for a, b in zip(srgb.tobytes(), untouched.tobytes(), strict=True)) / len(srgb.tobytes()) > 2
