"""One file of an archive on its way through the door, unpacked while it is read and never further than it may."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import storage
from photos.accepted import Accepted
from photos.archives.directory import Entry, moment_of
from photos.archives.outcomes import Kind, Outcome
from photos.arrival import Arrival, Sidecar
from photos.imports import walking
from photos.imports.found import is_named_like_a_photo
from photos.models import PhotoFile
from photos.sidecars import MAX_SIDECAR_BYTES, Sidecars, is_sidecar
from photos.spool import spool
from photos.uploads import accept_upload

CHUNK = 64 * 1024
SHARE, ALWAYS = 10, 200 * 2**20  # what may come out of an archive: so many times its size, and this
# What goes wrong inside zipfile when the archive is not what it says.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError, ValueError)


def room_of(size: int) -> int:
    """Return how many bytes may come out of an archive of so many."""
    return SHARE * size + ALWAYS


class TooMuch(Exception):  # noqa: N818 - what it is
    """Unpacking has given more bytes than an archive of this size may."""


TOO_MUCH = "The archive has unpacked to far more than one of photos can. The rest of it is not taken."


class Damaged(Exception):  # noqa: N818 - what is wrong with it
    """A file of an archive cannot be unpacked; the words say why."""


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


@contextmanager
def unpacked(archive: zipfile.ZipFile, entry: Entry, room: int) -> Iterator[tuple[Path, int]]:
    """Lend a file of an archive as one in the incoming folder, gone afterwards, and how many bytes it has.

    Raises TooMuch, Damaged and as spool.
    """
    try:
        with EntryFile(archive, entry, room) as file:
            incoming = spool(file)
    except BROKEN as exc:
        raise Damaged(f"It is damaged, or packed in a way we do not read: {exc}") from exc
    try:
        yield incoming, file.unpacked
    finally:
        storage.tidy(incoming)


class Unpacker:
    """Takes the files of an open archive, one by one, for their owner."""

    def __init__(self, archive: zipfile.ZipFile, entries: Sequence[Entry], owner: User) -> None:
        self.archive = archive
        self.owner = owner
        self.entries = {Path(entry.path): entry for entry in entries}
        by_folder: dict[Path, list[Path]] = defaultdict(list)
        for path in filter(is_sidecar, self.entries):
            by_folder[path.parent].append(path)
        self._sidecars = {folder: Sidecars(paths) for folder, paths in by_folder.items()}

    def take(self, entry: Entry, now: datetime, room: int) -> Outcome:
        """Make a photo of a file, or say why not; at most `room` bytes may come out of it.

        Raises TooMuch, and APIException where the fault is not the file's: DiskFull, StorageMissing, QuotaExceeded.
        """
        if why := entry.refusal or not_for_people(entry):
            return Outcome(Kind.FAILED if entry.refusal else Kind.LEFT, entry.path, why)
        try:
            if is_sidecar(Path(entry.path)) and self._is_kept(entry):
                return Outcome(Kind.SIDECAR)
            with EntryFile(self.archive, entry, room) as file:
                return self._accept(file, entry, now)
        except BROKEN as exc:
            return Outcome(Kind.FAILED, entry.path, f"It is damaged, or packed in a way we do not read: {exc}")

    def finish(self, clock: Callable[[], datetime], until: datetime) -> bool:  # noqa: ARG002 - for those that override it
        """Do what is left when all files are taken, but not for longer; return whether more of it is left."""
        return False

    def _accept(self, file: EntryFile, entry: Entry, now: datetime) -> Outcome:
        try:
            accepted = self.through_the_door(file, entry, now)
        except APIException as exc:
            if exc.status_code >= 500 or exc.default_code == "quota_exceeded":
                raise
            missed = is_named_like_a_photo(Path(entry.path))
            return Outcome(Kind.FAILED if missed else Kind.LEFT, entry.path, str(exc.detail), file.unpacked)
        return Outcome(_what_became(accepted), unpacked=file.unpacked)

    def through_the_door(self, file: EntryFile, entry: Entry, now: datetime) -> Accepted:
        return accept_upload(file, self.owner, now, queued=True, arrival=self.arrival_of(entry))

    def arrival_of(self, entry: Entry) -> Arrival:
        return Arrival(moment_of(entry.info), entry.folder, tuple(self._notes_of(Path(entry.path))))

    def _notes_of(self, path: Path) -> Iterator[Sidecar]:
        """Yield the sidecars of a photo; one that cannot be read is named when it has its own turn."""
        beside = self._sidecars[path.parent].of(path) if path.parent in self._sidecars else []
        for note in (self.entries[name] for name in beside if name != path):
            with suppress(*BROKEN):
                if (data := self._notes_in(note)) is not None:
                    yield Sidecar(note.name, data)

    def _is_kept(self, entry: Entry) -> bool:
        """Tell whether a sidecar has come to a photo by now, be it with that or before."""
        if (data := self._notes_in(entry)) is None:
            return False
        theirs = PhotoFile.objects.filter(photo__owner=self.owner, kind=PhotoFile.Kind.SIDECAR)
        return theirs.filter(sha256=hashlib.sha256(data).hexdigest()).exists()

    def _notes_in(self, entry: Entry) -> bytes | None:
        is_small = not entry.refusal and entry.info.file_size <= MAX_SIDECAR_BYTES
        return self.archive.read(entry.info) if is_small else None


def _what_became(accepted: Accepted) -> Kind:
    if accepted.joined == PhotoFile.Kind.SIDECAR:
        return Kind.SIDECAR
    return Kind.ADDED if accepted.created else Kind.RESTORED if accepted.restored else Kind.THERE


def not_for_people(entry: Entry) -> str:
    """Say why nobody means this file by "my photos", or ""."""
    return next(filter(None, map(walking.not_for_people, Path(entry.path).parts)), "")
