"""What the door saw of an image, by the columns of `photos.models.picture`."""

from __future__ import annotations

from typing import Any

from photos.images import ImageInfo


def picture_columns(info: ImageInfo) -> dict[str, Any]:
    return {
        "format": info.type.name,
        "width": info.width,
        "height": info.height,
        "animated": info.animated,
        "panorama": info.panorama,
        "clip_start": info.clip.start if info.clip else 0,
        "clip_length": info.clip.length if info.clip else 0,
    }
