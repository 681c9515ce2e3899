"""The ids of the photos that facts leave over: asked of the database once, then mended where photos changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accounts.models import User
from photos.oneof import OneOf
from search.facts.idsets import IdSet, mended
from search.facts.keeping import Kept
from search.facts.log import Position, changed, position
from search.filters import holding
from search.idlists import ids_of
from search.language import Node

MOST_BYTES = 32_000_000


@dataclass(frozen=True, eq=False)
class _Answer:
    """What a filter allowed, at a position of the log or a little later."""

    position: Position
    found: IdSet

    @property
    def nbytes(self) -> int:
        return self.found.nbytes


_kept: Kept[_Answer] = Kept(MOST_BYTES)


def allowed_ids(facts: Sequence[Node], user: User, with_archive: bool) -> np.ndarray:
    """Return the ids of the photos of this user about which all of this is so now: int64, ascending."""
    now = position()
    if now is None:
        return ids_of(holding(facts, user, with_archive))
    # Names of cameras and words are looked up as they are at the time of each condition: a key has none of them.
    key = user.pk, with_archive, tuple(sorted(map(str, facts)))
    before = _kept.get(key)
    news = changed(before.position, now) if before else None
    if before and news is not None and not len(news):
        return before.found.ids()
    photos = holding(facts, user, with_archive)
    if before is None or news is None:
        ids = ids_of(photos)
    else:
        ids = mended(before.found.ids(), news, ids_of(photos.filter(pk__in=OneOf(news.tolist()))))
    _kept.put(key, _Answer(now, IdSet.of(ids)))
    return ids
