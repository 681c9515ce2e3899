"""Numbers by which pictures are told to be the same: one of their pixels, and one of what they look like."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from PIL import Image

_SIDE = 32  # what is left of a picture, in both directions
_KEPT = slice(1, 9)  # of the frequencies, in both directions; the first is but the brightness
_NOISE = 1.0  # a coefficient below this is rounding and compression: of 8 bits, averaged over many pixels
_FIRST = 4 * _SIDE


def pixel_hash(image: Image.Image, size: tuple[int, int]) -> str:
    """Return the SHA-256 of an upright sRGB image (mode RGB) that stands for one of this size, as 64 hex digits.

    The same picture decoded in the same way gives the same, whatever else was in its file.
    """
    digest = hashlib.sha256(f"{size[0]} {size[1]} {image.width} {image.height} ".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def perceptual_hash(image: Image.Image) -> int | None:
    """Return 64 bits of what an upright sRGB image looks like; None where there is too little in it to tell it by.

    The pHash of C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010: the signs, against
    their median, of the 64 lowest frequencies of a cosine transform of 32 x 32 grey values.
    """
    waves = _waves()
    kept = (waves @ _grey(image) @ waves.T).ravel()
    if np.median(np.abs(kept)) < _NOISE:  # half of the bits would be chance
        return None
    return int.from_bytes(np.packbits(kept > np.median(kept)).tobytes())


def _grey(image: Image.Image) -> np.ndarray:
    """Return (32, 32) float64 of 0 to 255; large pictures are first averaged, which is quick and takes their noise."""
    factor = max(min(image.size) // _FIRST, 1)
    reduced = image.reduce(factor) if factor > 1 else image
    grey = reduced.convert("F") if reduced.mode == "L" else reduced.convert("L").convert("F")
    return np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)


@cache
def _waves() -> np.ndarray:
    """Return those rows of the orthonormal DCT-II that are kept, (8, 32)."""
    frequency, place = np.arange(_SIDE)[:, None], np.arange(_SIDE)[None]
    rows = np.cos(np.pi * (2 * place + 1) * frequency / (2 * _SIDE)) * np.sqrt(2 / _SIDE)
    kept: np.ndarray = rows[_KEPT]
    return kept
