"""Making the snapshot anew from the rows: safe at any time, beside uploads and searches."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime

from photos.embeddings import all_vectors, count_vectors
from search import engines
from search.engines import Rows, Told, untold
from search.index import snapshot
from search.index.locks import folder_lock
from search.index.manifest import Manifest, SnapshotError, UnverifiedSnapshotError
from search.index.spaces import Space
from search.models import IndexChange, Library

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


def heal(space: Space, now: datetime, at_most: int | None = None, told: Told = untold) -> bool:
    """Bring the snapshot in order where it is not; raises Busy when another process is at it, and OSError.

    Returns whether it is in order then: a new one of more than `at_most` vectors is left to others.
    """
    with folder_lock(space.folder, wait=False):
        _vouch(space)
        found = snapshot.look(space).snapshot
        if found is None or is_due(found.manifest.count, _changed_since(found.manifest)):
            if at_most is not None and count_vectors(space.model) > at_most:
                return False
            _build(space, now, told=told)
    return True


def is_behind(space: Space) -> bool:
    """Tell by its manifest alone whether a snapshot is missing, or so old that a new one pays."""
    try:
        manifest = Manifest.read(space.folder)
    except SnapshotError:
        return True
    return is_due(manifest.count, _changed_since(manifest))


def vouch(space: Space) -> None:
    """Hash a large snapshot nobody has hashed as it is, if there is one; raises OSError."""
    if space.folder.exists():
        with folder_lock(space.folder):
            _vouch(space)


def discard(space: Space) -> None:
    """Delete the files of a space that holds no vector any more; a process that has mapped them keeps its memory."""
    if space.folder.exists():
        with folder_lock(space.folder):
            shutil.rmtree(space.folder, ignore_errors=True)


def _vouch(space: Space) -> None:
    if isinstance(snapshot.look(space).error, UnverifiedSnapshotError):
        # What makes it unusable is found again by the next look: a damaged file is never given word.
        with suppress(SnapshotError):
            snapshot.verify(space)


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
