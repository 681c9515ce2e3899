"""Directories of TIFF files and of all that is built like them, read by offset: raw photos, EXIF blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

_MOST_ENTRIES = 512  # of a directory; Canon's have a few dozen
_MOST_DIRECTORIES = 40  # of a file
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "L", 6: "b", 8: "h", 9: "l", 13: "L", 16: "Q", 17: "q", 18: "Q"}
_SUB_IFDS, _EXIF_IFD = 0x014A, 0x8769


@dataclass(frozen=True)
class Entry:
    """One value: where it lies in the file, and how much of it there is."""

    kind: int
    count: int
    at: int

    @property
    def length(self) -> int:
        return _SIZES.get(self.kind, 0) * self.count


Directory = Mapping[int, Entry]


@dataclass(frozen=True)
class Tiff:
    """A TIFF that begins at `base` of a file (TIFF 6.0, 2; BigTIFF too), whatever number follows the byte order.

    Nothing in it is believed: what lies outside of the file is left out. Raises ValueError where it cannot be one.
    """

    file: BinaryIO
    base: int = 0
    size: int = field(init=False)  # of the file
    order: str = field(init=False)
    is_big: bool = field(init=False)
    first: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.file.seek(0, 2))
        head = self._read(self.base, 16)
        if len(head) < 8 or head[:2] not in (b"II", b"MM"):
            raise ValueError("no byte order of a TIFF")
        order = "<" if head[:2] == b"II" else ">"
        is_big = struct.unpack_from(order + "H", head, 2)[0] == 43
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "is_big", is_big)
        object.__setattr__(self, "first", self._offset(head, 8 if is_big else 4))

    def directory(self, start: int) -> tuple[Directory, int]:
        """Return the values of the directory there, and where the next one is, 0 for none."""
        width, inline, head = (20, 8, 8) if self.is_big else (12, 4, 2)
        table_at = self.base + start + head
        count = int.from_bytes(self._read(table_at - head, head), "little" if self.order == "<" else "big")
        table = self._read(table_at, width * min(count, _MOST_ENTRIES))
        entries: dict[int, Entry] = {}
        for at in range(0, len(table) - width + 1, width):
            tag, kind = struct.unpack_from(self.order + "HH", table, at)
            entry = Entry(kind, self._offset(table, at + 4), table_at + at + width - inline)
            if entry.length > inline:
                entry = Entry(kind, entry.count, self.base + self._offset(table, at + width - inline))
            entries[tag] = entry
        return entries, self._offset(self._read(table_at + width * count, inline), 0)

    def directories(self) -> Iterator[Directory]:
        """Walk all directories, each once: the chain of the first, and those below them (SubIFDs, EXIF's)."""
        waiting, seen = [self.first], {0}
        while waiting and len(seen) <= _MOST_DIRECTORIES:
            start = waiting.pop(0)
            if start in seen:
                continue
            seen.add(start)
            entries, following = self.directory(start)
            yield entries
            below = [number for tag in (_SUB_IFDS, _EXIF_IFD) for number in self.numbers(entries.get(tag))]
            waiting += [*below, following]

    def numbers(self, entry: Entry | None, most: int = 16) -> tuple[int, ...]:
        """Return the whole numbers of a value, the first `most` of them; none of another kind or outside the file."""
        code = _CODES.get(entry.kind) if entry else None
        if entry is None or code is None:
            return ()
        count = min(entry.count, most)
        layout = f"{self.order}{count}{code}"
        data = self._read(entry.at, struct.calcsize(layout))
        return struct.unpack(layout, data) if len(data) == struct.calcsize(layout) else ()

    def number(self, entry: Entry | None) -> int | None:
        return next(iter(self.numbers(entry, most=1)), None)

    def bytes_of(self, entry: Entry | None, most: int) -> bytes:
        """Return the bytes of a value, at most so many."""
        return self._read(entry.at, min(entry.length, most)) if entry else b""

    def text(self, entry: Entry | None) -> str:
        return self.bytes_of(entry, 256).partition(b"\0")[0].decode("latin-1").strip()

    def _read(self, at: int, count: int) -> bytes:
        if at >= self.size:
            return b""
        self.file.seek(at)
        return self.file.read(count)

    def _offset(self, data: bytes, at: int) -> int:
        """Read a place or count of the width that this kind of TIFF has; 0 where it is cut short."""
        width = 8 if self.is_big else 4
        return int.from_bytes(data[at : at + width].ljust(width, b"\0"), "little" if self.order == "<" else "big")
