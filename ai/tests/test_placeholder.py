from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ai.encoders.placeholder import PlaceholderEncoder, told_the_name
from ai.fakes import FakeEncoder

PICTURE = Image.new("RGB", (30, 20), "red")
EMBED = """
from PIL import Image
from ai.encoders.placeholder import PlaceholderEncoder
print(PlaceholderEncoder().named("red_boat.jpg").embed_images([Image.new("RGB", (1, 1))]).tobytes().hex())
"""


def vector(name: str, picture: Image.Image = PICTURE) -> np.ndarray:
    return np.asarray(PlaceholderEncoder().named(name).embed_images([picture])[0])


def tags(name: str) -> list[str]:
    encoder = PlaceholderEncoder().named(name)
    return [tag.word for tag in encoder.tag(vector(name)[None])[0]]


def test_tags_are_two_words_of_the_name_and_three_common_ones_chosen_by_the_name() -> None:
    assert tags("Mountain_Lake-2019 (3).JPG") == ["mountain", "lake", "object", "urban", "forest"]
    assert tags("Mountain_Lake-2019 (4).JPG")[:2] == ["mountain", "lake"]
    assert len(tags("20231023_120000.jpg")) == 3


def test_no_tag_is_said_twice_and_the_surest_is_the_first() -> None:
    scores = PlaceholderEncoder().named("beach.jpg").tag(vector("beach.jpg")[None])[0]

    assert len({score.word for score in scores}) == len(scores)
    assert scores == sorted(scores, key=lambda score: -score.probability)
    assert all(0 < score.probability <= 1 for score in scores)


def test_the_vector_follows_from_the_name_and_not_from_the_picture() -> None:
    assert np.array_equal(vector("boat.jpg"), vector("boat.jpg", Image.new("RGB", (99, 9), "blue")))
    assert vector("boat_1.jpg") @ vector("boat_2.jpg") < 0.999


def test_another_process_gives_the_same_vector() -> None:
    other = subprocess.run(
        [sys.executable, "-c", EMBED], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert other.stdout.strip() == vector("red_boat.jpg").tobytes().hex()


def test_the_vector_is_the_same_on_every_machine_and_in_every_release() -> None:
    assert vector("red_boat.jpg")[:4] == pytest.approx([0.00916149, -0.04760896, 0.05585651, 0.00081004], abs=1e-6)


def test_a_word_lies_nearest_to_the_picture_named_after_it() -> None:
    names = ["red_boat.jpg", "mountain_lake.jpg", "IMG_0001.jpg"]
    boat = PlaceholderEncoder().embed_texts(["Boat"])[0]

    assert boat is not None
    assert np.argmax([vector(name) @ boat for name in names]) == 0


def test_a_caption_says_that_it_is_a_placeholder() -> None:
    encoder = PlaceholderEncoder().named("boat.jpg")

    assert encoder.caption(["boat", "sea"]).endswith("(placeholder)")
    assert "boat" in encoder.caption(["boat", "sea"])
    assert "image" in encoder.caption([])
    assert encoder.caption(["boat"]) == PlaceholderEncoder().named("boat.jpg").caption(["boat"])


def test_only_the_placeholder_is_told_the_name() -> None:
    fake = FakeEncoder()

    named = told_the_name(PlaceholderEncoder(), "boat.jpg")

    assert told_the_name(fake, "boat.jpg") is fake
    assert "boat" in [tag.word for tag in named.tag(vector("boat.jpg")[None])[0]]


@pytest.mark.parametrize("name", ["", ".jpg", "\ud800.jpg", "名前.jpg", "x" * 5000])
def test_any_name_will_do(name: str) -> None:
    assert np.linalg.norm(vector(name)) == pytest.approx(1, abs=1e-6)
