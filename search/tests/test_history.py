from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.models import PastSearch
from search.suggesting import history
from search.suggesting.past import EXAMPLES, MOST_KEPT
from search.tests.factories import NOW
from search.tests.test_pages import looks, search

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def past(user: User) -> list[str]:
    return [search.text for search in PastSearch.objects.of(user)]


def send(client: Client, text: str, *photos: object) -> Any:
    return client.post(reverse("search:remember"), {"q": text, "photo": photos})


def test_a_search_that_found_something_is_remembered(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=looks("red"))

    page = search(client, "red").content.decode()
    assert past(owner) == []  # looking alone writes nothing
    assert f'name="photo" value="{photo.pk}"' in page
    assert send(client, "red", photo.pk).status_code == 204

    assert past(owner) == ["red"]
    assert PastSearch.objects.get().examples == [photo.pk]


def test_nothing_is_believed_of_what_was_found(client: Client, make_photo: MakePhoto, owner: User) -> None:
    blue = make_photo(embedding=looks("blue")).pk
    theirs = make_photo(embedding=looks("red"), owner=make_user("anna")).pk
    gone = make_photo(embedding=looks("red"), trashed=True).pk

    for text, photo in (
        ("red", blue),
        ("red", theirs),
        ("red", gone),
        ("red", 2**70),
        ("red", "x"),
        ("", blue),
        ("colr:blue", blue),
        ("x" * 201, blue),
    ):
        assert send(client, text, photo).status_code == 204

    assert past(owner) == []
    assert client.get(reverse("search:remember")).status_code == 405


def test_the_api_remembers_nothing(client: Client, make_photo: MakePhoto, owner: User) -> None:
    make_photo(embedding=looks("red"))

    assert client.get("/search", {"q": "red"}).json()["total_results"] == 1

    assert past(owner) == []


def test_the_same_search_is_remembered_once_the_latest_first(owner: User, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red", "blue"), caption="A red café")
    for minute, text in enumerate(["cafe", "red", "Café"]):
        assert history.remember(owner, text, [photo.pk], NOW + timedelta(minutes=minute))

    assert past(owner) == ["Café", "red"]
    assert PastSearch.objects.get(text="Café").times == 2


def test_few_examples_and_few_searches_are_kept(owner: User) -> None:
    remember = PastSearch.objects.remember
    for number in range(MOST_KEPT + 3):
        remember(owner, f"search {number}", range(20), NOW + timedelta(minutes=number))
    remember(make_user("anna"), "hers", [1], NOW)

    assert len(past(owner)) == MOST_KEPT
    assert past(owner)[-1] == "search 3"
    assert {len(search.examples) for search in PastSearch.objects.of(owner)} == {EXAMPLES}


def test_the_history_is_shown_taken_apart_and_cleared(client: Client, owner: User) -> None:
    for text in ("red", "blue", "green"):
        PastSearch.objects.remember(owner, text, [1], NOW)
    anna = make_user("anna")
    PastSearch.objects.remember(anna, "hers", [1], NOW)
    page = client.get("/gallery/searches/").content.decode()
    assert "/gallery/search/?q=green" in page
    assert "hers" not in page

    client.post(reverse("search:forget", args=[PastSearch.objects.get(text="blue").pk]))
    assert past(owner) == ["green", "red"]
    client.post(reverse("search:clear_past"))

    assert past(owner) == []
    assert past(anna) == ["hers"]


def test_who_wants_no_history_has_none(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=looks("red"))
    send(client, "red", photo.pk)

    page = client.post(reverse("search:switch_past"), {"on": ""}, follow=True).content.decode()
    send(client, "red", photo.pk)
    assert past(owner) == []
    assert "Your searches are not remembered." in page
    client.post(reverse("search:switch_past"), {"on": "yes"})
    send(client, "red", photo.pk)

    assert past(owner) == ["red"]
