from __future__ import annotations

import math

import numpy as np
import pytest

from ai.encoders.compact import CompactEncoder
from ai.vectors import BadVector
from ai.vocabulary import MAX_TAGS, TagScore, Vocabulary, Word

WORDS = (
    Word("animal", (0, 1), threshold=0.5),
    Word("cat", (1,), parents=("animal",), threshold=0.6),
    Word("dog", (0,), parents=("animal",), threshold=0.6),
    Word("puppy", (0,), parents=("dog", "animal")),
)


def vocabulary(*words: Word, temperature: float = 2.0, leaves: int = 3) -> Vocabulary:
    return Vocabulary(words or WORDS, np.eye(leaves, dtype=np.float32), temperature)


def test_a_probability_is_the_share_of_the_softmax_over_the_leaves_of_the_word() -> None:
    vector = np.array([[0.6, 0.8, 0.0]], dtype=np.float32)

    animal, cat, dog, _ = vocabulary().probabilities(vector)[0]

    total = math.exp(1.2) + math.exp(1.6) + 1  # the third leaf has no word and takes its share
    assert dog == pytest.approx(math.exp(1.2) / total)
    assert cat == pytest.approx(math.exp(1.6) / total)
    assert animal == pytest.approx(cat + dog)


def test_many_vectors_are_scored_as_each_alone() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)

    together = vocabulary().tag(vectors)

    assert together == [vocabulary().tag(vector[None])[0] for vector in vectors]


def test_a_word_is_a_tag_only_where_it_reaches_its_own_threshold() -> None:
    unsure, sure = vocabulary(temperature=2.0), vocabulary(temperature=20.0)
    vector = np.array([[1.0, 0.0, 0.0]], dtype=np.float32)

    assert [tag.word for tag in unsure.tag(vector)[0]] == ["animal", "dog"]
    assert vocabulary(Word("dog", (0,), threshold=0.99)).tag(vector) == [[]]
    assert [tag.word for tag in sure.tag(vector)[0]] == ["animal", "dog"], "puppy has no threshold and is never a tag"


def test_tags_come_surest_first_and_equal_ones_in_the_order_of_the_vocabulary() -> None:
    words = [Word("zebra", (0,), threshold=0.1), Word("ape", (0,), threshold=0.1), Word("all", (0, 1), threshold=0.1)]

    tags = vocabulary(*words).tag(np.array([[1.0, 0.0, 0.0]], dtype=np.float32))[0]

    assert [tag.word for tag in tags] == ["all", "zebra", "ape"]


def test_a_probability_equal_to_the_threshold_reaches_it() -> None:
    certain = vocabulary(Word("anything", (0,), threshold=1.0), leaves=1)

    assert certain.tag(np.array([[0.5]], dtype=np.float32)) == [[TagScore("anything", 1.0)]]


def test_there_are_never_more_than_twelve_tags_and_they_are_the_first_of_equals() -> None:
    words = [Word(f"word{at}", (0,), threshold=0.1) for at in range(40)]

    tags = vocabulary(*words).tag(np.array([[1.0, 0.0, 0.0]], dtype=np.float32))[0]

    assert MAX_TAGS == 12
    assert [tag.word for tag in tags] == [f"word{at}" for at in range(12)]


def test_no_sum_of_rounded_shares_passes_one() -> None:
    everything = vocabulary(Word("everything", tuple(range(50))), leaves=50)
    vectors = np.random.default_rng(1).normal(size=(500, 50)).astype(np.float32)

    assert everything.probabilities(vectors).max() <= 1


def test_a_huge_temperature_neither_overflows_nor_passes_one() -> None:
    tags = vocabulary(temperature=1e6).tag(np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]], dtype=np.float32))

    assert tags == [[TagScore("animal", 1.0)], [TagScore("animal", 1.0), TagScore("dog", 1.0)]]


def test_no_vectors_have_no_tags() -> None:
    assert vocabulary().tag(np.empty((0, 3), np.float32)) == []


@pytest.mark.parametrize("vector", [[np.nan, 0, 0], [0, 0, 0], [1, 0]])
def test_a_bad_vector_is_refused_rather_than_tagged(vector: list[float]) -> None:
    with pytest.raises(BadVector):
        vocabulary().tag(np.array([vector], dtype=np.float32))


def test_a_word_implies_its_parents_and_the_top_words_that_cover_it() -> None:
    words = (
        Word("food", (0, 1, 2)),
        Word("fruit", (0, 1)),
        Word("lemon", (0,), parents=("fruit", "food")),
        Word("apple", (1,), parents=("fruit",)),
    )

    assert vocabulary(*words).broader == {
        "food": frozenset(),
        "fruit": {"food"},
        "lemon": {"fruit", "food"},
        "apple": {"fruit", "food"},
    }


def test_a_word_that_covers_another_but_stands_under_a_third_is_not_implied() -> None:
    words = (Word("building", (0, 1), parents=("city",)), Word("countryside", (0,)), Word("city", (2,)))

    assert vocabulary(*words).broader["countryside"] == frozenset()


def test_in_the_shipped_vocabulary_no_two_words_imply_each_other(compact: CompactEncoder) -> None:
    broader = compact.vocabulary.broader

    assert broader["dog"] >= {"animal", "pet"}
    assert not [(word, top) for word in broader for top in broader[word] if word in broader.get(top, ())]
