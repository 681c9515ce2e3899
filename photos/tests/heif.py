"""HEIC files made by hand: the libheif we use only decodes, so the tests bring one picture encoded elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

SIDE = 64  # pixels

# The decoder's configuration and the one frame of corners((64, 64)), encoded by x265 at a low quality.
_HVCC = bytes.fromhex(
    "0103700000009000000000001ef000fcfdf8f800000f03600001001840010c01ffff03700000030090000003000003001eba024061"
    "0001002b42010103700000030090000003000003001ea020810596ea4929ae6e021a0c0800000300c800000300084062000100074401"
    "c172b02240"
)
_FRAME = bytes.fromhex("0000002b2801af0418fc7938ebfff9908fcfc05c2b78a5da570ff168c457b35af8116fbcc1ab678e627bba09bfcf80")
_DEPTH = b"urn:mpeg:hevc:2015:auxid:2\0"  # ISO/IEC 23008-12, 6.5.8


@dataclass(frozen=True)
class _Item:
    kind: bytes
    data: bytes
    properties: tuple[bytes, ...] = ()
    refers: tuple[bytes, int] | None = None  # how, and to the item of which number


def heic(
    quarter_turns: int = 0, exif: bytes = b"", claimed_size: tuple[int, int] = (SIDE, SIDE), brand: bytes = b"heic"
) -> bytes:
    """Make a HEIC of the one picture, turned anticlockwise by its own `irot` property, with or without an EXIF block.

    `claimed_size` is what its header says; the picture itself stays 64 pixels square.
    """
    about = _Item(b"Exif", struct.pack(">I", 0) + exif.removeprefix(b"Exif\0\0"), refers=(b"cdsc", 1))
    return _file([_picture(quarter_turns, claimed_size), about], brand=brand)


def heic_burst(quarter_turns: Sequence[int], primary: int) -> bytes:
    """Make a HEIC of several shots, each turned another way, the one of number `primary` (from 1) the cover."""
    return _file([_picture(turns) for turns in quarter_turns], primary)


def heic_with_depth() -> bytes:
    """Make a HEIC whose second picture says how far things are, as phones keep it for portraits."""
    depth = _picture(1)
    properties = (*depth.properties, _full_box(b"auxC", 0, _DEPTH))
    return _file([_picture(0), _Item(depth.kind, depth.data, properties, refers=(b"auxl", 1))])


def heif_sequence() -> bytes:
    """Make the head of a HEIF file that holds frames of a sequence and no still image."""
    return _box(b"ftyp", b"msf1", bytes(4), b"msf1hevc") + _box(b"moov", bytes(100)) + _box(b"mdat", bytes(100))


def _picture(quarter_turns: int, claimed_size: tuple[int, int] = (SIDE, SIDE)) -> _Item:
    size = _full_box(b"ispe", 0, struct.pack(">II", *claimed_size))
    return _Item(b"hvc1", _FRAME, (_box(b"hvcC", _HVCC), size, _box(b"irot", bytes([quarter_turns]))))


def _file(items: Sequence[_Item], primary: int = 1, brand: bytes = b"heic") -> bytes:
    boxes = [
        _full_box(b"hdlr", 0, struct.pack(">I4s13x", 0, b"pict")),
        _full_box(b"pitm", 0, struct.pack(">H", primary)),
        _full_box(b"iinf", 0, struct.pack(">H", len(items)), *map(_described, range(1, len(items) + 1), items)),
        _full_box(b"iref", 0, *map(_reference, range(1, len(items) + 1), items)),
        _properties(items),
    ]
    start = _box(b"ftyp", brand, bytes(4), b"mif1heic")
    data = [item.data for item in items]
    before_data = len(start) + len(_full_box(b"meta", 0, *boxes, _places(data, 0))) + 8
    return start + _full_box(b"meta", 0, *boxes, _places(data, before_data)) + _box(b"mdat", *data)


def _described(number: int, item: _Item) -> bytes:
    return _full_box(b"infe", 2, struct.pack(">HH4sx", number, 0, item.kind))


def _reference(number: int, item: _Item) -> bytes:
    return _box(item.refers[0], struct.pack(">HHH", number, 1, item.refers[1])) if item.refers else b""


def _properties(items: Sequence[_Item]) -> bytes:
    """Write all properties and which item has which; the high bit of a number says essential."""
    associations, written = b"", 0
    with_some = [(number, item) for number, item in enumerate(items, start=1) if item.properties]
    for number, item in with_some:
        numbers = range(written + 1, written + len(item.properties) + 1)
        associations += struct.pack(">HB", number, len(numbers))
        associations += bytes(
            0x80 * (name[4:8] in (b"hvcC", b"irot")) + at for at, name in zip(numbers, item.properties, strict=True)
        )
        written += len(numbers)
    container = _box(b"ipco", *(content for _, item in with_some for content in item.properties))
    return _box(b"iprp", container, _full_box(b"ipma", 0, struct.pack(">I", len(with_some)), associations))


def _places(items: list[bytes], at: int) -> bytes:
    entries = b""
    for number, item in enumerate(items, start=1):
        entries += struct.pack(">HHHII", number, 0, 1, at, len(item))
        at += len(item)
    return _full_box(b"iloc", 0, bytes([0x44, 0x00]), struct.pack(">H", len(items)), entries)


def _full_box(kind: bytes, version: int, *parts: bytes) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]), *parts)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content
