"""Read a whole backup again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from cloudzy.backups import database
from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.manifest import Manifest
from photos import storage

Told = Callable[[int, int], object]  # done, of how many


def verify(folder: Path, told: Told) -> Manifest:
    """Return the manifest of a backup of which every byte is as it was; raises DamagedBackupError, BackupError."""
    manifest = Manifest.read(folder)
    if damages := [*_of_database(folder, manifest), *_of_originals(folder, manifest, told)]:
        raise DamagedBackupError(damages)
    return manifest


def _of_database(folder: Path, manifest: Manifest) -> Iterator[str]:
    if damage := _difference(folder / manifest.database, manifest.database_sha256):
        yield f"{manifest.database} {damage}"
        return
    try:
        rows = database.originals_in(folder / manifest.database)
    except BackupError as exc:
        yield str(exc)
        return
    promised = {**manifest.originals, **dict.fromkeys(manifest.lacking)}
    yield from (f"{name} belongs to a photo and is not in the backup" for name in rows if name not in promised)


def _of_originals(folder: Path, manifest: Manifest, told: Told) -> Iterator[str]:
    for done, (name, original) in enumerate(manifest.originals.items(), start=1):
        if damage := _difference(folder / name, original.sha256):
            yield f"{name} {damage}"
        told(done, len(manifest.originals))


def _difference(path: Path, sha256: str) -> str:
    try:
        return "" if storage.sha256_of(path) == sha256 else "is altered"
    except FileNotFoundError:
        return "is missing"
    except OSError as exc:
        return f"cannot be read ({exc.strerror})"
