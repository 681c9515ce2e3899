"""Dates in the names of files and folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A day, and behind it perhaps a time: 20190521_104552, 2019-05-21 at 10.45.52, 2020_01_30_09_57_18, 20190521104552123.
_DAY = r"(?<!\d)(?P<year>(?:18|19|20)\d\d)(?P<between>[-_. ]?)(?P<month>\d\d)(?P=between)(?P<day>\d\d)"
_TIME = (
    r"(?:[-_. ,]{0,3}|T|[-_. ,]{1,2}[^\W\d_]{1,3}[-_. ])"
    r"(?P<hour>\d\d?)(?P<apart>[-_.: h\uf03a\u2236]?)(?P<minute>\d\d)(?P=apart)(?P<second>\d\d)"
    r"(?:[-_.]?(?P<milli>\d{3}))?(?!\d)(?:[ \u202f_]?(?P<half>[AaPp])\.?[Mm]\b)?(?P<utc>Z\b)?"
)
_WITH_TIME = re.compile(_DAY + _TIME)
_DAY_ALONE = re.compile(_DAY + r"(?!\d)")
_EPOCH = re.compile(r"(?:^|^FB_IMG_|^IMG_|^mmexport|^wx_camera_)(1\d{12})(?!\d)")
# Google's camera names photos by the clock of UTC.
_BY_UTC = ("PXL_",)

_YEAR, _MONTH = r"(?P<year>(?:18|19|20)\d\d)", r"(?P<month>0[1-9]|1[0-2])"
# In the path up to a folder: a day, a day below its year, a month, a year.
_FOLDERS = (
    re.compile(rf"(?<!\d){_YEAR}[-_. /]?{_MONTH}[-_. /]?(?P<day>[0-3]\d)(?!\d)[^/]*$"),
    re.compile(rf"(?:^|/){_YEAR}[-_./]{_MONTH}(?!\d)[^/]*$"),
    re.compile(rf"(?:^|/)(?:Photos from )?{_YEAR}(?!\d)[^/]*$", re.IGNORECASE),
)


@dataclass(frozen=True)
class Named:
    """A date in a name: what a clock on the wall showed, naive, unless it is that of UTC."""

    wall: datetime
    is_utc: bool = False


@dataclass(frozen=True)
class Period:
    """What a folder is about; naive, `until` is the first moment after it."""

    since: datetime
    until: datetime

    @property
    def is_day(self) -> bool:
        return self.until - self.since == timedelta(days=1)


def date_in_name(name: str) -> Named | None:
    """Read the date in the name of a file, None where no calendar has it or there is none."""
    stem = name.rpartition(".")[0] or name
    found = [named for match in _WITH_TIME.finditer(stem) if (named := _moment(match, stem))]
    found += [named for match in _DAY_ALONE.finditer(stem) if (named := _day(match))]
    return next(iter(found), None) or _epoch(stem)


def date_in_folder(folder: str) -> Period | None:
    """Read the day, month or year in a path of folders, of the deepest that names one."""
    parts = folder.strip("/").split("/")
    for end in range(len(parts), 0, -1):
        path = "/".join(parts[:end])
        for pattern in _FOLDERS:
            if (match := pattern.search(path)) and (period := _period(match.groupdict())):
                return period
    return None


def _moment(match: re.Match[str], stem: str) -> Named | None:
    hour = int(match["hour"])
    if half := (match["half"] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    day = _date(match.groupdict())
    try:
        wall = day and day.replace(
            hour=hour,
            minute=int(match["minute"]),
            second=int(match["second"]),
            microsecond=int(match["milli"] or 0) * 1000,
        )
    except ValueError:
        return None
    return None if wall is None else Named(wall, is_utc=bool(match["utc"]) or stem.startswith(_BY_UTC))


def _day(match: re.Match[str]) -> Named | None:
    day = _date(match.groupdict())
    return None if day is None else Named(day)


def _date(parts: dict[str, str | None]) -> datetime | None:
    try:
        return datetime(int(parts["year"] or 0), int(parts.get("month") or 1), int(parts.get("day") or 1))
    except ValueError:
        return None


def _period(parts: dict[str, str | None]) -> Period | None:
    since = _date(parts)
    if since is None:
        return None
    if parts.get("day"):
        return Period(since, since + timedelta(days=1))
    month = since.month if parts.get("month") else 12
    return Period(since, datetime(since.year + month // 12, month % 12 + 1, 1))


def _epoch(stem: str) -> Named | None:
    """Read milliseconds since 1970, by which messengers name files."""
    match = _EPOCH.search(stem)
    if match is None or len(stem) > 40:
        return None
    return Named(datetime.fromtimestamp(int(match[1]) / 1000, UTC).replace(tzinfo=None), is_utc=True)
