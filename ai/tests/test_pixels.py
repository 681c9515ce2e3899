from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from ai.captioners.pixels import Pixels

BLIP = {
    "do_resize": True,
    "size": {"height": 384, "width": 384},
    "resample": 3,
    "do_rescale": True,
    "rescale_factor": 0.00392156862745098,
    "do_normalize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
VIT = {"do_resize": True, "size": 224, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90).convert("RGB").rotate(20)


@pytest.mark.parametrize(("config", "side"), [(BLIP, 384), (VIT, 224)])
@pytest.mark.parametrize("size", [(640, 480), (90, 300), (1, 1), (1600, 2)])
def test_pixels_are_those_of_the_processor_step_by_step(
    config: dict[str, Any], side: int, size: tuple[int, int]
) -> None:
    image = noise(*size)

    batch = Pixels.from_config(config).batch(image)

    resized = np.asarray(image.resize((side, side), Image.Resampling(config["resample"]))).astype(np.float64)
    expected = (resized / 255 - config["image_mean"]) / config["image_std"]
    assert (batch.shape, batch.dtype) == ((1, 3, side, side), np.float32)
    assert np.abs(batch[0].transpose(1, 2, 0) - expected).max() < 1e-5


def test_height_and_width_are_not_mixed_up() -> None:
    assert Pixels.from_config(VIT | {"size": {"height": 20, "width": 30}}).batch(noise(50, 50)).shape == (1, 3, 20, 30)


def test_steps_may_be_left_out() -> None:
    raw = Pixels.from_config(VIT | {"do_rescale": False, "do_normalize": False})

    assert raw.batch(Image.new("RGB", (5, 5), (0, 128, 255)))[0, :, 0, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    "change",
    [
        {"do_center_crop": True},
        {"do_resize": False},
        {"size": {"shortest_edge": 224}},
        {"size": 0},
        {"size": 100_000},
        {"image_std": [0.5, 0, 0.5]},
        {"image_mean": [0.5]},
        {"resample": 17},
    ],
)
def test_what_we_cannot_do_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, LookupError)):
        Pixels.from_config(VIT | change)
