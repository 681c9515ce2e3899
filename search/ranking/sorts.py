from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from photos.paging import Order


class Sort(StrEnum):
    """What results are listed by. All but relevance list the strong ones alone."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    RATING = "rating"


ORDERS: Mapping[Sort, Order] = {
    Sort.NEWEST: Order(("taken_at",)),
    Sort.OLDEST: Order(("taken_at",), ascending=True),
    Sort.RATING: Order(("stars", "taken_at")),
}
