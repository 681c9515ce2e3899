"""One file of an archive on its way through the door, unpacked while it is read and never further than it may."""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from rest_framework.exceptions import APIException

from accounts.models import User
from photos.archives.directory import Entry, moment_of
from photos.archives.outcomes import Kind, Outcome
from photos.arrival import Arrival, Sidecar
from photos.imports.found import PHOTO_SUFFIXES
from photos.imports.walking import SYSTEM_FILES, SYSTEM_FOLDERS
from photos.sidecars import MAX_SIDECAR_BYTES, Sidecars, is_sidecar
from photos.uploads import accept_upload

CHUNK = 64 * 1024
# What goes wrong inside zipfile when the archive is not what it says.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError, ValueError)


class TooMuch(Exception):  # noqa: N818 - what it is
    """Unpacking has given more bytes than an archive of this size may."""


class EntryFile(File):
    """A file of an archive: read once, from its beginning to its end, and counted."""

    def __init__(self, archive: zipfile.ZipFile, entry: Entry, room: int) -> None:
        super().__init__(archive.open(entry.info), entry.name)
        self.size = entry.info.file_size
        self._room = room
        self.unpacked = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while data := self.read(chunk_size or CHUNK):
            self.unpacked += len(data)
            if self.unpacked > self._room:
                raise TooMuch
            yield data


class Unpacker:
    """Takes the files of an open archive, one by one, for their owner."""

    def __init__(self, archive: zipfile.ZipFile, entries: Sequence[Entry], owner: User) -> None:
        self._archive = archive
        self._owner = owner
        self._by_path = {Path(entry.path): entry for entry in entries}
        by_folder: dict[Path, list[Path]] = defaultdict(list)
        for path in filter(is_sidecar, self._by_path):
            by_folder[path.parent].append(path)
        self._sidecars = {folder: Sidecars(paths) for folder, paths in by_folder.items()}

    def take(self, entry: Entry, now: datetime, room: int) -> Outcome:
        """Make a photo of a file, or say why not; at most `room` bytes may come out of it.

        Raises TooMuch, and APIException where the fault is not the file's: DiskFull, StorageMissing, QuotaExceeded.
        """
        if why := entry.refusal or _not_for_people(entry):
            return Outcome(Kind.FAILED if entry.refusal else Kind.LEFT, entry.path, why)
        if is_sidecar(Path(entry.path)):
            return Outcome(Kind.SIDECAR)
        try:
            with EntryFile(self._archive, entry, room) as file:
                return self._accept(file, entry, now)
        except BROKEN as exc:
            return Outcome(Kind.FAILED, entry.path, f"It is damaged, or packed in a way we do not read: {exc}")

    def _accept(self, file: EntryFile, entry: Entry, now: datetime) -> Outcome:
        arrival = Arrival(moment_of(entry.info), entry.folder, self._notes_of(entry))
        try:
            accepted = accept_upload(file, self._owner, now, queued=True, arrival=arrival)
        except APIException as exc:
            if exc.status_code >= 500 or exc.default_code == "quota_exceeded":
                raise
            missed = Path(entry.path).suffix.lower() in PHOTO_SUFFIXES
            return Outcome(Kind.FAILED if missed else Kind.LEFT, entry.path, str(exc.detail), file.unpacked)
        kind = Kind.ADDED if accepted.created else Kind.RESTORED if accepted.restored else Kind.THERE
        return Outcome(kind, unpacked=file.unpacked)

    def _notes_of(self, entry: Entry) -> tuple[Sidecar, ...]:
        path = Path(entry.path)
        beside = self._sidecars[path.parent].of(path) if path.parent in self._sidecars else []
        notes = [self._by_path[name] for name in beside]
        return tuple(
            Sidecar(note.name, self._archive.read(note.info))
            for note in notes
            if not note.refusal and note.info.file_size <= MAX_SIDECAR_BYTES
        )


def _not_for_people(entry: Entry) -> str:
    """Say why nobody means this file by "my photos", or ""."""
    parts = Path(entry.path).parts
    if any(part.startswith(".") for part in parts):
        return "It is hidden."
    if entry.name.lower() in SYSTEM_FILES or any(part.lower() in SYSTEM_FOLDERS for part in parts):
        return "It belongs to a system or another program."
    return ""
