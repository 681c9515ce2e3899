"""Numbers, days and points that photos have, for who begins to type one: what is offered has results."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from photos.models.queryset import PhotoQuerySet
from search.language.errors import BadValue
from search.language.values import midnight, read_period
from search.language.writing import number

_READ = 5_000  # photos that have such a fact, the newest
_AROUND = "5km"
_NUMBER_BEGUN = re.compile(r"(?P<before>[<>]=?|=|(?P<low>[0-9]+(?:\.[0-9]+)?)?\.\.|)(?P<begun>[0-9]*\.?[0-9]*)")
_DAY_BEGUN = re.compile(r"[0-9]{0,4}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]{0,2}")
_YEAR, _MONTH = len("2024"), len("2024-07")


def numbers_of(column: str, typed: str, photos: PhotoQuerySet) -> list[str]:
    """Return numbers of a column that begin so, behind a comparison or bound where one stands, the commonest first."""
    if not (match := _NUMBER_BEGUN.fullmatch("".join(typed.split()))):
        return []
    newest = photos.exclude(**{column: None}).order_by("-pk").values_list(column, flat=True)[:_READ]
    counts = Counter(round(float(value), 3) for value in newest)
    begun = [value for value, _ in counts.most_common() if number(value).startswith(match["begun"])]
    low = float(match["low"] or 0)
    # Less than the least is on none of them, and a span that ends before it begins is refused.
    allowed = {"<": lambda value: value > min(counts), ">": lambda value: value < max(counts)}
    fits = allowed.get(match["before"], lambda value: value >= low)
    return [f"{match['before']}{number(value)}" for value in begun if fits(value)]


def days_of(typed: str, photos: PhotoQuerySet) -> Iterator[str]:
    """Yield years, of a year its months and of a month its days, that begin so and have photos, the latest first."""
    if not _DAY_BEGUN.fullmatch(typed) or typed.startswith("0"):
        return
    try:
        known = read_period(typed[:_MONTH] if len(typed) >= _MONTH else typed[:_YEAR]) if len(typed) >= _YEAR else None
    except BadValue:
        return
    since = (known and known.since) or date(max(int(typed.ljust(_YEAR, "0")), 1000), 1, 1)
    until: date | None = (known and known.until) or date(min(int(typed.ljust(_YEAR, "9")), 9998) + 1, 1, 1)
    unit = "%Y" if len(typed) < _YEAR else "%Y-%m" if len(typed) < _MONTH else "%Y-%m-%d"
    # A look at the index of the timeline for each, however many photos a year has.
    timeline = photos.filter(taken_at__gte=midnight(since)).order_by("-taken_at", "-pk")
    is_whole = len(typed) in (_YEAR, _MONTH)
    while until and (
        latest := timeline.filter(taken_at__lt=midnight(until)).values_list("taken_at", flat=True).first()
    ):
        if is_whole:
            yield typed
            is_whole = False
        written = latest.strftime(unit)
        if written.startswith(typed):
            yield written
        until = read_period(written).since


def points_of(typed: str, photos: PhotoQuerySet) -> list[str]:
    """Return circles around where photos were taken that begin so, those around most photos first."""
    placed = photos.exclude(latitude=None).exclude(longitude=None).order_by("-pk")
    rows = placed.values_list("latitude", "longitude")[:_READ]
    degrees = (",".join(number(round(degree or 0, 2)) for degree in row) for row in rows)
    counts = Counter(f"{point},{_AROUND}" for point in degrees)
    begun = "".join(typed.split())
    return [point for point, _ in counts.most_common() if point.startswith(begun)]
