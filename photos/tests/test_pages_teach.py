from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos import teaching
from photos.models import Photo, TeachingExample, VocabularyWord
from photos.tests.factories import make_user
from photos.tests.lesson_photos import NOW, boat, house, marks, page_of, say, taught_word
from photos.tests.requesting import queries_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def word(owner: User) -> VocabularyWord:
    return taught_word(owner)


def asked(page: str) -> list[str]:
    """Titles of the photos the page asks about, in their order."""
    asking = page.partition('id="asking"')[2].partition('id="examples"')[0]
    return re.findall(r'<img src="[^"]+" alt="([^"]*)"', asking)


# From the gallery


def test_photos_chosen_in_the_gallery_are_asked_a_word_for(client: Client, owner: User) -> None:
    photos = [boat(seed, owner=owner) for seed in range(2)]

    page = client.post(reverse("teach:new"), {"photo": [photo.pk for photo in photos]}).content.decode()

    assert "These 2 photos" in page
    assert all(f'name="photo" value="{photo.pk}"' in page for photo in photos)
    assert not TeachingExample.objects.exists()


@pytest.mark.parametrize(("given", "positive"), [("yes", True), ("no", False)])
def test_a_word_is_taught_with_them(client: Client, owner: User, given: str, positive: bool) -> None:
    photos = [boat(seed, owner=owner) for seed in range(2)]

    chosen = {"photo": [photo.pk for photo in photos], "word": "Our Boat", "answer": given}
    response = client.post(reverse("teach:new"), chosen)

    word = VocabularyWord.objects.get(word="our boat")
    assert response.headers["Location"] == reverse("teach:lesson", args=[word.pk])
    assert marks(word) == {photo.pk: positive for photo in photos}


@pytest.mark.parametrize(("name", "words"), [("  ", "Which word"), ("x" * 65, "at most 64")])
def test_a_word_that_is_none_is_asked_for_again(client: Client, owner: User, name: str, words: str) -> None:
    response = client.post(reverse("teach:new"), {"photo": boat(0, owner=owner).pk, "word": name, "answer": "yes"})

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not TeachingExample.objects.exists()


def test_without_photos_there_is_nothing_to_teach(client: Client, owner: User) -> None:
    assert owner

    response = client.post(reverse("teach:new"))

    assert response.headers["Location"] == reverse("photos:gallery")
    assert "Select some photos" in str(next(iter(get_messages(response.wsgi_request))))


def test_another_persons_photos_teach_nothing(client: Client, owner: User) -> None:
    assert owner
    hers = boat(0, owner=make_user("berta"))

    client.post(reverse("teach:new"), {"photo": hers.pk, "word": "our boat", "answer": "yes"})

    assert not TeachingExample.objects.exists()
    assert not VocabularyWord.objects.filter(word="our boat").exists()


# The list of words


def test_the_list_says_what_each_word_was_learned_from(client: Client, word: VocabularyWord) -> None:
    page = client.get(reverse("teach:overview")).content.decode()

    assert reverse("teach:lesson", args=[word.pk]) in page
    assert "3 of your photos show it, 3 do not." in page
    assert "100% of what it would tag is right" in page


def test_the_empty_list_says_how_to_begin(client: Client, owner: User) -> None:
    assert owner

    assert "Teach Cloudzy a word of yours" in client.get(reverse("teach:overview")).content.decode()


def test_the_list_costs_the_same_queries_for_many_words(client: Client, owner: User, word: VocabularyWord) -> None:
    assert word
    client.get(reverse("teach:overview"))  # makes the encoder's vocabulary
    of_one = queries_of(client, reverse("teach:overview"))
    for number in range(3):
        taught_word(owner, f"word {number}")
    client.get(reverse("teach:overview"))

    of_many = queries_of(client, reverse("teach:overview"))

    assert len(of_many) == len(of_one) < 10


# One word


def test_the_least_sure_are_asked_about_or_the_surest(client: Client, owner: User, word: VocabularyWord) -> None:
    house(50, owner=owner)
    boat(50, owner=owner)

    assert set(asked(page_of(client, word))) == {"boat 50", "house 50"}
    assert asked(page_of(client, word, "?order=surest")) == ["boat 50", "house 50"]


def test_a_word_costs_the_same_queries_whatever_is_asked(client: Client, owner: User, word: VocabularyWord) -> None:
    address = reverse("teach:lesson", args=[word.pk])
    boat(50, owner=owner, tags=["sea"])
    client.get(address)  # makes the encoder's vocabulary
    for_one = queries_of(client, address)
    for seed in range(51, 70):
        boat(seed, owner=owner, tags=["sea", "sky"])

    for_many = queries_of(client, address)

    assert len(for_many) == len(for_one) < 20


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_the_page_says_so_and_answers_are_kept(client: Client, owner: User) -> None:
    word, photo = teaching.word_named("our boat"), boat(0, owner=owner, model="fake@1-32d")
    teaching.mark(word, [photo], True, NOW)
    other = boat(1, owner=owner, model="fake@1-32d")

    page = page_of(client, word)
    say(client, word, other, "yes")

    assert "Nothing can be suggested now." in page
    assert marks(word) == {photo.pk: True, other.pk: True}


@pytest.mark.parametrize(("given", "positive"), [("yes", True), ("no", False)])
def test_an_answer_is_kept_learned_from_and_not_asked_again(
    client: Client, owner: User, word: VocabularyWord, given: str, positive: bool
) -> None:
    photo = boat(50, owner=owner)

    response = say(client, word, photo, given)

    assert response.headers["Location"] == reverse("teach:lesson", args=[word.pk]) + "?order=unsure"
    assert marks(word)[photo.pk] is positive
    assert word.probes.get().positives == 3 + positive
    assert asked(page_of(client, word)) == []


def test_to_a_script_only_what_changed_is_answered(client: Client, owner: User, word: VocabularyWord) -> None:
    response = client.post(
        reverse("teach:answer", args=[word.pk]), {"photo": boat(50, owner=owner).pk, "answer": "yes"}, headers=HTMX
    )

    page = response.content.decode()
    assert "<html" not in page
    assert "4 of your photos show it, 3 do not." in page
    assert "Shows “our boat”." in page


def test_an_answer_is_undone_by_the_address_of_its_button(client: Client, owner: User, word: VocabularyWord) -> None:
    photo = boat(50, owner=owner)
    response = say(client, word, photo, "yes")
    undo = next(iter(get_messages(response.wsgi_request))).extra_tags

    client.post(undo)

    assert photo.pk not in marks(word)
    assert Photo.objects.get(pk=photo.pk).tag_names == []
    assert asked(page_of(client, word)) == ["boat 50"]


def test_when_the_last_answer_is_undone_the_word_is_gone(client: Client, owner: User) -> None:
    word, photo = teaching.word_named("our boat"), boat(0, owner=owner)
    teaching.mark(word, [photo], True, NOW)

    response = say(client, word, photo, "undo")

    assert response.headers["Location"] == reverse("teach:overview")
    assert not VocabularyWord.objects.filter(word="our boat").exists()


@pytest.mark.parametrize("given", ["perhaps", ""])
def test_an_answer_that_is_none_is_refused(client: Client, owner: User, word: VocabularyWord, given: str) -> None:
    response = say(client, word, boat(50, owner=owner), given)

    assert response.status_code == 400


def test_forgetting_asks_first(client: Client, word: VocabularyWord) -> None:
    address = reverse("teach:forget", args=[word.pk])

    question = client.get(address).content.decode()
    assert "Forget “our boat”?" in question
    assert word.examples.exists()

    response = client.post(address)

    assert response.headers["Location"] == reverse("teach:overview")
    assert not VocabularyWord.objects.filter(word="our boat").exists()


def test_words_are_text_and_never_markup(client: Client, owner: User) -> None:
    word = taught_word(owner, "<script>alert(1)</script>")

    pages = [page_of(client, word), client.get(reverse("teach:overview")).content.decode()]

    assert not any("<script>alert" in page for page in pages)


def test_the_pages_have_no_inline_script_style_or_handler(client: Client, word: VocabularyWord, owner: User) -> None:
    boat(50, owner=owner)
    new = client.post(reverse("teach:new"), {"photo": boat(51, owner=owner).pk}).content.decode()

    for page in (page_of(client, word), client.get(reverse("teach:overview")).content.decode(), new):
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
