from __future__ import annotations

import resource
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from PIL import Image

from photos import images, memory
from photos.images import TooManyPixels
from photos.tests import pictures
from photos.tests.heif import heic

LIMIT = 100_000_000


@pytest.mark.parametrize("side", [12_000, 20_000, 1_000_000])
def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path, side: int) -> None:
    path = pictures.on_disk(tmp_path, pictures.png_claiming(side, side))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TooManyPixels) as refusal:
        images.inspect(path, LIMIT)

    assert refusal.value.detail == f"This image has {side} x {side} pixels; the limit is 100 megapixels."
    assert refusal.value.get_codes() == "too_many_pixels"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "kilobytes"


def test_a_tiny_heic_with_a_huge_picture_is_refused_before_decoding(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, heic(claimed_size=(12_000, 12_000)))

    with pytest.raises(TooManyPixels):
        images.inspect(path, LIMIT)


def test_a_huge_tile_in_a_small_tiff_is_refused(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.tiff_with_tile(48_000))

    with pytest.raises(TooManyPixels):
        images.inspect(path, LIMIT)


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.png((40, 25)))

    assert images.inspect(path, max_pixels=1000).width == 40
    with pytest.raises(TooManyPixels):
        images.inspect(path, max_pixels=999)


def test_one_large_image_is_decoded_at_a_time_and_small_ones_beside_it(tmp_path: Path) -> None:
    large = pictures.on_disk(tmp_path, pictures.encoded(Image.new("1", (5100, 5000)), "PNG"), "large")
    small = pictures.on_disk(tmp_path, pictures.png(), "small")

    with ThreadPoolExecutor() as pool:
        with memory._one_large_at_a_time:
            waiting = pool.submit(images.inspect, large, LIMIT)
            images.inspect(small, LIMIT)
            # Decoding it takes half this time, so that it would be done were it not held back.
            assert not wait([waiting], timeout=1).done
        assert waiting.result().width == 5100
