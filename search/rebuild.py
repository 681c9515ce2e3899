"""Making the snapshot anew from the rows: safe at any time, beside uploads and searches."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime

from photos.embeddings import all_vectors, count_vectors
from search import engines, snapshot
from search.engines import Rows, Told, untold
from search.locks import folder_lock
from search.manifest import Manifest, SnapshotError, UnverifiedSnapshotError
from search.models import IndexChange, Library
from search.spaces import Space

# A tail of this many vectors is searched without being noticed.
_TAIL = 2_000

# One of so many takes 2 ms in every search, and 40 MB in every process.
_LONGEST_TAIL = 10_000


def is_due(snapshotted: int, changed: int) -> bool:
    """Tell whether so much has changed since a snapshot of so many vectors that a new one pays."""
    return changed > max(_TAIL, min(snapshotted // 10, _LONGEST_TAIL))


def rebuild(space: Space, now: datetime, engine: str = "", told: Told = untold) -> Manifest:
    """Write a new snapshot, with the engine that fits where none is named; raises OSError where that cannot be done."""
    with folder_lock(space.folder):
        return _build(space, now, engine, told)


def heal(space: Space, now: datetime) -> None:
    """Bring the snapshot in order where it is not; raises Busy when another process is at it, and OSError."""
    with folder_lock(space.folder, wait=False):
        if isinstance(snapshot.look(space).error, UnverifiedSnapshotError):
            # What makes it unusable is found again by the next look: a damaged file is never given word.
            with suppress(SnapshotError):
                snapshot.verify(space)
        found = snapshot.look(space).snapshot
        if found is None or is_due(found.manifest.count, _changed_since(found.manifest)):
            _build(space, now)


def discard(space: Space) -> None:
    """Delete the files of a space that holds no vector any more; a process that has mapped them keeps its memory."""
    if space.folder.exists():
        with folder_lock(space.folder):
            shutil.rmtree(space.folder, ignore_errors=True)


def _changed_since(manifest: Manifest) -> int:
    return IndexChange.objects.count_past(manifest.cursor, manifest.model)


def rows_of(space: Space, told: Told = untold) -> Rows:
    """Return all vectors of a space that a search may find."""
    return Rows(count_vectors(space.model), lambda: all_vectors(space.model), told)


def _build(space: Space, now: datetime, engine: str = "", told: Told = untold) -> Manifest:
    # The cursor before the rows: a photo saved while we read them is then replayed, never skipped.
    library, cursor = Library.position()
    rows = rows_of(space, told)
    kind = engines.ENGINES[engine or engines.fitting(rows.count)]
    return snapshot.publish(space, library, cursor, kind.build(space.dimension, rows), now)
