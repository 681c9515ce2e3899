from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

_LONGEST_PROFILE = 4 * 1024 * 1024  # bytes; printers' CMYK profiles have two and a half megabytes
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)
_SRGB = ImageCms.createProfile("sRGB")
_PIECE = 2**18  # pixels converted at a time: in floating point or with alpha they take many times their final size

_PieceBox = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Levels:
    """How numbers of another depth become 0..255."""

    low: float = 0.0
    gain: float = 1.0

    @classmethod
    def between(cls, low: float, high: float) -> _Levels:
        return cls(low, 255.0 / (high - low or 1.0))


def is_flat(image: Image.Image) -> bool:
    """Tell whether an image scales and converts well as it is: opaque, 8 bits a channel, no palette."""
    return image.mode in ("L", "RGB", "CMYK", "LAB") and "transparency" not in image.info


def flatten(image: Image.Image, factor: tuple[int, int] = (1, 1)) -> Image.Image:
    """Bring any mode of Pillow to one that scales and converts well: L, RGB, CMYK or LAB, opaque, 8 bits a channel.

    On the way each `factor` pixels across and down become one, their mean. Other modes are converted piece by piece, so
    that no second copy of a large image lies in memory.
    """
    if is_flat(image):
        return image if factor == (1, 1) else image.reduce(factor)
    has_numbers = image.mode.startswith("I") or image.mode == "F"
    levels = _levels(image) if has_numbers else None
    flat = Image.new("L" if has_numbers or image.mode == "1" else "RGB", _reduced(image.size, factor))
    for box in _pieces(image.size, factor):
        piece = image.crop(box)
        piece = _eight_bits(piece, levels) if levels else _opaque(piece).convert(flat.mode)
        flat.paste(piece.reduce(factor), (box[0] // factor[0], box[1] // factor[1]))
    return flat


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


def _reduced(size: tuple[int, int], factor: tuple[int, int]) -> tuple[int, int]:
    """Return what Image.reduce makes of a size: what is left over at the edges counts as a whole pixel."""
    return -(-size[0] // factor[0]), -(-size[1] // factor[1])


def _pieces(size: tuple[int, int], factor: tuple[int, int] = (1, 1)) -> Iterator[_PieceBox]:
    """Cut an image into boxes of about _PIECE pixels that begin at multiples of `factor`."""
    width, height = size
    across = max(_PIECE // factor[0], 1) * factor[0]
    down = max(_PIECE // min(width, across) // factor[1], 1) * factor[1]
    for top in range(0, height, down):
        for left in range(0, width, across):
            yield left, top, min(left + across, width), min(top + down, height)


def _opaque(image: Image.Image) -> Image.Image:
    return _on_white(image.convert("RGBA")) if image.has_transparency_data else image


def _on_white(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


def _levels(image: Image.Image) -> _Levels:
    """Scale whole numbers by their depth and floating point by its range; Pillow's own convert() would clip them."""
    if image.mode.startswith("I;16"):
        return _Levels.between(0, 4095 if _bits_of_tiff(image) == 12 else 65535)
    ranges = [(values.min(), values.max()) for values in (_values(image.crop(box)) for box in _pieces(image.size))]
    low, high = (float(end) for end in (min(low for low, _ in ranges), max(high for _, high in ranges)))
    if image.mode == "I" and low >= 0 and 255 < high <= 65535:
        return _Levels.between(0, 65535)
    if image.mode == "F" and low >= 0 and high <= 1:
        return _Levels.between(0, 1)
    return _Levels.between(low, high) if low < 0 or high > 255 else _Levels()


def _bits_of_tiff(image: Image.Image) -> int | None:
    """Tell the depth a TIFF says it has: Pillow keeps 12 bits as they are in numbers of 16."""
    bits = getattr(image, "tag_v2", {}).get(TiffImagePlugin.BITSPERSAMPLE)
    return bits[0] if bits else None


def _eight_bits(image: Image.Image, levels: _Levels) -> Image.Image:
    values = (_values(image) - levels.low) * levels.gain
    return Image.fromarray(np.rint(values).astype(np.uint8))


def _values(image: Image.Image) -> np.ndarray:
    """Return the numbers of an image as (height, width) float64; what is no number is 0."""
    return np.nan_to_num(np.asarray(image).astype(np.float64), copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    result = Image.new("RGB", image.size)
    transform.apply(image, result)
    return result


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Build the transform from a profile to sRGB once; cameras write the same profile into all their files."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, _SRGB, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
