"""The short video that phones hide in a photo: where in the file it lies, by what the file says of it.

Google's phones name its length in the XMP (MicroVideo, later the container directory of MotionPhoto 1.0; in HEIC a box
`mpvd`), Samsung's a trailer with a directory of its own. Whatever they say is believed only where a video begins there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from photos.boxes import boxes
from photos.image_types import HEIC, JPEG, ImageType

_MICRO_VIDEO = re.compile(rb"""MicroVideoOffset\s*(?:=\s*["']|>)\s*(\d{1,12})""")
# The items of the directory in their order: the photo itself, perhaps a gain map, the video at last.
_ITEM = re.compile(rb"<(?:\w+:)?Item\b([^>]*)/?>")
_SEMANTIC = re.compile(rb"""Item:Semantic\s*=\s*["'](\w+)["']""")
_LENGTH = re.compile(rb"""Item:Length\s*=\s*["'](\d{1,12})["']""")
_SAMSUNG, _SAMSUNGS_VIDEO = b"SEFT", 0x0A30
_MOST_ITEMS = 64
_LONGEST_XMP = 2**20
_SHORTEST = 32  # bytes of a video
_STILLS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"crx ", b"jp2 ")


@dataclass(frozen=True)
class Clip:
    """A video inside of a file."""

    start: int
    length: int


def clip_in(path: Path, kind: ImageType, image: Image.Image) -> Clip | None:
    """Find the video in an opened motion photo; None where there is none."""
    if kind not in (JPEG, HEIC):
        return None
    packet = image.info.get("xmp") or b""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        for start, length in _claims(file, size, packet[:_LONGEST_XMP] if isinstance(packet, bytes) else b""):
            if _is_video(file, start, length, size):
                return Clip(start, length)
    return None


def _claims(file: BinaryIO, size: int, packet: bytes) -> Iterator[tuple[int, int]]:
    if found := _MICRO_VIDEO.search(packet):
        yield size - int(found[1]), int(found[1])
    if b"MotionPhoto" in packet:
        yield from _of_directory(packet, size)
        yield from ((box.start, box.end - box.start) for box in boxes(file, 0, size) if box.kind == b"mpvd")
    yield from _of_samsung(file, size)


def _of_directory(packet: bytes, size: int) -> Iterator[tuple[int, int]]:
    """Count back from the end of the file, where the items lie one behind another."""
    end = size
    for item in reversed(_ITEM.findall(packet)[:_MOST_ITEMS]):
        length, semantic = _LENGTH.search(item), _SEMANTIC.search(item)
        if length is None:
            return
        end -= int(length[1])
        if semantic and semantic[1] == b"MotionPhoto":
            yield end, int(length[1])


def _of_samsung(file: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Read Samsung's trailer: blocks, then a directory that tells how far before itself each begins."""
    if size < 24:
        return
    file.seek(size - 8)
    tail = file.read(8)
    directory = size - 8 - int.from_bytes(tail[:4], "little")
    if tail[4:] != _SAMSUNG or directory < 0:
        return
    file.seek(directory)
    head = file.read(12)
    if head[:4] != b"SEFH":
        return
    entries = file.read(12 * min(int.from_bytes(head[8:12], "little"), _MOST_ITEMS))
    for at in range(0, len(entries) - 11, 12):
        kind = int.from_bytes(entries[at + 2 : at + 4], "little")
        back, length = (int.from_bytes(entries[at + part : at + part + 4], "little") for part in (4, 8))
        if kind == _SAMSUNGS_VIDEO and 0 < back <= directory:
            file.seek(directory - back + 4)
            before = 8 + int.from_bytes(file.read(4), "little")  # the kind once more, and a name
            yield directory - back + before, length - before


def _is_video(file: BinaryIO, start: int, length: int, size: int) -> bool:
    """Tell whether a video begins there (ISO/IEC 14496-12, 4.3) and ends within the file."""
    if start <= 0 or length < _SHORTEST or start + length > size:
        return False
    file.seek(start)
    head = file.read(12)
    return head[4:8] == b"ftyp" and head[8:12] not in _STILLS
