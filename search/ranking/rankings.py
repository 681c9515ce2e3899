"""How the photos that fulfil one wish are ranked: by meaning, by words, by both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from search.filters import holding
from search.fulltext import Term, index_for
from search.fulltext.base import MOST_LISTED, POOL
from search.idlists import common
from search.ranking.fusion import best_first, fused
from search.ranking.modes import Mode
from search.ranking.nearest import nearest
from search.ranking.ordered import places_among
from search.ranking.relevance import Relevance
from search.ranking.sorts import ORDERS, Sort
from search.ranking.wishes import Wish
from search.ranking.words import NOTHING_SAID, said_of

# So far down each list is read, further only for who wants more: a photo beyond counts as not in it.
DEPTH = 200

# What a photo without a vector is said to be away: cosine 0, neither near nor far.
NO_DISTANCE = 2.0

_WEIGHT_OF_MEANING = 1.0
_WEIGHT_OF_WORDS = 1.0
_WIDER = 4


@dataclass(frozen=True)
class Ranked:
    photo_id: int
    score: float
    distance: float | None = None  # where it is not known yet
    by_meaning: bool = False
    by_words: bool = False
    relevance: Relevance = Relevance.WEAK  # known once all alternatives are: see `search.ranking.bands`

    @property
    def is_likely(self) -> bool:
        """Tell whether anything speaks for it: written words, or an angle below a right one."""
        return self.by_words or not self.by_meaning or (self.distance is not None and self.distance < NO_DISTANCE)


def ranked(wish: Wish, mode: Mode, limit: int) -> list[Ranked]:
    """Return the best photos for a wish, best first: so many at least, if there are so many."""
    if wish.is_only_facts:
        return _by_facts(wish, limit)
    if mode is Mode.SEMANTIC and wish.vector is not None:
        near = by_meaning(wish, limit)
        return [Ranked(pk, 1 - distance / 2, distance, by_meaning=True) for pk, distance in near.items()]
    return _fused(wish, mode, max(limit, DEPTH))


def by_meaning(wish: Wish, count: int) -> dict[int, float]:
    """Return so many nearest photos with their distances, nearest first."""
    if wish.vector is None or wish.meaning.space is None:
        return {}
    wanted = 2 * count if wish.without else count
    while True:
        near = nearest(wish.vector, wish.meaning.space, wish.scope, wanted, wish.passing_by)
        distances = {found.photo_id: found.distance for found in near}
        kept = wish.keeps(list(distances), count)
        if len(kept) >= count or len(near) < wanted or wanted >= POOL:
            return {pk: distances[pk] for pk in kept}
        wanted *= _WIDER


def by_words(wish: Wish, count: int) -> list[int]:
    """Return so many photos on which all words and phrases are written, best match first."""
    scores: dict[int, float] = {}
    for terms in readings(wish):
        for rank, photo_id in enumerate(_checked(wish, count, terms), start=1):
            scores[photo_id] = max(scores.get(photo_id, 0), 1 / rank)
    return best_first(scores)[:count]


def written_among(wish: Wish, photo_ids: Collection[int]) -> set[int]:
    """Return on which of these photos all words and phrases are written."""
    ids = np.array(sorted(photo_ids), dtype=np.int64)
    if not len(ids):
        return set()
    return {pk for terms in readings(wish) for pk in _proposing(terms, ids)(len(ids), None)}


def readings(wish: Wish) -> list[list[Term]]:
    """Return what is to be written together: the words one by one, or the name that they are as a whole."""
    as_one = [*wish.named.as_one, *wish.phrases] if wish.named and wish.named.as_one else []
    return [terms for terms in (wish.terms, as_one) if terms]


def _fused(wish: Wish, mode: Mode, depth: int) -> list[Ranked]:
    has_words = bool(wish.terms)
    near = {} if mode is Mode.TEXT and has_words and not wish.is_moved else by_meaning(wish, depth)
    written = by_words(wish, depth)
    said = said_of({*near, *written}, wish.named) if wish.named else NOTHING_SAID
    away = said.taken_away.difference(written)
    alike = [pk for pk, distance in near.items() if distance < NO_DISTANCE and pk not in away]
    exact = {} if wish.is_moved else said.named
    scores = fused([(_WEIGHT_OF_MEANING, alike), (_WEIGHT_OF_WORDS, written)], exact)
    found_alike, found_written = set(alike), set(written)
    return [Ranked(pk, scores[pk], near.get(pk), pk in found_alike, pk in found_written) for pk in best_first(scores)]


def _by_facts(wish: Wish, count: int) -> list[Ranked]:
    """Return so many of the newest photos about which all facts are so."""
    wanted = count
    while True:
        newest = _newest(wish, wanted)
        kept = wish.keeps(newest, count)
        if len(kept) == count or len(newest) < wanted or wanted >= POOL:
            scores = fused([(1.0, kept)])
            return [Ranked(pk, scores[pk]) for pk in kept]
        wanted *= _WIDER


def _newest(wish: Wish, count: int) -> list[int]:
    if wish.scope.ids is None:
        return list(wish.scope.photos.newest_taken().values_list("pk", flat=True)[:count])
    photos = holding((), wish.meaning.user, wish.scope.with_archive)
    return [place[-1] for place in places_among(photos, wish.scope.ids, ORDERS[Sort.NEWEST], count)]


def _proposing(terms: Sequence[Term], allowed: np.ndarray | None) -> Callable[[int, np.ndarray | None], list[int]]:
    index = index_for(terms)
    return lambda k, among: index.candidates(terms, k, allowed if among is None else among).ids.tolist()


def _checked(wish: Wish, count: int, terms: Sequence[Term]) -> list[int]:
    """Return the best so many with these terms that the wish allows; asks once more among the allowed, if it must."""
    listed = wish.scope.ids if wish.scope.ids is not None and len(wish.scope.ids) <= MOST_LISTED else None
    propose = _proposing(terms, listed)
    wanted = 2 * count
    while True:
        proposed = propose(wanted, None)
        allowed = set(wish.scope.among(np.array(proposed, dtype=np.int64)).tolist())
        kept = wish.keeps([pk for pk in proposed if pk in allowed], count)
        if len(kept) >= count or len(proposed) < wanted:
            break
        wanted *= _WIDER
    if len(kept) < count and len(proposed) >= POOL and listed is None:  # photos that are not allowed took the places
        written = common([wish.scope.every_id(), index_for(terms).every(terms)])
        kept = wish.keeps(propose(POOL, written[-POOL:]), count)
    return kept
