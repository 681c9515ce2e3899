"""What a raw photo says of itself, as the EXIF block that a JPEG of it would have."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from photos.boxes import Box, inside
from photos.profiles import ADOBE_INDEX, ADOBE_NUMBER, UNCALIBRATED
from photos.tiff import Directory, Entry, Tiff

_EXIF, _GPS = 0x8769, 0x8825
# Of the image: description, make, model, orientation, software, date, artist, rating, copyright, and Windows' own.
_OF_IMAGE = {270, 271, 272, 274, 305, 306, 315, 18246, 18249, 33432, *range(40091, 40096)}
_MAKER_NOTE = 37500
_COLOUR_SPACE, _INTEROPERABILITY, _INDEX = 0xA001, 0xA005, 1
_SHORT = 3
_ELSEWHERE = {_MAKER_NOTE, _INTEROPERABILITY}
_LONGEST = 4096  # bytes of a value
_HEAD = 8

_Value = tuple[int, int, int, bytes]  # tag, kind, count, content


def exif_of(file: BinaryIO, raw_format: str) -> bytes:
    """Make the EXIF block of a raw photo, b"" where it says nothing; values too long for a fact are left out."""
    found = _of_canon(file) if raw_format == "cr3" else _of_tiff(file)
    return _block(*found) if found else b""


def _of_tiff(file: BinaryIO) -> tuple[str, list[_Value], list[_Value], list[_Value]] | None:
    try:
        tiff = Tiff(file)
    except ValueError:
        return None
    if tiff.is_big:  # its counts and kinds are none that an EXIF block can have
        return None
    image, _ = tiff.directory(tiff.first)
    below = [_below(tiff, image.get(tag)) for tag in (_EXIF, _GPS)]
    return tiff.order, [value for value in _values(tiff, image) if value[0] in _OF_IMAGE], below[0], below[1]


def _of_canon(file: BinaryIO) -> tuple[str, list[_Value], list[_Value], list[_Value]] | None:
    """Read the boxes CMT1, CMT2 and CMT4 of a CR3: each a TIFF with one directory."""
    directories: dict[bytes, list[_Value]] = {}
    order = ""
    for kind, start in _canons_boxes(file):
        try:
            tiff = Tiff(file, start)
        except ValueError:
            continue
        order = order or tiff.order
        if tiff.order == order and not tiff.is_big:
            directories[kind] = list(_values(tiff, tiff.directory(tiff.first)[0]))
    if not order:
        return None
    image = [value for value in directories.get(b"CMT1", []) if value[0] in _OF_IMAGE]
    return order, image, directories.get(b"CMT2", []), directories.get(b"CMT4", [])


def _canons_boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    for movie in inside(file, Box(b"", 0, file.seek(0, 2)), b"moov"):
        for own in inside(file, movie, b"uuid"):
            for box in inside(file, Box(b"uuid", own.start + 16, own.end)):
                if box.kind in (b"CMT1", b"CMT2", b"CMT4"):
                    yield box.kind, box.start


def _below(tiff: Tiff, entry: Entry | None) -> list[_Value]:
    start = tiff.number(entry)
    return list(_values(tiff, tiff.directory(start)[0])) if start else []


def _values(tiff: Tiff, tags: Directory) -> Iterator[_Value]:
    """Yield what a directory says but for what lies elsewhere; of the one of interoperability stays what it is for."""
    is_adobe = _is_adobe(tiff, tags)
    for tag, entry in tags.items():
        content = tiff.bytes_of(entry, _LONGEST)
        if tag == _COLOUR_SPACE and is_adobe:
            yield tag, _SHORT, 1, struct.pack(tiff.order + "H", ADOBE_NUMBER)
        elif tag not in _ELSEWHERE and 0 < entry.length <= _LONGEST and len(content) == entry.length:
            yield tag, entry.kind, entry.count, content


def _is_adobe(tiff: Tiff, tags: Directory) -> bool:
    start = tiff.number(tags.get(_INTEROPERABILITY))
    index = tiff.directory(start)[0].get(_INDEX) if start else None
    is_named = index is not None and tiff.bytes_of(index, _LONGEST).startswith(ADOBE_INDEX.encode())
    return is_named and tiff.number(tags.get(_COLOUR_SPACE)) == UNCALIBRATED


def _block(order: str, image: list[_Value], photo: list[_Value], gps: list[_Value]) -> bytes:
    """Write the directories one behind another (CIPA DC-008, 4.5), with pointers to the latter two in the first."""
    pointers = [(tag, 4, 1, bytes(4)) for tag, values in ((_EXIF, photo), (_GPS, gps)) if values]
    places = {_EXIF: _HEAD + len(_directory(order, [*image, *pointers], _HEAD))}
    places[_GPS] = places[_EXIF] + (len(_directory(order, photo, 0)) if photo else 0)
    pointed = [(tag, kind, count, struct.pack(order + "I", places[tag])) for tag, kind, count, _ in pointers]
    block = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", _HEAD)
    block += _directory(order, [*image, *pointed], _HEAD)
    for tag, values in ((_EXIF, photo), (_GPS, gps)):
        block += _directory(order, values, places[tag]) if values else b""
    return b"Exif\0\0" + block


def _directory(order: str, values: list[_Value], at: int) -> bytes:
    table, behind = struct.pack(order + "H", len(values)), b""
    start = at + 2 + 12 * len(values) + 4
    for tag, kind, count, content in sorted(values):
        table += struct.pack(order + "HHI", tag, kind, count)
        if len(content) <= 4:
            table += content.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", start + len(behind))
            behind += content + bytes(len(content) % 2)
    return table + bytes(4) + behind
