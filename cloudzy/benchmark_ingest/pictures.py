from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (4032, 3024)  # twelve megapixels, as phones have them

_QUALITY = 92
_MARGIN = 512  # how much larger than a photo the scene is that photos are cut out of
_COARSEST = 4  # cells across the scene
_CONTRAST = 45.0
_FALL = 0.7  # of contrast, from one octave to the next finer one: WebPs of 1600 pixels come to about 140 kB
_GRAIN = 5  # levels up or down


def make(folder: Path, count: int) -> Iterator[int]:
    """Write JPEGs that are as hard to decode and to encode as photos are; yield how many there are after each.

    All are cut out of one scene of fractal noise, each at another place and with grain of its own.
    """
    chance = np.random.default_rng(0)
    scene = _scene((SIZE[0] + _MARGIN, SIZE[1] + _MARGIN), chance)
    for number in range(count):
        left, top = chance.integers(0, _MARGIN, 2)
        cut = scene[top : top + SIZE[1], left : left + SIZE[0]]
        pixels = cut + chance.integers(-_GRAIN, _GRAIN + 1, (*cut.shape[:2], 1), dtype=np.int16)
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        image.save(folder / f"{number:05}.jpg", quality=_QUALITY, subsampling="4:2:0")
        yield number + 1


def _scene(size: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    """Return noise of all scales, shape (height, width, 3), int16; its colours change less than its brightness."""
    total = np.full((size[1], size[0], 3), 118, np.float32)
    cells, contrast = _COARSEST, _CONTRAST
    while cells < size[0]:
        shape = (max(2, cells * size[1] // size[0]), cells)
        grey = chance.standard_normal(shape, np.float32)
        for channel in range(3):
            plane = Image.fromarray(grey + np.float32(0.35) * chance.standard_normal(shape, np.float32))
            total[:, :, channel] += contrast * np.asarray(plane.resize(size, Image.Resampling.BICUBIC))
        cells, contrast = cells * 2, contrast * _FALL
    return total.astype(np.int16)
