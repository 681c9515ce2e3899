from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ai.colours.palette import MOST, palette_of

SIZE = (512, 384)


def flag(*stripes: str) -> Image.Image:
    """Draw stripes of the same height, one below the other."""
    image = Image.new("RGB", SIZE)
    draw, height = ImageDraw.Draw(image), SIZE[1] / len(stripes)
    for row, colour in enumerate(stripes):
        draw.rectangle((0, row * height, SIZE[0], (row + 1) * height), fill=colour)
    return image


def with_spot(ground: str, spot: str, share: float) -> Image.Image:
    """Draw a square spot that covers this share of the ground."""
    image = Image.new("RGB", SIZE, ground)
    side = (SIZE[0] * SIZE[1] * share) ** 0.5
    ImageDraw.Draw(image).rectangle((40, 40, 40 + side, 40 + side), fill=spot)
    return image


def test_a_plain_picture_has_its_one_colour_exactly() -> None:
    [shade] = palette_of(Image.new("RGB", SIZE, "#1e90ff")).shades

    assert (shade.hex, shade.share, shade.name) == ("#1e90ff", 1.0, "blue")


def test_the_colours_of_a_flag_are_found_with_their_shares() -> None:
    shades = palette_of(flag("#000000", "#dd0000", "#ffcc00")).shades

    assert {shade.name for shade in shades} == {"black", "red", "yellow"}
    assert [shade.share for shade in shades] == pytest.approx([1 / 3] * 3, abs=0.02)


def test_the_largest_comes_first_and_there_are_few() -> None:
    colours = ["red", "lime", "blue", "yellow", "magenta", "cyan", "white", "gray", "brown", "black", "black"]

    shades = palette_of(flag(*colours)).shades

    assert len(shades) == MOST
    assert shades[0].name == "black"
    assert [shade.share for shade in shades] == sorted((shade.share for shade in shades), reverse=True)


@pytest.mark.parametrize(("share", "seen"), [(0.05, True), (0.015, False)])
def test_a_small_vivid_spot_is_seen_and_a_tiny_one_is_not(share: float, seen: bool) -> None:
    assert ("red" in palette_of(with_spot("#808080", "#d01010", share)).names) is seen


@pytest.mark.parametrize(("share", "seen"), [(0.05, False), (0.12, True)])
def test_a_grey_spot_has_to_be_larger(share: float, seen: bool) -> None:
    assert ("gray" in palette_of(with_spot("#2e9b45", "#808080", share)).names) is seen


def test_shades_that_look_alike_are_one() -> None:
    [shade] = palette_of(flag("#2060c0", "#2463c8", "#2868cc")).shades

    assert (shade.name, shade.share) == ("blue", 1.0)


def test_what_has_a_narrow_name_has_the_broader_too() -> None:
    assert palette_of(flag("#1c2f5c", "#ffffff")).names == {"navy", "blue", "white"}


def test_a_picture_of_nothing_but_small_differences_has_a_colour_still() -> None:
    image = Image.effect_noise(SIZE, 200).convert("RGB")

    palette = palette_of(image)

    assert palette.shades
    assert palette.monochrome


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2), (2048, 1536)])
def test_any_size_and_form_will_do(size: tuple[int, int]) -> None:
    [shade] = palette_of(Image.new("RGB", size, "teal")).shades

    assert (shade.name, shade.share) == ("teal", 1.0)


def test_grey_pictures_are_black_and_white_and_tinted_ones_are_not() -> None:
    grey = Image.radial_gradient("L").resize(SIZE)
    sepia = Image.merge("RGB", [grey, grey.point(lambda level: level * 0.85), grey.point(lambda level: level * 0.65)])

    assert "bw" in palette_of(grey.convert("RGB")).names
    assert "bw" not in palette_of(sepia).names
    assert "bw" not in palette_of(with_spot("#808080", "#d01010", 0.02)).names


def test_a_grey_jpeg_stays_black_and_white(tmp_path: Path) -> None:
    grain = np.random.default_rng(0).normal(128, 50, (SIZE[1], SIZE[0])).clip(0, 255).astype(np.uint8)
    Image.fromarray(grain).convert("RGB").save(tmp_path / "a.jpg", quality=60)

    with Image.open(tmp_path / "a.jpg") as image:
        assert palette_of(image).monochrome
