from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photos import images
from photos.jpeg2000 import promised_end, read_codestream
from photos.tests import pictures

JP2 = pictures.encoded(pictures.corners((90, 70)), "JPEG2000", num_resolutions=4)
BARE = pictures.encoded(pictures.corners((90, 70)), "JPEG2000", num_resolutions=4, no_jp2=True, tile_size=(40, 40))


def test_the_main_header_is_read_with_and_without_a_file_format_around_it(tmp_path: Path) -> None:
    for data in (JP2, BARE):
        found = read_codestream(pictures.on_disk(tmp_path, data))

        assert found is not None
        assert (found.size, found.halvings) == ((90, 70), 3)


def test_what_has_no_codestream_has_no_header(tmp_path: Path) -> None:
    for data in (b"", b"\xff\x4f\xff\x51", JP2[:60], pictures.jpeg()):
        assert read_codestream(pictures.on_disk(tmp_path, data)) is None


def test_the_end_is_told_by_the_tiles(tmp_path: Path) -> None:  # noqa: ARG001
    for data in (JP2, BARE, BARE + b"behind the end"):
        assert promised_end(BytesIO(data), len(data)) <= len(data)
        assert promised_end(BytesIO(data[:-30]), len(data) - 30) > len(data) - 30 or data.endswith(b"behind the end")


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 255))
def test_a_damaged_header_is_no_error(place: int, value: int) -> None:
    for whole in (JP2, BARE):
        data = bytearray(whole)
        data[place] = value

        assert promised_end(BytesIO(data), len(data)) >= 0


@pytest.mark.parametrize("size", [1000, 2**18, 2**19, 2**20, 3 * 2**20])
@pytest.mark.parametrize("behind", [False, True])
def test_large_boxes_beside_the_codestream_do_not_keep_it_from_being_decoded(
    tmp_path: Path, size: int, behind: bool
) -> None:
    large = struct.pack(">I4s", size + 24, b"uuid") + bytes(16 + size)
    small = struct.pack(">I4s", 12, b"xml ") + b"<a/>"
    at = len(JP2) if behind else JP2.index(b"jp2c") - 4
    plain = pictures.on_disk(tmp_path, JP2, "plain.jp2")
    boxed = pictures.on_disk(tmp_path, JP2[:at] + large + small + large + JP2[at:], "boxed.jp2")

    one, other = (images.decode(path, None, 64) for path in (plain, boxed))

    assert other.image.tobytes() == one.image.tobytes()
    assert images.inspect(boxed, 10**6).width == 90


def test_a_large_box_with_what_is_cut_short_behind_it_is_refused(tmp_path: Path) -> None:
    at = JP2.index(b"jp2c") - 4
    large = struct.pack(">I4s", 2**21 + 8, b"free") + bytes(2**21)

    with pytest.raises(images.TruncatedImage):
        images.inspect(pictures.on_disk(tmp_path, JP2[:at] + large + JP2[at:-40]), 10**6)


@pytest.mark.parametrize("size", [(90, 70), (97, 65), (1001, 777), (96, 64)])
@pytest.mark.parametrize("where", [{}, {"tile_size": (2048, 2048), "tile_offset": (0, 0), "offset": (33, 7)}])
def test_an_image_of_any_size_is_decoded_at_any_half_of_it(
    tmp_path: Path, size: tuple[int, int], where: dict[str, tuple[int, int]]
) -> None:
    data = pictures.encoded(pictures.corners(size), "JPEG2000", num_resolutions=6, **where)
    path = pictures.on_disk(tmp_path, data)

    for side in (1, 10, 100, 1000):
        decoded = images.decode(path, None, side)

        assert (decoded.info.width, decoded.info.height) == size
        assert max(decoded.image.size) == min(side, max(size))
