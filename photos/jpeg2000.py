"""The main header of a JPEG 2000 codestream (ISO/IEC 15444-1, annex A), read before anything is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from photos.boxes import boxes

_SIZ, _COD, _SOT, _EOC = 0xFF51, 0xFF52, 0xFF90, 0xFFD9
_MOST_SEGMENTS, _MOST_TILES = 1000, 100_000
_SCALABLE = {"L", "LA", "RGB", "RGBA", "CMYK", "I;16"}  # of a palette's numbers nothing can be made smaller


@dataclass(frozen=True)
class Codestream:
    size: tuple[int, int]
    halvings: int  # how often it can be decoded at half the size
    tiles_start: int  # where the first tile-part begins in the file


def read_codestream(path: Path) -> Codestream | None:
    """Read the main header of a JP2 file or a bare codestream; None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            start = _start(file)
            return None if start is None else _main_header(file, start)
    except struct.error:
        return None


def promised_end(file: BinaryIO, size: int) -> int:
    """Add up the tile-parts (A.4.2): where the codestream has to end, a place behind the end of a file cut short."""
    start = _start(file)
    if start is None:
        return max((box.end for box in boxes(file, 0, size)), default=size)
    try:
        header = _main_header(file, start)
        return size if header is None else _end_of_tiles(file, header.tiles_start, size)
    except struct.error:
        return size + 1


def load(image: Image.Image, header: Codestream, gap: float) -> None:
    """Decode an image at half the size as often as it may be smaller by `gap`; its size is then another."""
    image.reduce = min(header.halvings, max(0, int(gap).bit_length() - 1)) if image.mode in _SCALABLE else 0  # type: ignore[assignment,method-assign]
    image.load()
    image.reduce = 0  # type: ignore[assignment,method-assign]  # else it hides the method of this name


def _start(file: BinaryIO) -> int | None:
    file.seek(0)
    if file.read(2) == b"\xff\x4f":
        return 0
    return next((box.start for box in boxes(file, 0, file.seek(0, 2)) if box.kind == b"jp2c"), None)


def _main_header(file: BinaryIO, start: int) -> Codestream | None:
    size, halvings, at = (0, 0), 0, start + 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(at)
        marker, length = struct.unpack(">HH", file.read(4))
        if marker == _SIZ:
            right, bottom, left, top = struct.unpack(">2x4I", file.read(18))
            size = right - left, bottom - top
        elif marker == _COD:
            halvings = struct.unpack(">5xB", file.read(6))[0]
        elif marker == _SOT:
            return Codestream(size, halvings, at) if min(size) > 0 else None
        at += 2 + length
    return None


def _end_of_tiles(file: BinaryIO, at: int, size: int) -> int:
    for _ in range(_MOST_TILES):
        if at + 2 > size:
            break
        file.seek(at)
        (marker,) = struct.unpack(">H", file.read(2))
        if marker == _EOC:
            return at + 2
        if marker != _SOT:
            return size  # damaged rather than cut short
        (length,) = struct.unpack(">4xI", file.read(8))
        if length == 0:  # up to the end, where only the last marker tells
            file.seek(size - 2)
            return size if file.read(2) == b"\xff\xd9" else size + 1
        at += max(length, 12)
    return at + 2
