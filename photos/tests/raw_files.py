"""Raw photos made byte by byte: as small as a camera's file can be."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from photos.tests.pictures import corners, encoded

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_WIDTHS = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, SRATIONAL: 8}

SIZE = (96, 64)
DATE = "2024:05:01 12:30:45"


@dataclass(frozen=True)
class Block:
    """Bytes that lie somewhere in the file; a value may be where, or how many there are."""

    data: bytes


@dataclass(frozen=True)
class LengthOf:
    block: Block


Directory = dict[int, tuple[int, object]]  # tag: kind, value; a value may be another directory


def tiff(first: Directory, *following: Directory, order: str = "<", magic: bytes = b"", marker: bytes = b"") -> bytes:
    """Write a TIFF: behind the head perhaps a marker, then its directories and all that they speak of."""
    head = magic or (b"II*\0" if order == "<" else b"MM\0*")
    writer = _Writer(order, bytearray(marker))
    chain = [first, *following]
    places = [writer.reserve(directory) for directory in chain]
    for place, directory, after in zip(places, chain, [*places[1:], 0], strict=True):
        writer.write(place, directory, after)
    return head + struct.pack(order + "I", places[0]) + bytes(writer.out)


class _Writer:
    def __init__(self, order: str, out: bytearray) -> None:
        self.order, self.out = order, out
        self._placed: dict[int, int] = {}

    def reserve(self, directory: Directory) -> int:
        place = 8 + len(self.out)
        self.out += bytes(2 + 12 * len(directory) + 4)
        return place

    def write(self, place: int, directory: Directory, after: int = 0) -> None:
        table = struct.pack(self.order + "H", len(directory))
        for tag, (kind, value) in sorted(directory.items()):
            count, content = self._content(kind, value)
            table += struct.pack(self.order + "HHI", tag, kind, count)
            table += content.ljust(4, b"\0") if len(content) <= 4 else struct.pack(self.order + "I", self._put(content))
        table += struct.pack(self.order + "I", after)
        self.out[place - 8 : place - 8 + len(table)] = table

    def _put(self, data: bytes) -> int:
        place = 8 + len(self.out)
        self.out += data + bytes(len(data) % 2)
        return place

    def _content(self, kind: int, value: object) -> tuple[int, bytes]:
        if isinstance(value, dict):
            place = self.reserve(value)
            self.write(place, value)
            return 1, struct.pack(self.order + "I", place)
        if isinstance(value, Block):
            if id(value) not in self._placed:
                self._placed[id(value)] = self._put(value.data)
            return 1, struct.pack(self.order + "I", self._placed[id(value)])
        if isinstance(value, LengthOf):
            return 1, struct.pack(self.order + "I", len(value.block.data))
        if isinstance(value, str):
            return len(value) + 1, value.encode() + b"\0"
        if isinstance(value, bytes):
            return len(value), value
        values: Sequence[object] = value if isinstance(value, tuple) else (value,)
        letter = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SRATIONAL: "ii"}[kind]
        flat = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
        return len(values), struct.pack(self.order + letter * len(values), *flat)


def preview_of(size: tuple[int, int]) -> bytes:
    return encoded(corners(size), "JPEG", quality=95, subsampling=0)


def facts(make: str = "Maker", model: str = "Model 1", orientation: int = 1) -> Directory:
    """Return what a first directory says of the photo, with its EXIF directory."""
    return {
        0x010F: (ASCII, make),
        0x0110: (ASCII, model),
        0x0112: (SHORT, orientation),
        0x0132: (ASCII, DATE),
        0x8769: (LONG, {0x9003: (ASCII, DATE), 0x829A: (RATIONAL, ((1, 250),)), 0x8827: (SHORT, 200)}),
    }


def jpeg_pointer(data: bytes) -> Directory:
    block = Block(data)
    return {0x0201: (LONG, block), 0x0202: (LONG, LengthOf(block))}


def sensor(size: tuple[int, int] = SIZE) -> Directory:
    """Return a directory of uncompressed numbers of 16 bits behind red, green and blue filters (TIFF/EP, DNG 1.4)."""
    data = Block(_mosaic(corners(size)).astype("<u2").tobytes())
    return {
        0x00FE: (LONG, 0),
        0x0100: (LONG, size[0]),
        0x0101: (LONG, size[1]),
        0x0102: (SHORT, 16),
        0x0103: (SHORT, 1),
        0x0106: (SHORT, 32803),
        0x0111: (LONG, data),
        0x0115: (SHORT, 1),
        0x0116: (LONG, size[1]),
        0x0117: (LONG, LengthOf(data)),
        0x828D: (SHORT, (2, 2)),
        0x828E: (BYTE, b"\0\1\1\2"),
        0xC61D: (LONG, 65535),
    }


def dng(preview: bytes = b"", orientation: int = 1, size: tuple[int, int] = SIZE) -> bytes:
    """Make a DNG whose sensor saw corners(size), with or without a JPEG in front of it."""
    identity = tuple((int(row == column), 1) for row in range(3) for column in range(3))
    about = facts(orientation=orientation) | {
        0xC612: (BYTE, b"\1\4\0\0"),
        0xC614: (ASCII, "Maker Model 1"),
        0xC621: (SRATIONAL, identity),
        0xC628: (RATIONAL, ((1, 1), (1, 1), (1, 1))),
        0xC65A: (SHORT, 21),
    }
    if not preview:
        return tiff(sensor(size) | about)
    block = Block(preview)
    in_front: Directory = {
        0x00FE: (LONG, 1),
        0x0103: (SHORT, 7),
        0x0111: (LONG, block),
        0x0117: (LONG, LengthOf(block)),
        0x014A: (LONG, sensor(size)),
    }
    return tiff(in_front | about)


def nef(preview: bytes, orientation: int = 1, make: str = "NIKON CORPORATION") -> bytes:
    """Make a NEF: a tiny picture first, below it the large one and the sensor's data. With make "SONY" an ARW."""
    large = jpeg_pointer(preview) | {0x00FE: (LONG, 1)}
    tiny = Block(bytes(8 * 6 * 3))
    first: Directory = {
        0x00FE: (LONG, 1),
        0x0100: (LONG, 8),
        0x0101: (LONG, 6),
        0x0102: (SHORT, (8, 8, 8)),
        0x0103: (SHORT, 1),
        0x0106: (SHORT, 2),
        0x0111: (LONG, tiny),
        0x0115: (SHORT, 3),
        0x0116: (LONG, 6),
        0x0117: (LONG, LengthOf(tiny)),
        0x014A: (LONG, large),
    }
    return tiff(first | facts(make, "D750", orientation), sensor())


def cr2(preview: bytes) -> bytes:
    """Make a CR2: the large picture first, a small one, then sensor's data that look like a JPEG and are lossless."""
    block, lossless = Block(preview), Block(b"\xff\xd8\xff\xc3\0\x0b\x0e\x40\0\x60\0\1\1\x11\0" + bytes(64))
    first: Directory = {0x0103: (SHORT, 6), 0x0111: (LONG, block), 0x0117: (LONG, LengthOf(block))}
    data: Directory = {0x0103: (SHORT, 6), 0x0111: (LONG, lossless), 0x0117: (LONG, LengthOf(lossless))}
    small = jpeg_pointer(preview_of((16, 12)))
    return tiff(first | facts("Canon", "EOS 5D"), small, data, marker=b"CR\2\0" + bytes(4))


def rw2(preview: bytes) -> bytes:
    return tiff({0x002E: (UNDEFINED, preview)} | facts("Panasonic", "DC-G9"), magic=b"IIU\0")


def orf(preview: bytes) -> bytes:
    return tiff(facts("OLYMPUS CORPORATION", "E-M5"), jpeg_pointer(preview), magic=b"IIRO")


def raf(preview: bytes) -> bytes:
    """Make a RAF: what it is called, then where the JPEG and the sensor's data lie."""
    head = b"FUJIFILMCCD-RAW 0201FF389501X-T1".ljust(84, b"\0")
    start = 84 + 24
    places = struct.pack(">6I", start, len(preview), start + len(preview), 16, start + len(preview) + 16, 16)
    return head + places + preview + bytes(32)


def cr3(preview: bytes) -> bytes:
    """Make a CR3: boxes of Canon's own with what is known of the photo, the JPEG as the only sample of a track."""
    about = facts("Canon", "EOS R5", orientation=6)
    exif = about.pop(0x8769)[1]
    assert isinstance(exif, dict)
    own = bytes(16) + _box(b"CMT1", tiff(about)) + _box(b"CMT2", tiff(exif))
    start = _box(b"ftyp", b"crx \0\0\0\1crx isom")

    def movie(at: int) -> bytes:
        sizes = _box(b"stsz", struct.pack(">4xIII", 0, 1, len(preview)))
        table = _box(b"stbl", sizes + _box(b"co64", struct.pack(">4xIQ", 1, at)))
        return _box(b"moov", _box(b"uuid", own) + _box(b"trak", _box(b"mdia", _box(b"minf", table))))

    return start + movie(len(start) + len(movie(0)) + 8) + _box(b"mdat", preview)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _mosaic(image: Image.Image) -> np.ndarray:
    """See an image as a sensor does, in linear light: of each pixel only what its filter lets through (RGGB)."""
    light = (np.asarray(image) / 255.0) ** 2.2 * 60_000
    seen = light[..., 1].copy()
    seen[::2, ::2], seen[1::2, 1::2] = light[::2, ::2, 0], light[1::2, 1::2, 2]
    return seen
