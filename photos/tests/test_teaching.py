from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from photos import teaching
from photos.models import Photo, PhotoTag, TeachingExample, VocabularyWord
from photos.models.tag import MAX_TAGS, TooManyTags
from photos.tests.factories import at, make_photo, make_user

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")


@pytest.fixture
def boat(db: None) -> VocabularyWord:  # noqa: ARG001 - it opens the database
    return teaching.word_named("our boat")


def marks(word: VocabularyWord) -> dict[int, bool]:
    return dict(word.examples.values_list("photo_id", "positive"))


def tags(photo: Photo) -> dict[str, bool]:
    """Return by name whether the tag shows."""
    return {row.tag.name: not row.rejected for row in PhotoTag.objects.filter(photo=photo).select_related("tag")}


def test_a_word_is_kept_as_tags_are_and_only_once() -> None:
    first, second = teaching.word_named("  Our   BOAT "), teaching.word_named("our boat")

    assert first == second
    assert first.word == "our boat"
    assert first.threshold


@pytest.mark.parametrize("name", ["", "   ", "\n\t"])
def test_a_word_without_letters_is_none(name: str) -> None:
    with pytest.raises(ValidationError):
        teaching.word_named(name)

    assert not VocabularyWord.objects.filter(word="").exists()


def test_what_shows_it_is_tagged_by_a_person(boat: VocabularyWord) -> None:
    photo = make_photo()

    said = teaching.mark(boat, [photo], True, NOW)

    assert said == [photo.pk]
    assert marks(boat) == {photo.pk: True}
    assert [(row.tag.name, row.source) for row in photo.shown_tags] == [("our boat", "human")]


def test_what_does_not_show_it_is_never_tagged_by_a_machine(boat: VocabularyWord) -> None:
    photo = make_photo()

    teaching.mark(boat, [photo], False, NOW)

    assert marks(boat) == {photo.pk: False}
    assert tags(photo) == {"our boat": False}


def test_the_last_word_counts(boat: VocabularyWord) -> None:
    photo = make_photo()

    for positive in (True, False, True):
        teaching.mark(boat, [photo], positive, NOW)

    assert marks(boat) == {photo.pk: True}
    assert tags(photo) == {"our boat": True}


def test_the_machines_caption_is_asked_for_anew(boat: VocabularyWord) -> None:
    photo = make_photo()

    teaching.mark(boat, [photo], True, NOW)

    assert photo.stages.get(name="caption").status == "queued"


def test_a_photo_that_is_full_of_tags_leaves_everything_unsaid(boat: VocabularyWord) -> None:
    full = make_photo(tags=[f"word {number}" for number in range(MAX_TAGS)])

    with pytest.raises(TooManyTags):
        teaching.mark(boat, [make_photo(), full], True, NOW)

    assert marks(boat) == {}


def test_what_is_taken_back_was_never_said(boat: VocabularyWord) -> None:
    shows, shows_not, other = make_photo(tags=["sea"]), make_photo(), make_photo()
    teaching.mark(boat, [shows], True, NOW)
    teaching.mark(boat, [shows_not], False, NOW)
    teaching.mark(boat, [make_photo()], True, NOW)

    freed = teaching.unmark(boat, [shows, shows_not, other])

    assert freed == [shows.pk, shows_not.pk]
    assert not {shows.pk, shows_not.pk} & set(marks(boat))
    assert (tags(shows), tags(shows_not)) == ({"sea": True}, {})


def test_a_word_goes_with_the_last_that_was_said_of_it(boat: VocabularyWord) -> None:
    photo = make_photo()
    teaching.mark(boat, [photo], True, NOW)

    teaching.unmark(boat, [photo])

    assert not VocabularyWord.objects.filter(word="our boat").exists()


def test_forgetting_takes_what_was_taught_and_leaves_the_tags(boat: VocabularyWord) -> None:
    photo = make_photo()
    teaching.mark(boat, [photo], True, NOW)

    teaching.forget(boat)

    assert not TeachingExample.objects.exists()
    assert not VocabularyWord.objects.filter(word="our boat").exists()
    assert photo.tag_names == ["our boat"]


@pytest.mark.parametrize("fields", [{"shipped": True}, {"leaf": True}])
def test_a_word_that_is_more_than_taught_outlives_it(boat: VocabularyWord, fields: dict[str, object]) -> None:
    VocabularyWord.objects.filter(pk=boat.pk).update(**fields)
    boat.refresh_from_db()
    teaching.mark(boat, [make_photo()], True, NOW)

    teaching.forget(boat)

    assert VocabularyWord.objects.filter(pk=boat.pk).exists()


def test_one_persons_forgetting_leaves_what_others_said(boat: VocabularyWord, owner: User) -> None:
    mine, hers = make_photo(owner=owner), make_photo(owner=make_user("berta"))
    teaching.mark(boat, [mine, hers], True, NOW)

    teaching.forget(boat, Photo.objects.filter(owner=owner))

    assert marks(boat) == {hers.pk: True}


def test_a_person_sees_the_words_of_their_own_photos_and_staff_sees_all(boat: VocabularyWord) -> None:
    anna, berta, staff = make_user("anna"), make_user("berta"), make_user("carla", is_staff=True)
    teaching.mark(boat, [make_photo(owner=anna)], True, NOW)

    seen = {user.username: list(teaching.taught_by(user)) for user in (anna, berta, staff)}

    assert seen == {"anna": [boat], "berta": [], "carla": [boat]}


def test_examples_go_with_their_photos(boat: VocabularyWord) -> None:
    photo = make_photo()
    teaching.mark(boat, [photo], True, NOW)

    photo.delete()

    assert marks(boat) == {}
