"""Values that fields take, read from what a person wrote. `str()` of each is its canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from search.language.errors import BadValue
from search.language.writing import number

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,4})?"
_COMPARISON = re.compile(rf"(<=|>=|<|>|=|)({_NUMBER})")
_SPAN = re.compile(rf"({_NUMBER}|)\.\.({_NUMBER}|)")
_WITH_A_DASH = re.compile(rf"({_NUMBER})-({_NUMBER})")
_YEARS_WITH_A_DASH = re.compile(r"([0-9]{4})-([0-9]{4})")

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_FIRST_YEAR, _LAST_YEAR = 1000, 9998

_DEGREES = r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)"
_AREA = re.compile(rf"{_DEGREES},{_DEGREES}(?:,([0-9]{{1,8}}(?:\.[0-9]{{1,6}})?)(km|mi|m|))?")
UNITS = ("km", "m", "mi")
_METRES = {"": 1000.0, "km": 1000.0, "m": 1.0, "mi": 1609.344}
_NEARBY = 1000.0  # metres, where nothing is said
_HALF_ROUND_THE_EARTH = 20_038_000.0  # metres

WEIGHT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")  # of a part of a sum


@dataclass(frozen=True)
class Numbers:
    """Numbers from `low` to `high`, both of them included unless open; None is no bound."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __str__(self) -> str:
        if self.low is None:
            return f"{'<' if self.high_open else '<='}{number(self.high or 0)}"
        if self.high is None:
            return f"{'>' if self.low_open else '>='}{number(self.low)}"
        return number(self.low) if self.low == self.high else f"{number(self.low)}..{number(self.high)}"


@dataclass(frozen=True)
class Dates:
    """Whole days from `since` on and before `until`; None is no bound."""

    since: date | None = None
    until: date | None = None

    def __str__(self) -> str:
        bounds = [day for day in (self.since, self.until) if day]
        unit = "%Y" if all(_starts_year(day) for day in bounds) else "%Y-%m"
        unit = unit if all(day.day == 1 for day in bounds) else "%Y-%m-%d"
        first = self.since.strftime(unit) if self.since else ""
        last = (self.until - timedelta(days=1)).strftime(unit) if self.until else ""
        return first if first == last else f"{first}..{last}"


@dataclass(frozen=True)
class Area:
    """What is no further than `metres` from a point, in degrees, north and east positive."""

    latitude: float
    longitude: float
    metres: float

    def __str__(self) -> str:
        radius = f"{number(self.metres / 1000)}km" if self.metres >= 1000 else f"{number(self.metres)}m"
        return f"{number(self.latitude)},{number(self.longitude)},{radius}"


def read_numbers(text: str) -> Numbers:
    """Read `800`, `>=800`, `100..400`, `100..`; raises BadValue."""
    if match := _COMPARISON.fullmatch(text):
        sign, bound = match[1], float(match[2])
        if sign.startswith("<"):
            return Numbers(high=bound, high_open=sign == "<")
        if sign.startswith(">"):
            return Numbers(low=bound, low_open=sign == ">")
        return Numbers(bound, bound)
    if dashed := _WITH_A_DASH.fullmatch(text):
        raise BadValue(f"Between two numbers stand two points: {dashed[1]}..{dashed[2]}.")
    match = _SPAN.fullmatch(text)
    if match is None or text == "..":
        raise BadValue
    low, high = (float(bound) if bound else None for bound in match.groups())
    if low is not None and high is not None and low > high:
        raise BadValue("It ends before it begins.")
    return Numbers(low, high)


def read_dates(text: str) -> Dates:
    """Read `2024`, `2024-07`, `2024-07-15`, `2019..2021`, `2019..`; raises BadValue."""
    first, dots, last = text.partition("..")
    if dashed := _YEARS_WITH_A_DASH.fullmatch(text):
        raise BadValue(f"Between two years stand two points: {dashed[1]}..{dashed[2]}.")
    if not dots:
        return read_period(first)
    if not first and not last:
        raise BadValue
    since = read_period(first).since if first else None
    until = read_period(last).until if last else None
    if since and until and since >= until:
        raise BadValue("It ends before it begins.")
    return Dates(since, until)


def read_period(text: str) -> Dates:
    """Read one year, month or day; raises BadValue."""
    match = _DATE.fullmatch(text)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise BadValue
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    try:
        since = date(year, month, day)
    except ValueError as exc:
        raise BadValue("The calendar has no such day.") from exc
    if match[3]:
        return Dates(since, since + timedelta(days=1))
    if match[2]:
        return Dates(since, date(year + month // 12, month % 12 + 1, 1))
    return Dates(since, date(year + 1, 1, 1))


def read_area(text: str) -> Area:
    """Read `48.85,2.35,5km`, in km, m or mi, and 1 km where no radius is given; raises BadValue."""
    match = _AREA.fullmatch(text.replace(" ", "").lower())
    if match is None:
        raise BadValue
    latitude, longitude = round(float(match[1]), 6), round(float(match[2]), 6)
    metres = round(float(match[3]) * _METRES[match[4]], 3) if match[3] else _NEARBY
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadValue("Latitude goes from -90 to 90, longitude from -180 to 180.")
    if not 0 < metres <= _HALF_ROUND_THE_EARTH:
        raise BadValue("The radius is more than nothing and at most half round the earth.")
    return Area(latitude + 0.0, longitude + 0.0, metres)


def midnight(day: date) -> datetime:
    """Return the beginning of a day on the wall, as it is stored (`photos.walltime`)."""
    return datetime.combine(day, time(), tzinfo=UTC)


def _starts_year(day: date) -> bool:
    return (day.month, day.day) == (1, 1)
