from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

_RESAMPLE = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_AXES = {"NCHW": (0, 3, 1, 2), "NHWC": (0, 1, 2, 3)}


@dataclass(frozen=True)
class Preprocessing:
    """How an upright sRGB image becomes the input of a graph."""

    size: int
    shorter_side: int
    resample: Image.Resampling
    axes: tuple[int, ...]
    low: float
    high: float

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Preprocessing:
        """Read the `input` of a model; raise KeyError, TypeError or ValueError for what we cannot do."""
        if described["crop"] != "center" or described["color"] != "sRGB":
            raise ValueError(f"crop {described['crop']!r} with color {described['color']!r} is not supported")
        low, high = map(float, described["range"])
        size, shorter_side = int(described["size"]), int(described["resize_shorter_side"])
        if not 0 < size <= shorter_side:
            raise ValueError(f"a crop of {size} pixels does not fit into a shorter side of {shorter_side}")
        return cls(size, shorter_side, _RESAMPLE[described["resample"]], _AXES[described["layout"]], low, high)

    def batch(self, images: Sequence[Image.Image]) -> np.ndarray:
        """Return the images, at least one, as one float32 array in the layout of the graph."""
        pixels = np.stack([self.pixels(image) for image in images]).transpose(self.axes)
        return np.ascontiguousarray(pixels / np.float32(255) * np.float32(self.high - self.low) + np.float32(self.low))

    def pixels(self, image: Image.Image) -> np.ndarray:
        """Return the (size, size, 3) uint8 centre of `image` scaled so that its shorter side is `shorter_side`."""
        scale = self.shorter_side / min(image.size)
        left, right = self._span(image.width, scale)
        upper, lower = self._span(image.height, scale)
        # Only what the crop keeps is resized: a panorama of 100,000 x 1 pixels scaled whole would fill the memory.
        return np.asarray(image.resize((self.size, self.size), self.resample, box=(left, upper, right, lower)))

    def _span(self, length: int, scale: float) -> tuple[float, float]:
        """Return where the crop begins and ends on one axis, in pixels of the source."""
        scaled = max(self.shorter_side, round(length * scale))
        start = (scaled - self.size) // 2
        return start * length / scaled, (start + self.size) * length / scaled
