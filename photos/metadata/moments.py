"""Dates as metadata writes them."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta

from photos.metadata.facts import Moment

FIRST_YEAR = 1826  # of the oldest photo that survives
_WESTMOST, _EASTMOST = -12 * 60, 14 * 60  # minutes

# Also with only a year, a month or a day, as XMP (ISO 8601 profile of the W3C) allows.
_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:[-:/.](?P<month>\d\d)(?:[-:/.](?P<day>\d\d)"
    r"(?:[ T](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"\s?(?P<offset>Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
# What clocks show that nobody has set: the beginnings of the calendars of Unix, FAT and the old Macintosh.
_UNSET = {datetime(1970, 1, 1), datetime(1980, 1, 1), datetime(1904, 1, 1)}


def moment_of(text: str, fraction: str = "", offset: str = "", whole: bool = True) -> Moment | None:
    """Read a date with time, and with `whole=False` also one that ends with its day, month or year.

    A fraction of the second and an offset written elsewhere count where none stands in the text itself. None for what
    no calendar has, and for years before there were photos.
    """
    match = _MOMENT.fullmatch(text.strip("\0 "))
    if match is None or (whole and match["minute"] is None):
        return None
    wall = _wall(match, match["fraction"] or fraction.strip("\0 "))
    parts = sum(match[name] is not None for name in _PARTS)
    return None if wall is None else Moment(wall, minutes_of(match["offset"] or offset.strip("\0 ")), parts)


def minutes_of(offset: str) -> int | None:
    """Read `+05:45`, `-0330` or `Z` as minutes east of UTC, None for what no place on earth has."""
    if offset == "Z":
        return 0
    match = _OFFSET.fullmatch(offset)
    if not match or int(match[3]) >= 60:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    minutes = -minutes if match[1] == "-" else minutes
    return minutes if _WESTMOST <= minutes <= _EASTMOST else None


def is_credible(wall: datetime, now: datetime) -> bool:
    """Tell whether a photo may have been taken then: by no clock on earth later than now, which is aware."""
    latest = now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)
    return wall.year >= FIRST_YEAR and wall <= latest and wall not in _UNSET


def _wall(match: re.Match[str], fraction: str) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(match[name] or least)
        for name, least in (("year", 0), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
    )
    if not FIRST_YEAR <= year < MAXYEAR:  # no zone then leads out of the calendar
        return None
    microsecond = int(fraction[:6].ljust(6, "0")) if fraction.isascii() and fraction.isdigit() else 0
    try:
        return datetime(year, month, day, hour, minute, second, microsecond)
    except ValueError:
        return None
