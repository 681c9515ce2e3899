"""Results told apart: strong ones, on which all words are written or that are near enough, and weak ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from search.ranking.nearest import near_enough
from search.ranking.rankings import Ranked, written_among
from search.ranking.relevance import Relevance
from search.ranking.wishes import Wish
from search.ranking.words import taken_away

# More than reciprocal ranks come to, and less than a tag that says just what is asked for.
_LIFT = 0.5


def banded(best: Sequence[tuple[Ranked, Wish]], wishes: Sequence[Wish]) -> list[tuple[Ranked, Wish]]:
    """Return the same with their relevance: a photo is strong where it is a strong answer to one of the wishes."""
    strong = _strong(best, wishes)
    return [
        (replace(found, relevance=Relevance.STRONG) if found.photo_id in strong else found, wish)
        for found, wish in best
    ]


def strong_first(best: Sequence[tuple[Ranked, Wish]], wishes: Sequence[Wish], limit: int) -> list[tuple[Ranked, Wish]]:
    """Return the best so many with their relevance, by their scores: those of strong ones are higher than any other."""
    strong = _strong(best, wishes)

    def place(result: tuple[Ranked, Wish]) -> tuple[float, int]:
        found = result[0]
        return -(found.score + _LIFT if found.photo_id in strong else found.score), found.photo_id

    return [
        (replace(found, relevance=Relevance.STRONG, score=found.score + _LIFT), wish)
        if found.photo_id in strong
        else (found, wish)
        for found, wish in sorted(best, key=place)[:limit]
    ]


def _strong(best: Sequence[tuple[Ranked, Wish]], wishes: Sequence[Wish]) -> set[int]:
    strong: set[int] = set()
    for wish in wishes:
        own = [found for found, fulfilled in best if fulfilled is wish and found.photo_id not in strong]
        known = {found.photo_id: found.distance for found in own if found.distance is not None}
        strong |= {found.photo_id for found in own if found.by_words}
        strong |= strong_among(wish, [found.photo_id for found in own if found.photo_id not in strong], known)
    for wish in wishes if len(wishes) > 1 else ():
        others = [found.photo_id for found, fulfilled in best if fulfilled is not wish]
        strong |= strong_among(wish, _answering(wish, [pk for pk in others if pk not in strong]))
    return strong


def strong_among(wish: Wish, photo_ids: Iterable[int], distances: Mapping[int, float] | None = None) -> set[int]:
    """Return which of these photos, all of which may answer the wish, do so strongly.

    `distances` are those that are known already. By meaning a photo is not strong where a person took the tag away.
    """
    ids = set(photo_ids)
    if wish.is_only_facts or not ids:
        return ids
    known = distances or {}
    near = {pk for pk in ids & known.keys() if wish.split.holds(known[pk])}
    near |= near_enough(wish.vector, wish.meaning.space, wish.scope, ids - known.keys(), wish.split.distance)
    if near and wish.named:
        near -= taken_away(near, wish.named)
    return near | written_among(wish, ids - near)


def _answering(wish: Wish, photo_ids: Sequence[int]) -> list[int]:
    """Return those of these photos that the wish allows, and that nothing unwanted rules out."""
    if not photo_ids:
        return []
    allowed = wish.scope.among(np.array(sorted(photo_ids), dtype=np.int64)).tolist()
    return wish.keeps(allowed, len(allowed)) if allowed else []
