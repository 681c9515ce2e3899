"""What a source of photos yields, file by file: something to take, or something to leave out and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from photos import storage
from photos.arrival import Arrival

# How files are called that people take for photos, whether or not we can read them.
PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".heic", ".heif", ".hif", ".tif", ".tiff"),
    *(".bmp", ".jp2", ".j2k", ".jxl", ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".mrw", ".nef", ".nrw"),
    *(".orf", ".pef", ".raf", ".raw", ".rw2", ".sr2", ".srw", ".x3f"),
)


@dataclass(frozen=True)
class Candidate:
    """A file that may be a photo, with what came beside it."""

    path: Path
    arrival: Arrival = field(default_factory=Arrival)
    beside: tuple[Path, ...] = ()  # files that come with it: the sidecars that `arrival` holds, and what `keep` keeps
    albums: tuple[str, ...] = ()
    name: str = ""  # what it was called, where it is not called so any more
    sha256: str = ""  # what it must have, where that is known
    keep: Callable[[ExitStack], None] | None = None  # keeps bytes for the story, until the stack says otherwise
    lent: Path | None = None  # where its bytes lie until the next file is asked for, if `path` is none of the disk
    sha256_of: Callable[[Path], str] = storage.sha256_of  # of a file that came beside it

    @property
    def bytes_at(self) -> Path:
        return self.lent or self.path

    @property
    def is_named_like_a_photo(self) -> bool:
        return is_named_like_a_photo(self.path)


def is_named_like_a_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_SUFFIXES


def shown(path: Path) -> str:
    """Return a path as text that every output can take: a name need not be UTF-8."""
    return os.fsencode(path).decode(errors="replace")


class Altered(Exception):  # noqa: N818 - what is wrong with it
    """A file is not what it was when its bytes were counted."""


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that is not taken; `failed` tells that somebody should look after it."""

    path: Path
    why: str
    failed: bool = False

    @property
    def name(self) -> str:
        return shown(self.path)


@dataclass(frozen=True)
class Read:
    """A file of notes that has told what it knows of photos or albums."""

    path: Path


Entry = Candidate | LeftOut | Read


class Source(Protocol):
    """Where photos come from. It can be gone through again, and does not keep what it has told."""

    def count(self) -> int:
        """Return how many files there are, as far as it can be told without opening them."""

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield title and photos, by their SHA-256, of albums that are known as a whole."""

    def folders(self) -> Iterator[Iterable[Entry]]:
        """Yield what lies together, in an order that is the same each time."""
