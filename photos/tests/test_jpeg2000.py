from __future__ import annotations

from io import BytesIO
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

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
