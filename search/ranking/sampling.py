"""A sample of the photos somebody sees, the same in every process, which stands for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import Max

from accounts.models import User
from photos.embeddings import vectors_of
from photos.models import Photo
from search.facts.keeping import Kept
from search.index.spaces import Space
from search.models import IndexChange, Library
from search.ranking.scope import Scope

SIZE = 1024
ALL = int(np.iinfo(np.int64).max)

MOST_BYTES = 16_000_000  # eight users, in 512 dimensions
_BITS = 5
_LARGEST = 2**64 - 2**11  # draw, as far as a float tells


@dataclass(frozen=True, eq=False)
class Sample:
    """Photos up to `newest`, by ascending id, with their unit vectors, shape (n, d); `last` is the greatest draw."""

    ids: np.ndarray
    vectors: np.ndarray
    newest: int  # ALL where every photo counts
    last: np.uint64

    @property
    def nbytes(self) -> int:
        return self.ids.nbytes + self.vectors.nbytes

    def concerns(self, changed: np.ndarray) -> bool:
        """Tell whether news about these photos can be news of the sample."""
        drawn = changed[changed <= self.newest]
        return bool((_draws(drawn) <= self.last).any())


@dataclass(frozen=True, eq=False)
class _Drawn:
    library: UUID
    cursor: int  # of the changes that are in it
    milestone: int
    sample: Sample

    @property
    def nbytes(self) -> int:
        return self.sample.nbytes


_kept: Kept[_Drawn] = Kept(MOST_BYTES)


def sample_of(space: Space, user: User) -> Sample:
    """Return the sample as it is now; the same object as long as nothing has happened that changes it."""
    library, cursor = Library.position()
    key = space.folder, user.pk
    drawn = _kept.get(key)
    if drawn and drawn.library == library and drawn.cursor == cursor:
        return drawn.sample
    if drawn and drawn.library == library and not _is_outdated(drawn, cursor, space.model):
        reached, sample = drawn.milestone, drawn.sample
    else:
        reached, sample = _newest(), draw(space, user)
    _kept.put(key, _Drawn(library, cursor, reached, sample))
    return sample


def draw(space: Space, user: User) -> Sample:
    """Return the SIZE photos of this user with the smallest draws, a fixed function of the id; all if they are fewer.

    What is in the library decides, not who asks when. So that not every upload makes another sample, photos past the
    last milestone are left out, at most a sixteenth of all; but for who has fewer than SIZE before it, as somebody new
    in a large library: then all are taken, and every change counts.
    """
    newest = _newest()
    listed = Scope.of_user(user).every_id()
    if (listed <= newest).sum() < SIZE:
        newest = ALL
    found: list[tuple[np.ndarray, np.ndarray]] = [(np.empty(0, np.int64), np.empty((0, space.dimension), np.float32))]
    missing = SIZE
    for ids in _by_draw(listed[listed <= newest]):
        seen, vectors = vectors_of(space.model, ids.tolist())
        if len(seen):
            first = np.argsort(_draws(seen), kind="stable")[:missing]
            found.append((seen[first], vectors[first]))
            missing -= len(first)
        if not missing:
            break
    ids, vectors = (np.concatenate([part[place] for part in found]) for place in (0, 1))
    order = np.argsort(ids)
    last = np.iinfo(np.uint64).max if missing else _draws(ids).max()
    return Sample(ids[order], vectors[order], newest, np.uint64(last))


def milestone(newest: int) -> int:
    """Return the greatest id that counts: the newest with all but its five leading binary digits made zero."""
    step = 1 << max(0, newest.bit_length() - _BITS)
    return newest // step * step


def _is_outdated(drawn: _Drawn, cursor: int, model: str) -> bool:
    if cursor < drawn.cursor or _newest() != drawn.milestone:
        return True
    return drawn.sample.concerns(IndexChange.objects.photos_past(drawn.cursor, cursor, model))


def _newest() -> int:
    return milestone(Photo.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def _by_draw(ids: np.ndarray) -> Iterator[np.ndarray]:
    """Yield these ids, smallest draws first, some at a time."""
    draws = _draws(ids)
    small = draws <= np.uint64(min(1.0, 2 * SIZE / max(len(ids), 1)) * _LARGEST)
    for some in (small, ~small):
        ordered = ids[some][np.argsort(draws[some], kind="stable")]
        for start in range(0, len(ordered), 2 * SIZE):
            yield ordered[start : start + 2 * SIZE]


def _draws(ids: np.ndarray) -> np.ndarray:
    """Return (n,) uint64 that look like chance: SplitMix64 (Steele, Lea, Flood: Fast Splittable PRNGs, 2014)."""
    with np.errstate(over="ignore"):
        draws = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        draws = (draws ^ (draws >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        draws = (draws ^ (draws >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return draws ^ (draws >> np.uint64(31))
