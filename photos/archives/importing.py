"""An archive from its last byte to the end of its import, in turns that are short enough to be repeated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, transaction
from rest_framework.exceptions import APIException

from photos import storage
from photos.archives.directory import Entry, entries_of, opened
from photos.archives.outcomes import Kind, Outcome
from photos.archives.takeout import in_order, unpacker_of
from photos.archives.unpacking import TooMuch, Unpacker, room_of
from photos.models import ArchiveImport, IncomingUpload
from photos.names import clean_name

TURN = timedelta(seconds=60)  # of a job's five minutes
MAX_TRIES = 3
FATAL = "Whoever read this file came to an end over it, three times."


def begin(upload: IncomingUpload, name: str, now: datetime) -> ArchiveImport:
    """Open the import of an upload that is complete: its bytes get a second name, then its row. Called anew it goes on.

    Raises NotAnArchive, StorageMissing, DiskFull.
    """
    opened(storage.mounted_root() / storage.INCOMING / upload.pk.hex).close()
    stored = f"{storage.INCOMING}/{upload.pk.hex}.zip"
    with storage.disk_errors_named(), suppress(FileExistsError):
        os.link(storage.mounted_root() / storage.INCOMING / upload.pk.hex, storage.path_of(stored))
    with transaction.atomic():
        archive, _ = ArchiveImport.objects.get_or_create(
            stored=stored,
            defaults={"owner": upload.owner, "name": clean_name(name), "bytes": upload.length, "created_at": now},
        )
        upload.finish_archive(archive, now)
    return archive


def go_on(archive: ArchiveImport, clock: Callable[[], datetime]) -> bool:
    """Take in files of the archive for one turn; return whether more are left for the next.

    Where disk or storage keep it from going on it waits and says so; at the end its file is deleted.
    """
    problem, more = "", False
    try:
        with opened(storage.mounted_root() / archive.stored) as zipped:
            entries = in_order(entries_of(zipped))
            archive.look(len(entries))
            more = _take(archive, unpacker_of(zipped, entries, archive.owner), entries, clock)
    except TooMuch:
        problem = "It has unpacked to far more than an archive of photos can. The rest is not taken."
    except FileNotFoundError:
        if storage.path_of(archive.stored).exists():
            raise
        problem = "Its file is gone."
    except APIException as exc:
        problem = str(exc.detail)
        if exc.status_code >= 500:
            archive.wait(problem)
            return False  # else it is no archive, or its owner may keep no more
    if not more:
        end(archive, clock(), problem)
    return more


def end(archive: ArchiveImport, now: datetime, problem: str = "", cancelled: bool = False) -> None:
    """Close an import, however it ended, and delete its file; one that is closed stays as it is."""
    archive.end(now, problem, cancelled)
    storage.discard(archive.stored)
    _note_of(archive).unlink(missing_ok=True)


def _take(archive: ArchiveImport, unpacker: Unpacker, entries: Sequence[Entry], clock: Callable[[], datetime]) -> bool:
    until = clock() + TURN
    for entry in entries[archive.done :]:
        now = clock()
        if now >= until:
            return True
        with _trying(_note_of(archive)) as lost:
            room = room_of(archive.bytes) - archive.unpacked
            outcome = unpacker.take(entry, now, room) if lost < MAX_TRIES else Outcome(Kind.FAILED, entry.path, FATAL)
            if not archive.advance(outcome):
                return False
    return unpacker.finish(clock, until)


def _note_of(archive: ArchiveImport) -> Path:
    return storage.path_of(f"{archive.stored}.trying")


@contextmanager
def _trying(note: Path) -> Iterator[int]:
    """Count a try at the next file, and forget it when it ends as one may; lend how many there were before.

    A file of its own and not a column: what ends the process may have begun with the database.
    """
    text = note.read_text() if note.exists() else ""
    lost = int(text) if text.isdigit() else 0
    with storage.disk_errors_named():
        note.write_text(f"{lost + 1}")
    try:
        yield lost
    except (APIException, DatabaseError, TooMuch):
        storage.tidy(note)
        raise
    storage.tidy(note)
