"""Make a backup: what is there stays good until, at one stroke, the new manifest stands for the new one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings

from cloudzy.backups import database
from cloudzy.backups.errors import BackupError
from cloudzy.backups.files import OtherBytes, bring, sync_folders
from cloudzy.backups.manifest import FORMAT, Manifest, Original
from cloudzy.models import BackupNote
from photos import storage
from photos.models import Photo, PhotoFile
from search.index.locks import Busy, folder_lock
from search.index.sealed import TEMPORARY
from search.models import Library

Told = Callable[[int, int], object]  # done, of how many

MARKER = ".cloudzy-backup"
TRIAL = ".trial-"  # how the folders of restores on trial begin
# Photos may be deleted for good between the copy of the database and that of their files; the next try is quick.
TRIES = 3
_SECRETS = ("KEY", "SECRET", "PASSWORD", "TOKEN")


@dataclass(frozen=True)
class Made:
    manifest: Manifest
    copied: int  # how many originals were not there yet


def back_up(folder: Path, now: datetime, told: Told, link: bool = False) -> Made:
    """Back the library up into the folder, which is made if need be; `link` shares the bytes of originals.

    Raises BackupError, or OSError; then the earlier backup is as good as before.
    """
    database.refuse_other_databases()
    if not storage.is_mounted():
        raise BackupError("The folder of the photos is not there; perhaps its disk is not mounted.")
    _refuse_ours(folder)
    library = str(Library.position()[0])
    try:
        with folder_lock(_prepared(folder, library), wait=False):
            made = _made(folder, now, told, link, library)
            _prune(folder, made.manifest)
    except Busy as exc:
        raise BackupError("Another backup into this folder is under way.") from exc
    BackupNote.of_backup(now, folder, made.manifest)
    return made


def _made(folder: Path, now: datetime, told: Told, link: bool, library: str) -> Made:
    held = _held(folder)
    copied = 0
    for last in (*[False] * (TRIES - 1), True):
        taken = _database(folder)
        wanted = database.originals_in(taken)
        brought = _bring(folder, wanted, held, told, link)
        copied += brought.copied
        held |= brought.originals
        if last or not _purged_meanwhile(brought.lacking):
            break
    manifest = _described(taken, now, library)
    manifest = replace(manifest, originals=brought.originals, lacking=brought.lacking)
    manifest.write(folder)
    return Made(manifest, copied)


@dataclass(frozen=True)
class _Brought:
    originals: dict[str, Original]
    lacking: dict[str, str]
    copied: int


def _bring(folder: Path, wanted: dict[str, Original], held: dict[str, Original], told: Told, link: bool) -> _Brought:
    originals: dict[str, Original] = {}
    lacking: dict[str, str] = {}
    new = []
    copied = 0
    for done, (name, original) in enumerate(wanted.items(), start=1):
        try:
            if not (held.get(name) == original and _is_there(folder / name, original)):
                copied += _bring_one(folder, name, original, link)
                new.append(name)
            originals[name] = original
        except FileNotFoundError:
            lacking[name] = "missing"
        except OtherBytes:
            lacking[name] = "altered"
        told(done, len(wanted))
    folders = {(folder / name).parent for name in new}
    sync_folders(folders | {each.parent for each in folders})
    return _Brought(originals, lacking, copied)


def _bring_one(folder: Path, name: str, original: Original, link: bool) -> bool:
    """Tell whether it had to be copied: a backup that was broken off may have left it."""
    target = folder / name
    if _is_there(target, original) and storage.sha256_of(target) == original.sha256:
        return False
    bring(storage.path_of(name), target, original.sha256, link)
    return True


def _is_there(path: Path, original: Original) -> bool:
    return path.is_file() and path.stat().st_size == original.bytes


def _purged_meanwhile(lacking: dict[str, str]) -> bool:
    names = [name for name, why in lacking.items() if why == "missing"]
    there = set(Photo.objects.filter(image__in=names[:500]).values_list("image", flat=True))
    there |= set(PhotoFile.objects.filter(stored__in=names[:500]).values_list("stored", flat=True))
    return bool(set(names[:500]) - there)


def _database(folder: Path) -> Path:
    """Return a copy of the database as it is now, under a name that no manifest has yet."""
    part = folder / f"{TEMPORARY}{secrets.token_hex(6)}.db"
    try:
        database.snapshot(part)
        storage.sync(part)
        return part.rename(folder / f"database-{secrets.token_hex(6)}.db")
    finally:
        part.unlink(missing_ok=True)


def _described(taken: Path, now: datetime, library: str) -> Manifest:
    return Manifest(
        format=FORMAT,
        made_at=now.isoformat(timespec="seconds"),
        version=str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        library=library,
        database=taken.name,
        database_sha256=storage.sha256_of(taken),
        migrations=database.migrations_in(taken),
        counts=database.counts_in(taken),
        settings=_settings(),
        originals={},
        lacking={},
    )


def _settings() -> dict[str, str]:
    names = [
        name for name in dir(settings) if name.startswith("CLOUDZY_") and not any(map(name.__contains__, _SECRETS))
    ]
    return {name: str(getattr(settings, name)) for name in names}


def _refuse_ours(folder: Path) -> None:
    """A backup goes elsewhere: neither into what is backed up nor around it."""
    target = folder.resolve()
    for ours in (Path(settings.MEDIA_ROOT).resolve(), Path(settings.CLOUDZY_DATA_DIR).resolve()):
        if target == ours or ours in target.parents or target in ours.parents:
            raise BackupError(f"{folder} holds the library, or is part of it: back it up to another place.")


def _prepared(folder: Path, library: str) -> Path:
    """Make an empty folder the place of this library's backups.

    One that holds anything else is refused, for files that belong to no backup are deleted there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    if not marker.exists():
        if any(path.name != "lost+found" for path in folder.iterdir()):
            raise BackupError(f"{folder} holds other files: name an empty folder, or one with a backup.")
        marker.write_text(f"{library}\n")
    elif marker.read_text().strip() != library:
        raise BackupError(
            f"{folder} holds the backup of another library, or of this one before it was restored: name another folder."
        )
    return folder


def _held(folder: Path) -> dict[str, Original]:
    """Return the originals that the earlier backup has, where it is one that can be believed."""
    try:
        return dict(Manifest.read(folder).originals)
    except BackupError:
        return {}


def _prune(folder: Path, manifest: Manifest) -> None:
    """Delete what the backup does not consist of: files of earlier ones, and what broken-off ones left."""
    parts = {manifest.database, *manifest.originals}
    found = [*folder.glob("database-*.db"), *folder.glob(f"{TEMPORARY}*"), *(folder / storage.ORIGINALS).glob("*/*")]
    for left in folder.glob(f"{TRIAL}*"):  # by a trial that was killed
        shutil.rmtree(left)
    for path in found:
        if path.relative_to(folder).as_posix() not in parts:
            path.unlink()
