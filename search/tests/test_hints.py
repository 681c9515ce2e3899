from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from photos.tests.factories import make_photo
from search.language import hint, parse


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("NOT mountain", "-mountain"),
        ("beach OR (dog NOT cat)", "-cat"),
        ("not mountain", ""),
        ("DO NOT ENTER", ""),
        ('"NOT mountain"', ""),
        ("mountain NOT", ""),
    ],
)
def test_who_writes_not_is_told_how_to_exclude(text: str, told: str) -> None:
    found = hint(parse(text))

    assert told in found
    assert bool(found) is bool(told)


@pytest.mark.django_db
def test_the_page_gives_the_hint(client: Client) -> None:
    make_photo(tags=["mountain"])

    page = client.get(reverse("search:results"), {"q": "NOT mountain"}).content.decode()

    assert "NOT is searched for as a word." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "told"), [("sort", "newest"), ("mode", "hybrid"), ("min_relevance", "strong")], ids=lambda value: value
)
def test_a_choice_there_is_not_says_which_there_are(client: Client, name: str, told: str) -> None:
    answer = client.get("/search", {"q": "dog", name: "password"}).json()

    [message] = answer["errors"][name]
    assert "“password” is none of" in message
    assert told in message
