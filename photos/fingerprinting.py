"""By what a photo is recognised: a stage that every upload goes through, and older photos when a worker comes to it."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from ai.fingerprints import perceptual_hash, pixel_hash
from photos import images, originals
from photos.models import Fingerprint, Photo

# What may hold more pictures than the one we look at. Those beside it in a JPEG are views of the same.
_MAY_GO_ON = {"gif", "webp", "png", "avif", "tiff", "heic"}


def take_fingerprint(photo: Photo, image: Image.Image) -> Callable[[Photo], set[str]]:
    """Take the fingerprint of an upright sRGB image, decoded as for renditions; return what writes it for its photo.

    Reads the head of the file where that may hold more than the image; raises as `images.opened` does.
    """
    pixels = "" if _goes_on(photo) else pixel_hash(image, (photo.width, photo.height))
    perceptual = perceptual_hash(image)

    def write(photo: Photo) -> set[str]:
        Fingerprint.objects.put(photo, pixels, perceptual)
        return set()

    return write


def _goes_on(photo: Photo) -> bool:
    """Tell whether there is more in the file than its first picture: then equal pixels make no equal photos."""
    if photo.format not in _MAY_GO_ON:
        return False
    with originals.reading(photo.original) as path, images.opened(path) as (_, image):
        return getattr(image, "n_frames", 1) > 1
