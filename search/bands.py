"""Results told apart: strong ones, on which all words are written or that are near enough, and weak ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from search.nearest import distances_from
from search.rankings import Ranked, written_among
from search.relevance import Relevance
from search.wishes import Wish
from search.words import taken_away

# More than reciprocal ranks come to, and less than a tag that says just what is asked for.
_LIFT = 0.5


def banded(best: Sequence[tuple[Ranked, Wish]], wishes: Sequence[Wish]) -> list[tuple[Ranked, Wish]]:
    """Return the same with their relevance: a photo is strong where it is a strong answer to one of the wishes."""
    strong: set[int] = set()
    for wish in wishes:
        own = [found for found, fulfilled in best if fulfilled is wish and found.photo_id not in strong]
        known = {found.photo_id: found.distance for found in own if found.distance is not None}
        strong |= {found.photo_id for found in own if found.by_words}
        strong |= strong_among(wish, [found.photo_id for found in own if found.photo_id not in strong], known)
    for wish in wishes if len(wishes) > 1 else ():
        others = [found.photo_id for found, fulfilled in best if fulfilled is not wish]
        strong |= strong_among(wish, _answering(wish, [pk for pk in others if pk not in strong]))
    return [
        (replace(found, relevance=Relevance.STRONG) if found.photo_id in strong else found, wish)
        for found, wish in best
    ]


def strong_first(best: Sequence[tuple[Ranked, Wish]]) -> list[tuple[Ranked, Wish]]:
    """Return results by their scores, those of strong ones higher than those of any weak one."""
    lifted = [
        (replace(found, score=found.score + _LIFT) if found.relevance is Relevance.STRONG else found, wish)
        for found, wish in best
    ]
    return sorted(lifted, key=lambda pair: (-pair[0].score, pair[0].photo_id))


def strong_among(wish: Wish, photo_ids: Iterable[int], distances: Mapping[int, float] | None = None) -> set[int]:
    """Return which of these photos, all of which may answer the wish, do so strongly.

    `distances` are those that are known already. By meaning a photo is not strong where a person took the tag away.
    """
    ids = set(photo_ids)
    if wish.is_only_facts or not ids:
        return ids
    known = distances or {}
    measured = {**known, **distances_from(wish.vector, wish.meaning.space, ids - known.keys())}
    near = {pk for pk in ids if pk in measured and wish.split.holds(measured[pk])}
    if near and wish.named:
        near -= taken_away(near, wish.named)
    return near | written_among(wish, ids - near)


def _answering(wish: Wish, photo_ids: Sequence[int]) -> list[int]:
    """Return those of these photos that the wish allows, and that nothing unwanted rules out."""
    if not photo_ids:
        return []
    allowed = wish.scope.among(np.array(sorted(photo_ids), dtype=np.int64)).tolist()
    return wish.keeps(allowed, len(allowed)) if allowed else []
