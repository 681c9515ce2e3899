from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from ai.encoders.base import Encoder, model_key
from ai.fakes import FakeEncoder
from photos import learning, teaching
from photos.embeddings import latest_vectors, put_vector
from photos.encoding import current_encoder
from photos.models import LearnedProbe, OutsideExample, Photo, VocabularyWord
from photos.tasks import learn_taught_words
from photos.tests.factories import at
from photos.tests.lesson_photos import BOAT, HOUSE, boat, house, vector

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def word(db: None) -> VocabularyWord:  # noqa: ARG001 - it opens the database
    return teaching.word_named("our boat")


def probability(probe: LearnedProbe, kind: int) -> float:
    """Return how sure the probe is of a new photo of this kind."""
    margin = float(vector(kind, 999) @ probe.weights + probe.bias)
    return 1 / (1 + np.exp(-margin))


def teach(word: VocabularyWord, yes: int, no: int) -> tuple[list[Photo], list[Photo]]:
    shows, shows_not = [boat(seed) for seed in range(yes)], [house(seed) for seed in range(no)]
    teaching.mark(word, shows, True, NOW)
    teaching.mark(word, shows_not, False, NOW)
    return shows, shows_not


def test_a_word_is_learned_from_what_was_said(word: VocabularyWord) -> None:
    teach(word, yes=6, no=6)

    probe = learning.relearn(word, NOW)

    assert probe == learning.learned(word)
    assert probe is not None
    assert probability(probe, BOAT) > 0.5 > probability(probe, HOUSE)
    assert (probe.positives, probe.negatives, probe.precision) == (6, 6, 1.0)


def test_photos_nobody_marked_stand_for_what_does_not_show_it(word: VocabularyWord) -> None:
    teaching.mark(word, [boat(0)], True, NOW)
    for seed in range(20):
        house(seed)

    probe = learning.relearn(word, NOW)

    assert probe is not None
    assert probability(probe, BOAT) > probability(probe, HOUSE)
    assert (probe.precision, probe.recall) == (None, None)


def test_without_a_photo_that_shows_it_nothing_is_learned(word: VocabularyWord) -> None:
    teaching.mark(word, [house(0)], False, NOW)

    assert learning.relearn(word, NOW) is None
    assert learning.learned(word) is None


def test_what_was_learned_goes_with_the_last_photo_that_shows_it(word: VocabularyWord) -> None:
    shows, _ = teach(word, yes=1, no=3)
    learning.relearn(word, NOW)

    teaching.unmark(word, shows)

    assert learning.relearn(word, LATER) is None
    assert not LearnedProbe.objects.exists()


def test_photos_in_the_trash_teach_nothing(word: VocabularyWord) -> None:
    shows, _ = teach(word, yes=1, no=3)
    shows[0].trash(NOW)

    assert learning.relearn(word, NOW) is None


def test_pictures_that_are_not_in_the_library_count_too(word: VocabularyWord) -> None:
    model = model_key(current_encoder())
    for seed in range(8):
        facts = {"word": word, "sha256": f"{seed:064x}", "positive": seed % 2 == 0}
        OutsideExample.objects.create(**facts, model=model, vector=vector([BOAT, HOUSE][seed % 2], seed))
    OutsideExample.objects.create(
        word=word, sha256="of another model", positive=True, model="other@1-3d", vector=np.ones(3)
    )

    probe = learning.relearn(word, NOW)

    assert probe is not None
    assert probability(probe, BOAT) > 0.5 > probability(probe, HOUSE)
    assert (probe.positives, probe.negatives) == (4, 4)


def test_each_model_learns_for_itself(word: VocabularyWord, use_encoder: Callable[[Encoder], None]) -> None:
    teach(word, yes=4, no=4)
    old = learning.relearn(word, NOW)
    use_encoder(FakeEncoder(revision="2"))
    boats = [boat(seed) for seed in range(4)]  # as the new model sees them
    teaching.mark(word, boats, True, LATER)

    new = learning.relearn(word, LATER)

    assert old is not None
    assert new is not None
    assert new.model == "fake@2-32d"
    assert set(LearnedProbe.objects.values_list("model", flat=True)) == {old.model, new.model}


def test_a_model_that_is_not_in_use_yet_can_learn_too(word: VocabularyWord) -> None:
    next_model = FakeEncoder(revision="2")
    shows = [boat(seed, model=model_key(next_model)) for seed in range(3)]
    teaching.mark(word, shows, True, NOW)

    probe = learning.relearn(word, NOW, next_model)

    assert probe is not None
    assert probe.model == model_key(next_model)
    assert learning.learned(word) is None


def test_workers_learn_what_is_out_of_date_and_nothing_else(word: VocabularyWord) -> None:
    teach(word, yes=3, no=3)
    other = teaching.word_named("no boat")
    teaching.mark(other, [house(50)], False, NOW)

    learn_taught_words(NOW)
    first = LearnedProbe.objects.get()
    learn_taught_words(LATER)

    assert LearnedProbe.objects.get().trained_at == first.trained_at == NOW
    teaching.mark(word, [boat(50)], True, LATER)
    learn_taught_words(LATER)
    assert LearnedProbe.objects.get().positives == 4


def test_a_photo_that_goes_into_the_trash_is_unlearned(word: VocabularyWord) -> None:
    shows, _ = teach(word, yes=4, no=4)
    learn_taught_words(NOW)

    shows[0].trash(LATER)
    learn_taught_words(LATER)

    assert LearnedProbe.objects.get().positives == 3


def test_after_a_change_of_model_the_words_are_learned_from_the_new_vectors(
    word: VocabularyWord, use_encoder: Callable[[Encoder], None]
) -> None:
    teach(word, yes=4, no=4)
    learn_taught_words(NOW)
    use_encoder(FakeEncoder(revision="2"))
    for pk, old in latest_vectors(Photo.objects.values_list("pk", flat=True)).items():
        photo = Photo.objects.get(pk=pk)
        put_vector(photo, np.roll(old, 1), "fake@2-32d")

    learn_taught_words(LATER)

    probe = LearnedProbe.objects.get(model="fake@2-32d")
    assert float(np.roll(vector(BOAT, 999), 1) @ probe.weights + probe.bias) > 0
    assert LearnedProbe.objects.filter(model="fake@1-32d").exists()


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_workers_wait(word: VocabularyWord) -> None:
    teaching.mark(word, [Photo.objects.get(pk=boat(0, model="fake@1-32d").pk)], True, NOW)

    learn_taught_words(NOW)

    assert not LearnedProbe.objects.exists()


def test_the_same_photos_stand_for_the_others_as_the_library_grows(
    word: VocabularyWord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "OTHERS", 5)
    for seed in range(30):
        house(seed)
    teach(word, yes=2, no=0)
    before = learning.relearn(word, NOW)

    assert before is not None
    again = learning.relearn(word, LATER)
    assert again is not None
    assert np.array_equal(before.weights, again.weights)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_both_learned_from() -> None:
    word = teaching.word_named("our boat")
    teach(word, yes=3, no=3)
    photos, ready = [boat(100), boat(101)], threading.Barrier(2)

    def answer(photo: Photo) -> None:
        ready.wait()
        teaching.mark(word, [photo], True, LATER)
        learning.relearn(word, LATER)
        connection.close()

    threads = [threading.Thread(target=answer, args=[photo]) for photo in photos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert word.examples.filter(photo__in=photos, positive=True).count() == 2
    assert LearnedProbe.objects.get().positives == 5


@pytest.mark.django_db(transaction=True)
def test_what_is_said_while_a_word_is_learned_is_learned_too(use_encoder: Callable[[Encoder], None]) -> None:
    word = teaching.word_named("our boat")
    teach(word, yes=3, no=3)
    late = [boat(100)]

    class Slow(FakeEncoder):
        def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
            if late:
                teaching.mark(word, [late.pop()], True, LATER)
            return super().embed_texts(texts)

    use_encoder(Slow())

    probe = learning.relearn(word, LATER)

    assert probe is not None
    assert probe.positives == 4


def test_what_was_said_of_a_photo_elsewhere_is_not_learned_against(word: VocabularyWord) -> None:
    shows, shows_not = teach(word, yes=4, no=4)
    learning.relearn(word, NOW)

    shows[0].remove_tags([word.word])
    shows_not[0].add_tags([word.word])

    assert learning.out_of_date(model_key(current_encoder())) == [word]
    probe = learning.relearn(word, LATER)
    assert probe is not None
    assert (probe.positives, probe.negatives) == (3, 3)
    assert learning.out_of_date(model_key(current_encoder())) == []
