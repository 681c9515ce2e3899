from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ai.fakes import DIMENSION, PALETTE, FakeEncoder

ENCODER = FakeEncoder()
COLOURS = list(PALETTE)


def plain(colour: str, size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.new("RGB", size, PALETTE[colour])


def test_a_picture_of_one_colour_is_nearest_to_the_word_for_it() -> None:
    words = np.stack([vector for vector in ENCODER.embed_texts(COLOURS) if vector is not None])
    pictures = ENCODER.embed_images([plain(colour) for colour in COLOURS])

    nearness = words @ pictures.T

    assert nearness.argmax(axis=1).tolist() == list(range(len(COLOURS)))
    assert nearness.diagonal() == pytest.approx(1, abs=1e-3)
    assert pictures.shape[1] == DIMENSION == 32


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow", "white", "black", "orange", "purple"])
def test_the_colours_that_pillow_names_are_seen_as_such(colour: str) -> None:
    vectors = ENCODER.embed_images([Image.new("RGB", (10, 10), colour)])

    assert [tag.word for tag in ENCODER.tag(vectors)[0]] == [colour]


def test_a_picture_is_tagged_with_the_colours_that_fill_it() -> None:
    flag = plain("red")
    flag.paste(PALETTE["blue"], (0, 0, 20, 30))
    flag.paste(PALETTE["white"], (0, 0, 2, 2))

    tags = ENCODER.tag(ENCODER.embed_images([flag]))[0]

    assert {tag.word for tag in tags} == {"red", "blue"}


def test_the_same_colours_elsewhere_are_near_and_yet_not_the_same() -> None:
    left, right = plain("white"), plain("white")
    left.paste(PALETTE["black"], (0, 0, 20, 30))
    right.paste(PALETTE["black"], (20, 0, 40, 30))

    left_vector, right_vector, green = ENCODER.embed_images([left, right, plain("green")])

    assert 0.5 < left_vector @ right_vector < 0.999
    assert left_vector @ green < 0.1


def test_a_text_without_a_colour_means_nothing_to_it() -> None:
    assert ENCODER.embed_texts(["a mountain", "", "redish"]) == [None, None, None]
    violet, purple = ENCODER.embed_texts(["a violet flower", "purples"])
    assert violet is not None
    assert violet == pytest.approx(purple)


def test_another_revision_is_another_model() -> None:
    assert FakeEncoder(revision="2").revision == "2"
    assert ENCODER.revision == "1"
