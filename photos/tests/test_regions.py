from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photos.regions import LARGEST_SIDE, BadRegion, Region, read_region, region_of, side_for, side_for_any

FRACTIONS = st.floats(0, 1)


def test_a_region_is_read_and_written_as_fractions() -> None:
    region = read_region("0.25,.1,0.50000,0.9")

    assert region == Region(0.25, 0.1, 0.5, 0.9)
    assert str(region) == "0.25,0.1,0.5,0.9"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0,0,1",
        "0,0,1,1,1",
        "0,0,1,",
        "a,0,1,1",
        "nan,0,1,1",
        "0,0,inf,1",
        "-0.1,0,1,1",
        "0,0,1e0,1",
        "0, 0,1,1",
    ],
)
def test_what_is_no_four_fractions_is_refused(text: str) -> None:
    with pytest.raises(BadRegion):
        read_region(text)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((0, 0, 0, 1), "wider and higher than nothing"),
        ((0, 0, 1, 0.00001), "wider and higher than nothing"),
        ((0.6, 0, 0.5, 1), "ends inside it"),
        ((0, 1, 1, 0.5), "ends inside it"),
        ((-0.1, 0, 0.5, 1), "begins inside it"),
        ((0, math.nan, 0.5, 1), "begins inside it"),
        ((0, 0, math.inf, 1), "begins inside it"),
    ],
)
def test_a_region_lies_inside_the_picture(parts: tuple[float, float, float, float], said: str) -> None:
    with pytest.raises(BadRegion, match=said):
        region_of(*parts)


@given(left=FRACTIONS, top=FRACTIONS, width=FRACTIONS, height=FRACTIONS)
def test_a_region_reads_back_as_it_is_written(left: float, top: float, width: float, height: float) -> None:
    try:
        region = region_of(left, top, width * (1 - left), height * (1 - top))
    except BadRegion:
        return

    assert read_region(str(region)) == region
    assert region.left + region.width <= 1 + 1e-9
    assert region.top + region.height <= 1 + 1e-9


def test_the_pixels_of_a_region_are_cut_out_of_the_picture() -> None:
    image = Image.new("RGB", (100, 40), "red")
    image.paste("blue", (50, 0, 100, 40))

    part = Region(0.5, 0.25, 0.5, 0.5).cut_out(image)

    assert part.size == (50, 20)
    assert part.getcolors() == [(1000, (0, 0, 255))]


def test_a_part_of_too_few_pixels_shows_nothing() -> None:
    with pytest.raises(BadRegion, match="fewer than 8 pixels"):
        Region(0.1, 0.1, 0.05, 0.5).cut_out(Image.new("RGB", (100, 100)))


def test_a_picture_is_decoded_as_large_as_its_part_needs() -> None:
    assert side_for(Region(0, 0, 1, 1), 4000, 3000) == 214  # 160 pixels high
    assert side_for(Region(0, 0, 0.1, 0.1), 4000, 3000) == 2134
    assert side_for(Region(0, 0, 0.5, 0.5), 400, 300) == 400  # never enlarged
    assert side_for(Region(0, 0, 0.001, 0.001), 40_000, 30_000) == LARGEST_SIDE
    assert side_for_any(Region(0, 0, 0.5, 0.25)) == 640
