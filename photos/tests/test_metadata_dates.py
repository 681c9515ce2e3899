from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from typing import Any

import pytest

from photos.metadata.dates import Circumstances, Taken, taken_of
from photos.metadata.facts import Dates, Moment
from photos.metadata.moments import moment_of
from photos.metadata.sources import DateSource

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PARIS, OCEAN = (48.8584, 2.2945), (30.0, -40.0)

SIDECAR = Dates(original=Moment(datetime(2001, 1, 1)))
EXIF = Dates(
    original=Moment(datetime(2002, 1, 1)),
    digitised=Moment(datetime(2005, 1, 1)),
    changed=Moment(datetime(2007, 1, 1)),
    by_satellite=datetime(2006, 1, 1),
)
XMP = Dates(original=Moment(datetime(2003, 1, 1)))
IPTC = Dates(original=Moment(datetime(2004, 1, 1)))
WRITTEN = {DateSource.SIDECAR: SIDECAR, DateSource.EXIF: EXIF, DateSource.XMP: XMP, DateSource.IPTC: IPTC}
AROUND = Circumstances(
    name="IMG_20080101_000000.jpg",
    added_at=datetime(2011, 1, 1, tzinfo=UTC),
    modified_at=datetime(2010, 1, 1, tzinfo=UTC),
    folder="2009/01/01",
)
Says = tuple[str, dict[DateSource, Dates], dict[str, Any]]
NAMELESS = Circumstances("DSC_0001.jpg", AROUND.added_at)


def taken(
    written: dict[DateSource, Dates], around: Circumstances = NAMELESS, position: tuple[float, float] | None = None
) -> Taken:
    return taken_of(written, around, position, NOW)


def exif(**dates: object) -> dict[DateSource, Dates]:
    return {DateSource.EXIF: Dates(**dates)}  # type: ignore[arg-type]


def test_there_is_one_order_for_all_who_say_something() -> None:
    order: list[tuple[int, DateSource]] = []
    written, around = dict(WRITTEN), AROUND

    for step in (
        lambda: written.pop(DateSource.SIDECAR),
        lambda: written.update({DateSource.EXIF: replace(EXIF, original=None)}),
        lambda: written.pop(DateSource.XMP),
        lambda: written.pop(DateSource.IPTC),
        lambda: written.update({DateSource.EXIF: Dates(by_satellite=EXIF.by_satellite, changed=EXIF.changed)}),
        lambda: written.update({DateSource.EXIF: Dates(changed=EXIF.changed)}),
        lambda: written.clear(),
    ):
        found = taken(written, around)
        order.append((found.wall.year, found.source))
        step()
    for around in (AROUND, replace(AROUND, name=""), replace(AROUND, name="", folder=""), NAMELESS):
        found = taken(written, around)
        order.append((found.wall.year, found.source))

    assert order == [
        (2001, DateSource.SIDECAR),
        (2002, DateSource.EXIF),
        (2003, DateSource.XMP),
        (2004, DateSource.IPTC),
        (2005, DateSource.EXIF),
        (2006, DateSource.GPS),
        (2007, DateSource.EXIF),
        (2008, DateSource.FILENAME),
        (2009, DateSource.FOLDER),
        (2010, DateSource.FILE),
        (2011, DateSource.UPLOAD),
    ]


ALL = [
    ("sidecar", {DateSource.SIDECAR: SIDECAR}, {}),
    ("exif", {DateSource.EXIF: Dates(original=EXIF.original)}, {}),
    ("xmp", {DateSource.XMP: XMP}, {}),
    ("iptc", {DateSource.IPTC: IPTC}, {}),
    ("sidecar", {DateSource.SIDECAR: Dates(digitised=SIDECAR.original)}, {}),
    ("exif", {DateSource.EXIF: Dates(digitised=EXIF.digitised)}, {}),
    ("xmp", {DateSource.XMP: Dates(digitised=XMP.original)}, {}),
    ("iptc", {DateSource.IPTC: Dates(digitised=IPTC.original)}, {}),
    ("gps", {DateSource.EXIF: Dates(by_satellite=EXIF.by_satellite)}, {}),
    ("exif", {DateSource.EXIF: Dates(changed=EXIF.changed)}, {}),
    ("filename", {}, {"name": AROUND.name}),
    ("folder", {}, {"folder": AROUND.folder}),
    ("file", {}, {"modified_at": AROUND.modified_at}),
    ("upload", {}, {}),
]


@pytest.mark.parametrize(("first", "second"), list(combinations(ALL, 2)), ids=lambda one: one[0])
def test_of_any_two_who_say_something_the_one_before_wins(first: Says, second: Says) -> None:
    written: dict[DateSource, Dates] = {}
    for _, said, _ in (second, first):
        for source, dates in said.items():
            known = {name: moment for name, moment in vars(dates).items() if moment}
            written[source] = replace(written.get(source, Dates()), **known)

    found = taken(written, replace(NAMELESS, **(second[2] | first[2])))

    assert found.source == first[0]
    assert found == taken(first[1], replace(NAMELESS, **first[2]))


@pytest.mark.parametrize(
    ("beside", "own", "wall", "offset", "source"),
    [
        ("2019-05-21T10:45:53", "2019-05-21T10:45:52", "2019-05-21T10:45:53", None, DateSource.SIDECAR),
        ("2019-05-21T10:45:52", "2019-05-21T10:45:52.25", "2019-05-21T10:45:52.25", None, DateSource.EXIF),
        ("2019-05-21", "2019-05-21T10:45:52", "2019-05-21T10:45:52", None, DateSource.EXIF),
        ("2019", "2019-05-21T10:45:52", "2019-05-21T10:45:52", None, DateSource.EXIF),
        ("2018", "2019-05-21T10:45:52", "2018-01-01", None, DateSource.SIDECAR),
        ("2019-05-21T10:45:52", "2019-05-21T10:45:52+02:00", "2019-05-21T10:45:52", 120, DateSource.EXIF),
        ("2019-05-21T10:45:52+02:00", "2019-05-21T10:45:52", "2019-05-21T10:45:52", 120, DateSource.EXIF),
        ("2019-05-21T10:45:52+01:00", "2019-05-21T10:45:52+02:00", "2019-05-21T10:45:52", 60, DateSource.SIDECAR),
        ("2019-05-21T08:45:52Z", "2019-05-21T10:45:52+02:00", "2019-05-21T10:45:52", 120, DateSource.EXIF),
        ("2019-05-21T08:45:52Z", "2019-05-21T10:45:52", "2019-05-21T08:45:52", 0, DateSource.SIDECAR),
    ],
)
def test_a_file_beside_a_photo_comes_first_only_where_it_says_something_else(
    beside: str, own: str, wall: str, offset: int | None, source: DateSource
) -> None:
    written = {
        DateSource.SIDECAR: Dates(original=moment_of(beside, whole=False)),
        DateSource.EXIF: Dates(original=moment_of(own)),
    }

    assert taken(written) == Taken(datetime.fromisoformat(wall), offset, source)


@pytest.mark.parametrize(
    "impossible",
    [
        datetime(2099, 1, 1),
        datetime(2026, 11, 23, 13),
        datetime(1825, 12, 31),
        datetime(1, 1, 1),
        datetime(1970, 1, 1),
        datetime(1980, 1, 1),
    ],
)
def test_a_date_that_cannot_be_is_passed_over(impossible: datetime) -> None:
    written = exif(original=Moment(impossible)) | {DateSource.XMP: XMP}

    assert taken(written).source == DateSource.XMP
    assert taken(exif(original=Moment(impossible))).source == DateSource.UPLOAD


def test_it_may_be_tomorrow_already_where_the_photo_was_taken() -> None:
    assert taken(exif(original=Moment(datetime(2026, 11, 23, 1)))).wall == datetime(2026, 11, 23, 1)


@pytest.mark.parametrize(
    ("wall", "offset"),
    [
        (datetime(2019, 7, 1, 12), 120),
        (datetime(2019, 1, 1, 12), 60),
        (datetime(2019, 10, 27, 2, 30), 120),  # there twice: the first time
        (datetime(2019, 3, 31, 2, 30), 60),  # there never
        (datetime(1900, 1, 1, 12), None),  # Paris went by its own noon then
    ],
)
def test_the_place_tells_the_offset_and_the_wall_clock_is_never_shifted(wall: datetime, offset: int | None) -> None:
    assert taken(exif(original=Moment(wall)), position=PARIS) == Taken(wall, offset, DateSource.EXIF)


def test_an_offset_that_was_written_stays() -> None:
    written = exif(original=Moment(datetime(2019, 7, 1, 12), -420))

    assert taken(written, position=PARIS).offset == -420


def test_without_a_place_and_on_the_open_sea_nobody_knows_the_offset() -> None:
    written = exif(original=Moment(datetime(2019, 7, 1, 12)))

    assert [taken(written, position=place).offset for place in (None, OCEAN)] == [None, None]


@pytest.mark.parametrize(
    ("place", "wall", "offset"),
    [
        (PARIS, datetime(2019, 7, 1, 1, 30), 120),
        (OCEAN, datetime(2019, 6, 30, 23, 30), 0),
        (None, datetime(2019, 6, 30, 23, 30), 0),
    ],
)
def test_a_moment_in_utc_is_told_by_the_clock_of_the_place(
    place: tuple[float, float] | None, wall: datetime, offset: int
) -> None:
    utc = datetime(2019, 6, 30, 23, 30)
    of_file = replace(NAMELESS, modified_at=utc.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=9))))
    pixel = replace(NAMELESS, name="PXL_20190630_233000000.jpg")

    assert taken(exif(by_satellite=utc), position=place) == Taken(wall, offset, DateSource.GPS)
    assert taken({}, of_file, place) == Taken(wall, offset, DateSource.FILE)
    assert taken({}, pixel, place) == Taken(wall, offset, DateSource.FILENAME)


def test_a_year_or_month_is_told_more_exactly_by_a_file_of_that_time() -> None:
    of_may = replace(NAMELESS, modified_at=datetime(2019, 5, 21, 10, tzinfo=UTC))

    found = [taken({}, replace(of_may, folder=folder)) for folder in ("2019", "2019/05", "2019/06", "2019/05/21")]

    assert [(one.wall, one.source) for one in found] == [
        (datetime(2019, 5, 21, 10), DateSource.FILE),
        (datetime(2019, 5, 21, 10), DateSource.FILE),
        (datetime(2019, 6, 1), DateSource.FOLDER),
        (datetime(2019, 5, 21), DateSource.FOLDER),
    ]


@pytest.mark.parametrize(("year", "position"), [(1, (40.7, -74.0)), (9999, (35.68, 139.69))], ids=["first", "last"])
def test_a_file_time_at_an_end_of_the_calendar_is_none(year: int, position: tuple[float, float]) -> None:
    modified = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, 23, 59, tzinfo=UTC)

    assert taken({}, replace(NAMELESS, modified_at=modified), position).source == DateSource.UPLOAD
