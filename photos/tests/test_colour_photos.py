"""The colours of real photos."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from time import process_time

import pytest
from PIL import Image

from ai.colours.palette import palette_of
from photos import images, thumbnails

PROJECT = Path(__file__).resolve().parents[2]
ASSETS = Path(os.environ.get("CLOUDZY_TEST_ASSETS") or PROJECT / "../shared/assets")

pytestmark = pytest.mark.skipif(
    not ASSETS.is_dir(), reason="the real photos are not there: name their folder in CLOUDZY_TEST_ASSETS"
)


def rendition(name: str) -> Image.Image:
    return images.open_upright(ASSETS / name, min(thumbnails.SIZES))


# Looked at by a person, who wrote down what anybody would say and nobody would.
@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("el_torcal_rocks.jpg", {"blue", "gray"}, {"red", "pink", "bw"}),
        ("empty_gps.jpg", {"red", "pink", "black"}, {"blue", "green", "bw"}),
        ("IMG_2682.heic", {"black", "blue"}, {"red", "pink", "green", "bw"}),
        ("8bit-sRGB.avif", {"brown", "blue"}, {"red", "purple", "bw"}),
        ("prairie_falcon.jpg", {"beige"}, {"blue", "red", "bw"}),
        ("tanners_ridge.jpg", {"green"}, {"red", "pink", "bw"}),
        ("wood_anemones.jpg", {"green"}, {"blue", "red", "bw"}),
        ("thompson-springs.jpg", {"blue"}, {"red", "green", "bw"}),
        ("picasa.jpg", {"blue", "skyblue", "gray"}, {"red", "green", "bw"}),
        ("portrait-orientation-6.jpg", {"black", "gray", "bw"}, {"red", "green", "blue"}),
        ("density_plot.png", {"black", "white", "gray", "bw"}, {"red", "green", "blue"}),
    ],
)
def test_a_photo_has_the_colours_people_see_in_it(name: str, has: set[str], lacks: set[str]) -> None:
    found = palette_of(rendition(name)).names

    assert has <= found
    assert not lacks & found


@pytest.mark.parametrize("name", ["el_torcal_rocks.jpg", "empty_gps.jpg", "8bit-sRGB.avif", "denali.webp"])
def test_the_rendition_has_the_colours_of_the_whole_picture(name: str) -> None:
    whole = palette_of(images.open_upright(ASSETS / name, max(thumbnails.SIZES)))
    small = palette_of(rendition(name))

    assert whole.names == small.names
    assert palette_of(rendition(name)) == small


def test_it_takes_a_few_milliseconds() -> None:
    pictures = [rendition(path.name) for path in sorted(ASSETS.iterdir())]
    palette_of(pictures[0])

    taken = []
    for picture in pictures:
        begun = process_time()
        palette_of(picture)
        taken.append(process_time() - begun)

    assert median(taken) < 0.03  # 0.006 where nothing else is at work
