from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photos.image_types import HEAD_BYTES, IMAGE_TYPES, UnsupportedType, detect_type, type_of
from photos.tests import pictures
from photos.tests.heif import heic

BEGINNINGS = [
    b"",
    b"II*\0",
    b"MM\0*",
    b"II+\0\x08\0\0\0",
    b"IIU\0",
    b"IIRO",
    b"\0\0\0\x18ftyp",
    b"\0\0\0\x0cjP  \r\n\x87\n",
]


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return struct.pack(">I4s4sI", 16 + 4 * len(compatible), b"ftyp", major, 0) + b"".join(compatible)


def tiff_with(*entries: tuple[int, int]) -> bytes:
    """Make the head of a little-endian TIFF whose first directory has these tags with these values."""
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory


def raw_tiff_of(make: bytes) -> bytes:
    """Make the head of a TIFF with a small picture in front of a sensor's data, by a camera of this make."""
    return (
        tiff_with((0xFE, 1), (0x14A, 200), (0x10F, 0)).replace(
            struct.pack("<HHII", 0x10F, 4, 1, 0), struct.pack("<HHII", 0x10F, 2, len(make), 8 + 2 + 3 * 12)
        )
        + make
    )


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
        (pictures.encoded(pictures.corners(), "JPEG2000"), "jp2"),
        (pictures.encoded(pictures.corners(), "JPEG2000", no_jp2=True), "j2k"),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjpx ", "jpx"),
        (ftyp(b"crx "), "cr3"),
        (b"II*\0\x10\0\0\0CR\x02\0", "cr2"),
        (tiff_with((0xFE, 0), (0xC612, 1)), "dng"),
        (raw_tiff_of(b"NIKON CORPORATION\0"), "nef"),
        (raw_tiff_of(b"SONY\0\0\0"), "arw"),
        (b"FUJIFILMCCD-RAW 0201", "raf"),
        (b"IIU\0\x18\0\0\0", "rw2"),
        (b"IIRO\x08\0\0\0", "orf"),
        (b"MMOR\0\0\0\x08", "orf"),
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
        (ftyp(b"isom", b"mp41"), "an MP4 video"),
        (ftyp(b"qt  "), "a QuickTime video"),
        (ftyp(b"3gp5"), "a 3GPP video"),
        (ftyp(b"what"), "a video"),
        (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
        ((b"G" + bytes(187)) * 4, "an MPEG video"),
        ((bytes(4) + b"G" + bytes(187)) * 4, "an MPEG video"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound recording"),
        (raw_tiff_of(b"PENTAX\0"), "a raw photo of a camera we do not know"),
        (b"FOVb", "a Sigma raw photo (X3F)"),
        (ftyp(b"avci"), "an AVC image in a HEIF file"),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypmjp2", "a Motion JPEG 2000 video"),
        (b"\xff\xd8\xff\xf7", "a JPEG-LS image"),
        (b"gimp xcf v011", "a GIMP drawing (XCF)"),
        (b"\x76\x2f\x31\x01\2\0\0\0", "an OpenEXR image"),
        (b"#?RADIANCE\n", "a Radiance HDR image"),
        (b"P6\n60 40\n255\n", "a Netpbm image"),
        (b"<?xpacket begin='' ?><x:xmpmeta>", "an XMP sidecar"),
        ("<x:xmpmeta xmlns:x='adobe:ns:meta/'>".encode("utf-16"), "an XMP sidecar"),
        (b"<?xml version='1.0'?><plist><key>adjustmentFormatIdentifier</key>", "an Apple file of edits (AAE)"),
        (b"8BPS\0\1", "a Photoshop document (PSD)"),
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


def test_a_raw_photo_is_known_where_its_directory_lies_behind_everything(tmp_path: Path) -> None:
    directory = struct.pack("<HHHII", 1, 0xC612, 1, 4, 1) + bytes(4)
    path = pictures.on_disk(tmp_path, b"II*\0" + struct.pack("<I", 8 + 9000) + bytes(9000) + directory)

    assert type_of(path).name == "dng"


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(BEGINNINGS))
def test_damaged_bytes_are_refused_or_known_but_never_an_error(rubbish: bytes, beginning: bytes) -> None:
    try:
        assert detect_type(beginning + rubbish) in IMAGE_TYPES
    except UnsupportedType as refusal:
        assert refusal.status_code == 415


def test_every_type_has_an_extension_of_its_own() -> None:
    assert len({kind.extension for kind in IMAGE_TYPES}) == len(IMAGE_TYPES)
    assert all(kind.extension.startswith(".") for kind in IMAGE_TYPES)
