from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.extending import extend
from ai.fakes import FakeEncoder
from ai.vocabulary import Alias, Vocabulary, Word
from ai.zeroshot import PromptedWord

FAKE = FakeEncoder()
OWN = Vocabulary(
    (
        Word("colour", (0, 1), threshold=0.4),
        Word("red", (0,), parents=("colour",), threshold=0.5),
        Word("green", (1,), parents=("colour",), threshold=0.5),
        Word("blue", (2,), threshold=0.5),
    ),
    FAKE.vocabulary.leaves[:4],
    temperature=20.0,
)


def extended(*added: PromptedWord, revised: tuple[Word, ...] = OWN.words) -> Vocabulary:
    return extend(OWN, revised, added, FAKE)


def leaves_of(vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    return {word.word: word.leaves for word in vocabulary.words}


def test_without_new_words_nothing_changes() -> None:
    same = extended()

    assert same.words == OWN.words
    assert np.array_equal(same.leaves, OWN.leaves)
    assert same.temperature == OWN.temperature


def test_a_new_word_gets_a_leaf_by_its_prompts_and_counts_for_the_words_above_it() -> None:
    pink = PromptedWord("salmon", ("red and white",), ("red",), ("lachs",), 0.3, (Alias("Lachs", "de"),))

    vocabulary = extended(pink)

    assert leaves_of(vocabulary) == {"colour": (0, 1, 4), "red": (0, 4), "green": (1,), "blue": (2,), "salmon": (4,)}
    salmon = vocabulary.words[-1]
    assert (salmon.parents, salmon.synonyms, salmon.threshold) == (("red",), ("lachs",), 0.3)
    assert salmon.aliases == (Alias("Lachs", "de"),)
    mean = FAKE.vocabulary.leaves[0] + FAKE.vocabulary.leaves[4]
    assert vocabulary.leaves[4] == pytest.approx(mean / np.linalg.norm(mean))


def test_a_new_word_for_what_was_taught_has_its_leaves_and_moves_no_other() -> None:
    vector = FAKE.vocabulary.leaves[:1]

    vocabulary = extended(PromptedWord("crimson", ("a photo of red",), threshold=0.5))

    assert leaves_of(vocabulary)["crimson"] == (0,)
    assert len(vocabulary.leaves) == len(OWN.leaves)
    assert vocabulary.probabilities(vector)[0, :4] == pytest.approx(OWN.probabilities(vector)[0])


def test_a_new_word_without_prompts_is_the_sum_of_those_below_it() -> None:
    sky = PromptedWord("sky", threshold=0.5)
    dusk = PromptedWord("dusk", ("blue and black",), parents=("sky",))

    assert leaves_of(extended(sky, dusk))["sky"] == (4,)
    assert leaves_of(extended(dusk, sky))["sky"] == (4,)


def test_a_word_of_which_the_encoder_knows_nothing_is_left_out() -> None:
    assert extended(PromptedWord("unicorn", ("a unicorn",))).words == OWN.words


def test_a_taught_word_with_a_new_parent_counts_for_it_too() -> None:
    blue = replace(OWN.words[3], parents=("colour",))

    assert leaves_of(extended(revised=(*OWN.words[:3], blue)))["colour"] == (0, 1, 2)


def test_a_taught_word_without_a_parent_it_had_keeps_the_parents_leaves() -> None:
    red = replace(OWN.words[1], parents=())

    assert leaves_of(extended(revised=(OWN.words[0], red, *OWN.words[2:])))["colour"] == (0, 1)


def test_parents_that_go_round_in_a_circle_end() -> None:
    circle = [PromptedWord("a", ("cyan",), parents=("b",)), PromptedWord("b", ("pink",), parents=("a",))]

    assert leaves_of(extended(*circle))["a"] == leaves_of(extended(*circle))["b"] == (4, 5)
