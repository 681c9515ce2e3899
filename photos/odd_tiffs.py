"""TIFFs that are whole and of a kind that nothing here decodes: of floating point in colour, of many channels."""

from __future__ import annotations

from pathlib import Path

from photos.tiff import Tiff

_WIDTH, _HEIGHT, _BITS, _STRIPS, _CHANNELS, _TILES, _SAMPLE_FORMAT = 256, 257, 258, 273, 277, 324, 339
_FLOATING_POINT = 3


def name_of_tiff(path: Path) -> str:
    """Name what a TIFF that could not be opened holds, "" where its first directory describes no picture."""
    with path.open("rb") as file:
        try:
            tiff = Tiff(file)
        except ValueError:
            return ""
        tags, _ = tiff.directory(tiff.first)
        size = tiff.number(tags.get(_WIDTH)), tiff.number(tags.get(_HEIGHT))
        if not all(size) or not (_STRIPS in tags or _TILES in tags):
            return ""
        channels, bits = tiff.number(tags.get(_CHANNELS)) or 1, tiff.number(tags.get(_BITS)) or 1
        kind = " of floating point" if tiff.number(tags.get(_SAMPLE_FORMAT)) == _FLOATING_POINT else ""
    return f"a TIFF image with {channels} channel{'' if channels == 1 else 's'} of {bits} bits{kind}"
