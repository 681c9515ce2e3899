from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PIL.Image import Transpose

from photos import images
from photos.tests import pictures
from photos.tests.heif import heic

LIMIT = 1_000_000
# How a picture has to be stored so that the orientation of the number turns it upright (CIPA DC-008, 4.6.4).
STORED: dict[int, Transpose | None] = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


def stored(orientation: int) -> Image.Image:
    turn = STORED[orientation]
    image = pictures.corners((60, 40))
    return image if turn is None else image.transpose(turn)


def shows_corners(image: Image.Image) -> bool:
    return pictures.same_colours(pictures.corner_colours(image), list(pictures.CORNERS))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_an_image_comes_out_upright(tmp_path: Path, image_format: str, orientation: int) -> None:
    data = pictures.encoded(stored(orientation), image_format, exif=pictures.oriented(orientation), quality=95)

    decoded = images.decode(pictures.on_disk(tmp_path, data), LIMIT, max_side=None)

    assert (decoded.info.width, decoded.info.height) == (60, 40)
    assert decoded.image.size == (60, 40)
    assert shows_corners(decoded.image)


def test_an_image_comes_out_upright_when_made_smaller(tmp_path: Path) -> None:
    large = stored(6).resize((800, 1200))
    path = pictures.on_disk(tmp_path, pictures.encoded(large, "JPEG", exif=pictures.oriented(6)))

    decoded = images.decode(path, 10 * LIMIT, max_side=120)

    assert (decoded.info.width, decoded.info.height) == (1200, 800)
    assert decoded.image.size == (120, 80)
    assert shows_corners(decoded.image)


@pytest.mark.parametrize("orientation", [0, 9, 99, 65535])
def test_a_nonsense_orientation_turns_nothing(tmp_path: Path, orientation: int) -> None:
    data = pictures.encoded(pictures.corners(), "JPEG", exif=pictures.oriented(orientation), quality=95)

    assert shows_corners(images.open_upright(pictures.on_disk(tmp_path, data), max_side=None))


def test_a_heic_is_turned_by_its_own_property(tmp_path: Path) -> None:
    decoded = images.decode(pictures.on_disk(tmp_path, heic(quarter_turns=1)), LIMIT, max_side=None)

    top_left, top_right, bottom_left, bottom_right = pictures.CORNERS
    turned_left = [top_right, bottom_right, top_left, bottom_left]
    assert pictures.same_colours(pictures.corner_colours(decoded.image), turned_left)


def test_a_heic_is_not_turned_again_by_its_exif_block(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, heic(exif=pictures.oriented(6)))

    assert shows_corners(images.open_upright(path, max_side=None))


def test_a_tiff_of_several_pages_is_turned_once(tmp_path: Path) -> None:
    data = pictures.encoded(
        stored(6), "TIFF", exif=pictures.oriented(6), save_all=True, append_images=[pictures.corners((60, 40))]
    )

    assert shows_corners(images.open_upright(pictures.on_disk(tmp_path, data), max_side=None))


def test_an_orientation_in_xmp_alone_turns_nothing_as_in_browsers(tmp_path: Path) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    data = pictures.encoded(pictures.corners(), "JPEG", xmp=xmp, quality=95)

    assert shows_corners(images.open_upright(pictures.on_disk(tmp_path, data), max_side=None))
