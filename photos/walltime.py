"""The clock on the wall where a photo was taken: stored as if it were UTC, and never shifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone


def as_stored(moment: datetime) -> datetime:
    """Label what the clock showed as UTC, so that every database keeps and compares it alike."""
    return moment.replace(tzinfo=UTC)


def as_shown(stored: datetime, offset: int | None) -> datetime:
    """Return what the clock showed: with its offset, minutes east of UTC, where that is known, else without any."""
    return stored.replace(tzinfo=None if offset is None else timezone(timedelta(minutes=offset)))


def offset_of(moment: datetime) -> int | None:
    """Return the minutes east of UTC that a moment names, None for one that names none."""
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)
