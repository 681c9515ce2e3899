"""What pictures look like to the encoder, and parts of them; a part need not be looked at twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from django.core.cache import cache
from PIL import Image

from ai.encoders.base import BadVector, Encoder, EncoderUnavailable, model_key
from ai.encoders.placeholder import told_the_name
from photos.encoding import current_encoder
from photos.images import BrokenImage
from photos.models import Photo
from photos.regions import Region, picture_of
from search.errors import ModelMissing

KEPT_SECONDS = 15 * 60


def encoder_for_pictures() -> Encoder:
    """Return the current encoder; raises ModelMissing."""
    try:
        return current_encoder()
    except EncoderUnavailable as exc:
        raise ModelMissing(exc) from exc


def embedded(image: Image.Image, encoder: Encoder) -> np.ndarray:
    """Return what an upright sRGB image looks like, a unit vector of shape (d,); raises ModelMissing, BrokenImage."""
    try:
        vector: np.ndarray = encoder.embed_images([image])[0]
    except EncoderUnavailable as exc:
        raise ModelMissing(exc) from exc
    except BadVector as exc:
        raise BrokenImage("Nothing can be seen in this image.") from exc
    return vector


def look_of_region(photo: Photo, region: Region, encoder: Encoder) -> np.ndarray:
    """Return what a part of a photo looks like; raises as embedded and photos.regions.picture_of."""
    named = told_the_name(encoder, photo.original_name)
    return remembered(
        lambda: embedded(picture_of(photo, region), named), encoder, photo.sha256, photo.original_name, str(region)
    )


def remembered(look: Callable[[], np.ndarray], encoder: Encoder, *what: str) -> np.ndarray:
    """Return what was seen of this a while ago, else look."""
    name = "\n".join([model_key(encoder), *what])
    key = f"look-{hashlib.sha256(name.encode(errors='replace')).hexdigest()}"
    vector: np.ndarray | None = cache.get(key)
    if vector is None:
        cache.set(key, vector := look(), KEPT_SECONDS)
    return vector
