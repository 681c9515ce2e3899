from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

_LONGEST_PROFILE = 4 * 1024 * 1024  # bytes; printers' CMYK profiles have two and a half megabytes
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)
_SRGB = ImageCms.createProfile("sRGB")


def flatten(image: Image.Image) -> Image.Image:
    """Bring any mode of Pillow to one that scales and converts well: L, RGB, CMYK or LAB, opaque, 8 bits a channel."""
    if image.mode in ("L", "RGB", "CMYK", "LAB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a flattened image to sRGB by its ICC profile; a profile that is broken or of another mode is ignored."""
    if image.mode == "LAB":
        return _applied(_transform(b"", "LAB"), image)
    if profile and len(profile) <= _LONGEST_PROFILE:
        try:
            return _applied(_transform(profile, image.mode), image)
        except _PROFILE_ERRORS:
            pass  # without it the colours are a little off, and the picture is there
    return image if image.mode == "RGB" else image.convert("RGB")


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    result = Image.new("RGB", image.size)
    transform.apply(image, result)
    return result


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale whole numbers by their depth and floating point by its range; Pillow's own convert() would clip them."""
    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 65535):
        values /= 257.0
    elif image.mode == "F" and low >= 0 and high <= 1:
        values *= 255.0
    elif low < 0 or high > 255:
        values = (values - low) * (255.0 / (high - low or 1.0))
    return Image.fromarray(np.rint(values).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Build the transform from a profile to sRGB once; cameras write the same profile into all their files."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, _SRGB, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
