"""Bring a library back from a backup, into an empty place; the database comes last and at one stroke."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from cloudzy.backups import database
from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.files import OtherBytes, bring, sync_folders
from cloudzy.backups.manifest import Manifest
from cloudzy.backups.verifying import verify
from photos import storage
from search.sealed import TEMPORARY, fsync

Told = Callable[[str], Callable[[int, int], object]]  # the step, then done of how many


def restore(folder: Path, told: Told, link: bool = False) -> Manifest:
    """Make the library of the settings what was backed up; a database of an older version is migrated.

    Raises BackupError before anything is touched where the place is not empty, the backup is damaged (a
    DamagedBackupError) or newer than this version; later OSError, and then there is no database yet.
    """
    database.refuse_other_databases()
    target = Path(connection.settings_dict["NAME"])
    _refuse_unless_empty(target)
    manifest = verify(folder, told("Verifying"))
    if unknown := database.unknown_migrations(manifest.migrations):
        raise BackupError(f"A newer version of Cloudzy made the backup: this one has no {unknown[0]}. Update it first.")
    _bring_originals(folder, manifest, told("Restoring"), link)
    _bring_database(folder / manifest.database, manifest.database_sha256, target)
    return manifest


def _refuse_unless_empty(target: Path) -> None:
    for place in (Path(settings.CLOUDZY_DATA_DIR), Path(settings.MEDIA_ROOT)):
        there = sorted(path.name for path in place.iterdir() if path.name != "lost+found") if place.exists() else []
        if there:
            raise BackupError(f"{place} is not empty, {there[0]} is in it: a library is restored into an empty place.")
    if target.exists():
        raise BackupError(f"There is a database already: {target}.")


def _bring_originals(folder: Path, manifest: Manifest, told: Callable[[int, int], object], link: bool) -> None:
    root = storage.media_root()
    for done, (name, original) in enumerate(manifest.originals.items(), start=1):
        try:
            bring(folder / name, root / name, original.sha256, link)
        except OtherBytes as exc:  # it was right a moment ago
            raise DamagedBackupError([f"{name} is altered"]) from exc
        told(done, len(manifest.originals))
    storage.mark()
    folders = {(root / name).parent for name in manifest.originals}
    sync_folders({*folders, *(each.parent for each in folders), root})


def _bring_database(source: Path, sha256: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{TEMPORARY}{target.name}")
    try:
        bring(source, part, sha256, link=False)  # it is changed now
        database.make_ours(part)
    except (OtherBytes, sqlite3.Error) as exc:
        raise DamagedBackupError([f"{source.name} is altered"]) from exc
    fsync(part)
    part.replace(target)
    fsync(target.parent)
