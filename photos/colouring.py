"""Which colours a photo has: a stage that every upload goes through, and older photos when a worker comes to it."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from ai.colours.palette import palette_of
from photos.models import Photo, PhotoColour


def look(image: Image.Image) -> Callable[[Photo], set[str]]:
    """Find the dominant colours of an upright sRGB image; return what writes them for its photo."""
    palette = palette_of(image)

    def write(photo: Photo) -> set[str]:
        PhotoColour.objects.put(photo, palette)
        return set()

    return write
