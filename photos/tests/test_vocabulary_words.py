from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from photos.models import Photo, TagCalibration, VocabularyState, VocabularyWord
from photos.tests.factories import at

pytestmark = pytest.mark.django_db


def stamp() -> UUID:
    return VocabularyState.now().current


def make_word(word: str = "borzette", **fields: Any) -> VocabularyWord:
    return VocabularyWord.objects.create(word=word, **fields)


def test_names_are_brought_into_the_form_of_tags() -> None:
    word = VocabularyWord(
        word="  Borzette ",
        synonyms=["Moon  Dog", "moon dog", "", "borzette"],
        parents=["Dog"],
        prompts=[" a photo\nof a Borzette ", ""],
        translations={"DE": ["Mondhund"], "fr": [""]},
    )

    word.full_clean()

    assert (word.word, word.synonyms, word.parents) == ("borzette", ["moon dog"], ["dog"])
    assert (word.prompts, word.translations) == (["a photo of a Borzette"], {"de": ["mondhund"]})


@pytest.mark.parametrize("threshold", [-0.1, 0.0, 1.1])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(ValidationError, match="threshold"):
        VocabularyWord(word="borzette", threshold=threshold).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_word(threshold=threshold)


def test_a_word_is_there_once_whatever_its_case() -> None:
    with pytest.raises(ValidationError, match="already exists"):
        VocabularyWord(word="DOG").full_clean()


def test_what_is_wrong_beside_the_other_words_is_told_by_field() -> None:
    with pytest.raises(ValidationError) as refused:
        VocabularyWord(word="borzette", synonyms=["cat"], parents=["beastling"]).full_clean()

    assert refused.value.message_dict == {
        "synonyms": ["'cat' is a word of its own."],
        "parents": ["'beastling' is not in the vocabulary: add it first."],
    }


def test_what_a_curator_sets_is_remembered_as_theirs() -> None:
    word = VocabularyWord.objects.get(word="dog")

    word.edit({"threshold": 0.7})
    word.edit({"synonyms": ["bello"]})

    word.refresh_from_db()
    assert (word.threshold, word.synonyms, word.edited) == (0.7, ["bello"], ["synonyms", "threshold"])


def test_a_change_that_cannot_be_changes_nothing() -> None:
    word = VocabularyWord.objects.get(word="dog")

    with pytest.raises(ValidationError):
        word.edit({"parents": ["dog"]})

    assert VocabularyWord.objects.get(word="dog").edited == []


def test_switching_many_words_is_a_curators_doing_and_tells_how_many_changed() -> None:
    words = VocabularyWord.objects.filter(word__in=["dog", "cat"])
    VocabularyWord.objects.get(word="cat").edit({"enabled": False})

    assert words.switch(False) == 1
    assert words.switch(False) == 0

    assert set(words.values_list("enabled", flat=True)) == {False}
    assert VocabularyWord.objects.get(word="dog").edited == ["enabled"]


def test_each_word_knows_on_how_many_photos_it_shows_and_never_will(
    make_photo: Callable[..., Photo], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        make_photo(tags=["dog"])
    make_photo(tags=["dog"], trashed=True)
    make_photo(tags=["dog", "cat"]).remove_tags(["dog"])

    with django_assert_num_queries(1):
        counts = {word.word: (word.shown_on, word.refused_on) for word in VocabularyWord.objects.with_counts()}

    assert (counts["dog"], counts["cat"], counts["snow"]) == ((2, 1), (1, 0), (0, 0))


CHANGES: dict[str, Callable[[], object]] = {
    "save": lambda: make_word(),
    "edit": lambda: VocabularyWord.objects.get(word="dog").edit({"threshold": 0.5}),
    "delete": lambda: VocabularyWord.objects.get(word="dog").delete(),
    "switch": lambda: VocabularyWord.objects.filter(word="dog").switch(False),
    "update": lambda: VocabularyWord.objects.filter(word="dog").update(threshold=0.5),
    "delete many": lambda: VocabularyWord.objects.filter(word="dog").delete(),
    "bulk_create": lambda: VocabularyWord.objects.bulk_create([VocabularyWord(word="borzette")]),
    "calibrate": lambda: TagCalibration.objects.create(model="m", temperature=1, measured_at=at("2024-05-01 12:00")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_words_or_their_measure_renews_the_stamp_and_asks_for_new_tags(change: str) -> None:
    before = stamp()
    VocabularyState.applied_now(before)

    CHANGES[change]()

    assert stamp() != before
    assert not VocabularyState.now().is_applied


def test_the_stamp_shares_the_fate_of_the_change() -> None:
    before = stamp()

    with pytest.raises(RuntimeError), transaction.atomic():
        make_word()
        raise RuntimeError

    assert stamp() == before


def test_to_take_a_measure_back_renews_the_stamp_too() -> None:
    CHANGES["calibrate"]()
    before = stamp()

    TagCalibration.objects.get().delete()

    assert stamp() != before


def test_only_the_latest_stamp_can_be_the_one_the_library_is_tagged_under() -> None:
    earlier = stamp()
    make_word()

    assert not VocabularyState.applied_now(earlier)
    assert not VocabularyState.now().is_applied
    assert VocabularyState.applied_now(stamp())
    assert VocabularyState.now().is_applied


def test_without_a_row_nothing_has_changed_yet() -> None:
    VocabularyState.objects.all().delete()

    assert VocabularyState.now().is_applied
    VocabularyState.renew()
    assert not VocabularyState.now().is_applied
