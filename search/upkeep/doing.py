"""What a person can have done with the index: from the command line at once, from the admin in the background."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from photos.embeddings import count_vectors
from search.engines import FLAT_UP_TO, Told, untold
from search.fulltext import text_index
from search.index.live import LiveIndex
from search.index.manifest import MissingSnapshotError
from search.index.rebuild import rebuild, vouch
from search.index.spaces import Space
from search.upkeep.drift import drift_of
from search.upkeep.findings import Finding, keep
from search.upkeep.recall import recall_of


class Act(StrEnum):
    REBUILD = "rebuild"
    CHECK = "check"
    VERIFY = "verify"


def is_quick(space: Space) -> bool:
    """Tell whether any of it takes no longer than a person waits for a page."""
    return count_vectors(space.model) <= FLAT_UP_TO


def perform(act: Act, space: Space, now: datetime, told: Told = untold) -> Finding:
    """Do it, and say what came of it; raises OSError where a file cannot be written."""
    match act:
        case Act.REBUILD:
            manifest = rebuild(space, now, told=told)
            return Finding(f"The index was made anew, with {manifest.count} photos.", well=True)
        case Act.CHECK:
            finding = checked(space, told)
        case Act.VERIFY:
            finding = Finding(f"Searches reach {recall_of(space, told)}.", well=True)
    keep(space, act, finding, now)
    return finding


def checked(space: Space, told: Told = untold) -> Finding:
    """Compare the index with the rows, vectors and texts."""
    vouch(space)
    state = LiveIndex(space).caught_up()
    error = state.look.error
    if error and not isinstance(error, MissingSnapshotError):
        return Finding(f"{error} Searches answer from the database; run manage.py rebuild_index.", well=False)
    if drift := drift_of(state, space, told):
        return Finding(f"Index and rows differ: {drift}. Run manage.py rebuild_index.", well=False)
    if wrong := text_index().drift():
        return Finding(f"Text index and rows differ in {wrong} places. Run manage.py rebuild_index.", well=False)
    without_file = " (no index file yet)" if error else ""
    return Finding(f"Index and rows agree on {len(state)} photos{without_file}.", well=True)
