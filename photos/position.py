from __future__ import annotations

from dataclasses import dataclass

from PIL.ExifTags import GPS

from photos.exif import Tags, number, numbers, text_of


@dataclass(frozen=True)
class Position:
    latitude: float  # degrees, north positive
    longitude: float  # degrees, east positive
    altitude: float | None = None  # metres above the sea


def read_position(gps: Tags) -> Position | None:
    """Read the position in the GPS directory of an EXIF block (CIPA DC-008, 4.6.6), None where it is not credible."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "N", "S", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "E", "W", 180)
    if latitude is None or longitude is None:
        return None
    # 0, 0 is what receivers without a fix write; only one that says it was measuring is believed.
    if latitude == longitude == 0 and text_of(gps.get(GPS.GPSStatus)).strip("\0 ").upper() != "A":
        return None
    return Position(latitude, longitude, _altitude(gps))


def _degrees(value: object, reference: object, positive: str, negative: str, limit: int) -> float | None:
    side = text_of(reference).strip("\0 ").upper()[:1]
    parts = numbers(value)
    if side not in (positive, negative) or not 1 <= len(parts) <= 3:
        return None
    degrees = 0.0
    for part, unit in zip(parts, (1, 60, 3600), strict=False):
        if part is None or part < 0:
            return None
        degrees += part / unit
    if degrees > limit:
        return None
    return round(-degrees if side == negative else degrees, 6) + 0.0  # a millionth is 11 cm; no negative zero


def _altitude(gps: Tags) -> float | None:
    metres = number(gps.get(GPS.GPSAltitude), 0, 20_000)
    if metres is None:
        return None
    below_the_sea = gps.get(GPS.GPSAltitudeRef) in (1, 3, b"\x01", b"\x03")
    return number(-metres if below_the_sea else metres, -500, 20_000)
