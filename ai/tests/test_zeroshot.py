from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ai.fakes import FakeEncoder
from ai.tests.clip_models import build_immich, encoder_of
from ai.vocabulary import Vocabulary
from ai.zeroshot import PromptedWord, vocabulary_for

FAKE = FakeEncoder()
WORDS = (
    PromptedWord("colour", synonyms=("hue",), threshold=0.3),
    PromptedWord("warm", parents=("colour",)),
    PromptedWord("rose", prompts=("red", "a pink flower"), parents=("warm",), threshold=0.3),
    PromptedWord("sea", prompts=("blue",), parents=("colour",), synonyms=("ocean",), threshold=0.3),
)


class CountingEncoder(FakeEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        self.asked += texts
        return super().embed_texts(texts)


def text(words: str) -> np.ndarray:
    vector = FAKE.embed_texts([words])[0]
    assert vector is not None
    return vector


def leaves_of(vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    return {word.word: word.leaves for word in vocabulary.words}


def test_a_leaf_is_the_mean_of_the_prompts_of_its_word() -> None:
    vocabulary = vocabulary_for(FAKE, WORDS, ["gray"], temperature=20.0)

    mean = text("red") + text("pink")
    assert vocabulary.leaves.shape == (3, FAKE.dimension)
    assert vocabulary.leaves[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert vocabulary.leaves[1] == pytest.approx(text("blue"))
    assert vocabulary.leaves[2] == pytest.approx(text("gray"))


def test_a_broad_word_sums_the_leaves_of_everything_below_it_and_backgrounds_belong_to_none() -> None:
    vocabulary = vocabulary_for(FAKE, WORDS, ["gray"], temperature=20.0)

    assert leaves_of(vocabulary) == {"colour": (0, 1), "warm": (0,), "rose": (0,), "sea": (1,)}


def test_words_keep_what_was_said_of_them() -> None:
    vocabulary = vocabulary_for(FAKE, WORDS, [], temperature=20.0)

    sea = vocabulary.words[-1]
    assert (sea.word, sea.parents, sea.synonyms, sea.threshold) == ("sea", ("colour",), ("ocean",), 0.3)
    assert vocabulary.temperature == 20.0


def test_a_picture_is_tagged_with_the_word_and_what_is_above_it() -> None:
    vocabulary = vocabulary_for(FAKE, WORDS, ["gray", "white", "black"], temperature=20.0)

    tags = vocabulary.tag(np.stack([text("blue"), text("white")]))

    assert [tag.word for tag in tags[0]] == ["colour", "sea"]
    assert tags[1] == [], "what looks like a background has no tag"


def test_a_background_keeps_away_words_that_are_only_the_nearest() -> None:
    vector = (text("cyan") + 0.3 * text("blue"))[None]

    without = vocabulary_for(FAKE, WORDS, [], temperature=20.0).tag(vector)[0]
    beside = vocabulary_for(FAKE, WORDS, ["cyan"], temperature=20.0).tag(vector)[0]

    assert "sea" in {tag.word for tag in without}
    assert beside == []


def test_each_different_prompt_is_embedded_once() -> None:
    encoder = CountingEncoder()
    words = [PromptedWord("a", ("red", "blue")), PromptedWord("b", ("blue", "red"))]

    vocabulary_for(encoder, words, ["blue", "green"], temperature=1.0)

    assert encoder.asked == ["red", "blue", "green"]


def test_a_word_the_encoder_knows_nothing_of_is_left_out() -> None:
    words = [PromptedWord("dog", ("a dog",)), PromptedWord("sea", ("blue", "the ocean")), PromptedWord("empty")]

    vocabulary = vocabulary_for(FAKE, words, ["xyzzy", "green"], temperature=1.0)

    assert leaves_of(vocabulary) == {"sea": (0,)}
    assert vocabulary.leaves.shape == (2, FAKE.dimension)


def test_parents_that_go_round_in_a_circle_end() -> None:
    words = [PromptedWord("a", ("red",), parents=("b",)), PromptedWord("b", ("blue",), parents=("a",))]

    assert leaves_of(vocabulary_for(FAKE, words, [], 1.0)) == {"a": (0, 1), "b": (0, 1)}


def test_prompts_that_cancel_each_other_out_leave_the_first_one() -> None:
    class Opposites(FakeEncoder):
        def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
            return [text("red") if word == "hot" else -text("red") for word in texts]

    vocabulary = vocabulary_for(Opposites(), [PromptedWord("weather", ("hot", "cold"))], [], 1.0)

    assert vocabulary.leaves[0] == pytest.approx(text("red"))


def test_words_that_are_not_different_or_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="different"):
        vocabulary_for(FAKE, [PromptedWord("a", ("red",)), PromptedWord("a", ("blue",))], [], 1.0)
    with pytest.raises(ValueError, match="knows nothing"):
        vocabulary_for(FAKE, [PromptedWord("dog", ("a dog",))], [], 1.0)


def test_it_works_in_the_space_of_a_clip_model(tmp_path: Path) -> None:
    encoder = encoder_of(build_immich(tmp_path))
    words = [
        PromptedWord("dog", ("a photo of a dog",), threshold=0.5),
        PromptedWord("snow", ("winter",), threshold=0.5),
    ]
    taught = encoder.with_vocabulary(vocabulary_for(encoder, words, ["a photo"], temperature=1000.0))

    vectors = np.array(encoder.embed_texts(["a photo of a dog", "winter", "a photo"]))

    assert [[tag.word for tag in row] for row in taught.tag(vectors)] == [["dog"], ["snow"], []]
