"""Keyset paging: a page begins after the last photo of the one before, so that deep pages cost what the first does."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from django.db.models import Q
from rest_framework.exceptions import ValidationError

from photos.models import Photo
from photos.models.queryset import PhotoQuerySet

Moment = Literal["created_at", "taken_at", "trashed_at"]
MAX_ID = 2**63 - 1
_NUMBERS = {"stars", "pk"}


@dataclass(frozen=True)
class Order:
    """What photos are listed by: these fields, then their ids; descending all of them, or all ascending.

    `stars` is what `PhotoQuerySet.with_stars` adds.
    """

    fields: tuple[str, ...]
    ascending: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.fields, "pk")

    @property
    def columns(self) -> list[str]:
        """The keys as `order_by` takes them."""
        return [key if self.ascending else f"-{key}" for key in self.keys]


_NEWEST_TAKEN, _OLDEST_TAKEN = Order(("taken_at",)), Order(("taken_at",), ascending=True)


@dataclass(frozen=True)
class Page:
    photos: list[Photo]
    next_cursor: str  # "" on the last page


def page_of(photos: PhotoQuerySet, order: Order, limit: int, cursor: str = "", skip: int = 0) -> Page:
    """Return at most `limit` photos in an order, after the one the cursor names.

    Raises ValidationError for a cursor that this function did not make for such an order.
    """
    if cursor:
        photos = after(photos, order, place_of(cursor, order))
    rows = list(photos.for_listing().order_by(*order.columns)[skip : skip + limit + 1])
    more = len(rows) > limit
    return Page(rows[:limit], cursor_of([getattr(rows[limit - 1], key) for key in order.keys]) if more else "")


def neighbours(photos: PhotoQuerySet, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """Return the photos before and after this one in the gallery, newest taken first; None at an end."""
    place = (photo.taken_at, photo.pk)
    newer, older = after(photos, _OLDEST_TAKEN, place), after(photos, _NEWEST_TAKEN, place)
    previous = newer.order_by(*_OLDEST_TAKEN.columns).first()
    return previous, older.order_by(*_NEWEST_TAKEN.columns).first()


def cursor_of(place: Sequence[Any]) -> str:
    """Return the cursor of a page that begins after these values of an order's keys."""
    words = (value.isoformat() if isinstance(value, datetime) else str(value) for value in place)
    return base64.urlsafe_b64encode(" ".join(words).encode()).decode().rstrip("=")


def after(photos: PhotoQuerySet, order: Order, place: Sequence[Any]) -> PhotoQuerySet:
    """Return the photos that come later in the order than where its keys have these values."""
    beyond, (first, value) = "gt" if order.ascending else "lt", (order.keys[0], place[0])
    # The plain bound beside the exact one lets the database enter its index there instead of walking to it.
    return photos.filter(_beyond(order.keys, place, beyond), **{f"{first}__{beyond}e": value})


def _beyond(keys: tuple[str, ...], place: Sequence[Any], beyond: str) -> Q:
    """Return when a photo comes later by the first key, or where that is equal by the others."""
    here = Q(**{f"{keys[0]}__{beyond}": place[0]})
    return here if len(keys) == 1 else here | Q(_beyond(keys[1:], place[1:], beyond), **{keys[0]: place[0]})


def place_of(cursor: str, order: Order) -> Sequence[Any]:
    """Return the values of the keys that a cursor holds; raises ValidationError."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        return list(_values(text.split(" "), order.keys))
    except (ValueError, OverflowError) as exc:  # OverflowError: in UTC it is before the first year or after the last
        raise ValidationError({"cursor": ["This cursor was not given by this service."]}) from exc


def _values(words: list[str], keys: tuple[str, ...]) -> Iterator[datetime | int]:
    for word, key in zip(words, keys, strict=True):
        if key in _NUMBERS:
            if not 0 <= (number := int(word)) <= MAX_ID:
                raise ValueError(word)
            yield number
        else:
            if (moment := datetime.fromisoformat(word)).tzinfo is None:
                raise ValueError(word)
            yield moment.astimezone(UTC)
