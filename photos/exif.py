from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real

from PIL import ExifTags, Image

# What Pillow raises on a corrupt EXIF block, found by flipping bytes in real ones.
EXIF_ERRORS = (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, struct.error)

Tags = Mapping[int, object]


@dataclass(frozen=True)
class ExifBlock:
    """The three directories of an EXIF block, tag number to raw value; nothing in them is to be trusted."""

    image: Tags = field(default_factory=dict)
    photo: Tags = field(default_factory=dict)
    gps: Tags = field(default_factory=dict)


def read_exif(image: Image.Image) -> ExifBlock:
    """Read the EXIF block of an opened image without decoding its pixels; what is corrupt is left out."""
    exif = _parse(image)
    return ExifBlock(
        image=_readable(exif),
        photo=_directory(exif, ExifTags.IFD.Exif),
        gps=_directory(exif, ExifTags.IFD.GPSInfo),
    )


def orientation_of(image: Image.Image) -> int:
    """Tell how a decoded image still has to be turned: EXIF orientation 2..8, or 1 for none or nonsense.

    Pillow turns TIFF itself and libheif HEIC; the tag is then gone or 1.
    """
    return turn_of(ExifBlock(image=_readable(_parse(image), only=ExifTags.Base.Orientation)))


def turn_of(block: ExifBlock) -> int:
    """Return the orientation that a block names, 1 for none or nonsense."""
    value = block.image.get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 2 <= value <= 8 else 1


def colour_space_of(image: Image.Image) -> tuple[object, str]:
    """Return the colour space that an image's EXIF block names, and its interoperability index (DCF); None and ""."""
    exif = _parse(image)
    space = _directory(exif, ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    return space, text_of(_directory(exif, ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)).strip("\0 ")


def number(value: object, low: float, high: float) -> float | None:
    """Read a number of any EXIF type, None if it is no number, not finite or outside low..high."""
    first = numbers(value)[:1]
    return first[0] if first and first[0] is not None and low <= first[0] <= high else None


def numbers(value: object) -> list[float | None]:
    """Read one number or several; 1/0, infinite ones and what is no number are None."""
    return [_finite(part) for part in (value if isinstance(value, tuple) else (value,))]


def text_of(value: object, encoding: str = "utf-8") -> str:
    """Read a text of any EXIF type, as raw as it is: ASCII by the standard, UTF-8 in practice, Latin-1 at the worst."""
    if isinstance(value, bytes):
        return value.decode(encoding, errors="replace")
    if not isinstance(value, str):
        return ""
    try:
        return value.encode("latin-1").decode("utf-8")  # Pillow reads every text as Latin-1
    except UnicodeError:
        return value


def _parse(image: Image.Image) -> Image.Exif:
    try:
        # A TIFF is its own EXIF block, and old PNG writers hide one in a text chunk.
        if image.format == "TIFF" or "Raw profile type exif" in image.info:
            return image.getexif()
        # Not getexif(): that decodes a whole PNG to look for a block, and makes tags of XMP.
        exif = Image.Exif()
        exif.load(image.info.get("exif", b""))
    except EXIF_ERRORS:
        return Image.Exif()
    return exif


def _readable(exif: Image.Exif, only: int | None = None) -> Tags:
    values: dict[int, object] = {}
    for tag in [only] if only is not None else list(exif):
        try:
            values[tag] = exif[tag]
        except EXIF_ERRORS:
            continue
    return values


def _directory(exif: Image.Exif, tag: int) -> Tags:
    try:
        return exif.get_ifd(tag)
    except EXIF_ERRORS:
        return {}


def _finite(value: object) -> float | None:
    if not isinstance(value, Real):
        return None
    try:
        result = float(value)
    except ArithmeticError:
        return None
    return result if math.isfinite(result) else None
