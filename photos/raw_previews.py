"""The JPEGs that cameras put into their raw files, found by where they lie: nothing is read but their headers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from photos.boxes import Box, boxes, inside
from photos.tiff import Directory, Tiff

_COMPRESSION, _PHOTOMETRIC, _STRIPS, _STRIP_LENGTHS = 0x0103, 0x0106, 0x0111, 0x0117
_JPEG_AT, _JPEG_LENGTH = 0x0201, 0x0202
_JPEG_OF_PANASONIC = 0x002E
_TILES, _TILE_LENGTHS = 0x0144, 0x0145
_JPEG_COMPRESSIONS = {6, 7}
_ELSEWHERE = 0xFFFFFFFF  # what Panasonic writes as the place of its data
_MOST_STRIPS = 100_000
_MOST_MARKERS = 200
_FRAMES = {0xC0, 0xC1, 0xC2}  # SOF of the JPEGs that everybody decodes: no lossless ones, as sensors' data may be
_RAF_PLACES = (84, 92, 100)  # of the preview, the header and the sensor's data: offset and length each


@dataclass(frozen=True)
class Preview:
    """A JPEG inside of another file."""

    at: int
    length: int
    size: tuple[int, int]


def largest_preview(file: BinaryIO, raw_format: str) -> Preview | None:
    """Find the largest JPEG picture in a raw photo, None where there is none; damaged places are passed by."""
    end = file.seek(0, 2)
    found = (_preview(file, at, length) for at, length in _places(file, raw_format) if at + length <= end)
    return max((preview for preview in found if preview), key=lambda preview: preview.size, default=None)


def promised_end(file: BinaryIO, raw_format: str) -> int:
    """Tell where the last byte must lie that a raw photo speaks of: pictures as well as the sensor's data."""
    size = file.seek(0, 2)
    if raw_format == "cr3":
        return max((box.end for box in boxes(file, 0, size)), default=size)
    if raw_format == "raf":
        return max(at + length for at, length in _of_fujifilm(file, _RAF_PLACES))
    try:
        tiff = Tiff(file)
    except ValueError:
        return size
    return max((end for tags in tiff.directories() for end in _ends(tiff, tags)), default=size)


def _ends(tiff: Tiff, tags: Directory) -> Iterator[int]:
    for places, lengths in ((_STRIPS, _STRIP_LENGTHS), (_TILES, _TILE_LENGTHS), (_JPEG_AT, _JPEG_LENGTH)):
        starts = tiff.numbers(tags.get(places), _MOST_STRIPS)
        ends = zip(starts, tiff.numbers(tags.get(lengths), _MOST_STRIPS), strict=False)
        yield from (start + length for start, length in ends if start != _ELSEWHERE)
    if entry := tags.get(_JPEG_OF_PANASONIC):
        yield entry.at + entry.length


def _places(file: BinaryIO, raw_format: str) -> Iterator[tuple[int, int]]:
    if raw_format == "cr3":
        yield from _of_canon(file)
    elif raw_format == "raf":
        yield from _of_fujifilm(file, _RAF_PLACES[:1])
    else:
        yield from _of_tiff(file)


def _of_tiff(file: BinaryIO) -> Iterator[tuple[int, int]]:
    try:
        tiff = Tiff(file)
    except ValueError:
        return
    for tags in tiff.directories():
        start, length = tiff.number(tags.get(_JPEG_AT)), tiff.number(tags.get(_JPEG_LENGTH))
        if start and length:
            yield start, length
        strips, lengths = tiff.numbers(tags.get(_STRIPS)), tiff.numbers(tags.get(_STRIP_LENGTHS))
        if tiff.number(tags.get(_COMPRESSION)) in _JPEG_COMPRESSIONS and len(strips) == len(lengths) == 1:
            yield strips[0], lengths[0]
        if entry := tags.get(_JPEG_OF_PANASONIC):
            yield entry.at, entry.length


def _of_fujifilm(file: BinaryIO, places: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    for place in places:
        file.seek(place)
        yield struct.unpack(">II", file.read(8).ljust(8, b"\0"))


def _of_canon(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Look into the first track, which is a whole JPEG, and the preview in a box of Canon's own.

    https://github.com/lclevy/canon_cr3
    """
    for box in inside(file, Box(b"", 0, file.seek(0, 2))):
        if box.kind == b"uuid":
            file.seek(box.start)
            head = file.read(64)
            name = head.find(b"PRVW")
            if 4 <= name <= len(head) - 20:
                yield box.start + name + 20, int.from_bytes(head[name + 16 : name + 20], "big")
        elif box.kind == b"moov":
            yield from (place for track in inside(file, box) for place in _of_track(file, track))


def _of_track(file: BinaryIO, track: Box) -> Iterator[tuple[int, int]]:
    table = track
    for kind in (b"mdia", b"minf", b"stbl"):
        found = next(inside(file, table, kind), None)
        if track.kind != b"trak" or found is None:
            return
        table = found
    parts = {box.kind: box for box in inside(file, table)}
    if b"stsz" in parts and b"co64" in parts:
        file.seek(parts[b"stsz"].start + 4)
        same, count, own = struct.unpack(">III", file.read(12).ljust(12, b"\0"))
        file.seek(parts[b"co64"].start + 8)
        if count:
            yield int.from_bytes(file.read(8), "big"), same or own


def _preview(file: BinaryIO, at: int, length: int) -> Preview | None:
    """Read the size of a JPEG there (ITU T.81, B.2), None where there is none that shows a picture."""
    file.seek(at)
    if length < 4 or file.read(2) != b"\xff\xd8":
        return None
    here, end = at + 2, at + length
    for _ in range(_MOST_MARKERS):
        if here + 10 > end:
            return None
        file.seek(here)
        head = file.read(10)
        if len(head) < 10 or head[0] != 0xFF:
            return None
        marker, skip, precision, height, width = struct.unpack(">xBHBHHx", head)
        if marker in _FRAMES:
            return Preview(at, length, (width, height)) if precision == 8 and width and height else None
        if 0xC3 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return None
        here += 1 if marker == 0xFF else 2 + skip
    return None
