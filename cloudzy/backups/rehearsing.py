"""Restore a backup on trial: by the real command, in a process of its own, into a temporary place."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from cloudzy import environment
from cloudzy.backups import database
from cloudzy.backups.errors import BackupError
from cloudzy.backups.making import TRIAL
from cloudzy.backups.manifest import Manifest
from cloudzy.health import database_problem
from cloudzy.models import BackupNote
from photos import storage
from search.index.locks import Busy, folder_lock
from search.models import Library


def rehearse(folder: Path, now: datetime, place: Path | None = None) -> Manifest:
    """Restore the backup into a temporary folder in `place`, compare rows and hashes, and note what came of it.

    Without `place` that folder lies in the backup, where originals take no room twice. Raises BackupError where the
    backup does not restore, or to something else.
    """
    manifest = Manifest.read(folder)
    with _alone(folder, place), tempfile.TemporaryDirectory(prefix=TRIAL, dir=place or folder) as home:
        problem = _problem(folder, manifest, Path(home))
    if _is_of_this_library(manifest):
        BackupNote.of_test(now, folder, manifest, problem)
    if problem:
        raise BackupError(problem)
    return manifest


@contextmanager
def _alone(folder: Path, place: Path | None) -> Iterator[None]:
    """Keep backups out of the folder while the trial lies in it; one elsewhere may go on from a read-only disk."""
    if place:
        yield
        return
    try:
        with folder_lock(folder, wait=False):
            yield
    except Busy as exc:
        raise BackupError("A backup into this folder, or a trial, is under way.") from exc


def _problem(folder: Path, manifest: Manifest, home: Path) -> str:
    data, media = home / "data", home / "media"
    changes = environment.for_child(CLOUDZY_DATA_DIR=str(data), CLOUDZY_MEDIA_DIR=str(media), DATABASE_URL="")
    command = [sys.executable, "manage.py", "restore", str(folder.resolve()), "--link"]
    run = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=changes, capture_output=True, text=True, check=False
    )
    if run.returncode:
        lines = run.stderr.strip().splitlines() or ["it was killed"]
        return f"It could not be restored: {lines[-1]}"
    found = next(data.glob("*.db"))
    differences = [*database.differing(manifest.counts, database.counts_in(found)), *_other_files(found, media)]
    return f"It was restored to something else: {'; '.join(differences[:5])}." if differences else ""


def _other_files(restored: Path, media: Path) -> list[str]:
    there = {path.relative_to(media).as_posix() for path in (media / storage.ORIGINALS).glob("*/*")}
    rows = database.originals_in(restored)
    return [name for name in sorted(there) if name not in rows or storage.sha256_of(media / name) != rows[name].sha256]


def _is_of_this_library(manifest: Manifest) -> bool:
    return not database_problem() and str(Library.position()[0]) == manifest.library
