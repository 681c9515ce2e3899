from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from ai.plaintext import many_lines, one_line

LINE_LENGTH = 255
DESCRIPTION_LENGTH = 10_000
MOST_KEYWORDS = 100
MOST_FACES = 200


@dataclass(frozen=True)
class Moment:
    """What a clock on the wall showed, naive, and how far it was from UTC where that was written with it."""

    wall: datetime
    offset: int | None = None  # minutes east of UTC
    parts: int = 6  # how many of year, month, day, hour, minute and second were written

    def repeats(self, other: Moment) -> bool:
        """Tell whether this says nothing else than the other does, though perhaps less exactly."""
        if self.offset is not None and other.offset is not None and self.offset != other.offset:
            apart = self.wall.replace(microsecond=0) - other.wall.replace(microsecond=0)
            return apart == timedelta(minutes=self.offset - other.offset)  # the same moment, told by another clock
        return self.wall.timetuple()[: self.parts] == other.wall.timetuple()[: self.parts]


@dataclass(frozen=True)
class Face:
    """A face that somebody marked, in fractions of the picture's width and height."""

    name: str  # "" where nobody is named
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Dates:
    """What one source says of when."""

    original: Moment | None = None  # the photo was taken
    digitised: Moment | None = None  # it became a file
    changed: Moment | None = None  # the camera wrote it last
    by_satellite: datetime | None = None  # UTC, naive


@dataclass(frozen=True)
class Facts:
    """What one source says of a photo, each field checked on its own; "", () or None where it says nothing credible."""

    dates: Dates = Dates()
    camera_make: str = ""
    camera_model: str = ""
    lens: str = ""
    aperture: float | None = None
    shutter: float | None = None  # seconds
    iso: int | None = None
    focal_length: float | None = None  # millimetres
    focal_length_35mm: float | None = None
    flash: bool | None = None  # whether it fired
    software: str = ""
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None  # metres above the sea
    direction: float | None = None  # degrees clockwise from north, where the camera looked
    city: str = ""
    region: str = ""
    country: str = ""
    artist: str = ""
    copyright: str = ""
    rating: int | None = None  # 1 to 5
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    faces: tuple[Face, ...] = ()


# What is one statement and comes from one source as a whole.
_TOGETHER = (("latitude", "longitude", "altitude"), ("city", "region", "country"), ("camera_make", "camera_model"))
# What a person writes: here the order of sources is another than for what a camera writes.
_WORDS = ("city", "region", "country", "artist", "copyright", "rating", "title", "description", "keywords", "faces")


def united(of_cameras: Sequence[Facts], of_people: Sequence[Facts]) -> dict[str, Any]:
    """Return by field what the first source says that says something of it; dates apart.

    Sources stand in two orders, one for what cameras write and one for what people do (_WORDS).
    """
    return {
        name: getattr(facts, name)
        for group in _GROUPS
        for facts in [_first(of_people if group[0] in _WORDS else of_cameras, group)]
        for name in group
    }


def line(text: str) -> str:
    """Clean a text of one line; what has no letter and no digit, such as "----", is none."""
    cleaned = one_line(text, LINE_LENGTH)
    return cleaned if any(character.isalnum() for character in cleaned) else ""


def lines(text: str) -> str:
    return many_lines(text, DESCRIPTION_LENGTH)


def keywords(words: Sequence[str]) -> tuple[str, ...]:
    """Clean keywords: each once, whatever its case, and no more than a person would read."""
    kept: dict[str, str] = {}
    for word in words:
        if len(kept) < MOST_KEYWORDS and (cleaned := line(word)):
            kept.setdefault(cleaned.casefold(), cleaned)
    return tuple(kept.values())


def _groups() -> list[tuple[str, ...]]:
    apart = {"dates", *(name for group in _TOGETHER for name in group)}
    single = [(field.name,) for field in fields(Facts) if field.name not in apart]
    return [*_TOGETHER, *single]


def _first(sources: Sequence[Facts], group: tuple[str, ...]) -> Facts:
    said = (facts for facts in sources if any(getattr(facts, name) not in ("", (), None) for name in group))
    return next(said, _NOTHING)


_GROUPS = _groups()
_NOTHING = Facts()
