from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from rest_framework.exceptions import APIException

HEAD_BYTES = 4096  # as much of a file as detect_type wants to see


class UnsupportedType(APIException):
    """The bytes are not one of the image types we read; says what they are instead."""

    status_code = 415
    default_code = "unsupported_type"
    default_detail = "This is not a photo we can read."

    def __init__(self, kind: str) -> None:
        super().__init__(f"This is {kind}, not a photo we can read.")


@dataclass(frozen=True)
class ImageType:
    name: str
    mime: str
    extension: str
    pillow_formats: tuple[str, ...]  # what Pillow calls it


JPEG = ImageType("jpeg", "image/jpeg", ".jpg", ("JPEG",))  # and MPO, which Pillow opens by the same name
PNG = ImageType("png", "image/png", ".png", ("PNG",))
WEBP = ImageType("webp", "image/webp", ".webp", ("WEBP",))
GIF = ImageType("gif", "image/gif", ".gif", ("GIF",))
AVIF = ImageType("avif", "image/avif", ".avif", ("AVIF",))
TIFF = ImageType("tiff", "image/tiff", ".tif", ("TIFF",))
BMP = ImageType("bmp", "image/bmp", ".bmp", ("BMP",))
HEIC = ImageType("heic", "image/heic", ".heic", ("HEIF",))
IMAGE_TYPES = (JPEG, PNG, WEBP, GIF, AVIF, TIFF, BMP, HEIC)

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_CONTAINER_BRANDS = {b"mif1", b"msf1"}  # any codec: the compatible brands tell which
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}

_SUBFILE_TYPE, _SUB_IFDS, _DNG_VERSION = 0x00FE, 0x014A, 0xC612

_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript (EPS) document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript (EPS) document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"FUJIFILMCCD-RAW", "a Fujifilm RAW file (RAF)"),
    (b"IIU\x00", "a Panasonic RAW file (RW2)"),
    (b"IIRO", "an Olympus RAW file (ORF)"),
    (b"IIRS", "an Olympus RAW file (ORF)"),
    (b"MMOR", "an Olympus RAW file (ORF)"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
)


def detect_type(head: bytes) -> ImageType:
    """Tell the image type from the first HEAD_BYTES bytes alone; raises UnsupportedType naming what it is instead.

    A multi-picture JPEG (MPO) and a motion photo count as JPEG, HEIF as HEIC.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _from_brands(head)
    if head.startswith((b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b")):
        return _tiff_unless_raw(head)
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return BMP
    raise UnsupportedType(_other_kind(head))


def _from_brands(head: bytes) -> ImageType:
    """Read the ftyp box of an ISO base media file (ISO/IEC 14496-12, 4.3): one major brand, many compatible ones."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF_BRANDS or (major in _CONTAINER_BRANDS and compatible & _AVIF_BRANDS):
        return AVIF
    if major in _HEIC_BRANDS | _CONTAINER_BRANDS:
        return HEIC
    raise UnsupportedType("a Canon RAW file (CR3)" if major == b"crx " else "a video")


def _tiff_unless_raw(head: bytes) -> ImageType:
    if head[8:10] == b"CR":
        raise UnsupportedType("a Canon RAW file (CR2)")
    tags = _first_directory(head)
    if _DNG_VERSION in tags:
        raise UnsupportedType("a camera RAW file (DNG)")
    # NEF, ARW, PEF: a small preview in the first directory, the sensor's data in a sub-directory.
    if tags.get(_SUBFILE_TYPE) == 1 and _SUB_IFDS in tags:
        raise UnsupportedType("a camera RAW file")
    return TIFF


def _first_directory(head: bytes) -> dict[int, int]:
    """Map tag to inline value of a classic TIFF's first directory, as far as it lies within `head` (TIFF 6.0, 2)."""
    order: Literal["little", "big"] = "little" if head.startswith(b"II") else "big"
    (start,) = struct.unpack_from("<L" if order == "little" else ">L", head.ljust(8, b"\0"), 4)
    count = int.from_bytes(head[start : start + 2], order)
    entries = (head[at : at + 12] for at in range(start + 2, min(start + 2 + 12 * count, len(head) - 11), 12))
    return {int.from_bytes(entry[:2], order): int.from_bytes(entry[8:12], order) for entry in entries}


def _other_kind(head: bytes) -> str:
    if not head:
        return "an empty file"
    if head.startswith(b"RIFF"):
        return "a video" if head[8:11] == b"AVI" else "a sound recording"
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    # The last character may be cut in two by the end of the head.
    text = head.decode("utf-8-sig", errors="ignore").lstrip().lower()
    if "<svg" in text:
        return "an SVG drawing"
    if text.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
        return "an HTML page"
    if b"\0" in head or len(text.encode()) < len(head.strip()) - 8:
        return "a file of an unknown kind"
    return "an XML document" if text.startswith("<?xml") else "a text file"
