"""By which ICC profile the numbers of an image are colours."""

from __future__ import annotations

import struct

from PIL import Image

from photos.exif import colour_space_of

# Converted to other types, a picture may have kept its notes and lost its colours.
_OF_CAMERAS = {"JPEG", "MPO", "TIFF", "HEIF"}
UNCALIBRATED = 0xFFFF
ADOBE_INDEX = "R03"  # DCF 2.0, the optional colour space
ADOBE_NUMBER = 2  # in no standard, and in the files of some cameras


def profile_of(image: Image.Image) -> bytes | None:
    """Return the ICC profile in an opened image, or Adobe RGB where only its EXIF block says so; None is sRGB."""
    if (profile := image.info.get("icc_profile")) or image.format not in _OF_CAMERAS:
        return profile if isinstance(profile, bytes) else None
    space, index = colour_space_of(image)
    is_adobe = space == ADOBE_NUMBER or (space == UNCALIBRATED and index == ADOBE_INDEX)
    return ADOBE_RGB if is_adobe else None


def _matrix_profile(gamma: float, *columns: tuple[float, float, float]) -> bytes:
    """Make a profile (ICC.1:2001) of one gamma and the colorants red, green and blue as XYZ in the light of D50."""
    white = 0.9642, 1.0, 0.8249
    curve = struct.pack(">4s4xIH2x", b"curv", 1, round(gamma * 256))
    names = (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ")
    tags = {name: _xyz(values) for name, values in zip(names, (white, *columns), strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    kinds = (b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head = struct.pack(">I4xI4s4s4s12x4s28x3i", start + len(body), 0x02100000, *kinds, *_fixed(white))
    return head.ljust(128, b"\0") + table + body


def _xyz(values: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *_fixed(values))


def _fixed(values: tuple[float, float, float]) -> list[int]:
    return [round(value * 65536) for value in values]


# Adobe RGB (1998) Color Image Encoding, 4.3.5 and 4.4: its primaries adapted to D50 by Bradford's method.
ADOBE_RGB = _matrix_profile(
    2.19921875, (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)
)
