from __future__ import annotations

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageEnhance

from ai.fingerprints import perceptual_hash, pixel_hash
from ai.tests.scenes import scene

NEAR = 8


def reread(image: Image.Image, image_format: str, **options: object) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return Image.open(buffer).convert("RGB")


def inside(image: Image.Image, share: float) -> Image.Image:
    left, top = round(image.width * share), round(image.height * share)
    return image.crop((left, top, image.width - left, image.height - top))


COPIES = {
    "a poor JPEG": lambda image: reread(image, "JPEG", quality=30),
    "a WebP": lambda image: reread(image, "WEBP", quality=50),
    "a third of the size": lambda image: image.resize((image.width // 3, image.height // 3)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "without colour": lambda image: image.convert("L").convert("RGB"),
    "a small crop": lambda image: inside(image, 0.01),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("seed", range(6))
def test_a_copy_looks_like_its_original(seed: int, copy: object) -> None:
    original = scene(seed, (600, 400))

    one, other = perceptual_hash(original), perceptual_hash(copy(original))  # type: ignore[operator]

    assert one is not None and other is not None
    assert (one ^ other).bit_count() <= NEAR


def test_different_pictures_look_different() -> None:
    hashes = [perceptual_hash(scene(seed)) for seed in range(60)]

    apart = [(one ^ other).bit_count() for one, other in combinations([number for number in hashes if number], 2)]

    assert min(apart) > NEAR


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (40, 40), (2000, 1500)])
def test_a_picture_without_anything_in_it_is_like_no_other(size: tuple[int, int]) -> None:
    assert perceptual_hash(Image.new("RGB", size, "navy")) is None


def test_grain_alone_is_nothing_to_tell_a_picture_by() -> None:
    sky = Image.new("RGB", (1600, 1200), (90, 140, 220))

    assert perceptual_hash(reread(sky, "JPEG", quality=40)) is None


def test_the_hash_is_the_same_in_every_version_of_ours() -> None:
    # What is stored is compared with what comes years later.
    assert (
        f"{perceptual_hash(Image.linear_gradient('L').rotate(45, expand=True).convert('RGB')):016x}"
        == "6cd5864b96ed3854"
    )


def test_pixels_are_told_by_every_one_of_them_and_by_the_size_they_stand_for() -> None:
    one, other = scene(1), scene(1)
    other.putpixel((7, 7), (1, 2, 3))

    hashes = {pixel_hash(one, (600, 400)), pixel_hash(other, (600, 400)), pixel_hash(one, (300, 200))}

    assert len(hashes) == 3
    assert pixel_hash(scene(1), (600, 400)) in hashes
