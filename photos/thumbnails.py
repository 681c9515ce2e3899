from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path, PurePosixPath

from PIL import Image

from photos.images import DECODE_ERRORS, bare

FOLDER = "thumbnails"  # in the media folder
SIZES = (512, 1600)  # pixels on the longer side, smallest first
QUALITY = 80
METHOD = 2  # of libwebp's 0..6: measured twice as fast on photos as the default 4, files 3 % larger


def render(image: Image.Image) -> dict[int, bytes]:
    """Encode an upright sRGB image as WebP in every size of SIZES, never enlarged and without any metadata."""
    renditions: dict[int, bytes] = {}
    encoded: dict[tuple[int, int], bytes] = {}
    for size in sorted(SIZES, reverse=True):
        image = _at_most(image, size)
        if image.size not in encoded:
            encoded[image.size] = _webp(image)
        renditions[size] = encoded[image.size]
    return renditions


def rendition(image: Image.Image, size: int) -> bytes:
    """Encode an upright sRGB image as WebP of at most so many pixels on its longer side, without any metadata."""
    return _webp(_at_most(image, size))


def path_for(original_name: str, size: int) -> str:
    """Name the rendition of `originals/ab/abcd.jpg`: `thumbnails/512/ab/abcd.webp`, relative to the media root."""
    below_originals = PurePosixPath(original_name).relative_to("originals").with_suffix(".webp")
    return str(PurePosixPath(FOLDER, str(size)) / below_originals)


def save(media_root: Path, original_name: str, renditions: dict[int, bytes]) -> None:
    """Write the renditions of an original; each appears whole or not at all. Raises OSError (ENOSPC) as it comes."""
    for size, data in renditions.items():
        _write_atomically(media_root / path_for(original_name, size), data)


def reopened(media_root: Path, original_name: str, enough: int) -> Image.Image | None:
    """Return the smallest rendition whose shorter side has so many pixels, else the largest; None where it is away."""
    for size in SIZES:
        try:
            with Image.open(media_root / path_for(original_name, size)) as file:
                rendition = file.convert("RGB")
        except DECODE_ERRORS:  # missing or damaged: it comes from the original again
            return None
        if min(rendition.size) >= enough:
            break
    return rendition


def remove(media_root: Path, original_name: str) -> None:
    """Delete all renditions of an original; those already gone are no error."""
    for size in SIZES:
        (media_root / path_for(original_name, size)).unlink(missing_ok=True)


def _at_most(image: Image.Image, size: int) -> Image.Image:
    scale = size / max(image.size)
    if scale >= 1:
        return image
    fitted = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(fitted, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(image: Image.Image) -> bytes:
    buffer = BytesIO()
    bare(image).save(buffer, "WEBP", quality=QUALITY, method=METHOD)
    return buffer.getvalue()


def _write_atomically(target: Path, data: bytes) -> None:
    # No fsync: a rendition lost with the power is rendered again.
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
