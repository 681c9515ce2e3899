from __future__ import annotations

import math

import numpy as np
import pytest

from ai.encoders.compact import CompactEncoder
from ai.vectors import BadVector
from ai.vocabulary import MAX_TAGS, Correction, Probe, TagScore, Vocabulary, Word

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


def test_a_tag_brings_along_the_tags_above_it_at_least_as_sure() -> None:
    words = (
        Word("nature", (2,), threshold=0.9),
        Word("animal", (2,), parents=("nature",), threshold=0.9),
        Word("mammal", (2,), parents=("animal",)),
        Word("dog", (0,), parents=("mammal", "unheard of"), threshold=0.6),
    )

    tags = vocabulary(*words).tag(np.array([[1.0, 0.0, 0.0]], dtype=np.float32))[0]

    assert [tag.word for tag in tags] == ["nature", "animal", "dog"], "mammal serves search only"
    assert len({tag.probability for tag in tags}) == 1


def test_a_word_above_itself_is_tagged_once() -> None:
    words = (Word("a", (0,), parents=("b",), threshold=0.5), Word("b", (0,), parents=("a",), threshold=0.5))

    assert len(vocabulary(*words).tag(np.array([[1.0, 0.0, 0.0]], dtype=np.float32))[0]) == 2


def probed(bias: float = 0.0) -> Vocabulary:
    probe = Probe(np.array([2.0, 0.0, 0.0], dtype=np.float32), bias)
    words = (Word("our boat", (), parents=("boat",), threshold=0.5, probe=probe), Word("boat", (1,), threshold=0.9))
    return Vocabulary(words, np.eye(3, dtype=np.float32), temperature=2.0)


def test_a_learned_word_has_the_probability_of_its_probe_and_takes_no_share() -> None:
    vector = np.array([[0.6, 0.8, 0.0]], dtype=np.float32)

    learned, boat = probed(bias=-1.0).probabilities(vector)[0]

    assert learned == pytest.approx(1 / (1 + math.exp(-0.2)))
    assert boat == pytest.approx(math.exp(1.6) / (math.exp(1.2) + math.exp(1.6) + 1))


def test_a_learned_word_is_a_tag_like_any_other_and_brings_along_its_parents() -> None:
    tags = probed().tag(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]], dtype=np.float32))

    assert [[tag.word for tag in row] for row in tags] == [["our boat", "boat"], ["our boat", "boat"], []], (
        "0.5 reaches it"
    )


def test_a_vocabulary_of_learned_words_alone_needs_no_leaves() -> None:
    learned = Vocabulary(probed().words[:1], np.empty((0, 3), np.float32), temperature=2.0)

    assert learned.probabilities(np.array([[0.0, 1.0, 0.0]], dtype=np.float32)) == pytest.approx(0.5)


def test_a_learned_word_means_the_direction_of_its_weights_and_implies_its_parents_alone() -> None:
    assert probed().words[0].probe.direction.tolist() == [1.0, 0.0, 0.0]  # type: ignore[union-attr]
    assert probed().broader == {"our boat": {"boat"}, "boat": frozenset()}


def test_a_probe_that_is_as_sure_as_can_be_neither_overflows_nor_passes_one() -> None:
    probe = Probe(np.array([1e9, 0.0, 0.0], dtype=np.float32), 0.0)
    vectors = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], dtype=np.float32)

    sure = Vocabulary((Word("x", (), probe=probe),), np.eye(3, dtype=np.float32), 1.0).probabilities(vectors)

    assert sure[:, 0] == pytest.approx([1, 0], abs=1e-6)
    assert sure.max() <= 1


def test_a_correction_scales_and_shifts_the_logit_of_its_word_alone() -> None:
    vector = np.array([[0.6, 0.8, 0.0]], dtype=np.float32)
    plain = vocabulary(Word("dog", (0,)), Word("cat", (1,)))
    corrected = vocabulary(Word("dog", (0,), correction=Correction(slope=2.0, offset=1.0)), Word("cat", (1,)))

    before, after = plain.probabilities(vector)[0], corrected.probabilities(vector)[0]

    assert math.log(after[0] / (1 - after[0])) == pytest.approx(2 * math.log(before[0] / (1 - before[0])) + 1)
    assert after[1] == before[1]


def test_what_is_certain_can_be_corrected_too() -> None:
    certain = vocabulary(Word("anything", (0,), correction=Correction(offset=-1.0)), leaves=1)

    assert np.isfinite(certain.probabilities(np.array([[0.5]], dtype=np.float32))).all()
