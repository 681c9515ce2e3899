"""Files that belong to a photo beside its original, on their way into the storage."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from photos import storage
from photos.arrival import Sidecar
from photos.models import PhotoFile
from photos.names import clean_name


def keep_sidecar(sidecar: Sidecar, undo: ExitStack) -> PhotoFile:
    """Keep the bytes of a sidecar, until `undo` says otherwise; return its row, not saved yet.

    Raises StorageMissing or DiskFull.
    """
    incoming = _incoming(undo)
    with storage.disk_errors_named():
        incoming.write_bytes(sidecar.data)
    return _kept(incoming, PhotoFile.Kind.SIDECAR, sidecar.name, ".xmp", undo)


def keep_copy(source: Path, kind: PhotoFile.Kind, name: str, extension: str, undo: ExitStack) -> PhotoFile:
    """Keep a copy of a file likewise."""
    incoming = _incoming(undo)
    with storage.disk_errors_named():
        shutil.copyfile(source, incoming)
    return _kept(incoming, kind, name, extension, undo)


@contextmanager
def second_names(stored: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """Give the bytes of kept files second names, and lend those by the first ones, for the transaction inside.

    To be called outside of any: a disk that knows no links has the bytes copied. Names that no row has in the end are
    cleared up. Raises StorageMissing or DiskFull.
    """
    names: dict[str, str] = {}
    try:
        for name in stored:
            names[name] = _again(name)
        yield names
    finally:
        # The rows are asked, not how it ended: a transaction that was lost with its connection may have been written.
        used = PhotoFile.objects.filter(stored__in=names.values()).values_list("stored", flat=True)
        for name in set(names.values()).difference(used):
            storage.tidy(storage.path_of(name))


def _again(stored: str) -> str:
    with ExitStack() as undo:
        incoming, source = _incoming(undo), storage.path_of(stored)
        with storage.disk_errors_named():
            try:
                incoming.hardlink_to(source)
            except OSError:  # a disk that knows no such thing; what ails the source is told by reading it
                shutil.copyfile(source, incoming)
        return storage.keep(incoming, source.suffix)


def _incoming(undo: ExitStack) -> Path:
    incoming = storage.prepare() / uuid.uuid4().hex
    undo.callback(storage.tidy, incoming)
    return incoming


def _kept(incoming: Path, kind: PhotoFile.Kind, name: str, extension: str, undo: ExitStack) -> PhotoFile:
    sha256, size = storage.sha256_of(incoming), incoming.stat().st_size
    stored = storage.keep(incoming, extension)
    undo.callback(storage.tidy, storage.path_of(stored))
    return PhotoFile(kind=kind, name=clean_name(name), stored=stored, sha256=sha256, bytes=size)
