"""Keyset paging: a page begins after the last photo of the one before, so that deep pages cost what the first does."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.db.models import Q
from rest_framework.exceptions import ValidationError

from photos.models import Photo
from photos.models.queryset import PhotoQuerySet

Moment = Literal["created_at", "taken_at", "trashed_at"]
MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Page:
    photos: list[Photo]
    next_cursor: str  # "" on the last page


def page_of(photos: PhotoQuerySet, by: Moment, limit: int, cursor: str = "", skip: int = 0) -> Page:
    """Return at most `limit` photos, the latest of `by` first, after the one the cursor names.

    Raises ValidationError for a cursor that this function did not make.
    """
    if cursor:
        photos = _after(photos, by, *_read(cursor))
    rows = list(photos.for_listing().order_by(f"-{by}", "-pk")[skip : skip + limit + 1])
    more = len(rows) > limit
    return Page(rows[:limit], _cursor(rows[limit - 1], by) if more else "")


def neighbours(photos: PhotoQuerySet, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """Return the photos before and after this one in the gallery, newest taken first; None at an end."""
    moment, pk = photo.taken_at, photo.pk
    newer = photos.filter(Q(taken_at__gt=moment) | Q(taken_at=moment, pk__gt=pk), taken_at__gte=moment)
    older = _after(photos, "taken_at", moment, pk)
    previous = newer.defer("embedding").order_by("taken_at", "pk").first()
    return previous, older.defer("embedding").newest_taken().first()


def _after(photos: PhotoQuerySet, by: Moment, moment: datetime, pk: int) -> PhotoQuerySet:
    # The plain bound beside the exact one lets the database enter its index there instead of walking to it.
    return photos.filter(Q(**{f"{by}__lt": moment}) | Q(**{by: moment, "pk__lt": pk}), **{f"{by}__lte": moment})


def _cursor(photo: Photo, by: Moment) -> str:
    return base64.urlsafe_b64encode(f"{getattr(photo, by).isoformat()} {photo.pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        moment, pk = text.split(" ")
        when, number = datetime.fromisoformat(moment), int(pk)
        if when.tzinfo is None or not 0 <= number <= MAX_ID:
            raise ValueError(text)
        return when.astimezone(UTC), number
    except (ValueError, OverflowError) as exc:  # OverflowError: in UTC it is before the first year or after the last
        raise ValidationError({"cursor": ["This cursor was not given by this service."]}) from exc
