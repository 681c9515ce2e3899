"""When a photo was taken: one order for all who say something of it. docs/metadata.md has it in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime

from photos.metadata.facts import Dates, Moment
from photos.metadata.filenames import date_in_folder, date_in_name
from photos.metadata.moments import FIRST_YEAR, is_credible
from photos.metadata.sources import DateSource
from photos.zones import here

_WRITTEN = (DateSource.SIDECAR, DateSource.EXIF, DateSource.XMP, DateSource.IPTC)


@dataclass(frozen=True)
class Circumstances:
    """What is known of a file beside its bytes."""

    name: str
    added_at: datetime  # aware, as the next
    modified_at: datetime | None = None
    folder: str = ""


@dataclass(frozen=True)
class Taken:
    wall: datetime  # what a clock on the wall showed, naive
    offset: int | None  # minutes east of UTC, where known
    source: DateSource


Position = tuple[float, float] | None


def taken_of(written: Mapping[DateSource, Dates], around: Circumstances, position: Position, now: datetime) -> Taken:
    """Return when a photo was taken, and who says so: the first that is credible; `now` is aware.

    What was written is taken as it stands. The zone of the position, latitude and longitude, tells the offset where
    none was written, and what a clock on the wall showed where only a moment in UTC is known.
    """
    for source, moment in _candidates(written, around, position):
        if is_credible(moment.wall, now):
            offset = moment.offset if moment.offset is not None else _offset_there(moment.wall, position)
            return Taken(moment.wall, offset, source)
    return Taken(_in_utc(around.added_at), 0, DateSource.UPLOAD)


def _candidates(
    written: Mapping[DateSource, Dates], around: Circumstances, position: Position
) -> Iterator[tuple[DateSource, Moment]]:
    for field in ("original", "digitised"):
        yield from _said(written, field)
    if satellite := _by_satellite(written):
        yield DateSource.GPS, _wall_of(satellite, position)
    if (exif := written.get(DateSource.EXIF)) and exif.changed:
        yield DateSource.EXIF, exif.changed
    yield from _around(around, position)


def _said(written: Mapping[DateSource, Dates], field: str) -> Sequence[tuple[DateSource, Moment]]:
    """Return who says it in their order; a file beside the photo that only repeats what is in it adds its offset."""
    moments = ((source, getattr(written[source], field)) for source in _WRITTEN if source in written)
    said = [(source, moment) for source, moment in moments if moment]
    if len(said) > 1 and said[0][0] == DateSource.SIDECAR and said[0][1].repeats(said[1][1]):
        (_, beside), (source, own), *others = said
        return [(source, replace(own, offset=beside.offset if own.offset is None else own.offset)), *others]
    return said


def _around(around: Circumstances, position: Position) -> Iterator[tuple[DateSource, Moment]]:
    if named := date_in_name(around.name):
        yield DateSource.FILENAME, _wall_of(named.wall, position) if named.is_utc else Moment(named.wall)
    written = _in_utc(around.modified_at) if around.modified_at else None
    # A file may say the first or the last moment of the calendar, which no other zone has.
    modified = _wall_of(written, position) if written and FIRST_YEAR <= written.year < MAXYEAR else None
    if period := date_in_folder(around.folder):
        # A month or a year is told more exactly by a file that was written then.
        if modified and not period.is_day and period.since <= modified.wall < period.until:
            yield DateSource.FILE, modified
        yield DateSource.FOLDER, Moment(period.since)
    if modified:
        yield DateSource.FILE, modified


def _by_satellite(written: Mapping[DateSource, Dates]) -> datetime | None:
    told = (written[source].by_satellite for source in _WRITTEN if source in written)
    return next((moment for moment in told if moment), None)


def _wall_of(utc: datetime, position: Position) -> Moment:
    """Return what a clock on the wall showed at a moment in UTC: by that of the place, else by UTC."""
    there = here(*position) if position else None
    local = utc.replace(tzinfo=UTC).astimezone(there) if there else None
    offset = local.utcoffset() if local else None
    if local is None or offset is None:
        return Moment(utc, 0)
    return Moment(local.replace(tzinfo=None, fold=0), int(offset.total_seconds() // 60))


def _offset_there(wall: datetime, position: Position) -> int | None:
    there = here(*position) if position else None
    offset = wall.replace(tzinfo=there).utcoffset() if there else None
    seconds = offset.total_seconds() if offset is not None else 1
    return None if seconds % 60 else int(seconds // 60)  # before there were zones, a town's noon was its own


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
