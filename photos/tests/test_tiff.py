from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos.tests import pictures
from photos.tiff import Tiff

WIDTH, BITS, SUB_IFDS, MAKE = 256, 258, 330, 271


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}])
def test_values_are_read_wherever_they_lie(options: dict[str, bool]) -> None:
    data = pictures.encoded(pictures.corners(), "TIFF", tiffinfo={MAKE: "A maker of cameras"}, **options)
    tiff = Tiff(BytesIO(b"before" + data), base=6)

    tags, following = tiff.directory(tiff.first)

    assert tiff.number(tags[WIDTH]) == 60
    assert tiff.numbers(tags[BITS]) == (8, 8, 8)
    assert tiff.text(tags[MAKE]) == "A maker of cameras"
    assert following == 0
    assert tiff.number(tags.get(9999)) is None


def test_all_directories_are_walked_once_though_they_lead_in_a_circle() -> None:
    first = struct.pack("<HHHII", 1, SUB_IFDS, 4, 1, 26) + struct.pack("<I", 8)
    below = struct.pack("<HHHII", 1, SUB_IFDS, 4, 1, 8) + struct.pack("<I", 26)
    tiff = Tiff(BytesIO(b"II*\0" + struct.pack("<I", 8) + first + below))

    assert [tiff.number(tags[SUB_IFDS]) for tags in tiff.directories()] == [26, 8]


def test_the_pages_of_a_tiff_follow_one_another() -> None:
    pages = [Image.new("L", (width, 5)) for width in (20, 30)]
    tiff = Tiff(BytesIO(pictures.encoded(Image.new("L", (10, 5)), "TIFF", save_all=True, append_images=pages)))

    assert [tiff.number(tags[WIDTH]) for tags in tiff.directories()] == [10, 20, 30]


@settings(deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"]),
)
def test_whatever_is_damaged_is_left_out(rubbish: bytes, beginning: bytes) -> None:
    tiff = Tiff(BytesIO(beginning + rubbish))

    for tags in tiff.directories():
        for entry in tags.values():
            assert len(tiff.numbers(entry)) <= 16
            assert len(tiff.bytes_of(entry, 100)) <= 100
            assert tiff.text(entry) is not None
