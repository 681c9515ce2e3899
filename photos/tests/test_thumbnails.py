from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photos import images, thumbnails
from photos.tests import pictures

ORIGINAL = "originals/ab/abcd.heic"


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_a_large_picture_gets_both_sizes_on_its_longer_side() -> None:
    renditions = thumbnails.render(pictures.corners((1200, 3000)))

    assert {size: opened(data).size for size, data in renditions.items()} == {512: (205, 512), 1600: (640, 1600)}


def test_renditions_are_webp_and_show_the_picture() -> None:
    renditions = thumbnails.render(pictures.corners((2000, 1000)))

    for data in renditions.values():
        image = opened(data)
        assert image.format == "WEBP"
        assert pictures.same_colours(pictures.corner_colours(image), list(pictures.CORNERS))


def test_a_small_picture_is_never_enlarged_and_encoded_once() -> None:
    renditions = thumbnails.render(pictures.plain((500, 375)))

    assert opened(renditions[1600]).size == (500, 375)
    assert renditions[512] is renditions[1600]


def test_a_line_of_pixels_keeps_a_height() -> None:
    renditions = thumbnails.render(pictures.plain((5000, 1)))

    assert opened(renditions[512]).size == (512, 1)


def test_the_picture_itself_is_left_as_it_was() -> None:
    image = pictures.corners((2000, 1000))

    thumbnails.render(image)

    assert image.size == (2000, 1000)


def test_nothing_but_pixels_goes_into_a_rendition() -> None:
    image = pictures.plain((2000, 1500))
    image.info |= {
        "exif": pictures.exif({0x010F: "SECRET"}),
        "xmp": b"SECRET",
        "comment": b"SECRET",
        "icc_profile": pictures.swapped_profile(),
    }

    renditions = thumbnails.render(image)

    for data in renditions.values():
        assert b"SECRET" not in data
        assert {data[12:16]} == {b"VP8 "}, "a WebP with metadata would begin with a VP8X chunk"


def test_a_payload_behind_the_original_is_gone(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.jpeg() + b"<script>alert(1)</script>")

    renditions = thumbnails.render(images.open_upright(path, max_side=1600))

    assert b"<script" not in renditions[512]


def test_renditions_lie_beside_each_other_under_the_name_of_the_original() -> None:
    assert thumbnails.path_for(ORIGINAL, 512) == "thumbnails/512/ab/abcd.webp"
    assert thumbnails.path_for(ORIGINAL, 1600) == "thumbnails/1600/ab/abcd.webp"


def test_a_name_that_is_no_original_has_no_rendition() -> None:
    with pytest.raises(ValueError, match="originals"):
        thumbnails.path_for("/etc/passwd", 512)


def test_saved_renditions_are_read_back_and_leave_nothing_else(tmp_path: Path) -> None:
    thumbnails.save(tmp_path, ORIGINAL, {512: b"small", 1600: b"old"})
    thumbnails.save(tmp_path, ORIGINAL, {1600: b"large"})

    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert files == {"thumbnails/512/ab/abcd.webp": b"small", "thumbnails/1600/ab/abcd.webp": b"large"}


def test_a_failed_write_leaves_no_part_behind(tmp_path: Path) -> None:
    in_the_way = tmp_path / thumbnails.path_for(ORIGINAL, 512)
    in_the_way.mkdir(parents=True)

    with pytest.raises(IsADirectoryError):
        thumbnails.save(tmp_path, ORIGINAL, {512: b"small"})

    assert list(tmp_path.rglob("*.part")) == []


def test_removed_renditions_are_gone_and_removing_twice_is_no_error(tmp_path: Path) -> None:
    thumbnails.save(tmp_path, ORIGINAL, {512: b"small", 1600: b"large"})

    thumbnails.remove(tmp_path, ORIGINAL)
    thumbnails.remove(tmp_path, ORIGINAL)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
