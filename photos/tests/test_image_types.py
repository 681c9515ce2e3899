from __future__ import annotations

import struct

import pytest

from photos.image_types import HEAD_BYTES, IMAGE_TYPES, UnsupportedType, detect_type
from photos.tests import pictures
from photos.tests.heif import heic


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return struct.pack(">I4s4sI", 16 + 4 * len(compatible), b"ftyp", major, 0) + b"".join(compatible)


def tiff_with(*entries: tuple[int, int]) -> bytes:
    """Make the head of a little-endian TIFF whose first directory has these tags with these values."""
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (pictures.jpeg(), "jpeg"),
        (pictures.mpo(), "jpeg"),
        (pictures.motion_photo(), "jpeg"),
        (pictures.png(), "png"),
        (pictures.gif(), "gif"),
        (pictures.encoded(pictures.corners(), "WEBP"), "webp"),
        (pictures.encoded(pictures.corners(), "AVIF"), "avif"),
        (pictures.encoded(pictures.corners(), "TIFF"), "tiff"),
        (pictures.encoded(pictures.corners(), "TIFF", big_tiff=True), "tiff"),
        (pictures.encoded(pictures.corners(), "BMP"), "bmp"),
        (heic(), "heic"),
        (heic(brand=b"mif1"), "heic"),
        (ftyp(b"msf1", b"hevc"), "heic"),
        (ftyp(b"mif1", b"miaf", b"avif"), "avif"),
        (ftyp(b"avis"), "avif"),
        (ftyp(b"heic", b"mif1", b"avif"), "heic"),
        (b"MM\0*" + bytes(8), "tiff"),
    ],
)
def test_an_image_is_known_by_its_first_bytes(data: bytes, name: str) -> None:
    assert detect_type(data[:HEAD_BYTES]).name == name


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "an empty file"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript (EPS) document"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "an HTML page"),
        (b"\xef\xbb\xbf  <html>", "an HTML page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "an SVG drawing"),
        (b"<?xml version='1.0'?><feed>", "an XML document"),
        (b"Dear diary, BM is not a bitmap", "a text file"),
        (b"BM is not a bitmap either", "a text file"),
        ("Grüße aus München, ".encode() * 9, "a text file"),
        (ftyp(b"isom", b"mp41"), "a video"),
        (ftyp(b"qt  "), "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound recording"),
        (ftyp(b"crx "), "a Canon RAW file (CR3)"),
        (b"II*\0\x10\0\0\0CR\x02\0", "a Canon RAW file (CR2)"),
        (tiff_with((0xFE, 0), (0xC612, 1)), "a camera RAW file (DNG)"),
        (tiff_with((0xFE, 1), (0x14A, 200)), "a camera RAW file"),
        (b"FUJIFILMCCD-RAW 0201", "a Fujifilm RAW file (RAF)"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"\xff\x0a....", "a JPEG XL image"),
        (bytes(64), "a file of an unknown kind"),
        (bytes(range(128, 256)), "a file of an unknown kind"),
    ],
)
def test_anything_else_is_refused_by_its_name(head: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedType) as refusal:
        detect_type(head)

    assert refusal.value.detail == f"This is {kind}, not a photo we can read."
    assert refusal.value.status_code == 415
    assert refusal.value.get_codes() == "unsupported_type"


def test_a_tiff_with_pages_of_its_own_is_no_raw_file() -> None:
    assert detect_type(tiff_with((0xFE, 0), (0x14A, 200))).name == "tiff"


@pytest.mark.parametrize("length", range(24))
def test_a_head_cut_anywhere_is_refused_or_known_but_never_an_error(length: int) -> None:
    for data in (
        pictures.jpeg(),
        pictures.png(),
        heic(),
        tiff_with((0xFE, 1)),
        pictures.encoded(pictures.plain(), "BMP"),
    ):
        try:
            assert detect_type(data[:length]) in IMAGE_TYPES
        except UnsupportedType as refusal:
            assert refusal.status_code == 415


def test_every_type_has_an_extension_of_its_own() -> None:
    assert len({kind.extension for kind in IMAGE_TYPES}) == len(IMAGE_TYPES)
    assert all(kind.extension.startswith(".") for kind in IMAGE_TYPES)
