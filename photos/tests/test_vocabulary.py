from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from ai.encoders.base import Encoder, model_key
from ai.encoders.clip import ClipEncoder
from ai.encoders.compact import CompactEncoder
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from ai.loading import get_encoder
from ai.tests.clip_models import build_immich, encoder_of
from ai.tests.conftest import SHIPPED
from ai.vocabulary import Vocabulary, Word
from photos.encoding import current_encoder, words_in_use
from photos.models import TagCalibration, TextVector, VocabularyWord
from photos.shipped import shipped
from photos.tests.factories import at
from photos.vocabulary import taught, vocabulary_of, words_meant

pytestmark = pytest.mark.django_db

FAKE = FakeEncoder()


@pytest.fixture(scope="module")
def compact() -> CompactEncoder:
    return CompactEncoder(SHIPPED, threads=1, batch_size=4)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ClipEncoder:
    return encoder_of(build_immich(tmp_path_factory.mktemp("clip")))


def word_of(vocabulary: Vocabulary, name: str) -> Word | None:
    return next((word for word in vocabulary.words if word.word == name), None)


def vectors_near(vocabulary: Vocabulary) -> np.ndarray:
    return (
        np.random.default_rng(3).normal(size=(50, vocabulary.dimension)).astype(np.float32) + 8 * vocabulary.leaves[:50]
    )


def make_word(word: str, **fields: object) -> VocabularyWord:
    return VocabularyWord.objects.create(word=word, **({"threshold": 0.3} | fields))


def edit(word: str, **changes: object) -> None:
    VocabularyWord.objects.get(word=word).edit(changes)


# An encoder with words of its own


def test_an_encoder_with_words_of_its_own_tags_as_it_was_taught_and_measured(compact: CompactEncoder) -> None:
    vectors = vectors_near(compact.vocabulary)

    assert taught(compact).tag(vectors) == compact.tag(vectors)


def test_a_word_switched_off_is_no_tag_and_moves_no_other(compact: CompactEncoder) -> None:
    vectors = vectors_near(compact.vocabulary)
    VocabularyWord.objects.filter(word="animal").switch(False)

    without = taught(compact).tag(vectors)

    expected = [[tag for tag in row if tag.word != "animal"] for row in compact.vocabulary.tag(vectors)]
    assert [[tag.word for tag in row] for row in without] == [[tag.word for tag in row] for row in expected]
    moved = [
        abs(a.probability - b.probability)
        for one, other in zip(without, expected, strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    assert max(moved) < 1e-9
    assert any("animal" in {tag.word for tag in row} for row in compact.tag(vectors))


def test_a_curators_threshold_goes_before_the_measured_one_and_another_edit_does_not_touch_it(
    compact: CompactEncoder,
) -> None:
    measured = word_of(compact.vocabulary, "cat")
    edit("dog", threshold=0.11)
    edit("cat", synonyms=["mieze"])

    vocabulary = vocabulary_of(compact)

    assert word_of(vocabulary, "dog").threshold == 0.11  # type: ignore[union-attr]
    assert word_of(vocabulary, "cat").threshold == measured.threshold  # type: ignore[union-attr]


def test_a_curators_parents_go_before_those_it_was_taught(compact: CompactEncoder) -> None:
    edit("dog", parents=["celebration", "animal"])

    vocabulary = vocabulary_of(compact)

    assert word_of(vocabulary, "dog").parents == ("celebration", "animal")  # type: ignore[union-attr]


def test_a_curators_word_is_told_by_its_prompts_where_the_encoder_knows_something_of_them() -> None:
    make_word("glowberry", prompts=["a red thing"])
    make_word("unicorn", prompts=["a unicorn"])
    make_word("pale rose", prompts=["red and white"])

    encoder = taught(FAKE)

    red, pale = FAKE.vocabulary.leaves[0], FAKE.vocabulary.leaves[0] + FAKE.vocabulary.leaves[4]
    assert {tag.word for tag in encoder.tag(red[None])[0]} >= {"red", "glowberry"}
    assert {tag.word for tag in encoder.tag(pale[None])[0]} >= {"pale rose"}
    assert encoder.vocabulary is not None
    assert word_of(encoder.vocabulary, "unicorn") is None


def test_words_that_came_with_cloudzy_are_not_guessed_by_an_encoder_that_was_not_taught_them(
    compact: CompactEncoder,
) -> None:
    assert word_of(vocabulary_of(compact), "wedding") is None

    edit("wedding", prompts=["a photo of a bow tie and a priest"])

    assert word_of(vocabulary_of(compact), "wedding") is not None


@pytest.mark.parametrize("text", ["Hund", "hunde", "chien", "perros", "dog", "Bello"])
def test_a_text_search_knows_other_languages_and_a_curators_names(compact: CompactEncoder, text: str) -> None:
    dog = VocabularyWord.objects.get(word="dog")
    dog.edit({"synonyms": [*dog.synonyms, "bello"]})

    found, dogs = taught(compact).embed_texts([text])[0], compact.embed_texts(["dog"])[0]

    assert found is not None and dogs is not None
    assert found == pytest.approx(dogs)


def test_what_it_was_taught_as_a_synonym_stays_one(compact: CompactEncoder) -> None:
    texts = [synonym for word in compact.vocabulary.words for synonym in word.synonyms]

    assert all(vector is not None for vector in taught(compact).embed_texts(texts))


# An encoder of any text


def test_an_encoder_of_any_text_gets_every_word_and_the_background(clip: ClipEncoder) -> None:
    encoder = taught(clip)

    assert encoder.vocabulary is not None
    in_words = {word.word for word in encoder.vocabulary.words}
    assert in_words == set(shipped().words)
    with_prompts = VocabularyWord.objects.filter(leaf=True).count()
    assert len(encoder.vocabulary.leaves) == with_prompts + len(shipped().backgrounds)


def test_it_reads_prompts_as_they_are_and_templates_without_them(clip: ClipEncoder) -> None:
    make_word("borzette", prompts=["a moon dog in the snow"])
    make_word("malamoot")

    vocabulary = taught(clip).vocabulary

    assert vocabulary is not None
    leaves = {word.word: vocabulary.leaves[word.leaves[0]] for word in vocabulary.words if len(word.leaves) == 1}
    own, *templates = clip.embed_texts(["a moon dog in the snow", *(t.format("malamoot") for t in shipped().templates)])
    assert leaves["borzette"] == pytest.approx(own, abs=1e-5)
    mean = np.sum([vector for vector in templates if vector is not None], axis=0)
    assert leaves["malamoot"] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_a_word_that_is_not_seen_by_itself_is_the_sum_of_those_below_it(clip: ClipEncoder) -> None:
    make_word("sledkind", leaf=False)
    make_word("borzette", parents=["sledkind"])
    make_word("malamoot", parents=["sledkind"])

    vocabulary = taught(clip).vocabulary

    assert vocabulary is not None
    borzette, malamoot, sled = (word_of(vocabulary, name) for name in ("borzette", "malamoot", "sledkind"))
    assert borzette and malamoot and sled
    assert set(sled.leaves) == {*borzette.leaves, *malamoot.leaves}


def test_a_word_switched_off_stays_part_of_the_background(clip: ClipEncoder) -> None:
    before = vocabulary_of(clip)
    edit("snow", enabled=False)

    after = vocabulary_of(clip)

    assert word_of(after, "snow") is None
    assert np.array_equal(after.leaves, before.leaves)


def test_a_foreign_word_means_there_what_it_means_in_english(clip: ClipEncoder) -> None:
    german, english, plain = (encoder.embed_texts([text])[0] for encoder, text in [
        (taught(clip), "Hunde"), (clip, "dog"), (clip, "Hunde"),
    ])  # fmt: skip

    assert german is not None and english is not None and plain is not None
    assert german @ english > plain @ english


def test_prompts_are_embedded_once_and_only_what_is_new_after_a_change(clip: ClipEncoder) -> None:
    vocabulary_of(clip)
    before = TextVector.objects.count()

    make_word("borzette")
    vocabulary_of(clip)

    assert TextVector.objects.filter(model=model_key(clip)).count() == before + len(shipped().templates)


# Whichever it is


def test_the_placeholder_keeps_its_words(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"

    assert isinstance(current_encoder(), PlaceholderEncoder)
    assert words_in_use() == {}


def test_the_words_are_read_once_until_they_change(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = current_encoder()

    with django_assert_num_queries(2):  # the model and the stamp of the words
        again = current_encoder()
    make_word("glowberry", prompts=["red"])

    assert again is first
    assert "glowberry" not in {word.word for word in first.vocabulary.words}  # type: ignore[union-attr]
    assert "glowberry" in words_in_use()
    assert current_encoder() is not first


def test_an_encoder_put_in_the_place_of_another_gets_the_words_too(use_encoder: Callable[[Encoder], None]) -> None:
    make_word("glowberry", prompts=["red"])
    current_encoder()
    use_encoder(FakeEncoder())

    assert current_encoder() is not get_encoder()
    assert "glowberry" in words_in_use()


def test_what_was_measured_corrects_the_probabilities_of_its_model_and_of_no_other(clip: ClipEncoder) -> None:
    TagCalibration.objects.create(
        model=model_key(FAKE), temperature=5.0, corrections={"red": [2.0, -1.0]}, measured_at=at("2024-05-01 12:00")
    )

    measured, other = vocabulary_of(FAKE), vocabulary_of(clip)

    red, green = word_of(measured, "red"), word_of(measured, "green")
    assert measured.temperature == 5.0
    assert red and red.correction and (red.correction.slope, red.correction.offset) == (2.0, -1.0)
    assert green and green.correction is None
    assert all(word.correction is None for word in other.words)


def test_a_text_that_is_a_name_as_a_whole_means_words_and_any_other_none() -> None:
    VocabularyWord.objects.filter(word="cat").switch(False)

    meant = words_meant(["Hunde", "dog", "Hund im Schnee", "xyzzy", "", "Katze"])

    assert meant == {
        "Hunde": {"dog"},
        "dog": {"dog"},
        "Hund im Schnee": frozenset(),
        "xyzzy": frozenset(),
        "": frozenset(),
        "Katze": frozenset(),
    }
