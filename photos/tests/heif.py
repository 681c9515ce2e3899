"""HEIC files made by hand: the libheif we use only decodes, so the tests bring one picture encoded elsewhere."""

from __future__ import annotations

import struct

SIDE = 64  # pixels

# The decoder's configuration and the one frame of corners((64, 64)), encoded by x265 at a low quality.
_HVCC = bytes.fromhex(
    "0103700000009000000000001ef000fcfdf8f800000f03600001001840010c01ffff03700000030090000003000003001eba024061"
    "0001002b42010103700000030090000003000003001ea020810596ea4929ae6e021a0c0800000300c800000300084062000100074401"
    "c172b02240"
)
_FRAME = bytes.fromhex("0000002b2801af0418fc7938ebfff9908fcfc05c2b78a5da570ff168c457b35af8116fbcc1ab678e627bba09bfcf80")


def heic(
    quarter_turns: int = 0, exif: bytes = b"", claimed_size: tuple[int, int] = (SIDE, SIDE), brand: bytes = b"heic"
) -> bytes:
    """Make a HEIC of the one picture, turned anticlockwise by its own `irot` property, with or without an EXIF block.

    `claimed_size` is what its header says; the picture itself stays 64 pixels square.
    """
    items = [_FRAME, struct.pack(">I", 0) + exif.removeprefix(b"Exif\0\0")]
    kinds = (b"hvc1", b"Exif")
    size = _full_box(b"ispe", 0, struct.pack(">II", *claimed_size))
    properties = _box(b"ipco", _box(b"hvcC", _HVCC), size, _box(b"irot", bytes([quarter_turns])))
    # Item 1 has properties 1 to 3; the high bit says essential.
    associations = _full_box(b"ipma", 0, struct.pack(">IHBBBB", 1, 1, 3, 0x81, 2, 0x83))
    descriptions = [
        _full_box(b"infe", 2, struct.pack(">HH4sx", number, 0, kind)) for number, kind in enumerate(kinds, start=1)
    ]
    boxes = [
        _full_box(b"hdlr", 0, struct.pack(">I4s13x", 0, b"pict")),
        _full_box(b"pitm", 0, struct.pack(">H", 1)),
        _full_box(b"iinf", 0, struct.pack(">H", len(items)), *descriptions),
        _full_box(b"iref", 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1))),
        _box(b"iprp", properties, associations),
    ]
    start = _box(b"ftyp", brand, bytes(4), b"mif1heic")
    before_data = len(start) + len(_full_box(b"meta", 0, *boxes, _places(items, 0))) + 8
    return start + _full_box(b"meta", 0, *boxes, _places(items, before_data)) + _box(b"mdat", *items)


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
