from __future__ import annotations

import math
from datetime import datetime

from PIL.ExifTags import GPS, Base

from photos.exif import ExifBlock, Tags, number, numbers, text_of
from photos.metadata.facts import Dates, Facts, Moment, keywords, line, lines
from photos.metadata.moments import moment_of
from photos.position import read_position

# Tags that Windows writes and Pillow does not name.
_RATING, _RATING_PERCENT = 0x4746, 0x4749
# How the text of UserComment begins.
_CHARSETS = {b"ASCII\0\0\0": "utf-8", b"UNICODE\0": "utf-16", b"\0" * 8: "utf-8"}


def facts_of_exif(block: ExifBlock) -> Facts:
    """Make credible facts of raw EXIF tags (CIPA DC-008)."""
    image, photo = block.image, block.photo
    position = read_position(block.gps)
    return Facts(
        dates=_dates(block),
        camera_make=_line(image.get(Base.Make)),
        camera_model=_line(image.get(Base.Model)),
        lens=_line(photo.get(Base.LensModel)),
        aperture=_aperture(photo),
        shutter=_shutter(photo),
        iso=_iso(photo),
        focal_length=number(photo.get(Base.FocalLength), 0.1, 10_000),
        focal_length_35mm=number(photo.get(Base.FocalLengthIn35mmFilm), 1, 20_000),
        flash=_flash(photo.get(Base.Flash)),
        software=_line(image.get(Base.Software)),
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        altitude=position.altitude if position else None,
        direction=number(block.gps.get(GPS.GPSImgDirection), 0, 360),
        artist=_line(image.get(Base.Artist)) or _windows(image.get(Base.XPAuthor)),
        copyright=_line(image.get(Base.Copyright)),
        rating=rating_of(number(image.get(_RATING), 0, 5), number(image.get(_RATING_PERCENT), 0, 100)),
        title=_windows(image.get(Base.XPTitle)),
        description=_description(block),
        keywords=keywords(text_of(image.get(Base.XPKeywords), "utf-16-le").strip("\0").split(";")),
    )


def rating_of(stars: float | None, percent: float | None = None) -> int | None:
    """Return the stars a file gives, 1 to 5; Windows counts them in percent too: 1, 25, 50, 75, 99."""
    if stars is None and percent is not None:
        stars = 0 if percent < 1 else 1 + percent // 24
    return min(5, round(stars)) if stars is not None and stars >= 1 else None


def _dates(block: ExifBlock) -> Dates:
    # Cameras that write no other date write the last; but so does whoever edits a picture.
    by_camera = _line(block.image.get(Base.Model))
    return Dates(
        original=_moment(block, Base.DateTimeOriginal, Base.SubsecTimeOriginal, Base.OffsetTimeOriginal),
        digitised=_moment(block, Base.DateTimeDigitized, Base.SubsecTimeDigitized, Base.OffsetTimeDigitized),
        changed=_moment(block, Base.DateTime, Base.SubsecTime, Base.OffsetTime) if by_camera else None,
        by_satellite=_satellite_time(block.gps),
    )


def _moment(block: ExifBlock, date: int, fraction: int, offset: int) -> Moment | None:
    # DateTime lies in the main directory, the others in EXIF's own.
    written = text_of(block.photo.get(date, block.image.get(date)))
    return moment_of(written, text_of(block.photo.get(fraction)), text_of(block.photo.get(offset)))


def _satellite_time(gps: Tags) -> datetime | None:
    """Read the moment of the position, which is in UTC; a date alone or a time alone is none."""
    time = [part for part in numbers(gps.get(GPS.GPSTimeStamp)) if part is not None]
    if len(time) != 3 or not (0 <= time[0] < 24 and 0 <= time[1] < 60 and 0 <= time[2] < 60):
        return None
    day = text_of(gps.get(GPS.GPSDateStamp)).strip("\0 ")
    hour, minute, second = (int(part) for part in time)
    moment = moment_of(f"{day} {hour:02d}:{minute:02d}:{second:02d}")
    return moment.wall if moment else None


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


def _flash(value: object) -> bool | None:
    bits = number(value, 0, 0xFFFF)
    return None if bits is None else bool(int(bits) & 1)


def _description(block: ExifBlock) -> str:
    described = lines(text_of(block.image.get(Base.ImageDescription)))
    commented = lines(text_of(block.image.get(Base.XPComment), "utf-16-le"))
    return described or commented or _comment(block.photo.get(Base.UserComment))


def _comment(value: object) -> str:
    if not isinstance(value, bytes) or (charset := _CHARSETS.get(value[:8])) is None:
        return ""
    return lines(value[8:].decode(charset, errors="replace").strip("\0 "))


def _windows(value: object) -> str:
    return line(text_of(value, "utf-16-le"))


def _line(value: object) -> str:
    return line(text_of(value))
