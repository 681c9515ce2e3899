"""Where the bytes of photos lie: `media/originals/ab/<uuid>.jpg`, and incoming ones in `media/.incoming`.

An original is first written whole and synced under another name on the same file system, then renamed, and only then
gets its row: a crash leaves bytes without a row, never a row without bytes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.conf import settings

from photos.errors import DiskFull, StorageMissing
from photos.models import Photo

INCOMING = ".incoming"
ORIGINALS = "originals"
# Lies in the media folder from its first use on: a folder without it, for a library with photos, is not our folder
# but the empty place where its disk should be mounted.
MARKER = ".cloudzy"
MODE = 0o640  # of originals: no other account of the machine reads them


def media_root() -> Path:
    return Path(settings.MEDIA_ROOT)


def is_mounted() -> bool:
    """Tell whether the media folder is the one this library was kept in."""
    return _has_marker() or not Photo.objects.exists()


def lets_go() -> bool:
    """Tell whether files can be deleted: the disk is there, and not read-only."""
    return is_mounted() and os.access(media_root(), os.W_OK)


def prepare() -> Path:
    """Return the folder for incoming files, made if need be. Raises StorageMissing, DiskFull."""
    root = media_root()
    if not _has_marker():
        if not is_mounted():
            raise StorageMissing
        with disk_errors_named():
            mark()
    with disk_errors_named():
        (root / INCOMING).mkdir(exist_ok=True)
    return root / INCOMING


def mounted_root() -> Path:
    """Return the media folder to write into, for which its marker is looked for once more; raises StorageMissing.

    Between reading and writing a disk may go, and what is written then would lie hidden below it when it is back.
    """
    if not _has_marker():
        raise StorageMissing
    return media_root()


def mark() -> None:
    """Make the media folder that of a library, whatever is in it; raises OSError."""
    media_root().mkdir(parents=True, exist_ok=True)
    (media_root() / MARKER).write_text("The photos of a Cloudzy library. Do not remove this file.\n")


def _has_marker() -> bool:
    try:
        return (media_root() / MARKER).exists()
    except OSError:  # a disk is there, and it fails or lets nobody in
        return False


def keep(incoming: Path, extension: str) -> str:
    """Make a synced original of an incoming file; return its name relative to the media folder.

    Raises DiskFull or StorageMissing; then the original is not there.
    """
    stem = uuid.uuid4().hex
    name = f"{ORIGINALS}/{stem[:2]}/{stem}{extension}"
    put_back(incoming, name)
    return name


def put_back(incoming: Path, name: str) -> None:
    """Make an incoming file the original of this name; raises as keep does, then the original is not there."""
    target = mounted_root() / name
    with disk_errors_named(), ExitStack() as undo:
        new_folder = not target.parent.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        sync(incoming)
        if incoming.stat().st_nlink == 1:  # else it has another name, and who shares it has seen to that
            incoming.chmod(MODE)
        undo.callback(tidy, target)
        incoming.rename(target)
        sync(target.parent)
        if new_folder:
            sync(target.parent.parent)
            sync(media_root())
        undo.pop_all()


def path_of(name: str) -> Path:
    return media_root() / name


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def touched_at(path: Path) -> float:
    """Return when a file was last written, in seconds since 1970; raises OSError.

    One that shares its bytes with another name is as old as those are, be it linked just now: there its names count.
    """
    state = path.stat()
    return state.st_mtime if state.st_nlink == 1 else max(state.st_mtime, state.st_ctime)


def discard(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


def tidy(path: Path) -> None:
    """Delete a file on the way out of something, which has its own outcome: a disk that lets nothing go is no other.

    What stays behind belongs to no photo, and check_integrity finds it.
    """
    with suppress(OSError):
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, lie on the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors_named() -> Iterator[None]:
    """Turn a full disk or a vanished folder into the problem a client is told."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from exc
        if exc.errno in (errno.ENOENT, errno.EROFS, errno.EACCES, errno.EIO):
            raise StorageMissing from exc
        raise
