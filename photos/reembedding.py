"""Photos that are in the library already, embedded by another model: many at once, and from their renditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from rest_framework.exceptions import APIException

from ai.encoders.base import BadVector, Encoder
from ai.encoders.placeholder import PlaceholderEncoder
from photos import images, originals, storage, thumbnails
from photos.errors import StorageMissing
from photos.models import Photo

# The shorter side of a rendition that is worth embedding: models look at 224 to 384 pixels.
ENOUGH_PIXELS = 256


@dataclass
class Found:
    """What became of a batch: vectors, shape (d,), and reasons for having none, by the ids of photos."""

    vectors: dict[int, np.ndarray] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def embed(encoder: Encoder, photos: Sequence[Photo]) -> Found:
    """Embed photos, together where that works and else one by one.

    Raise StorageMissing or EncoderUnavailable where none of them can be embedded now.
    """
    found, pictures = Found(), {}
    for photo in photos:
        try:
            pictures[photo] = picture_of(photo)
        except StorageMissing:
            raise
        except APIException as exc:
            found.reasons[photo.pk] = str(exc.detail)
    try:
        found.vectors |= _vectors(encoder, pictures)
    except BadVector:
        _one_by_one(encoder, pictures, found)
    return found


def picture_of(photo: Photo) -> Image.Image:
    """Return the photo upright, sRGB, as small as is enough: from a rendition, else from the original.

    Raise StorageMissing, OriginalMissing, BrokenImage.
    """
    rendition = thumbnails.reopened(storage.media_root(), photo.original, ENOUGH_PIXELS)
    if rendition is not None:
        return rendition
    with originals.reading(photo.original) as path:
        return images.open_upright(path, max(thumbnails.SIZES))


def _one_by_one(encoder: Encoder, pictures: Mapping[Photo, Image.Image], found: Found) -> None:
    """One picture has spoilt the batch: find out which."""
    for photo, picture in pictures.items():
        try:
            found.vectors |= _vectors(encoder, {photo: picture})
        except BadVector as exc:
            found.reasons[photo.pk] = f"The encoder gave no usable vector: {exc}"


def _vectors(encoder: Encoder, pictures: Mapping[Photo, Image.Image]) -> dict[int, np.ndarray]:
    if isinstance(encoder, PlaceholderEncoder):  # it goes by the name of each
        return {
            photo.pk: encoder.named(photo.original_name).embed_images([picture])[0]
            for photo, picture in pictures.items()
        }
    rows = encoder.embed_images([*pictures.values()])
    return {photo.pk: row for photo, row in zip(pictures, rows, strict=True)}
