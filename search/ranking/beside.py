"""Which photos stand before and after one in the results of a search, in the order its pages have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from photos.paging import Order, after
from search.errors import CursorExpired
from search.filters import holding, is_fact, names_archive
from search.language import parse
from search.ranking.answers import answers_to
from search.ranking.hybrid import rank
from search.ranking.lists import LONGEST, kept
from search.ranking.modes import Mode
from search.ranking.ordered import places_among
from search.ranking.queries import clean
from search.ranking.sorts import ORDERS, Sort
from search.remembered import Memory


@dataclass(frozen=True)
class Beside:
    before: int | None  # numbers of photos, None at an end
    after: int | None
    place: int = 0  # of this photo in the kept list
    token: str = ""  # of that list, "" where none is kept


def beside(photo: Photo, user: User, text: str, mode: Mode, sort: Sort, token: str = "") -> Beside | None:
    """Return what stands beside a photo, None where it is not among the results; raises what a search does.

    By relevance the list counts that a token names, which scrolling goes by; where it is not kept, or is somebody
    else's, the search as it is answered now. In other orders a photo has its place by its own date or stars, also when
    it was changed a moment ago and is no result any more: who goes through `is:untagged` tags one after the other.
    """
    query = parse(clean(text), lenient=mode is Mode.SEMANTIC)
    photos = holding((), user, names_archive(query))
    if sort is not Sort.RELEVANCE or is_fact(query.root):
        return _in_order(
            photo, photos.with_stars(), answers_to(query, user, mode), ORDERS.get(sort, ORDERS[Sort.NEWEST])
        )
    if listed := _listed(user, clean(text), mode, token):
        return _in_ranking(photo, photos, listed, token)
    return _in_ranking(photo, photos, _ranked(user, clean(text), mode))


def _listed(user: User, text: str, mode: Mode, token: str) -> Sequence[int]:
    """Return the numbers of the results in a kept list, best first; none where it is not kept, or of another search."""
    try:
        ranking = kept(token, user)
    except CursorExpired:
        return []
    return ranking.photo_ids if (ranking.text, ranking.mode) == (text, mode) else []


def _ranked(user: User, text: str, mode: Mode) -> Sequence[int]:
    """Return the numbers of the results as they are now: remembered, for photos are turned over one after the other."""
    ids: Sequence[int] = Memory().ask(
        lambda: rank(text, user, LONGEST, mode).in_bands().photo_ids, "ranked", user.pk, text, mode
    )
    return ids


def _in_ranking(photo: Photo, photos: PhotoQuerySet, ranked: Sequence[int], token: str = "") -> Beside | None:
    if photo.pk not in ranked:
        return None
    visible = set(photos.filter(pk__in=OneOf(ranked)).values_list("pk", flat=True))
    place = ranked.index(photo.pk)
    earlier = next((pk for pk in reversed(ranked[:place]) if pk in visible), None)
    later = next((pk for pk in ranked[place + 1 :] if pk in visible), None)
    return Beside(earlier, later, place, token)


def _in_order(photo: Photo, photos: PhotoQuerySet, ids: np.ndarray, order: Order) -> Beside:
    here = [photo.rating or 0 if key == "stars" else getattr(photo, key) for key in order.keys]

    def first(towards: Order) -> int | None:
        places: list[tuple[Any, ...]] = places_among(after(photos, towards, here), ids, towards, 1)
        return places[0][-1] if places else None

    return Beside(first(replace(order, ascending=not order.ascending)), first(order))
