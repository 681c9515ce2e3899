"""The contract every encoder keeps; a new one is added to `encoder` and nowhere else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ai.encoders.base import BadVector, Encoder, model_key
from ai.encoders.compact import CompactEncoder
from ai.encoders.placeholder import PlaceholderEncoder
from ai.fakes import FakeEncoder
from ai.tests.clip_models import CLIP, MASKED, SIGLIP, Style, build_immich, encoder_of
from ai.tests.conftest import SHIPPED
from ai.vocabulary import Alias, Probe, Vocabulary, Word

WITH_WORDS = ["compact", "fake"]  # know the words of their vocabulary and nothing else
OPEN = [CLIP, SIGLIP, MASKED, "placeholder"]  # take any text


@pytest.fixture(params=WITH_WORDS + OPEN)
def encoder(request: pytest.FixtureRequest, tmp_path: Path) -> Encoder:
    if request.param == "fake":
        return FakeEncoder()
    if request.param == "placeholder":
        return PlaceholderEncoder()
    if request.param == "compact":
        return CompactEncoder(SHIPPED, threads=1, batch_size=3)
    return encoder_of(build_immich(tmp_path, Style(kind=request.param)), batch_size=3)


def only(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("encoder", names, indirect=True)


def test_pictures_become_float32_rows_of_length_one(encoder: Encoder, pictures: list[Image.Image]) -> None:
    vectors = encoder.embed_images(pictures)

    assert vectors.shape == (len(pictures), encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_no_pictures_become_no_rows(encoder: Encoder) -> None:
    vectors = encoder.embed_images([])

    assert vectors.shape == (0, encoder.dimension)
    assert vectors.dtype == np.float32
    assert encoder.tag(vectors) == []


def test_different_pictures_have_different_vectors_in_the_order_given(
    encoder: Encoder, pictures: list[Image.Image]
) -> None:
    vectors = encoder.embed_images(pictures)

    nearest = (vectors @ encoder.embed_images(pictures[::-1]).T).argmax(axis=1)

    assert nearest.tolist() == list(range(len(pictures)))[::-1]


def test_the_same_picture_always_has_the_same_vector_and_stays_as_it_was(
    encoder: Encoder, pictures: list[Image.Image]
) -> None:
    before = [picture.tobytes() for picture in pictures]

    first, second = encoder.embed_images(pictures), encoder.embed_images(pictures)

    assert np.array_equal(first, second)
    assert [picture.tobytes() for picture in pictures] == before


def test_a_picture_has_the_same_vector_alone_and_in_a_batch(encoder: Encoder, pictures: list[Image.Image]) -> None:
    together = encoder.embed_images(pictures)

    alone = np.concatenate([encoder.embed_images([picture]) for picture in pictures])

    assert together == pytest.approx(alone, abs=1e-5)


def test_the_smallest_picture_has_a_vector(encoder: Encoder) -> None:
    assert encoder.embed_images([Image.new("RGB", (1, 1), "red")]).shape == (1, encoder.dimension)


def test_threads_that_begin_at_once_get_the_same_vectors(encoder: Encoder, pictures: list[Image.Image]) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: encoder.embed_images(pictures), range(8)))

    assert all(np.array_equal(answer, encoder.embed_images(pictures)) for answer in answers)


@only(*WITH_WORDS)
def test_a_known_text_is_a_unit_vector_and_an_unknown_one_none(encoder: Encoder) -> None:
    assert encoder.vocabulary is not None
    word = encoder.vocabulary.words[0].word

    known, unknown, empty = encoder.embed_texts([f"An {word}!", "qwertyuiop", ""])

    assert known is not None
    assert known.shape == (encoder.dimension,)
    assert known.dtype == np.float32
    assert np.linalg.norm(known) == pytest.approx(1, abs=1e-6)
    assert unknown is None
    assert empty is None
    assert encoder.embed_texts([]) == []


@only(*OPEN)
def test_any_text_is_a_unit_vector_and_there_is_no_list_of_words(encoder: Encoder) -> None:
    dog, same, nonsense = encoder.embed_texts(["a dog", "a dog", "qwertyuiop"])

    assert dog is not None and same is not None and nonsense is not None
    assert dog.shape == (encoder.dimension,)
    assert dog.dtype == np.float32
    assert np.linalg.norm([dog, nonsense], axis=1) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(dog, same)
    assert not np.array_equal(dog, nonsense)
    assert encoder.embed_texts([]) == []
    assert encoder.vocabulary is None


@only(*OPEN)
def test_without_words_and_names_nothing_is_tagged(encoder: Encoder, pictures: list[Image.Image]) -> None:
    assert encoder.tag(encoder.embed_images(pictures)) == [[]] * len(pictures)


@only(*WITH_WORDS)
def test_a_picture_like_a_word_is_tagged_with_it_surest_first_and_at_most_twelve(encoder: Encoder) -> None:
    assert encoder.vocabulary is not None
    words = [word for word in encoder.vocabulary.words if len(word.leaves) == 1 and word.threshold is not None]
    vectors = np.stack([vector for vector in encoder.embed_texts([word.word for word in words]) if vector is not None])

    tags = encoder.tag(vectors)

    assert all(word.word in {tag.word for tag in row} for word, row in zip(words, tags, strict=True))
    assert all(len(row) <= 12 for row in tags)
    assert all(row == sorted(row, key=lambda tag: -tag.probability) for row in tags)
    assert all(0 < tag.probability <= 1 for row in tags for tag in row)


def test_it_tags_with_the_words_it_is_handed_and_stays_as_it_was(encoder: Encoder, pictures: list[Image.Image]) -> None:
    vectors = encoder.embed_images(pictures)
    words = (Word("first", (0,), threshold=0.5), Word("odd one", (), probe=Probe(vectors[1], 50.0), threshold=0.5))
    before = encoder.tag(vectors)

    taught = encoder.with_vocabulary(Vocabulary(words, vectors[:2], temperature=1000.0))

    assert model_key(taught) == model_key(encoder)
    assert np.array_equal(taught.embed_images(pictures), vectors)
    assert encoder.tag(vectors) == before
    if encoder.name != "placeholder":  # its words are those of the file names
        assert {tag.word for tag in taught.tag(vectors)[0]} == {"odd one", "first"}
        assert {tag.word for tag in taught.tag(vectors)[1]} == {"odd one"}
        assert taught.embed_texts(["Odd ones"])[0] == pytest.approx(vectors[1], abs=1e-6)
    assert taught.with_vocabulary(None).tag(vectors) == before


@only(*WITH_WORDS, CLIP)
def test_a_name_it_is_told_means_the_word_whatever_the_language(encoder: Encoder) -> None:
    own = encoder.vocabulary or Vocabulary((), np.eye(2, encoder.dimension, dtype=np.float32), 1.0)
    bird = Word("bird", (0,), aliases=(Alias("Vogel", "de"), Alias("Hansi")))

    taught = encoder.with_vocabulary(replace(own, words=(*own.words, bird)))

    english, german, name = taught.embed_texts(["bird", "Vögel", "hansi"])
    assert english is not None and german is not None and name is not None
    assert english @ german > 0.6
    assert english @ name > 0.6


def test_a_vector_of_another_space_is_refused(encoder: Encoder) -> None:
    with pytest.raises(BadVector):
        encoder.tag(np.ones((1, encoder.dimension + 1), np.float32))


def test_the_key_names_the_space(encoder: Encoder) -> None:
    encoder.warm_up()

    assert model_key(encoder) == f"{encoder.name}@{encoder.revision}-{encoder.dimension}d"


def test_the_keys_are_those_that_rows_and_index_folders_carry(compact: CompactEncoder) -> None:
    assert model_key(compact) == "cloudzy-compact@1-512d"
    assert model_key(FakeEncoder()) == "fake@1-32d"
    assert model_key(FakeEncoder(revision="2")) == "fake@2-32d"
    assert model_key(PlaceholderEncoder()) == "placeholder@1-512d"
