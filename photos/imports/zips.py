"""ZIPs as a source: gone through like the folders they hold, each file unpacked only while it is being taken."""

from __future__ import annotations

import hashlib
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZipFile

from rest_framework.exceptions import APIException

from photos.archives.directory import Entry as ZipEntry
from photos.archives.directory import entries_of, moment_of, opened
from photos.archives.unpacking import BROKEN, TOO_MUCH, Damaged, TooMuch, not_for_people, room_of, unpacked
from photos.arrival import Arrival, Sidecar
from photos.errors import EmptyFile
from photos.imports.found import Candidate, Entry, LeftOut, is_named_like_a_photo
from photos.imports.walking import Listed, candidates_in
from photos.sidecars import MAX_SIDECAR_BYTES

TWICE = "The archive has two files of this path: the other one was looked at."


def is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()


@dataclass
class _Folder:
    files: list[Path] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


class ZipPlace:
    """The folders in a ZIP. Files are named by paths that lead into it, and lie on no disk but while they are lent."""

    def __init__(self, path: Path) -> None:
        """Read its list of files; raises NotAnArchive, OSError."""
        self.path = path
        self._zip: ZipFile = opened(path)
        weakref.finalize(self, self._zip.close)
        self._room = room_of(path.stat().st_size)
        self._entries: dict[Path, ZipEntry] = {}
        self._folders: dict[tuple[str, ...], _Folder] = defaultdict(_Folder)
        for entry in entries_of(self._zip):
            self._list(entry)

    def count(self) -> int:
        return len(self._entries)

    def ways(self) -> Sequence[tuple[str, ...]]:
        """Return the way to each folder that has files, from the root of the archive."""
        return sorted(self._folders)

    def listed(self, way: tuple[str, ...], named: tuple[str, ...] = ()) -> Listed:
        """List a folder by the way to it, with its files by name; `named` stands before that way for people."""
        folder = self._folders[way]
        files = sorted(folder.files, key=lambda path: (path.name.casefold(), path.name))
        return Listed(self.path.joinpath(*way), (*named, *way), files, folder.left_out)

    def read(self, path: Path, limit: int) -> bytes | None:
        """Return the bytes of a small file, None where it has more than `limit`; raises OSError."""
        entry = self._entries[path]
        if entry.info.file_size > limit:
            return None
        try:
            with self._zip.open(entry.info) as file:
                data = file.read(limit + 1)
        except BROKEN as exc:
            raise OSError(f"{exc}") from exc
        self._room -= len(data)
        return data if len(data) <= limit else None

    def has(self, name: str) -> bool:
        return Path(f"{self.path}/{name}") in self._entries

    def at(self, name: str) -> Path:
        """Return the path of a file by its path in the archive; raises LookupError."""
        path = Path(f"{self.path}/{name}")
        if not self.has(name):
            raise LookupError(f"{name} is not in the archive")
        return path

    def opened(self, path: Path) -> IO[bytes]:
        """Open a file to be read once, of no more bytes than may come out of the archive; raises OSError."""
        if self._entries[path].info.file_size > self._room:
            raise OSError(TOO_MUCH)
        return self._zip.open(self._entries[path].info)

    @contextmanager
    def holding(self, path: Path) -> Iterator[Path]:
        """Unpack a file for as long as it is held; raises TooMuch, Damaged and as spool."""
        with unpacked(self._zip, self._entries[path], self._room) as (at, size):
            self._room -= size
            yield at

    @contextmanager
    def lent(self, path: Path, beside: Sequence[Path], found: Listed) -> Iterator[Candidate | LeftOut]:
        """Unpack a file for as long as it is being taken; raises StorageMissing, DiskFull."""
        told: Candidate | LeftOut
        with ExitStack() as lending:
            try:
                at, size = lending.enter_context(unpacked(self._zip, self._entries[path], self._room))
            except TooMuch:
                self._room = 0
                told = LeftOut(path, TOO_MUCH, failed=True)
            except Damaged as exc:
                told = LeftOut(path, str(exc), failed=True)
            except APIException as exc:
                if exc.status_code >= 500:
                    raise
                told = LeftOut(path, str(exc.detail), is_named_like_a_photo(path) or not isinstance(exc, EmptyFile))
            else:
                self._room -= size
                told = self._candidate(path, at, beside, found)
            yield told

    def _candidate(self, path: Path, at: Path, beside: Sequence[Path], found: Listed) -> Candidate:
        notes = {name: data for name in beside if (data := self._notes(name)) is not None}
        sidecars = tuple(Sidecar(name.name, data) for name, data in notes.items())
        arrival = Arrival(moment_of(self._entries[path].info), "/".join(found.way), sidecars)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in notes.items()}
        return Candidate(path, arrival, tuple(beside), lent=at, sha256_of=lambda name: hashes.get(name, ""))

    def _notes(self, path: Path) -> bytes | None:
        try:
            return self.read(path, MAX_SIDECAR_BYTES)
        except OSError:  # without them the photo comes all the same, and they are reported
            return None

    def _list(self, entry: ZipEntry) -> None:
        path = Path(f"{self.path}/{entry.path}")
        way = PurePosixPath(entry.path).parts[:-1]
        if entry.refusal:
            self._folders[()].left_out.append(LeftOut(path, entry.refusal, failed=True))
        elif why := not_for_people(entry):
            self._folders[way].left_out.append(LeftOut(path, why))
        elif path in self._entries:
            self._folders[way].left_out.append(LeftOut(path, TWICE, failed=True))
        else:
            self._entries[path] = entry
            self._folders[way].files.append(path)


@dataclass(frozen=True)
class ZipSource:
    """ZIPs that a person named; `albums` makes one of each folder in them."""

    places: Sequence[ZipPlace]
    albums: bool = False

    def count(self) -> int:
        return sum(place.count() for place in self.places)

    def in_order(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from ()

    def folders(self) -> Iterator[Iterable[Entry]]:
        for place in self.places:
            for way in place.ways():
                found = place.listed(way, (place.path.stem,))
                albums = (found.title,) if self.albums else ()
                yield chain(found.left_out, candidates_in(found, albums, place.lent))
