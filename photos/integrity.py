"""Do rows and bytes agree? Looks, reports and changes nothing but what it is told to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
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

    kind: str  # "missing", "altered" or "stray"
    name: str  # relative to the media folder
    photo_id: int | None = None


def faults(now: datetime, hashes: bool = False) -> Iterator[Fault]:
    """Yield every disagreement; with `hashes` each original is read whole and compared."""
    known: set[str] = set()
    rows = Photo.objects.order_by("pk").values_list("pk", "image", "sha256", "bytes")
    for pk, name, sha256, size in rows.iterator(chunk_size=2000):
        known.add(name)
        path = storage.path_of(name)
        if not path.is_file():
            yield Fault("missing", name, pk)
        elif path.stat().st_size != size or (hashes and _sha256(path) != sha256):
            yield Fault("altered", name, pk)
    yield from (Fault("stray", name) for name in _strays(known, now))


def remove_stray(fault: Fault) -> None:
    """Delete bytes that no row names, and their renditions."""
    storage.discard(fault.name)
    if fault.name.startswith(f"{storage.ORIGINALS}/"):
        thumbnails.remove(storage.media_root(), fault.name)


def _strays(known: set[str], now: datetime) -> Iterator[str]:
    root = storage.media_root()
    for folder in (storage.ORIGINALS, storage.INCOMING):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name not in known and now.timestamp() - path.stat().st_mtime > GRACE_SECONDS:
                yield name


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
