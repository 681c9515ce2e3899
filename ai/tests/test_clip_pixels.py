from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from ai.encoders.clip_pixels import ClipPixels

CONFIG = {"size": 32, "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4], "interpolation": "bicubic"}


def pixels(**changes: Any) -> ClipPixels:
    return ClipPixels.from_config(CONFIG | changes)


def halves(size: tuple[int, int]) -> Image.Image:
    """A picture that is white on its left half and black on its right."""
    image = Image.new("RGB", size)
    image.paste("white", (0, 0, size[0] // 2, size[1]))
    return image


def test_the_shorter_side_is_scaled_and_the_centre_kept() -> None:
    seen = pixels().resized(halves((96, 32)))

    assert seen.shape == (32, 32, 3)
    assert seen[:, :16].min() == 255
    assert seen[:, 16:].max() == 0


def test_squashing_keeps_the_whole_picture() -> None:
    image = Image.new("RGB", (300, 30), "black")
    image.paste("white", (0, 0, 30, 30))

    assert pixels(resize_mode="squash").resized(image)[:, 0].min() > 200
    assert pixels().resized(image).max() == 0


def test_fitting_fills_what_is_left_over() -> None:
    seen = pixels(resize_mode="longest", fill_color=7).resized(Image.new("RGB", (64, 32), "white"))

    assert seen[8:24].min() == 255
    assert (seen[:8] == 7).all()
    assert (seen[24:] == 7).all()


@pytest.mark.parametrize("mode", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (31, 33)])
def test_every_picture_becomes_what_the_graph_takes(mode: str, size: tuple[int, int]) -> None:
    for target in (32, [24, 40]):
        height, width = (32, 32) if target == 32 else (24, 40)

        assert pixels(size=target, resize_mode=mode).resized(Image.new("RGB", size, "red")).shape == (height, width, 3)


def test_a_panorama_is_never_scaled_whole() -> None:
    """Whole it would be 3.2 million pixels long."""
    image = Image.new("RGB", (100_000, 1))
    image.paste("white", (49_900, 0, 50_100, 1))

    assert pixels().resized(image).min() == 255


def test_an_elongated_picture_is_cut_where_a_whole_one_would_be() -> None:
    gradient = Image.linear_gradient("L").rotate(90).resize((32 * 65, 32)).convert("RGB")

    seen = pixels().resized(gradient)[0, :, 0].astype(int)

    middle = np.asarray(gradient)[0, 32 * 32 : 32 * 33, 0].astype(int)
    assert np.abs(seen - middle).max() <= 1


def test_prepared_pictures_are_normalised_channel_by_channel() -> None:
    seen = [np.full((32, 32, 3), 255, np.uint8), np.zeros((32, 32, 3), np.uint8)]

    batch = pixels().prepared(seen)

    assert batch.shape == (2, 3, 32, 32)
    assert batch.dtype == np.float32
    assert batch[0, :, 5, 5] == pytest.approx([0.5 / 0.2, 0.6 / 0.3, 0.7 / 0.4], abs=1e-6)
    assert batch[1, :, 5, 5] == pytest.approx([-0.5 / 0.2, -0.4 / 0.3, -0.3 / 0.4], abs=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"interpolation": "random"}, id="no filter"),
        pytest.param({"resize_mode": "crop"}, id="no way of resizing"),
        pytest.param({"size": 0}, id="no pixels"),
        pytest.param({"size": [32]}, id="half a size"),
        pytest.param({"std": [0, 1, 1]}, id="no deviation"),
        pytest.param({"mean": [0.5]}, id="one channel"),
    ],
)
def test_what_cannot_be_done_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        pixels(**changes)
