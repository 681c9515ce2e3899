"""Bring a library back from a backup, into an empty place; the database comes last and at one stroke.

From its first change on a file beside the database says that a restore is under way, until it becomes the database
itself: so a place is empty, or a restore goes on there, or a library is.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from cloudzy.backups import database
from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.files import OtherBytes, bring, sync_folders
from cloudzy.backups.manifest import Manifest, Original
from cloudzy.backups.unfinished import becoming
from cloudzy.backups.verifying import verify
from photos import storage
from search.index.sealed import TEMPORARY

Told = Callable[[str], Callable[[int, int], object]]  # the step, then done of how many

_OF_A_DISK = "lost+found"
_OF_SQLITE = ("-wal", "-shm", "-journal")  # what a database that was being written leaves beside itself


def restore(folder: Path, told: Told, link: bool = False) -> Manifest:
    """Make the library of the settings what was backed up; a database of an older version is migrated.

    A restore of this backup that broke off here is gone on with. Raises BackupError before anything is touched where
    the place holds anything else, the backup is damaged (a DamagedBackupError) or newer than this version; later
    OSError, and then there is no database yet.
    """
    database.refuse_other_databases()
    target = Path(connection.settings_dict["NAME"])
    _refuse_unless_free(target)
    manifest = verify(folder, told("Verifying"))
    if unknown := database.unknown_migrations(manifest.migrations):
        raise BackupError(f"A newer version of Cloudzy made the backup: this one has no {unknown[0]}. Update it first.")
    _refuse_another_backup(manifest)
    with _alone_in(target.parent):
        _refuse_unless_free(target)  # others may have ended here meanwhile
        _begin(target)
        _bring_originals(folder, manifest, told("Restoring"), link)
        _bring_database(folder / manifest.database, manifest.database_sha256, target)
    return manifest


def _refuse_unless_free(target: Path) -> None:
    data, media = {becoming(target).name}, {storage.ORIGINALS, storage.MARKER}
    begun = becoming(target).exists()
    blank = begun and database.is_blank(target)  # as any look at it leaves one, `migrate` too
    if blank:
        data.add(target.name)
    for place, known in ((Path(settings.CLOUDZY_DATA_DIR), data), (storage.media_root(), media)):
        there = sorted(path.name for path in place.iterdir()) if place.exists() else []
        if others := [name for name in there if name != _OF_A_DISK and not (begun and _is_left(name, known))]:
            raise BackupError(f"{place} is not empty, {others[0]} is in it: a library is restored into an empty place.")
    if target.exists() and not blank:
        raise BackupError(f"There is a database already: {target}.")


def _is_left(name: str, known: Collection[str]) -> bool:
    """Tell whether a restore that broke off leaves such a file."""
    beside = {f"{each}{end}" for each in known for end in _OF_SQLITE}
    return name in beside or name.removeprefix(TEMPORARY) in known


def _refuse_another_backup(manifest: Manifest) -> None:
    for path in (storage.media_root() / storage.ORIGINALS).glob("*/*"):
        name = path.relative_to(storage.media_root()).as_posix()
        if name not in manifest.originals and not path.name.startswith(TEMPORARY):
            raise BackupError(
                f"{path} is not in this backup: the restore of another one broke off here. Go on with that one, or "
                "empty the two folders."
            )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Be the only restore into this folder, without a file for that; the kernel frees the lock of one that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise BackupError("Another restore into this place is under way.") from exc
    finally:
        os.close(handle)


def _begin(target: Path) -> None:
    becoming(target).touch()
    storage.sync(target.parent)


def _bring_originals(folder: Path, manifest: Manifest, told: Callable[[int, int], object], link: bool) -> None:
    root = storage.media_root()
    for done, (name, original) in enumerate(manifest.originals.items(), start=1):
        try:
            if not _is_there(root / name, original):
                bring(folder / name, root / name, original.sha256, link)
        except OtherBytes as exc:  # it was right a moment ago
            raise DamagedBackupError([f"{name} is altered"]) from exc
        told(done, len(manifest.originals))
    for part in (root / storage.ORIGINALS).glob(f"*/{TEMPORARY}*"):  # of one that was killed, perhaps of another name
        part.unlink()
    storage.mark()
    folders = {(root / name).parent for name in manifest.originals}
    sync_folders({*folders, *(each.parent for each in folders), root})


def _is_there(path: Path, original: Original) -> bool:
    """Tell whether a restore that broke off has brought it; its name may not have reached the disk yet."""
    return path.is_file() and path.stat().st_size == original.bytes and storage.sha256_of(path) == original.sha256


def _bring_database(source: Path, sha256: str, target: Path) -> None:
    part = becoming(target)
    _forget_journals(part)
    try:
        bring(source, part, sha256, link=False)  # it is changed now
        database.make_ours(part)
    except (OtherBytes, sqlite3.Error) as exc:
        raise DamagedBackupError([f"{source.name} is altered"]) from exc
    storage.sync(part)
    _forget_journals(target)
    part.replace(target)
    storage.sync(target.parent)


def _forget_journals(path: Path) -> None:
    """Delete what lies beside a database that is about to be replaced: SQLite would put it into the new one."""
    for end in _OF_SQLITE:
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
