from __future__ import annotations

import pytest
from PIL.ExifTags import GPS
from PIL.TiffImagePlugin import IFDRational

from photos.position import Position, read_position

NAN = IFDRational(0, 0)
OMAHA: dict[int, object] = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (41.0, 13.0, 13.08),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSLongitude: (96.0, 4.0, 17.85),
    GPS.GPSAltitudeRef: b"\x00",
    GPS.GPSAltitude: IFDRational(35127, 100),
}


def test_degrees_minutes_and_seconds_become_degrees() -> None:
    assert read_position(OMAHA) == Position(41.2203, -96.071625, 351.27)


@pytest.mark.parametrize(
    ("parts", "degrees"),
    [((41.5,), 41.5), ((41.0, 30.6), 41.51), (41.5, 41.5), ((90.0, 0.0, 0.0), 90.0)],
)
def test_fewer_parts_are_read_too(parts: object, degrees: float) -> None:
    position = read_position(OMAHA | {GPS.GPSLatitude: parts})

    assert position is not None
    assert position.latitude == degrees


@pytest.mark.parametrize(
    "wrong",
    [
        {GPS.GPSLatitude: (NAN, NAN, NAN), GPS.GPSLatitudeRef: "\0"},
        {GPS.GPSLatitude: (41.0, 13.0, IFDRational(1, 0))},
        {GPS.GPSLatitude: (91.0, 0.0, 0.0)},
        {GPS.GPSLongitude: (200.0, 0.0, 0.0)},
        {GPS.GPSLongitude: (-96.0, 0.0, 0.0)},
        {GPS.GPSLongitude: (1.0, 2.0, 3.0, 4.0)},
        {GPS.GPSLongitude: "96 W"},
        {GPS.GPSLongitude: None},
        {GPS.GPSLongitudeRef: None},
        {GPS.GPSLongitudeRef: "N"},
    ],
)
def test_a_position_that_is_not_credible_is_none(wrong: dict[int, object]) -> None:
    assert read_position(OMAHA | wrong) is None


def test_nothing_is_no_position() -> None:
    assert read_position({}) is None


def test_the_southern_and_eastern_side_of_the_world() -> None:
    position = read_position(OMAHA | {GPS.GPSLatitudeRef: b"S\0", GPS.GPSLongitudeRef: "e"})

    assert position is not None
    assert (position.latitude, position.longitude) == (-41.2203, 96.071625)


def test_zero_and_zero_is_believed_only_of_a_receiver_that_was_measuring() -> None:
    null_island = OMAHA | {GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)}

    assert read_position(null_island) is None
    assert read_position(null_island | {GPS.GPSStatus: "V"}) is None
    assert read_position(null_island | {GPS.GPSStatus: "A"}) == Position(0.0, 0.0, 351.27)


@pytest.mark.parametrize(
    ("altitude", "reference", "metres"),
    [
        (430.5, b"\x01", -430.5),
        (430.5, 1, -430.5),
        (430.5, None, 430.5),
        (11_000.0, b"\x01", None),
        (40_000_000.0, b"\x00", None),
        (IFDRational(1, 0), b"\x00", None),
        ("high", b"\x00", None),
    ],
)
def test_an_altitude_is_credible_or_left_out_alone(altitude: object, reference: object, metres: float | None) -> None:
    position = read_position(OMAHA | {GPS.GPSAltitude: altitude, GPS.GPSAltitudeRef: reference})

    assert position == Position(41.2203, -96.071625, metres)
