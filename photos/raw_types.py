"""Which camera's raw file it is: many are TIFFs with a small picture in front, and must not be taken for that."""

from __future__ import annotations

from typing import BinaryIO

from photos.tiff import Tiff

_MAKE, _SUBFILE_TYPE, _SUB_IFDS, _DNG_VERSION, _PHOTOMETRIC = 0x010F, 0x00FE, 0x014A, 0xC612, 0x0106
_SENSOR_DATA = {32803, 34892}  # photometric interpretations: a colour filter array, linear raw

_BY_BEGINNING: tuple[tuple[bytes, str], ...] = (
    (b"FUJIFILMCCD-RAW", "raf"),
    (b"IIU\x00", "rw2"),
    (b"IIRO", "orf"),
    (b"IIRS", "orf"),
    (b"MMOR", "orf"),
)
_BY_MAKE = {"nikon": "nef", "sony": "arw"}


def raw_format(head: bytes) -> str:
    """Name the format of a raw photo whose beginning tells it, else "": what a TIFF holds is `raw_in_tiff`'s affair."""
    if head[4:12] == b"ftypcrx ":
        return "cr3"
    if head[8:10] == b"CR" and head.startswith((b"II\x2a\x00", b"MM\x00\x2a")):
        return "cr2"
    return next((name for magic, name in _BY_BEGINNING if head.startswith(magic)), "")


def raw_in_tiff(file: BinaryIO) -> str:
    """Name the format of a raw photo that is built as a TIFF, "raw" for that of another maker, "" for an image."""
    try:
        tiff = Tiff(file)
        tags, _ = tiff.directory(tiff.first)
    except ValueError:
        return ""
    if _DNG_VERSION in tags:
        return "dng"
    # NEF, ARW, PEF, SRW: a small preview in the first directory, the sensor's data in a sub-directory; or it is first.
    is_preview = tiff.number(tags.get(_SUBFILE_TYPE)) == 1 and _SUB_IFDS in tags
    if is_preview or tiff.number(tags.get(_PHOTOMETRIC)) in _SENSOR_DATA:
        words = tiff.text(tags.get(_MAKE)).lower().split()
        return _BY_MAKE.get(words[0] if words else "", "raw")
    return ""
