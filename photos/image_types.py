from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from rest_framework.exceptions import APIException

from photos.other_kinds import name_of, name_of_brand
from photos.raw_types import raw_format, raw_in_tiff

HEAD_BYTES = 4096  # as much of a file as detect_type wants to see


class UnsupportedType(APIException):
    """The bytes are not one of the image types we read; says what they are instead."""

    status_code = 415
    default_code = "unsupported_type"
    default_detail = "This is not a photo we can read."

    def __init__(self, kind: str) -> None:
        super().__init__(f"This is {kind}, not a photo we can read.")


class RawUnreadable(APIException):
    """A raw photo of a camera, where what reads those is not installed."""

    status_code = 415
    default_code = "unsupported_type"

    def __init__(self, kind: ImageType) -> None:
        what = f"{_article(kind.maker)} {kind.maker} {kind.name.upper()} raw photo"
        super().__init__(f"This is {what}. To read those, install the extra “raw” of Cloudzy: make raw.")


@dataclass(frozen=True)
class ImageType:
    name: str
    mime: str
    extension: str
    pillow_formats: tuple[str, ...] = ()  # what Pillow calls it; nothing for raw photos, which it cannot read
    maker: str = ""  # of the camera, for a raw photo

    @property
    def is_raw(self) -> bool:
        return not self.pillow_formats


JPEG = ImageType("jpeg", "image/jpeg", ".jpg", ("JPEG",))  # and MPO, which Pillow opens by the same name
PNG = ImageType("png", "image/png", ".png", ("PNG",))
WEBP = ImageType("webp", "image/webp", ".webp", ("WEBP",))
GIF = ImageType("gif", "image/gif", ".gif", ("GIF",))
AVIF = ImageType("avif", "image/avif", ".avif", ("AVIF",))
TIFF = ImageType("tiff", "image/tiff", ".tif", ("TIFF",))
BMP = ImageType("bmp", "image/bmp", ".bmp", ("BMP",))
HEIC = ImageType("heic", "image/heic", ".heic", ("HEIF",))
JP2 = ImageType("jp2", "image/jp2", ".jp2", ("JPEG2000",))
JPX = ImageType("jpx", "image/jpx", ".jpx", ("JPEG2000",))
J2K = ImageType("j2k", "image/j2c", ".j2k", ("JPEG2000",))  # the codestream without a file format around it
PICTURE_TYPES = (JPEG, PNG, WEBP, GIF, AVIF, TIFF, BMP, HEIC, JP2, JPX, J2K)
JPEG_2000 = (JP2, JPX, J2K)
RAW_TYPES = (
    ImageType("cr2", "image/x-canon-cr2", ".cr2", maker="Canon"),
    ImageType("cr3", "image/x-canon-cr3", ".cr3", maker="Canon"),
    ImageType("nef", "image/x-nikon-nef", ".nef", maker="Nikon"),
    ImageType("arw", "image/x-sony-arw", ".arw", maker="Sony"),
    ImageType("raf", "image/x-fuji-raf", ".raf", maker="Fujifilm"),
    ImageType("rw2", "image/x-panasonic-rw2", ".rw2", maker="Panasonic"),
    ImageType("dng", "image/x-adobe-dng", ".dng", maker="Adobe"),
    ImageType("orf", "image/x-olympus-orf", ".orf", maker="Olympus"),
)
IMAGE_TYPES = (*PICTURE_TYPES, *RAW_TYPES)
RAW_FORMATS = frozenset(kind.name for kind in RAW_TYPES)

_RAW_BY_NAME = {kind.name: kind for kind in RAW_TYPES}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_CONTAINER_BRANDS = {b"mif1", b"mif2", b"msf1"}  # any codec: the compatible brands tell which
_JPEG_2000_BRANDS = {b"jp2 ": JP2, b"jph ": JP2, b"jpx ": JPX}
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_TIFF_BEGINNINGS = (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b")


def detect_type(head: bytes) -> ImageType:
    """Tell the image type from the first HEAD_BYTES bytes alone; raises UnsupportedType naming what it is instead.

    A multi-picture JPEG (MPO) and a motion photo count as JPEG, HEIF as HEIC.
    """
    return _detected(head, BytesIO(head))


def type_of(path: Path) -> ImageType:
    """Tell the type of a file as detect_type does; what lies further back in a TIFF is looked at too."""
    with path.open("rb") as file:
        return _detected(file.read(HEAD_BYTES), file)


def _article(word: str) -> str:
    return "an" if word[:1] in "AEIOU" else "a"


def _detected(head: bytes, file: BinaryIO) -> ImageType:
    if head.startswith(b"\xff\xd8\xff") and head[3:4] != b"\xf7":
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return BMP
    if raw := raw_format(head):
        return _RAW_BY_NAME[raw]
    if head[4:8] == b"ftyp":
        return _from_brands(head)
    if head.startswith(b"\xff\x4f\xff\x51"):
        return J2K
    if head.startswith(b"\x00\x00\x00\x0cjP  \r\n\x87\n"):
        return _jpeg_2000(head)
    if head.startswith(_TIFF_BEGINNINGS):
        return _tiff_unless_raw(file)
    raise UnsupportedType(name_of(head))


def _from_brands(head: bytes) -> ImageType:
    """Read the ftyp box of an ISO base media file (ISO/IEC 14496-12, 4.3): one major brand, many compatible ones."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF_BRANDS or (major in _CONTAINER_BRANDS and compatible & _AVIF_BRANDS):
        return AVIF
    if major in _HEIC_BRANDS | _CONTAINER_BRANDS:
        return HEIC
    raise UnsupportedType(name_of_brand(major))


def _jpeg_2000(head: bytes) -> ImageType:
    """Read the file type box that follows the signature (ISO/IEC 15444-1, I.5)."""
    brand = head[20:24]
    if brand not in _JPEG_2000_BRANDS:
        raise UnsupportedType("a Motion JPEG 2000 video" if brand in (b"mjp2", b"mj2s") else "a JPEG 2000 document")
    return _JPEG_2000_BRANDS[brand]


def _tiff_unless_raw(file: BinaryIO) -> ImageType:
    raw = raw_in_tiff(file)
    if raw == "raw":
        raise UnsupportedType("a raw photo of a camera we do not know")
    return _RAW_BY_NAME[raw] if raw else TIFF
