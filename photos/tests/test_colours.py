from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photos import images
from photos.colours import flatten
from photos.tests import pictures

RAMP = np.linspace(0, 255, 64).astype(np.uint8).repeat(4).reshape(8, 32)


def shown(tmp_path: Path, image: Image.Image, image_format: str, **options: object) -> Image.Image:
    """Send an image through a file and through open_upright."""
    return images.open_upright(
        pictures.on_disk(tmp_path, pictures.encoded(image, image_format, **options)), max_side=None
    )


def grey(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L")).astype(int)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16", "F", "CMYK", "YCbCr", "LAB"])
def test_every_mode_comes_out_as_rgb(tmp_path: Path, mode: str) -> None:
    image = pictures.corners()
    image = Image.new(mode, image.size) if mode in ("I;16", "LAB") else image.convert(mode)

    assert shown(tmp_path, image, "TIFF" if mode not in ("P", "1", "LA", "RGBA") else "PNG").mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "PA", "P", "RGB", "RGBA", "I", "I;16", "I;16B", "F", "CMYK"])
@pytest.mark.parametrize("factor", [(2, 3), (7, 1)])
def test_made_smaller_on_the_way_a_large_image_is_the_same(mode: str, factor: tuple[int, int]) -> None:
    image = pictures.corners((1111, 777))
    image = Image.new(mode, image.size, 300) if mode.startswith("I;") else image.convert(mode)
    if mode == "P":
        image.info["transparency"] = 0

    small = flatten(image, factor)

    # The difference of rounding once or twice.
    assert np.abs(np.asarray(small).astype(int) - np.asarray(flatten(image).reduce(factor))).max() <= 1


@pytest.mark.parametrize("size", [(600_000, 1), (1, 600_000), (513, 513)])
def test_an_image_of_many_pieces_is_whole(size: tuple[int, int]) -> None:
    width, height = size
    ramp = np.linspace(0, 1, width * height, dtype=np.float32).reshape(height, width)

    flat = np.asarray(flatten(Image.fromarray(ramp))).astype(int)

    assert np.abs(flat - ramp * 255).max() <= 0.5001


def test_cmyk_keeps_its_colours(tmp_path: Path) -> None:
    result = shown(tmp_path, pictures.corners().convert("CMYK"), "JPEG", quality=95)

    assert pictures.same_colours(pictures.corner_colours(result), list(pictures.CORNERS))


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path, image_format: str) -> None:
    deep = Image.fromarray(RAMP.astype(np.uint16) * 257)

    assert np.abs(grey(shown(tmp_path, deep, image_format)) - RAMP).max() <= 1


def test_whole_numbers_of_16_bits_in_32_are_scaled(tmp_path: Path) -> None:
    deep = Image.fromarray(RAMP.astype(np.int32) * 257)

    assert np.abs(grey(shown(tmp_path, deep, "TIFF")) - RAMP).max() <= 1


@pytest.mark.parametrize("scale", [1 / 255, 1.0, 1000.0])
def test_floating_point_is_scaled_by_its_range(tmp_path: Path, scale: float) -> None:
    deep = Image.fromarray((RAMP * scale).astype(np.float32))

    assert np.abs(grey(shown(tmp_path, deep, "TIFF")) - RAMP).max() <= 1


def test_floating_point_that_is_no_number_is_black(tmp_path: Path) -> None:
    values = RAMP.astype(np.float32)
    values[0, 0], values[0, 1] = np.nan, np.inf

    assert grey(shown(tmp_path, Image.fromarray(values), "TIFF"))[0, :2].tolist() == [0, 0]


def test_a_large_constant_value_is_no_error(tmp_path: Path) -> None:
    constant = Image.fromarray(np.full((4, 4), 1e9, np.float32))

    assert shown(tmp_path, constant, "TIFF").size == (4, 4)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    image = Image.new("1", (8, 8))
    image.putpixel((3, 3), 1)

    result = shown(tmp_path, image, "PNG")

    assert (result.getpixel((3, 3)), result.getpixel((0, 0))) == ((255, 255, 255), (0, 0, 0))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))

    result = shown(tmp_path, image.convert(mode) if mode != "PA" else image.quantize(), "PNG")

    assert (result.getpixel((1, 1)), result.getpixel((6, 6))) == ((0, 0, 0), (255, 255, 255))


def test_a_transparent_colour_of_a_palette_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 200, 30, 30])
    image.putpixel((3, 3), 0)

    result = shown(tmp_path, image, "PNG", transparency=0)

    assert (result.getpixel((3, 3)), result.getpixel((0, 0))) == ((255, 255, 255), (200, 30, 30))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_colours_are_converted_by_the_profile(tmp_path: Path, image_format: str) -> None:
    image = pictures.plain((32, 32), "#c81e1e")

    result = shown(tmp_path, image, image_format, icc_profile=pictures.swapped_profile())

    red, green, _ = np.asarray(result)[16, 16]
    assert green > 180
    assert red < 80


@pytest.mark.parametrize("profile", [b"rubbish", pictures.swapped_profile()[:200], bytes(5_000_000)])
def test_a_broken_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    result = shown(tmp_path, pictures.corners(), "TIFF", icc_profile=profile)

    assert pictures.same_colours(pictures.corner_colours(result), list(pictures.CORNERS))


def test_a_colour_profile_in_a_grey_picture_is_ignored(tmp_path: Path) -> None:
    result = shown(tmp_path, Image.fromarray(RAMP), "TIFF", icc_profile=pictures.swapped_profile())

    assert np.array_equal(grey(result), RAMP)


def test_lab_is_converted_by_its_own_meaning(tmp_path: Path) -> None:
    lab = Image.merge("LAB", [Image.new("L", (4, 4), value) for value in (255, 128, 128)])

    assert grey(shown(tmp_path, lab, "TIFF")).min() >= 254
