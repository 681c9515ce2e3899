"""Do rows and bytes agree? Looks, reports and changes nothing but what it is told to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from photos import storage, thumbnails
from photos.models import Photo

# An upload in progress has bytes and no row yet; what is older than this is left over from a crash.
GRACE_SECONDS = 3600


@dataclass(frozen=True)
class Fault:
    """One disagreement: a row without (or with other) bytes, or bytes without a row."""

    kind: str  # "missing", "unreadable", "altered" or "stray"
    name: str  # relative to the media folder
    photo_id: int | None = None


def faults(now: datetime, hashes: bool = False) -> Iterator[Fault]:
    """Yield every disagreement; with `hashes` each original is read whole and compared."""
    known: list[str] = []
    rows = Photo.objects.order_by("pk").values_list("pk", "image", "sha256", "bytes")
    for pk, name, sha256, size in rows.iterator(chunk_size=2000):
        known.append(name)
        if kind := _fault_of(storage.path_of(name), size, sha256 if hashes else ""):
            yield Fault(kind, name, pk)
    yield from (Fault("stray", name) for name in _strays(known, now))


def remove_stray(fault: Fault) -> None:
    """Delete bytes that no row names."""
    storage.discard(fault.name)


def _fault_of(path: Path, size: int, sha256: str) -> str:
    try:
        if path.stat().st_size != size or (sha256 and storage.sha256_of(path) != sha256):
            return "altered"
    except FileNotFoundError:
        return "missing"
    except OSError:  # the disk fails here, or lets nobody in
        return "unreadable"
    return ""


def _strays(originals: Collection[str], now: datetime) -> Iterator[str]:
    root = storage.media_root()
    known = {*originals, *(thumbnails.path_for(name, size) for name in originals for size in thumbnails.SIZES)}
    for folder in (storage.ORIGINALS, storage.INCOMING, thumbnails.FOLDER):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if name not in known and _is_old_file(path, now):
                yield name


def _is_old_file(path: Path, now: datetime) -> bool:
    try:
        return path.is_file() and now.timestamp() - path.stat().st_mtime > GRACE_SECONDS
    except FileNotFoundError:  # an upload in progress has just renamed it
        return False
