from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from ai.encoders.preprocessing import Preprocessing

DESCRIBED: dict[str, Any] = {
    "size": 64,
    "resize_shorter_side": 72,
    "resample": "bicubic",
    "crop": "center",
    "range": [0, 1],
    "layout": "NCHW",
    "color": "sRGB",
}


def preprocessing(**changes: Any) -> Preprocessing:
    return Preprocessing.from_description(DESCRIBED | changes)


@pytest.mark.parametrize("size", [(640, 480), (333, 500), (72, 72), (50, 90), (1000, 73)])
def test_only_the_crop_is_scaled_and_it_is_that_of_the_whole_picture_scaled(size: tuple[int, int]) -> None:
    # Of medium brightness, so that no step of the bicubic filter clips.
    noise = np.random.default_rng(7).integers(90, 160, (*size[::-1], 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    scale = 72 / min(size)
    width, height = (max(72, round(length * scale)) for length in size)
    whole = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, upper = (width - 64) // 2, (height - 64) // 2
    expected = np.asarray(whole.crop((left, upper, left + 64, upper + 64)), dtype=int)

    pixels = preprocessing().pixels(picture)

    assert pixels.shape == (64, 64, 3)
    assert np.abs(pixels - expected).max() <= 1


def test_a_batch_is_float32_in_the_layout_and_range_of_the_graph() -> None:
    pictures = [Image.new("RGB", (90, 72), (255, 51, 0)), Image.new("RGB", (72, 90), "black")]

    planes = preprocessing().batch(pictures)
    pixels = preprocessing(layout="NHWC", range=[-1, 1]).batch(pictures)

    assert planes.shape == (2, 3, 64, 64)
    assert planes.dtype == pixels.dtype == np.float32
    assert planes[0, :, 30, 30] == pytest.approx([1, 0.2, 0])
    assert pixels.shape == (2, 64, 64, 3)
    assert pixels[0, 30, 30] == pytest.approx([1, -0.6, -1])
    assert (pixels[1] == -1).all()


def test_size_and_filter_are_those_described() -> None:
    stripes = Image.new("RGB", (400, 400))
    stripes.paste("white", (200, 0, 400, 400))

    sharp = preprocessing(size=16, resize_shorter_side=16, resample="bilinear").pixels(stripes)
    ringing = preprocessing(size=16, resize_shorter_side=16, resample="lanczos").pixels(stripes)

    assert sharp.shape == ringing.shape == (16, 16, 3)
    assert not np.array_equal(sharp, ringing)
