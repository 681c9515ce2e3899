"""Parts of pictures: a rectangle in fractions of the upright picture, and the pixels in it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from PIL import Image

from photos import images, originals, storage, thumbnails
from photos.models import Photo

LEAST_PIXELS = 8  # on each side: nothing can be told from fewer
# On the shorter side, where the picture has them. Models look at 224 to 384, but an original of 16 megapixels takes
# ten times as long to decode as the rendition that has 160.
ENOUGH_PIXELS = 160
LARGEST_SIDE = 4096  # pixels to which an original is decoded for a small part of it

_DIGITS = 4  # behind the point: of the largest pictures, a pixel or two
_SLACK = 10**-_DIGITS
_NUMBER = r"[0-9]{0,3}\.?[0-9]{1,20}"
PATTERN = rf"{_NUMBER}(,{_NUMBER}){{3}}"


class BadRegion(ValueError):  # noqa: N818 - a problem of who asks, named as the others are
    """No part of a picture; says why."""


@dataclass(frozen=True)
class Region:
    """Where a part begins and how large it is, each a fraction of the picture's width or height."""

    left: float
    top: float
    width: float
    height: float

    def __str__(self) -> str:
        return ",".join(_written(part) for part in (self.left, self.top, self.width, self.height))

    def pixels(self, width: int, height: int) -> tuple[float, float]:
        """Return how wide and how high it is in a picture of this size."""
        return self.width * width, self.height * height

    def cut_out(self, image: Image.Image) -> Image.Image:
        """Return its pixels of an upright image; raises BadRegion where they are too few to show anything."""
        box = (
            math.floor(self.left * image.width),
            math.floor(self.top * image.height),
            min(math.ceil((self.left + self.width) * image.width), image.width),
            min(math.ceil((self.top + self.height) * image.height), image.height),
        )
        if min(box[2] - box[0], box[3] - box[1]) < LEAST_PIXELS:
            raise BadRegion(f"This part of the picture has fewer than {LEAST_PIXELS} pixels on a side.")
        return image.crop(box)


def read_region(text: str) -> Region:
    """Read `left,top,width,height`, each a fraction from 0 to 1; raises BadRegion."""
    if not re.fullmatch(PATTERN, text):
        raise BadRegion("A part of a picture is left,top,width,height, each a fraction such as 0.25.")
    return region_of(*map(float, text.split(",")))


def region_of(left: float, top: float, width: float, height: float) -> Region:
    """Make a region of fractions, rounded to what is told apart; raises BadRegion for what lies outside the picture."""
    region = Region(*(round(part, _DIGITS) for part in (left, top, width, height)))
    if not all(map(math.isfinite, (left, top, width, height))) or min(region.left, region.top) < 0:
        raise BadRegion("A part of a picture begins inside it: left and top are fractions from 0 to 1.")
    if min(region.width, region.height) <= 0:
        raise BadRegion("A part of a picture is wider and higher than nothing.")
    if max(region.left + region.width, region.top + region.height) > 1 + 1.5 * _SLACK:
        raise BadRegion("A part of a picture ends inside it: left + width and top + height are at most 1.")
    width, height = min(region.width, 1 - region.left), min(region.height, 1 - region.top)
    return Region(region.left, region.top, round(width, _DIGITS), round(height, _DIGITS))


def side_for(region: Region, width: int, height: int) -> int:
    """Return to how many pixels on its longer side a picture is to be decoded so that the region has enough."""
    shorter = min(region.pixels(width, height))
    return min(math.ceil(max(width, height) * min(1.0, ENOUGH_PIXELS / shorter)), LARGEST_SIDE)


def side_for_any(region: Region) -> int:
    """Return the same for a picture whose size nobody knows yet."""
    return side_for(region, LARGEST_SIDE, LARGEST_SIDE)


def picture_of(photo: Photo, region: Region) -> Image.Image:
    """Return this part of a photo, upright, sRGB: from a rendition where that has enough pixels, else the original.

    Raises BadRegion, StorageMissing, OriginalMissing, BrokenImage.
    """
    if min(region.pixels(photo.width, photo.height)) < 1:
        raise BadRegion("This part of the picture is less than a pixel.")
    side = side_for(region, photo.width, photo.height)
    if side <= max(thumbnails.SIZES):
        enough = math.ceil(side * min(photo.width, photo.height) / max(photo.width, photo.height))
        rendition = thumbnails.reopened(storage.media_root(), photo.original, enough)
        if rendition is not None:
            return region.cut_out(rendition)
    with originals.reading(photo.original) as path:
        return region.cut_out(images.open_upright(path, side))


def _written(fraction: float) -> str:
    return f"{fraction:.{_DIGITS}f}".rstrip("0").rstrip(".")
