from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

SHORTEST, SQUASH, LONGEST = "shortest", "squash", "longest"

_ELONGATED = 64  # how many times as long as wide a picture may be to be scaled whole

_RESAMPLE = {name.name.lower(): name for name in Image.Resampling}
# What OpenAI trained with, and so everything built on it: https://github.com/openai/CLIP/blob/main/clip/clip.py
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class ClipPixels:
    """How an upright sRGB image becomes the input of a CLIP graph, step by step as open_clip does it for evaluation."""

    height: int
    width: int
    mean: tuple[float, ...] = _CLIP_MEAN
    std: tuple[float, ...] = _CLIP_STD
    resample: Image.Resampling = Image.Resampling.BICUBIC
    mode: str = SHORTEST
    fill: int = 0

    @classmethod
    def from_config(cls, described: Mapping[str, Any]) -> ClipPixels:
        """Read preprocess_cfg.json; raise KeyError, TypeError or ValueError for what we cannot do."""
        size = described["size"]
        height, width = map(int, size if isinstance(size, list) else (size, size))
        mode = described.get("resize_mode", SHORTEST)
        mean, std = (tuple(map(float, described[name])) for name in ("mean", "std"))
        if mode not in {SHORTEST, SQUASH, LONGEST} or len(mean) != 3 or len(std) != 3 or min(std) <= 0:
            raise ValueError(f"resize_mode {mode!r} with mean {mean} and std {std} is not supported")
        if min(height, width) < 1:
            raise ValueError(f"a picture of {height} x {width} pixels is none")
        fill = int(described.get("fill_color", 0))
        return cls(height, width, mean, std, _RESAMPLE[described["interpolation"]], mode, fill)

    def sized(self, height: int, width: int) -> ClipPixels:
        return replace(self, height=height, width=width)

    def resized(self, image: Image.Image) -> np.ndarray:
        """Return `image` as (height, width, 3) uint8."""
        if self.mode == SQUASH:
            return np.asarray(image.resize((self.width, self.height), self.resample))
        if self.mode == LONGEST:
            return self._padded(image)
        return self._cropped(image)

    def prepared(self, pixels: Sequence[np.ndarray]) -> np.ndarray:
        """Return resized pictures, at least one, as one normalised (n, 3, height, width) float32 array."""
        # (x / 255 - mean) / std as one product and one sum.
        scale = (1 / (255 * np.array(self.std))).astype(np.float32).reshape(3, 1, 1)
        shift = (np.array(self.mean) / np.array(self.std)).astype(np.float32).reshape(3, 1, 1)
        batch = np.empty((len(pixels), 3, self.height, self.width), np.float32)
        for row, picture in zip(batch, pixels, strict=True):
            np.multiply(picture.transpose(2, 0, 1), scale, out=row)
        batch -= shift
        return batch

    def _cropped(self, image: Image.Image) -> np.ndarray:
        """Scale until the picture just covers the target, keep its centre."""
        wide, high = self._covering(image.size)
        left, upper = round((wide - self.width) / 2), round((high - self.height) / 2)
        if max(wide / self.width, high / self.height) <= _ELONGATED:
            whole = image.resize((wide, high), self.resample)
            return np.asarray(whole.crop((left, upper, left + self.width, upper + self.height)))
        # Only what the crop keeps: a panorama of 100,000 x 1 pixels scaled whole would fill the memory. Not for every
        # picture, as Pillow goes the two ways of a resize in another order then, which moves pixels by a few levels.
        across, down = image.width / wide, image.height / high
        box = (left * across, upper * down, (left + self.width) * across, (upper + self.height) * down)
        return np.asarray(image.resize((self.width, self.height), self.resample, box=box))

    def _covering(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return width and height after scaling, rounded as torchvision (square) and open_clip (other) round."""
        if self.height == self.width:
            shorter = min(size)
            return self.width * size[0] // shorter, self.height * size[1] // shorter
        ratio = min(size[0] / self.width, size[1] / self.height)
        return max(self.width, round(size[0] / ratio)), max(self.height, round(size[1] / ratio))

    def _padded(self, image: Image.Image) -> np.ndarray:
        """Scale until the picture just fits into the target, fill what is left over around it."""
        ratio = max(image.width / self.width, image.height / self.height)
        wide, high = (max(1, round(length / ratio)) for length in image.size)
        canvas = Image.new("RGB", (self.width, self.height), (self.fill,) * 3)
        canvas.paste(image.resize((wide, high), self.resample), ((self.width - wide) // 2, (self.height - high) // 2))
        return np.asarray(canvas)
