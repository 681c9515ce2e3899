from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

LARGEST_SIDE = 1024


@dataclass(frozen=True, eq=False)
class Pixels:
    """How an upright sRGB image becomes the input of an image encoder, as preprocessor_config.json says."""

    height: int
    width: int
    resample: Image.Resampling
    scale: np.ndarray  # (3, 1, 1) float32
    shift: np.ndarray  # (3, 1, 1) float32

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Pixels:
        """Read the configuration of a BlipImageProcessor or ViTImageProcessor.

        Raise KeyError, TypeError or ValueError for what cannot be done.
        """
        if config.get("do_center_crop") or not config.get("do_resize", True):
            raise ValueError("only pictures resized as a whole are supported")
        height, width = _size(config["size"])
        factor = float(config.get("rescale_factor", 1 / 255)) if config.get("do_rescale", True) else 1.0
        mean, deviation = np.zeros(3), np.ones(3)
        if config.get("do_normalize", True):
            mean, deviation = np.array(config["image_mean"], float), np.array(config["image_std"], float)
        if mean.shape != (3,) or deviation.shape != (3,) or not (deviation > 0).all():
            raise ValueError("image_mean and image_std must be three numbers each")
        resample = Image.Resampling(config.get("resample", Image.Resampling.BILINEAR))
        return cls(height, width, resample, _channels(factor / deviation), _channels(-mean / deviation))

    def batch(self, image: Image.Image) -> np.ndarray:
        """Return (1, 3, height, width) float32."""
        resized = np.asarray(image.resize((self.width, self.height), self.resample), dtype=np.float32)
        return np.ascontiguousarray((resized.transpose(2, 0, 1) * self.scale + self.shift)[None])


def _size(size: Any) -> tuple[int, int]:
    """Read `{"height": 384, "width": 384}`, or the one number of older files."""
    height, width = (size, size) if isinstance(size, int) else (size["height"], size["width"])
    if not (0 < height <= LARGEST_SIDE and 0 < width <= LARGEST_SIDE):
        raise ValueError(f"a picture of {width} x {height} is no input of a captioner")
    return height, width


def _channels(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).reshape(3, 1, 1)
