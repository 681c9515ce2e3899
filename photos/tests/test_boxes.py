from __future__ import annotations

import struct
from pathlib import Path

import pytest

from photos import images
from photos.boxes import Box, boxes, has_readable_items, inside
from photos.images import BrokenImage
from photos.tests import pictures
from photos.tests.heif import heic


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def walk(folder: Path, data: bytes) -> list[Box]:
    with pictures.on_disk(folder, data).open("rb") as file:
        return list(boxes(file, 0, len(data)))


def test_a_box_in_another_ends_with_it_whatever_it_promises(tmp_path: Path) -> None:
    whole = struct.pack(">I4sI4s", 16, b"moov", 4000, b"meta") + bytes(5000)
    with pictures.on_disk(tmp_path, whole).open("rb") as file:
        (movie,) = inside(file, Box(b"", 0, len(whole)), b"moov")

        assert list(inside(file, movie)) == [Box(b"meta", 16, 16)]


def test_boxes_follow_one_another(tmp_path: Path) -> None:
    data = struct.pack(">I4s4x", 12, b"ftyp") + struct.pack(">I4s2x", 10, b"free")

    assert walk(tmp_path, data) == [Box(b"ftyp", 8, 12), Box(b"free", 20, 22)]


def test_a_box_may_have_64_bits_of_length(tmp_path: Path) -> None:
    data = struct.pack(">I4sQ9x", 1, b"mdat", 25) + struct.pack(">I4s", 8, b"free")

    assert walk(tmp_path, data) == [Box(b"mdat", 16, 25), Box(b"free", 33, 33)]


def test_a_box_without_length_lasts_to_the_end(tmp_path: Path) -> None:
    assert walk(tmp_path, struct.pack(">I4s9x", 0, b"mdat")) == [Box(b"mdat", 8, 17)]


def test_a_box_may_promise_more_than_there_is(tmp_path: Path) -> None:
    assert walk(tmp_path, struct.pack(">I4s9x", 500, b"mdat")) == [Box(b"mdat", 8, 500)]


@pytest.mark.parametrize(
    "data", [b"", b"1234567", struct.pack(">I4s9x", 7, b"mdat"), struct.pack(">I4sQ", 1, b"mdat", 15)]
)
def test_what_is_no_box_ends_the_walk(tmp_path: Path, data: bytes) -> None:
    assert walk(tmp_path, data) == []


def test_the_items_of_a_heic_are_readable(tmp_path: Path) -> None:
    assert has_readable_items(pictures.on_disk(tmp_path, heic(exif=pictures.oriented(1))))


@pytest.mark.parametrize(
    ("item", "readable"),
    [
        (b"\2\0\0\0" + b"\xff\xff\0\0" + b"Exif\0", True),
        (b"\2\0\0\0" + b"\0\1\0\0" + b"E\xffif\0", False),
        (b"\2\0\0\0" + b"\0\1\0\0" + b"mime\0text/\xff\0", False),
        (b"\3\0\0\0" + b"\xff\xff\xff\xff\0\0" + b"Exif\0", True),
        (b"\3\0\0\0" + b"\0\0\0\1\0\0" + b"E\xffif\0", False),
        (b"\0\0\0\0" + b"\0\1\0\0" + "Übersicht".encode() + b"\0", True),
    ],
)
@pytest.mark.parametrize("count", [b"\0\0\0\0" + b"\0\1", b"\1\0\0\0" + b"\0\0\0\1"])
def test_items_are_read_in_every_version(tmp_path: Path, item: bytes, readable: bool, count: bytes) -> None:
    data = box(b"meta", bytes(4) + box(b"hdlr", bytes(9)) + box(b"iinf", count + box(b"infe", item)))

    assert has_readable_items(pictures.on_disk(tmp_path, data)) == readable


def test_an_item_whose_type_is_no_text_is_refused_before_libheif_sees_it(tmp_path: Path) -> None:
    data = heic(exif=pictures.oriented(1))
    assert b"\0\0Exif\0" in data
    path = pictures.on_disk(tmp_path, data.replace(b"\0\0Exif\0", b"\0\0E\xffif\0"))

    with pytest.raises(BrokenImage):
        images.inspect(path, max_pixels=1_000_000)


@pytest.mark.parametrize("cut", range(0, 520, 7))
def test_a_cut_anywhere_is_no_error(tmp_path: Path, cut: int) -> None:
    assert has_readable_items(pictures.on_disk(tmp_path, heic()[:cut])) in (True, False)
