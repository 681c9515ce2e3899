"""The main header of a JPEG 2000 codestream (ISO/IEC 15444-1, annex A), read before anything is decoded."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, BinaryIO

from PIL import Image

from photos.boxes import boxes
from photos.image_types import ImageType

_SIZ, _COD, _SOT, _EOC = 0xFF51, 0xFF52, 0xFF90, 0xFFD9
_MOST_SEGMENTS, _MOST_TILES = 1000, 100_000
_MOST_OTHERS = 1 << 19  # bytes: where other boxes have more than 1 MB, OpenJPEG 2.5.4 takes the file for broken
_MOST_PARTS = 100
_DECODED = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}
_SCALABLE = {"L", "LA", "RGB", "RGBA", "CMYK", "I;16"}  # of a palette's numbers nothing can be made smaller


@dataclass(frozen=True)
class Codestream:
    size: tuple[int, int]
    halvings: int  # how often it can be decoded at half the size
    tiles_start: int  # where the first tile-part begins in the file
    corner: tuple[int, int] = (0, 0)  # where the image begins on the reference grid


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


@contextmanager
def opened_jpeg2000(path: Path, kind: ImageType) -> Iterator[Image.Image]:
    """Open a JPEG 2000 image as Pillow does, from which boxes that it has no use for are kept where they are large."""
    with path.open("rb") as file, Image.open(_without_other_boxes(file), formats=kind.pillow_formats) as image:
        yield image


def load(image: Image.Image, header: Codestream, gap: float) -> None:
    """Decode an image at half the size as often as it may be smaller by `gap`; its size is then another.

    Pillow's own `reduce` rounds sizes that the standard rounds up (B-15), and then takes most files for broken. Images
    that begin elsewhere than their grid it halves in no way.
    """
    halves = min(header.halvings, max(0, int(gap).bit_length() - 1)) if image.mode in _SCALABLE else 0
    if halves and image.size == header.size and header.corner == (0, 0):
        image._size = -(-header.size[0] >> halves), -(-header.size[1] >> halves)
        tile = image.tile[0]  # type: ignore[attr-defined]
        codec, _, *others = tile.args
        image.tile = [tile._replace(extents=(0, 0, *image.size), args=(codec, halves, *others))]  # type: ignore[attr-defined]
    image.load()


def _start(file: BinaryIO) -> int | None:
    file.seek(0)
    if file.read(2) == b"\xff\x4f":
        return 0
    return next((box.start for box in boxes(file, 0, file.seek(0, 2)) if box.kind == b"jp2c"), None)


def _without_other_boxes(file: BinaryIO) -> IO[bytes]:
    size, needed, at = file.seek(0, 2), list[tuple[int, int]](), 0
    for box in () if _start(file) == 0 else boxes(file, 0, size):
        end = min(box.end, size)
        if box.kind in _DECODED:
            needed.append((at, end))
        at = end
    file.seek(0)
    others = at - sum(end - start for start, end in needed)
    return BufferedReader(_Parts(file, needed[:_MOST_PARTS])) if others > _MOST_OTHERS else file


class _Parts(RawIOBase):
    """Parts of a file, from one place to another each, as a file without what is between them."""

    def __init__(self, file: BinaryIO, parts: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self._file, self._parts, self._at = file, parts, 0
        self._size = sum(end - start for start, end in parts)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        if self._at < 0:
            raise OSError(errno.EINVAL, "before the start")
        return self._at

    def readinto(self, buffer: Any) -> int:
        left = self._at
        for start, end in self._parts:
            if left < end - start:
                self._file.seek(start + left)
                data = self._file.read(min(len(buffer), end - start - left))
                buffer[: len(data)] = data
                self._at += len(data)
                return len(data)
            left -= end - start
        return 0


def _main_header(file: BinaryIO, start: int) -> Codestream | None:
    size, corner, halvings, at = (0, 0), (0, 0), 0, start + 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(at)
        marker, length = struct.unpack(">HH", file.read(4))
        if marker == _SIZ:
            right, bottom, left, top = struct.unpack(">2x4I", file.read(18))
            size, corner = (right - left, bottom - top), (left, top)
        elif marker == _COD:
            halvings = struct.unpack(">5xB", file.read(6))[0]
        elif marker == _SOT:
            return Codestream(size, halvings, at, corner) if min(size) > 0 else None
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
