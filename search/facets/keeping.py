"""What all photos have, as each process keeps it: read at the first look, then mended where photos changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from accounts.models import User
from search.facets.base import Facet, facets
from search.facets.relations import Relation
from search.facts.log import Position, changed, position


class Counter(Protocol):
    """Counts photos by their facets as the database has them now."""

    def counts(self, facet: Facet, ids: np.ndarray, user: User) -> dict[str, int]:
        """Return by name how many of these photos of a user, by ascending id, each value of the facet finds."""


class FreshCounter:
    """Reads what these very photos have, each time anew."""

    def counts(self, facet: Facet, ids: np.ndarray, user: User) -> dict[str, int]:
        return Relation.of(facet, ids).counts(facet, ids, user)


@dataclass(frozen=True, eq=False)
class KeptCounter:
    """Has read what all photos have; never changed, so that threads may share it."""

    position: Position
    relations: dict[str, Relation]

    def counts(self, facet: Facet, ids: np.ndarray, user: User) -> dict[str, int]:
        return self.relations[facet.name].counts(facet, ids, user)


_kept: KeptCounter | None = None
_lock = threading.Lock()


def counter() -> Counter:
    """Return the quickest counter that is right at this moment."""
    global _kept
    now = position()
    if now is None:
        return FreshCounter()
    with _lock:
        _kept = _brought_up(_kept, now)
        return _kept


def _brought_up(kept: KeptCounter | None, now: Position) -> KeptCounter:
    news = changed(kept.position, now) if kept else None
    known = facets()
    if kept is None or news is None or set(kept.relations) != {facet.name for facet in known}:
        return KeptCounter(now, {facet.name: Relation.of_all(facet) for facet in known})
    if not len(news):
        return KeptCounter(now, kept.relations)
    relations = {facet.name: kept.relations[facet.name].mended(news, Relation.of(facet, news)) for facet in known}
    return KeptCounter(now, relations)
