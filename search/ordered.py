"""Pages of photos that are known by their ids, in an order of their facts."""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np

from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from photos.paging import Order, Page, after, cursor_of, page_of, place_of
from search.idlists import among

# So many are sorted for each page. Of more, the index of the order is followed until the page is full: they lie close.
_MOST_SORTED = 5_000
_WIDER = 4


def page_among(photos: PhotoQuerySet, ids: np.ndarray, order: Order, limit: int, cursor: str) -> Page:
    """Return at most `limit` of these photos whose ids are among some (ascending), as `photos.paging.page_of` does."""
    if len(ids) <= _MOST_SORTED or "stars" in order.fields:  # no index has those
        return page_of(photos.filter(pk__in=OneOf(ids.tolist())), order, limit, cursor)
    rest = after(photos, order, place_of(cursor, order)) if cursor else photos
    found: list[tuple[Any, ...]] = []
    wanted = _WIDER * limit
    while len(found) <= limit:
        places = list(rest.order_by(*order.columns).values_list(*order.keys)[:wanted])
        there = among(ids, np.array([place[-1] for place in places], dtype=np.int64))
        found += compress(places, there)
        if len(places) < wanted:
            break
        rest, wanted = after(photos, order, places[-1]), wanted * _WIDER
    listed = photos.filter(pk__in=OneOf(place[-1] for place in found[:limit])).for_listing().order_by(*order.columns)
    return Page(list(listed), cursor_of(found[limit - 1]) if len(found) > limit else "")
