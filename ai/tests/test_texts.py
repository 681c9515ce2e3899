from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.encoders.compact import CompactEncoder
from ai.texts import Glossary, Lexicon
from ai.vectors import BadVector
from ai.vocabulary import Alias, Probe, Vocabulary, Word

WORDS = (
    Word("dog", (0,), synonyms=("golden retriever", "puppy")),
    Word("cat", (1, 2)),
    Word("city", (3,)),
    Word("lemon", (0,), synonyms=("citrus",)),
    Word("orange fruit", (1,), synonyms=("citrus", "go-kart")),
    Word("bus", (4,)),
    Word("wolf", (5,)),
    Word("cup", (6,)),
    Word("cup of coffee", (7,)),
    Word("coral", (2,)),
    Word("reef", (3,), synonyms=("coral",)),
)
LEXICON = Lexicon(Vocabulary(WORDS, np.eye(8, dtype=np.float32), temperature=1.0))


def meaning(text: str) -> list[float] | None:
    """The vector of a text, scaled so that its first non-zero number is 1: which leaves, in which proportion."""
    vector = LEXICON.vector(text)
    return None if vector is None else [round(float(number / vector[vector > 0][0]), 4) for number in vector]


def leaves(*rows: int) -> list[float]:
    return [float(row in rows) for row in range(8)]


@pytest.mark.parametrize(
    "text", ["dog", "DOG", "a Dög!", "dogs", "the dog 2019", "puppies", "Golden-Retrievers", "\uff44\uff4f\uff47"]
)
def test_case_accents_plurals_synonyms_and_other_words_do_not_change_the_meaning(text: str) -> None:
    assert meaning(text) == leaves(0)


@pytest.mark.parametrize("text", ["", "  ", "?!", "2019", "xyzzy", "retriever", "doge", "dogsled", "犬", "\x00"])
def test_a_text_it_knows_nothing_of_has_no_vector(text: str) -> None:
    assert LEXICON.vector(text) is None


@pytest.mark.parametrize(
    ("text", "rows"), [("cats", (1, 2)), ("cities", (3,)), ("buses", (4,)), ("wolves", (5,)), ("cups of coffee", (7,))]
)
def test_a_plural_counts_as_its_singular(text: str, rows: tuple[int, ...]) -> None:
    assert meaning(text) == leaves(*rows)


def test_the_longest_run_is_taken_before_the_words_inside_it() -> None:
    assert meaning("a cup of coffee") == leaves(7)
    assert meaning("cup") == leaves(6)
    assert meaning("cup of tea") == leaves(6)


def test_a_synonym_of_several_words_means_them_all_and_a_word_means_itself() -> None:
    assert meaning("citrus") == leaves(0, 1)
    assert meaning("coral") == leaves(2)


def test_a_hyphen_separates_on_both_sides() -> None:
    assert meaning("go kart") == meaning("go-kart") == leaves(1)


def test_every_word_found_weighs_the_same_however_many_leaves_it_has() -> None:
    vector = LEXICON.vector("cat and city")

    assert vector is not None
    assert vector == pytest.approx([0, 0.5, 0.5, 0.5**0.5, 0, 0, 0, 0])


def test_words_that_are_opposites_say_nothing_together() -> None:
    words = (Word("hot", (0,)), Word("cold", (1,)))
    lexicon = Lexicon(Vocabulary(words, np.array([[1, 0], [-1, 0]], dtype=np.float32), temperature=1.0))

    assert lexicon.vector("hot") is not None
    assert lexicon.vector("hot and cold") is None


def test_a_word_whose_leaves_cancel_out_is_refused() -> None:
    with pytest.raises(BadVector):
        Lexicon(Vocabulary((Word("nothing", (0, 1)),), np.array([[1, 0], [-1, 0]], dtype=np.float32), temperature=1.0))


@given(st.text(max_size=200))
def test_any_text_has_a_unit_vector_or_none(text: str) -> None:
    vector = LEXICON.vector(text)

    assert vector is None or (vector.dtype == np.float32 and np.linalg.norm(vector) == pytest.approx(1, abs=1e-6))


@given(st.lists(st.sampled_from(["dog", "cat", "city", "bus"]), min_size=1, max_size=6), st.randoms())
def test_the_order_of_words_does_not_matter(words: list[str], chance: Random) -> None:
    shuffled = sorted(words, key=lambda _: chance.random())

    assert LEXICON.vector(" ".join(words)) == pytest.approx(LEXICON.vector(" and ".join(shuffled)), abs=1e-6)


def test_every_word_and_synonym_of_the_shipped_vocabulary_is_understood(compact: CompactEncoder) -> None:
    for word in compact.vocabulary.words:
        mean = compact.vocabulary.leaves[list(word.leaves)].mean(axis=0)
        vector, *synonyms = compact.embed_texts([word.word, *word.synonyms])

        assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
        assert all(synonym is not None for synonym in synonyms)


def test_a_learned_word_means_the_direction_of_its_probe() -> None:
    probe = Probe(np.array([0.0, 3.0, 4.0], dtype=np.float32), bias=-1.0)
    words = (Word("our boat", (), synonyms=("nessie",), probe=probe), Word("boat", (0,)))
    lexicon = Lexicon(Vocabulary(words, np.eye(3, dtype=np.float32), temperature=1.0))

    alone, by_synonym, beside = (lexicon.vector(text) for text in ["our boats", "Nessie", "nessie, the boat"])

    assert alone == pytest.approx([0, 0.6, 0.8])
    assert by_synonym == pytest.approx([0, 0.6, 0.8])
    assert beside == pytest.approx(np.array([1, 0.6, 0.8]) / np.sqrt(2))


BOAT = Probe(np.array([0.0, 0.0, 2.0], dtype=np.float32), bias=0.0)
GLOSSARY = Glossary(
    Vocabulary(
        (
            Word("dog", (0,), synonyms=("puppy",), aliases=(Alias("Hund", "de"), Alias("Bello"))),
            Word("snow", (1,), aliases=(Alias("Schnee", "de"),)),
            Word("our boat", (), probe=BOAT, aliases=(Alias("Nessie"),)),
        ),
        np.eye(3, dtype=np.float32),
        temperature=1.0,
    )
)


def asked(text: str) -> tuple[list[str], list[float]]:
    """What an encoder of any text is given to read for this one, and what comes out when it takes all for (1, 0, 0)."""
    given: list[str] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        given.extend(texts)
        return np.tile(np.array([1, 0, 0], dtype=np.float32), (len(texts), 1))

    vector = GLOSSARY.vectors([text], embed)[0]
    assert vector is not None
    return given, vector.tolist()


@pytest.mark.parametrize("text", ["a dog in the Snow, 2019", "puppies", "犬", "", "doge"])
def test_an_encoder_of_any_text_reads_what_it_can_know_as_it_stands(text: str) -> None:
    assert asked(text) == ([text], [1, 0, 0])


def test_names_it_need_not_know_are_read_as_they_stand_and_in_english() -> None:
    assert asked("Hunde im Schnee!")[0] == ["Hunde im Schnee!", "dog im snow"]
    assert asked("Bello")[0] == ["Bello", "dog"]


def test_a_learned_word_counts_by_its_direction_and_the_rest_of_the_text_beside_it() -> None:
    assert asked("our boats") == ([], [0, 0, 1])
    assert asked("Nessie") == ([], [0, 0, 1])
    given, vector = asked("our boat at sunset with Bello")
    assert given == ["at sunset with dog"]
    assert vector == pytest.approx([0.5**0.5, 0, 0.5**0.5])


def test_many_texts_are_read_at_once_and_each_has_its_own_vector() -> None:
    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[len(text) % 3 for text in texts]]

    together = GLOSSARY.vectors(["Hund", "cat", "Nessie", "cats"], embed)

    alone = [GLOSSARY.vectors([text], embed)[0] for text in ["Hund", "cat", "Nessie", "cats"]]
    assert np.array_equal(together, alone)  # type: ignore[arg-type]
    assert GLOSSARY.vectors([], embed) == []


def test_readings_that_are_opposites_say_nothing() -> None:
    assert GLOSSARY.vectors(["Hund"], lambda _: np.array([[1, 0, 0], [-1, 0, 0]], np.float32)) == [None]
