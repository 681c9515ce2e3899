"""Pictures with something to see in them: each seed makes another."""

from __future__ import annotations

import numpy as np
from PIL import Image

Size = tuple[int, int]


def scene(seed: int, size: Size = (300, 200)) -> Image.Image:
    """Make a picture of soft shapes in all sizes, and a little grain; the same for the same seed."""
    chance = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(chance.integers(0, 256, (*shape, 3), dtype=np.uint8)).resize(
                size, Image.Resampling.BICUBIC
            ),
            dtype=np.float32,
        )
        for shape in ((3, 4), (8, 12), (20, 30))
    ]
    grain = chance.normal(0, 4, layers[0].shape)
    mixed = 0.5 * layers[0] + 0.3 * layers[1] + 0.2 * layers[2] + grain
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))
