from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL.ExifTags import Base

from ai.plaintext import many_lines, one_line
from photos.decoding import apart
from photos.exif import ExifBlock, Tags, number, read_exif, text_of
from photos.images import opened
from photos.position import read_position

LINE_LENGTH = 255
DESCRIPTION_LENGTH = 10_000
FIRST_YEAR = 1826  # of the oldest photo that survives

# Each date with the tag of its UTC offset, the truest first; the last is the time of the last change.
_DATES = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal),
    (Base.DateTimeDigitized, Base.OffsetTimeDigitized),
    (Base.DateTime, Base.OffsetTime),
)
_DATE = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?([+-]\d\d:?\d\d)?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_WESTMOST, _EASTMOST = -12 * 60, 14 * 60  # minutes

_COMPANY = re.compile(
    r"[ ,.]+(corporation|corp|company|co|ltd|inc|gmbh|ag|electronics|imaging|optical|camera|techwin)\b\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Metadata:
    """What a file says of itself, each field checked on its own; "" or None where it says nothing credible."""

    taken_at: datetime | None = None  # wall clock where it was taken, naive
    taken_offset: int | None = None  # minutes east of UTC
    camera_make: str = ""
    camera_model: str = ""
    lens: str = ""
    aperture: float | None = None
    shutter: float | None = None  # seconds
    iso: int | None = None
    focal_length: float | None = None  # millimetres
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None  # metres above the sea
    title: str = ""
    description: str = ""


@apart
def read_metadata(path: Path, now: datetime) -> Metadata:
    """Read the EXIF block of an image file, believing nothing in it; dates later than a day after `now` are dropped.

    Raises as photos.images.opened does where the file is no image at all.
    """
    with opened(path) as (_, image):
        block = read_exif(image)
    return metadata_of(block, now)


def metadata_of(block: ExifBlock, now: datetime) -> Metadata:
    """Make credible facts of raw EXIF tags (CIPA DC-008); `now` is aware."""
    taken_at, offset = _taken(block, now)
    position = read_position(block.gps)
    return Metadata(
        taken_at=taken_at,
        taken_offset=offset,
        camera_make=_line(block.image.get(Base.Make)),
        camera_model=_line(block.image.get(Base.Model)),
        lens=_line(block.photo.get(Base.LensModel)),
        aperture=_aperture(block.photo),
        shutter=_shutter(block.photo),
        iso=_iso(block.photo),
        focal_length=number(block.photo.get(Base.FocalLength), 0.1, 10_000),
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        altitude=position.altitude if position else None,
        title=one_line(text_of(block.image.get(Base.XPTitle), "utf-16-le"), LINE_LENGTH),
        description=many_lines(text_of(block.image.get(Base.ImageDescription)), DESCRIPTION_LENGTH),
    )


def display_camera(make: str, model: str) -> str:
    """Name a camera as people do, saying the brand once: "SONY DSLR-A550", "Canon EOS R5", "NIKON D750"."""
    brand = _COMPANY.sub("", make).strip(" ,.")
    first_word = model.casefold().partition(" ")[0]
    if not brand or model.casefold().startswith(brand.casefold()) or first_word in brand.casefold().split():
        return model or brand
    return f"{brand} {model}".strip()


def display_shutter(seconds: float) -> str:
    """Write an exposure time as cameras do: "1/160", "1/2", "0.4", "2", "1.3"."""
    denominator = round(1 / seconds)
    if denominator >= 2 and abs(1 / denominator - seconds) < 0.05 * seconds:
        return f"1/{denominator}"
    return f"{round(seconds, 1):g}"


def _taken(block: ExifBlock, now: datetime) -> tuple[datetime | None, int | None]:
    latest = now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)
    for date_tag, offset_tag in _DATES:
        # DateTime lies in the main directory, the others in EXIF's own.
        match = _DATE.match(_line(block.photo.get(date_tag, block.image.get(date_tag))))
        taken_at = _wall_time(match) if match else None
        if match and taken_at and taken_at.year >= FIRST_YEAR and taken_at <= latest:
            return taken_at, _minutes(match[7] or _line(block.photo.get(offset_tag)))
    return None, None


def _wall_time(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _minutes(offset: str) -> int | None:
    match = _OFFSET.fullmatch(offset)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    minutes = -minutes if match[1] == "-" else minutes
    return minutes if _WESTMOST <= minutes <= _EASTMOST else None


def _aperture(photo: Tags) -> float | None:
    """Read the f-number, or make it of the APEX value: N = sqrt(2) ** Av."""
    apex = number(photo.get(Base.ApertureValue), 0, 14)
    return number(photo.get(Base.FNumber), 0.5, 128) or (None if apex is None else round(math.sqrt(2) ** apex, 1))


def _shutter(photo: Tags) -> float | None:
    """Read the exposure time, or make it of the APEX value: t = 2 ** -Tv."""
    apex = number(photo.get(Base.ShutterSpeedValue), -16, 19)
    return number(photo.get(Base.ExposureTime), 1e-6, 86_400) or (None if apex is None else 2**-apex)


def _iso(photo: Tags) -> int | None:
    # The old tag has 16 bits; its highest value says: see the newer ones.
    for tag in (Base.ISOSpeedRatings, Base.RecommendedExposureIndex, Base.ISOSpeed):
        speed = number(photo.get(tag), 1, 10_000_000)
        if speed is not None and speed != 65_535:
            return round(speed)
    return None


def _line(value: object) -> str:
    line = one_line(text_of(value), LINE_LENGTH)
    return line if any(character.isalnum() for character in line) else ""  # "----" is no lens
