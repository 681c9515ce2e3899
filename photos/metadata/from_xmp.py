from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from photos.metadata.faces import Stored, faces_of
from photos.metadata.facts import Dates, Facts, Moment, keywords, line, lines
from photos.metadata.from_exif import rating_of
from photos.metadata.moments import moment_of
from photos.metadata.quantities import coordinate, decimal
from photos.metadata.rdf import BadPacket, Structure, read_packet

_BRANCHES = re.compile(r"[|/]")
_MOST_LEVELS = 10


def facts_of_xmp(packet: bytes | str, stored: Stored, extension: bytes = b"") -> Facts:
    """Make credible facts of an XMP packet, embedded or beside the file, and its extension; of a damaged one none."""
    if not packet:
        return Facts()
    try:
        xmp = read_packet(packet, extension)
    except BadPacket:
        return Facts()
    latitude, longitude, altitude = _position(xmp)
    return Facts(
        dates=Dates(
            original=_moment(xmp, "exif:DateTimeOriginal", "photoshop:DateCreated"),
            digitised=_moment(xmp, "exif:DateTimeDigitized", "xmp:CreateDate"),
            by_satellite=_satellite_time(xmp),
        ),
        camera_make=line(xmp.text("tiff:Make")),
        camera_model=line(xmp.text("tiff:Model")),
        lens=line(xmp.text("exifEX:LensModel", "aux:Lens")),
        aperture=decimal(xmp.text("exif:FNumber"), 0.5, 128),
        shutter=decimal(xmp.text("exif:ExposureTime"), 1e-6, 86_400),
        iso=_iso(xmp),
        focal_length=decimal(xmp.text("exif:FocalLength"), 0.1, 10_000),
        focal_length_35mm=decimal(xmp.text("exif:FocalLengthIn35mmFilm"), 1, 20_000),
        flash=_flash(xmp),
        software=line(xmp.text("xmp:CreatorTool", "tiff:Software")),
        latitude=latitude,
        longitude=longitude,
        altitude=altitude,
        direction=decimal(xmp.text("exif:GPSImgDirection"), 0, 360),
        city=line(xmp.text("photoshop:City")),
        region=line(xmp.text("photoshop:State")),
        country=line(xmp.text("photoshop:Country")),
        artist=line(", ".join(xmp.texts("dc:creator")) or xmp.text("tiff:Artist")),
        copyright=line(xmp.text("dc:rights", "tiff:Copyright")),
        rating=_rating(xmp),
        title=line(xmp.text("dc:title")) or line(xmp.text("photoshop:Headline")),
        description=lines(xmp.text("dc:description", "tiff:ImageDescription", "exif:UserComment")),
        keywords=keywords(list(_keywords(xmp))),
        faces=faces_of(xmp, stored),
    )


def _moment(xmp: Structure, *names: str) -> Moment | None:
    moments = (moment_of(xmp.text(name), whole=False) for name in names)
    return next((moment for moment in moments if moment), None)


def _satellite_time(xmp: Structure) -> datetime | None:
    moment = moment_of(xmp.text("exif:GPSTimeStamp"))
    return None if moment is None else moment.wall - timedelta(minutes=moment.offset or 0)


def _position(xmp: Structure) -> tuple[float | None, float | None, float | None]:
    """Read a position, none of it where it is not whole, and none for 0, 0, which is what nobody has measured."""
    latitude = coordinate(xmp.text("exif:GPSLatitude"), "NS", 90)
    longitude = coordinate(xmp.text("exif:GPSLongitude"), "EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None, None
    altitude = decimal(xmp.text("exif:GPSAltitude"), -500, 20_000)
    below_the_sea = xmp.text("exif:GPSAltitudeRef") == "1" and altitude
    return latitude, longitude, -altitude if below_the_sea and altitude else altitude


def _iso(xmp: Structure) -> int | None:
    speed = decimal(xmp.text("exifEX:PhotographicSensitivity", "exif:ISOSpeedRatings"), 1, 10_000_000)
    return None if speed is None or speed == 65_535 else round(speed)


def _flash(xmp: Structure) -> bool | None:
    said = xmp.structure("exif:Flash").text("exif:Fired").lower()
    return {"true": True, "false": False}.get(said)


def _rating(xmp: Structure) -> int | None:
    percent = decimal(xmp.text("MicrosoftPhoto:Rating"), 0, 100)
    return rating_of(decimal(xmp.text("xmp:Rating"), -1, 5), percent)


def _keywords(xmp: Structure) -> Iterator[str]:
    """Yield the plain list; programs that keep keywords in a tree write into it what they want to be known.

    Where there is none, every word on the way through the tree is one: `animals|birds`, `animals/birds`.
    """
    if flat := xmp.texts("dc:subject"):
        yield from flat
        return
    for name in ("lr:hierarchicalSubject", "digiKam:TagsList", "MicrosoftPhoto:LastKeywordXMP"):
        for path in xmp.texts(name):
            yield from _BRANCHES.split(path)[:_MOST_LEVELS]
