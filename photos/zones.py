"""The time zone of a place, by polygons that come with timezonefinder: no network, loaded at the first question."""

from __future__ import annotations

import atexit
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder


def here(latitude: float, longitude: float) -> ZoneInfo | None:
    """Return the zone of a place on land or near its shore, None on the open sea, where clocks show what they like."""
    name = zone_name(latitude, longitude)
    return _zone(name) if name else None


def zone_name(latitude: float, longitude: float) -> str:
    """Name the zone of a place, degrees north and east: `Europe/Paris`, empty on the open sea."""
    return _finder().timezone_at_land(lat=latitude, lng=longitude) or ""


@cache
def _finder() -> TimezoneFinder:
    # Not above: a process that never meets a position needs neither the time nor the memory.
    from timezonefinder import TimezoneFinder

    finder = TimezoneFinder(in_memory=False)  # from mapped files, which all processes share
    atexit.register(finder.cleanup)
    return finder


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # a zone newer than the tables of this machine
        return None
