"""What callers see of decoding, wherever it runs: one contract over both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags
from pytest_django import Settings

from photos import images
from photos.decoding import close_decoder
from photos.image_types import JPEG, UnsupportedType
from photos.images import BrokenImage, TooManyPixels, TruncatedImage
from photos.metadata import Circumstances, DateSource, Face, Facts, read_metadata
from photos.metadata.facts import Moment
from photos.tests import pictures
from photos.tests.xmp import microsoft, packet

LIMIT = 100_000_000
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def one_child() -> Iterator[None]:
    yield
    close_decoder()


@pytest.fixture(params=["inline", "child"], autouse=True)
def decoder(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.CLOUDZY_DECODER = request.param
    return str(request.param)


def test_a_picture_comes_back_upright_and_measured(tmp_path: Path) -> None:
    data = pictures.encoded(pictures.corners((600, 400)), "JPEG", quality=95, exif=pictures.oriented(3))
    decoded = images.decode(pictures.on_disk(tmp_path, data), LIMIT, max_side=300)

    assert (decoded.info.type, decoded.info.width, decoded.info.height) == (JPEG, 600, 400)
    assert (decoded.image.mode, decoded.image.size) == ("RGB", (300, 200))
    assert pictures.same_colours(pictures.corner_colours(decoded.image), list(reversed(pictures.CORNERS)))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"just words", UnsupportedType),
        (pictures.png_claiming(20_000, 20_000), TooManyPixels),
        (pictures.png_claiming(20, 20), TruncatedImage),
        (pictures.png()[:20] + bytes(40), BrokenImage),
    ],
    ids=["no image", "too large", "cut short", "broken"],
)
def test_a_refusal_is_the_same(tmp_path: Path, settings: Settings, data: bytes, refusal: type[Exception]) -> None:
    path = pictures.on_disk(tmp_path, data)

    with pytest.raises(refusal) as raised:
        images.decode(path, LIMIT, max_side=300)
    settings.CLOUDZY_DECODER = "inline"
    with pytest.raises(refusal) as expected:
        images.decode(path, LIMIT, max_side=300)

    assert (raised.type, str(raised.value)) == (expected.type, str(expected.value))
    assert raised.value.get_codes() == expected.value.get_codes()  # type: ignore[attr-defined]


def test_a_file_that_is_not_there_is_an_error_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        images.inspect(tmp_path / "gone.jpg", LIMIT)


NOTES = packet(microsoft(("Anna", "0.1, 0.2, 0.2, 0.4")))


def test_metadata_comes_back_with_all_its_types(tmp_path: Path) -> None:
    block = pictures.exif(
        {ExifTags.Base.Model: "D750"},
        {ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22", ExifTags.Base.FNumber: 2.8},
    )
    path = pictures.on_disk(tmp_path, pictures.jpeg(exif=block))

    found = read_metadata(path, Circumstances("a.jpg", NOW, folder="2019"), [NOTES])

    assert found.facts == Facts(camera_model="D750", aperture=2.8, faces=(Face("Anna", 0.1, 0.2, 0.2, 0.4),))
    assert found.dates[DateSource.EXIF].original == Moment(datetime(2019, 3, 21, 11, 4, 22))
    assert found.around == Circumstances("a.jpg", NOW, folder="2019")
