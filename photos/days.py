from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from photos.models import Photo
from photos.paging import Moment


@dataclass(frozen=True)
class Day:
    date: date
    photos: list[Photo]
    continued: bool  # its heading and first photos stand on the page above


def by_day(photos: Iterable[Photo], by: Moment, shown: date | None = None) -> list[Day]:
    """Group photos, the latest of `by` first, by its day; that of `shown` has its heading already.

    `taken_at` is labelled UTC whatever clock it was, so its date is the day where the photo was taken.
    """
    days = groupby(photos, key=lambda photo: getattr(photo, by).date())
    return [Day(day, list(taken), continued=day == shown) for day, taken in days]
