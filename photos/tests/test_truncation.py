from __future__ import annotations

import struct
from pathlib import Path

import pytest

from photos.image_types import HEIC, JPEG, TIFF, WEBP, ImageType
from photos.tests import pictures
from photos.tests.heif import heic
from photos.truncation import is_cut_short


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (HEIC, heic()),
        (WEBP, pictures.encoded(pictures.corners(), "WEBP")),
        (TIFF, pictures.encoded(pictures.noise(), "TIFF", compression="tiff_lzw")),
        (TIFF, b"MM\0+\0\x08\0\0" + struct.pack(">Q", 500) + bytes(500)),
    ],
)
def test_a_container_tells_that_its_end_is_missing(tmp_path: Path, kind: ImageType, data: bytes) -> None:
    whole = pictures.on_disk(tmp_path, data, "whole")
    cut = pictures.on_disk(tmp_path, pictures.truncated(data, 0.9), "cut")

    assert not is_cut_short(whole, kind)
    assert is_cut_short(cut, kind)


def test_a_box_may_have_64_bits_of_length(tmp_path: Path) -> None:
    box = struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)

    assert not is_cut_short(pictures.on_disk(tmp_path, box), HEIC)
    assert is_cut_short(pictures.on_disk(tmp_path, box[:-1]), HEIC)


def test_a_box_that_lasts_to_the_end_is_never_cut(tmp_path: Path) -> None:
    assert not is_cut_short(pictures.on_disk(tmp_path, struct.pack(">I4s", 0, b"mdat") + bytes(9)), HEIC)


def test_rubbish_ends_the_walk(tmp_path: Path) -> None:
    assert not is_cut_short(pictures.on_disk(tmp_path, struct.pack(">I4s", 3, b"mdat") + bytes(9)), HEIC)


def test_a_container_without_lengths_tells_nothing(tmp_path: Path) -> None:
    assert not is_cut_short(pictures.on_disk(tmp_path, pictures.truncated(pictures.jpeg(), 0.5)), JPEG)
