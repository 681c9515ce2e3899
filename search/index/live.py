"""The index as one process holds it: a mapped snapshot, what changed since, and the new vectors of that."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from django.db import DatabaseError, connections
from django.utils import timezone

from photos.embeddings import vectors_of
from search.engines import FLAT_UP_TO, ExactEngine, Searched
from search.engines.base import Candidates, best
from search.index.healing import queue_healing
from search.index.locks import Busy
from search.index.rebuild import heal, is_due, rows_of
from search.index.snapshot import Look, look
from search.index.spaces import Space
from search.index.streamed import StreamedRows
from search.index.tail import Tail
from search.models import IndexChange, Library

log = logging.getLogger(__name__)

# Off in tests that run inside a transaction, which no other thread can see into.
HEAL_IN_BACKGROUND = True

# What a process reads into its own memory where there is no snapshot: 200 MB.
_HELD_UP_TO = 100_000

_MEANWHILE = "Searches answer from the database meanwhile."

_PAUSE_SECONDS = 5.0  # between two healings, so that nothing can make it go round in circles
_RETRY_SECONDS = 60.0  # after one that failed: a full disk, for example


@dataclass(frozen=True, eq=False)
class State:
    """An index that never changes: a search uses the one it took, whatever other threads do meanwhile."""

    library: UUID
    cursor: int
    look: Look
    base: Searched  # the snapshot, or the rows as they were read, passing by what changed since
    tail: Tail
    changed: int  # how many changes came since

    def __len__(self) -> int:
        return self.base.count + self.tail.count

    @property
    def problem(self) -> str:
        """Why there is no snapshot, empty where there is one or nothing to put in it."""
        return f"{self.look.error} {_MEANWHILE}" if self.look.error and len(self) else ""

    @property
    def needs_healing(self) -> bool:
        """Tell whether the snapshot is missing, unusable, or so far behind that a new one pays."""
        if self.look.snapshot is None:
            return len(self) > 0
        return is_due(self.look.snapshot.manifest.count, self.changed)

    @property
    def found_ids(self) -> np.ndarray:
        return np.concatenate([self.base.found_ids, self.tail.found_ids])

    @property
    def error(self) -> float:
        """How far a score may be from the true cosine."""
        return max(self.base.error, self.tail.error)

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return those of these ids (ascending) that are here, and for each whether its vector is not the one given."""
        older, newer = self.base.compared(ids, vectors), self.tail.compared(ids, vectors)
        return np.concatenate([older[0], newer[0]]), np.concatenate([older[1], newer[1]])

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        """Propose the k nearest to a unit vector, among the allowed ids (ascending) where they are given."""
        older, newer = self.base.search(vector, k, allowed), self.tail.search(vector, k, allowed)
        both = np.concatenate([older.ids, newer.ids]), np.concatenate([older.scores, newer.scores])
        return best(*both, keep=None, k=k)

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        """Return all whose score is at least this, among the allowed ids where they are given; by ascending id."""
        older, newer = self.base.reaching(vector, score, allowed), self.tail.reaching(vector, score, allowed)
        ids, scores = np.concatenate([older.ids, newer.ids]), np.concatenate([older.scores, newer.scores])
        order = np.argsort(ids)
        return Candidates(ids[order], scores[order])


class LiveIndex:
    """The current State of one space, brought up to date before every search."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._state: State | None = None
        self._lock = threading.Lock()
        self._healing: threading.Thread | None = None
        self._heal_again_at = 0.0

    def current(self) -> State:
        """Return the index with all in it that was committed before the call; start to heal its files where need be."""
        state = self.caught_up()
        if HEAL_IN_BACKGROUND and state.needs_healing:
            self._start_healing()
        return state

    def caught_up(self) -> State:
        """Return the index with all in it that was committed before the call, and change nothing on disk."""
        with self._lock:
            library, newest = Library.position()
            state = self._state
            if state is None or not _continues(state, library, newest):
                state = _load(self.space, library, newest)
            if newest > state.cursor:
                state = _caught_up(self.space, state, newest)
            self._state = state
        return state

    def wait_until_healed(self) -> None:
        """Return when no healing is under way in this process."""
        if self._healing is not None:
            self._healing.join()

    def _start_healing(self) -> None:
        if self._healing is not None and self._healing.is_alive():
            return
        if time.monotonic() < self._heal_again_at:
            return
        self._heal_again_at = time.monotonic() + _RETRY_SECONDS
        self._healing = threading.Thread(target=self._heal, name="heal-index", daemon=True)
        self._healing.start()

    def _heal(self) -> None:
        try:
            with suppress(Busy):
                self._bring_in_order(timezone.now())
            self._heal_again_at = time.monotonic() + _PAUSE_SECONDS
        except (OSError, DatabaseError):
            log.exception("The search index could not be written; searches answer from the database.")
        finally:
            connections.close_all()  # this thread's own

    def _bring_in_order(self, now: datetime) -> None:
        """Do what is quick here, and leave the rest to a worker where there is one."""
        if not heal(self.space, now, at_most=FLAT_UP_TO) and not queue_healing(self.space.model, now):
            heal(self.space, now)


_registry: dict[Path, LiveIndex] = {}
_registry_lock = threading.Lock()


def live_index(space: Space) -> LiveIndex:
    """Return the one index of this space in this process, made when first asked for, and so after a fork."""
    with _registry_lock:
        return _registry.setdefault(space.folder, LiveIndex(space))


def _continues(state: State, library: UUID, newest: int) -> bool:
    """Tell whether a state can be caught up: same database, not set back, and the files as they were."""
    return state.library == library and state.cursor <= newest and state.look.still_true()


def _load(space: Space, library: UUID, newest: int) -> State:
    """Start from the snapshot, or from the rows where there is none to use; `newest` was read before them."""
    found, tail = look(space), Tail.empty(space.dimension)
    if found.snapshot is not None:
        return State(library, found.snapshot.manifest.cursor, found, found.snapshot.engine, tail, changed=0)
    return State(library, newest, found, _of_rows(space), tail, changed=0)


def _of_rows(space: Space) -> Searched:
    rows = rows_of(space)
    return ExactEngine.build(space.dimension, rows) if rows.count <= _HELD_UP_TO else StreamedRows(space.model)


def _caught_up(space: Space, state: State, newest: int) -> State:
    changed = IndexChange.objects.photos_past(state.cursor, newest, space.model)
    ids, vectors = vectors_of(space.model, changed.tolist())
    base, tail = state.base.without(changed), state.tail.replaced(changed, ids, vectors)
    return State(state.library, newest, state.look, base, tail, state.changed + len(changed))
