from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np

from search.engines.rows import Rows

# How far float32 sums of a few thousand products may be from the true cosine, with room to spare.
FLOAT_ERROR = 1e-5

# Where more than one of so many rows are wanted, and ids lie no further apart than this, a table is faster.
_FEW = 100
_GAPS = 4


@dataclass(frozen=True, eq=False)
class Candidates:
    """What an engine proposes: ids, shape (n,), and their cosine scores, highest first.

    Scores are as exact as the engine's `error` says: good for choosing candidates, not for telling equals apart.
    """

    ids: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


class Searched(Protocol):
    """Unit vectors that can be asked for the nearest; immutable, so that threads may share one.

    `ids` are int64, ascending and without repeats, everywhere.
    """

    kind: ClassVar[str]  # its name in manifests, commands and health

    @property
    def count(self) -> int:
        """How many a search can find."""

    @property
    def found_ids(self) -> np.ndarray:
        """The ids a search can find."""

    @property
    def error(self) -> float:
        """How far a score may be from the true cosine."""

    def without(self, ids: np.ndarray) -> Self:
        """Return the same engine over the same memory, passing by these ids; they need not be there."""

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Candidates:
        """Return the k nearest to a unit vector, among the allowed ids where they are given.

        There may be nearer ones where the engine is approximate, but fewer than k only where there are no more.
        """

    def reaching(self, vector: np.ndarray, score: float, allowed: np.ndarray | None = None) -> Candidates:
        """Return every one whose score is at least this, among the allowed ids where they are given; by ascending id.

        None is passed over, whatever a search of the same engine may miss.
        """

    def compared(self, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return those of these ids that a search can find, and for each whether its vector is not the one given."""


class Engine(Searched, Protocol):
    """What a snapshot can be made of."""

    @classmethod
    def build(cls, dimension: int, rows: Rows) -> Self:
        """Make an engine of rows, which it may read twice; their last reading counts."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map what dump() wrote, read-only, so that processes share the memory."""

    def dump(self, folder: Path) -> None:
        """Write files into an empty folder."""


def best(ids: np.ndarray, scores: np.ndarray, keep: np.ndarray | None, k: int) -> Candidates:
    """Return the k highest scores of those to keep (bool, or None for all); equals by ascending id."""
    if keep is not None:
        ids, scores = ids[keep], scores[keep]
    if len(ids) > k:
        chosen = np.argpartition(-scores, k - 1)[:k]
        ids, scores = ids[chosen], scores[chosen]
    order = np.lexsort((ids, -scores))
    return Candidates(ids[order], scores[order])


def all_reaching(ids: np.ndarray, scores: np.ndarray, keep: np.ndarray | None, score: float) -> Candidates:
    """Return those to keep (bool, or None for all) whose score is at least this, in the order they stand in."""
    reach = scores >= score if keep is None else keep & (scores >= score)
    return Candidates(ids[reach], scores[reach])


def unlike(have: np.ndarray, stored: np.ndarray, ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids an engine has, and for each whether what it stored is not the vector that belongs to its id."""
    return have, (stored != vectors[np.searchsorted(ids, have)]).any(axis=1)


def rows_among(ids: np.ndarray, visible: np.ndarray | None, wanted: np.ndarray) -> np.ndarray:
    """Return which rows of the ascending `ids` are visible and wanted, as bool."""
    if len(ids) and len(wanted) > len(ids) // _FEW and ids[-1] - ids[0] < _GAPS * len(ids):
        rows = _looked_up(ids, wanted)
    else:
        rows = np.zeros(len(ids), bool)
        rows[positions_of(wanted, ids)] = True
    return rows if visible is None else rows & visible


def rows_without(ids: np.ndarray, visible: np.ndarray | None, unwanted: np.ndarray) -> np.ndarray:
    """Return which rows of the ascending `ids` are visible and not unwanted, as bool."""
    rows = np.ones(len(ids), bool) if visible is None else visible.copy()
    rows[positions_of(unwanted, ids)] = False
    return rows


def positions_of(some: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return where those of some ids stand, ascending as all, that are among the ascending `ids`."""
    places = np.searchsorted(ids, some)
    there = places < len(ids)
    there[there] = ids[places[there]] == some[there]
    return places[there]


def _looked_up(ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return which ids are wanted by a table of all between the first and the last: that takes a third of the time."""
    first, last = ids[0], ids[-1]
    table = np.zeros(last - first + 1, bool)
    table[wanted[np.searchsorted(wanted, first) : np.searchsorted(wanted, last, side="right")] - first] = True
    return table if len(table) == len(ids) else table[ids - first]
