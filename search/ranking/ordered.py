"""Pages of photos that are known by their ids, in an order of their facts."""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np
from django.db.models import QuerySet

from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from photos.paging import Order, Page, after, cursor_of, place_of
from search.idlists import among

# So many are sorted for each page. Of more, the index of the order is followed until the page is full: they lie close,
# but where they do not, as photos of one year long ago, all of them are sorted after a while: this part of them.
_MOST_SORTED = 5_000
_PATIENCE = 0.25
_WIDER = 4


def page_among(photos: PhotoQuerySet, ids: np.ndarray, order: Order, limit: int, cursor: str) -> Page:
    """Return at most `limit` of these photos whose ids are among some (ascending), as `photos.paging.page_of` does."""
    places = places_among(after(photos, order, place_of(cursor, order)) if cursor else photos, ids, order, limit + 1)
    shown = OneOf(place[-1] for place in places[:limit])
    listed = photos.filter(pk__in=shown).for_listing().order_by(*order.columns)
    return Page(list(listed), cursor_of(places[limit - 1]) if len(places) > limit else "")


def places_among(photos: PhotoQuerySet, ids: np.ndarray, order: Order, limit: int) -> list[tuple[Any, ...]]:
    """Return the keys in an order, the id last, of the first so many of these photos whose ids are among some."""
    if len(ids) <= _MOST_SORTED or "stars" in order.fields:  # no index has those
        return _sorted(photos, ids, order, limit)
    found: list[tuple[Any, ...]] = []
    wanted = _WIDER * limit
    while len(found) < limit:
        if wanted > _PATIENCE * len(ids):
            return found + _sorted(photos, ids, order, limit - len(found))
        places = list(_places(photos, order)[:wanted])
        found += compress(places, among(ids, np.array([place[-1] for place in places], dtype=np.int64)))
        if len(places) < wanted:
            break
        photos, wanted = after(photos, order, places[-1]), wanted * _WIDER
    return found[:limit]


def _sorted(photos: PhotoQuerySet, ids: np.ndarray, order: Order, limit: int) -> list[tuple[Any, ...]]:
    return list(_places(photos.filter(pk__in=OneOf(ids.tolist())), order)[:limit])


def _places(photos: PhotoQuerySet, order: Order) -> QuerySet[Photo, tuple[Any, ...]]:
    return photos.order_by(*order.columns).values_list(*order.keys)
