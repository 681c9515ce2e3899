from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos import learning, teaching
from photos.models import Photo, PhotoTag, VocabularyWord
from photos.suggestions import Order, suggestions
from photos.tests.factories import at, make_photo, make_user
from photos.tests.lesson_photos import BOAT, boat, house, vector

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")


@pytest.fixture
def word(owner: User) -> VocabularyWord:
    """A word that was learned from four photos of each kind."""
    assert owner
    word = teaching.word_named("our boat")
    teaching.mark(word, [boat(seed) for seed in range(4)], True, NOW)
    teaching.mark(word, [house(seed) for seed in range(4)], False, NOW)
    learning.relearn(word, NOW)
    return word


def asked(word: VocabularyWord, user: User, order: Order = Order.SUREST, limit: int = 10) -> list[str]:
    photos = Photo.objects.visible_to(user).listed()
    return [suggestion.photo.title for suggestion in suggestions(word, photos, limit, order)]


def test_the_surest_come_first(word: VocabularyWord, owner: User) -> None:
    house(50)
    boat(50)

    assert asked(word, owner) == ["boat 50", "house 50"]


def test_the_least_sure_come_first(word: VocabularyWord, owner: User) -> None:
    boat(50)
    house(50)
    make_photo(embedding=vector(BOAT, 51) + vector(7, 51), title="both")

    assert asked(word, owner, Order.UNSURE)[0] == "both"


def test_each_says_how_sure_the_model_is(word: VocabularyWord, owner: User) -> None:
    boat(50)
    house(50)

    found = suggestions(word, Photo.objects.visible_to(owner), 10, Order.SUREST)

    assert found[0].probability > 0.5 > found[1].probability > 0.0


def test_no_more_than_wanted_are_asked_about(word: VocabularyWord, owner: User) -> None:
    for seed in range(50, 56):
        boat(seed)

    assert len(asked(word, owner, limit=4)) == 4


def test_what_a_person_has_decided_is_not_asked_again(word: VocabularyWord, owner: User) -> None:
    boat(50).add_tags(["our boat"])
    PhotoTag.objects.keep_away(boat(51), ["our boat"])
    boat(52)

    assert asked(word, owner) == ["boat 52"]


def test_only_ones_own_photos_that_lists_show_are_asked_about(word: VocabularyWord, owner: User) -> None:
    boat(50, owner=make_user("stranger"))
    boat(51, trashed=True)
    boat(52, archived=True)
    boat(53, model="other@1-32d")
    boat(54)

    assert asked(word, owner) == ["boat 54"]


def test_a_word_that_is_not_learned_asks_nothing(owner: User) -> None:
    boat(0)

    assert asked(teaching.word_named("new"), owner) == []


def test_suggesting_costs_the_same_queries_for_many_photos(
    word: VocabularyWord, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boat(50, tags=["sea"])
    asked(word, owner)  # makes the encoder's vocabulary
    with CaptureQueriesContext(connection) as for_one:
        asked(word, owner)
    for seed in range(51, 80):
        boat(seed, tags=["sea"])

    with django_assert_num_queries(len(for_one)):
        asked(word, owner, limit=30)
