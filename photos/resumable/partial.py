"""The bytes of an upload on its way: `media/.incoming/<id>`, whose length is how far it has come.

Notes lie beside it while something is under way that a crash must not leave half done: `<id>.unproven` holds the
length up to which the bytes are proven, `<id>.trying` how often somebody has begun to make a photo of them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from django.db import DatabaseError
from rest_framework.exceptions import APIException, ParseError

from photos import storage
from photos.resumable.errors import PartMismatch, UploadGone, UploadLocked

CHUNK = 64 * 1024
NOTES = ("unproven", "trying")

Read = Callable[[int], bytes]


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must have: the name of an algorithm of hashlib, and its digest."""

    algorithm: str
    digest: bytes


def path_of(pk: uuid.UUID) -> Path:
    return storage.media_root() / storage.INCOMING / pk.hex


def create(pk: uuid.UUID) -> None:
    """Make the file of an upload that begins; raises StorageMissing, DiskFull."""
    folder = storage.prepare()
    with storage.disk_errors_named():
        path_of(pk).touch(exist_ok=False)
        storage.sync(folder)


def remove(pk: uuid.UUID) -> None:
    """Delete the bytes and the notes, as far as the disk lets them go. Its row must have said so before."""
    path = path_of(pk)
    for name in (path, *(path.with_suffix(f".{note}") for note in NOTES)):
        storage.tidy(name)


class HeldFile:
    """The file of an upload while nobody else may touch it."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self.path = path
        self._file = file
        self._unproven = path.with_suffix(".unproven")
        self._trying = path.with_suffix(".trying")

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def append(self, read: Read, announced: int, checksum: Checksum | None) -> None:
        """Write what `read` gives, `announced` bytes of it, behind what is there, and sync it.

        What arrived of a body that broke off stays, unless its checksum is still to be proven. Raises ParseError where
        it broke off, PartMismatch, DiskFull or StorageMissing.
        """
        before = self.size
        if checksum is not None:
            self._note(self._unproven, before)
        try:
            self._write(read, announced, checksum)
        except BaseException:
            self.go_back_to_proven()
            raise
        self._unproven.unlink(missing_ok=True)

    def _write(self, read: Read, announced: int, checksum: Checksum | None) -> None:
        digest = hashlib.new(checksum.algorithm if checksum else "sha1", usedforsecurity=False)
        received = 0
        with storage.disk_errors_named():
            self._file.seek(0, os.SEEK_END)
            try:
                while received < announced and (data := read(min(CHUNK, announced - received))):
                    received += len(data)
                    if checksum:
                        digest.update(data)
                    self._write_whole(data)
            finally:
                os.fsync(self._file.fileno())
        if received < announced:
            raise ParseError("The request broke off.")
        if checksum and digest.digest() != checksum.digest:
            raise PartMismatch

    def _write_whole(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def go_back_to_proven(self) -> None:
        """Cut off what a checksum was to prove and has not; nothing where there is no such thing."""
        proven = self._read(self._unproven)
        if proven is None:
            return
        with storage.disk_errors_named():
            os.ftruncate(self._file.fileno(), min(proven, self.size))
            os.fsync(self._file.fileno())
            self._unproven.unlink(missing_ok=True)

    @contextmanager
    def trying(self) -> Iterator[int]:
        """Count a try, and forget it when it ends as one may: what stays is of processes that died, and of bugs.

        Lends how many there were before.
        """
        lost = self._read(self._trying) or 0
        self._note(self._trying, lost + 1)
        try:
            yield lost
        except (APIException, DatabaseError):
            storage.tidy(self._trying)
            raise
        storage.tidy(self._trying)

    def _note(self, path: Path, number: int) -> None:
        with storage.disk_errors_named():
            path.write_text(f"{number}\n")
            storage.sync(path)
            storage.sync(path.parent)

    def _read(self, path: Path) -> int | None:
        """Read a note; one that a crash left empty was not yet acted on."""
        try:
            text = path.read_text().strip()
        except FileNotFoundError:
            return None
        return int(text) if text.isdigit() else None


@contextmanager
def held(pk: uuid.UUID) -> Iterator[HeldFile]:
    """Lend the file of an upload; look at its row only now, for it may have ended meanwhile.

    Raises UploadLocked where somebody else has it, UploadGone where it is not there, StorageMissing.
    """
    storage.prepare()
    path = path_of(pk)
    with storage.disk_errors_named():
        try:
            file = FileIO(path, "r+")
        except FileNotFoundError as exc:
            raise UploadGone from exc
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise UploadLocked from exc
        lent = HeldFile(path, file)
        lent.go_back_to_proven()
        yield lent
