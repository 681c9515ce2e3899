"""Do rows and bytes agree? Looks, reports and changes nothing but what it is told to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accounts.record import DestructiveAct
from photos import storage, thumbnails
from photos.models import ArchiveImport, IncomingUpload, Photo, PhotoFile

# An upload in progress has bytes and no row yet; what is older than this is left over from a crash.
GRACE_SECONDS = 3600

QUARANTINE = ".quarantine"  # in the media folder


@dataclass(frozen=True)
class Fault:
    """One disagreement: a row without (or with other) bytes, or bytes without a row."""

    kind: str  # of an original "missing", "unreadable", "altered"; "stray" of no photo, "orphaned" if a rendition
    name: str  # relative to the media folder
    photo_id: int | None = None


def faults(now: datetime, hashes: bool = False) -> Iterator[Fault]:
    """Yield every disagreement; with `hashes` each original is read whole and compared."""
    known: list[str] = []
    for pk, name, sha256, size in _rows():
        known.append(name)
        if kind := _fault_of(storage.path_of(name), size, sha256 if hashes else ""):
            yield Fault(kind, name, pk)
    for name in _strays(known, now):
        yield Fault("orphaned" if name.startswith(f"{thumbnails.FOLDER}/") else "stray", name)


def _rows() -> Iterator[tuple[int, str, str, int]]:
    """Yield the photo, name, hash and size of every original, and of every file that belongs to a photo beside it."""
    photos = Photo.objects.order_by("pk").values_list("pk", "image", "sha256", "bytes")
    yield from photos.iterator(chunk_size=2000)
    files = PhotoFile.objects.order_by("pk").values_list("photo_id", "stored", "sha256", "bytes")
    yield from files.iterator(chunk_size=2000)


def remove_stray(fault: Fault) -> None:
    """Delete bytes that no row names; what may have been an original is recorded. One that has a row by now stays."""
    if _has_row(fault.name):
        return
    path = storage.path_of(fault.name)
    if fault.kind == "stray" and path.is_file():
        DestructiveAct.record(DestructiveAct.What.STRAY, path.name[:255], storage.sha256_of(path))
    storage.discard(fault.name)


def quarantine(fault: Fault) -> str:
    """Move bytes that no row names out of the way, deleting nothing; return where they are, in the media folder.

    Raises OSError; FileNotFoundError also where a photo names them by now.
    """
    if _has_row(fault.name):
        raise FileNotFoundError(fault.name)
    source = storage.path_of(fault.name)
    target = storage.path_of(f"{QUARANTINE}/{fault.name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    while target.exists():
        target = target.with_name(f"again-{target.name}")
    source.rename(target)
    storage.sync(target.parent)
    return target.relative_to(storage.media_root()).as_posix()


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
            if name not in known and not _is_on_its_way(path) and _is_old_file(path, now) and not _has_row(name):
                yield name


def _has_row(name: str) -> bool:
    """Tell whether a photo names this original by now: uploads go on while others look."""
    if not name.startswith(f"{storage.ORIGINALS}/"):
        return False
    return Photo.objects.filter(image=name).exists() or PhotoFile.objects.filter(stored=name).exists()


def _is_on_its_way(path: Path) -> bool:
    """Tell the bytes of an upload whose client may yet come back: photos.resumable looks after those."""
    stem = path.name.partition(".")[0]
    return path.parent.name == storage.INCOMING and (
        IncomingUpload.objects.has_file(stem) or ArchiveImport.objects.open().filter(stored__contains=stem).exists()
    )


def _is_old_file(path: Path, now: datetime) -> bool:
    try:
        return path.is_file() and now.timestamp() - storage.touched_at(path) > GRACE_SECONDS
    except FileNotFoundError:  # an upload in progress has just renamed it
        return False
