"""Making the snapshot anew from the rows: safe at any time, beside uploads and searches."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime

import numpy as np

from photos.embeddings import all_vectors
from search import engines, snapshot
from search.locks import folder_lock
from search.manifest import Manifest, SnapshotError, UnverifiedSnapshotError
from search.models import IndexChange, Library
from search.spaces import Space

# A tail of this many vectors is searched without being noticed.
_TAIL = 2_000


def is_due(snapshotted: int, changed: int) -> bool:
    """Tell whether so much has changed since a snapshot of so many vectors that a new one pays."""
    return changed > max(_TAIL, snapshotted // 10)


def rebuild(
    space: Space,
    now: datetime,
    engine: str = engines.DEFAULT,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Write a new snapshot; `progress` is told how many vectors are read. Raises OSError where it cannot be written."""
    with folder_lock(space.folder):
        return _build(space, now, engine, progress)


def heal(space: Space, now: datetime) -> None:
    """Bring the snapshot in order where it is not; raises Busy when another process is at it, and OSError."""
    with folder_lock(space.folder, wait=False):
        if isinstance(snapshot.look(space).error, UnverifiedSnapshotError):
            # What makes it unusable is found again by the next look: a damaged file is never given word.
            with suppress(SnapshotError):
                snapshot.verify(space)
        found = snapshot.look(space).snapshot
        if found is None or is_due(found.manifest.count, _changed_since(found.manifest)):
            _build(space, now, engines.DEFAULT, None)


def discard(space: Space) -> None:
    """Delete the files of a space that holds no vector any more; a process that has mapped them keeps its memory."""
    if space.folder.exists():
        with folder_lock(space.folder):
            shutil.rmtree(space.folder, ignore_errors=True)


def _changed_since(manifest: Manifest) -> int:
    return IndexChange.objects.count_past(manifest.cursor, manifest.model)


def _build(space: Space, now: datetime, engine: str, progress: Callable[[int], None] | None) -> Manifest:
    # The cursor before the rows: a photo saved while we read them is then replayed, never skipped.
    library, cursor = Library.position()
    built = engines.ENGINES[engine].build(space.dimension, _told(all_vectors(space.model), progress))
    return snapshot.publish(space, library, cursor, built, now)


def _told(
    chunks: Iterable[tuple[np.ndarray, np.ndarray]], progress: Callable[[int], None] | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    read = 0
    for ids, vectors in chunks:
        yield ids, vectors
        read += len(ids)
        if progress is not None:
            progress(read)
