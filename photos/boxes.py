"""The boxes that HEIC and AVIF files are made of (ISO/IEC 14496-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000  # boxes in a row: a long video of many fragments has a few thousand


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int  # of its content, in the file
    end: int  # as it promises; may lie behind the end of the file


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes that lie one after another between two places of a file, up to the first that is none."""
    end = min(end, file.seek(0, 2))
    for _ in range(_MOST):
        if start + 8 > end:
            return
        file.seek(start)
        header = file.read(16)
        length, content = int.from_bytes(header[:4], "big"), start + 8
        if length == 1:
            length, content = int.from_bytes(header[8:16], "big"), start + 16
        elif length == 0:
            length = end - start
        if start + length < content:
            return
        yield Box(header[4:8], content, start + length)
        start += length


def inside(file: BinaryIO, outer: Box, kind: bytes = b"") -> Iterator[Box]:
    """Walk the boxes in another one, those of a kind or all.

    They end where it does, whatever they promise: else each of many could have all that follow it looked through again.
    """
    for box in boxes(file, outer.start, outer.end):
        if box.kind == kind or not kind:
            yield replace(box, end=min(box.end, outer.end))


def has_readable_items(path: Path) -> bool:
    """Tell whether the types and names of all items are text: pi-heif 1.4.0 ends the whole process where one is not.

    https://github.com/bigcat88/pillow_heif/pull/478
    """
    with path.open("rb") as file:
        for meta in inside(file, Box(b"", 0, file.seek(0, 2)), b"meta"):
            for items in inside(file, Box(b"meta", meta.start + 4, meta.end), b"iinf"):
                for item in _items(file, items):
                    if not _is_text(file, item):
                        return False
    return True


def has_still_image(path: Path) -> bool:
    """Tell whether a HEIF file has a picture beside what may be a sequence of frames; one cut short may have had it."""
    with path.open("rb") as file:
        found = {box.kind for box in boxes(file, 0, file.seek(0, 2))}
    return b"meta" in found or b"moov" not in found


def _items(file: BinaryIO, items: Box) -> Iterator[Box]:
    file.seek(items.start)
    count_bytes = 4 if file.read(1) > b"\0" else 2
    return inside(file, Box(b"iinf", items.start + 4 + count_bytes, items.end), b"infe")


def _is_text(file: BinaryIO, item: Box) -> bool:
    """Look behind the version, flags, number and protection of an item; numbers have 4 bytes from version 3 on."""
    file.seek(item.start)
    content = file.read(max(0, item.end - item.start))
    try:
        content[10 if content[:1] > b"\2" else 8 :].decode()
    except UnicodeDecodeError:
        return False
    return True
