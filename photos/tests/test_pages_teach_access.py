from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from photos import teach_urls, teaching
from photos.models import Photo, VocabularyWord
from photos.tests.factories import make_user
from photos.tests.lesson_photos import NOW, boat, marks, page_of, say, taught_word

pytestmark = pytest.mark.django_db

PAGES = [str(pattern.name) for pattern in teach_urls.urlpatterns]
OF_ONE_WORD = ["lesson", "answer", "forget"]


def ask(client: Client, name: str, word: VocabularyWord, photo: Photo) -> int:
    """Get a page, or post to one that only takes posts; return the status."""
    address = reverse(f"teach:{name}", args=[word.pk] if name in OF_ONE_WORD else [])
    answer = client.get(address)
    if answer.status_code == 405:
        answer = client.post(address, {"photo": photo.pk, "answer": "yes"})
    return answer.status_code


@pytest.mark.parametrize("name", PAGES)
def test_who_teaches_may(client: Client, server_mode: Settings, name: str) -> None:
    assert server_mode
    anna = make_user("anna")
    client.force_login(anna)

    assert ask(client, name, taught_word(anna), boat(50, owner=anna)) in (200, 302)


@pytest.mark.parametrize("name", OF_ONE_WORD)
def test_a_stranger_learns_nothing_of_a_word(client: Client, server_mode: Settings, name: str) -> None:
    assert server_mode
    word = taught_word(make_user("anna"))
    berta = make_user("berta")
    client.force_login(berta)

    assert ask(client, name, word, boat(50, owner=berta)) == 404
    assert word.examples.count() == 6


def test_nobody_answers_about_anothers_photo(client: Client, server_mode: Settings) -> None:
    assert server_mode
    anna, berta = make_user("anna"), make_user("berta")
    hers, word = boat(50, owner=berta), taught_word(anna)
    client.force_login(anna)

    response = say(client, word, hers, "yes")

    assert response.status_code == 404
    assert hers.pk not in marks(word)


def test_who_teaches_the_same_word_sees_their_own_examples_only(client: Client, server_mode: Settings) -> None:
    assert server_mode
    anna, berta = make_user("anna"), make_user("berta")
    word = taught_word(anna)
    teaching.mark(word, [boat(50, owner=berta)], True, NOW)
    client.force_login(berta)

    page = page_of(client, word)

    assert "1 of your photos show it, 0 do not." in page
    assert "boat 0" not in page


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_led_to_the_sign_in(client: Client, server_mode: Settings, name: str) -> None:
    assert server_mode
    word = taught_word(make_user("anna"))
    address = reverse(f"teach:{name}", args=[word.pk] if name in OF_ONE_WORD else [])

    for response in (client.get(address), client.post(address)):
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/sign-in/?next=")


@pytest.mark.parametrize("name", ["new", "answer", "forget"])
def test_a_change_needs_the_token_of_the_session(server_mode: Settings, name: str) -> None:
    assert server_mode
    client, anna = Client(enforce_csrf_checks=True), make_user("anna")
    word = taught_word(anna)
    client.force_login(anna)
    address = reverse(f"teach:{name}", args=[word.pk] if name in OF_ONE_WORD else [])

    response = client.post(address, {"photo": boat(50, owner=anna).pk, "answer": "yes", "word": "our boat"})

    assert response.status_code == 403
    assert word.examples.count() == 6


@pytest.mark.parametrize(("is_staff", "status"), [(True, 302), (False, 422)])
def test_a_word_that_came_with_cloudzy_is_taught_by_curators_only(
    client: Client, server_mode: Settings, is_staff: bool, status: int
) -> None:
    assert server_mode
    anna = make_user("anna", is_staff=is_staff)
    client.force_login(anna)
    photo = boat(50, owner=anna)

    response = client.post(reverse("teach:new"), {"photo": photo.pk, "word": "Dog", "answer": "yes"})

    assert response.status_code == status
    assert VocabularyWord.objects.get(word="dog").examples.exists() is is_staff
    assert is_staff or "Teach a word of your own." in response.content.decode()
